{{ config(meta={'changes': {'basis': 'statement_partition', 'column': 'partition_date'}}) }}

with days as (
    select day from {{ changed_days() }}
),

statements as (
    select * from {{ ref('stg_lake__statements') }}
    where partition_date in (select day from days)
),

familied as (
    select * from {{ ref('int_statements_familied') }}
    where partition_date in (select day from days)
)

select
    statements.statement_id,
    statements.attribution_id,
    statements.article_id,
    familied.outlet_id,
    statements.actor_id,
    familied.family_id,
    statements.statement_date,
    familied.article_date,
    statements.statement_type,
    statements.resolution,
    statements.unresolved_reason,
    statements.speaker_text,
    statements.cue_text,
    statements.cue_lemma,
    statements.cue_class,
    statements.content_text,
    statements.word_count,
    statements.is_speech,
    statements.is_negated,
    statements.addressee,
    statements.addressee_actor_id,
    statements.confidence,
    statements.speaker_start,
    statements.speaker_end,
    statements.cue_start,
    statements.cue_end,
    statements.content_spans,
    list_min([span.start for span in statements.content_spans]) as content_start,
    list_max([span.end for span in statements.content_spans]) as content_end,
    statements.partition_date,
    statements.extractor_version
from statements
inner join familied using (statement_id, partition_date)
