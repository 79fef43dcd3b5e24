"""The metrics of metrics.yml and the SQL of the cookbook give the same figures."""

import json

import duckdb
import pytest
from test_cookbook import one


@pytest.fixture(scope="module")
def semantic(builds):
    """The semantic manifest, as dbt made it."""
    return json.loads((builds.target / "semantic_manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def warehouse(builds):
    with duckdb.connect(str(builds.at_once / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def aggregate(measure):
    expression = measure["expr"] or measure["name"]
    return (
        f"count(distinct {expression})"
        if measure["agg"] == "count_distinct"
        else f"{measure['agg']}({expression})"
    )


def figures(warehouse, semantic, model_name, by):
    """Every measure of a semantic model, computed as its definition says."""
    [model] = [m for m in semantic["semantic_models"] if m["name"] == model_name]
    measures = ", ".join(f"{aggregate(m)} as {m['name']}" for m in model["measures"])
    table = f"{model['node_relation']['schema_name']}.{model['node_relation']['alias']}"
    sql = f"select {by}, {measures} from {table} group by all order by all"
    return warehouse.sql(sql).pl()


def test_statements_distinct_statements_and_direct_share(warehouse, semantic, publication):
    defined = figures(warehouse, semantic, "statements", "date_trunc('month', statement_date)::date as month")
    documented = one(publication, 33)
    for name in ("statements", "distinct_statements", "direct_statements"):
        assert [int(n) for n in defined[name]] == documented[name].to_list(), name
    [share] = [m for m in semantic["metrics"] if m["name"] == "direct_share"]
    params = share["type_params"]
    assert (params["numerator"]["name"], params["denominator"]["name"]) == ("direct_statements", "statements")
    assert documented["direct_share"].to_list() == [
        float(a) / float(b) for a, b in defined.select("direct_statements", "statements").rows()
    ]


def test_share_of_voice(warehouse, semantic, publication):
    defined = figures(warehouse, semantic, "voices", "month_start_date, outlet_id, actor_id")
    assert sorted(defined.rows(), key=str) == sorted(one(publication, 34).rows(), key=str)


def test_every_metric_is_described_and_named_in_the_cookbook(semantic):
    names = {m["name"] for m in semantic["metrics"]}
    assert names == {"statements", "distinct_statements", "direct_statements", "direct_share", "voice_share"}
    assert all(m["description"] and m["label"] for m in semantic["metrics"])
