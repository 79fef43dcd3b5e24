"""How the client behaves: politeness, budgets, caps; and what a fetch comes to.

Belongs here: values. Does not: fetching (``fetcher.py``), settings (the caller passes them in).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import PackageNotFoundError, version

PRODUCT = "onrecord"
"""Product token of the User-Agent, and the name that robots.txt rules are matched against."""


def installed_version() -> str:
    """Version of this package as installed, ``0`` when it runs uninstalled."""
    try:
        return version(PRODUCT)
    except PackageNotFoundError:
        return "0"


class Wanted(Enum):
    """What a request is for; decides the Accept header and which content types are taken."""

    PAGE = "page"
    FEED = "feed"
    ROBOTS = "robots"


PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
_FEED_TYPES = PAGE_TYPES | {
    # Feeds come under every one of these; what they are is told by parsing them.
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/xml",
    "text/xml",
    "application/feed+json",
    "application/json",
    "application/gzip",
    "application/x-gzip",
    "application/octet-stream",
}
ACCEPT = {
    Wanted.PAGE: "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.5",
    Wanted.FEED: "application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,"
    "text/xml;q=0.9,application/json;q=0.8,*/*;q=0.1",
    Wanted.ROBOTS: "text/plain,*/*;q=0.1",
}
TYPES: dict[Wanted, frozenset[str] | None] = {
    Wanted.PAGE: PAGE_TYPES,
    Wanted.FEED: _FEED_TYPES,
    Wanted.ROBOTS: None,
}
"""Content types taken; None takes any (robots.txt is served under all sorts of types)."""


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What the client may do. The first seven have the names and defaults of ``pipeline.settings``."""

    contact: str
    """Address in the User-Agent, so that a site can reach the operator."""
    allow_private_addresses: bool = False
    """Fetch from loopback and private networks too."""
    host_spacing_seconds: float = 0.5
    """Least time from the start or end of any request to a host to the start of the next."""
    host_budget_seconds: float = 600.0
    """Most time spent on one host in a run, spacing included."""
    run_budget_seconds: float = 5400.0
    """Most time from the first request of a run to its last."""
    request_timeout_seconds: float = 20.0
    """Most time for one request, from connecting to the last byte; half of it for no byte at all."""
    max_bytes: int = 10_000_000
    """Largest body, before and after decompression."""
    allow_networks: tuple[str, ...] = ()
    """Private networks that may be fetched from though others may not (``127.0.0.0/8``)."""
    per_host_concurrency: int = 2
    """Requests under way at one host: the second goes out when the first is slow to be answered, so that
    one page that hangs does not hold up all others of its host."""
    max_in_flight: int = 200
    """Requests at one time over all hosts."""
    max_attempts: int = 3
    """Tries of a request answered by 429 or 5xx, or not at all."""
    max_timeout_attempts: int = 2
    """Tries of a request that ran out of time: a third would cost a host's queue a third timeout."""
    retry_base_seconds: float = 1.0
    retry_cap_seconds: float = 15.0
    max_retry_after_seconds: float = 60.0
    """A host that asks for a longer pause is left alone for that long; its pages go to the rejects."""
    max_crawl_delay_seconds: float = 30.0
    """Longer crawl delays of a robots.txt count as this: at 30 s a day's budget still has 20 pages."""
    max_host_failures: int = 5
    """Pages in a row without any answer, all tries spent, after which a host is left alone for the run."""
    max_redirects: int = 8
    max_header_bytes: int = 64_000
    max_robots_bytes: int = 512_000
    """RFC 9309 asks for at least 500 KiB; what is beyond is not read."""
    version: str = field(default_factory=installed_version)

    @property
    def idle_seconds(self) -> float:
        """Longest silence: a server that says nothing for so long will not have said all in time."""
        return self.request_timeout_seconds / 2

    @property
    def user_agent(self) -> str:
        """``onrecord/<version> (+contact)``; characters that no header may have are left out."""
        contact = "".join(c for c in self.contact if c.isascii() and c.isprintable() and c not in "()")
        return f"{PRODUCT}/{self.version} (+{contact})"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask later whether a body has changed."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """Request headers of a conditional GET; empty without validators."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if value}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response as they were on the wire, but for chunking.

    ``raw_body`` is still content-encoded. ``None`` for a redirect, whose body is not read.
    """

    url: str
    method: str
    target: str
    request_headers: tuple[tuple[str, str], ...]
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    raw_body: bytes | None
    fetched_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: 200 with a body, or 304.

    ``body`` is decompressed; ``exchanges`` are the redirects on the way and, last, the answer.
    """

    url: str
    final_url: str
    status: int
    headers: dict[str, str]
    """By lower-case name; values of repeated headers joined by commas."""
    body: bytes
    content_type: str
    charset: str | None
    fetched_at: dt.datetime
    exchanges: tuple[Exchange, ...]

    @property
    def validators(self) -> Validators:
        """ETag and Last-Modified of the answer."""
        return Validators(self.headers.get("etag"), self.headers.get("last-modified"))


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer that can be used: a reason code of ``pipeline.records.REASONS`` and what happened."""

    url: str
    reason_code: str
    detail: str
    status: int | None = None


FetchResult = Fetched | Failed
