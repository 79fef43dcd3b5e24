"""The page store: every page as it came, in WARC files that are written whole and never changed.

Belongs here: which file a page lies in, getting its body back, what a day's files hold. Does not:
fetching (``http_collect.py``), the layout of records (``warc_writer.py``, ``warc_reader.py``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.ids import content_hash, stable_id
from pipeline.records import Reject
from pipeline.resources.http_body import TooLargeError, UndecodableError, decode_body, split_content_type
from pipeline.resources.warc_reader import (
    MAX_RECORD_BYTES,
    CorruptRecordError,
    HttpResponse,
    WarcRecord,
    iter_records,
    parse_http,
    read_record,
)
from pipeline.resources.warc_writer import FILE_SCHEME, TEMPORARY, Alias, NewPage, Segment, write_segment
from pipeline.schemas import PAGES
from pipeline.scrape.feed import parse_time

__all__ = ["Alias", "CorruptRecordError", "NewPage", "PageStore", "Segment", "StoredDay", "StoredPage"]

_SUFFIX = ".warc.gz"


class PageStoreError(Exception):
    """Pages cannot be written; says where and how to mend it."""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page as it lies in a WARC file; ``body`` is decompressed."""

    url: str | None
    body: bytes
    status: int
    headers: tuple[tuple[str, str], ...]
    content_type: str | None
    charset: str | None
    collected_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class StoredDay:
    """What the WARC files of a day say: rows of ``pages``, addresses that led to them, damage."""

    pages: pl.DataFrame
    addresses: frozenset[str]
    """Addresses as asked for that need no second fetch, aliases included."""
    entry_ids: frozenset[str]
    rejects: list[Reject] = field(default_factory=list[Reject])


class PageStore:
    """WARC files under ``<data_dir>/pages/YYYY-MM-DD/``.

    Each file also tells the rows of its pages, so that a run that was killed after writing it loses
    nothing: ``read_day`` gets them back, and nothing of it is fetched again.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    def folder(self, day: dt.date) -> Path:
        """Where the pages of a day lie."""
        return self._data_dir / "pages" / day.isoformat()

    def write(self, day: dt.date, segment: Segment) -> pl.DataFrame:
        """Write pages to a new file, named by what is in it, and return their rows.

        Raises:
            PageStoreError: The disk is full or may not be written.
        """
        if not segment.pages and not segment.aliases:
            return PAGES.empty()
        keys = [p.row["page_id"] for p in segment.pages] + [a.entry_id for a in segment.aliases]
        path = self.folder(day) / f"pages-{stable_id('warc', *keys)}{_SUFFIX}"
        try:
            offsets = write_segment(path, segment)
        except OSError as error:
            raise PageStoreError(
                f"{path}: cannot be written ({error.strerror or error}); free the disk and run again"
            ) from error
        name = self._name(day, path.name)
        rows = [
            {**page.row, "warc_file": name, "warc_offset": offset}
            for page, offset in zip(segment.pages, offsets, strict=True)
        ]
        return pl.DataFrame(rows, schema=PAGES.schema)

    def read_day(self, day: dt.date) -> StoredDay:
        """Rows of all pages stored for a day, by page id; damaged stretches become rejects."""
        rows: dict[str, dict[str, Any]] = {}
        addresses: set[str] = set()
        entries: set[str] = set()
        rejects: list[Reject] = []
        for path in self.files(day):
            for about in _about(path, rejects):
                if row := about.get("page"):
                    row = _typed(row) | {"warc_file": self._name(day, path.name)}
                    rows.setdefault(row["page_id"], row)
                    entries.add(row["entry_id"])
                    addresses |= {a for a in (row["url"], row["final_url"]) if a}
                elif alias := about.get("alias"):
                    addresses.add(alias["url"])
                    entries.add(alias["entry_id"])
        frame = pl.DataFrame([rows[key] for key in sorted(rows)], schema=PAGES.schema)
        return StoredDay(frame, frozenset(addresses), frozenset(entries), rejects)

    def files(self, day: dt.date) -> list[Path]:
        """WARC files of a day, by name."""
        return sorted(self.folder(day).glob(f"*{_SUFFIX}"))

    def clear_leftovers(self, day: dt.date) -> int:
        """Remove temporary files that a killed run left; returns how many."""
        found = list(self.folder(day).glob(f"{TEMPORARY}*"))
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def read(self, warc_file: str, offset: int) -> StoredPage:
        """The page whose record begins at ``offset``.

        Args:
            warc_file: Relative to the data folder, as ``pages.warc_file`` says.
            offset: ``pages.warc_offset``.

        Raises:
            CorruptRecordError: The file is missing or damaged, or no page begins there.
        """
        return stored_page(read_record(self._data_dir / warc_file, offset))

    def read_all(self, pages: pl.DataFrame, *, stage: str = "articles") -> tuple[pl.DataFrame, list[Reject]]:
        """``pages`` with their ``body`` (Binary), in the same order; damaged ones become rejects."""
        frames: list[pl.DataFrame] = []
        rejects: list[Reject] = []
        for frame, bad in self.read_batches(pages, stage=stage):
            frames.append(frame)
            rejects += bad
        empty = pages.clear().with_columns(body=pl.lit(b"", dtype=pl.Binary))
        return (pl.concat(frames) if frames else empty), rejects

    def read_batches(
        self, pages: pl.DataFrame, *, size: int = 500, stage: str = "articles"
    ) -> Iterator[tuple[pl.DataFrame, list[Reject]]]:
        """As ``read_all``, ``size`` pages at a time, for days that do not fit the memory."""
        for part in pages.iter_slices(size):
            bodies: list[bytes | None] = []
            rejects: list[Reject] = []
            for row in part.iter_rows(named=True):
                try:
                    bodies.append(self._body(row))
                except CorruptRecordError as error:
                    bodies.append(None)
                    rejects.append(
                        Reject(stage, "corrupt", row["document"], str(error), page_id=row["page_id"])
                    )
            frame = part.with_columns(body=pl.Series(bodies, dtype=pl.Binary))
            yield frame.filter(pl.col("body").is_not_null()), rejects

    def _body(self, row: dict[str, Any]) -> bytes:
        body = self.read(row["warc_file"], row["warc_offset"]).body
        if content_hash(body) != row["content_sha256"]:
            raise CorruptRecordError(
                f"{row['warc_file']}: the body at byte {row['warc_offset']} is not the one that was stored"
            )
        return body

    def _name(self, day: dt.date, file: str) -> str:
        return f"pages/{day.isoformat()}/{file}"


def stored_page(record: WarcRecord) -> StoredPage:
    """The page in a response or resource record.

    Raises:
        CorruptRecordError: Another kind of record, or a body that cannot be decoded.
    """
    target = record.headers.get("warc-target-uri", "").strip("<>")
    url = None if not target or target.startswith(FILE_SCHEME) else target
    when = parse_time(record.headers.get("warc-date"))
    if record.kind == "resource":
        media, charset = split_content_type(record.headers.get("content-type"))
        return StoredPage(url, record.block, 200, (), media, charset, when)
    if record.kind != "response":
        raise CorruptRecordError(
            f"the record at byte {record.offset} is no page but {record.kind or 'nothing'}"
        )
    response = parse_http(record)
    media, charset = split_content_type(response.header("content-type"))
    body = decoded_body(response, record.offset)
    return StoredPage(url, body, response.status, response.headers, media, charset, when)


def decoded_body(response: HttpResponse, offset: int) -> bytes:
    """The response's body without its content encodings.

    Raises:
        CorruptRecordError: It is not in the encoding that its header names, or much too large.
    """
    try:
        return decode_body(response.raw_body, response.header("content-encoding"), MAX_RECORD_BYTES)
    except (TooLargeError, UndecodableError) as error:
        raise CorruptRecordError(f"the body at byte {offset} cannot be decoded: {error}") from error


def _about(path: Path, rejects: list[Reject]) -> Iterable[dict[str, Any]]:
    """What a file's metadata records say; damage goes to ``rejects``."""
    try:
        for record in iter_records(path):
            if isinstance(record, CorruptRecordError):
                rejects.append(Reject("pages", "corrupt", f"{path.name}", str(record)))
            elif record.kind == "metadata":
                yield json.loads(record.block)
    except (OSError, ValueError) as error:
        rejects.append(Reject("pages", "corrupt", path.name, f"cannot be read: {error}"))


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """A row from JSON with its days and times as such."""
    kinds = {name: column.dtype for name, column in PAGES.columns.items()}
    return {
        name: dt.date.fromisoformat(value)
        if value is not None and kinds[name] == pl.Date
        else dt.datetime.fromisoformat(value)
        if value is not None and kinds[name] == pl.Datetime("us", "UTC")
        else value
        for name, value in row.items()
        if name in kinds
    }
