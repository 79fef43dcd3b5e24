select
    partition_date,
    stage,
    run_id,
    rows_in,
    rows_out,
    rejected,
    version,
    started_at,
    elapsed_seconds
from {{ ref('stg_lake__run_log') }}
