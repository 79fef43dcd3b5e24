{#-
  Incremental marts that follow the data, not the clock: each remembers the fingerprint of every day it was
  built from, and makes anew the days whose fingerprint is another now. So a late article changes the past
  days it speaks of, a run that was killed is made good by the next, and a full refresh gives the same rows.

  A model says in its config:
    meta: {changes: {basis: statement_date, column: statement_date, spread_days: 6}}
  basis        which fingerprints of int_days_fingerprinted it depends on
  column       its column that holds the day (or the first day of the month)
  spread_days  how many days after a changed day change with it (windows)
  grain        'month' when a row covers a month
-#}
{% macro changed_days() -%}
  {%- set fingerprints = ref('int_days_fingerprinted') -%}
  {%- set changes = model.config.meta.changes if execute else none -%}
  {%- if not changes -%}
    {#- Parsing, or a unit test, which knows nothing of the model's config: every day, every month. -#}
    (select day from {{ fingerprints }} union select date_trunc('month', day)::date from {{ fingerprints }})
  {%- else -%}
    (
      with now_is as (
        select day, fingerprint from {{ fingerprints }} where basis = '{{ changes.basis }}'
      ),
      built as (
        select day, fingerprint from ledger.days_built
        where model = '{{ this.name }}' and basis = '{{ changes.basis }}'
        {%- if not is_incremental() %} and false{% endif %}
      ),
      differing as (
        select coalesce(now_is.day, built.day) as day
        from now_is
        full join built using (day)
        where now_is.fingerprint is distinct from built.fingerprint
      )
      {%- if changes.grain == 'month' %}
      select distinct date_trunc('month', day)::date as day from differing
      {%- else %}
      select distinct day + spread.days::integer as day
      from differing
      cross join range({{ changes.spread_days or 0 }} + 1) as spread (days)
      {%- endif %}
    )
  {%- endif -%}
{%- endmacro %}


{#- Strategy of those marts. -#}
{% macro get_incremental_changed_days_sql(arg_dict) %}
  {% set names = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) %}
  delete from {{ arg_dict['target_relation'] }}
  where {{ model.config.meta.changes.column }} in (select day from {{ changed_days() }});
  insert into {{ arg_dict['target_relation'] }} ({{ names }})
  select {{ names }} from {{ arg_dict['temp_relation'] }};
{% endmacro %}


{#- In the transaction of the change: what the model was built from. -#}
{% macro remember_days() %}
  {% if execute %}
  {% set basis = model.config.meta.changes.basis %}
  delete from ledger.days_built where model = '{{ this.name }}';
  insert into ledger.days_built
  select '{{ this.name }}', basis, day, fingerprint
  from {{ ref('int_days_fingerprinted') }}
  where basis = '{{ basis }}';
  {{ remember_version() }}
  {% endif %}
{% endmacro %}
