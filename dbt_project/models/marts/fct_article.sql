{{ config(meta={'changes': {'basis': 'article_partition', 'column': 'partition_date'}}) }}

with days as (
    select day from {{ changed_days() }}
),

articles as (
    select * from {{ ref('stg_lake__articles') }}
    where partition_date in (select day from days)
),

placed as (
    select article_id, partition_date from {{ ref('int_articles_placed') }}
)

select
    articles.article_id,
    articles.page_id,
    articles.outlet_id,
    articles.document,
    articles.url,
    articles.canonical_url,
    articles.headline,
    articles.authors,
    articles.section,
    articles.language,
    articles.text,
    articles.word_count,
    articles.near_duplicate_group,
    coalesce(articles.near_duplicate_group <> articles.article_id, false) as is_near_duplicate,
    articles.is_live_blog,
    articles.is_opinion,
    articles.is_paywalled,
    articles.is_truncated,
    articles.article_date,
    articles.published_at,
    articles.published_origin,
    articles.published_zone,
    articles.modified_at,
    articles.collected_at,
    articles.partition_date,
    articles.cleaner_version
from articles
semi join placed using (article_id, partition_date)
