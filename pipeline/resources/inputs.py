"""Inputs: folders and files of pages, lists of addresses, WARC files; what they offer, as feed entries.

Belongs here: finding documents. Does not: reading a document back
(``warc_documents.py``), the text of lists and indexes (``pipeline.scrape.lists``), storing pages.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.ids import stable_id
from pipeline.records import Reject
from pipeline.resources.http_body import split_content_type
from pipeline.resources.http_policy import PAGE_TYPES
from pipeline.resources.warc_documents import HERE, HTML_SUFFIXES
from pipeline.resources.warc_reader import (
    CorruptRecordError,
    WarcRecord,
    iter_records,
    parse_http,
)
from pipeline.schemas import FEED_ENTRIES
from pipeline.scrape.feed import parse_time
from pipeline.scrape.lists import (
    BadIndexError,
    IndexRow,
    is_url_list,
    read_index,
    read_url_list,
    stays_inside,
)
from pipeline.scrape.lists import repeated as repeated_lines
from pipeline.scrape.urls import canonical_url

INDEX = "index.csv"
MAX_LIST_BYTES = 20_000_000
_LAST_SECOND = dt.time(23, 59, 59)
# What browsers save beside a page, and notes: no documents, and no cause for a reject.
_CODE = (".css", ".js", ".mjs", ".map", ".py", ".download", ".woff", ".woff2", ".ttf", ".otf", ".eot")
_MEDIA = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".ico", ".bmp", ".mp3", ".mp4", ".webm")
_NOTES = (".json", ".xml", ".csv", ".tsv", ".md", ".rst", ".yml", ".yaml", ".ini", ".toml", ".ann", ".sha256")
_COMPANIONS = frozenset({*_CODE, *_MEDIA, *_NOTES})


class InputError(Exception):
    """An input argument cannot be used; one line that says what, where and how to mend it."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What inputs offer: rows of ``feed_entries``, maybe of several days, and rejects with their day."""

    entries: pl.DataFrame
    rejects: list[tuple[dt.date, Reject]]


def read_inputs(paths: Sequence[Path], *, default_date: dt.date, now: dt.datetime) -> Inputs:
    """Everything that ``paths`` offer.

    Args:
        paths: Folders (read with their subfolders), files, lists of addresses, WARC files.
        default_date: Day of what names no ``collected_at``.
        now: Time of the run.

    Returns:
        Entries, each once, in the order of their ids. ``file`` is a path to read back with
        ``read_document``; what follows its ``/./`` is relative to the input's folder.

    Raises:
        InputError: A path does not exist, cannot be read, or holds no document.
    """
    reader = _Reader(default_date, now)
    for path in paths:
        before = len(reader.rows) + len(reader.rejects)
        reader.read(path)
        if len(reader.rows) + len(reader.rejects) == before:
            raise InputError(
                f"{path}: holds nothing to read; put .html, .htm, .txt, .list or .warc.gz files in it"
            )
    rows = [reader.rows[key] for key in sorted(reader.rows)]
    return Inputs(pl.DataFrame(rows, schema=FEED_ENTRIES.schema), reader.rejects)


@dataclass(slots=True)
class _Reader:
    default_date: dt.date
    now: dt.datetime
    rows: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    rejects: list[tuple[dt.date, Reject]] = field(default_factory=list[tuple[dt.date, Reject]])

    def read(self, path: Path) -> None:
        try:
            if path.is_dir():
                self._folder(path)
            elif path.is_file():
                with path.open("rb"):  # a file named outright must be readable
                    self._file(path.parent, path.name, kind="file", row=None, named=True)
            elif path.exists():
                raise InputError(f"{path}: neither a file nor a folder; name one of those")
            else:
                raise InputError(f"{path}: no such file or folder; check the path")
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error

    def _folder(self, root: Path) -> None:
        listed: dict[str, IndexRow] = {}
        files = list(self._walk(root))
        for name in files:
            if Path(name).name == INDEX:
                listed |= self._index(root, name)
        for name in files:
            row = listed.pop(name, None)
            self._file(root, name, kind="folder", row=row, named=row is not None)
        for name, row in listed.items():
            day = self._collected(row).date()
            self._reject("bad_index", f"{name}", f"line {row.line} of the index: no such file", day)

    def _walk(self, root: Path) -> Iterator[str]:
        """Files under ``root``, relative, in order; hidden ones and linked folders left out."""

        def fail(error: OSError) -> None:
            if Path(str(error.filename)) == root:
                raise error
            name = Path(str(error.filename)).relative_to(root).as_posix()
            self._reject("unreadable", name, f"cannot be read ({error.strerror})")

        for folder, folders, files in os.walk(root, onerror=fail):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            for file in sorted(files):
                path = Path(folder) / file
                if not file.startswith(".") and path.is_file():
                    yield path.relative_to(root).as_posix()

    def _index(self, root: Path, name: str) -> dict[str, IndexRow]:
        path = root / name
        try:
            rows = read_index(path.read_text(encoding="utf-8-sig"))
        except (BadIndexError, UnicodeDecodeError) as error:
            why = "is not UTF-8; save it as UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            raise InputError(f"{path}: {why}") from error
        folder = Path(name).parent
        doubles = repeated_lines(rows)
        found: dict[str, IndexRow] = {}
        for row in rows:
            day = self._collected(row).date()
            for problem in row.problems:
                self._reject("bad_index", f"{name}:{row.line}", f"{problem}; left out", day)
            if row.line in doubles:
                self._reject("bad_index", f"{name}:{row.line}", f"names {row.file!r} again; left out", day)
            elif not stays_inside(row.file):
                self._reject(
                    "bad_index", f"{name}:{row.line}", f"{row.file!r} is not in the index's folder", day
                )
            else:
                found[(folder / row.file).as_posix()] = row
        return found

    def _file(self, root: Path, name: str, *, kind: str, row: IndexRow | None, named: bool) -> None:
        """One file; ``named`` ones (by an argument or an index) are documents whatever their ending."""
        path, suffix = root / name, Path(name).suffix.lower()
        try:
            if path.name.lower().endswith((".warc", ".warc.gz")):
                self._warc(root, name)
            elif suffix in HTML_SUFFIXES:
                self._document(root, name, kind, row)
            elif suffix in (".txt", ".list") or (named and _head(path)):
                self._text(root, name, kind, row, is_list=suffix == ".list")
            elif named:
                self._reject("empty", name, "the file is empty", self._collected(row).date())
            elif suffix not in _COMPANIONS and not path.name.lower().startswith("readme"):
                self._reject(
                    "wrong_type", name, f"{suffix or 'no'} ending; only .html, .htm, .txt, .list, .warc"
                )
        except OSError as error:
            self._reject("unreadable", name, f"cannot be read ({error.strerror})")

    def _text(self, root: Path, name: str, kind: str, row: IndexRow | None, *, is_list: bool) -> None:
        path = root / name
        if row is None and path.stat().st_size <= MAX_LIST_BYTES:
            text = path.read_bytes().decode("utf-8", "replace")
            if is_list or is_url_list(text):
                self._list(name, text)
                return
        self._document(root, name, kind, row)

    def _list(self, name: str, text: str) -> None:
        addresses, bad = read_url_list(text)
        for line in bad:
            self._reject("refused_address", line, f"{name}: not an http(s) address")
        if not addresses and not bad:
            self._reject("empty", name, "a list without addresses")
        for address in addresses:
            self._entry("list", ("entry", "list", canonical_url(address)), url=address)

    def _document(self, root: Path, name: str, kind: str, row: IndexRow | None) -> None:
        path = root / name
        if path.stat().st_size == 0:
            self._reject("empty", name, "the file is empty", self._collected(row).date())
            return
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        url = row.url if row else None
        self._entry(kind, ("entry", "file", url, name, digest), url=url, file=f"{root}{HERE}{name}", row=row)

    def _warc(self, root: Path, name: str) -> None:
        for record in iter_records(root / name):
            if isinstance(record, CorruptRecordError):
                self._reject("corrupt", name, str(record))
            elif _is_page(record):
                target = record.headers.get("warc-target-uri", "").strip("<>")
                url = target if target.startswith(("http://", "https://")) else None
                key = record.headers.get("warc-record-id") or hashlib.sha256(record.block).hexdigest()
                self._entry(
                    "warc",
                    ("entry", "warc", url, key),
                    url=url,
                    file=f"{root}{HERE}{name}#{record.offset}",
                    collected_at=parse_time(record.headers.get("warc-date")),
                )

    def _entry(
        self,
        kind: str,
        key: tuple[str | None, ...],
        *,
        url: str | None = None,
        file: str | None = None,
        row: IndexRow | None = None,
        collected_at: dt.datetime | None = None,
    ) -> None:
        collected = collected_at or self._collected(row)
        entry_id = stable_id(*(str(key[0]), *key[1:]))
        try:
            canonical = canonical_url(url) if url else None
        except ValueError:
            url = canonical = None
        values = {
            "partition_date": collected.date(),
            "entry_id": entry_id,
            "feed_id": kind,
            "outlet_id": row.outlet_id if row else None,
            "url": url,
            "canonical_url": canonical,
            "file": file,
            "title": None,
            "published_at": row.published_at if row else None,
            "collected_at": collected,
        }
        self.rows.setdefault(entry_id, values)

    def _collected(self, row: IndexRow | None) -> dt.datetime:
        if row is not None and row.collected_at is not None:
            return row.collected_at
        if self.default_date == self.now.astimezone(dt.UTC).date():
            return self.now.astimezone(dt.UTC)
        # The end of a past day: nothing published on it is later than its collection.
        return dt.datetime.combine(self.default_date, _LAST_SECOND, dt.UTC)

    def _reject(self, reason: str, document: str, detail: str, day: dt.date | None = None) -> None:
        self.rejects.append((day or self.default_date, Reject("feed_entries", reason, document, detail)))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _is_page(record: WarcRecord) -> bool:
    """Whether a record is a page as taken from the web: 200 and HTML or text."""
    if record.kind == "resource":
        return split_content_type(record.headers.get("content-type"))[0] in PAGE_TYPES
    if record.kind != "response" or not record.block.startswith(b"HTTP/"):
        return False
    try:
        response = parse_http(record)
    except CorruptRecordError:
        return False
    media = split_content_type(response.header("content-type"))[0]
    return response.status == 200 and (media in PAGE_TYPES or media is None)
