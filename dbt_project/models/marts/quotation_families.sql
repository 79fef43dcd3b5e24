{{ config(meta={'changes': {'basis': 'family_date', 'column': 'first_article_date'}}) }}

with days as (
    select day from {{ changed_days() }}
),

familied as (
    select * from {{ ref('int_statements_familied') }}
    where family_date in (select day from days)
),

statements as (
    select
        familied.family_id,
        familied.family_date,
        familied.attribution_id,
        familied.statement_id,
        familied.article_id,
        familied.outlet_id,
        familied.seen_at,
        familied.statement_date,
        lake.actor_id,
        lake.content_key,
        lake.content_text,
        lake.word_count
    from familied
    inner join {{ ref('stg_lake__statements') }} as lake using (partition_date, statement_id)
),

families as (
    select
        family_id,
        min(seen_at) as first_seen_at,
        max(seen_at) as last_seen_at,
        count(distinct attribution_id) as attributions,
        count(distinct article_id) as articles,
        count(distinct outlet_id) as outlets,
        count(distinct content_key) as versions
    from statements
    group by family_id
),

-- A family is named after its first report; joint speakers give that one several rows.
first_reports as (
    select *
    from statements
    where attribution_id = family_id
    qualify row_number() over (partition by family_id order by statement_id) = 1
)

select
    families.family_id,
    first_reports.statement_id as first_statement_id,
    first_reports.article_id as first_article_id,
    first_reports.outlet_id as first_outlet_id,
    first_reports.actor_id,
    first_reports.content_text,
    first_reports.word_count,
    first_reports.statement_date,
    first_reports.family_date as first_article_date,
    families.first_seen_at,
    families.last_seen_at,
    epoch(families.last_seen_at - families.first_seen_at) / 3600.0 as spread_hours,
    families.attributions,
    families.articles,
    families.outlets,
    families.versions
from families
inner join first_reports using (family_id)
