import datetime as dt

import pytest

from pipeline.records import Reject, rejects_frame
from pipeline.schemas import REJECTS, TABLES

DAY = dt.date(2021, 12, 1)


def test_an_unknown_reason_is_refused():
    with pytest.raises(ValueError, match=r"records\.REASONS"):
        Reject("pages", "bad_luck", "x", "y")


def test_rejects_conform_and_repeat_once():
    twice = [Reject("pages", "network", "u", "first"), Reject("pages", "network", "u", "again")]
    frame = REJECTS.conform(rejects_frame(twice, DAY))
    assert frame["detail"].to_list() == ["again"]


def test_no_rejects_are_an_empty_frame_with_columns():
    assert rejects_frame([], DAY).schema == REJECTS.schema


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_every_table_says_its_grain_and_every_column_its_meaning(table):
    assert table.grain.startswith("One row per ")
    assert table.grain.endswith(".")
    assert all(len(c.meaning) > 3 for c in table.columns.values())
    assert set(table.key) <= set(table.columns)
    assert "partition_date" in table.columns
