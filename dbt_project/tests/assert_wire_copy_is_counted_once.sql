-- If this fails, a syndicated quotation adds to distinct_statements as often as it was printed.
with recounted as (
    select actor_id, statement_date, count(distinct family_id) as distinct_statements
    from {{ ref('fct_statement') }}
    where is_speech and actor_id is not null
    group by actor_id, statement_date
)

select *
from recounted
full join {{ ref('actor_statements_daily') }} as mart using (actor_id, statement_date)
where recounted.distinct_statements is distinct from mart.distinct_statements
