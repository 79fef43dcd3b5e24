"""What a response comes to: the exchange as stored, the answer as used.

Belongs here: turning httpx's objects into values, reading single headers. Does not: requests
(``fetcher.py``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from pipeline.resources.http_body import sniff_type, split_content_type
from pipeline.resources.http_policy import Exchange, Fetched, Wanted

_MAX_COOKIE_CHARS = 4096


class StopError(Exception):
    """A fetch is over: no answer that can be used; carries the reason code."""

    def __init__(self, reason_code: str, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.reason_code, self.status = reason_code, status


class RetryError(StopError):
    """A try is over; another may do better."""

    def __init__(
        self, reason_code: str, detail: str, status: int | None = None, *, timeout: bool = False
    ) -> None:
        super().__init__(reason_code, detail, status)
        self.timeout = timeout


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: as stored, its headers by lower-case name, its decoded body, where it redirects to."""

    exchange: Exchange
    headers: dict[str, str]
    body: bytes
    location: str | None


def make_answer(
    url: str,
    request: httpx.Request,
    response: httpx.Response,
    raw: bytes | None,
    body: bytes,
    now: dt.datetime,
    location: str | None = None,
) -> Answer:
    """The answer of a response; ``raw`` is None for a redirect, whose body is not read."""
    exchange = Exchange(
        url=url,
        method=request.method,
        target=request.url.raw_path.decode("ascii", "replace"),
        request_headers=_pairs(request.headers),
        status=response.status_code,
        reason=response.reason_phrase,
        headers=_pairs(response.headers),
        raw_body=raw,
        fetched_at=now,
    )
    return Answer(exchange, {k.lower(): v for k, v in response.headers.items()}, body, location)


def _pairs(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in headers.raw)


def make_fetched(url: str, answer: Answer, exchanges: tuple[Exchange, ...], wanted: Wanted) -> Fetched:
    """The outcome of a fetch from its last answer.

    Raises:
        StopError: A page without a content type whose bytes are not text.
    """
    media, charset = split_content_type(answer.headers.get("content-type"))
    if media is None and answer.exchange.status == 200:
        media = sniff_type(answer.body)
        if media is None and wanted is Wanted.PAGE:
            raise StopError("wrong_type", "no content type, and the bytes are not text")
    return Fetched(
        url=url,
        final_url=answer.exchange.url,
        status=answer.exchange.status,
        headers=answer.headers,
        body=answer.body,
        content_type=media or "application/octet-stream",
        charset=charset,
        fetched_at=answer.exchange.fetched_at,
        exchanges=exchanges,
    )


def keep_cookies(cookies: httpx.Cookies, response: httpx.Response) -> None:
    """Some sites set a cookie and redirect to the same address; without it that never ends."""
    if sum(len(v) for v in response.headers.get_list("set-cookie")) <= _MAX_COOKIE_CHARS:
        cookies.extract_cookies(response)


def retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Seconds that a Retry-After header (a number or a date) asks for; None if it asks for nothing."""
    text = (value or "").strip()
    if not text:
        return None
    if text.isdigit():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    when = when.replace(tzinfo=dt.UTC) if when.tzinfo is None else when
    return max(0.0, (when - now).total_seconds())
