-- If this fails, offsets of mentions point beside the words. Looks at the days that this run loaded.
select mention.mention_id
from {{ ref('fct_mention') }} as mention
inner join {{ ref('fct_article') }} as article using (article_id)
where mention.partition_date in {{ loaded_days('mentions') }}
    and substring(article.text, mention.mention_start + 1, mention.mention_end - mention.mention_start)
        <> mention.mention_text
