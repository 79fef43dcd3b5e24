"""What is published of a table, as values and as SQL over the attached ``warehouse``.

Belongs here: columns, parts, the queries that read them. Does not: running them (``publish_database``,
``publish_files``). The names in these queries come from ``publish_tables`` and from the warehouse's own catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.resources.publish_tables import PublishedTable

WHOLE = "all"
"""The one part of a table that is not split by month."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the warehouse has it."""

    name: str
    data_type: str
    is_nullable: bool
    description: str


@dataclass(frozen=True, slots=True)
class Month:
    """The rows of one month, or of a whole table: how many, and a hash of them all."""

    name: str
    rows: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a ``Month``: where they lie in this publication."""

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
    months: list[Month]
    csv: str = ""
    csv_bytes: int = 0
    csv_sha256: str = ""
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return sum(month.rows for month in self.months)

    @property
    def signature(self) -> list[str]:
        """Names and types of the columns, in order."""
        return [f"{c.name} {c.data_type}" for c in self.columns]


def definitions(file: TableFiles) -> Iterator[str]:
    """Column definitions and key, for ``create table``."""
    for column in file.columns:
        yield f"{quote(column.name)} {column.data_type}{'' if column.is_nullable else ' not null'}"
    # Keys of facts would be indexes of many times the size of what they find; sorting serves instead.
    if file.table.name.startswith("dim_"):
        yield f"primary key ({', '.join(file.table.key)})"


def select(file: TableFiles, where: str = "") -> str:
    """The table's rows in the order of the publication."""
    columns = ", ".join(quote(c.name) for c in file.columns)
    order = ", ".join(f"{name} nulls first" for name in file.table.order)
    return f"select {columns} from warehouse.marts.{file.table.name} {where} order by {order}"  # noqa: S608  # names only


def csv_select(file: TableFiles, where: str) -> str:
    """The same rows as CSV has them: lists as JSON, times in UTC."""
    return f"select {', '.join(_csv_columns(file))} from ({select(file, where)})"  # noqa: S608  # names only


def months_query(table: PublishedTable, columns: list[Column], source: str) -> str:
    """Month, rows and hash of the rows of each month of ``source``."""
    month = f"strftime({table.month_of}, '%Y-%m')" if table.month_of else text(WHOLE)
    names = ", ".join(quote(c.name) for c in columns)
    fingerprint = f"hash(count(*), bit_xor(hash({names})))"
    return f"select {month}, count(*), {fingerprint}::varchar from {source} group by 1 order by 1"  # noqa: S608  # names only


def in_month(table: PublishedTable, month: str) -> str:
    """The condition that a row is of the month; nothing for a table that is not split."""
    if month == WHOLE:
        return ""
    first = f"date '{month}-01'"
    return f"where {table.month_of} >= {first} and {table.month_of} < {first} + interval 1 month"


def _csv_columns(file: TableFiles) -> Iterator[str]:
    for column in file.columns:
        name = quote(column.name)
        if column.data_type.endswith("[]"):
            yield f"to_json({name}) as {name}"
        elif column.data_type == "TIMESTAMP WITH TIME ZONE":
            yield f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ') as {name}"
        else:
            yield name


def quote(name: str) -> str:
    """``name`` as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """``value`` as a string."""
    return "'" + value.replace("'", "''") + "'"
