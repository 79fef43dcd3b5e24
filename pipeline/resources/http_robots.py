"""robots.txt, once a host and run, as RFC 9309 says.

Belongs here: what the rules allow. Does not: fetching the file (``fetcher.py`` passes that in).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from protego import Protego

from pipeline.resources.http_policy import PRODUCT, Failed, Fetched, FetchResult

RobotsFetch = Callable[[str], Awaitable[FetchResult]]


class Robots:
    """Rules of every origin asked in a run."""

    def __init__(self) -> None:
        self._rules: dict[str, Protego | Failed] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def begin_session(self) -> None:
        """Fresh locks for a new event loop."""
        self._locks = {}

    async def forbids(self, url: str, fetch: RobotsFetch) -> Failed | None:
        """Why ``url`` may not be fetched; None if it may."""
        rules = await self._of(url, fetch)
        if isinstance(rules, Failed):
            return rules
        if rules.can_fetch(url, PRODUCT):
            return None
        return Failed(url, "robots", f"{origin(url)}/robots.txt forbids it")

    def crawl_delay(self, url: str) -> float | None:
        """Seconds between requests that the origin of ``url`` asks for, if its rules are known."""
        rules = self._rules.get(origin(url))
        if rules is None or isinstance(rules, Failed):
            return None
        delay = rules.crawl_delay(PRODUCT)
        rate = rules.request_rate(PRODUCT)
        slow = [float(delay)] if delay else []
        if rate is not None and rate.requests:
            slow.append(rate.seconds / rate.requests)
        return max(slow, default=None)

    async def _of(self, url: str, fetch: RobotsFetch) -> Protego | Failed:
        key = origin(url)
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key not in self._rules:
                self._rules[key] = _read(await fetch(f"{key}/robots.txt"), key)
            return self._rules[key]


def _read(result: FetchResult, key: str) -> Protego | Failed:
    """Rules of an answer: the file; nothing forbidden on 4xx; everything on 5xx, 429 or no answer."""
    if isinstance(result, Fetched):
        return Protego.parse(result.body.decode("utf-8-sig", "replace"))
    if result.reason_code == "empty" or (400 <= (result.status or 0) < 500 and result.status != 429):
        return Protego.parse("")
    # Where the host could not be asked at all, its pages fail for that reason, not for its rules.
    own = result.reason_code in ("refused_address", "network", "budget")
    detail = f"{key}/robots.txt could not be had, so nothing of it is fetched in this run: {result.detail}"
    return Failed(key, result.reason_code if own else "robots", detail)


def origin(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
