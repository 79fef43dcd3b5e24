"""Collecting a day: fetch what has an address, take in what is a file, store each page once.

Belongs here: which entries still need work, and the rows of ``pages``. Does not: feeds
(``http_feeds.py``), the client (``fetcher.py``), files on disk (``page_store.py``).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from pipeline.ids import content_hash, stable_id
from pipeline.records import Reject
from pipeline.resources.fetcher import Failed, Fetched, Fetcher, FetchPolicy
from pipeline.resources.http_feeds import poll_feeds
from pipeline.resources.page_store import Alias, NewPage, PageStore, Segment
from pipeline.resources.warc_documents import InputDocument, document_name, read_document
from pipeline.schemas import PAGES
from pipeline.scrape.urls import canonical_url

__all__ = ["collect", "fetch_document", "poll_feeds"]

SEGMENT_PAGES = 200
SEGMENT_BYTES = 64_000_000
SEGMENT_SECONDS = 60.0
"""A WARC file is closed at the first of these three: what a killed run may have to fetch again."""

Row = dict[str, Any]


def fetch_document(url: str, policy: FetchPolicy) -> Fetched | Reject:
    """One page, fetched as politely as any, stored nowhere."""
    fetcher = Fetcher(policy)
    result = fetcher.run(lambda: fetcher.fetch(url))
    if isinstance(result, Failed):
        return Reject("pages", result.reason_code, url, result.detail)
    return result


def collect(
    day: dt.date,
    entries: pl.DataFrame,
    *,
    stored: pl.DataFrame,
    known: pl.DataFrame,
    fetcher: Fetcher,
    store: PageStore,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> tuple[pl.DataFrame, list[Reject]]:
    """Pages of ``day``: those stored before and those that its entries newly give.

    An entry with a ``file`` is read, one with only an address is fetched, each once: what the day's
    WARC files hold already is neither read nor fetched again, so a killed run goes on where it was
    and a second run changes nothing. The same bytes at the same address (or at none) are one page.

    Args:
        day: Partition; entries of other days are left alone.
        entries: Rows of ``feed_entries``.
        stored: Rows of ``pages`` of the day, as the lake has them.
        known: Pages of the days in which an address is not fetched again: ``canonical_url``; with
            ``url``, an address that redirects is not asked again either; with ``page_id``, a file is
            not taken in again on another day.
        fetcher: The client of this run.
        store: Where pages go.
        now: The clock.

    Returns:
        Rows of ``pages`` by page id, and rejects of stage ``pages``.

    Raises:
        PageStoreError: The store cannot be written; what was written before stands.
    """
    store.clear_leftovers(day)
    before = store.read_day(day)
    rows = pl.concat([before.pages, PAGES.conform(stored)]).unique(
        "page_id", keep="first", maintain_order=True
    )
    work = _Work(day, rows, known, before.addresses, before.entry_ids, store, now)
    todo = entries.filter(pl.col("partition_date") == day)
    try:
        for row in todo.filter(pl.col("file").is_not_null()).iter_rows(named=True):
            work.take_in(row, max_bytes=fetcher.policy.max_bytes)
        work.flush()
        queues = work.queues(todo.filter(pl.col("file").is_null()).iter_rows(named=True))
        if queues:
            fetcher.run(lambda: _fetch_all(queues, fetcher, work))
    finally:
        work.flush()  # also when the run is stopped: what was fetched is not lost
    pages = pl.concat([rows, *work.frames]).sort("page_id")
    return PAGES.conform(pages), [*before.rejects, *work.rejects]


async def _fetch_all(queues: dict[str, deque[Row]], fetcher: Fetcher, work: _Work) -> None:
    """Empty every host's queue, hosts side by side."""

    async def drain(queue: deque[Row]) -> None:
        while queue:
            row = queue.popleft()
            work.fetched(row, await fetcher.fetch(row["url"]))
            segment = work.full_segment()
            if segment is not None:
                # In a thread: compressing a segment takes long enough to hold up all hosts.
                work.frames.append(await asyncio.to_thread(work.store.write, work.day, segment))

    workers = fetcher.policy.per_host_concurrency
    await asyncio.gather(
        *(drain(queue) for queue in queues.values() for _ in range(min(workers, len(queue))))
    )


class _Work:
    """What is known, what came in and is not written yet, what was written."""

    def __init__(
        self,
        day: dt.date,
        rows: pl.DataFrame,
        known: pl.DataFrame,
        addresses: Iterable[str],
        entry_ids: Iterable[str],
        store: PageStore,
        now: Callable[[], dt.datetime],
    ) -> None:
        self.day, self.store, self._now = day, store, now
        self.frames: list[pl.DataFrame] = []
        self.rejects: list[Reject] = []
        self._entries = {*entry_ids, *rows["entry_id"].drop_nulls()}
        self._page_ids = {*rows["page_id"]}
        if "page_id" in known.columns:
            self._page_ids |= {*known["page_id"]}
        asked = [*addresses, *rows["url"].drop_nulls()]
        if "url" in known.columns:
            # Of two months nearly all addresses are their own canonical form, and that is known already.
            other = known.filter(pl.col("url").ne_missing(pl.col("canonical_url")))
            asked += other["url"].drop_nulls().to_list()
        self._known = {*known["canonical_url"].drop_nulls(), *rows["canonical_url"].drop_nulls()}
        self._known |= {key for url in asked if (key := _canonical(url))}
        self._segment, self._bytes, self._since = Segment(), 0, time.monotonic()

    def queues(self, entries: Iterable[Row]) -> dict[str, deque[Row]]:
        """Entries to fetch by host: each canonical address once, known ones left out."""
        found: dict[str, deque[Row]] = defaultdict(deque)
        seen: set[str] = set()
        for row in entries:
            key = _canonical(row["url"] or "")
            if key is None:
                name = row["url"] or row["entry_id"]
                self.rejects.append(Reject("pages", "refused_address", name, "not an http(s) address"))
            elif key not in self._known and key not in seen and row["entry_id"] not in self._entries:
                seen.add(key)
                found[urlsplit(key).hostname or ""].append(row)
        return found

    def take_in(self, entry: Row, *, max_bytes: int) -> None:
        """Read the file of an entry, unless it is stored already."""
        if entry["entry_id"] in self._entries:
            return
        document = read_document(entry["file"], max_bytes=max_bytes)
        if isinstance(document, Reject):
            self.rejects.append(document)
            return
        row = _file_row(self.day, entry, document)
        if row["page_id"] not in self._page_ids:
            resource = document.body if document.response is None else None
            self._add(NewPage(row, response=document.response, resource=resource), len(document.body))
        if (segment := self.full_segment()) is not None:
            self.frames.append(self.store.write(self.day, segment))

    def fetched(self, entry: Row, result: Fetched | Failed) -> None:
        """Note the outcome of a fetch."""
        if isinstance(result, Failed):
            self.rejects.append(Reject("pages", result.reason_code, entry["url"], result.detail))
            return
        row = _fetched_row(self.day, entry, result, self._now())
        is_stored = row["page_id"] in self._page_ids
        moved = row["canonical_url"] != _canonical(entry["url"])
        if is_stored or (moved and row["canonical_url"] in self._known):
            # Two addresses lead to one page: it is stored once, the other address remembered.
            page_id = row["page_id"] if is_stored else None
            self._segment.aliases.append(Alias(entry["url"], entry["entry_id"], page_id, row["collected_at"]))
            return
        self._known.add(row["canonical_url"])
        self._add(NewPage(row, exchanges=result.exchanges), len(result.body))

    def _add(self, page: NewPage, size: int) -> None:
        self._page_ids.add(page.row["page_id"])
        self._segment.pages.append(page)
        self._bytes += size

    def full_segment(self) -> Segment | None:
        """What is to be written now; None while there is room."""
        late = time.monotonic() - self._since > SEGMENT_SECONDS
        if len(self._segment.pages) < SEGMENT_PAGES and self._bytes < SEGMENT_BYTES and not late:
            return None
        return self._take()

    def flush(self) -> None:
        """Write what is left."""
        segment = self._take()
        if segment.pages or segment.aliases:
            self.frames.append(self.store.write(self.day, segment))

    def _take(self) -> Segment:
        segment = self._segment
        self._segment, self._bytes, self._since = Segment(), 0, time.monotonic()
        return segment


def _canonical(url: str) -> str | None:
    try:
        return canonical_url(url)
    except ValueError:
        return None


def _fetched_row(day: dt.date, entry: Row, result: Fetched, now: dt.datetime) -> Row:
    canonical = _canonical(result.final_url) or _canonical(entry["url"])
    digest = content_hash(result.body)
    return {
        "partition_date": day,
        "page_id": stable_id("page", canonical, digest),
        "entry_id": entry["entry_id"],
        "outlet_id": entry["outlet_id"],
        "url": entry["url"],
        "final_url": result.final_url,
        "canonical_url": canonical,
        "document": result.final_url,
        "content_type": result.content_type,
        "charset": result.charset,
        "status": result.status,
        "bytes": len(result.body),
        "content_sha256": digest,
        "hint_headline": entry["title"],
        "hint_published_at": entry["published_at"],
        "collected_at": now,
    }


def _file_row(day: dt.date, entry: Row, document: InputDocument) -> Row:
    digest = content_hash(document.body)
    return {
        "partition_date": day,
        "page_id": stable_id("page", entry["canonical_url"], digest),
        "entry_id": entry["entry_id"],
        "outlet_id": entry["outlet_id"],
        "url": entry["url"],
        "final_url": entry["url"],
        "canonical_url": entry["canonical_url"],
        "document": document_name(entry["file"]),
        "content_type": document.content_type,
        "charset": document.charset,
        "status": 200,
        "bytes": len(document.body),
        "content_sha256": digest,
        "hint_headline": entry["title"],
        "hint_published_at": entry["published_at"],
        "collected_at": entry["collected_at"],
    }
