"""Jobs: what the schedules, the command line and a backfill run.

Belongs here: job definitions and running days in this process. Does not: the assets.
"""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from pipeline.assets.catalogue import LEDGER_KEYS
from pipeline.assets.housekeeping import remove_old_runs
from pipeline.assets.partitions import RANGE_END, RANGE_START, days_of_tags
from pipeline.resources.lake import days_between
from pipeline.schemas import TABLES
from pipeline.settings import Settings

DAILY_JOB = "daily"
COLLECT_JOB = "collect"
HOUSEKEEPING_JOB = "housekeeping"
HOST = ".dagster/onrecord_host"
"""Tag: the machine whose process works on the run; process ids mean nothing on another."""


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs as the schedules start them."""

    daily: Any
    collect: Any
    housekeeping: dg.JobDefinition


def executor(settings: Settings) -> dg.ExecutorDefinition:
    """One process a run: starting one a step costs more than most steps, unless the settings say so."""
    if settings.step_processes == 1:
        return dg.in_process_executor
    return dg.multiprocess_executor.configured({"max_concurrent": settings.step_processes})


def build_jobs(settings: Settings) -> Jobs:
    """The jobs with the executor of the settings."""
    run_by, tags = executor(settings), {HOST: platform.node()}
    collected = dg.AssetSelection.assets("feed_entries", "pages")
    fresh = dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("published"), "freshness"))
    return Jobs(
        daily=dg.define_asset_job(
            DAILY_JOB,
            selection=dg.AssetSelection.all(),
            description="Collect, clean, extract, load and publish the days of the run.",
            executor_def=run_by,
            tags=tags,
        ),
        collect=dg.define_asset_job(
            COLLECT_JOB,
            selection=collected | fresh,
            description="Poll the feeds and fetch new pages into the open day; look how old the publication is.",
            executor_def=run_by,
            tags=tags,
        ),
        housekeeping=housekeeping_job,
    )


@dg.job(
    name=HOUSEKEEPING_JOB,
    executor_def=dg.in_process_executor,
    description="Remove runs and logs that are older than ONRECORD_HISTORY_DAYS.",
)
def housekeeping_job() -> None:
    """The one op of housekeeping."""
    remove_old_runs()


@dataclass  # not frozen: Python sets the traceback of what passes a context manager
class RunFailure(Exception):
    """A step failed; ``step`` names it, ``reason`` is one line."""

    step: str
    reason: str

    def __str__(self) -> str:
        return f"{self.step}: {self.reason}"


def contiguous(days: Iterable[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """First and last day of each unbroken stretch, in order."""
    out: list[tuple[dt.date, dt.date]] = []
    for day in sorted(set(days)):
        if out and day - out[-1][1] == dt.timedelta(days=1):
            out[-1] = (out[-1][0], day)
        else:
            out.append((day, day))
    return out


def run_days(
    defs: dg.Definitions,
    days: Sequence[dt.date],
    *,
    instance: dg.DagsterInstance,
    inputs: Sequence[Path] = (),
    only_load: bool = False,
) -> list[str]:
    """Run the daily job over ``days`` in this process; returns the run ids.

    Unbroken stretches of days are one run each, so that the model is loaded and dbt started once. With
    ``only_load`` the lake stands as it is, and only the warehouse and the publication are made.

    Raises:
        RunFailure: A step failed; the days before it stand.
    """
    job = defs.resolve_job_def(DAILY_JOB)
    config: dict[str, object] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    if inputs:
        config["ops"] = {"feed_entries": {"config": {"inputs": [str(p.resolve()) for p in inputs]}}}
    ids: list[str] = []
    for first, last in contiguous(days):
        result = job.execute_in_process(
            run_config=config,
            instance=instance,
            raise_on_error=False,
            asset_selection=_warehouse_keys(job) if only_load else None,
            tags={RANGE_START: first.isoformat(), RANGE_END: last.isoformat(), HOST: platform.node()},
        )
        ids.append(result.run_id)
        if not result.success:
            raise _failure(result)
    return ids


def _warehouse_keys(job: dg.JobDefinition) -> list[dg.AssetKey]:
    """Assets that are made from the lake."""
    lake = {dg.AssetKey([name]) for name in TABLES if name not in LEDGER_KEYS} | {*LEDGER_KEYS.values()}
    return sorted(job.asset_layer.selected_asset_keys - lake)


def _failure(result: dg.ExecuteInProcessResult) -> RunFailure:
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            text = error.message.strip() if error else "unknown error"
            name = text.split(":", 1)
            reason = (name[1] if len(name) > 1 and "." in name[0] else text).strip()
            return RunFailure(event.step_key or "run", " ".join(reason.split()))
    return RunFailure("run", "failed without a failed step")


__all__ = [
    "COLLECT_JOB",
    "DAILY_JOB",
    "HOUSEKEEPING_JOB",
    "Jobs",
    "RunFailure",
    "build_jobs",
    "contiguous",
    "days_between",
    "days_of_tags",
    "run_days",
]
