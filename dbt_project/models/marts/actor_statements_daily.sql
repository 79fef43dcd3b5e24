{{ config(meta={'changes': {'basis': 'statement_date', 'column': 'statement_date', 'spread_days': 6}}) }}

with changed as (
    select day from {{ changed_days() }}
),

-- A row's window reaches six days back.
needed as (
    select distinct day - back.days::integer as day
    from changed
    cross join range(7) as back (days)
),

speech as (
    select *
    from {{ ref('fct_statement') }}
    where is_speech
        and actor_id is not null
        and statement_date in (select day from needed)
),

daily as (
    select
        actor_id,
        statement_date,
        count(*) as statements,
        count(distinct family_id) as distinct_statements,
        count(*) filter (where statement_type = 'direct') as direct_statements,
        count(*) filter (where statement_type = 'mixed') as mixed_statements,
        count(*) filter (where statement_type = 'indirect') as indirect_statements,
        sum(word_count)::bigint as words_quoted,
        count(distinct article_id) as articles,
        count(distinct outlet_id) as outlets
    from speech
    group by actor_id, statement_date
),

-- Days without statements have no row and count as zero, so sums over the window are divided by its seven days.
windowed as (
    select
        *,
        sum(statements) over last_week as week_sum,
        sum(statements * statements) over last_week as week_squares
    from daily
    window last_week as (
        partition by actor_id
        order by statement_date
        range between interval 6 days preceding and current row
    )
)

select
    actor_id,
    statement_date,
    statements,
    distinct_statements,
    direct_statements,
    mixed_statements,
    indirect_statements,
    words_quoted,
    articles,
    outlets,
    (week_sum / 7.0)::double as statements_mean_7d,
    case
        -- The same every day of the window: no day stands out.
        when 7 * week_squares = week_sum * week_sum then null
        else (7 * statements - week_sum)::double / sqrt((7 * week_squares - week_sum * week_sum)::double)
    end as statements_z_7d
from windowed
where statement_date in (select day from changed)
