"""The files of a publication: the DuckDB file, Parquet and CSV of every table.

Belongs here: writing them from the attached warehouse into a work folder, and taking over months that did
not change. Does not: which tables (``publish_tables``), the DuckDB file's inside (``publish_database``), the swap
(``publish_swap``), describing them (``publish_package``).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import duckdb

from pipeline.resources.publish_database import DATABASE, Before, shape_of, write_database
from pipeline.resources.publish_sql import (
    WHOLE,
    Column,
    Month,
    Part,
    TableFiles,
    csv_select,
    in_month,
    months_query,
    select,
    text,
)
from pipeline.resources.publish_swap import link_or_copy
from pipeline.resources.publish_tables import PublishedTable
from pipeline.resources.publish_views import PublishedView

__all__ = ["DATABASE", "LEDGER", "Column", "Part", "TableFiles", "Writer", "sha256"]

LEDGER = ".files.json"
FORMAT = 1
"""Raise it when files are written another way: months of other formats are not taken over."""


class Writer:
    """Writes tables of the warehouse, attached as ``warehouse``, into a work folder.

    ``before`` is the publication whose months may be taken over; None to write everything.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, work: Path, before: Path | None) -> None:
        self._connection = connection
        self._work = work
        self._before = before
        self._known = self._read_ledger(before)
        self._database: dict[str, Any] = {}

    def describe(self, table: PublishedTable) -> TableFiles:
        """The table's columns, comments and months.

        Raises:
            LookupError: The warehouse has no such table.
        """
        found = self._rows(
            "select coalesce(comment, '') from duckdb_tables() "
            "where database_name = 'warehouse' and schema_name = 'marts' and table_name = ?",
            table.name,
        )
        if not found:
            raise LookupError(table.name)
        columns = self._rows(
            "select column_name, data_type, is_nullable, coalesce(comment, '') from duckdb_columns() "
            "where database_name = 'warehouse' and schema_name = 'marts' and table_name = ? "
            "order by column_index",
            table.name,
        )
        described = [Column(*row) for row in columns]
        return TableFiles(table, found[0][0], described, self._months(table, described))

    def write_database(self, files: list[TableFiles], views: tuple[PublishedView, ...]) -> None:
        """The DuckDB file: tables sorted, keys of dimensions, comments, views; nothing else in it."""
        shape = shape_of(files, views)
        age = write_database(self._connection, self._work / DATABASE, files, views, self._database_before())
        self._database = {"shape": shape, "age": age}

    def _database_before(self) -> Before | None:
        known = self._known.get("database")
        if self._before is None or not known:
            return None
        fingerprints = {
            name: {month: part["fingerprint"] for month, part in parts.items() if part["rows"]}
            for name, parts in self._known["tables"].items()
        }
        return Before(self._before / DATABASE, known["shape"], known["age"], fingerprints)

    def write_parts(self, file: TableFiles) -> None:
        """The table's Parquet files and its CSV file, month by month."""
        name = file.table.name
        (self._work / "parquet" / name).mkdir(parents=True)
        (self._work / "csv").mkdir(exist_ok=True)
        file.csv = f"csv/{name}.csv.gz"
        with (self._work / file.csv).open("wb") as csv:
            # Members of a gzip file may follow each other: the header is one, each month is one.
            self._copy(csv_select(file, "where false"), csv, header=True)
            # A table of one file has that file without rows too, so that readers need no special case.
            for month in file.months or [Month(WHOLE, 0, "empty")]:
                file.parts[month.name] = self._part(file, month, csv)
        file.csv_bytes = (self._work / file.csv).stat().st_size
        file.csv_sha256 = sha256(self._work / file.csv)

    def write_ledger(self, files: list[TableFiles]) -> None:
        """What the next publication needs to take over months."""
        tables = {f.table.name: {month: asdict(part) for month, part in f.parts.items()} for f in files}
        ledger = {
            "writer": self._writer(),
            "tables": tables,
            "columns": {f.table.name: f.signature for f in files},
            "database": self._database,
        }
        (self._work / LEDGER).write_text(json.dumps(ledger), encoding="utf-8")

    def _part(self, file: TableFiles, month: Month, csv: IO[bytes]) -> Part:
        name = file.table.name
        target = f"parquet/{name}/{name if month.name == WHOLE else month.name}.parquet"
        known = self._known.get("tables", {}).get(name, {}).get(month.name)
        offset = csv.tell()
        if (
            self._before is not None
            and known
            and known["fingerprint"] == month.fingerprint
            and self._same_columns(file)
        ):
            part = Part(**known)
            link_or_copy(self._before / part.parquet, self._work / target)
            _copy_range(self._before / file.csv, part.csv_offset, part.csv_bytes, csv)
            return Part(**{**known, "parquet": target, "csv_offset": offset})
        where = in_month(file.table, month.name)
        path = self._work / target
        self._connection.execute(
            f"copy ({select(file, where)}) to {text(str(path))} (format parquet, compression zstd)"
        )
        self._copy(csv_select(file, where), csv, header=False)
        size, digest = path.stat().st_size, sha256(path)
        return Part(month.fingerprint, month.rows, target, size, digest, offset, csv.tell() - offset)

    def _copy(self, query: str, csv: IO[bytes], *, header: bool) -> None:
        part = self._work / "csv" / "part.tmp"
        self._connection.execute(
            f"copy ({query}) to {text(str(part))} (format csv, header {header}, compression gzip)"
        )
        with part.open("rb") as source:
            shutil.copyfileobj(source, csv, 1 << 20)
        part.unlink()

    def _months(self, table: PublishedTable, columns: list[Column]) -> list[Month]:
        query = months_query(table, columns, f"warehouse.marts.{table.name}")
        return [Month(*row) for row in self._rows(query)]

    def _rows(self, query: str, *values: object) -> list[tuple]:
        return self._connection.execute(query, list(values)).fetchall()

    def _same_columns(self, file: TableFiles) -> bool:
        return self._known.get("columns", {}).get(file.table.name) == file.signature

    def _writer(self) -> str:
        # DuckDB's hash and its writers may change between releases.
        return f"{FORMAT} {duckdb.__version__}"

    def _read_ledger(self, before: Path | None) -> dict[str, Any]:
        try:
            ledger = json.loads((before / LEDGER).read_text(encoding="utf-8")) if before else {}
        except (OSError, ValueError):
            return {}
        return ledger if ledger.get("writer") == self._writer() else {}


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_range(source: Path, offset: int, length: int, target: IO[bytes]) -> None:
    with source.open("rb") as file:
        file.seek(offset)
        left = length
        while left:
            block = file.read(min(left, 1 << 20))
            if not block:
                raise OSError(os.strerror(5), str(source))
            target.write(block)
            left -= len(block)
