-- If this fails, something that was found in a text is missing from the warehouse. Looks at the days loaded.
select attribution_id
from {{ ref('stg_lake__attributions') }}
where partition_date in {{ loaded_days('attributions') }}
    and attribution_id not in (select attribution_id from {{ ref('stg_lake__statements') }})
