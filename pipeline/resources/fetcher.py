"""The one client that talks to sites: polite, bounded, and never inside a private network.

Belongs here: requests, redirects, retries. Does not: what is fetched (``http_collect.py``,
``http_feeds.py``), storing (``page_store.py``), when a host's turn comes (``http_hosts.py``).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urljoin

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from pipeline.resources.http_address import AddressGuard, AddressRefusedError, CheckedTransport
from pipeline.resources.http_answer import (
    Answer,
    RetryError,
    StopError,
    keep_cookies,
    make_answer,
    make_fetched,
    retry_after,
)
from pipeline.resources.http_body import BodyReader, TooLargeError, UndecodableError, split_content_type
from pipeline.resources.http_hosts import ClosedError, Hosts
from pipeline.resources.http_policy import (
    ACCEPT,
    TYPES,
    Exchange,
    Failed,
    Fetched,
    FetchPolicy,
    FetchResult,
    Validators,
    Wanted,
)
from pipeline.resources.http_robots import Robots
from pipeline.scrape.text import one_line

__all__ = ["Failed", "FetchPolicy", "FetchResult", "Fetched", "Fetcher", "Validators", "Wanted"]

T = TypeVar("T")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})


class Fetcher:
    """Fetches pages and feeds for one run; host times, budgets and robots rules live as long as it.

    Args:
        policy: What it may do.
        clock: Monotonic seconds, for tests.
        sleep: Waits that many seconds, for tests.
        now: The time of day, for tests.
    """

    def __init__(
        self,
        policy: FetchPolicy,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self.policy = policy
        self._sleep, self._now = sleep, now
        self._guard = AddressGuard(
            allow_private=policy.allow_private_addresses, allow_networks=policy.allow_networks
        )
        self._hosts = Hosts(policy, clock=clock, sleep=sleep)
        self._robots = Robots()
        # The transport and not a client: a client looks up where a redirect leads before it can be
        # checked, unpacks bodies without a limit and keeps cookies between fetches.
        self._transport: CheckedTransport | None = None
        self._backoff = wait_random_exponential(
            multiplier=policy.retry_base_seconds, max=policy.retry_cap_seconds
        )

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run ``work`` in an event loop of its own, with the client open."""

        async def inside() -> T:
            async with self.session():
                return await work()

        return asyncio.run(inside())

    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        """Open the client in the running event loop."""
        self._hosts.begin_session()
        self._robots.begin_session()
        async with CheckedTransport(self._guard, max_connections=self.policy.max_in_flight) as transport:
            self._transport = transport
            try:
                yield
            finally:
                self._transport = None

    async def fetch(
        self,
        url: str,
        wanted: Wanted = Wanted.PAGE,
        *,
        validators: Validators | None = None,
        obey_robots: bool = True,
    ) -> FetchResult:
        """The answer to a GET of ``url``, redirects followed, or why there is none. Never raises.

        Args:
            url: An absolute address.
            wanted: Decides the content types that are taken.
            validators: Makes the request conditional; the answer may then be a 304 without body.
            obey_robots: Off only for robots.txt itself.

        Returns:
            ``Fetched`` with status 200 or 304, or ``Failed`` with a reason code.
        """
        try:
            return await self._follow(url, wanted, validators or Validators(), obey_robots)
        except (StopError, ClosedError) as stop:
            return Failed(url, stop.reason_code, one_line(str(stop)), getattr(stop, "status", None))
        except AddressRefusedError as refused:
            return Failed(url, "refused_address", one_line(str(refused)))

    async def _follow(self, url: str, wanted: Wanted, validators: Validators, obey_robots: bool) -> Fetched:
        current, cookies, exchanges = url, httpx.Cookies(), list[Exchange]()
        for _ in range(self.policy.max_redirects + 1):
            host = (self._guard.check_url(current).hostname or "").lower()
            if obey_robots:
                await self._ask_robots(current, host)
            answer = await self._try(current, host, wanted, validators, cookies)
            exchanges.append(answer.exchange)
            if answer.location is None:
                return make_fetched(url, answer, tuple(exchanges), wanted)
            try:
                current = urljoin(current, answer.location)
            except ValueError as error:
                raise StopError("refused_address", f"redirects to no usable address ({error})") from error
        raise StopError("network", f"more than {self.policy.max_redirects} redirects")

    async def _ask_robots(self, url: str, host: str) -> None:
        async def get(address: str) -> FetchResult:
            return await self.fetch(address, Wanted.ROBOTS, obey_robots=False)

        known = self._robots.crawl_delay(url)
        forbidden = await self._robots.forbids(url, get)
        if forbidden is not None:
            raise StopError(forbidden.reason_code, forbidden.detail)
        delay = self._robots.crawl_delay(url)
        if delay is not None and known is None:
            self._hosts.slow_down(host, delay)

    async def _try(
        self, url: str, host: str, wanted: Wanted, validators: Validators, cookies: httpx.Cookies
    ) -> Answer:
        tries = AsyncRetrying(
            sleep=self._sleep,
            wait=self._backoff,
            stop=self._enough,
            retry=retry_if_exception_type(RetryError),
            reraise=True,
        )
        try:
            answer = await tries(self._try_once, url, host, wanted, validators, cookies)
        except StopError as error:
            # Counted by page and not by try: two bad pages side by side do not make a dead host.
            if error.reason_code == "network":
                self._hosts.failed(host, str(error))
            else:
                self._hosts.answered(host)
            raise
        self._hosts.answered(host)
        return answer

    def _enough(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        timeout = isinstance(error, RetryError) and error.timeout
        most = self.policy.max_timeout_attempts if timeout else self.policy.max_attempts
        return state.attempt_number >= most

    async def _try_once(
        self, url: str, host: str, wanted: Wanted, validators: Validators, cookies: httpx.Cookies
    ) -> Answer:
        async with self._hosts.turn(host) as sent:
            seconds = min(self.policy.request_timeout_seconds, self._hosts.seconds_left())
            try:
                async with asyncio.timeout(seconds):
                    answer = await self._send(url, host, wanted, validators, cookies, sent=sent)
            except httpx.TimeoutException as error:
                silence = f"no answer for {self.policy.idle_seconds:g} s"
                raise RetryError("network", silence, timeout=True) from error
            except TimeoutError as error:
                detail = f"no complete answer within {seconds:g} s"
                raise RetryError("network", detail, timeout=True) from error
            except httpx.TransportError as error:
                raise RetryError("network", str(error) or type(error).__name__) from error
            except (httpx.InvalidURL, UnicodeError) as error:
                raise StopError("refused_address", f"not a usable address ({error})") from error
        return answer

    async def _send(
        self,
        url: str,
        host: str,
        wanted: Wanted,
        validators: Validators,
        cookies: httpx.Cookies,
        *,
        sent: Callable[[], None],
    ) -> Answer:
        if self._transport is None:
            raise RuntimeError("the fetcher has no open session; use run() or session()")
        headers = {
            "User-Agent": self.policy.user_agent,
            "Accept": ACCEPT[wanted],
            "Accept-Encoding": "gzip, deflate, br, zstd",
            **validators.headers(),
        }
        timeout = httpx.Timeout(self.policy.idle_seconds, pool=None)
        extensions = {"timeout": timeout.as_dict(), "trace": _when_sent(sent)}
        request = httpx.Request("GET", url, headers=headers, extensions=extensions)
        cookies.set_cookie_header(request)
        response = await self._transport.handle_async_request(request)
        response.request = request
        try:
            if sum(len(k) + len(v) for k, v in response.headers.raw) > self.policy.max_header_bytes:
                raise StopError("too_large", f"headers over {self.policy.max_header_bytes} bytes")
            location = self._judge_status(response, host, conditional=bool(validators.headers()))
            if location is not None:
                keep_cookies(cookies, response)
                return make_answer(url, request, response, None, b"", self._now(), location)
            if response.status_code == 304:
                return make_answer(url, request, response, b"", b"", self._now())
            raw, body = await self._read_body(response, wanted)
        finally:
            await response.aclose()
        return make_answer(url, request, response, raw, body, self._now())

    def _judge_status(self, response: httpx.Response, host: str, *, conditional: bool) -> str | None:
        """Where a redirect leads, None for an answer; anything else raises."""
        status = response.status_code
        if status in _REDIRECTS and response.headers.get("location"):
            return response.headers["location"]
        if status == 200 or (status == 304 and conditional):
            return None
        detail = f"HTTP {status} {response.reason_phrase}".strip()
        if status not in _RETRIED:
            raise StopError("http_status", detail, status)
        after = retry_after(response.headers.get("retry-after"), self._now())
        if after is not None:
            self._hosts.pause(host, after, because=f"answered {status}")
        raise RetryError("http_status", detail, status)

    async def _read_body(self, response: httpx.Response, wanted: Wanted) -> tuple[bytes, bytes]:
        media, _ = split_content_type(response.headers.get("content-type"))
        taken = TYPES[wanted]
        if taken is not None and media is not None and media not in taken:
            raise StopError("wrong_type", f"content type {media}")
        is_robots = wanted is Wanted.ROBOTS
        limit = self.policy.max_robots_bytes if is_robots else self.policy.max_bytes
        length = response.headers.get("content-length", "")
        if not is_robots and length.isdigit() and int(length[:20]) > limit:
            raise StopError("too_large", f"{length[:20]} bytes announced, over {limit}")
        try:
            reader = BodyReader(response.headers.get("content-encoding"), limit)
            try:
                async for chunk in response.aiter_raw():
                    reader.feed(chunk)
                raw, body = reader.finish()
            except TooLargeError:
                if not is_robots:
                    raise
                raw, body = b"", reader.partial()
        except TooLargeError as error:
            raise StopError("too_large", str(error)) from error
        except UndecodableError as error:
            raise StopError("unreadable", str(error)) from error
        if not body.strip():
            raise StopError("empty", "the answer has no content")
        return raw, body


def _when_sent(sent: Callable[[], None]) -> Callable[[str, object], Coroutine[Any, Any, None]]:
    """A trace for httpcore that calls ``sent`` when the request is on its way, over HTTP/1.1 or 2."""

    async def trace(event: str, _: object) -> None:
        if event.endswith(".send_request_headers.complete"):
            sent()

    return trace
