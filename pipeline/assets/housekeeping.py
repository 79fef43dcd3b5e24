"""Housekeeping: Dagster's history kept to the days that the settings say.

Belongs here: which runs and logs are old enough to go. Does not: tables and pages, which are kept.
"""

import datetime as dt
import shutil
from pathlib import Path

import dagster as dg

from pipeline.settings import Settings

_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def old_runs(instance: dg.DagsterInstance, before: dt.datetime) -> list[dg.DagsterRun]:
    """Ended runs that were created before a time, oldest first."""
    found = dg.RunsFilter(statuses=_ENDED, created_before=before)
    return [record.dagster_run for record in instance.get_run_records(found, ascending=True)]


def tells_of_days(run: dg.DagsterRun) -> bool:
    """Whether Dagster knows from this run that days were made; a polling run's days are made again later."""
    return run.status is dg.DagsterRunStatus.SUCCESS and run.job_name not in ("collect", "housekeeping")


def prune(instance: dg.DagsterInstance, home: Path, before: dt.datetime) -> tuple[int, int]:
    """Remove old runs and, of runs that must stay, their logs; returns how many of each.

    A successful run that made days stays in the history, for without it the UI would show those days
    as missing; what it printed (by far the larger part) goes.
    """
    deleted = emptied = 0
    for run in old_runs(instance, before):
        logs = home / "storage" / run.run_id
        if logs.is_dir():
            shutil.rmtree(logs, ignore_errors=True)
            emptied += 1
        if not tells_of_days(run):
            instance.delete_run(run.run_id)
            deleted += 1
    return deleted, emptied


@dg.op(description="Removes runs and logs that are older than ONRECORD_HISTORY_DAYS.")
def remove_old_runs(context: dg.OpExecutionContext, settings: dg.ResourceParam[Settings]) -> None:
    """Prune Dagster's history; metadata say how much went."""
    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=settings.history_days)
    deleted, emptied = prune(context.instance, Path(context.instance.root_directory), before)
    context.log.info(f"{deleted} runs and the logs of {emptied} runs from before {before:%Y-%m-%d} removed")
