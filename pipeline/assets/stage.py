"""What every lake stage does around its one call: read, write, keep rejects, report.

Belongs here: the frame of a stage. Does not: any stage's own work.
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

from pipeline.assets.partitions import days_of
from pipeline.records import Reject, rejects_frame
from pipeline.resources.lake import Lake
from pipeline.resources.progress import Progress
from pipeline.schemas import REJECTS, RUN_LOG, TABLES

PREVIEW_ROWS = 5
_PREVIEW_WIDTH = 60


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage made of one day: a frame for each of its tables, and what it had to reject."""

    tables: Mapping[str, pl.DataFrame]
    rejects: Sequence[Reject]
    rows_in: int
    version: str


@dataclass(slots=True)
class _Totals:
    rows_in: int = 0
    rows_out: int = 0
    reasons: Counter[str] = field(default_factory=Counter[str])
    version: str = ""
    preview: pl.DataFrame | None = None


def run_stage(
    context: dg.AssetExecutionContext,
    *,
    stage: str,
    lake: Lake,
    progress: Progress,
    make: Callable[[dt.date], StageResult],
) -> Iterator[dg.MaterializeResult]:
    """Make every day of the run, write it, and yield one result for each of the stage's tables.

    Raises:
        LakeError: A file cannot be read or written.
    """
    began = time.monotonic()
    totals: dict[str, _Totals] = {}
    for day in days_of(context):
        started = dt.datetime.now(dt.UTC)
        clock = time.monotonic()
        progress.begin(stage, day)
        result = make(day)
        rejects = rejects_frame(result.rejects, day)
        for name, frame in result.tables.items():
            lake.write(TABLES[name], day, frame)
            _count(totals.setdefault(name, _Totals()), result, frame, rejects)
        lake.write_stage(REJECTS, stage, day, rejects)
        rows_out = next(iter(result.tables.values())).height
        seconds = time.monotonic() - clock
        log = {
            "partition_date": day,
            "stage": stage,
            "run_id": context.run_id,
            "rows_in": result.rows_in,
            "rows_out": rows_out,
            "rejected": rejects.height,
            "version": result.version,
            "started_at": started,
            "elapsed_seconds": round(seconds, 3),
        }
        lake.write_stage(RUN_LOG, stage, day, pl.DataFrame([log], schema=RUN_LOG.schema))
        progress.end(stage, day, rows=rows_out, rejected=rejects.height, seconds=seconds)
    for name, total in totals.items():
        yield dg.MaterializeResult(asset_key=name, metadata=_metadata(total, time.monotonic() - began))


def _count(total: _Totals, result: StageResult, frame: pl.DataFrame, rejects: pl.DataFrame) -> None:
    total.rows_in += result.rows_in
    total.rows_out += frame.height
    total.reasons.update(rejects["reason_code"].to_list())
    total.version = result.version
    if frame.height:
        total.preview = frame.head(PREVIEW_ROWS)


def _metadata(total: _Totals, seconds: float) -> dict[str, dg.MetadataValue]:
    rejected = sum(total.reasons.values())
    share = rejected / (rejected + total.rows_out) if rejected + total.rows_out else 0.0
    reasons = ", ".join(f"{code} {n}" for code, n in sorted(total.reasons.items())) or "none"
    return {
        "dagster/row_count": dg.MetadataValue.int(total.rows_out),
        "rows_in": dg.MetadataValue.int(total.rows_in),
        "reject_count": dg.MetadataValue.int(rejected),
        "reject_share": dg.MetadataValue.float(round(share, 4)),
        "rejected_by_reason": dg.MetadataValue.text(reasons),
        "elapsed_seconds": dg.MetadataValue.float(round(seconds, 3)),
        "version": dg.MetadataValue.text(total.version),
        "preview": dg.MetadataValue.md(preview_markdown(total.preview)),
    }


def preview_markdown(frame: pl.DataFrame | None) -> str:
    """A few rows as a Markdown table, long cells cut; "no rows" for none."""
    if frame is None or not frame.height:
        return "no rows"
    head = "| " + " | ".join(frame.columns) + " |"
    lines = [head, "|" + " --- |" * frame.width]
    for row in frame.iter_rows():
        cells = (str(v).replace("|", "\\|").replace("\n", " ⏎ ") for v in row)
        lines.append(
            "| "
            + " | ".join(c if len(c) <= _PREVIEW_WIDTH else c[:_PREVIEW_WIDTH] + "…" for c in cells)
            + " |"
        )
    return "\n".join(lines)


def describe(table_name: str) -> dict[str, Any]:
    """Description (grain first) and column schema of a lake table, for its asset."""
    table = TABLES[table_name]
    columns = [
        dg.TableColumn(
            name,
            str(column.dtype),
            column.meaning,
            constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=table.key == (name,)),
        )
        for name, column in table.columns.items()
    ]
    return {
        "description": table.grain,
        "metadata": {"dagster/column_schema": dg.TableSchema(columns)},
        "kinds": {"polars", "parquet"},
        "owners": ["team:pipeline"],
    }
