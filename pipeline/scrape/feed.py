"""What a feed of any kind holds, and the rules that are the same for all kinds.

Belongs here: the values that readers return. Does not: reading (``feeds.py``, ``sitemaps.py``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from pipeline.scrape.urls import canonical_url, clean_address

_EARLIEST = dt.datetime(1995, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An article that a feed links: absolute address as given, headline, time in UTC.

    ``is_news`` is False for an address of a plain sitemap, which may be any page of the site.
    """

    url: str
    title: str | None = None
    published_at: dt.datetime | None = None
    is_news: bool = True


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap that an index names."""

    url: str
    modified_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds, in its own order, one entry a canonical address.

    ``kind`` is one of ``feeds.KINDS`` or ``sitemap_index``, which has ``children`` and no entries.
    ``skipped`` counts entries without a usable address; ``note`` says what was wrong but bearable.
    """

    kind: str
    title: str | None
    entries: tuple[FeedEntry, ...]
    children: tuple[Sitemap, ...] = ()
    skipped: int = 0
    note: str | None = None


class NoFeedError(Exception):
    """The bytes are no feed; the message says what they are."""


def make_feed(
    kind: str, found: Iterable[FeedEntry], *, base: str, title: str | None = None, note: str | None = None
) -> Feed:
    """A feed of the entries that have an http(s) address, the first of each canonical address."""
    entries: dict[str, FeedEntry] = {}
    skipped = 0
    for entry in found:
        try:
            if not entry.url:
                raise ValueError("no address")
            address = clean_address(urljoin(base, entry.url))
            entries.setdefault(canonical_url(address), replace(entry, url=address))
        except ValueError:
            skipped += 1
    return Feed(kind, title, tuple(entries.values()), skipped=skipped, note=note)


def parse_time(text: str | None) -> dt.datetime | None:
    """An ISO 8601 (W3C) time or day in UTC; without a zone it is taken as UTC; None if it is neither."""
    try:
        value = dt.datetime.fromisoformat((text or "").strip())
        return plausible_time(
            value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
        )
    except (ValueError, OverflowError):
        return None


def plausible_time(value: dt.datetime) -> dt.datetime | None:
    """``value``, or None: no article is older than the web, and year 9999 is a placeholder."""
    return value if value >= _EARLIEST and value.year < 2100 else None
