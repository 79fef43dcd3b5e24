with actors as (
    select * from {{ ref('stg_lake__actors') }}
),

latest as (
    select
        actor_id,
        arg_max(actor_name, partition_date) as actor_name,
        arg_max(actor_type, partition_date) as actor_type,
        -- arg_max passes over nulls: the latest day that tells.
        arg_max(country_code, partition_date) as country_code,
        arg_max(wikidata_id, partition_date) as wikidata_id,
        -- Role and affiliation belong together: both from the latest day that gives a role or an affiliation.
        arg_max(
            struct_pack(role := role, affiliation := affiliation), partition_date
        ) filter (where coalesce(role, affiliation) is not null) as office,
        arg_max(is_seed, partition_date) as is_seed
    from actors
    group by actor_id
),

names as (
    select actor_id, list(alias order by alias) as aliases
    from (select distinct actor_id, unnest(aliases) as alias from actors)
    group by actor_id
)

select
    latest.actor_id,
    latest.actor_name,
    latest.actor_type,
    latest.country_code,
    latest.office.role as role,
    latest.office.affiliation as affiliation,
    latest.wikidata_id,
    coalesce(names.aliases, []) as aliases,
    latest.is_seed
from latest
left join names using (actor_id)
