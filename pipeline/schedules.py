"""Schedules: the daily run.

Belongs here: when runs start and for which days. Does not: what they do.
"""

from __future__ import annotations

import datetime as dt

import dagster as dg

from pipeline.jobs import daily_job
from pipeline.settings import Settings


def build_daily_schedule(settings: Settings) -> dg.ScheduleDefinition:
    """A run every day at the set hour, for the day that is open then; on by default.

    The page collection of a day is open while the day lasts, so the run belongs to the UTC day in
    which it starts.
    """

    @dg.schedule(
        name="daily_schedule",
        job=daily_job,
        cron_schedule=f"0 {settings.schedule_hour} * * *",
        execution_timezone=settings.schedule_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Collects and publishes the current UTC day, once a day.",
    )
    def daily_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = context.scheduled_execution_time.astimezone(dt.UTC).date()
        return dg.RunRequest(run_key=day.isoformat(), partition_key=day.isoformat())

    return daily_schedule
