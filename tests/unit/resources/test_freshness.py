"""A run is left out only when nothing changed: code, model, seeds, settings, inputs, history or what was made."""

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.records import Reject, rejects_frame
from pipeline.resources import freshness
from pipeline.resources.freshness import left_to_do, remember, stage_done, stage_is_done
from pipeline.resources.lake import Lake
from pipeline.schemas import ARTICLES, FEED_ENTRIES, REJECTS, TABLES
from pipeline.settings import Settings

DAYS = [dt.date(2022, 1, d) for d in (1, 2, 3)]
FIRST, SECOND, THIRD = DAYS
NOON = dt.datetime(2022, 1, 1, 12, tzinfo=dt.UTC)


def entries(*names: str, at: dt.datetime = NOON) -> pl.DataFrame:
    rows = [
        dict.fromkeys(FEED_ENTRIES.columns)
        | {"partition_date": FIRST, "entry_id": name, "feed_id": "folder", "file": name, "collected_at": at}
        for name in names
    ]
    return pl.DataFrame(rows, schema=FEED_ENTRIES.schema)


OFFERED = {
    day: (entries("a", "b"), [Reject("feed_entries", "empty", "c", "the file is empty")]) for day in DAYS
}


@pytest.fixture
def settings(tmp_path) -> Settings:
    """A data folder as a run over three days leaves it."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "actors.csv").write_text("actor_id\nx\n")
    data = tmp_path / "data"
    lake = Lake(data)
    for day in DAYS:
        for table in TABLES.values():
            lake.write(table, day, table.empty())
        for stage in ("feed_entries", "pages", "articles", "attributions", "statements"):
            lake.write_stage(REJECTS, stage, day, REJECTS.empty())
        (data / "pages" / str(day)).mkdir(parents=True)
        (data / "pages" / str(day) / "x.warc.gz").write_bytes(b"warc")
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        connection.execute("create schema staging")
        connection.execute(
            "create table staging.stg_lake__run_log as select date '2022-01-01' partition_date"
        )
        connection.execute("insert into staging.stg_lake__run_log values ('2022-01-02'), ('2022-01-03')")
    folder = data / "publications" / "000001-run"
    folder.mkdir(parents=True)
    (folder / "onrecord.duckdb").write_bytes(b"db")
    (data / "published").symlink_to(folder)
    made = Settings(data_dir=data, seeds_dir=seeds)
    remember(made, DAYS, OFFERED)
    return made


def test_nothing_is_left_to_do_when_nothing_changed(settings):
    assert left_to_do(settings, DAYS, OFFERED) == []
    assert left_to_do(settings, [SECOND], OFFERED) == []


def test_the_time_of_the_run_is_no_change(settings):
    later = {day: (entries("b", "a", at=NOON + dt.timedelta(days=1)), OFFERED[day][1]) for day in DAYS}
    assert left_to_do(settings, DAYS, later) == []


def test_a_new_data_folder_has_everything_to_do(settings, tmp_path):
    empty = settings.model_copy(update={"data_dir": tmp_path / "none"})
    assert left_to_do(empty, DAYS, OFFERED) == DAYS


@pytest.mark.parametrize(
    "offered",
    [
        {},
        {FIRST: (entries("a"), [])},
        {FIRST: (entries("a", "b", "d"), OFFERED[FIRST][1])},
        {FIRST: (entries("a", "b"), [])},
    ],
    ids=["no inputs", "one less", "one more", "another reject"],
)
def test_other_inputs_are_work(settings, offered):
    assert left_to_do(settings, [FIRST], offered) == [FIRST]


def test_other_code_is_work(settings, monkeypatch):
    monkeypatch.setattr(freshness, "code_digest", lambda: "other")
    assert left_to_do(settings, DAYS, OFFERED) == DAYS


def test_another_package_version_is_work(settings, monkeypatch):
    monkeypatch.setattr(freshness, "version", lambda name: "99" if name == "polars" else "1")
    assert left_to_do(settings, DAYS, OFFERED) == DAYS


def test_the_codes_digest_covers_model_word_lists_and_dbt(tmp_path, monkeypatch):
    for name in (
        "pipeline/a.py",
        "pipeline/models/m.onnx",
        "pipeline/x/words.csv",
        "dbt_project/models/m.sql",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one")
    (tmp_path / "pipeline/training").mkdir()
    monkeypatch.setattr(freshness, "PROJECT_DIR", tmp_path)
    seen = set()
    for name in (
        "pipeline/a.py",
        "pipeline/models/m.onnx",
        "pipeline/x/words.csv",
        "dbt_project/models/m.sql",
    ):
        seen.add(freshness.code_digest.__wrapped__())
        (tmp_path / name).write_text("two")
    seen.add(freshness.code_digest.__wrapped__())
    assert len(seen) == 5
    (tmp_path / "pipeline/training/train.py").write_text("changes no row")
    assert freshness.code_digest.__wrapped__() in seen


def test_a_changed_seed_is_work(settings):
    (settings.seeds_dir / "actors.csv").write_text("actor_id\ny\n")
    assert left_to_do(settings, DAYS, OFFERED) == DAYS


def test_a_setting_that_changes_rows_is_work_and_one_that_does_not_is_not(settings):
    assert left_to_do(settings.model_copy(update={"languages": "en,fr"}), DAYS, OFFERED) == DAYS
    assert left_to_do(settings.model_copy(update={"workers": 7}), DAYS, OFFERED) == []


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_deleted_output_is_work_from_its_day_on(settings, table):
    (Lake(settings.data_dir).folder(table, SECOND) / "part-0.parquet").unlink()
    assert left_to_do(settings, DAYS, OFFERED) == [SECOND, THIRD]


@pytest.mark.parametrize(
    "path", ["lake/articles/partition_date=2022-01-02/part-0.parquet", "pages/2022-01-02/x.warc.gz"]
)
def test_a_damaged_output_is_work_from_its_day_on(settings, path):
    file = settings.data_dir / path
    body = bytearray(file.read_bytes())
    body[0] ^= 255
    file.write_bytes(bytes(body))
    assert left_to_do(settings, DAYS, OFFERED) == [SECOND, THIRD]


def test_a_day_is_work_when_an_earlier_one_changed(settings):
    row = pl.DataFrame([dict.fromkeys(ARTICLES.columns) | {"partition_date": FIRST}], schema=ARTICLES.schema)
    row.write_parquet(Lake(settings.data_dir).folder("articles", FIRST) / "part-0.parquet")
    assert left_to_do(settings, [THIRD], OFFERED) == [THIRD]


def test_an_address_that_did_not_answer_is_asked_again(settings):
    reject = Reject("pages", "network", "https://example.com/a", "no answer")
    Lake(settings.data_dir).write_stage(REJECTS, "pages", SECOND, rejects_frame([reject], SECOND))
    remember(settings, DAYS, OFFERED)
    assert left_to_do(settings, DAYS, OFFERED) == [SECOND, THIRD]


def test_without_the_publication_one_day_is_made_so_that_it_is_published_again(settings):
    shutil.rmtree(settings.data_dir / "publications")
    assert left_to_do(settings, DAYS, OFFERED) == [THIRD]


def test_a_changed_file_of_the_publication_is_published_again(settings):
    (settings.data_dir / "published" / "onrecord.duckdb").write_bytes(b"cut")
    assert left_to_do(settings, DAYS, OFFERED) == [THIRD]


def test_another_days_new_rows_are_published_again(settings):
    other = dt.date(2022, 2, 1)
    Lake(settings.data_dir).write(ARTICLES, other, ARTICLES.empty())
    assert left_to_do(settings, DAYS, OFFERED) == [THIRD]


def test_without_the_warehouse_every_day_is_loaded_again(settings):
    (settings.data_dir / "warehouse.duckdb").unlink()
    assert left_to_do(settings, DAYS, OFFERED) == DAYS


def test_a_record_that_cannot_be_read_is_work(settings):
    (settings.data_dir / ".current" / f"{SECOND}.json").write_text("{")
    assert left_to_do(settings, DAYS, OFFERED) == [SECOND, THIRD]


def test_a_stage_is_done_until_what_it_reads_or_makes_changes(settings):
    for stage in freshness.STAGES:
        stage_done(settings, stage, SECOND)
    assert all(stage_is_done(settings, stage, SECOND) for stage in freshness.STAGES)
    assert not stage_is_done(settings, "articles", THIRD)
    (Lake(settings.data_dir).folder("names", SECOND) / "part-0.parquet").unlink()
    assert [s for s in freshness.STAGES if stage_is_done(settings, s, SECOND)] == ["articles"]


def test_records_are_written_whole(settings):
    assert not list((settings.data_dir / ".current").glob(".tmp-*"))
    assert Path(settings.data_dir / ".current" / "publication.json").stat().st_size > 0
