"""The lake: one immutable Parquet file a table and day, written whole or not at all.

Belongs here: reading and writing lake tables. Does not: what is in them (``pipeline.schemas``).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from pipeline.schemas import REJECTS, RUN_LOG, TABLES, Table

_PART = "part-0.parquet"
_TMP = ".tmp-"


class LakeError(Exception):
    """A lake file cannot be read or written; says which and how to mend it."""


class Lake:
    """Parquet files under ``<data_dir>/lake/<table>/partition_date=YYYY-MM-DD/``.

    A file is written under a temporary name, synced, then renamed: a reader sees the old rows or the
    new ones, and a killed writer leaves nothing that is read. Stages also leave their rejects and
    their line of the run log here, one file a stage; ``gather`` joins them into the tables.
    """

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir / "lake"
        self._stages = data_dir / "lake" / ".stages"

    def folder(self, table: str, day: dt.date) -> Path:
        """Where a table's rows of a day lie."""
        return self.root / table / f"partition_date={day.isoformat()}"

    def write(self, table: Table, day: dt.date, frame: pl.DataFrame) -> Path:
        """Replace the rows of ``day``.

        Raises:
            ValueError: The frame does not fit the table's schema or holds rows of another day.
            LakeError: The disk is full or may not be written.
        """
        frame = table.conform(frame)
        if frame.height and frame["partition_date"].unique().to_list() != [day]:
            raise ValueError(f"{table.name}: rows of another day than {day}")
        return _write(self.folder(table.name, day) / _PART, frame)

    def read(self, table: Table, days: Iterable[dt.date]) -> pl.DataFrame:
        """Rows of ``days`` in day order; days without a file have none.

        Raises:
            LakeError: A file is damaged; it names the file and the stage to run again.
        """
        frames = [
            _read(path, table)
            for day in sorted(set(days))
            if (path := self.folder(table.name, day) / _PART).exists()
        ]
        return pl.concat(frames) if frames else table.empty()

    def read_columns(self, table: Table, days: Iterable[dt.date], columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of ``days``; damaged days are left out, for they cost only hints about the past."""
        schema = {c: table.columns[c].dtype for c in columns}
        frames: list[pl.DataFrame] = []
        for day in sorted(set(days)):
            path = self.folder(table.name, day) / _PART
            if not path.exists():
                continue
            try:
                frames.append(pl.read_parquet(path, columns=list(columns), hive_partitioning=False))
            except (OSError, pl.exceptions.PolarsError):
                continue
        return pl.concat(frames).select(*schema) if frames else pl.DataFrame(schema=schema)

    def has(self, table: Table, day: dt.date) -> bool:
        """Whether the day was ever written, be it without rows."""
        return (self.folder(table.name, day) / _PART).exists()

    def days(self, table: Table) -> list[dt.date]:
        """Days that have a file, in order."""
        found = (self.root / table.name).glob(f"partition_date=*/{_PART}")
        return sorted(dt.date.fromisoformat(p.parent.name.split("=", 1)[1]) for p in found)

    def write_stage(self, table: Table, stage: str, day: dt.date, frame: pl.DataFrame) -> Path:
        """Replace what ``stage`` adds to ``rejects`` or ``run_log`` on ``day``."""
        return _write(self._stage_folder(table, day) / f"{stage}.parquet", table.conform(frame))

    def gather(self, table: Table, day: dt.date) -> pl.DataFrame:
        """All stages' rows of ``rejects`` or ``run_log`` on ``day``, written as the table's rows."""
        if table not in (REJECTS, RUN_LOG):
            raise ValueError(f"{table.name} is written by one stage; nothing to gather")
        files = sorted(self._stage_folder(table, day).glob("*.parquet"))
        frame = pl.concat([_read(f, table) for f in files]) if files else table.empty()
        frame = frame.unique(table.key, keep="first").sort(table.key)
        self.write(table, day, frame)
        return frame

    def clear_leftovers(self) -> int:
        """Remove temporary files that a killed run left; returns how many."""
        found = list(self.root.rglob(f"{_TMP}*"))
        for path in found:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        return len(found)

    def _stage_folder(self, table: Table, day: dt.date) -> Path:
        return self._stages / table.name / day.isoformat()


def table_named(name: str) -> Table:
    """The lake table ``name``.

    Raises:
        KeyError: There is none.
    """
    return TABLES[name]


def _read(path: Path, table: Table) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path, hive_partitioning=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise LakeError(f"{path}: cannot be read ({_first_line(error)}); {_again(path)}") from error
    # A column that came with a later version and may be null is null in older files.
    added = [name for name, c in table.columns.items() if c.nullable and name not in frame.columns]
    try:
        return table.conform(frame.with_columns(pl.lit(None).alias(name) for name in added))
    except (ValueError, pl.exceptions.PolarsError) as error:
        raise LakeError(
            f"{path}: was written by another version ({_first_line(error)}); {_again(path)}"
        ) from error


def _again(path: Path) -> str:
    day = path.parent.name.split("=")[-1]
    return f"delete it and run `onrecord run --date {day}` to make it again from the stored pages"


def _write(path: Path, frame: pl.DataFrame) -> Path:
    tmp = path.parent / f"{_TMP}{uuid.uuid4().hex}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(tmp, compression="zstd", statistics=True)
        with tmp.open("rb+") as file:
            os.fsync(file.fileno())
        tmp.replace(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        tmp.unlink(missing_ok=True)
        raise LakeError(
            f"{path}: cannot be written ({_first_line(error)}); free or unlock the disk and run again"
        ) from error
    return path


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def days_between(first: dt.date, last: dt.date) -> Sequence[dt.date]:
    """Every day from ``first`` to ``last``, both included."""
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
