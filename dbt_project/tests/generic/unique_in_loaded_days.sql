{#- The key of a lake table is unique in a day; looks at the days that this run loaded. -#}
{% test unique_in_loaded_days(model, lake_table, columns) %}
  select partition_date, {{ columns | map('tojson') | join(', ') }}, count(*) as rows_of_key
  from {{ model }}
  where partition_date in {{ loaded_days(lake_table) }}
  group by all
  having count(*) > 1
{% endtest %}
