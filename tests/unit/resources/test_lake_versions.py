"""Lake files of other versions: new columns are null where they may be, anything else says what to do."""

import datetime as dt

import polars as pl
import pytest

from pipeline.resources.lake import Lake, LakeError
from pipeline.schemas import ACTORS

DAY = dt.date(2026, 11, 22)


@pytest.fixture
def lake(tmp_path):
    made = Lake(tmp_path)
    values = dict.fromkeys(ACTORS.columns) | {
        "partition_date": DAY,
        "actor_id": "a",
        "actor_name": "Ada Marlow",
        "actor_type": "person",
        "role": "minister",
        "aliases": [],
        "is_seed": False,
        "extractor_version": "1",
    }
    made.write(ACTORS, DAY, pl.DataFrame([values], schema=ACTORS.schema))
    return made


def rewrite(lake, change):
    [path] = lake.folder(ACTORS.name, DAY).glob("*.parquet")
    change(pl.read_parquet(path, hive_partitioning=False)).write_parquet(path)
    return path


def test_a_column_that_older_files_lack_is_null(lake):
    rewrite(lake, lambda f: f.drop("role", "wikidata_id"))
    read = lake.read(ACTORS, [DAY])
    assert read.schema == ACTORS.schema
    assert read.select("actor_name", "role").rows() == [("Ada Marlow", None)]


def test_a_column_that_is_gone_is_left_out(lake):
    rewrite(lake, lambda f: f.with_columns(pl.lit(1).alias("given_up")))
    assert lake.read(ACTORS, [DAY]).schema == ACTORS.schema


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.drop("actor_type"), "columns missing: actor_type"),
        (lambda f: f.with_columns(pl.lit("often").alias("is_seed")), "is_seed"),
        (lambda f: f.with_columns(pl.lit(None, pl.String).alias("actor_type")), "null in actor_type"),
    ],
)
def test_what_cannot_be_told_names_file_and_mend(lake, change, words):
    path = rewrite(lake, change)
    with pytest.raises(LakeError, match="onrecord run --date 2026-11-22") as error:
        lake.read(ACTORS, [DAY])
    assert str(path) in str(error.value)
    assert words in str(error.value) or "conversion" in str(error.value) or "cast" in str(error.value)
