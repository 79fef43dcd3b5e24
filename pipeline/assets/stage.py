"""What every lake stage does around its one call: lock, read, check, write, keep rejects, report.

Belongs here: the frame of a stage. Does not: any stage's own work, what is measured (``checks.py``),
how it looks in the UI (``report.py``, ``catalogue.py``).
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class _Made:
    """What a stage made of all days of a run."""

    tables: list[str] = field(default_factory=list[str])
    days: list[dt.date] = field(default_factory=list[dt.date])
    problems: dict[dt.date, dict[tuple[str, str], str]] = field(
        default_factory=dict[dt.date, dict[tuple[str, str], str]]
    )
    rows_in: int = 0
    rows_out: Counter[str] = field(default_factory=Counter[str])
    previews: dict[str, pl.DataFrame] = field(default_factory=dict[str, pl.DataFrame])
    reasons: Counter[str] = field(default_factory=Counter[str])
    rejects: list[pl.DataFrame] = field(default_factory=list[pl.DataFrame])
    shares: dict[dt.date, tuple[int, int]] = field(default_factory=dict[dt.date, tuple[int, int]])
    version: str = ""


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
    began = time.monotonic()
    made = _Made()
    for day in days_of(context):
        progress.begin(stage, day)
        clock = time.monotonic()
        with day_lock(settings, day):
            rows, rejected = _make_day(context.run_id, stage, lake, day, make, made)
        progress.end(stage, day, rows=rows, rejected=rejected, seconds=time.monotonic() - clock)
    days = [*made.days, *made.problems]
    written = sorted(made.days)
    for name in made.tables:
        checks = blocking_results(name, days, made.problems)
        if not written:
            yield from checks
            continue
        checks += warning_results(name, lake, written, made.shares, measures or {})
        metadata = _metadata(name, made, lake, settings, time.monotonic() - began)
        yield dg.MaterializeResult(asset_key=name, metadata=metadata, check_results=checks)


def _make_day(
    run_id: str,
    stage: str,
    lake: Lake,
    day: dt.date,
    make: Callable[[dt.date], StageResult],
    made: _Made,
) -> tuple[int, int]:
    """Make and write one day; returns how many rows of its main table and rejects it has."""
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    result = make(day)
    made.tables = list(result.tables)
    rejects = rejects_frame(result.rejects, day)
    rows_out = next(iter(result.tables.values())).height
    if problems := broken(lake, day, result.tables):
        made.problems[day] = problems
        return rows_out, rejects.height
    for name, frame in result.tables.items():
        lake.write(TABLES[name], day, frame)
    lake.write_stage(REJECTS, stage, day, rejects)
    log = {
        "partition_date": day,
        "stage": stage,
        "run_id": run_id,
        "rows_in": result.rows_in,
        "rows_out": rows_out,
        "rejected": rejects.height,
        "version": result.version,
        "started_at": started,
        "elapsed_seconds": round(time.monotonic() - clock, 3),
    }
    lake.write_stage(RUN_LOG, stage, day, pl.DataFrame([log], schema=RUN_LOG.schema))
    _count(made, day, result, rejects, rows_out)
    return rows_out, rejects.height


def _count(made: _Made, day: dt.date, result: StageResult, rejects: pl.DataFrame, rows_out: int) -> None:
    made.days.append(day)
    made.rows_in += result.rows_in
    made.version = result.version
    made.reasons.update(rejects["reason_code"].to_list())
    made.rejects.append(rejects)
    made.shares[day] = (rejects.height, rejects.height + rows_out)
    for name, frame in result.tables.items():
        made.rows_out[name] += frame.height
        if frame.height:
            made.previews[name] = frame.head(PREVIEW_ROWS)


def _metadata(name: str, made: _Made, lake: Lake, settings: Settings, seconds: float) -> dict[str, Any]:
    rows = made.rows_out[name]
    rejected = sum(made.reasons.values())
    total = rejected + made.rows_out[made.tables[0]]
    metadata: dict[str, Any] = {
        "dagster/row_count": dg.MetadataValue.int(rows),
        "rows_in": dg.MetadataValue.int(made.rows_in),
        "reject_count": dg.MetadataValue.int(rejected),
        "reject_share": dg.MetadataValue.float(round(rejected / total, 4) if total else 0.0),
        "counts": dg.MetadataValue.md(counts_markdown(made.rows_in, rows, made.reasons)),
        "elapsed_seconds": dg.MetadataValue.float(round(seconds, 3)),
        "version": dg.MetadataValue.text(made.version),
        "preview": dg.MetadataValue.md(preview_markdown(made.previews.get(name))),
        "rejects": dg.MetadataValue.md(rejects_markdown(pl.concat(made.rejects))),
        **links(settings),
    }
    if name in PLOTTED:
        last = max(made.days)
        metadata["plot"] = dg.MetadataValue.md(plot_markdown(_rows_a_day(lake, name, last), last, name))
    if lineage := column_lineage(name):
        metadata["dagster/column_lineage"] = lineage
    return metadata


def _rows_a_day(lake: Lake, name: str, last: dt.date) -> dict[dt.date, int]:
    days = days_between(last - dt.timedelta(days=PLOT_DAYS - 1), last)
    return dict(
        lake.read_columns(TABLES[name], days, ["partition_date"]).group_by("partition_date").len().iter_rows()
    )
