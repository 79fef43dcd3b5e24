{#-
  Loading the lake: rows of the days that are due, with exactly the columns of the model's contract.

  A nullable column that older files lack is null; anything else that does not fit the contract stops the
  run with the table, the column and the mend. `row_hash` is made here and tells whether a row changed;
  `derived` names further columns that are made here, with their expressions.
-#}
{% macro lake_rows(table, derived={}) %}
  {% set lake_table = source('lake', table) %}
  {% set columns = [] %}
  {% for column in model.columns.values() if column.name not in derived and column.name != 'row_hash' %}
    {% do columns.append(column) %}
  {% endfor %}
  {% if not execute %}
    select 1 as row_hash
  {% else %}
    {% set files = due_files(table) %}
    {% set selected = [] %}
    {% if files %}
      {% set found = lake_columns(table, files, columns) %}
      {% for column in columns %}
        {% set value = '"' ~ column.name ~ '"' if column.name in found else 'null::' ~ column.data_type %}
        {% do selected.append(value ~ ' as "' ~ column.name ~ '"') %}
      {% endfor %}
      {% for name, expression in derived.items() %}{% do selected.append(expression ~ ' as ' ~ name) %}{% endfor %}
    select {{ selected | join(', ') }}, hash({{ selected_hash(columns, found) }}) as row_hash
    from read_parquet([{{ files | join(', ') }}], union_by_name = true, hive_partitioning = false, filename = 'lake_file')
    where case
      when contains(lake_file, 'partition_date=' || partition_date || '/') then true
      else error(lake_file || ' holds rows of ' || partition_date || '; run that day again')
    end
    {% else %}
      {% for column in model.columns.values() %}
        {% do selected.append('null::' ~ column.data_type ~ ' as "' ~ column.name ~ '"') %}
      {% endfor %}
    select {{ selected | join(', ') }} where false
    {% endif %}
  {% endif %}
{% endmacro %}


{#- Columns that are not there do not count, so that a new column alone leaves old rows as they were. -#}
{% macro selected_hash(columns, found) -%}
  {% set names = [] %}
  {% for column in columns if column.name in found %}{% do names.append('"' ~ column.name ~ '"') %}{% endfor %}
  {{- names | join(', ') -}}
{%- endmacro %}


{% macro due_files(table) %}
  {% set rows = run_query("
    select unnest(files) from ledger.lake_plan where is_due and lake_table = '" ~ table ~ "' order by partition_date
  ") %}
  {% set files = [] %}
  {% for file in rows.columns[0].values() %}{% do files.append("'" ~ file | replace("'", "''") ~ "'") %}{% endfor %}
  {{ return(files) }}
{% endmacro %}


{#- Names of the files' columns, after they were held against the contract. -#}
{% macro lake_columns(table, files, columns) %}
  {% set described = run_query(
    'describe select * from read_parquet([' ~ files | join(', ') ~ '], union_by_name = true, hive_partitioning = false)'
  ) %}
  {% set types = dict(zip(described.columns[0].values(), described.columns[1].values())) %}
  {% set wrong = [] %}
  {% for column in columns %}
    {% set needed = column.constraints | selectattr('type', 'equalto', 'not_null') | list %}
    {% if column.name not in types %}
      {% if needed %}{% do wrong.append(column.name ~ ' is missing') %}{% endif %}
    {% elif types[column.name] | lower != column.data_type | lower %}
      {% do wrong.append(column.name ~ ' is ' ~ types[column.name] ~ ', not ' ~ column.data_type) %}
    {% endif %}
  {% endfor %}
  {% if wrong %}
    {{ exceptions.raise_compiler_error(
      'lake table ' ~ table ~ ' does not fit its contract: ' ~ wrong | join('; ')
      ~ '. It was written by another version: run those days again (onrecord run --date DAY).'
    ) }}
  {% endif %}
  {{ return(types.keys() | list) }}
{% endmacro %}


{#- Strategy of the staging models: the days that were loaded or are gone leave, the loaded rows come. -#}
{% macro get_incremental_lake_days_sql(arg_dict) %}
  {% set names = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) %}
  delete from {{ arg_dict['target_relation'] }}
  where partition_date in (
    select partition_date from ledger.lake_plan
    where (is_due or is_gone) and lake_table = '{{ lake_table_name() }}'
  );
  insert into {{ arg_dict['target_relation'] }} ({{ names }})
  select {{ names }} from {{ arg_dict['temp_relation'] }};
{% endmacro %}


{% macro lake_table_name() -%}
  {{ this.name | replace('stg_lake__', '') }}
{%- endmacro %}


{#- In the transaction of the load: which files the rows came from. -#}
{% macro remember_load() %}
  delete from ledger.lake_loaded
  where lake_table = '{{ lake_table_name() }}'
    and partition_date in (
      select partition_date from ledger.lake_plan
      where (is_due or is_gone) and lake_table = '{{ lake_table_name() }}'
    );
  insert into ledger.lake_loaded
  select lake_table, partition_date, fingerprint
  from ledger.lake_plan
  where is_due and lake_table = '{{ lake_table_name() }}';
  {{ remember_version() }}
{% endmacro %}


{#- Days loaded by this run, for tests that would be slow over the history. -#}
{% macro loaded_days(table) -%}
  (select partition_date from ledger.lake_plan where is_due and lake_table = '{{ table }}')
{%- endmacro %}
