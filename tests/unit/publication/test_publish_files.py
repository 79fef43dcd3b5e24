"""The files of a publication hold the marts, whole, sorted and described."""

import gzip
import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from marts_maker import make_warehouse, mart_models

from pipeline.resources.publication import publish
from pipeline.resources.publish_tables import TABLES
from pipeline.resources.publish_views import VIEWS

NAMES = [table.name for table in TABLES]


@pytest.fixture(scope="module")
def database(published):
    with duckdb.connect(str(published.database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def rows_of(path: str, name: str) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{path}' as it (read_only)")
        schema = "marts" if path.endswith("warehouse.duckdb") else "main"
        return connection.execute(f"select * from it.{schema}.{name} order by all").fetchall()


def test_the_file_holds_the_published_tables_and_views_and_nothing_else(database):
    found = database.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    views = database.execute("select view_name from duckdb_views() where not internal").fetchall()
    assert sorted(found) == sorted(("main", name) for name in NAMES)
    assert sorted(v for (v,) in views) == sorted(v.name for v in VIEWS)


@pytest.mark.parametrize("name", NAMES)
def test_each_table_has_the_rows_of_its_mart(published, name):
    rows = rows_of(str(published.database), name)
    assert rows == rows_of(str(published.path.parent / "warehouse.duckdb"), name)
    assert len(rows) == published.row_counts[name] == 40


def test_tables_columns_and_views_carry_their_descriptions(database):
    tables = dict(database.execute("select table_name, comment from duckdb_tables()").fetchall())
    columns = database.execute(
        "select table_name, column_name, comment from duckdb_columns() where not internal"
    ).fetchall()
    models = mart_models()
    assert tables == {name: models[name]["description"].strip() for name in NAMES}
    described = {(t, c): text for t, c, text in columns if t in models}
    assert described == {
        (name, column["name"]): column["description"] for name in NAMES for column in models[name]["columns"]
    }
    views = dict(
        database.execute("select view_name, comment from duckdb_views() where not internal").fetchall()
    )
    assert views == {view.name: view.description for view in VIEWS}


def test_columns_that_may_not_be_null_are_so_declared_and_dimensions_have_keys(database):
    found = database.execute(
        "select table_name, column_name from duckdb_columns() where not is_nullable"
    ).fetchall()
    models = mart_models().items()
    declared = {(name, c["name"]) for name, model in models for c in model["columns"] if c.get("constraints")}
    assert set(found) == declared
    keys = database.execute(
        "select table_name, constraint_column_names from duckdb_constraints() "
        "where constraint_type = 'PRIMARY KEY'"
    ).fetchall()
    assert sorted(keys) == [
        ("dim_actor", ["actor_id"]),
        ("dim_date", ["date_day"]),
        ("dim_outlet", ["outlet_id"]),
    ]


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_rows_lie_in_the_tables_order(database, table):
    columns = ", ".join(table.order)
    order = ", ".join(f"{c} nulls first" for c in table.order)
    stored = database.execute(f"select {columns} from {table.name}").fetchall()
    assert stored == database.execute(f"select {columns} from {table.name} order by {order}").fetchall()


@pytest.mark.parametrize("view", VIEWS, ids=[view.name for view in VIEWS])
def test_every_view_answers_and_describes_each_of_its_columns(database, view):
    answer = database.execute(f"select * from {view.name} limit 1").description
    assert [column[0] for column in answer] == list(view.columns)
    comments = database.execute(
        "select column_name, comment from duckdb_columns() where table_name = ?", [view.name]
    ).fetchall()
    assert dict(comments) == view.columns
    assert view.description.startswith("One row per ")


def test_the_file_is_in_the_storage_format_of_duckdb_1_2(published):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published.database}' as it (read_only)")
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'it'").fetchone()
    assert "v1.2.0" in str(tags)


def test_the_file_is_read_only_and_has_no_write_ahead_log(published):
    assert published.database.stat().st_mode & 0o222 == 0
    assert not list(published.path.glob("*.wal"))


@pytest.mark.parametrize("name", NAMES)
def test_parquet_has_the_same_rows(published, name):
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = connection.execute(
            f"select * from '{published.path}/parquet/{name}/*.parquet' order by all"
        ).fetchall()
    assert found == rows_of(str(published.database), name)


def test_parquet_of_facts_is_split_by_month(published):
    files = sorted(p.name for p in (published.path / "parquet" / "fct_statement").iterdir())
    assert files == ["2021-11.parquet", "2021-12.parquet"]
    november = pl.read_parquet(published.path / "parquet" / "fct_statement" / "2021-11.parquet")
    assert november.height == 11
    assert november["statement_date"].is_sorted()


@pytest.mark.parametrize("name", NAMES)
def test_csv_has_the_same_rows_with_lists_as_json_and_times_in_utc(published, name):
    with gzip.open(published.path / "csv" / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        frame = pl.read_csv(file.read().encode(), infer_schema=False)
    columns = mart_models()[name]["columns"]
    assert frame.columns == [c["name"] for c in columns]
    assert frame.height == 40
    for column in columns:
        values = frame[column["name"]].drop_nulls().to_list()
        if column["data_type"].endswith("[]"):
            assert all(isinstance(json.loads(v), list) for v in values)
        elif column["data_type"] == "timestamp with time zone":
            assert values[0].endswith("T08:30:00.250000Z")
        elif column["data_type"] == "bigint":
            assert sorted(map(int, values))[:2] == [0, 1]


def test_text_with_quotes_commas_lines_and_accents_comes_back_from_csv(published):
    with gzip.open(published.path / "csv" / "fct_article.csv.gz", "rb") as file:
        frame = pl.read_csv(file.read(), infer_schema=False)
    with duckdb.connect(str(published.database), read_only=True) as connection:
        expected = connection.execute("select article_id, text from fct_article").fetchall()
    assert sorted(frame.select("article_id", "text").rows()) == sorted(expected)


def test_the_same_data_gives_the_same_bytes_of_parquet_and_csv(tmp_path):
    made = []
    for place in ("a", "b"):
        make_warehouse(tmp_path / place)
        made.append(publish(tmp_path / place, run_id=place, report=None).folder)
    first, second = (
        {
            str(p.relative_to(folder)): p.read_bytes()
            for kind in ("csv", "parquet")
            for p in sorted((folder / kind).rglob("*.*"))
        }
        for folder in made
    )
    assert first == second


def test_months_that_did_not_change_are_taken_over_and_the_others_written_anew(data_dir):
    before = publish(data_dir, run_id="one", report=None).folder
    with duckdb.connect(str(data_dir / "warehouse.duckdb")) as connection:
        connection.execute(
            "update marts.fct_statement set word_count = 99 where statement_date >= date '2021-12-01'"
        )
    after = publish(data_dir, run_id="two", report=None).folder

    def inode(folder: Path, month: str) -> int:
        return (folder / "parquet" / "fct_statement" / f"{month}.parquet").stat().st_ino

    assert inode(before, "2021-11") == inode(after, "2021-11")
    assert inode(before, "2021-12") != inode(after, "2021-12")
    with gzip.open(after / "csv" / "fct_statement.csv.gz", "rb") as file:
        from_csv = pl.read_csv(file.read(), infer_schema=False)
    assert from_csv.height == 40
    assert from_csv["word_count"].to_list().count("99") == 29
    assert rows_of(str(after / "onrecord.duckdb"), "fct_statement") == rows_of(
        str(data_dir / "warehouse.duckdb"), "fct_statement"
    )


def test_months_taken_over_equal_a_publication_from_scratch(data_dir, tmp_path):
    publish(data_dir, run_id="one", report=None)
    second = publish(data_dir, run_id="two", report=None).folder
    (tmp_path / "fresh").mkdir()
    shutil.copy(data_dir / "warehouse.duckdb", tmp_path / "fresh" / "warehouse.duckdb")
    scratch = publish(tmp_path / "fresh", run_id="three", report=None).folder
    for kind in ("csv", "parquet"):
        for path in sorted((scratch / kind).rglob("*.*")):
            assert (second / path.relative_to(scratch)).read_bytes() == path.read_bytes(), path


def test_a_table_without_rows_is_published_with_its_columns(tmp_path):
    make_warehouse(tmp_path, days=0)
    made = publish(tmp_path, run_id="empty", report=None)
    assert set(made.row_counts.values()) == {0}
    assert pl.read_parquet(made.path / "parquet" / "fct_statement" / "*.parquet").columns
    with gzip.open(made.path / "csv" / "fct_statement.csv.gz", "rt") as file:
        assert file.read().startswith("statement_id,")


def test_a_damaged_ledger_of_months_costs_only_time(data_dir):
    first = publish(data_dir, run_id="one", report=None)
    (first.folder / ".files.json").write_text("{", encoding="utf-8")
    assert publish(data_dir, run_id="two", report=None).row_counts == first.row_counts
