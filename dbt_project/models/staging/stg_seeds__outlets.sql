with seed as (
    {{ seed_rows('outlets.csv', ['outlet_id', 'outlet_name', 'country_code', 'language', 'homepage']) }}
)

select
    outlet_id,
    outlet_name,
    nullif(country_code, '') as country_code,
    nullif(language, '') as language,
    nullif(homepage, '') as homepage,
    is_sample
from seed
