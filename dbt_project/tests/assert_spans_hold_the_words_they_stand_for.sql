-- If this fails, a reader who follows a statement to its article finds other words than the table shows.
-- Looks at the days that this run loaded; articles never change after that.
with statements as (
    select
        statement.*,
        article.text
    from {{ ref('fct_statement') }} as statement
    inner join {{ ref('fct_article') }} as article using (article_id)
    where statement.partition_date in {{ loaded_days('statements') }}
        and article.partition_date in {{ loaded_days('statements') }}
)

select statement_id
from statements
where substring(text, speaker_start + 1, speaker_end - speaker_start) <> speaker_text
    or substring(text, cue_start + 1, cue_end - cue_start) <> cue_text
    or content_start < 0
    or content_end > length(text)
    or exists (
        select 1 from (select unnest(content_spans) as span) where span.start >= span."end"
    )
    or (
        len(content_spans) = 1
        and substring(text, content_start + 1, content_end - content_start) <> content_text
    )
