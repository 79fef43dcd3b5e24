with articles as (
    select * from {{ ref('stg_lake__articles') }}
)

select
    article_id,
    partition_date,
    outlet_id,
    article_date,
    coalesce(published_at, collected_at) as seen_at,
    row_hash
from articles
qualify row_number() over (partition by article_id order by partition_date) = 1
