with articles as (
    select * from {{ ref('int_articles_placed') }}
),

actors as (
    select actor_id, actor_type from {{ ref('int_actors_merged') }}
),

contents as (
    select * from {{ ref('int_contents_grouped') }}
),

statements as (
    select
        statement.statement_id,
        statement.attribution_id,
        statement.article_id,
        statement.partition_date,
        statement.statement_date,
        statement.actor_id,
        article.outlet_id,
        article.article_date,
        article.seen_at,
        hash(statement.row_hash, article.row_hash) as row_hash,
        case
            when {{ is_comparable('statement') }}
                then coalesce(contents.group_key, statement.content_key)
            -- Few words are the same quotation only when one speaker says them on one day.
            when statement.word_count > 0 and statement.actor_id is not null
                then concat_ws(' ', statement.content_key, statement.actor_id, statement.statement_date)
            else statement.attribution_id
        end as quotation
    from {{ ref('stg_lake__statements') }} as statement
    inner join articles as article using (article_id, partition_date)
    left join contents on contents.content_key = statement.content_key
),

-- Most quotations were reported once: only the others need the search for the first report.
repeated as (
    select quotation
    from statements
    group by quotation
    having min(attribution_id) <> max(attribution_id)
),

first_reports as (
    select
        quotation,
        min(struct_pack(
            seen_at := seen_at, article_id := article_id, attribution_id := attribution_id, article_date := article_date
        )) as report
    from statements
    semi join repeated using (quotation)
    group by quotation
)

select
    statements.statement_id,
    statements.attribution_id,
    statements.partition_date,
    statements.article_id,
    statements.outlet_id,
    statements.article_date,
    statements.seen_at,
    statements.statement_date,
    actors.actor_type,
    coalesce(first_reports.report.attribution_id, statements.attribution_id) as family_id,
    coalesce(first_reports.report.article_date, statements.article_date) as family_date,
    statements.row_hash
from statements
left join first_reports using (quotation)
left join actors on actors.actor_id = statements.actor_id
