{#- Connected components by passing on the least label; only labels that fell in the last round are passed on. -#}
with recursive links as (
    select a.content_key as content_key_a, b.content_key as content_key_b
    from {{ ref('int_contents_linked') }} as link
    inner join {{ ref('int_contents_listed') }} as a on a.content_hash = link.content_hash_a
    inner join {{ ref('int_contents_listed') }} as b on b.content_hash = link.content_hash_b
    where link.content_hash_a <> link.content_hash_b and a.content_key <> b.content_key
),

neighbours as (
    select content_key_a as content_key, content_key_b as neighbour from links
    union
    select content_key_b, content_key_a from links
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
