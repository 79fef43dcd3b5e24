with seed as (
    select * from {{ ref('stg_seeds__outlets') }}
),

met as (
    select distinct outlet_id
    from {{ ref('int_articles_placed') }}
    where outlet_id is not null
),

-- A name of the sample gives way to a real outlet of the same id.
listed as (
    select *
    from seed
    qualify row_number() over (partition by outlet_id order by is_sample, outlet_name) = 1
)

select
    coalesce(listed.outlet_id, met.outlet_id) as outlet_id,
    coalesce(listed.outlet_name, met.outlet_id) as outlet_name,
    listed.country_code,
    listed.language,
    listed.homepage,
    listed.outlet_id is not null as is_listed,
    coalesce(listed.is_sample, false) as is_sample
from listed
full join met using (outlet_id)
-- Invented outlets only where their sample articles were taken in.
where met.outlet_id is not null or not listed.is_sample
