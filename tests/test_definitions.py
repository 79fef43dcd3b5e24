"""Everything loads with no environment set, and the graph is the contract's."""

from typing import Any

import dagster as dg
import pytest

from pipeline.definitions import build_defs
from pipeline.schemas import TABLES
from pipeline.settings import Settings

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


def test_the_publication_waits_for_every_mart(graph):
    assert names(graph.get(dg.AssetKey(["published"])).parent_keys) == MARTS


def test_every_asset_has_a_group_and_a_description(graph):
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.group_name != "default", key
        assert node.description, key


def test_all_days_share_one_partitioning(graph):
    kinds = {type(graph.get(k).partitions_def).__name__ for k in graph.materializable_asset_keys}
    assert kinds == {"DailyPartitionsDefinition", "NoneType"}
    assert {
        k.to_user_string() for k in graph.materializable_asset_keys if graph.get(k).partitions_def is None
    } == {"published"}


def test_warehouse_steps_share_one_pool(tmp_path):
    defs = build_defs(Settings(data_dir=tmp_path))
    nodes = [a.node_def for a in defs.resolve_asset_graph().assets_defs if a.is_executable]
    pools = {n.name: n.pool for n in nodes if isinstance(n, dg.OpDefinition)}
    assert pools["dbt_models"] == pools["published"] == "warehouse"
    assert pools["articles"] is None


def test_the_daily_schedule_is_on_by_default(tmp_path):
    defs = build_defs(Settings(data_dir=tmp_path, schedule_hour=7, schedule_zone="Europe/Riga"))
    schedule = defs.resolve_schedule_def("daily_schedule")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.cron_schedule == "0 7 * * *"
    assert schedule.execution_timezone == "Europe/Riga"
