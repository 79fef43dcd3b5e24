-- If this fails, "who speaks of whom" is led by people who say "I".
select actor_id, statement_date
from {{ ref('actor_pairs_daily') }}
where actor_id = mentioned_actor_id or distinct_statements > statements or statements > mentions
