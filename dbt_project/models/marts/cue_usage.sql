{{ config(meta={'changes': {'basis': 'article_date', 'column': 'month_start_date', 'grain': 'month'}}) }}

with months as (
    select day as month_start_date from {{ changed_days() }}
),

statements as (
    select
        statement.outlet_id,
        statement.cue_lemma,
        statement.cue_class,
        statement.is_speech,
        statement.actor_id,
        actor.actor_type,
        date_trunc('month', statement.article_date)::date as month_start_date
    from {{ ref('fct_statement') }} as statement
    left join {{ ref('int_actors_merged') }} as actor using (actor_id)
    where date_trunc('month', statement.article_date)::date in (select month_start_date from months)
),

by_actor as (
    select
        outlet_id, cue_lemma, cue_class, is_speech, month_start_date, actor_id, actor_type,
        count(*) as statements
    from statements
    group by all
),

by_cue as (
    select
        outlet_id,
        cue_lemma,
        cue_class,
        is_speech,
        month_start_date,
        sum(statements)::bigint as statements,
        count(actor_id) filter (where actor_type <> 'unnamed') as actors,
        coalesce(sum(statements) filter (where actor_type = 'person'), 0)::bigint as person_statements,
        coalesce(sum(statements) filter (where actor_type = 'organization'), 0)::bigint as organization_statements,
        coalesce(sum(statements) filter (where actor_type = 'government'), 0)::bigint as government_statements,
        coalesce(sum(statements) filter (where actor_type = 'group'), 0)::bigint as group_statements,
        coalesce(sum(statements) filter (where actor_type = 'unnamed'), 0)::bigint as unnamed_statements,
        coalesce(sum(statements) filter (where actor_id is null), 0)::bigint as unresolved_statements,
        -- The actor it is used of most; of equals the one whose id comes first.
        min(struct_pack(rank := -statements, actor_id := actor_id))
            filter (where actor_type <> 'unnamed') as leader
    from by_actor
    group by outlet_id, cue_lemma, cue_class, is_speech, month_start_date
)

select
    outlet_id,
    cue_lemma,
    cue_class,
    is_speech,
    month_start_date,
    statements,
    statements / sum(statements) over (partition by outlet_id, month_start_date, is_speech)::double as cue_share,
    actors,
    person_statements,
    organization_statements,
    government_statements,
    group_statements,
    unnamed_statements,
    unresolved_statements,
    leader.actor_id as leading_actor_id,
    (-leader.rank)::bigint as leading_actor_statements
from by_cue
