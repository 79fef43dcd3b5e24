-- If this fails, something that could not be processed was dropped without a row that says why.
with logged as (
    select partition_date, stage, rejected from {{ ref('run_log') }}
),

kept as (
    select partition_date, stage, count(*) as rejected
    from {{ ref('rejects') }}
    group by partition_date, stage
)

select logged.partition_date, logged.stage, logged.rejected, kept.rejected as rows_kept
from logged
left join kept using (partition_date, stage)
where logged.rejected <> coalesce(kept.rejected, 0)
