"""Lists that people hand in: addresses one a line, and ``index.csv`` of a folder of pages.

Belongs here: their text in, rows and complaints out. Does not: the files themselves
(``pipeline.resources.inputs``).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.scrape.feed import parse_time
from pipeline.scrape.text import one_line
from pipeline.scrape.urls import canonical_url, clean_address

INDEX_COLUMNS = ("file", "url", "outlet_id", "published_at", "collected_at")
"""Columns of ``index.csv``; all but ``file`` may be missing or empty, others are ignored."""
_LAST_SECOND = dt.time(23, 59, 59)


class BadIndexError(ValueError):
    """An ``index.csv`` that cannot be used at all; the message says why and how to mend it."""


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One file of an index; ``problems`` are values that were left out because they do not fit."""

    line: int
    file: str
    url: str | None
    outlet_id: str | None
    published_at: dt.datetime | None
    collected_at: dt.datetime | None
    problems: tuple[str, ...] = ()


def is_url_list(text: str) -> bool:
    """Whether ``text`` is a list of http(s) addresses: most of its lines are such, comments apart.

    Not all of them: one bad line in a list is told by itself, and would else make the list an article.
    """
    lines = [line for line in _lines(text) if not line.startswith("#")]
    found = [line for line in lines if line.lower().startswith(("http://", "https://")) and " " not in line]
    return 2 * len(found) > len(lines)


def read_url_list(text: str) -> tuple[list[str], list[str]]:
    """Addresses of a list in order, each canonical address once, and the lines that are none."""
    found: dict[str, str] = {}
    bad: list[str] = []
    for line in _lines(text):
        if line.startswith("#"):
            continue
        try:
            found.setdefault(canonical_url(line), clean_address(line))
        except ValueError:
            bad.append(one_line(_visible(line), limit=200))
    return list(found.values()), bad


def _visible(line: str) -> str:
    """The line with a mark for each character that has no shape: a complaint must show what is wrong."""
    return "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in line)


def _lines(text: str) -> list[str]:
    return [line for raw in text.lstrip("\ufeff").splitlines() if (line := raw.strip())]


def read_index(text: str) -> list[IndexRow]:
    """Rows of an ``index.csv``.

    Times are ISO 8601, UTC when they name no zone. A bare day as ``collected_at`` means its last
    second, so that no page of that day is published after it was collected.

    Raises:
        BadIndexError: There is no column ``file``, or the text is not CSV.
    """
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, list[str]())]
        if "file" not in header:
            raise BadIndexError(f"has no column 'file'; its first line must name {', '.join(INDEX_COLUMNS)}")
        return [
            _index_row(reader.line_num, dict(zip(header, row, strict=False))) for row in reader if any(row)
        ]
    except csv.Error as error:
        raise BadIndexError(f"is not CSV at line {reader.line_num} ({error}); quote the value") from error


def _index_row(line: int, values: dict[str, str]) -> IndexRow:
    problems: list[str] = []

    def text(name: str) -> str | None:
        return one_line(values.get(name, "")) or None

    def time(name: str) -> dt.datetime | None:
        value = text(name)
        parsed = parse_time(value) if value else None
        if value and parsed is None:
            problems.append(f"{name} {value!r} is no ISO 8601 time")
        if parsed and value and len(value) == len("2026-11-22") and name == "collected_at":
            parsed = dt.datetime.combine(parsed.date(), _LAST_SECOND, dt.UTC)
        return parsed

    url = text("url")
    if url is not None:
        try:
            canonical_url(url)
            url = clean_address(url)
        except ValueError:
            problems.append(f"url {url!r} is no http(s) address")
            url = None
    published, collected = time("published_at"), time("collected_at")
    return IndexRow(
        line, values.get("file", "").strip(), url, text("outlet_id"), published, collected, tuple(problems)
    )


def stays_inside(file: str) -> bool:
    """Whether a relative path of an index names something in its own folder."""
    path = PurePosixPath(file.replace("\\", "/"))
    return bool(file) and "\x00" not in file and not path.is_absolute() and ".." not in path.parts


def repeated(rows: Iterable[IndexRow]) -> set[int]:
    """Line numbers of rows that name a file that an earlier row has named."""
    seen: set[str] = set()
    found: set[int] = set()
    for row in rows:
        if row.file in seen:
            found.add(row.line)
        seen.add(row.file)
    return found
