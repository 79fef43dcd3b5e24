import datetime as dt
import resource

import polars as pl
import pytest

from pipeline.records import Reject, rejects_frame
from pipeline.resources.lake import Lake, LakeError, days_between
from pipeline.schemas import NAMES, REJECTS

DAY = dt.date(2021, 12, 1)


def names(*texts: str, day: dt.date = DAY) -> pl.DataFrame:
    rows = [
        {
            "partition_date": day,
            "article_id": "a",
            "start": i,
            "end": i + 1,
            "text": t,
            "name_type": "PERSON",
            "score": 0.5,
            "antecedent_start": None,
            "extractor_version": "1",
        }
        for i, t in enumerate(texts)
    ]
    return pl.DataFrame(rows, schema=NAMES.schema)


def test_what_is_written_is_read_back(tmp_path):
    lake = Lake(tmp_path)
    lake.write(NAMES, DAY, names("x", "y"))
    assert lake.read(NAMES, [DAY]).equals(names("x", "y"))
    assert lake.days(NAMES) == [DAY]


def test_a_second_write_replaces_the_day(tmp_path):
    lake = Lake(tmp_path)
    lake.write(NAMES, DAY, names("x", "y"))
    lake.write(NAMES, DAY, names("z"))
    assert lake.read(NAMES, [DAY])["text"].to_list() == ["z"]


def test_a_day_without_a_file_has_no_rows_but_the_right_columns(tmp_path):
    assert Lake(tmp_path).read(NAMES, [DAY]).schema == NAMES.schema


def test_rows_of_another_day_are_refused(tmp_path):
    with pytest.raises(ValueError, match="another day"):
        Lake(tmp_path).write(NAMES, DAY, names("x", day=DAY + dt.timedelta(days=1)))


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(ValueError, match="score"):
        Lake(tmp_path).write(NAMES, DAY, names("x").drop("score"))


def test_a_null_where_none_may_be_is_named(tmp_path):
    frame = names("x").with_columns(text=pl.lit(None, dtype=pl.String))
    with pytest.raises(ValueError, match="null in text"):
        Lake(tmp_path).write(NAMES, DAY, frame)


def test_a_damaged_file_is_named_with_the_mend(tmp_path):
    lake = Lake(tmp_path)
    path = lake.write(NAMES, DAY, names("x"))
    path.write_bytes(b"not parquet")
    with pytest.raises(LakeError, match=r"part-0\.parquet.*onrecord run --date 2021-12-01"):
        lake.read(NAMES, [DAY])


def test_a_damaged_past_day_costs_only_its_hints(tmp_path):
    lake = Lake(tmp_path)
    lake.write(NAMES, DAY, names("x")).write_bytes(b"not parquet")
    lake.write(NAMES, DAY + dt.timedelta(days=1), names("y", day=DAY + dt.timedelta(days=1)))
    days = days_between(DAY, DAY + dt.timedelta(days=1))
    assert lake.read_columns(NAMES, days, ["text"])["text"].to_list() == ["y"]


def test_a_full_disk_leaves_the_old_rows_and_no_leftover(tmp_path):
    lake = Lake(tmp_path)
    lake.write(NAMES, DAY, names("old"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(LakeError, match="cannot be written"):
            lake.write(NAMES, DAY, names(*"abcdefgh"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert lake.read(NAMES, [DAY])["text"].to_list() == ["old"]
    assert lake.clear_leftovers() == 0


def test_leftovers_of_a_killed_writer_are_removed_and_never_read(tmp_path):
    lake = Lake(tmp_path)
    path = lake.write(NAMES, DAY, names("x"))
    (path.parent / ".tmp-dead").write_bytes(b"half a file")
    assert lake.read(NAMES, [DAY]).height == 1
    assert lake.clear_leftovers() == 1


def test_each_stage_replaces_only_its_own_rejects(tmp_path):
    lake = Lake(tmp_path)
    first = rejects_frame([Reject("pages", "network", "https://a.example", "no answer")], DAY)
    second = rejects_frame([Reject("articles", "no_text", "b.html", "nothing left")], DAY)
    lake.write_stage(REJECTS, "pages", DAY, first)
    lake.write_stage(REJECTS, "articles", DAY, second)
    assert lake.gather(REJECTS, DAY)["document"].sort().to_list() == ["b.html", "https://a.example"]
    lake.write_stage(REJECTS, "pages", DAY, first.clear())
    assert lake.gather(REJECTS, DAY)["document"].to_list() == ["b.html"]


def test_only_ledgers_are_gathered(tmp_path):
    with pytest.raises(ValueError, match="nothing to gather"):
        Lake(tmp_path).gather(NAMES, DAY)
