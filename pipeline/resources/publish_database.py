"""The DuckDB file of a publication: made from nothing, or from the one before and the months that changed.

Belongs here: writing it from the attached ``warehouse``. Does not: Parquet and CSV (``publish_files``), which
tables (``publish_tables``), the swap (``publish_swap``).

Most of a long history is as it was the day before. The file before is copied, its changed months are replaced,
and then every month of every table is held against the warehouse: what differs, be it by damage of the file
before, is made from nothing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.resources.publish_sql import (
    WHOLE,
    TableFiles,
    definitions,
    in_month,
    months_query,
    quote,
    select,
    text,
)
from pipeline.resources.publish_views import PublishedView

DATABASE = "onrecord.duckdb"
STORAGE_VERSION = "v1.2.0"
"""Read by every DuckDB from 1.2 on; the default of 2.0 is read by none before."""
MAX_AGE = 30
"""After so many publications the file is made from nothing: replaced months lie at its end, out of order, and the
room of the old ones is not all given back (a million statements: 2 % more after three days)."""
MAX_CHANGED = 0.5
"""Above this share of rows in changed months, making it from nothing costs less."""


@dataclass(frozen=True, slots=True)
class Before:
    """The publication before, as far as its file can serve.

    Attributes:
        path: Its DuckDB file.
        shape: ``shape_of`` its tables and views.
        age: Publications since it was made from nothing.
        fingerprints: Of the months of each table.
    """

    path: Path
    shape: str
    age: int
    fingerprints: Mapping[str, Mapping[str, str]]


def shape_of(files: Sequence[TableFiles], views: Sequence[PublishedView]) -> str:
    """A hash of all that is in the file but rows: columns, keys, descriptions, order, views."""
    tables = [
        [
            f.table.name,
            f.description,
            f.table.order,
            f.table.month_of,
            *definitions(f),
            [c.description for c in f.columns],
        ]
        for f in files
    ]
    shape = json.dumps(
        [STORAGE_VERSION, tables, [[v.name, v.description, dict(v.columns), v.sql] for v in views]]
    )
    return hashlib.sha256(shape.encode()).hexdigest()


def write_database(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    files: Sequence[TableFiles],
    views: Sequence[PublishedView],
    before: Before | None,
) -> int:
    """Write the file at ``path``; returns its age, 0 when it was made from nothing."""
    age = 0
    if before and _can_serve(before, files, views) and _updated(connection, path, files, before):
        age = before.age + 1
    else:
        _remove(path)
        _create(connection, path, files, views)
    path.chmod(0o444)
    return age


def _can_serve(before: Before, files: Sequence[TableFiles], views: Sequence[PublishedView]) -> bool:
    if before.age >= MAX_AGE or before.shape != shape_of(files, views) or not before.path.is_file():
        return False
    changed = {file.table.name: _changed(file, before) for file in files}
    rows = sum(m.rows for file in files for m in file.months if m.name in changed[file.table.name])
    return rows <= MAX_CHANGED * sum(file.rows for file in files)


def _changed(file: TableFiles, before: Before) -> list[str]:
    """Months that came, went or have other rows now."""
    now = {month.name: month.fingerprint for month in file.months}
    known = before.fingerprints.get(file.table.name, {})
    return sorted(name for name in now.keys() | known.keys() if now.get(name) != known.get(name))


def _create(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    files: Sequence[TableFiles],
    views: Sequence[PublishedView],
) -> None:
    """Tables sorted, keys of dimensions, comments, views; nothing else in it."""
    connection.execute(f"attach {text(str(path))} as published (storage_version '{STORAGE_VERSION}')")
    # One transaction: a commit for each comment would wait for the disk each time.
    connection.execute("begin")
    for file in files:
        for statement in _table(file):
            connection.execute(statement)
    connection.execute("use published")
    for view in views:
        for statement in _view(view):
            connection.execute(statement)
    connection.execute("commit")
    _close(connection)


def _table(file: TableFiles) -> Iterator[str]:
    name = f"published.{file.table.name}"
    yield f"create table {name} ({', '.join(definitions(file))})"
    yield f"insert into {name} {select(file)}"
    yield f"comment on table {name} is {text(file.description)}"
    for column in file.columns:
        yield f"comment on column {name}.{quote(column.name)} is {text(column.description)}"


def _view(view: PublishedView) -> Iterator[str]:
    yield f"create view {view.name} as {view.sql}"
    yield f"comment on view {view.name} is {text(view.description)}"
    for name, meaning in view.columns.items():
        yield f"comment on column {view.name}.{quote(name)} is {text(meaning)}"


def _updated(
    connection: duckdb.DuckDBPyConnection, path: Path, files: Sequence[TableFiles], before: Before
) -> bool:
    """The file before with its changed months replaced; False if it is not the warehouse's marts then."""
    shutil.copyfile(before.path, path)
    try:
        connection.execute(f"attach {text(str(path))} as published")
        changed = [(file, month) for file in files for month in _changed(file, before)]
        for step in (_removal, _filling):
            connection.execute("begin")
            for file, month in changed:
                for statement in step(file, month):
                    connection.execute(statement)
            connection.execute("commit")
            # After the removal, so that what comes takes the room of what went: else the file grows each time.
            connection.execute("checkpoint published")
        is_right = all(_holds_the_marts(connection, file) for file in files)
    except duckdb.Error:
        # A damaged file before, most likely; the warehouse itself is read again for the new one, where its
        # own damage is reported.
        _abandon(connection)
        return False
    _close(connection)
    return is_right


def _removal(file: TableFiles, month: str) -> Iterator[str]:
    if month == WHOLE:
        yield f"drop table published.{file.table.name}"
    else:
        yield f"delete from published.{file.table.name} {in_month(file.table, month)}"  # noqa: S608  # names only


def _filling(file: TableFiles, month: str) -> Iterator[str]:
    if month == WHOLE:
        yield from _table(file)
    else:
        yield f"insert into published.{file.table.name} {select(file, in_month(file.table, month))}"


def _holds_the_marts(connection: duckdb.DuckDBPyConnection, file: TableFiles) -> bool:
    """Whether the table has the rows of its mart, month by month; reading all of it finds damage too."""
    found = connection.execute(
        months_query(file.table, file.columns, f"published.{file.table.name}")
    ).fetchall()
    return found == [(m.name, m.rows, m.fingerprint) for m in file.months if m.rows]


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("use memory")
    connection.execute("checkpoint published")
    connection.execute("detach published")


def _abandon(connection: duckdb.DuckDBPyConnection) -> None:
    for statement in ("rollback", "use memory", "detach published"):
        try:
            connection.execute(statement)
        except duckdb.Error:  # not begun, or not attached
            continue


def _remove(path: Path) -> None:
    for leftover in (path, path.with_name(f"{path.name}.wal")):
        leftover.unlink(missing_ok=True)
