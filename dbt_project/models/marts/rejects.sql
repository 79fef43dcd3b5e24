select
    reject_id,
    partition_date,
    stage,
    reason_code,
    document,
    page_id,
    article_id,
    detail
from {{ ref('stg_lake__rejects') }}
