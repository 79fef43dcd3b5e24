{#-
  Connected components by passing on the least label; only labels that fell in the last round are passed on.
  Nearly equal contents are joined whatever else they are joined with. A trim is joined with one longer content
  only, the best: else two long quotations would be one because a short one is a part of both.
-#}
with recursive linked as (
    select
        link.*,
        a.content_key as content_key,
        b.content_key as other_key
    from {{ ref('int_contents_linked') }} as link
    inner join {{ ref('int_contents_listed') }} as a on a.content_hash = link.content_hash
    inner join {{ ref('int_contents_listed') }} as b on b.content_hash = link.other_hash
    where link.content_hash <> link.other_hash and a.content_key <> b.content_key
),

links as (
    select content_key, other_key
    from linked
    where similarity >= {{ var('family_similarity') }}
    union
    select content_key, other_key
    from linked
    where similarity < {{ var('family_similarity') }}
    qualify row_number() over (
        partition by content_key order by containment desc, similarity desc, other_key
    ) = 1
),

neighbours as (
    select content_key, other_key as neighbour from links
    union
    select other_key, content_key from links
),

labels (content_key, group_key) using key (content_key) as (
    select content_key, least(content_key, min(neighbour))
    from neighbours
    group by content_key
    union
    select neighbours.content_key, min(labels.group_key)
    from labels
    inner join neighbours on neighbours.neighbour = labels.content_key
    inner join recurring.labels as known on known.content_key = neighbours.content_key
    where labels.group_key < known.group_key
    group by neighbours.content_key
)

select content_key, group_key from labels
