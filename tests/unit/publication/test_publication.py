"""Publishing and querying: what can go wrong says so in one line and leaves the old publication."""

import subprocess
import sys
import textwrap

import duckdb
import pytest
from filelock import FileLock
from marts_maker import make_warehouse

from pipeline.resources.publication import (
    PublicationError,
    QueryError,
    connect_published,
    publish,
    query_published,
)


def test_a_query_gives_a_frame(published):
    frame = query_published(
        published.path.parent, "select count(*) as n, max(statement_date) as last from fct_statement"
    )
    assert frame.rows(named=True)[0]["n"] == 40
    assert str(frame["last"][0]) == "2021-12-29"


def test_sums_are_plain_integers(published):
    frame = query_published(
        published.path.parent,
        "select sum(statements) as total from actor_statements_daily",
    )
    assert frame["total"].to_list() == [780]
    assert str(frame.schema["total"]) == "Int64"


def test_times_are_utc_whatever_the_machines_zone(published, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    frame = query_published(
        published.path.parent,
        "select max(published_at)::varchar as t from fct_article",
    )
    assert frame["t"][0].endswith("+00")


def test_before_the_first_publication_the_error_says_what_to_run(data_dir):
    with pytest.raises(PublicationError, match=r"nothing is published in .* yet; run `onrecord run` first"):
        query_published(data_dir, "select 1")


def test_wrong_sql_is_told_in_a_line(published):
    with pytest.raises(QueryError, match="fct_statment"):
        query_published(published.path.parent, "select * from fct_statment")
    with pytest.raises(QueryError, match="syntax error"):
        query_published(published.path.parent, "selec 1")


@pytest.mark.parametrize(
    "sql", ["delete from fct_statement", "create table t (i int)", "drop table dim_actor"]
)
def test_the_published_file_cannot_be_written(published, sql):
    with pytest.raises(QueryError):
        query_published(published.path.parent, sql)
    assert query_published(published.path.parent, "select count(*) as n from fct_statement")["n"][0] == 40


def test_a_damaged_file_names_the_mend(data_dir):
    made = publish(data_dir, run_id="one", report=None)
    made.database.chmod(0o644)
    made.database.write_bytes(b"not a database" * 1000)
    with pytest.raises(PublicationError, match=r"cannot be read .* `onrecord run`"):
        query_published(data_dir, "select 1")


def test_a_connection_stays_with_its_publication_and_the_next_sees_the_new_one(data_dir):
    publish(data_dir, run_id="one", report=None)
    with connect_published(data_dir) as connection:
        make_warehouse(data_dir, days=50)
        publish(data_dir, run_id="two", report=None)
        assert connection.execute("select count(*) from fct_statement").fetchone() == (40,)
        assert query_published(data_dir, "select count(*) as n from fct_statement")["n"][0] == 50
        assert connection.execute("select count(*) from fct_statement").fetchone() == (40,)


def test_without_a_warehouse_there_is_nothing_to_publish(tmp_path):
    with pytest.raises(PublicationError, match=r"there is no .*warehouse.duckdb; run `onrecord run`"):
        publish(tmp_path, run_id="one", report=None)


def test_a_warehouse_without_a_mart_says_which(data_dir):
    with duckdb.connect(str(data_dir / "warehouse.duckdb")) as connection:
        connection.execute("drop table marts.cue_usage")
    with pytest.raises(PublicationError, match=r"no table marts.cue_usage; run `onrecord run`"):
        publish(data_dir, run_id="one", report=None)
    assert not list(data_dir.glob("published*"))


def test_a_damaged_warehouse_leaves_the_old_publication(data_dir):
    publish(data_dir, run_id="one", report=None)
    (data_dir / "warehouse.duckdb").write_bytes(b"junk" * 5000)
    with pytest.raises(PublicationError, match="the one before is as it was"):
        publish(data_dir, run_id="two", report=None)
    assert query_published(data_dir, "select count(*) as n from fct_statement")["n"][0] == 40


def test_a_report_that_fails_leaves_the_old_publication(data_dir):
    publish(data_dir, run_id="one", report=None)

    def broken(folder):
        raise ValueError("no such chart")

    with pytest.raises(ValueError, match="no such chart"):
        publish(data_dir, run_id="two", report=broken)
    assert (data_dir / "published").resolve().name == "000001-one"
    assert not list(data_dir.glob("published.*.tmp"))


def test_the_report_is_made_from_the_new_data_and_swapped_in_with_it(data_dir):
    def report(folder):
        assert (folder / "onrecord.duckdb").is_file()
        (folder / "report").mkdir()
        (folder / "report" / "index.html").write_text("made", encoding="utf-8")

    made = publish(data_dir, run_id="one", report=report)
    assert (made.path / "report" / "index.html").read_text(encoding="utf-8") == "made"


def test_a_writer_that_does_not_end_is_named(data_dir):
    publish(data_dir, run_id="one", report=None)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(
                f"""
                import duckdb, sys
                connection = duckdb.connect({str(data_dir / "warehouse.duckdb")!r})
                print("held", flush=True)
                sys.stdin.read()
                """
            ),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(PublicationError, match=rf"is held by process {holder.pid} \("):
            publish(data_dir, run_id="two", report=None, wait_seconds=0.1)
        assert query_published(data_dir, "select count(*) as n from fct_statement")["n"][0] == 40
    finally:
        holder.communicate("")
    assert publish(data_dir, run_id="three", report=None).row_counts["fct_statement"] == 40


def test_two_publications_at_a_time_wait_for_each_other(data_dir):
    with (
        FileLock(data_dir / ".publish.lock"),
        pytest.raises(PublicationError, match="another process publishes"),
    ):
        publish(data_dir, run_id="one", report=None, wait_seconds=0.1)


def test_a_full_disk_leaves_the_old_publication_and_says_so(data_dir):
    publish(data_dir, run_id="one", report=None)
    make_warehouse(data_dir, days=50)
    child = textwrap.dedent(
        f"""
        import resource, signal
        from pathlib import Path
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        from pipeline.resources.publication import PublicationError, publish
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        try:
            publish(Path({str(data_dir)!r}), run_id="two", report=None)
        except PublicationError as error:
            print(error)
        """
    )
    done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=False)
    assert "the one before is as it was; free or unlock the disk and run again" in done.stdout, done.stderr
    assert query_published(data_dir, "select count(*) as n from fct_statement")["n"][0] == 40
    assert not list(data_dir.glob("published.*.tmp"))
    assert publish(data_dir, run_id="three", report=None).row_counts["fct_statement"] == 50
