{{ config(meta={'changes': {'basis': 'pair_date', 'column': 'statement_date'}}) }}

with days as (
    select day from {{ changed_days() }}
),

speech as (
    select *
    from {{ ref('fct_statement') }}
    where is_speech
        and actor_id is not null
        and statement_date in (select day from days)
),

mentions as (
    select attribution_id, actor_id as mentioned_actor_id, mention_id
    from {{ ref('fct_mention') }}
    where place = 'content' and actor_id is not null and attribution_id is not null
)

select
    speech.actor_id,
    mentions.mentioned_actor_id,
    speech.statement_date,
    count(distinct speech.statement_id) as statements,
    count(distinct speech.family_id) as distinct_statements,
    count(distinct mentions.mention_id) as mentions,
    count(distinct speech.article_id) as articles,
    count(distinct speech.outlet_id) as outlets
from speech
inner join mentions using (attribution_id)
where mentions.mentioned_actor_id <> speech.actor_id
group by speech.actor_id, mentions.mentioned_actor_id, speech.statement_date
