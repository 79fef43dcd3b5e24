"""Publications: what readers see, made fresh, swapped in whole, and queried read-only.

Belongs here: the order of the steps, waiting for the warehouse, errors a person can act on, reading.
Does not: how files are written (``publish_files``), swapped (``publish_swap``) or described
(``publish_package``).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from filelock import FileLock, Timeout

from pipeline.resources.publish_files import DATABASE, TableFiles, Writer
from pipeline.resources.publish_package import PACKAGE, data_package
from pipeline.resources.publish_swap import (
    LINK,
    clear_leftovers,
    current,
    forget_old,
    link_or_copy,
    next_id,
    repair,
    swap_in,
    work_folder,
)
from pipeline.resources.publish_tables import TABLES
from pipeline.resources.publish_views import VIEWS
from pipeline.resources.report_files import build_report

WAREHOUSE = "warehouse.duckdb"
_HOLDER = re.compile(r"held in (.+?) \(PID (\d+)\)")
_RETRY_SECONDS = 0.2

ReportBuilder = Callable[[Path], object]
"""Given the unfinished publication's folder with its finished data, writes ``report/`` into it."""


class PublicationError(Exception):
    """Publishing or reading a publication failed; says what, where and the mend."""


class QueryError(PublicationError):
    """The published file could not answer the query as it stands."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A finished publication.

    Attributes:
        publication_id: Its name; greater than those of all before.
        run_id: The run that made it.
        path: ``published``, where readers find it.
        folder: Where its files lie, also after later publications.
        database: The DuckDB file, as readers find it.
        row_counts: Rows of each table.
    """

    publication_id: str
    run_id: str
    path: Path
    folder: Path
    database: Path
    row_counts: dict[str, int]


def publish(
    data_dir: Path,
    *,
    run_id: str,
    report: ReportBuilder | None = build_report,
    wait_seconds: float = 60.0,
    now: dt.datetime | None = None,
) -> Publication:
    """Publish the warehouse's marts: everything fresh, then swapped in at once.

    Args:
        data_dir: Folder with ``warehouse.duckdb``; ``published`` appears in it.
        run_id: The run that publishes; written into ``datapackage.json``.
        report: Adds ``report/`` to the publication before the swap; None for none.
        wait_seconds: How long to wait for a process that writes the warehouse, or for another publication.
        now: Time of the publication; the clock's if not given.

    Raises:
        PublicationError: Nothing to publish, the warehouse is held by a writer, or the disk is full or
            read-only. The publication before stays as it was.
    """
    data_dir = data_dir.resolve()
    created = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).isoformat(timespec="seconds")
    try:
        with _only_publisher(data_dir, wait_seconds):
            repair(data_dir)
            publication_id = next_id(data_dir, run_id)
            work = work_folder(data_dir, publication_id)
            try:
                files = _write(data_dir, work, wait_seconds)
                package = data_package(
                    work, files, VIEWS, run_id=run_id, publication_id=publication_id, created=created
                )
                _write_package(work, package)
                if report is not None:
                    report(work)
                folder = swap_in(data_dir, work, publication_id)
            finally:
                clear_leftovers(data_dir)
            forget_old(data_dir)
    except (OSError, duckdb.Error) as error:
        raise PublicationError(_storage_message(data_dir, error)) from error
    counts = {file.table.name: file.rows for file in files}
    path = data_dir / LINK
    return Publication(publication_id, run_id, path, folder, path / DATABASE, counts)


def republish(data_dir: Path, *, without: str, add: ReportBuilder, wait_seconds: float = 60.0) -> Path:
    """Publish the present data again with one folder of the publication made anew; returns where readers find it.

    Args:
        data_dir: Folder with a publication.
        without: The publication's folder that is left out of the copy.
        add: Makes it in the new publication's folder; everything else is there under the same bytes.
        wait_seconds: How long to wait for another publication.

    Raises:
        PublicationError: Nothing is published, another process publishes, or the disk is full or read-only.
            The publication before stays as it was.
    """
    data_dir = data_dir.resolve()
    try:
        with _only_publisher(data_dir, wait_seconds):
            repair(data_dir)
            now = current(data_dir)
            if now is None or not (now / PACKAGE).is_file():
                raise PublicationError(f"nothing is published in {data_dir} yet; run `onrecord run` first")
            package = json.loads((now / PACKAGE).read_text(encoding="utf-8"))
            publication_id = next_id(data_dir, package["run_id"])
            work = work_folder(data_dir, publication_id)
            try:
                _take_over(now, work, without)
                _write_package(work, package | {"id": publication_id})
                add(work)
                swap_in(data_dir, work, publication_id)
            finally:
                clear_leftovers(data_dir)
            forget_old(data_dir)
    except (OSError, duckdb.Error) as error:
        raise PublicationError(_storage_message(data_dir, error)) from error
    return data_dir / LINK


def _take_over(now: Path, work: Path, without: str) -> None:
    """Every file of a publication under a second name, but for its id, its descriptor and one folder."""
    for path in sorted(now.rglob("*")):
        place = path.relative_to(now)
        if place.parts[0] in (without, PACKAGE) or (work / place).exists() or path.is_dir():
            continue
        (work / place).parent.mkdir(parents=True, exist_ok=True)
        link_or_copy(path, work / place)


def _write_package(work: Path, package: dict[str, Any]) -> None:
    text = json.dumps(package, indent=1, ensure_ascii=False) + "\n"
    (work / PACKAGE).write_text(text, encoding="utf-8")


def query_published(data_dir: Path, sql: str) -> pl.DataFrame:
    """The answer of the published file, read-only; times are UTC.

    Never blocked by a run that writes, and always from one publication.

    Raises:
        PublicationError: There is no publication yet, or its file is damaged.
        QueryError: The SQL is wrong, gives no rows, or would write.
    """
    with connect_published(data_dir) as connection:
        try:
            relation = connection.sql(sql)
            if relation is None:
                raise QueryError(
                    "the statement gives no rows; only queries can be asked of the published file"
                )
            return _plain_integers(relation.pl())
        except duckdb.Error as error:
            raise QueryError(_first_lines(error)) from error


def _plain_integers(frame: pl.DataFrame) -> pl.DataFrame:
    """Sums, which DuckDB gives as 128-bit integers and Polars would show as decimals, as plain integers."""
    sums = [name for name, dtype in frame.schema.items() if dtype == pl.Decimal(38, 0)]
    fits = [name for name in sums if frame[name].is_between(-(2**63), 2**63 - 1).all()]
    return frame.with_columns(pl.col(fits).cast(pl.Int64))


@contextmanager
def connect_published(data_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the current publication, which stays the same for as long as it is open.

    Raises:
        PublicationError: There is no publication yet, or its file is damaged.
    """
    folder = current(data_dir)
    if folder is None or not (folder / DATABASE).is_file():
        raise PublicationError(f"nothing is published in {data_dir} yet; run `onrecord run` first")
    try:
        # The real path, not the link: DuckDB keeps files of one path open for all connections of a process,
        # and would hand out the publication before.
        connection = duckdb.connect(str(folder / DATABASE), read_only=True)
    except duckdb.Error as error:
        raise PublicationError(
            f"{folder / DATABASE} cannot be read ({_first_lines(error)}); run `onrecord run` to make it again"
        ) from error
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


@contextmanager
def _only_publisher(data_dir: Path, wait_seconds: float) -> Iterator[None]:
    lock = FileLock(data_dir / ".publish.lock")
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise PublicationError(
            f"another process publishes {data_dir}, still after {wait_seconds:.0f} s; "
            "let it end, then run again"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _write(data_dir: Path, work: Path, wait_seconds: float) -> list[TableFiles]:
    """All data files of the publication, from one state of the warehouse."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set TimeZone = 'UTC'")
        _attach(connection, data_dir / WAREHOUSE, wait_seconds)
        writer = Writer(connection, work, current(data_dir))
        try:
            files = [writer.describe(table) for table in TABLES]
        except LookupError as error:
            raise PublicationError(
                f"{data_dir / WAREHOUSE} has no table marts.{error.args[0]}; run `onrecord run` to build it"
            ) from error
        writer.write_database(files, VIEWS)
        for file in files:
            writer.write_parts(file)
        writer.write_ledger(files)
    return files


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, wait_seconds: float) -> None:
    """Attach the warehouse read-only, waiting for its writer."""
    if not path.is_file():
        raise PublicationError(f"there is no {path}; run `onrecord run` to build it")
    literal = "'" + str(path).replace("'", "''") + "'"
    until = time.monotonic() + wait_seconds
    while True:
        try:
            connection.execute(f"attach {literal} as warehouse (read_only)")
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            if time.monotonic() >= until:
                held = _HOLDER.search(str(error))
                holder = f"process {held[2]} ({held[1]})" if held else "another process"
                raise PublicationError(
                    f"{path} is held by {holder}, still after {wait_seconds:.0f} s; end it, then run again "
                    f"(readers belong at {LINK}/{DATABASE}, which is never locked)"
                ) from error
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _storage_message(data_dir: Path, error: BaseException) -> str:
    detail = getattr(error, "strerror", None) or _first_lines(error)
    return (
        f"{data_dir}: the publication could not be written ({detail}); the one before is as it was; "
        "free or unlock the disk and run again"
    )


def _first_lines(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2]) or type(error).__name__
