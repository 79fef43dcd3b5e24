-- If this fails, statement types do not add up to the statements of an actor's day.
select actor_id, statement_date
from {{ ref('actor_statements_daily') }}
where statements <> direct_statements + mixed_statements + indirect_statements
    or distinct_statements not between 1 and statements
    or articles not between 1 and statements
    or statements_mean_7d < statements / 7.0 - 1e-9
    or statements_z_7d > sqrt(6) + 1e-9
