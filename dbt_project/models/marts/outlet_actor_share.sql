{{ config(meta={'changes': {'basis': 'article_date', 'column': 'month_start_date', 'grain': 'month'}}) }}

with months as (
    select day as month_start_date from {{ changed_days() }}
),

-- Unnamed speakers are one actor an article: they have no voice over a month to share.
named as (
    select
        statement.outlet_id,
        statement.actor_id,
        statement.family_id,
        date_trunc('month', statement.article_date)::date as month_start_date
    from {{ ref('fct_statement') }} as statement
    inner join {{ ref('int_actors_merged') }} as actor using (actor_id)
    where statement.is_speech
        and actor.actor_type <> 'unnamed'
        and date_trunc('month', statement.article_date)::date in (select month_start_date from months)
),

counts as (
    select
        outlet_id,
        actor_id,
        month_start_date,
        count(*) as statements,
        count(distinct family_id) as distinct_statements
    from named
    group by outlet_id, actor_id, month_start_date
),

totals as (
    select
        *,
        sum(statements) over (partition by outlet_id, month_start_date) as outlet_statements,
        sum(statements) over (partition by actor_id, month_start_date) as actor_statements,
        sum(statements) over (partition by month_start_date) as month_statements
    from counts
),

shares as (
    select
        *,
        statements / outlet_statements::double as voice_share,
        -- No other outlet has a statement in the month: nothing to hold it against.
        (actor_statements - statements) / nullif(month_statements - outlet_statements, 0)::double as others_voice_share
    from totals
)

select
    outlet_id,
    actor_id,
    month_start_date,
    statements,
    distinct_statements,
    outlet_statements::bigint as outlet_statements,
    voice_share,
    others_voice_share,
    voice_share - others_voice_share as voice_share_difference
from shares
