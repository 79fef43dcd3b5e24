"""Feeds: RSS, Atom, JSON Feed, news sitemaps and sitemap indexes; bytes in, entries out.

Belongs here: telling the kinds apart and reading the syndication formats. Does not: sitemaps
(``sitemaps.py``), fetching, which entries are new (``pipeline.resources.http_feeds``).
"""

from __future__ import annotations

import calendar
import datetime as dt
import io
import json
import re
import warnings
import zlib
from typing import Any, cast

import feedparser  # pyright: ignore[reportMissingTypeStubs]  # it has none

from pipeline.records import Reject
from pipeline.scrape.feed import Feed, FeedEntry, NoFeedError, make_feed, parse_time, plausible_time
from pipeline.scrape.sitemaps import read_index, read_sitemap
from pipeline.scrape.text import one_line, plain_title

KINDS = ("rss", "atom", "json_feed", "news_sitemap")
"""What ``seeds/feeds.csv`` may say in ``kind``; a sitemap index counts as a news sitemap."""
MAX_FEED_BYTES = 50_000_000
"""A sitemap may have 50 MB by its protocol; gzipped ones are unpacked here to no more than that."""
_ROOTS = {
    "rss": "rss",
    "RDF": "rss",
    "feed": "atom",
    "urlset": "news_sitemap",
    "sitemapindex": "sitemap_index",
}
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s>/]")
_TYPE_END, _SUBSET_END = re.compile(">"), re.compile(r"\]\s*>")
_PROLOG = (("<?", re.compile(r"\?>")), ("<!--", re.compile("-->")), ("<!", _TYPE_END))


def parse_feed(data: bytes, *, url: str) -> Feed | Reject:
    """Read a feed of any kind.

    Args:
        data: The body as served, after decompression; a gzipped sitemap file is unpacked here.
        url: Where it came from; relative links are resolved against it.

    Returns:
        The feed, or a ``bad_feed``, ``empty`` or ``too_large`` reject. Bad XML that still gives
        entries is taken with a note; it never raises, expands no entities, opens no file or address.
    """
    try:
        data = _gunzip(data)
    except ValueError as error:
        return Reject("feed_entries", "too_large", url, str(error))
    except zlib.error:
        return Reject("feed_entries", "bad_feed", url, "a gzip file that cannot be unpacked")
    if not data.strip():
        return Reject("feed_entries", "empty", url, "the feed has no content")
    try:
        kind = _kind(data)
        if kind == "json_feed":
            return _json_feed(data, url)
        if kind == "sitemap_index":
            return read_index(data, url)
        if kind == "news_sitemap":
            return read_sitemap(data, url)
        return _syndication(data, url, kind)
    except NoFeedError as error:
        return Reject("feed_entries", "bad_feed", url, one_line(str(error)))


def _gunzip(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    out = unpacker.decompress(data, MAX_FEED_BYTES + 1)
    if len(out) > MAX_FEED_BYTES:
        raise ValueError(f"over {MAX_FEED_BYTES} bytes unpacked")
    return out


def _kind(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    head = data[:100_000].decode(encoding, "replace").lstrip()
    if head.startswith("{"):
        return "json_feed"
    match = _ROOT.match(_without_prolog(head))
    name = match[1] if match else ""
    if name in _ROOTS:
        return _ROOTS[name]
    if name.lower() == "html" or "<!doctype html" in head[:2000].lower():
        raise NoFeedError("an HTML page, not a feed")
    raise NoFeedError(f"neither RSS, Atom, JSON Feed nor sitemap (root element: {name or 'none'})")


def _without_prolog(text: str) -> str:
    """``text`` from its root element on: declarations, comments and document types skipped."""
    while True:
        text = text.lstrip()
        end = next((end for start, end in _PROLOG if text.startswith(start)), None)
        if end is None:
            return text
        if end is _TYPE_END and "[" in text[: text.find(">") + 1]:
            end = _SUBSET_END
        match = end.search(text)
        if match is None:
            return ""
        text = text[match.end() :]


def _syndication(data: bytes, url: str, kind: str) -> Feed:
    with warnings.catch_warnings():
        # feedparser warns of its own coming changes; nothing here depends on them.
        warnings.simplefilter("ignore", DeprecationWarning)
        # A stream, never bytes or text: those it would try to open as a file or an address.
        parsed = cast("Any", feedparser).parse(
            io.BytesIO(data),
            response_headers={"content-location": url, "content-type": "application/xml"},
            resolve_relative_uris=False,
        )
    items = cast("list[dict[str, Any]]", parsed.entries)
    note = None
    if parsed.bozo and not isinstance(
        parsed.bozo_exception, cast("Any", feedparser).CharacterEncodingOverride
    ):
        note = f"not well-formed: {one_line(str(parsed.bozo_exception), limit=120)}"
    if not items and note:
        raise NoFeedError(note)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # as above; looking up a time warns too
        found = [FeedEntry(_link(item), plain_title(item.get("title")), _item_time(item)) for item in items]
    return make_feed(kind, found, base=url, title=plain_title(parsed.feed.get("title")), note=note)


def _link(item: dict[str, Any]) -> str:
    """The article's own address: what a feed service replaced, else the alternate link, else the id."""
    original = item.get("feedburner_origlink")
    if isinstance(original, str) and original:
        return original
    links = cast("list[dict[str, str]]", item.get("links") or [])
    pages = [
        link.get("href", "")
        for link in links
        if link.get("rel", "alternate") == "alternate" and "html" in link.get("type", "text/html")
    ]
    for candidate in (item.get("link"), *pages, item.get("id")):
        if isinstance(candidate, str) and candidate.strip().startswith(("http://", "https://", "/")):
            return candidate
    return ""


def _item_time(item: dict[str, Any]) -> dt.datetime | None:
    for key in ("published_parsed", "updated_parsed", "created_parsed"):
        parsed = item.get(key)
        if parsed is not None:
            try:
                return plausible_time(dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC))
            except (OverflowError, ValueError, OSError, TypeError):
                return None
    return None


def _json_feed(data: bytes, url: str) -> Feed:
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NoFeedError(f"JSON that cannot be parsed: {error}") from error
    if not isinstance(document, dict):
        raise NoFeedError("JSON without the items of a JSON Feed")
    items = cast("dict[str, Any]", document).get("items")
    if not isinstance(items, list):
        raise NoFeedError("JSON without the items of a JSON Feed")
    found = [_json_entry(item) for item in cast("list[Any]", items)]
    title = cast("dict[str, Any]", document).get("title")
    return make_feed(
        "json_feed", found, base=url, title=plain_title(title) if isinstance(title, str) else None
    )


def _json_entry(item: Any) -> FeedEntry:
    row = cast("dict[str, Any]", item) if isinstance(item, dict) else {}

    def text(*keys: str) -> str:
        return next((row[key] for key in keys if isinstance(row.get(key), str) and row[key]), "")

    # external_url is the page that a link blog points to; the article itself is at url.
    return FeedEntry(
        text("url", "external_url", "id"),
        plain_title(text("title")),
        parse_time(text("date_published", "date_modified")),
    )
