"""The files of a publication: the DuckDB file, Parquet and CSV of every table.

Belongs here: writing them from the attached warehouse into a work folder, and taking over months that did
not change. Does not: which tables (``publish_tables``), the swap (``publish_swap``), describing them
(``publish_package``).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

import duckdb

from pipeline.resources.publish_swap import link_or_copy
from pipeline.resources.publish_tables import PublishedTable, PublishedView

DATABASE = "onrecord.duckdb"
LEDGER = ".files.json"
STORAGE_VERSION = "v1.2.0"
"""Read by every DuckDB from 1.2 on; the default of 2.0 is read by none before."""
FORMAT = 1
"""Raise it when files are written another way: months of other formats are not taken over."""
_WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the warehouse has it."""

    name: str
    data_type: str
    is_nullable: bool
    description: str


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one month, or of a whole table: where they lie in this publication."""

    fingerprint: str
    rows: int
    parquet: str
    parquet_bytes: int
    parquet_sha256: str
    csv_offset: int
    csv_bytes: int


@dataclass(slots=True)
class TableFiles:
    """A table's files and counts."""

    table: PublishedTable
    description: str
    columns: list[Column]
    csv: str = ""
    csv_bytes: int = 0
    csv_sha256: str = ""
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return sum(part.rows for part in self.parts.values())


class Writer:
    """Writes tables of the warehouse, attached as ``warehouse``, into a work folder.

    ``before`` is the publication whose months may be taken over; None to write everything.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, work: Path, before: Path | None) -> None:
        self._connection = connection
        self._work = work
        self._before = before
        self._known = self._read_ledger(before)

    def describe(self, table: PublishedTable) -> TableFiles:
        """The table's columns and comments.

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
        return TableFiles(table, found[0][0], [Column(*row) for row in columns])

    def write_database(self, files: list[TableFiles], views: tuple[PublishedView, ...]) -> None:
        """The DuckDB file: tables sorted, keys of dimensions, comments, views; nothing else in it."""
        path = self._work / DATABASE
        execute = self._connection.execute
        execute(f"attach {_text(str(path))} as published (storage_version '{STORAGE_VERSION}')")
        # One transaction: a commit for each comment would wait for the disk each time.
        execute("begin")
        for file in files:
            name = file.table.name
            execute(f"create table published.{name} ({', '.join(_definitions(file))})")
            execute(f"insert into published.{name} {_select(file)}")
            execute(f"comment on table published.{name} is {_text(file.description)}")
            for column in file.columns:
                execute(
                    f"comment on column published.{name}.{_quote(column.name)} is {_text(column.description)}"
                )
        execute("use published")
        for view in views:
            execute(f"create view {view.name} as {view.sql}")
            execute(f"comment on view {view.name} is {_text(view.description)}")
        execute("commit")
        execute("use memory")
        execute("checkpoint published")
        execute("detach published")
        path.chmod(0o444)

    def write_parts(self, file: TableFiles) -> None:
        """The table's Parquet files and its CSV file, month by month."""
        name = file.table.name
        (self._work / "parquet" / name).mkdir(parents=True)
        (self._work / "csv").mkdir(exist_ok=True)
        file.csv = f"csv/{name}.csv.gz"
        with (self._work / file.csv).open("wb") as csv:
            # Members of a gzip file may follow each other: the header is one, each month is one.
            self._copy(_csv_select(file, "where false"), csv, header=True)
            for month, rows, fingerprint in self._months(file):
                file.parts[month] = self._part(file, month, rows, fingerprint, csv)
        file.csv_bytes = (self._work / file.csv).stat().st_size
        file.csv_sha256 = sha256(self._work / file.csv)

    def write_ledger(self, files: list[TableFiles]) -> None:
        """What the next publication needs to take over months."""
        tables = {f.table.name: {month: asdict(part) for month, part in f.parts.items()} for f in files}
        ledger = {
            "writer": self._writer(),
            "tables": tables,
            "columns": {f.table.name: _signature(f) for f in files},
        }
        (self._work / LEDGER).write_text(json.dumps(ledger), encoding="utf-8")

    def _part(self, file: TableFiles, month: str, rows: int, fingerprint: str, csv: IO[bytes]) -> Part:
        name = file.table.name
        target = f"parquet/{name}/{name if month == _WHOLE else month}.parquet"
        known = self._known.get("tables", {}).get(name, {}).get(month)
        offset = csv.tell()
        if (
            self._before is not None
            and known
            and known["fingerprint"] == fingerprint
            and self._same_columns(file)
        ):
            part = Part(**known)
            link_or_copy(self._before / part.parquet, self._work / target)
            _copy_range(self._before / file.csv, part.csv_offset, part.csv_bytes, csv)
            return Part(**{**known, "parquet": target, "csv_offset": offset})
        where = _in_month(file, month)
        path = self._work / target
        self._connection.execute(
            f"copy ({_select(file, where)}) to {_text(str(path))} (format parquet, compression zstd)"
        )
        self._copy(_csv_select(file, where), csv, header=False)
        return Part(fingerprint, rows, target, path.stat().st_size, sha256(path), offset, csv.tell() - offset)

    def _copy(self, query: str, csv: IO[bytes], *, header: bool) -> None:
        part = self._work / "csv" / "part.tmp"
        self._connection.execute(
            f"copy ({query}) to {_text(str(part))} (format csv, header {header}, compression gzip)"
        )
        with part.open("rb") as source:
            shutil.copyfileobj(source, csv, 1 << 20)
        part.unlink()

    def _months(self, file: TableFiles) -> list[tuple[str, int, str]]:
        months = [
            (name, rows, str(fingerprint)) for name, rows, fingerprint in self._rows(_months_query(file))
        ]
        # A table of one file has that file without rows too, so that readers need no special case.
        return months or [(_WHOLE, 0, "empty")]

    def _rows(self, query: str, *values: object) -> list[tuple]:
        return self._connection.execute(query, list(values)).fetchall()

    def _same_columns(self, file: TableFiles) -> bool:
        return self._known.get("columns", {}).get(file.table.name) == _signature(file)

    def _writer(self) -> str:
        # DuckDB's hash and its writers may change between releases.
        return f"{FORMAT} {duckdb.__version__}"

    def _read_ledger(self, before: Path | None) -> dict:
        try:
            ledger = json.loads((before / LEDGER).read_text(encoding="utf-8")) if before else {}
        except (OSError, ValueError):
            return {}
        return ledger if ledger.get("writer") == self._writer() else {}


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _definitions(file: TableFiles) -> Iterator[str]:
    for column in file.columns:
        yield f"{_quote(column.name)} {column.data_type}{'' if column.is_nullable else ' not null'}"
    # Keys of facts would be indexes of many times the size of what they find; sorting serves instead.
    if file.table.name.startswith("dim_"):
        yield f"primary key ({', '.join(file.table.key)})"


# The names in these queries come from ``publish_tables`` and from the warehouse's own catalogue.


def _select(file: TableFiles, where: str = "") -> str:
    columns = ", ".join(_quote(c.name) for c in file.columns)
    order = ", ".join(f"{name} nulls first" for name in file.table.order)
    return f"select {columns} from warehouse.marts.{file.table.name} {where} order by {order}"  # noqa: S608  # names only


def _csv_select(file: TableFiles, where: str) -> str:
    return f"select {', '.join(_csv_columns(file))} from ({_select(file, where)})"  # noqa: S608  # names only


def _months_query(file: TableFiles) -> str:
    month = f"strftime({file.table.month_of}, '%Y-%m')" if file.table.month_of else f"'{_WHOLE}'"
    columns = ", ".join(_quote(c.name) for c in file.columns)
    fingerprint = f"hash(count(*), bit_xor(hash({columns})))"
    source = f"warehouse.marts.{file.table.name}"
    return f"select {month}, count(*), {fingerprint} from {source} group by 1 order by 1"  # noqa: S608  # names only


def _in_month(file: TableFiles, month: str) -> str:
    if month == _WHOLE:
        return ""
    first = f"date '{month}-01'"
    return f"where {file.table.month_of} >= {first} and {file.table.month_of} < {first} + interval 1 month"


def _csv_columns(file: TableFiles) -> Iterator[str]:
    for column in file.columns:
        name = _quote(column.name)
        if column.data_type.endswith("[]"):
            yield f"to_json({name}) as {name}"
        elif column.data_type == "TIMESTAMP WITH TIME ZONE":
            yield f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ') as {name}"
        else:
            yield name


def _signature(file: TableFiles) -> list[str]:
    return [f"{c.name} {c.data_type}" for c in file.columns]


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


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
