-- If this warns, an actor counts twice for one attribution: its two joint speakers were resolved to one actor.
{{ config(severity='warn') }}

select attribution_id, actor_id
from {{ ref('fct_statement') }}
where actor_id is not null
group by attribution_id, actor_id
having count(*) > 1
