"""The dbt project as text: its contract with the lake, its layers, its words, its tests."""

import hashlib
import json
import re
from typing import get_args

import duckdb
import polars as pl
import pytest
import yaml
from dbt_runs import PROJECT

from pipeline.extract.entities import Resolution, Unresolved
from pipeline.schemas import SPANS, TABLES, UTC
from pipeline.settings import PROJECT_DIR

MODELS = {path.stem: path for path in sorted((PROJECT / "models").rglob("*.sql"))}
YML = {
    model["name"]: model
    for path in sorted((PROJECT / "models").rglob("*.yml"))
    for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
}
DERIVED = {"row_hash", "content_hash"}
"""Columns that staging adds to a lake table."""
WINDOW_CASE_OR_DEDUPE = (
    r"\bover \(|\bover [a-z_]+|\bcase\b|\bqualify\b|\bdistinct\b|\bgroup by\b|recursive|arg_max|arg_min"
)


@pytest.fixture(scope="module")
def manifest(builds):
    return json.loads((builds.target / "manifest.json").read_text(encoding="utf-8"))


def duckdb_type(dtype):
    if dtype == SPANS:
        return 'struct("start" bigint, "end" bigint)[]'
    if isinstance(dtype, pl.List):
        return f"{duckdb_type(dtype.inner)}[]"
    return {
        pl.String: "varchar",
        pl.Date: "date",
        UTC: "timestamp with time zone",
        pl.Int64: "bigint",
        pl.UInt32: "uinteger",
        pl.Float64: "double",
        pl.Boolean: "boolean",
    }[dtype]


def code(name):
    """A model's SQL without its comments."""
    sql = MODELS[name].read_text(encoding="utf-8").lower()
    return re.sub(r"{#.*?#}|--[^\n]*", "", sql, flags=re.S)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_staging_is_the_lakes_contract_word_for_word(table):
    model = YML[f"stg_lake__{table.name}"]
    assert model["description"] == table.grain
    described = [c for c in model["columns"] if c["name"] not in DERIVED]
    assert [(c["name"], c["description"], c["data_type"], bool(c.get("constraints"))) for c in described] == [
        (name, column.meaning, duckdb_type(column.dtype), not column.nullable)
        for name, column in table.columns.items()
    ]
    [test] = model["data_tests"]
    assert test["unique_in_loaded_days"]["arguments"] == {
        "lake_table": table.name,
        "columns": list(table.key),
    }


def test_every_lake_table_is_a_source_with_the_key_of_its_asset(manifest):
    keys = {s["name"]: s["config"]["meta"]["dagster"]["asset_key"] for s in manifest["sources"].values()}
    both = {"rejects", "run_log"}
    assert keys == {name: ["lake", name] if name in both else [name] for name in TABLES}


def test_every_model_has_sql_and_yml_side_by_side():
    assert set(YML) == set(MODELS)
    for name, path in MODELS.items():
        assert path.with_suffix(".yml").exists(), name


@pytest.mark.parametrize("name", MODELS)
def test_every_model_says_its_grain_first_and_describes_every_column(name):
    model = YML[name]
    assert model["description"].startswith("One row per "), name
    for column in model["columns"]:
        assert column["description"].strip(), column["name"]
        assert column["data_type"], column["name"]


@pytest.mark.parametrize("name", [n for n in MODELS if "staging" not in MODELS[n].parts])
def test_every_model_above_staging_ends_in_named_columns(name):
    sql = code(name)
    last = sql[sql.rindex("\nselect") if "\nselect" in sql else 0 :]
    assert not re.search(r"select\s+\*|\.\*|,\s*\*", last)


@pytest.mark.parametrize("name", [n for n in MODELS if re.search(WINDOW_CASE_OR_DEDUPE, code(n))])
def test_every_window_case_and_dedupe_has_a_unit_test(name):
    tests = yaml.safe_load(MODELS[name].with_suffix(".yml").read_text(encoding="utf-8")).get("unit_tests", [])
    assert tests


@pytest.mark.parametrize("name", [n for n in MODELS if "marts" in MODELS[n].parts])
def test_every_mart_has_a_tested_key(name):
    model = YML[name]
    unique = ["unique" in c.get("data_tests", []) and "not_null" in c["data_tests"] for c in model["columns"]]
    together = ["unique_columns" in test for test in model.get("data_tests", []) if isinstance(test, dict)]
    assert any(unique) or any(together)


@pytest.mark.parametrize(("column", "kind"), [("resolution", Resolution), ("unresolved_reason", Unresolved)])
def test_what_the_extractor_can_say_is_what_the_mart_accepts(column, kind):
    (found,) = [c for c in YML["fct_statement"]["columns"] if c["name"] == column]
    (accepted,) = [t["accepted_values"]["arguments"]["values"] for t in found["data_tests"]]
    assert accepted == list(get_args(kind))
    assert all(value in found["description"] for value in accepted)


def test_contracts_are_enforced_and_descriptions_go_into_the_warehouse(manifest, builds):
    for node in nodes(manifest, "model"):
        assert node["contract"]["enforced"], node["name"]
    with duckdb.connect(str(builds.at_once / "warehouse.duckdb"), read_only=True) as connection:
        tables = connection.execute(
            "select table_name, comment from duckdb_tables() where schema_name <> 'ledger'"
        ).fetchall()
        columns = connection.execute(
            "select table_name, column_name, comment from duckdb_columns() "
            "where schema_name in ('staging', 'intermediate', 'marts')"
        ).fetchall()
    assert dict(tables) == {name: model["description"].strip() for name, model in YML.items()}
    assert {(t, c): text for t, c, text in columns} == {
        (name, c["name"]): c["description"].strip() for name, model in YML.items() for c in model["columns"]
    }


def nodes(manifest, kind):
    return [n for n in manifest["nodes"].values() if n["resource_type"] == kind]


def test_layers_read_only_what_lies_below_and_only_staging_reads_the_lake(manifest):
    for node in nodes(manifest, "model"):
        reads = {
            manifest["nodes"][p]["tags"][0] for p in node["depends_on"]["nodes"] if p in manifest["nodes"]
        }
        sources = [p for p in node["depends_on"]["nodes"] if p.startswith("source.")]
        [layer] = node["tags"]
        allowed = {
            "staging": set(),
            "intermediate": {"staging", "intermediate"},
            "marts": {"staging", "intermediate", "marts"},
        }[layer]
        assert reads <= allowed, node["name"]
        assert not sources or layer == "staging", node["name"]
        assert node["schema"] == node["config"]["group"] == layer


def test_singular_tests_are_sentences_and_say_what_breaks():
    files = sorted((PROJECT / "tests").glob("*.sql"))
    assert len(files) >= 12
    for path in files:
        assert path.stem.startswith("assert_")
        assert path.stem.count("_") >= 4, path.stem
        assert path.read_text(encoding="utf-8").startswith("-- If this "), path.stem


def test_exposures_name_readers_of_every_mart(manifest):
    read = {name for e in manifest["exposures"].values() for name in e["depends_on"]["nodes"]}
    marts = {n["unique_id"] for n in nodes(manifest, "model") if "marts" in n["tags"]}
    assert read == marts
    assert all(e["owner"]["name"] and e["description"] for e in manifest["exposures"].values())


def test_changed_macros_make_incremental_models_anew():
    digest = hashlib.sha256()
    for path in sorted((PROJECT / "macros").glob("*.sql")):
        digest.update(path.read_bytes())
    value = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["macros_digest"]
    assert value == digest.hexdigest()[:12], (
        f"set macros_digest in dbt_project.yml to {digest.hexdigest()[:12]}"
    )


def test_nothing_is_sent_anywhere_and_nothing_comes_from_a_hub():
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["flags"]["send_anonymous_usage_stats"] is False
    assert not (PROJECT / "packages.yml").exists()
    assert not (PROJECT / "dependencies.yml").exists()


def test_the_analysts_page_lists_every_published_table():
    text = (PROJECT_DIR / "docs" / "analysts.md").read_text(encoding="utf-8")
    marts = {n for n in MODELS if "marts" in MODELS[n].parts}
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.M)) == marts
