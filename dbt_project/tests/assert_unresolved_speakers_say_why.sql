-- If this fails, a speaker is missing without a reason, or a reason stands beside a speaker.
select statement_id
from {{ ref('fct_statement') }}
where (actor_id is null) <> (unresolved_reason is not null)
    or (actor_id is null) <> (resolution = 'unresolved')
