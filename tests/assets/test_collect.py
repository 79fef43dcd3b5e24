"""Which days are polled and fetched, what a past day keeps, and where an empty day stops."""

import datetime as dt
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from pipeline.assets.collect import brought_in, feed_entries, may_fetch, pages
from pipeline.records import Reject, rejects_frame
from pipeline.resources.lake import Lake
from pipeline.resources.progress import Silent
from pipeline.schemas import FEED_ENTRIES, PAGES, REJECTS, RUN_LOG
from pipeline.settings import Settings

TODAY = dt.date(2026, 11, 20)
YESTERDAY, OLD = TODAY - dt.timedelta(days=1), TODAY - dt.timedelta(days=9)


def entry(day: dt.date, name: str = "a", feed: str = "gazette_news") -> pl.DataFrame:
    row = dict.fromkeys(FEED_ENTRIES.columns) | {
        "partition_date": day,
        "entry_id": name,
        "feed_id": feed,
        "url": f"https://gazette.example/{name}",
        "collected_at": dt.datetime.combine(day, dt.time(9), dt.UTC),
    }
    return pl.DataFrame([row], schema=FEED_ENTRIES.schema)


class FakeCollector:
    """Notes what it is asked for; offers one entry a poll and fetches nothing."""

    feeds = pl.DataFrame({"feed_id": ["gazette_news"]})

    def __init__(self) -> None:
        self.polled = 0
        self.asked: dict[dt.date, list[str]] = {}

    def today(self) -> dt.date:
        return TODAY

    def days_before(self, day: dt.date) -> list[dt.date]:
        return []

    def poll(self, known: pl.DataFrame) -> tuple[pl.DataFrame, list[Reject]]:
        self.polled += 1
        return entry(TODAY), [Reject("feed_entries", "bad_feed", "https://wire.example/rss", "no XML")]

    @staticmethod
    def merge_entries(known: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
        return pl.concat([known, new]).unique("entry_id")

    def collect(
        self, day: dt.date, entries: pl.DataFrame, *, stored: pl.DataFrame, known: pl.DataFrame
    ) -> tuple[pl.DataFrame, list[Reject]]:
        self.asked[day] = entries["entry_id"].to_list()
        return stored, [Reject("pages", "http_status", name, "404") for name in self.asked[day]]


@dg.asset(deps=["pages"])
def after() -> None:
    """Stands for all that follows."""


def run(data_dir: Path, day: dt.date) -> tuple[FakeCollector, dg.ExecuteInProcessResult]:
    collector = FakeCollector()
    assets: list[Any] = [feed_entries, pages, after]  # what the decorator returns is typed as the function
    result = dg.materialize(
        assets,
        resources={
            "lake": Lake(data_dir),
            "collector": collector,
            "settings": Settings(data_dir=data_dir),
            "progress": Silent(),
        },
        partition_key=day.isoformat(),
        raise_on_error=False,
    )
    assert result.success
    return collector, result


def made(result: dg.ExecuteInProcessResult) -> set[str]:
    return {e.materialization.label for e in result.get_asset_materialization_events()}


def test_the_open_day_is_polled_and_its_entries_fetched(tmp_path):
    collector, result = run(tmp_path, TODAY)
    assert collector.polled == 1
    assert collector.asked == {TODAY: ["a"]}
    assert made(result) == {"feed_entries", "pages", "after"}
    reasons = Lake(tmp_path).gather(REJECTS, TODAY)["reason_code"].to_list()
    assert sorted(reasons) == ["bad_feed", "http_status"]


@pytest.mark.parametrize(("day", "asked"), [(YESTERDAY, ["a"]), (OLD, [])])
def test_no_feed_is_asked_for_a_past_day_and_only_the_last_one_is_fetched(tmp_path, day, asked):
    Lake(tmp_path).write(FEED_ENTRIES, day, entry(day))
    collector, result = run(tmp_path, day)
    assert collector.polled == 0
    assert collector.asked == {day: asked}
    assert made(result) == {"feed_entries", "pages", "after"}


def test_what_a_person_brings_in_belongs_to_its_day_whenever_it_comes():
    both = pl.concat([entry(OLD), entry(OLD, "b", feed="list")])
    assert brought_in(both)["entry_id"].to_list() == ["b"]
    assert may_fetch(YESTERDAY, TODAY)
    assert not may_fetch(OLD, TODAY)


def test_a_past_day_keeps_what_it_rejected_when_it_was_collected(tmp_path):
    lake = Lake(tmp_path)
    lake.write(FEED_ENTRIES, OLD, entry(OLD))
    for stage, reason in (("feed_entries", "bad_feed"), ("pages", "http_status")):
        rejects = rejects_frame([Reject(stage, reason, "https://gazette.example/a", "told then")], OLD)
        lake.write_stage(REJECTS, stage, OLD, rejects)
    before = lake.gather(REJECTS, OLD)
    run(tmp_path, OLD)
    assert lake.gather(REJECTS, OLD).equals(before)


def test_a_past_day_that_has_nothing_stops_there_and_is_on_record(tmp_path):
    collector, result = run(tmp_path, OLD)
    assert collector.polled == 0
    assert made(result) == {"feed_entries"}
    log = Lake(tmp_path).read(RUN_LOG, [OLD])
    assert dict(log.select("stage", "rows_out").rows()) == {"feed_entries": 0, "pages": 0}
    assert Lake(tmp_path).has(PAGES, OLD)
    skipped = {e.step_key for e in result.all_events if e.event_type_value == "STEP_SKIPPED"}
    assert skipped == {"after"}
