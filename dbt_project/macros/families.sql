{#- Whether a statement's words are enough to know the quotation by, whoever says it. -#}
{% macro is_comparable(statement) -%}
  {{ statement }}.word_count >= case {{ statement }}.statement_type
    when 'indirect' then {{ var('family_min_words_indirect') }}
    else {{ var('family_min_words') }}
  end
{%- endmacro %}


{#- The words of a content, without case, accents, apostrophes and marks. -#}
{% macro content_words(text) -%}
  regexp_extract_all(lower(strip_accents(regexp_replace({{ text }}, '[''’]', '', 'g'))), '[\p{L}\p{N}]+')
{%- endmacro %}


{#- The different sequences of three words; of fewer words, the words. -#}
{% macro shingles(words) -%}
  case
    when len({{ words }}) < 3 then [array_to_string({{ words }}, ' ')]
    else list_distinct(list_transform(
      range(1, len({{ words }}) - 1), lambda place: array_to_string(list_slice({{ words }}, place, place + 2), ' ')
    ))
  end
{%- endmacro %}
