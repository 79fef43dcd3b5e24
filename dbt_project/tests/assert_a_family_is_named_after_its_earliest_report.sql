-- If this fails, "who first said it" names a later report.
select familied.family_id
from {{ ref('int_statements_familied') }} as familied
inner join {{ ref('quotation_families') }} as family using (family_id)
where familied.seen_at < family.first_seen_at
    or (familied.attribution_id = family.family_id and familied.seen_at <> family.first_seen_at)
