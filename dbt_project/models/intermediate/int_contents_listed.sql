with statements as (
    select * from {{ ref('stg_lake__statements') }}
),

articles as (
    select * from {{ ref('int_articles_placed') }}
)

select
    statements.content_hash,
    any_value(statements.content_key) as content_key,
    min(statements.partition_date) as partition_date
from statements
semi join articles using (article_id, partition_date)
where {{ is_comparable('statements') }}
group by statements.content_hash
