-- If this fails, some speakers of an outlet are neither named, unnamed nor unresolved: they were dropped.
select outlet_id, article_date
from {{ ref('outlet_daily') }}
where statements <> named_statements + unnamed_statements + unresolved_statements
    or direct_statements > statements
    or distinct_statements > statements
