"""The DuckDB file made from the one before holds what one made from nothing holds."""

from pathlib import Path

import duckdb
import pytest
from marts_maker import make_warehouse

from pipeline.resources import publish_database
from pipeline.resources.publication import publish
from pipeline.resources.publish_tables import TABLES

NAMES = [table.name for table in TABLES]


def change(data_dir: Path, sql: str) -> None:
    with duckdb.connect(str(data_dir / "warehouse.duckdb")) as connection:
        connection.execute(sql)


def content(path: Path, schema: str) -> dict[str, object]:
    """All rows, comments, keys and views of a file."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{path}' as it (read_only)")
        rows = {
            name: connection.execute(f"select * from it.{schema}.{name} order by all").fetchall()
            for name in NAMES
        }
        comments = connection.execute(
            "select table_name, column_name, comment, is_nullable from duckdb_columns() "
            "where database_name = 'it' order by all"
        ).fetchall()
        keys = connection.execute(
            "select table_name, constraint_text from duckdb_constraints() where database_name = 'it' order by all"
        ).fetchall()
        views = connection.execute(
            "select view_name, sql, comment from duckdb_views() where database_name = 'it' order by all"
        ).fetchall()
    return {"rows": rows, "comments": comments, "keys": keys, "views": views}


def published(data_dir: Path, run: str) -> Path:
    return publish(data_dir, run_id=run, report=None).folder / "onrecord.duckdb"


@pytest.fixture
def created(monkeypatch):
    """How often a file was made from nothing."""
    calls: list[str] = []
    create = publish_database._create

    def noted(connection, path, files, views):
        calls.append(path.name)
        create(connection, path, files, views)

    monkeypatch.setattr(publish_database, "_create", noted)
    return calls


CHANGES = """
update marts.fct_statement set word_count = 99 where statement_date >= date '2021-12-20';
insert into marts.fct_statement select * replace ('late' as statement_id, date '2021-11-21' as statement_date)
    from marts.fct_statement order by statement_id limit 1;
delete from marts.fct_mention where article_date < date '2021-12-01';
update marts.dim_actor set role = 'other' where actor_id like 'k1%';
delete from marts.rejects
"""


def test_changed_months_are_replaced_in_a_copy_of_the_file_before(data_dir, created, tmp_path):
    first = published(data_dir, "one")
    before = content(first, "main")
    change(data_dir, CHANGES)
    second = published(data_dir, "two")
    assert len(created) == 1
    found = content(second, "main")
    assert found["rows"] == content(data_dir / "warehouse.duckdb", "marts")["rows"]
    assert found["rows"] != before["rows"]
    assert content(first, "main") == before
    (tmp_path / "fresh").mkdir()
    (tmp_path / "fresh" / "warehouse.duckdb").write_bytes((data_dir / "warehouse.duckdb").read_bytes())
    scratch = content(published(tmp_path / "fresh", "scratch"), "main")
    assert found == scratch


def test_a_file_made_from_the_one_before_is_read_only_closed_and_of_the_old_storage_format(data_dir):
    published(data_dir, "one")
    change(data_dir, CHANGES)
    path = published(data_dir, "two")
    assert path.stat().st_mode & 0o222 == 0
    assert not list(path.parent.glob("*.wal"))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as it (read_only)")
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'it'").fetchone()
    assert "v1.2.0" in str(tags)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:4096] + b"\xff" * 60_000 + data[64_096:],
        lambda _: b"",
    ],
    ids=["cut", "scribbled", "empty"],
)
def test_a_damaged_file_before_is_not_handed_on(data_dir, created, damage):
    first = published(data_dir, "one")
    data = first.read_bytes()
    first.chmod(0o644)
    first.write_bytes(damage(data))
    change(data_dir, CHANGES)
    second = published(data_dir, "two")
    assert len(created) == 2
    assert content(second, "main")["rows"] == content(data_dir / "warehouse.duckdb", "marts")["rows"]


def test_rows_that_somebody_changed_in_the_file_before_are_not_handed_on(data_dir, created):
    first = published(data_dir, "one")
    first.chmod(0o644)
    with duckdb.connect(str(first)) as connection:
        connection.execute(
            "update fct_article set headline = 'forged' where article_date < date '2021-12-01'"
        )
    second = published(data_dir, "two")
    assert len(created) == 2
    assert content(second, "main")["rows"] == content(data_dir / "warehouse.duckdb", "marts")["rows"]


@pytest.mark.parametrize(
    "sql",
    [
        "comment on table marts.fct_article is 'another description'",
        "comment on column marts.fct_article.url is 'another description'",
        "alter table marts.fct_article add column added varchar",
        "update marts.fct_article set text = text || 'x'; update marts.fct_mention set mention_text = 'x';"
        "update marts.fct_statement set content_text = 'x'; update marts.quotation_families set content_text = 'x';"
        "update marts.actor_statements_daily set statements = 7; update marts.actor_pairs_daily set statements = 7;"
        "update marts.outlet_daily set statements = 7; update marts.cue_usage set statements = 7",
    ],
    ids=["table comment", "column comment", "new column", "most rows"],
)
def test_another_shape_or_most_rows_changed_is_made_from_nothing(data_dir, created, sql):
    published(data_dir, "one")
    change(data_dir, sql)
    second = published(data_dir, "two")
    assert len(created) == 2
    assert content(second, "main")["rows"] == content(data_dir / "warehouse.duckdb", "marts")["rows"]


def test_the_file_is_made_from_nothing_now_and_then(data_dir, created, monkeypatch):
    monkeypatch.setattr(publish_database, "MAX_AGE", 2)
    for number in range(6):
        published(data_dir, str(number))
    assert len(created) == 2


def test_a_warehouse_that_was_emptied_is_published_empty(data_dir):
    published(data_dir, "one")
    make_warehouse(data_dir, days=0)
    rows = content(published(data_dir, "two"), "main")["rows"]
    assert isinstance(rows, dict)
    assert not any(rows.values())


def test_the_file_does_not_grow_with_each_publication(data_dir, created):
    make_warehouse(data_dir, days=400)
    change(
        data_dir,
        "insert into marts.fct_article select * replace (repeat(text, 400) as text) from marts.fct_article",
    )
    sizes = []
    for number in range(6):
        change(
            data_dir,
            f"update marts.fct_article set headline = '{number}' where article_date > date '2022-10-01'",
        )
        sizes.append(published(data_dir, str(number)).stat().st_size)
    assert len(created) == 1
    assert max(sizes[2:]) <= 1.1 * sizes[1]
