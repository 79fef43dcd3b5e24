"""Schedules: when runs start, and for which days.

Belongs here: the clock, the day that just ended, days that were missed. Does not: what a run does.

Feeds only tell what they offer now, so they are polled several times into the UTC day that is open
(``collect``); the day is made whole and published once it has ended (``daily``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import dagster as dg
from dagster import DagsterInstance, RunsFilter

from pipeline.jobs import RANGE_END, RANGE_START, Jobs, contiguous, days_of_tags
from pipeline.resources.lake import Lake, days_between
from pipeline.schemas import PAGES, RUN_LOG
from pipeline.settings import Settings

COLLECT_MINUTE = 20
"""Polls start at 20 past; the last of a day at 23:20 UTC leaves it 40 minutes to end before midnight."""
_WAITING = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def ended_day(tick: dt.datetime) -> dt.date:
    """The UTC day that ended last before ``tick``, whatever the tick's zone."""
    return tick.astimezone(dt.UTC).date() - dt.timedelta(days=1)


def is_made(lake: Lake, day: dt.date) -> bool:
    """Whether the day went through all stages after its last page came in, be it without pages."""
    written, collected = _newest(lake, RUN_LOG.name, day), _newest(lake, PAGES.name, day)
    return written is not None and (collected is None or written >= collected)


def _newest(lake: Lake, table: str, day: dt.date) -> int | None:
    return max((f.stat().st_mtime_ns for f in lake.folder(table, day).glob("*.parquet")), default=None)


def missed_days(lake: Lake, last: dt.date, catch_up_days: int) -> list[dt.date]:
    """Days before ``last`` that were never made, or not since their last page came in.

    Nothing before the lake's first day is missed: that is before the pipeline was set up.
    """
    known = lake.days(PAGES)
    if not known or not catch_up_days:
        return []
    first = max(known[0], last - dt.timedelta(days=catch_up_days))
    return [day for day in days_between(first, last - dt.timedelta(days=1)) if not is_made(lake, day)]


def busy_days(instance: DagsterInstance) -> set[dt.date]:
    """Days of runs that are queued or under way, however they were started."""
    runs = instance.get_runs(filters=RunsFilter(statuses=_WAITING))
    return {day for run in runs for day in days_of_tags(run.tags)}


def requests(days: Iterable[dt.date]) -> Iterator[dg.RunRequest]:
    """One run for each unbroken stretch: in order, for a day is compared with the days before it."""
    for first, last in contiguous(days):
        if first == last:
            yield dg.RunRequest(run_key=first.isoformat(), partition_key=first.isoformat())
        else:
            tags = {RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}
            yield dg.RunRequest(run_key=f"{first}...{last}", tags=tags)


def daily_requests(
    settings: Settings, tick: dt.datetime, busy: set[dt.date]
) -> list[dg.RunRequest] | dg.SkipReason:
    """Runs that a daily tick asks for: the day that just ended and missed ones, but none that is busy."""
    day = ended_day(tick)
    due = {day, *missed_days(Lake(settings.data_dir), day, settings.catch_up_days)} - busy
    return list(requests(due)) if due else dg.SkipReason(f"{day} is under way already")


def collect_request(tick: dt.datetime, now: dt.datetime, busy: set[dt.date]) -> dg.RunRequest | dg.SkipReason:
    """The poll that a tick asks for; none when its day has ended meanwhile or is busy."""
    day = tick.astimezone(dt.UTC).date()
    if day != now.astimezone(dt.UTC).date():
        return dg.SkipReason(f"{day} has ended; feeds tell only of today")
    if day in busy:
        return dg.SkipReason(f"{day} is under way already")
    return dg.RunRequest(run_key=tick.isoformat(), partition_key=day.isoformat())


def build_daily_schedule(settings: Settings, jobs: Jobs) -> dg.ScheduleDefinition:
    """A run every day at the set hour, for the day that just ended and those missed; on by default."""

    @dg.schedule(
        name="daily_schedule",
        job=jobs.daily,
        cron_schedule=settings.schedule_cron or f"0 {settings.schedule_hour} * * *",
        execution_timezone=settings.schedule_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Makes and publishes the UTC day that just ended, and days that were missed before it.",
    )
    def daily_schedule(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        return daily_requests(settings, context.scheduled_execution_time, busy_days(context.instance))

    return daily_schedule


def collect_hours(every: int) -> list[int]:
    """Hours of the polls, counted back from the day's last hour: the last poll of a day is at 23."""
    return sorted(range(23, -1, -every)) if every else []


def build_collect_schedule(settings: Settings, jobs: Jobs) -> dg.ScheduleDefinition | None:
    """Polls of the feeds into the open UTC day, on by default; None if the settings want none.

    Its clock is UTC, so no change to or from summer time moves a poll into another partition.
    """
    hours = ",".join(map(str, collect_hours(settings.collect_every_hours)))
    if not hours:
        return None

    @dg.schedule(
        name="collect_schedule",
        job=jobs.collect,
        cron_schedule=f"{COLLECT_MINUTE} {hours} * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Polls the feeds and fetches new pages into the UTC day that is open.",
    )
    def collect_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        tick, now = context.scheduled_execution_time, dt.datetime.now(dt.UTC)
        return collect_request(tick, now, busy_days(context.instance))

    return collect_schedule


def build_housekeeping_schedule(jobs: Jobs) -> dg.ScheduleDefinition:
    """Old runs and logs removed once a week, on by default."""
    return dg.ScheduleDefinition(
        name="housekeeping_schedule",
        job=jobs.housekeeping,
        cron_schedule="40 4 * * 0",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Removes runs and logs that are older than ONRECORD_HISTORY_DAYS.",
    )


def build_schedules(settings: Settings, jobs: Jobs) -> list[dg.ScheduleDefinition]:
    """All schedules of the settings."""
    polls = build_collect_schedule(settings, jobs)
    rest = [build_daily_schedule(settings, jobs), build_housekeeping_schedule(jobs)]
    return [polls, *rest] if polls else rest
