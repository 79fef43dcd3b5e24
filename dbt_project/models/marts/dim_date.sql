with days as (
    select statement_date as day from {{ ref('int_statements_familied') }}
    union
    select article_date from {{ ref('int_articles_placed') }}
    union
    select partition_date from {{ ref('stg_lake__run_log') }}
    union
    select partition_date from {{ ref('int_articles_placed') }}
),

bounds as (
    select min(day) as first_day, max(day) as last_day from days
),

covered as (
    select min(article_date) as first_day, max(article_date) as last_day from {{ ref('int_articles_placed') }}
),

calendar as (
    select unnest(generate_series(first_day::timestamp, last_day::timestamp, interval 1 day))::date as date_day
    from bounds
    where first_day is not null
)

select
    date_day,
    year(date_day)::integer as year,
    quarter(date_day)::integer as quarter,
    month(date_day)::integer as month,
    monthname(date_day) as month_name,
    date_trunc('month', date_day)::date as month_start_date,
    isoyear(date_day)::integer as iso_year,
    week(date_day)::integer as iso_week,
    date_trunc('week', date_day)::date as week_start_date,
    isodow(date_day)::integer as day_of_week,
    dayname(date_day) as day_name,
    isodow(date_day) >= 6 as is_weekend,
    coalesce(date_day between covered.first_day and covered.last_day, false) as is_covered
from calendar
cross join covered
