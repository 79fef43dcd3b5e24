"""The main job on the bundled articles, as a person runs it."""

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.resources.lake import Lake
from pipeline.running import open_instance
from pipeline.schemas import ARTICLES, ATTRIBUTIONS, MENTIONS, NAMES, RUN_LOG, STATEMENTS, TABLES
from pipeline.settings import Settings

pytestmark = pytest.mark.slow
DAYS = [dt.date(2021, 11, 30), dt.date(2021, 12, 1), dt.date(2021, 12, 2)]
SAMPLE = Path(__file__).parent.parent.parent / "seeds" / "sample"


def published(data_dir: Path, query: str) -> pl.DataFrame:
    with duckdb.connect(str(data_dir / "published" / "onrecord.duckdb"), read_only=True) as connection:
        return connection.sql(query).pl()


def lake_rows(data_dir: Path) -> dict[str, list[str]]:
    lake = Lake(data_dir)
    return {
        name: sorted(map(str, lake.read(table, DAYS).rows()))
        for name, table in TABLES.items()
        if name not in (RUN_LOG.name, "feed_entries", "pages")
    }


def test_it_ends_with_rejects_reported_and_says_what_it_found(sample_run):
    outcome = sample_run.outcome
    assert outcome.code == 1, outcome.err  # the broken page and the French one are rejected
    for part in ("Who spoke most", "articles", "statements", "rejects", "onrecord.duckdb", "onrecord sql"):
        assert part in outcome.out
    assert "Traceback" not in outcome.err
    assert "leaked" not in outcome.err  # some libraries complain at the end of what is still there


def test_rejects_are_kept_with_their_reason(sample_run):
    rows = published(sample_run.data_dir, "select document, reason_code from rejects order by 1").rows()
    by_document = {Path(d).name: r for d, r in rows}
    assert by_document["lac_matin_barrage.html"] == "other_language"
    assert "northfield_post_broken.html" in by_document


def test_every_span_is_the_slice_of_its_text(sample_run):
    lake = Lake(sample_run.data_dir)
    texts = dict(lake.read(ARTICLES, DAYS).select("article_id", "text").rows())
    for row in lake.read(ATTRIBUTIONS, DAYS).iter_rows(named=True):
        text = texts[row["article_id"]]
        for role in ("speaker", "cue"):
            if row[f"{role}_start"] is not None:
                assert text[row[f"{role}_start"] : row[f"{role}_end"]] == row[f"{role}_text"]
        assert " ".join(text[s["start"] : s["end"]] for s in row["content_spans"]) == row["content_text"]
    for table in (NAMES, MENTIONS):
        words = "text" if table is NAMES else "mention_text"
        for row in lake.read(table, DAYS).iter_rows(named=True):
            assert texts[row["article_id"]][row["start"] : row["end"]] == row[words]


def test_counts_agree_from_lake_to_publication(sample_run):
    lake = Lake(sample_run.data_dir).read(STATEMENTS, DAYS)
    facts = published(sample_run.data_dir, "select count(*) from fct_statement").item()
    daily = published(
        sample_run.data_dir, "select coalesce(sum(statements), 0)::bigint from actor_statements_daily"
    ).item()
    thoughts = lake.filter(~pl.col("is_speech")).height
    unresolved = lake.filter(pl.col("is_speech") & pl.col("actor_id").is_null()).height
    assert lake.height == facts == daily + unresolved + thoughts
    assert daily > 100


def test_the_seed_article_names_the_right_speakers(sample_run):
    rows = published(
        sample_run.data_dir,
        "select actor_name, count(*) n from fct_statement "
        "join dim_actor using (actor_id) join fct_article using (article_id) "
        "where fct_article.outlet_id = 'unnamed_outlet' and is_speech group by all",
    )
    counts = dict(rows.rows())
    assert counts["Dmytro Kuleba"] == 5
    assert counts["Dmitry Peskov"] == 4
    assert "Antony Blinken" not in counts
    assert "Sergei Lavrov" not in counts


def test_a_second_run_gives_the_same_rows(sample_run, onrecord, tmp_path):
    data_dir = tmp_path / "data"
    shutil.copytree(sample_run.data_dir, data_dir, symlinks=True)
    before = lake_rows(data_dir)
    again = onrecord("run", "--input", SAMPLE, "--data-dir", data_dir)
    assert again.code == 1, again.err
    assert lake_rows(data_dir) == before
    for table in ("fct_statement", "actor_statements_daily", "dim_actor"):
        query = f"select * from {table} order by all"
        assert published(data_dir, query).equals(published(sample_run.data_dir, query))


def kill_when(data_dir: Path, sign: str) -> None:
    """Start a run and kill it, hard, as soon as a file that matches ``sign`` appears."""
    args = [sys.executable, "-m", "pipeline.cli", "run", "--input", str(SAMPLE), "--data-dir", str(data_dir)]
    process = subprocess.Popen(
        args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while process.poll() is None and not any(data_dir.glob(sign)):
        time.sleep(0.01)
    killed = process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert killed, f"the run ended before {sign} appeared"


@pytest.mark.parametrize(
    "sign",
    ["pages/2021-12-01/*.warc.gz", "lake/attributions/partition_date=2021-12-01/*", "warehouse.duckdb"],
)
def test_killed_anywhere_and_run_again_gives_those_rows_too(sample_run, onrecord, tmp_path, sign):
    data_dir = tmp_path / "data"
    kill_when(data_dir, sign)
    assert onrecord("run", "--input", SAMPLE, "--data-dir", data_dir).code == 1
    assert lake_rows(data_dir) == lake_rows(sample_run.data_dir)
    query = "select * from fct_statement order by all"
    assert published(data_dir, query).equals(published(sample_run.data_dir, query))


def test_sql_answers_while_another_process_writes_the_warehouse(sample_run, onrecord, tmp_path):
    data_dir = tmp_path / "data"
    shutil.copytree(sample_run.data_dir, data_dir, symlinks=True)
    code = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); c.sql('create table held (x int)'); "
        "print('held', flush=True); sys.stdin.read()"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(data_dir / "warehouse.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    with writer.stdin:
        assert writer.stdout.readline().strip() == "held"
        query = (
            "select actor_name, statements from actor_statements_daily join dim_actor using (actor_id) "
            "where statement_date = '2021-12-01' order by 2 desc"
        )
        got = onrecord("sql", query, "--format", "jsonl", "--data-dir", data_dir)
    writer.wait()
    writer.stdout.close()
    assert got.code == 0, got.err
    rows = [json.loads(line) for line in got.out.splitlines()]
    assert {r["actor_name"] for r in rows} >= {"Dmytro Kuleba", "Dmitry Peskov"}
    assert [r["statements"] for r in rows] == sorted((r["statements"] for r in rows), reverse=True)


def test_a_second_run_at_the_same_time_is_refused_in_one_line(sample_run, onrecord, tmp_path):
    from pipeline.resources.locks import run_lock

    data_dir = tmp_path / "data"
    data_dir.mkdir()
    with run_lock(Settings(data_dir=data_dir)):
        second = onrecord("run", "--input", SAMPLE, "--data-dir", data_dir)
    assert second.code == 3
    assert len(second.err.strip().splitlines()) == 1
    assert str(os.getpid()) in second.err
    assert not list(data_dir.glob("lake/*"))


def test_the_run_log_counts_every_stage(sample_run):
    log = Lake(sample_run.data_dir).read(RUN_LOG, DAYS)
    assert set(log["stage"]) == {"feed_entries", "pages", "articles", "attributions", "statements"}
    assert log.height == 15
    newest = log["started_at"].max()
    assert isinstance(newest, dt.datetime)
    assert newest.timestamp() <= time.time()


@pytest.mark.parametrize(
    ("stage", "table", "stamp"),
    [
        ("articles", ARTICLES, "cleaner_version"),
        ("attributions", ATTRIBUTIONS, "extractor_version"),
        # A statement's own says besides which model found it.
        ("statements", MENTIONS, "extractor_version"),
    ],
)
def test_the_run_log_names_the_version_that_made_a_stages_rows(sample_run, stage, table, stamp):
    lake = Lake(sample_run.data_dir)
    log = lake.read(RUN_LOG, DAYS).filter(stage=stage)
    assert set(log["version"]) == set(lake.read(table, DAYS)[stamp])


def latest_metadata(data_dir: Path) -> dict[str, dict[str, str]]:
    """What the newest materialization of each asset tells, as text."""
    found: dict[str, dict[str, str]] = {}
    with open_instance(Settings(data_dir=data_dir)) as instance:
        for key in instance.get_asset_keys():
            event = instance.get_latest_materialization_event(key)
            if event is not None and event.asset_materialization is not None:
                told = event.asset_materialization.metadata
                found[key.to_user_string()] = {name: str(value.value) for name, value in told.items()}
    return found


def test_every_materialization_tells_what_an_operator_reads(sample_run, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", "")  # what is opened below sets it for this process
    told = latest_metadata(sample_run.data_dir)
    assert {"pages", "statements", "lake/rejects", "stg_lake__articles", "fct_statement", "published"} <= set(
        told
    )
    for name, metadata in told.items():
        seconds = {"elapsed_seconds", "Execution Duration"} & set(metadata)
        assert seconds, name
        assert {"dagster/row_count", "preview", "report", "reject_list"} <= set(metadata), name
        assert metadata["version"], name
    for name in ("statements", "fct_statement", "published"):
        assert "data:image/png;base64," in told[name]["plot"]
        assert told[name]["preview"].startswith("| ")
    assert "| in: stg_lake__statements |" in told["fct_statement"]["counts"]
    rows = published(
        sample_run.data_dir, "select reason_code, count(*) as n from rejects group by all"
    ).rows()
    for reason, count in rows:
        line = f"| {reason.replace('_', chr(92) + '_')} | {count} |"
        assert line in told["rejects"]["rejected"]
        assert line in told["published"]["rejected"]
