-- If this fails, copies of one quotation with the very same words were told apart.
select content_key, count(distinct family_id) as families
from {{ ref('stg_lake__statements') }} as lake
inner join {{ ref('int_statements_familied') }} as familied using (statement_id, partition_date)
where {{ is_comparable('lake') }}
group by content_key
having min(family_id) <> max(family_id)
