"""Writing WARC files: records of pages as they came, whole files or none.

Belongs here: what a stored page looks like on disk. Does not: which pages are stored
(``page_store.py``, ``http_collect.py``). All bytes follow from the pages, so writing the same pages
again gives the same file.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.resources.http_policy import PRODUCT, Exchange

TEMPORARY = ".tmp-"
FILE_SCHEME = "urn:onrecord:file:"
"""Target of a file whose address is unknown; ``file:`` would name a place on one machine."""
_NAMESPACE = uuid.UUID("6f6e7265-636f-5264-8000-000000000001")
_CHUNKED = "transfer-encoding"


@dataclass(frozen=True, slots=True)
class NewPage:
    """A page to store.

    Exactly one of ``exchanges`` (a fetched page, redirects first), ``response`` (a page of another
    WARC file, as recorded there) and ``resource`` (a file) is set.
    """

    row: dict[str, Any]
    """Its row of ``pages`` but for ``warc_file`` and ``warc_offset``."""
    exchanges: tuple[Exchange, ...] = ()
    response: tuple[int, str, tuple[tuple[str, str], ...], bytes] | None = None
    resource: bytes | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """An address that led to a page that was stored already."""

    url: str
    entry_id: str
    page_id: str | None
    seen_at: dt.datetime


@dataclass(slots=True)
class Segment:
    """What goes into one WARC file."""

    pages: list[NewPage] = field(default_factory=list[NewPage])
    aliases: list[Alias] = field(default_factory=list[Alias])


def write_segment(path: Path, segment: Segment) -> list[int]:
    """Write a WARC file under a temporary name, sync it, rename it; the offset of each page's record.

    Raises:
        OSError: It cannot be written; then nothing is left under the final name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    tmp = path.parent / f"{TEMPORARY}{uuid.uuid4().hex}"
    try:
        with tmp.open("wb") as file:
            writer = _Writer(file)
            writer.info(path.name, segment)
            offsets = [writer.page(page, path.name) for page in segment.pages]
            for alias in segment.aliases:
                writer.alias(alias)
            file.flush()
            os.fsync(file.fileno())
        tmp.replace(path)
        _sync_folder(path.parent)
    except OSError:
        tmp.unlink(missing_ok=True)
        raise
    return offsets


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Writer:
    def __init__(self, file: io.BufferedWriter) -> None:
        self._file = file
        self._warc = WARCWriter(file, gzip=True)

    def info(self, name: str, segment: Segment) -> None:
        times = [p.row["collected_at"] for p in segment.pages] + [a.seen_at for a in segment.aliases]
        text = f"software: {PRODUCT}\r\nformat: WARC File Format 1.0\r\nisPartOf: {name}\r\n"
        self._record("warcinfo", "", min(times), f"info/{name}", text.encode(), "application/warc-fields")

    def page(self, page: NewPage, name: str) -> int:
        row = page.row
        key = row["page_id"]
        if page.resource is not None:
            body, media = page.resource, row["content_type"]
            offset = self._record("resource", _target(row), row["collected_at"], key, body, media)
        elif page.response is not None:
            status, reason, headers, body = page.response
            offset = self._file.tell()
            self._response(_target(row), row["collected_at"], key, status, reason, headers, body)
        else:
            offset = self._exchanges(page.exchanges, key)
        about = {"page": {**row, "warc_file": name, "warc_offset": offset}}
        self._metadata(_target(row), row["collected_at"], f"{key}/about", about, refers_to=key)
        return offset

    def alias(self, alias: Alias) -> None:
        about = {"alias": {"url": alias.url, "entry_id": alias.entry_id, "page_id": alias.page_id}}
        self._metadata(alias.url, alias.seen_at, f"alias/{alias.entry_id}", about, refers_to=alias.page_id)

    def _exchanges(self, exchanges: Sequence[Exchange], key: str) -> int:
        offset = 0
        for number, exchange in enumerate(exchanges):
            last = number == len(exchanges) - 1
            own = key if last else f"{key}/{number}"
            offset = self._file.tell()
            self._response(
                exchange.url,
                exchange.fetched_at,
                own,
                exchange.status,
                exchange.reason,
                exchange.headers,
                exchange.raw_body or b"",
            )
            self._request(exchange, own)
        return offset

    def _response(
        self,
        url: str,
        when: dt.datetime,
        key: str,
        status: int,
        reason: str,
        headers: Iterable[tuple[str, str]],
        body: bytes,
    ) -> None:
        # The body is stored as it came but for chunking, so the header that says chunked moves aside.
        kept = [(f"X-Archive-Orig-{k}" if k.lower() == _CHUNKED else k, v) for k, v in headers]
        http = StatusAndHeaders(f"{status} {reason}".strip(), kept, protocol="HTTP/1.1")
        self._write("response", url, when, key, body, http=http)

    def _request(self, exchange: Exchange, key: str) -> None:
        http = StatusAndHeaders(
            f"{exchange.target} HTTP/1.1",
            list(exchange.request_headers),
            protocol=exchange.method,
            is_http_request=True,
        )
        extra = {"WARC-Concurrent-To": _record_id(key)}
        self._write(
            "request", exchange.url, exchange.fetched_at, f"{key}/request", b"", http=http, extra=extra
        )

    def _metadata(
        self, url: str, when: dt.datetime, key: str, about: dict[str, Any], *, refers_to: str | None
    ) -> None:
        text = json.dumps(about, default=_plain, ensure_ascii=False, sort_keys=True)
        extra = {"WARC-Refers-To": _record_id(refers_to)} if refers_to else {}
        self._record("metadata", url, when, key, text.encode(), "application/json", extra=extra)

    def _record(
        self,
        kind: str,
        url: str,
        when: dt.datetime,
        key: str,
        body: bytes,
        content_type: str,
        extra: dict[str, str] | None = None,
    ) -> int:
        offset = self._file.tell()
        self._write(kind, url, when, key, body, content_type=content_type, extra=extra)
        return offset

    def _write(
        self,
        kind: str,
        url: str,
        when: dt.datetime,
        key: str,
        body: bytes,
        *,
        http: StatusAndHeaders | None = None,
        content_type: str = "",
        extra: dict[str, str] | None = None,
    ) -> None:
        headers = {
            "WARC-Record-ID": _record_id(key),
            "WARC-Date": when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            **(extra or {}),
        }
        record = self._warc.create_warc_record(
            quote(url, safe="/:?#[]@!$&'()*+,;=%~"),
            kind,
            payload=io.BytesIO(body),
            length=len(body),
            warc_content_type=content_type,
            warc_headers_dict=headers,
            http_headers=http,
        )
        self._warc.write_record(record)


def _target(row: dict[str, Any]) -> str:
    return row["final_url"] or row["url"] or FILE_SCHEME + quote(row["document"])


def _record_id(key: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, key)}>"


def _plain(value: object) -> str:
    if isinstance(value, dt.date):  # times too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a page's row")
