-- If this fails, charts by day skip days and averages over the calendar are too high.
select count(*) as days, min(date_day) as first_day, max(date_day) as last_day
from {{ ref('dim_date') }}
having count(*) > 0 and count(*) <> max(date_day) - min(date_day) + 1
