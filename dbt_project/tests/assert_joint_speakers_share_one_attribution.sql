-- If this fails, rows with one attribution_id are not one place in one text, and counting attributions is wrong.
-- Looks at the days that this run loaded: rows of one attribution are loaded together.
select attribution_id
from {{ ref('fct_statement') }}
where partition_date in {{ loaded_days('statements') }}
group by attribution_id
having min(article_id) <> max(article_id)
    or min(content_text) <> max(content_text)
    or min(statement_date) <> max(statement_date)
