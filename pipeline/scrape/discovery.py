"""Where a site says its feeds are: link elements of its home page, robots.txt, the usual places.

Belongs here: HTML and robots.txt in, candidate addresses out. Does not: trying them
(``pipeline.resources.http_discovery``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

from pipeline.scrape.text import plain_title
from pipeline.scrape.urls import canonical_url, clean_address

COMMON_PATHS = (
    "/feed/",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/feeds/",
    "/index.xml",
    "/feed.json",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/googlenews.xml",
    "/sitemaps/news.xml",
)
"""Tried when a site names no feed itself: the defaults of WordPress, Ghost, Hugo and Arc, and the names
that two or more publishers of ``seeds/feeds.csv`` use."""
MAX_HTML_CHARS = 2_000_000
_LINK = re.compile(r"<link\b([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_SITEMAP_LINE = re.compile(r"^\s*sitemaps?\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_TYPES = {
    "application/rss+xml": "rss",
    "application/rdf+xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json_feed",
    "application/json": "json_feed",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that a site offers: its address, its title if known, its kind as far as can be told."""

    url: str
    title: str | None
    kind: str


def linked_feeds(html: str, *, base: str) -> list[Candidate]:
    """Feeds named by ``<link rel="alternate">`` elements, in page order, comment feeds left out."""
    found: dict[str, Candidate] = {}
    for match in _LINK.finditer(html[:MAX_HTML_CHARS]):
        attributes = {
            m[1].lower(): unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(match[1])
        }
        kind = _TYPES.get(attributes.get("type", "").split(";")[0].strip().lower())
        if kind is None or "alternate" not in attributes.get("rel", "").lower().split():
            continue
        # application/json is also what WordPress calls its API; a JSON Feed says so.
        if attributes["type"].lower().startswith("application/json") and "feed" not in attributes.get(
            "href", ""
        ):
            continue
        _add(found, attributes.get("href", ""), base, plain_title(attributes.get("title")), kind)
    return [c for c in found.values() if not _is_comments(c)]


def robots_sitemaps(robots: str, *, base: str) -> list[Candidate]:
    """Sitemaps that a robots.txt names, those whose name says news first."""
    found: dict[str, Candidate] = {}
    for match in _SITEMAP_LINE.finditer(robots):
        _add(found, match[1], base, None, "news_sitemap")
    return sorted(found.values(), key=lambda c: "news" not in c.url.lower())


def common_places(base: str) -> list[Candidate]:
    """Addresses where feeds usually are, most usual first."""
    found: dict[str, Candidate] = {}
    for path in COMMON_PATHS:
        kind = "news_sitemap" if "news" in path else "json_feed" if path.endswith("json") else "rss"
        _add(found, path, base, None, kind)
    return list(found.values())


def _add(found: dict[str, Candidate], href: str, base: str, title: str | None, kind: str) -> None:
    try:
        url = clean_address(urljoin(base, href.strip()))
        found.setdefault(canonical_url(url), Candidate(url, title, kind))
    except ValueError:
        return


def _is_comments(candidate: Candidate) -> bool:
    return "comment" in f"{candidate.url} {candidate.title or ''}".lower()
