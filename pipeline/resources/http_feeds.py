"""Polling feeds: which articles they offer today, asked politely, nothing lost and nothing twice.

Belongs here: conditional requests and their state, sitemap indexes, which entries are recent enough,
``feeds check``. Does not: parsing (``pipeline.scrape.feeds``), finding feeds (``http_discovery.py``).
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.ids import stable_id
from pipeline.records import Reject
from pipeline.resources.fetcher import Failed, Fetcher, Wanted
from pipeline.resources.http_feed_state import FeedState
from pipeline.schemas import FEED_ENTRIES
from pipeline.scrape.feed import FeedEntry, Sitemap
from pipeline.scrape.feeds import parse_feed
from pipeline.scrape.urls import canonical_url

MAX_AGE = dt.timedelta(days=30)
"""Older entries are left out: a feed that never drops them would have them fetched again each time
that they fall out of the memory of known addresses (60 days)."""
MAX_SITEMAP_AGE = dt.timedelta(days=2)
"""A plain sitemap lists a whole site; only what it says changed this recently is taken."""
MAX_CHILDREN = 5
MAX_DEPTH = 2
FUTURE_SLACK = dt.timedelta(hours=1)
"""Times further ahead are wrong (a zone left out, a placeholder) and taken for unknown."""

CHECK_SCHEMA = pl.Schema(
    {
        "feed_id": pl.String,
        "url": pl.String,
        "alive": pl.Boolean,
        "entries": pl.Int64,
        "newest": pl.Datetime("us", "UTC"),
        "would_collect": pl.Int64,
        "detail": pl.String,
    }
)
"""What ``check_feeds`` returns."""


@dataclass(slots=True)
class _Visit:
    """What a feed gave, its sitemaps' children included."""

    entries: list[FeedEntry] = field(default_factory=list[FeedEntry])
    rejects: list[Reject] = field(default_factory=list[Reject])
    notes: list[str] = field(default_factory=list[str])
    answered: bool = False


def poll_feeds(
    feeds: pl.DataFrame, *, fetcher: Fetcher, state_path: Path, now: dt.datetime
) -> tuple[pl.DataFrame, list[Reject]]:
    """Entries that ``feeds`` offer now.

    A feed that has not changed since it was last asked (304) gives nothing new, which is no error.
    What a feed gave earlier on the same day is given again, so that a second run of a day has the
    same entries, also after a run that was killed before it kept them.

    Args:
        feeds: ``feed_id, outlet_id, url, kind, …``; rows with ``is_active`` other than true are
            left alone.
        fetcher: The client of this run.
        state_path: Small JSON file with ETags and Last-Modified; made if missing, not needed.
        now: Time of the poll; its UTC day is the partition.

    Returns:
        Rows of ``feed_entries`` by entry id, and rejects of feeds that could not be read.
    """
    state = FeedState.load(state_path)
    rows = list(_active(feeds).iter_rows(named=True))
    visits = _visit_all(rows, fetcher, state, now)
    found: dict[str, dict[str, Any]] = {}
    rejects: list[Reject] = []
    for row, visit in zip(rows, visits, strict=True):
        rejects += visit.rejects
        for entry in visit.entries:
            values = _entry_row(row, entry, now)
            found.setdefault(values["entry_id"], values)
    state.save(state_path, now)
    return pl.DataFrame([found[k] for k in sorted(found)], schema=FEED_ENTRIES.schema), rejects


def check_feeds(
    feeds: pl.DataFrame, fetcher: Fetcher, now: dt.datetime, *, known: Collection[str] = ()
) -> pl.DataFrame:
    """What each feed says now, without collecting anything and without touching any state.

    Args:
        feeds: As for ``poll_feeds``.
        fetcher: The client.
        now: Time of the check.
        known: Canonical addresses that would not be fetched again.

    Returns:
        One row a feed, in the order given: ``feed_id, url, alive, entries, newest, would_collect,
        detail``. A feed is alive when it could be read and has an entry.
    """
    rows = list(_active(feeds).iter_rows(named=True))
    skipped = set(known)
    table: list[dict[str, Any]] = []
    for row, visit in zip(rows, _visit_all(rows, fetcher, FeedState(), now), strict=True):
        fresh = {canonical_url(e.url) for e in visit.entries} - skipped
        problems = [f"{r.reason_code}: {r.detail}" for r in visit.rejects] + visit.notes
        table.append(
            {
                "feed_id": row["feed_id"],
                "url": row["url"],
                "alive": visit.answered and bool(visit.entries),
                "entries": len(visit.entries),
                "newest": max((e.published_at for e in visit.entries if e.published_at), default=None),
                "would_collect": len(fresh),
                "detail": "; ".join(problems) or ("ok" if visit.entries else "no recent entries"),
            }
        )
    return pl.DataFrame(table, schema=CHECK_SCHEMA)


def _active(feeds: pl.DataFrame) -> pl.DataFrame:
    if "is_active" not in feeds.columns:
        return feeds
    return feeds.filter(pl.col("is_active").cast(pl.String).str.to_lowercase() == "true")


def _visit_all(
    rows: Sequence[dict[str, Any]], fetcher: Fetcher, state: FeedState, now: dt.datetime
) -> list[_Visit]:
    async def all_of_them() -> list[_Visit]:
        return await asyncio.gather(*(_visit(row["url"], fetcher, state, now) for row in rows))

    return fetcher.run(all_of_them) if rows else []


async def _visit(url: str, fetcher: Fetcher, state: FeedState, now: dt.datetime, depth: int = 0) -> _Visit:
    visit = _Visit(entries=state.entries_of(url, now.date()))
    result = await fetcher.fetch(url, Wanted.FEED, validators=state.validators(url))
    if isinstance(result, Failed):
        visit.rejects.append(Reject("feed_entries", result.reason_code, url, result.detail))
        return visit
    visit.answered = True
    if result.status == 304:
        _note_skipped(visit, state.skipped_of(url, now.date()), url)
        for child in state.children_of(url):
            _join(visit, await _visit(child, fetcher, state, now, depth + 1))
        return visit
    feed = parse_feed(result.body, url=result.final_url)
    if isinstance(feed, Reject):
        visit.answered = False
        visit.rejects.append(replace(feed, document=url))
        return visit
    if feed.note:
        visit.notes.append(feed.note)
    _note_skipped(visit, feed.skipped, url)
    visit.entries += _recent(feed.entries, now)
    children = _chosen(feed.children, now) if depth < MAX_DEPTH else []
    state.remember(url, result.validators, visit.entries, children, now.date(), skipped=feed.skipped)
    for child in children:
        _join(visit, await _visit(child, fetcher, state, now, depth + 1))
    return visit


def _note_skipped(visit: _Visit, skipped: int, url: str) -> None:
    if skipped:
        what = "1 entry" if skipped == 1 else f"{skipped} entries"
        detail = f"left out, without a usable address: {what}"
        visit.rejects.append(Reject("feed_entries", "bad_feed", url, detail))


def _join(visit: _Visit, child: _Visit) -> None:
    visit.entries += child.entries
    visit.rejects += child.rejects
    visit.notes += child.notes


def _recent(entries: Iterable[FeedEntry], now: dt.datetime) -> list[FeedEntry]:
    """Entries that are news, with times that can be true."""
    found: list[FeedEntry] = []
    for entry in entries:
        at = entry.published_at
        if not entry.is_news:
            # Of a plain sitemap the time is when the page changed: good for choosing, not for dating.
            if at is not None and now - at <= MAX_SITEMAP_AGE:
                found.append(replace(entry, published_at=None))
        elif at is None or now - at <= MAX_AGE:
            found.append(replace(entry, published_at=at if at is None or at <= now + FUTURE_SLACK else None))
    return found


def _chosen(children: Sequence[Sitemap], now: dt.datetime) -> list[str]:
    """Sitemaps of an index worth fetching: the latest; without times the first and the last ones.

    Indexes count up or down, so new articles are at one of the ends.
    """
    dated = [(c.modified_at, c.url) for c in children if c.modified_at is not None]
    if dated:
        recent = [(at, url) for at, url in dated if now - at <= MAX_SITEMAP_AGE]
        return [url for _, url in sorted(recent, reverse=True)[:MAX_CHILDREN]]
    urls = [c.url for c in children]
    return urls if len(urls) <= MAX_CHILDREN else [*urls[: MAX_CHILDREN - 2], *urls[-2:]]


def _entry_row(feed: dict[str, Any], entry: FeedEntry, now: dt.datetime) -> dict[str, Any]:
    canonical = canonical_url(entry.url)
    return {
        "partition_date": now.date(),
        "entry_id": stable_id("entry", feed["feed_id"], canonical),
        "feed_id": feed["feed_id"],
        "outlet_id": feed["outlet_id"],
        "url": entry.url,
        "canonical_url": canonical,
        "file": None,
        "title": entry.title,
        "published_at": entry.published_at,
        "collected_at": now,
    }
