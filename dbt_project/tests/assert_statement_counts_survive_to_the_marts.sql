-- If this fails, statements were lost or doubled between the lake and a mart: every count is in doubt.
with lake as (
    select count(*) as statements
    from {{ ref('stg_lake__statements') }}
    semi join {{ ref('int_articles_placed') }} using (article_id, partition_date)
),

facts as (
    select
        count(*) as statements,
        count(*) filter (where not is_speech) as thoughts,
        count(*) filter (where is_speech and actor_id is null) as unresolved
    from {{ ref('fct_statement') }}
),

by_actor as (
    select coalesce(sum(statements), 0) as statements from {{ ref('actor_statements_daily') }}
),

by_outlet as (
    select coalesce(sum(statements), 0) as statements, coalesce(sum(thoughts), 0) as thoughts
    from {{ ref('outlet_daily') }}
),

by_cue as (
    select coalesce(sum(statements), 0) as statements from {{ ref('cue_usage') }}
)

select
    lake.statements as in_lake,
    facts.statements as in_facts,
    by_actor.statements as by_actor,
    by_outlet.statements as by_outlet,
    by_cue.statements as by_cue
from lake, facts, by_actor, by_outlet, by_cue
where lake.statements <> facts.statements
    or facts.statements <> by_actor.statements + facts.unresolved + facts.thoughts
    or facts.statements <> by_outlet.statements + by_outlet.thoughts
    or facts.thoughts <> by_outlet.thoughts
    or facts.statements <> by_cue.statements
