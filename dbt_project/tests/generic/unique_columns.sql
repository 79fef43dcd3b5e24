{#- The columns together are unique; nulls count as equal. -#}
{% test unique_columns(model, columns) %}
  select {{ columns | join(', ') }}, count(*) as rows_of_key
  from {{ model }}
  group by all
  having count(*) > 1
{% endtest %}
