with bands as (
    select * from {{ ref('int_contents_banded') }}
),

listed as (
    select * from {{ ref('int_contents_listed') }}
),

new_contents as (
    select content_hash from listed
    {%- if is_incremental() %}
    anti join (select content_hash_a as content_hash from {{ this }} where content_hash_a = content_hash_b) using (content_hash)
    {%- endif %}
),

candidates as (
    select distinct
        least(fresh.content_hash, other.content_hash) as content_hash_a,
        greatest(fresh.content_hash, other.content_hash) as content_hash_b
    from bands as fresh
    semi join new_contents using (content_hash)
    inner join bands as other using (bucket)
    where fresh.content_hash <> other.content_hash
),

compared as (
    select listed.content_hash, listed.partition_date
    from listed
    semi join (
        select content_hash_a as content_hash from candidates
        union
        select content_hash_b from candidates
    ) using (content_hash)
),

signatures as (
    select content_hash, any_value(content_minhash) as signature
    from {{ ref('stg_lake__statements') }}
    semi join compared using (content_hash, partition_date)
    group by content_hash
),

scored as (
    select
        candidates.content_hash_a,
        candidates.content_hash_b,
        list_sum(list_transform(list_zip(a.signature, b.signature), lambda pair: (pair[1] = pair[2])::int))
            / len(a.signature) as similarity
    from candidates
    inner join signatures as a on a.content_hash = candidates.content_hash_a
    inner join signatures as b on b.content_hash = candidates.content_hash_b
    -- Signatures of other lengths were made by another version: they cannot be compared.
    where len(a.signature) = len(b.signature)
)

select content_hash_a, content_hash_b, similarity
from scored
where similarity >= {{ var('family_similarity') }}
union all
select content_hash, content_hash, 1.0::double
from new_contents
