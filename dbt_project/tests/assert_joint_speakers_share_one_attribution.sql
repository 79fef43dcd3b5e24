-- If this fails, rows with one attribution_id are not one place in one text, and counting attributions is wrong.
select attribution_id
from {{ ref('fct_statement') }}
group by attribution_id
having min(article_id) <> max(article_id)
    or min(content_text) <> max(content_text)
    or min(statement_date) <> max(statement_date)
