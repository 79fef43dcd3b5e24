"""Jobs: what the schedule, the command line and a backfill run.

Belongs here: job definitions and running days in this process. Does not: the assets.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from pipeline.resources.lake import days_between

DAILY_JOB = "daily"
_RANGE_START = "dagster/asset_partition_range_start"
_RANGE_END = "dagster/asset_partition_range_end"

daily_job = dg.define_asset_job(
    DAILY_JOB,
    selection=dg.AssetSelection.all(),
    description="Collect, clean, extract, load and publish the days of the run.",
    # One process a run: starting a process a step costs more than the steps on a small machine.
    executor_def=dg.in_process_executor,
)


@dataclass(frozen=True, slots=True)
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
) -> list[str]:
    """Run the daily job over ``days`` in this process; returns the run ids.

    Unbroken stretches of days are one run each, so that the model is loaded and dbt started once.

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
            tags={_RANGE_START: first.isoformat(), _RANGE_END: last.isoformat()},
        )
        ids.append(result.run_id)
        if not result.success:
            raise _failure(result)
    return ids


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


__all__ = ["DAILY_JOB", "RunFailure", "contiguous", "daily_job", "days_between", "run_days"]
