with actors as (
    select * from {{ ref('int_actors_merged') }}
),

articles as (
    select * from {{ ref('int_articles_placed') }}
),

seen as (
    select actor_id, statement_date as seen_date
    from {{ ref('stg_lake__statements') }}
    semi join articles using (article_id, partition_date)
    where actor_id is not null
    union all
    select mention.actor_id, article.article_date
    from {{ ref('stg_lake__mentions') }} as mention
    inner join articles as article using (article_id, partition_date)
    where mention.actor_id is not null
),

days as (
    select actor_id, min(seen_date) as first_seen_date, max(seen_date) as last_seen_date
    from seen
    group by actor_id
)

select
    actors.actor_id,
    actors.actor_name,
    actors.actor_type,
    actors.country_code,
    actors.role,
    actors.affiliation,
    actors.aliases,
    actors.wikidata_id,
    actors.is_seed,
    days.first_seen_date,
    days.last_seen_date
from actors
left join days using (actor_id)
