"""Finding a site's feeds and adding one to the seeds: ``feeds add``.

Belongs here: trying the addresses that a site names, the new rows of ``seeds/*.csv``. Does not: where
sites name their feeds (``pipeline.scrape.discovery``).
"""

from __future__ import annotations

import csv
import io
import os
import re
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipeline.records import Reject
from pipeline.resources.fetcher import Failed, Fetched, Fetcher, Wanted
from pipeline.resources.inputs import InputError
from pipeline.scrape.discovery import Candidate, common_places, linked_feeds, robots_sitemaps
from pipeline.scrape.feed import Feed
from pipeline.scrape.feeds import parse_feed
from pipeline.scrape.urls import canonical_url, clean_address, same_site

FEED_COLUMNS = ("feed_id", "outlet_id", "url", "kind", "section", "is_active")
OUTLET_COLUMNS = ("outlet_id", "outlet_name", "country_code", "language", "homepage")
MAX_TRIED = 12
"""Candidates tried of each sort: a site's front page may link a feed for every section."""


def discover_feeds(homepage: str, fetcher: Fetcher) -> list[Candidate]:
    """Feeds of a site that could be read and have entries, best first.

    Tries the address itself, then what its page links, then the sitemaps of its robots.txt, and only
    if none of those is a feed the places where feeds usually are.

    Args:
        homepage: Address of a home page or of a feed.
        fetcher: The client.

    Raises:
        InputError: The address cannot be fetched, or nothing there is a feed.
    """
    try:
        url = clean_address(homepage if "//" in homepage else f"https://{homepage}")
    except ValueError as error:
        raise InputError(f"{homepage}: {error}; give the http(s) address of a home page or feed") from error

    async def search() -> list[Candidate]:
        answer = await fetcher.fetch(url, Wanted.FEED)
        if isinstance(answer, Failed):
            raise InputError(f"{url}: {answer.reason_code}: {answer.detail}; check the address")
        own = _read(answer, url)
        if own is not None:
            return [own]
        found = await _tried(linked_feeds(_text(answer), base=answer.final_url), fetcher)
        found += await _tried(await _sitemaps(answer.final_url, fetcher), fetcher)
        return found or await _tried(common_places(answer.final_url), fetcher)

    found = fetcher.run(search)
    if not found:
        raise InputError(f"{url}: no feed found; give the feed's own address if you know it")
    return found


async def _sitemaps(url: str, fetcher: Fetcher) -> list[Candidate]:
    robots = await fetcher.fetch(urljoin(url, "/robots.txt"), Wanted.ROBOTS, obey_robots=False)
    return robots_sitemaps(_text(robots), base=url) if isinstance(robots, Fetched) else []


async def _tried(candidates: Sequence[Candidate], fetcher: Fetcher) -> list[Candidate]:
    """Candidates that are feeds, one after the other: they mostly lie on one host."""
    found: list[Candidate] = []
    for candidate in candidates[:MAX_TRIED]:
        answer = await fetcher.fetch(candidate.url, Wanted.FEED)
        if isinstance(answer, Fetched) and (feed := _read(answer, candidate.url, candidate.title)):
            found.append(feed)
    return found


def _read(answer: Fetched, url: str, title: str | None = None) -> Candidate | None:
    feed = parse_feed(answer.body, url=answer.final_url)
    if isinstance(feed, Reject) or not _is_news(feed, url):
        return None
    kind = "news_sitemap" if feed.kind == "sitemap_index" else feed.kind
    return Candidate(url, title or feed.title, kind)


def _is_news(feed: Feed, url: str) -> bool:
    """Whether articles can be had of it: a plain sitemap is every page a site ever had."""
    if feed.kind == "sitemap_index":
        return any("news" in address.lower() for address in (url, *(c.url for c in feed.children)))
    return any(entry.is_news for entry in feed.entries)


def _text(answer: Fetched) -> str:
    try:
        return answer.body.decode(answer.charset or "utf-8", "replace")
    except LookupError:  # a charset nobody knows; links are ASCII anyway
        return answer.body.decode("utf-8", "replace")


def add_feed(candidate: Candidate, *, homepage: str, seeds_dir: Path) -> dict[str, str]:
    """Add a feed to ``seeds/feeds.csv``, and its outlet to ``seeds/outlets.csv`` if it is new.

    A new outlet has the site's host as its name and no country: the operator fills those in.

    Args:
        candidate: A feed, as ``discover_feeds`` gives it.
        homepage: The site's home page.
        seeds_dir: Folder of the seeds.

    Returns:
        The new row of ``feeds.csv``.

    Raises:
        InputError: The feed stands there already, or a file cannot be read or written.
    """
    feeds_file, outlets_file = seeds_dir / "feeds.csv", seeds_dir / "outlets.csv"
    feeds, outlets = _rows(feeds_file, FEED_COLUMNS), _rows(outlets_file, OUTLET_COLUMNS)
    for row in feeds:
        if row["url"] and canonical_url(row["url"]) == canonical_url(candidate.url):
            raise InputError(f"{candidate.url}: stands in {feeds_file} already, as {row['feed_id']}")
    site = _site(homepage if "//" in homepage else f"https://{homepage}")
    outlet = next((row for row in outlets if _site(row["homepage"]) == site), None)
    if outlet is None:
        parts = urlsplit(candidate.url)
        outlet = {
            "outlet_id": _unused(site, {row["outlet_id"] for row in outlets}),
            "outlet_name": site,
            "country_code": "",
            "language": "en",
            "homepage": f"{parts.scheme}://{site}/",
        }
        _append(outlets_file, OUTLET_COLUMNS, outlet)
    name = f"{outlet['outlet_id']} {candidate.title or urlsplit(candidate.url).path}"
    feed = {
        "feed_id": _unused(name, {row["feed_id"] for row in feeds}),
        "outlet_id": outlet["outlet_id"],
        "url": candidate.url,
        "kind": candidate.kind,
        "section": "",
        "is_active": "true",
    }
    _append(feeds_file, FEED_COLUMNS, feed)
    return feed


def _site(url: str) -> str:
    try:
        return same_site(url)
    except ValueError:
        return url


def _unused(name: str, taken: Iterable[str]) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60] or "feed"
    used = set(taken)
    return next(s for n in range(1, len(used) + 2) if (s := slug if n == 1 else f"{slug}_{n}") not in used)


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); mend the file") from error
    missing = [c for c in columns if c not in (reader.fieldnames or [])]
    if missing:
        raise InputError(f"{path}: lacks {', '.join(missing)}; its first line must be {','.join(columns)}")
    return [{c: row.get(c) or "" for c in columns} for row in reader]


def _append(path: Path, columns: Sequence[str], row: dict[str, Any]) -> None:
    """Add a row under a temporary name, then rename: the file is never half written."""
    old = path.read_text(encoding="utf-8") if path.exists() else ",".join(columns) + "\n"
    text = io.StringIO(newline="")
    csv.DictWriter(text, columns, lineterminator="\n").writerow(row)
    tmp = path.parent / f".{path.name}.{uuid.uuid4().hex}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tmp.open("w", encoding="utf-8", newline="") as file:
            file.write(old if old.endswith("\n") else old + "\n")
            file.write(text.getvalue())
            file.flush()
            os.fsync(file.fileno())
        tmp.replace(path)
    except OSError as error:
        tmp.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written ({error.strerror}); make it writable") from error
