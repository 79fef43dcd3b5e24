"""What every lake stage does around its one call: lock, read, check, write, keep rejects, report.

Belongs here: the frame of a stage. Does not: any stage's own work, what is measured (``checks.py``),
how it looks in the UI (``report.py``, ``catalogue.py``).
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from pipeline.assets.catalogue import column_lineage, describe
from pipeline.assets.checks import Measure, blocking_results, broken, warning_results
from pipeline.assets.partitions import days_of
from pipeline.assets.report import (
    PLOT_DAYS,
    PREVIEW_ROWS,
    counts_markdown,
    links,
    plot_markdown,
    preview_markdown,
    rejects_markdown,
    sparkline,
)
from pipeline.records import Reject, rejects_frame
from pipeline.resources.lake import Lake, days_between
from pipeline.resources.processes import day_lock
from pipeline.resources.progress import Progress
from pipeline.schemas import REJECTS, RUN_LOG, TABLES
from pipeline.settings import Settings

__all__ = ["StageResult", "describe", "preview_markdown", "run_stage"]

PLOTTED = frozenset({"pages", "articles", "statements"})
"""Tables whose rows a day are drawn."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage made of one day: a frame for each of its tables, and what it had to reject."""

    tables: Mapping[str, pl.DataFrame]
    rejects: Sequence[Reject]
    rows_in: int
    version: str


@dataclass(frozen=True, slots=True)
class _Day:
    """What is told of a day of a stage."""

    day: dt.date
    rows_in: int
    rows_out: Mapping[str, int]
    previews: Mapping[str, pl.DataFrame]
    rejects: pl.DataFrame
    version: str
    seconds: float
    problems: Mapping[tuple[str, str], str]

    @property
    def main_rows(self) -> int:
        """Rows of the stage's first table."""
        return next(iter(self.rows_out.values()))


def run_stage(
    context: dg.AssetExecutionContext,
    *,
    stage: str,
    lake: Lake,
    progress: Progress,
    settings: Settings,
    make: Callable[[dt.date], StageResult],
    measures: Mapping[str, Measure] | None = None,
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Make every day of the run, check and write it, and yield results for each of the stage's tables.

    A day whose rows are broken is not written: its rows before stay, the check tells why, and nothing
    downstream runs.

    Args:
        context: Dagster's.
        stage: Name of the stage in ``run_log`` and ``rejects``.
        lake: Where the tables are.
        progress: Who hears of it.
        settings: Folders, links, limits.
        make: Makes one day.
        measures: Measures of warnings that need more than the lake, by check.

    Raises:
        LakeError: A file cannot be read or written.
        LockedError: Another run makes the same day and does not end.
    """
    days: list[_Day] = []
    for day in days_of(context):
        progress.begin(stage, day)
        with day_lock(settings, day):
            made = _make_day(context.run.run_id, stage, lake, day, make)
        days.append(made)
        progress.end(stage, day, rows=made.main_rows, rejected=made.rejects.height, seconds=made.seconds)
    problems = {d.day: d.problems for d in days if d.problems}
    for name in days[0].rows_out:
        if dg.AssetKey(name) not in context.selected_asset_keys:
            continue  # written all the same: the tables of a stage belong together
        checks = blocking_results(name, [d.day for d in days], problems)
        shares = {d.day: (d.rejects.height, d.rejects.height + d.main_rows) for d in days}
        # Also of a broken day, whose rows before stand: a check that is not heard of counts as failed.
        checks += warning_results(name, lake, [d.day for d in days], shares, measures or {})
        if problems:
            yield from checks
            continue
        _tell(context, name, days, lake, settings)
        lineage = column_lineage(name)
        metadata = {"dagster/column_lineage": lineage} if lineage else None
        yield dg.MaterializeResult(asset_key=name, metadata=metadata, check_results=checks)


def _make_day(
    run_id: str, stage: str, lake: Lake, day: dt.date, make: Callable[[dt.date], StageResult]
) -> _Day:
    """Make a day, and write it if it is sound."""
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    result = make(day)
    rejects = rejects_frame(result.rejects, day)
    problems = broken(lake, day, result.tables)
    if not problems:
        for name, frame in result.tables.items():
            lake.write(TABLES[name], day, frame)
    made = _Day(
        day=day,
        rows_in=result.rows_in,
        rows_out={name: frame.height for name, frame in result.tables.items()},
        previews={name: frame.head(PREVIEW_ROWS) for name, frame in result.tables.items()},
        rejects=rejects,
        version=result.version,
        seconds=round(time.monotonic() - clock, 3),
        problems=problems,
    )
    if not problems:
        lake.write_stage(REJECTS, stage, day, rejects)
        lake.write_stage(RUN_LOG, stage, day, _log_line(made, stage, run_id, started))
    return made


def _log_line(made: _Day, stage: str, run_id: str, started: dt.datetime) -> pl.DataFrame:
    row = {
        "partition_date": made.day,
        "stage": stage,
        "run_id": run_id,
        "rows_in": made.rows_in,
        "rows_out": made.main_rows,
        "rejected": made.rejects.height,
        "version": made.version,
        "started_at": started,
        "elapsed_seconds": made.seconds,
    }
    return pl.DataFrame([row], schema=RUN_LOG.schema)


def _tell(
    context: dg.AssetExecutionContext, name: str, days: Sequence[_Day], lake: Lake, settings: Settings
) -> None:
    """Metadata of each day's materialization; the plot, which takes time, for the last day."""
    counts = _rows_a_day(lake, name, days[0].day, days[-1].day) if name in PLOTTED else {}
    for made in days:
        metadata = _metadata(name, made, settings)
        if name in PLOTTED:
            metadata["last_30_days"] = dg.MetadataValue.text(sparkline(counts, made.day))
        if name in PLOTTED and made is days[-1]:
            metadata["plot"] = dg.MetadataValue.md(plot_markdown(counts, made.day, name))
        context.add_asset_metadata(metadata, asset_key=name, partition_key=made.day.isoformat())


def _metadata(name: str, made: _Day, settings: Settings) -> dict[str, Any]:
    rejected, rows = made.rejects.height, made.rows_out[name]
    reasons = Counter(made.rejects["reason_code"].to_list())
    share = rejected / (rejected + made.main_rows) if rejected else 0.0
    return {
        "dagster/row_count": dg.MetadataValue.int(rows),
        "rows_in": dg.MetadataValue.int(made.rows_in),
        "reject_count": dg.MetadataValue.int(rejected),
        "reject_share": dg.MetadataValue.float(round(share, 4)),
        "counts": dg.MetadataValue.md(counts_markdown(made.rows_in, rows, reasons)),
        "elapsed_seconds": dg.MetadataValue.float(made.seconds),
        "version": dg.MetadataValue.text(made.version),
        "preview": dg.MetadataValue.md(preview_markdown(made.previews[name])),
        "rejects": dg.MetadataValue.md(rejects_markdown(made.rejects)),
        **links(settings),
    }


def _rows_a_day(lake: Lake, name: str, first: dt.date, last: dt.date) -> dict[dt.date, int]:
    days = days_between(first - dt.timedelta(days=PLOT_DAYS - 1), last)
    rows = lake.read_columns(TABLES[name], days, ["partition_date"])
    return dict(rows.group_by("partition_date").len().iter_rows())
