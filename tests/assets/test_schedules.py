"""When runs start and for which days: the day that ended, missed days, clock changes."""

import datetime as dt
import itertools
import os
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator  # no public way to list ticks

from pipeline.jobs import RANGE_END, RANGE_START, build_jobs
from pipeline.resources.lake import Lake
from pipeline.schedules import (
    build_collect_schedule,
    build_daily_schedule,
    build_schedules,
    busy_days,
    collect_hours,
    collect_request,
    daily_requests,
    ended_day,
    is_made,
    missed_days,
    requests,
)
from pipeline.schemas import PAGES, RUN_LOG
from pipeline.settings import Settings

DAY = dt.date(2026, 11, 20)


def days_before(*numbers: int) -> list[dt.date]:
    return [DAY - dt.timedelta(days=n) for n in sorted(numbers, reverse=True)]


def collected(lake: Lake, day: dt.date, *, at: int = 1) -> None:
    path = lake.write(PAGES, day, PAGES.empty())
    os.utime(path, (at, at))


def made(lake: Lake, day: dt.date, *, at: int = 2) -> None:
    path = lake.write(RUN_LOG, day, RUN_LOG.empty())
    os.utime(path, (at, at))


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(tmp_path)


@pytest.mark.parametrize(
    ("tick", "day"),
    [
        ("2026-11-21T05:00+00:00", "2026-11-20"),
        ("2026-11-21T00:00+00:00", "2026-11-20"),
        ("2026-11-21T05:00+09:00", "2026-11-19"),
        ("2026-11-20T22:00-05:00", "2026-11-20"),
    ],
)
def test_the_day_that_ended_is_a_utc_day(tick, day):
    assert ended_day(dt.datetime.fromisoformat(tick)).isoformat() == day


def ticks(zone: str, hour: int, first: str, count: int) -> list[dt.datetime]:
    schedule = build_daily_schedule(Settings(schedule_zone=zone, schedule_hour=hour), build_jobs(Settings()))
    start = dt.datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone)).timestamp()
    assert isinstance(schedule.cron_schedule, str)
    times = schedule_execution_time_iterator(start, schedule.cron_schedule, schedule.execution_timezone)
    return [next(times) for _ in range(count)]


@pytest.mark.parametrize(
    ("zone", "hour", "first", "missing", "twice"),
    [
        ("Europe/Riga", 5, "2026-03-27T12:00", 0, 0),
        ("Europe/Riga", 3, "2026-03-27T12:00", 0, 0),  # an hour that the change leaves out
        ("Europe/Riga", 3, "2026-10-23T12:00", 0, 0),  # an hour that it repeats
        ("America/New_York", 1, "2026-10-30T12:00", 0, 0),
        ("Europe/Riga", 2, "2026-03-27T12:00", 0, 1),  # midnight UTC before, 23:00 UTC after
        ("Europe/Riga", 2, "2026-10-23T12:00", 1, 0),  # the other way round: catch-up makes it good
    ],
)
def test_a_clock_change_costs_no_day_that_catching_up_does_not_make(zone, hour, first, missing, twice):
    days = [ended_day(tick) for tick in ticks(zone, hour, first, 6)]
    gaps = [(b - a).days for a, b in itertools.pairwise(days)]
    assert sum(g - 1 for g in gaps if g > 1) == missing
    assert gaps.count(0) == twice
    assert all(0 <= g <= 2 for g in gaps)


def test_a_day_is_made_when_the_ledger_is_newer_than_its_pages(lake):
    assert not is_made(lake, DAY)
    collected(lake, DAY, at=1)
    assert not is_made(lake, DAY)
    made(lake, DAY, at=2)
    assert is_made(lake, DAY)
    collected(lake, DAY, at=3)
    assert not is_made(lake, DAY), "pages came in after it was made"


def test_missed_days_are_those_since_the_first_day_that_were_not_made(lake):
    assert missed_days(lake, DAY, 7) == []
    for day in days_before(9, 5, 4, 2, 0):
        collected(lake, day)
    for day in days_before(9, 5):
        made(lake, day)
    assert missed_days(lake, DAY, 7) == days_before(7, 6, 4, 3, 2, 1)
    assert missed_days(lake, DAY, 3) == days_before(3, 2, 1)
    assert missed_days(lake, DAY, 0) == []


def test_nothing_before_the_first_day_is_missed(lake):
    collected(lake, DAY - dt.timedelta(days=2))
    assert missed_days(lake, DAY, 30) == days_before(2, 1)


def test_unbroken_stretches_are_one_run_each():
    alone, stretch = requests(days_before(9, 2, 1, 0))
    assert alone.partition_key == days_before(9)[0].isoformat()
    assert stretch.partition_key is None
    assert (stretch.tags[RANGE_START], stretch.tags[RANGE_END]) == ("2026-11-18", "2026-11-20")


def test_days_of_waiting_runs_are_busy_and_those_of_ended_runs_are_not():
    instance = dg.DagsterInstance.ephemeral()
    for status, tags in [
        (dg.DagsterRunStatus.STARTING, {"dagster/partition": "2026-11-01"}),
        (dg.DagsterRunStatus.STARTED, {RANGE_START: "2026-11-03", RANGE_END: "2026-11-04"}),
        (dg.DagsterRunStatus.FAILURE, {"dagster/partition": "2026-11-05"}),
        (dg.DagsterRunStatus.SUCCESS, {"dagster/partition": "2026-11-06"}),
    ]:
        instance.run_storage.add_run(dg.DagsterRun(job_name="daily", status=status, tags=tags))
    assert busy_days(instance) == {dt.date(2026, 11, d) for d in (1, 3, 4)}


def test_the_daily_tick_asks_for_the_day_that_ended_and_the_missed_ones(tmp_path):
    settings, tick = Settings(data_dir=tmp_path), dt.datetime.fromisoformat("2026-11-21T05:00+00:00")
    collected(Lake(tmp_path), DAY - dt.timedelta(days=2))
    asked = daily_requests(settings, tick, busy=set())
    assert isinstance(asked, list)
    assert (asked[0].tags[RANGE_START], asked[0].tags[RANGE_END]) == ("2026-11-18", "2026-11-20")
    again = daily_requests(settings, tick, busy=set(days_before(2, 1, 0)))
    assert isinstance(again, dg.SkipReason)
    assert again.skip_message == "2026-11-20 is under way already"


def test_the_day_that_ended_is_made_even_if_it_was_made_before(tmp_path):
    collected(Lake(tmp_path), DAY)
    made(Lake(tmp_path), DAY)
    tick = dt.datetime.fromisoformat("2026-11-21T05:00+00:00")
    asked = daily_requests(Settings(data_dir=tmp_path), tick, busy=set())
    assert isinstance(asked, list)
    assert [r.partition_key for r in asked] == ["2026-11-20"]


@pytest.mark.parametrize("every", [1, 2, 3, 5, 24])
def test_the_last_poll_of_a_day_is_in_its_last_hour(every):
    hours = collect_hours(every)
    assert hours[-1] == 23
    assert all(b - a == every for a, b in itertools.pairwise(hours))
    assert hours[0] < every


def test_polls_belong_to_the_open_utc_day_only():
    at = dt.datetime(2026, 11, 20, 23, 20, tzinfo=dt.UTC)
    asked = collect_request(at, at + dt.timedelta(minutes=1), set())
    assert isinstance(asked, dg.RunRequest)
    assert asked.partition_key == "2026-11-20"
    assert isinstance(collect_request(at, at + dt.timedelta(hours=1), set()), dg.SkipReason)
    assert isinstance(collect_request(at, at, {DAY}), dg.SkipReason)


def test_polls_follow_the_utc_clock():
    schedule = build_collect_schedule(Settings(), build_jobs(Settings()))
    assert schedule is not None
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("20 2,5,8,11,14,17,20,23 * * *", "UTC")


def test_schedules_are_on_by_default_and_polls_can_be_left_out():
    schedules = build_schedules(Settings(), build_jobs(Settings()))
    assert {s.name for s in schedules} == {"daily_schedule", "collect_schedule", "housekeeping_schedule"}
    assert {s.default_status for s in schedules} == {dg.DefaultScheduleStatus.RUNNING}
    without = build_schedules(Settings(collect_every_hours=0), build_jobs(Settings()))
    assert {s.name for s in without} == {"daily_schedule", "housekeeping_schedule"}


def test_a_test_can_shorten_the_cron():
    settings = Settings(schedule_cron="* * * * *")
    assert build_daily_schedule(settings, build_jobs(settings)).cron_schedule == "* * * * *"
