{#- Ids are unique, so xor over a day's hashes changes whenever a row comes, goes or changes. -#}
with articles as (
    select partition_date, article_date, row_hash from {{ ref('int_articles_placed') }}
),

statements as (
    select
        partition_date,
        statement_date,
        article_date,
        family_date,
        hash(row_hash, family_id, actor_type) as row_hash
    from {{ ref('int_statements_familied') }}
),

mentions as (
    select mention.partition_date, hash(mention.row_hash, article.row_hash) as row_hash
    from {{ ref('stg_lake__mentions') }} as mention
    inner join {{ ref('int_articles_placed') }} as article using (article_id, partition_date)
),

by_partition as (
    select 'article_partition' as basis, partition_date as day, count(*) as row_count, bit_xor(row_hash) as hashes
    from articles
    group by partition_date
    union all
    select 'statement_partition', partition_date, count(*), bit_xor(row_hash)
    from statements
    group by partition_date
    union all
    select 'mention_partition', partition_date, count(*), bit_xor(row_hash)
    from mentions
    group by partition_date
),

by_statement_date as (
    select statement_date, partition_date, count(*) as row_count, bit_xor(row_hash) as hashes
    from statements
    group by statement_date, partition_date
),

by_article_date as (
    select article_date, row_hash from articles
    union all
    select article_date, row_hash from statements
)

select basis, day, hash(row_count, hashes) as fingerprint
from by_partition
union all
select 'statement_date', statement_date, hash(sum(row_count), bit_xor(hashes))
from by_statement_date
group by statement_date
union all
-- Pairs of a statement date depend on the mentions of all partitions that speak of the date.
select 'pair_date', statement_date, hash(sum(said.row_count), bit_xor(said.hashes), bit_xor(mentioned.hashes))
from by_statement_date as said
left join by_partition as mentioned
    on mentioned.basis = 'mention_partition' and mentioned.day = said.partition_date
group by statement_date
union all
select 'article_date', article_date, hash(count(*), bit_xor(row_hash))
from by_article_date
group by article_date
union all
select 'family_date', family_date, hash(count(*), bit_xor(row_hash))
from statements
group by family_date
