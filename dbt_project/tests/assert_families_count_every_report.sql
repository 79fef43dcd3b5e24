-- If this fails, quotation_families and fct_statement disagree about how often a quotation was reported.
with counted as (
    select family_id, count(distinct article_id) as articles
    from {{ ref('fct_statement') }}
    group by family_id
)

select family_id, counted.articles, family.articles as family_articles
from counted
full join {{ ref('quotation_families') }} as family using (family_id)
where counted.articles is distinct from family.articles
