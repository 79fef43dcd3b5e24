"""Everything loads with no environment set, and the graph is the contract's."""

import json
import shutil
from typing import Any

import dagster as dg
import pytest

from pipeline.assets.warehouse import DBT_PROJECT_DIR
from pipeline.definitions import build_defs
from pipeline.schemas import TABLES
from pipeline.settings import PROJECT_DIR, Settings

MARTS = {
    "dim_actor", "dim_outlet", "dim_date", "fct_article", "fct_statement", "fct_mention", "quotation_families",
    "actor_statements_daily", "actor_pairs_daily", "outlet_actor_share", "outlet_daily", "cue_usage", "rejects",
    "run_log",
}  # fmt: skip


@pytest.fixture(scope="module")
def graph(tmp_path_factory) -> Any:
    defs = build_defs(Settings(data_dir=tmp_path_factory.mktemp("data")))
    return defs.resolve_asset_graph()


def names(keys) -> set[str]:
    return {k.to_user_string() for k in keys}


def test_lake_tables_marts_and_the_publication_are_assets(graph):
    lake = {f"lake/{t}" if t in ("rejects", "run_log") else t for t in TABLES}
    assert lake | MARTS | {"published"} <= names(graph.get_all_asset_keys())


@pytest.mark.parametrize(
    ("asset", "upstream"),
    [
        ("pages", {"feed_entries"}),
        ("articles", {"pages"}),
        ("attributions", {"articles"}),
        ("statements", {"articles", "attributions", "names"}),
        ("stg_lake__statements", {"statements"}),
        ("stg_lake__rejects", {"lake/rejects"}),
    ],
)
def test_lineage_goes_from_feed_to_mart(graph, asset, upstream):
    assert names(graph.get(dg.AssetKey([asset])).parent_keys) >= upstream


def test_the_warehouse_waits_until_a_day_of_the_lake_is_whole(graph):
    """A backfill from the graph would else start dbt once for each lake table."""
    staging = [k for k in graph.materializable_asset_keys if graph.get(k).group_name == "staging"]
    assert len(staging) == len(TABLES) + 1
    for key in staging:
        assert "lake/run_log" in names(graph.get(key).parent_keys), key


def test_the_publication_waits_for_every_mart(graph):
    assert names(graph.get(dg.AssetKey(["published"])).parent_keys) == MARTS


def test_every_asset_has_a_group_and_a_description(graph):
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.group_name != "default", key
        assert node.description, key


def test_days_are_partitions_up_to_the_lake_and_the_warehouse_is_whole(graph):
    kinds = {type(graph.get(k).partitions_def).__name__ for k in graph.materializable_asset_keys}
    assert kinds == {"DailyPartitionsDefinition", "NoneType"}
    days = {
        k.to_user_string() for k in graph.materializable_asset_keys if graph.get(k).partitions_def is not None
    }
    assert days == {f"lake/{t}" if t in ("rejects", "run_log") else t for t in TABLES}


def test_warehouse_steps_share_one_pool(tmp_path):
    defs = build_defs(Settings(data_dir=tmp_path))
    nodes = [a.node_def for a in defs.resolve_asset_graph().assets_defs if a.is_executable]
    pools = {n.name: n.pool for n in nodes if isinstance(n, dg.OpDefinition)}
    assert pools["dbt_models"] == pools["published"] == "warehouse"
    assert pools["articles"] is None


def test_every_dbt_test_is_shown_as_a_check_of_a_model(graph):
    manifest = json.loads((DBT_PROJECT_DIR / "target" / "manifest.json").read_text(encoding="utf-8"))
    tests = {n["name"] for k, n in manifest["nodes"].items() if k.startswith("test.")}
    shown = {key.name for key in graph.asset_check_keys}
    assert tests - shown == set()


def test_lake_tables_have_their_checks_and_the_broken_ones_block(graph):
    checks: dict[str, set[str]] = {}
    for key in graph.asset_check_keys:
        checks.setdefault(key.asset_key.to_user_string(), set()).add(key.name)
    for table in set(TABLES) - {"rejects", "run_log"}:
        assert checks[table] >= {"schema", "keys_unique"}
    for table in ("attributions", "names", "statements", "mentions"):
        assert "spans_match_text" in checks[table]
    assert checks["statements"] >= {"volume", "unresolved_share", "cue_drift"}
    assert checks["articles"] >= {"volume", "reject_share"}
    assert "feed_silence" in checks["feed_entries"]
    assert checks["published"] == {"freshness"}
    blocking = {k.name for k in graph.asset_check_keys if graph.get(k).blocking}
    assert blocking >= {"schema", "keys_unique", "spans_match_text"}
    assert not blocking & {
        "volume",
        "unresolved_share",
        "reject_share",
        "feed_silence",
        "cue_drift",
        "freshness",
    }


def test_every_asset_has_an_owner_a_kind_and_its_grain_first(graph):
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.owners, key
        assert node.kinds, key
        assert node.description.startswith(("One row per", "One publication")), (key, node.description[:60])


def test_lake_tables_have_columns_and_lineage(graph):
    for table in set(TABLES) - {"rejects", "run_log"}:
        metadata = graph.get(dg.AssetKey([table])).metadata
        assert [c.name for c in metadata["dagster/column_schema"].columns] == list(TABLES[table].columns)
        assert ("dagster/column_lineage" in metadata) == (table != "feed_entries")


def test_one_process_a_run_unless_settings_say_more(tmp_path):
    one = build_defs(Settings(data_dir=tmp_path))
    assert one.resolve_job_def("daily").executor_def.name == "in_process"
    assert isinstance(one.executor, dg.ExecutorDefinition)
    assert one.executor.name == "in_process"
    two = build_defs(Settings(data_dir=tmp_path, step_processes=2))
    assert two.resolve_job_def("daily").executor_def.name == "multiprocess"


def test_polls_collect_and_look_how_old_the_publication_is(tmp_path):
    job = build_defs(Settings(data_dir=tmp_path)).resolve_job_def("collect")
    assert {k.to_user_string() for k in job.asset_layer.executable_asset_keys} == {"feed_entries", "pages"}
    assert (
        dg.AssetCheckKey(dg.AssetKey("published"), "freshness")
        in job.asset_layer.asset_graph.asset_check_keys
    )


def test_sensors_are_on_by_default(tmp_path):
    sensors = build_defs(Settings(data_dir=tmp_path)).sensors or []
    assert {s.name for s in sensors} == {"alert_on_failure", "lost_runs"}
    assert {s.default_status for s in sensors} == {dg.DefaultSensorStatus.RUNNING}


def test_the_instance_file_is_what_dagster_takes(tmp_path):
    shutil.copy(PROJECT_DIR / "pipeline" / "dagster.yaml", tmp_path / "dagster.yaml")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert instance.run_retries_enabled
        assert instance.run_monitoring_enabled
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        assert queue.max_concurrent_runs == 2
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1


def test_the_daily_schedule_is_on_by_default(tmp_path):
    defs = build_defs(Settings(data_dir=tmp_path, schedule_hour=7, schedule_zone="Europe/Riga"))
    schedule = defs.resolve_schedule_def("daily_schedule")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.cron_schedule == "0 7 * * *"
    assert schedule.execution_timezone == "Europe/Riga"
