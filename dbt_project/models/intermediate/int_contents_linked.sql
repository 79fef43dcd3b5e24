with bands as (
    select * from {{ ref('int_contents_banded') }}
),

listed as (
    select * from {{ ref('int_contents_listed') }}
),

new_contents as (
    select content_hash from listed
    {%- if is_incremental() %}
    anti join (select content_hash from {{ this }} where content_hash = other_hash) using (content_hash)
    {%- endif %}
),

-- A wording with figures in it that change ("shares rose 3.2% to 45.1") has thousands of variants, each in the buckets
-- of all the others. In such a bucket a content is compared with the first ones only: through them they are linked.
members as (
    select
        bands.bucket,
        bands.content_hash,
        new_contents.content_hash is not null as is_new,
        row_number() over (
            partition by bands.bucket order by listed.partition_date, bands.content_hash
        ) as place,
        count(*) over (partition by bands.bucket) as size
    from bands
    semi join (select bucket from bands semi join new_contents using (content_hash)) using (bucket)
    inner join listed on listed.content_hash = bands.content_hash
    left join new_contents on new_contents.content_hash = bands.content_hash
),

candidates as (
    select distinct
        least(fresh.content_hash, other.content_hash) as content_hash_a,
        greatest(fresh.content_hash, other.content_hash) as content_hash_b
    from members as fresh
    inner join members as other using (bucket)
    where fresh.is_new
        and (fresh.content_hash < other.content_hash or (fresh.content_hash > other.content_hash and not other.is_new))
        and (fresh.size <= {{ var('family_bucket') }} or least(fresh.place, other.place) <= {{ var('family_bucket_first') }})
),

compared as (
    select listed.content_hash, listed.partition_date
    from listed
    semi join (
        select content_hash_a as content_hash from candidates
        union
        select content_hash_b from candidates
    ) using (content_hash)
),

contents as materialized (
    select
        content_hash,
        any_value(content_minhash) as signature,
        any_value(content_text order by content_text) as content_text
    from {{ ref('stg_lake__statements') }}
    semi join compared using (content_hash, partition_date)
    group by content_hash
),

-- One side after the other, each materialized: planned as one join, the two sides may be joined with each
-- other first, all with all.
with_left as materialized (
    select candidates.content_hash_a, candidates.content_hash_b, contents.signature as signature_a
    from candidates
    inner join contents on contents.content_hash = candidates.content_hash_a
),

with_both as materialized (
    select with_left.*, contents.signature as signature_b
    from with_left
    inner join contents on contents.content_hash = with_left.content_hash_b
),

-- The signatures are estimates: they only spare the comparing of most of the words.
promising as materialized (
    select content_hash_a, content_hash_b
    from with_both
    -- Signatures of other lengths were made by another version: they cannot be compared.
    where len(signature_a) = len(signature_b)
        and list_sum(list_transform(list_zip(signature_a, signature_b), lambda pair: (pair[1] = pair[2])::int))
            >= {{ var('family_agreement') }} * len(signature_a)
),

split_up as materialized (
    select content_hash, len(words) as word_count, list_transform({{ shingles('words') }}, lambda shingle: hash(shingle)) as shingles
    from (
        select contents.content_hash, {{ content_words('contents.content_text') }} as words
        from contents
        semi join (
            select content_hash_a as content_hash from promising
            union
            select content_hash_b from promising
        ) using (content_hash)
    )
),

split_left as materialized (
    select promising.*, split_up.word_count as words_a, split_up.shingles as shingles_a
    from promising
    inner join split_up on split_up.content_hash = promising.content_hash_a
),

split_both as materialized (
    select split_left.*, split_up.word_count as words_b, split_up.shingles as shingles_b
    from split_left
    inner join split_up on split_up.content_hash = split_left.content_hash_b
),

measured as (
    select
        *,
        len(shingles_a) as size_a,
        len(shingles_b) as size_b,
        len(list_intersect(shingles_a, shingles_b)) as shared
    from split_both
),

scored as (
    select
        case when size_a <= size_b then content_hash_a else content_hash_b end as content_hash,
        case when size_a <= size_b then content_hash_b else content_hash_a end as other_hash,
        shared / (size_a + size_b - shared) as similarity,
        shared / least(size_a, size_b) as containment,
        least(words_a, words_b) as shorter_words
    from measured
)

select content_hash, other_hash, similarity, containment
from scored
where similarity >= {{ var('family_similarity') }}
    or (containment >= {{ var('family_containment') }} and shorter_words >= {{ var('family_trim_words') }})
union all
select content_hash, content_hash, 1.0::double, 1.0::double
from new_contents
