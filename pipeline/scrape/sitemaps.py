"""Sitemaps: news sitemaps, plain sitemaps and sitemap indexes.

Belongs here: reading them with a parser that expands no entities and opens nothing. Does not: which
children of an index are fetched (``pipeline.resources.http_feeds``).
"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urljoin

import lxml.etree

from pipeline.scrape.feed import Feed, FeedEntry, NoFeedError, Sitemap, make_feed, parse_time
from pipeline.scrape.text import one_line, plain_title
from pipeline.scrape.urls import clean_address

_etree = cast("Any", lxml.etree)  # pyright: ignore[reportUnknownMemberType]  # lxml has no type stubs


def read_sitemap(data: bytes, url: str) -> Feed:
    """A ``urlset``; entries without a ``news:news`` element have ``is_news`` False.

    Raises:
        NoFeedError: Nothing could be read.
    """
    nodes, note = _children(data, "url")
    return make_feed("news_sitemap", [_entry(node) for node in nodes], base=url, note=note)


def read_index(data: bytes, url: str) -> Feed:
    """A ``sitemapindex``: its sitemaps in order, each once.

    Raises:
        NoFeedError: Nothing could be read.
    """
    nodes, note = _children(data, "sitemap")
    found: dict[str, Sitemap] = {}
    skipped = 0
    for node in nodes:
        values = _texts(node)
        try:
            if not values.get("loc"):
                raise ValueError("no address")
            address = clean_address(urljoin(url, values["loc"]))
        except ValueError:
            skipped += 1
            continue
        found.setdefault(address, Sitemap(address, parse_time(values.get("lastmod"))))
    return Feed("sitemap_index", None, (), tuple(found.values()), skipped, note)


def _children(data: bytes, name: str) -> tuple[list[Any], str | None]:
    parser = _etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,  # a sitemap cut off in transit still gives its first entries
        remove_comments=True,
    )
    try:
        root = _etree.fromstring(data, parser)
    except (_etree.XMLSyntaxError, ValueError) as error:
        raise NoFeedError(f"XML that cannot be parsed: {error}") from error
    errors = [e for e in parser.error_log if e.level >= _etree.ErrorLevels.ERROR]
    note = f"not well-formed: {one_line(errors[0].message, limit=120)}" if errors else None
    nodes = [node for node in root if _local(node) == name] if root is not None else []
    if nodes and any(e.type == _etree.ErrorTypes.ERR_TAG_NOT_FINISHED for e in errors):
        del nodes[-1]  # cut off in transit: the last address may be cut too
    if not nodes and note:
        raise NoFeedError(note)
    return nodes, note


def _entry(node: Any) -> FeedEntry:
    values = _texts(node)
    news = next((child for child in node if _local(child) == "news"), None)
    if news is None:
        return FeedEntry(values.get("loc", ""), None, parse_time(values.get("lastmod")), is_news=False)
    told = _texts(news)
    return FeedEntry(
        values.get("loc", ""), plain_title(told.get("title")), parse_time(told.get("publication_date"))
    )


def _texts(node: Any) -> dict[str, str]:
    """Text of the direct children by local name, the first of each; empty for those with markup inside."""
    found: dict[str, str] = {}
    for child in node:
        # An unexpanded entity is a child node: the text before it is not the value.
        found.setdefault(_local(child), "" if len(child) else (child.text or "").strip())
    return found


def _local(node: Any) -> str:
    """Local name of an element; empty for entities and processing instructions."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
