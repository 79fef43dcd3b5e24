{{ config(meta={'changes': {'basis': 'article_date', 'column': 'article_date'}}) }}

with days as (
    select day from {{ changed_days() }}
),

articles as (
    select outlet_id, article_date, count(*) as articles, sum(word_count)::bigint as article_words
    from {{ ref('fct_article') }}
    where article_date in (select day from days)
    group by outlet_id, article_date
),

statements as (
    select
        statement.outlet_id,
        statement.article_date,
        count(*) filter (where is_speech) as statements,
        count(*) filter (where not is_speech) as thoughts,
        count(distinct family_id) filter (where is_speech) as distinct_statements,
        count(*) filter (where is_speech and statement_type = 'direct') as direct_statements,
        count(*) filter (where is_speech and actor.actor_type <> 'unnamed') as named_statements,
        count(*) filter (where is_speech and actor.actor_type = 'unnamed') as unnamed_statements,
        count(*) filter (where is_speech and statement.actor_id is null) as unresolved_statements,
        count(distinct statement.actor_id) filter (where is_speech and actor.actor_type <> 'unnamed') as actors
    from {{ ref('fct_statement') }} as statement
    left join {{ ref('int_actors_merged') }} as actor using (actor_id)
    where statement.article_date in (select day from days)
    group by statement.outlet_id, statement.article_date
)

select
    articles.outlet_id,
    articles.article_date,
    articles.articles,
    articles.article_words,
    coalesce(statements.statements, 0) as statements,
    coalesce(statements.distinct_statements, 0) as distinct_statements,
    coalesce(statements.direct_statements, 0) as direct_statements,
    coalesce(statements.named_statements, 0) as named_statements,
    coalesce(statements.unnamed_statements, 0) as unnamed_statements,
    coalesce(statements.unresolved_statements, 0) as unresolved_statements,
    coalesce(statements.thoughts, 0) as thoughts,
    coalesce(statements.actors, 0) as actors,
    statements.direct_statements / nullif(statements.statements, 0)::double as direct_share,
    statements.unnamed_statements / nullif(statements.statements, 0)::double as unnamed_share,
    statements.unresolved_statements / nullif(statements.statements, 0)::double as unresolved_share
from articles
left join statements
    on statements.outlet_id is not distinct from articles.outlet_id
    and statements.article_date = articles.article_date
