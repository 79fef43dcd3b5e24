{#-
  Rows of the seed files of one kind, all columns text: seeds/<file> and seeds/sample/<file>, those that are there.
  `is_sample` marks the invented ones. The folder is ONRECORD_SEEDS_DIR, else seeds/ beside this project.
  They are read as they lie, not by `dbt seed`: Python reads the same files, and every other CSV file below
  that folder (the index of the sample articles, say) stays out of dbt.
-#}
{% macro seed_rows(file, columns) %}
  {% set folder = env_var('ONRECORD_SEEDS_DIR', '') or flags.PROJECT_DIR ~ '/../seeds' %}
  {% set parts = [] %}
  {% for path, is_sample in [(file, 'false'), ('sample/' ~ file, 'true')] %}
    {% set literal = "'" ~ (folder ~ '/' ~ path) | replace("'", "''") ~ "'" %}
    {% if execute and run_query('select file from glob(' ~ literal ~ ')') | length %}
      {% set part %}
select {{ columns | join(', ') }}, {{ is_sample }} as is_sample
from read_csv({{ literal }}, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', comment = '')
      {% endset %}
      {% do parts.append(part | trim) %}
    {% endif %}
  {% endfor %}
  {% if not parts %}
    {% set nulls = [] %}
    {% for column in columns %}{% do nulls.append('null::varchar as ' ~ column) %}{% endfor %}
    {% do parts.append('select ' ~ nulls | join(', ') ~ ', false as is_sample where false') %}
  {% endif %}
  {{ return(parts | join('\nunion all\n')) }}
{% endmacro %}
