"""Dates: when a page was published and changed, in which zone, and where that stands.

Belongs here: reading dates as pages write them, choosing among candidates, the bound by collection.
Does not: dates of statements inside the text (``pipeline.extract``).
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import get_month_names

EARLIEST = dt.datetime(1995, 1, 1, tzinfo=dt.UTC)
_CLOCK_SKEW = dt.timedelta(minutes=15)
_WIDEST_ZONE = dt.timedelta(hours=14)
_LANGUAGES = "en de fr es it pt nl sv nb da fi pl cs sk hu ro ru uk bg el tr id ms lt lv et sl".split()
"""Languages of the month names that are read; English ones first, where two mean different months."""
_MONTH = r"(?P<month>[^\W\d_]{3,14})\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?(?!\d)"
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_GAP = r"(?:\s+(?:of|de|di|del))?[\s.,-]+"
_ISO = re.compile(r"(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)")
_NAMED = (
    re.compile(rf"\b{_DAY}{_GAP}{_MONTH}{_GAP}{_YEAR}", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}[\s.,-]+{_DAY}[\s.,-]+{_YEAR}", re.IGNORECASE),
    re.compile(rf"\b{_YEAR}[\s.,-]+{_MONTH}[\s.,-]+{_DAY}", re.IGNORECASE),
)
_UNSPACED = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]"
)
_CTIME = re.compile(
    r"\b(?P<day>[A-Z][a-z]{2} +\d{1,2}) (?P<clock>\d{1,2}:\d\d(?::\d\d)?(?: [A-Z]{2,4})?) (?P<year>(?:19|20)\d\d)\b"
)
_NUMERIC = re.compile(r"(?<!\d)(?P<a>\d{1,2})[./-](?P<b>\d{1,2})[./-](?P<year>(?:19|20)\d\d)(?!\d)")
_TIME = re.compile(
    r"(?<!\d)(?P<hour>[01]?\d|2[0-3])[:.h時时](?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d)(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?)?",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(?<![\d:])(?P<hour>1[0-2]|0?[1-9])\s*(?P<half>[ap]\.?m\b\.?)", re.IGNORECASE)
_OFFSETS = (
    re.compile(r"(?:GMT|UTC|(?<=\d))\s?(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?\b"),
    re.compile(r"(?:GMT|UTC)\s?(?P<sign>[+-])(?P<hours>\d{1,2})(?::(?P<minutes>\d{2}))?\b"),
)
_AREA = re.compile(r"\s?\[(?P<area>[A-Za-z_]+/[A-Za-z_/]+)\]$")
_EPOCH = re.compile(r"(?P<seconds>\d{10})(?:\d{3})?(?:\.\d+)?")
_ZULU = re.compile(r"(?<=\d)\s?Z\b|\b(?:UTC|GMT)\b(?!\s?[+-]\d)")
_ZONE_NAME = re.compile(r"\b([A-Z]{2,5})\b")
_URL_DATE = (
    re.compile(r"/(?P<year>(?:19|20)\d\d)[/-](?P<month>\d{1,2})[/-](?P<day>\d{1,2})(?=[/_.-]|$)"),
    re.compile(r"/(?P<year>(?:19|20)\d\d)/(?P<month>[a-z]{3})/(?P<day>\d{1,2})(?=/)"),
    re.compile(r"[/_-](?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])(?=[/_.-]|$)"),
    re.compile(r"[/_-](?P<year>20\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>[0-2]\d|3[01])(?=[/_.-]|$)"),
)
_RIGHTS = re.compile(r"©|\(c\)|copyright|all rights reserved", re.IGNORECASE)
_ZONES_FILE = Path(__file__).with_name("zones.csv")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as written: ``zone`` is its offset ("+05:30"), or ``None`` when the page gave none.

    ``at`` is in UTC; without a zone the written clock is taken for UTC. ``has_time`` is False for a
    bare day.
    """

    at: dt.datetime
    zone: str | None
    has_time: bool

    @property
    def day(self) -> dt.date:
        """The day on the writer's calendar."""
        return local_day(self.at, self.zone)


def local_day(at: dt.datetime, zone: str | None) -> dt.date:
    """The day of ``at`` in ``zone`` ("+05:30"; UTC when ``None``)."""
    return (at + _offset(zone)).date() if zone else at.date()


def _offset(zone: str) -> dt.timedelta:
    sign = -1 if zone[0] == "-" else 1
    return sign * dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))


@lru_cache(maxsize=4096)
def read(text: str, *, day_first: bool | None = None) -> Moment | None:
    """The first full date in ``text`` with its time and zone, or ``None``.

    Reads ISO 8601, RFC 822, month names in the languages of Europe and some more, seconds since 1970,
    and days written in figures. Text about copyright has no date.

    Args:
        text: At most 200 characters of it are read.
        day_first: The order of day and month where figures allow both; without it these give nothing.
    """
    text = _CTIME.sub(r"\g<day> \g<year> \g<clock>", text.strip()[:200])
    if not text or _RIGHTS.search(text):
        return None
    exact = _exact(text)
    if exact is not None:
        return exact
    found = _find_day(text, day_first)
    if found is None:
        return None
    day, (start, end) = found
    rest = f"{text[:start]} {text[end:]}"
    clock = _find_clock(rest)
    if clock is None:
        return _moment(dt.datetime.combine(day, dt.time()), None, has_time=False)
    return _moment(dt.datetime.combine(day, clock), _find_zone(rest, day), has_time=True)


def _exact(text: str) -> Moment | None:
    """ISO 8601 as Python reads it, or seconds since 1970."""
    epoch = _EPOCH.fullmatch(text)
    if epoch:
        at = dt.datetime.fromtimestamp(int(epoch["seconds"]), dt.UTC)
        return _moment(at.replace(tzinfo=None), dt.timedelta(0), has_time=True)
    if not (len(text) >= 8 and text[:4].isdigit()):
        return None
    area = _AREA.search(text)
    text = _AREA.sub("", text)
    try:
        at = dt.datetime.fromisoformat(text.replace(" UTC", "Z").replace(" GMT", "Z"))
        if area and at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(area["area"]))
    except (ValueError, ZoneInfoNotFoundError):
        return None
    return _moment(at.replace(tzinfo=None), at.utcoffset(), has_time=len(text) > 10)


def _moment(written: dt.datetime, offset: dt.timedelta | None, *, has_time: bool) -> Moment | None:
    try:
        at = (written - (offset or dt.timedelta(0))).replace(tzinfo=dt.UTC)
    except OverflowError:
        return None
    if at < EARLIEST:
        return None
    if offset is None:
        return Moment(at, None, has_time)
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return Moment(at, f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}", has_time)


def _find_day(text: str, day_first: bool | None) -> tuple[dt.date, tuple[int, int]] | None:
    for pattern in (_ISO, _UNSPACED, *_NAMED):
        for match in pattern.finditer(text):
            day = _day(match["year"], match["month"], match["day"])
            if day:
                return day, match.span()
    match = _NUMERIC.search(text)
    if match:
        a, b = match["a"], match["b"]
        if int(a) > 12 or int(b) > 12 or a == b:
            day_first = int(a) > 12  # only one order is possible
        if day_first is not None:
            day = _day(match["year"], b if day_first else a, a if day_first else b)
            if day:
                return day, match.span()
    return None


def _day(year: str, month: str, day: str) -> dt.date | None:
    number = int(month) if month.isdigit() else _months().get(month.lower(), 0)
    try:
        return dt.date(int(year), number, int(day))
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Numbers of months by their names and short forms, in small letters."""
    found = {"sept": 9}
    for language in _LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = cast("Mapping[int, str]", get_month_names(width, context, language))
                for number, name in names.items():
                    found.setdefault(name.lower().rstrip("."), number)
    return found


def _find_clock(text: str) -> dt.time | None:
    match = _TIME.search(text) or _HOUR.search(text)
    if not match:
        return None
    parts = match.groupdict()
    hour = int(parts["hour"])
    half = (parts.get("half") or "").lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    return dt.time(hour, int(parts.get("minute") or 0), int(parts.get("second") or 0))


def _find_zone(text: str, day: dt.date) -> dt.timedelta | None:
    for match in filter(None, (pattern.search(text) for pattern in _OFFSETS)):
        size = dt.timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        if size <= _WIDEST_ZONE:
            return -size if match["sign"] == "-" else size
    zones = _zones()
    for name in _ZONE_NAME.findall(text):
        if name in zones:
            return dt.datetime.combine(day, dt.time(12), ZoneInfo(zones[name])).utcoffset()
    return dt.timedelta(0) if _ZULU.search(text) else None


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """Zones by the abbreviations that news pages print beside a time."""
    with _ZONES_FILE.open(encoding="utf-8", newline="") as lines:
        return {name: row["zone"] for row in csv.DictReader(lines) for name in row["abbreviations"].split()}


def is_bare_day(text: str) -> bool:
    """Whether ``text`` is a day in figures and nothing else."""
    return re.fullmatch(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", text.strip()) is not None


def from_url(url: str | None) -> Moment | None:
    """The day that an address names (``/2024/04/28/``), or ``None``."""
    for pattern in _URL_DATE if url else ():
        match = pattern.search(url or "")
        if match:
            day = _day(match["year"], match["month"], match["day"])
            if day:
                return _moment(dt.datetime.combine(day, dt.time()), None, has_time=False)
    return None


def bounded(moment: Moment | None, collected_at: dt.datetime) -> Moment | None:
    """``moment`` if it can be, never later than ``collected_at``, else ``None``.

    A clock a few minutes ahead, or a clock or day without zone from east of Greenwich, is drawn
    back to collection; anything later is not this page's publication.
    """
    if moment is None or moment.at <= collected_at:
        return moment
    ahead = moment.at - collected_at
    if ahead <= _CLOCK_SKEW or (moment.zone is None and ahead <= _WIDEST_ZONE):
        return Moment(collected_at, moment.zone, moment.has_time)
    return None


def choose(
    candidates: Iterable[tuple[str, Moment | None]], collected_at: dt.datetime
) -> tuple[Moment, str] | None:
    """The best of ``candidates``, given as (origin, moment) in order of trust, with its origin.

    The first that is possible wins; if it lacks time or zone, a later one that agrees and has them
    replaces it.
    """
    possible = _possible(candidates, collected_at)
    chosen = next(possible, None)
    if chosen is None:
        return None
    first, origin = chosen
    if first.has_time and first.zone is not None:
        return chosen
    for other, where in possible:
        finer = other.has_time and (other.zone is not None or not first.has_time)
        if finer and _agree(first, other):
            return other, where
    return first, origin


def _possible(
    candidates: Iterable[tuple[str, Moment | None]], collected_at: dt.datetime
) -> Iterator[tuple[Moment, str]]:
    for origin, moment in candidates:
        moment = bounded(moment, collected_at)
        if moment is not None:
            yield moment, origin


def _agree(coarse: Moment, fine: Moment) -> bool:
    if not coarse.has_time:
        return coarse.at.date() in (fine.day, fine.at.date())
    return abs(fine.at - coarse.at) <= _WIDEST_ZONE and fine.at.minute % 30 == coarse.at.minute % 30
