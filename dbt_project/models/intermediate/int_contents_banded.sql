{#- A signature is cut into bands of a few rows; two contents with one band in common are worth comparing. -#}
{%- set rows = var('family_band_rows') -%}
with listed as (
    select * from {{ ref('int_contents_listed') }}
    {%- if is_incremental() %}
    anti join {{ this }} using (content_hash)
    {%- endif %}
),

signatures as (
    select content_hash, any_value(content_minhash) as signature
    from {{ ref('stg_lake__statements') }}
    semi join listed using (content_hash, partition_date)
    group by content_hash
),

bands as (
    select content_hash, signature, unnest(range(len(signature) // {{ rows }})) as band
    from signatures
)

select
    content_hash,
    hash(band, list_slice(signature, band * {{ rows }} + 1, (band + 1) * {{ rows }})) as bucket
from bands
