{#-
  What a run has to do, found out once before its first model, so that all tables see one state of the lake.

  ledger.lake_plan      day of a lake table: its files, whether to load it, whether its folder is gone
  ledger.lake_loaded    day of a lake table as it was last loaded: names, sizes and times of its files
  ledger.model_plan     incremental model: its version, whether it must be made anew
  ledger.model_versions version each incremental model was last built with
  ledger.days_built     day and its fingerprint that an incremental mart was last built from

  The ledger is bookkeeping, not data: it is never published, and without it everything is made anew.
-#}
{% macro plan_run() %}
  {% if execute %}
    {% do run_query(ledger_tables()) %}
    {% do plan_models() %}
    {% do plan_lake() %}
  {% endif %}
{% endmacro %}


{% macro ledger_tables() %}
  create schema if not exists ledger;
  create table if not exists ledger.lake_loaded (
    lake_table varchar not null, partition_date date not null, fingerprint varchar not null
  );
  create table if not exists ledger.model_versions (model varchar not null, model_version varchar not null);
  create table if not exists ledger.days_built (
    model varchar not null, basis varchar not null, day date not null, fingerprint ubigint not null
  );
{% endmacro %}


{#- A model is made anew when its code, its contract, the macros or DuckDB (whose hashes are stored) changed. -#}
{% macro plan_models() %}
  {% set duckdb_version = run_query('select version()').columns[0].values()[0] %}
  {% set rows = [] %}
  {% for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized == 'incremental' %}
    {% set parts = [node.checksum.checksum, node.contract.checksum, var('macros_digest'), duckdb_version] %}
    {% for name in ['min_words', 'min_words_indirect', 'band_rows', 'agreement', 'similarity', 'containment', 'trim_words'] %}
      {% do parts.append(var('family_' ~ name)) %}
    {% endfor %}
    {% do rows.append("('" ~ node.name ~ "', '" ~ node.schema ~ "', '" ~ local_md5(parts | join('|')) ~ "')") %}
  {% endfor %}
  {# Outside a transaction: what follows the plan runs on other connections. #}
  {% call statement('plan_models', auto_begin=false) %}
    create or replace table ledger.model_plan as
    select
      planned.model,
      planned.model_version,
      {{ 'true' if flags.FULL_REFRESH else 'false' }}
        or existing.table_name is null
        or built.model_version is distinct from planned.model_version as is_made_anew
    from (values {{ rows | join(', ') }}) as planned (model, model_schema, model_version)
    left join ledger.model_versions as built using (model)
    left join duckdb_tables() as existing
      on existing.database_name = current_database()
      and existing.schema_name = planned.model_schema
      and existing.table_name = planned.model;
  {% endcall %}
{% endmacro %}


{% macro plan_lake() %}
  {% set requested = requested_days() %}
  {% call statement('plan_lake', auto_begin=false) %}
    create or replace table ledger.lake_plan as
    with lake_files as (
      select
        regexp_extract(filename, 'lake/([a-z_]+)/partition_date=', 1) as lake_table,
        try_cast(regexp_extract(filename, 'partition_date=([0-9]{4}-[0-9]{2}-[0-9]{2})/', 1) as date) as partition_date,
        filename,
        parse_filename(filename) || ' ' || size || ' ' || epoch_ms(last_modified) as identity
      from read_blob('{{ lake_dir() }}/*/partition_date=*/*.parquet')
    ),
    present as (
      select
        lake_table,
        partition_date,
        list(filename order by filename) as files,
        string_agg(identity, '; ' order by filename) as fingerprint
      from lake_files
      where partition_date is not null
      group by all
    )
    select
      lake_table,
      partition_date,
      coalesce(present.files, []) as files,
      coalesce(present.fingerprint, '') as fingerprint,
      present.files is not null and (
        coalesce(model_plan.is_made_anew, true)
        or present.fingerprint is distinct from loaded.fingerprint
        or {{ "list_contains(" ~ requested ~ ", partition_date)" if requested else "true" }}
      ) as is_due,
      present.files is null as is_gone
    from present
    full join ledger.lake_loaded as loaded using (lake_table, partition_date)
    left join ledger.model_plan as model_plan on model_plan.model = 'stg_lake__' || lake_table
    {# A day whose folder vanished leaves when all days are loaded or when it is asked for by name. #}
    where present.files is not null or {{ "list_contains(" ~ requested ~ ", partition_date)" if requested else "true" }};
  {% endcall %}
{% endmacro %}


{% macro lake_dir() -%}
  {{ env_var('ONRECORD_DATA_DIR', '../data') | replace("'", "''") }}/lake
{%- endmacro %}


{#- The requested days as an SQL list, or nothing for all days: the var, else ONRECORD_PARTITIONS (days with
    commas between), which spares dbt the reading of the whole project that a changed var costs. -#}
{% macro requested_days() %}
  {% set days = var('partitions') or env_var('ONRECORD_PARTITIONS', '').split(',') %}
  {% set dates = [] %}
  {% for day in days if day | string | trim %}
    {% if not modules.re.fullmatch('\\d{4}-\\d{2}-\\d{2}', day | string | trim) %}
      {{ exceptions.raise_compiler_error("partitions: '" ~ day ~ "' is no ISO date (YYYY-MM-DD)") }}
    {% endif %}
    {% do dates.append("date '" ~ (day | string | trim) ~ "'") %}
  {% endfor %}
  {{ return('[' ~ dates | join(', ') ~ ']' if dates else '') }}
{% endmacro %}


{#- dbt's own question whether an incremental model is made anew, answered from the plan too. -#}
{% macro should_full_refresh() %}
  {% if flags.FULL_REFRESH %}
    {{ return(true) }}
  {% elif not execute or config.get('materialized') != 'incremental' %}
    {{ return(false) }}
  {% endif %}
  {% set planned = run_query("select is_made_anew from ledger.model_plan where model = '" ~ model.name ~ "'") %}
  {{ return(planned | length == 0 or planned.columns[0].values()[0]) }}
{% endmacro %}


{#- Last statement of every incremental model: it now stands as this version makes it. -#}
{% macro remember_version() %}
  delete from ledger.model_versions where model = '{{ this.name }}';
  insert into ledger.model_versions
  select model, model_version from ledger.model_plan where model = '{{ this.name }}';
{% endmacro %}
