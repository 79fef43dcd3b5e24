{{ config(meta={'changes': {'basis': 'mention_partition', 'column': 'partition_date'}}) }}

with days as (
    select day from {{ changed_days() }}
),

mentions as (
    select * from {{ ref('stg_lake__mentions') }}
    where partition_date in (select day from days)
),

articles as (
    select * from {{ ref('int_articles_placed') }}
)

select
    mentions.mention_id,
    mentions.article_id,
    articles.outlet_id,
    mentions.actor_id,
    mentions.attribution_id,
    mentions.mention_text,
    mentions.mention_type,
    mentions.place,
    mentions.role,
    mentions.affiliation,
    mentions.start as mention_start,
    mentions."end" as mention_end,
    articles.article_date,
    mentions.partition_date,
    mentions.extractor_version
from mentions
inner join articles using (article_id, partition_date)
