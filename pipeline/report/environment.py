"""The template environment: where templates lie, escaping, and the filters that keep pages safe and plain.

Belongs here: how values are shown. Does not: which values (``figures``) or pages (``site``).
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
_MINUS = "−"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment, made once; every value is escaped."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        web=web_address,
        number=number,
        percent=percent,
        signed=signed,
        day=day,
        weekday=weekday,
        hours=hours,
        plural=plural,
    )
    return made


@lru_cache
def macros(name: str) -> Any:
    """The macros of a template as functions, looked up once: pages of actors call them by the thousand."""
    return environment().get_template(name).module


def static(name: str) -> str:
    """The text of a stylesheet or script of this package."""
    return (HERE / "static" / name).read_text(encoding="utf-8")


def web_address(value: str | None) -> str | None:
    """``value`` when it is an http or https address; None for anything else, which is then no link."""
    if not value:
        return None
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return None
    return value.strip() if parts.scheme in ("http", "https") and parts.netloc else None


def number(value: float | None) -> str:
    """1234 as 1,234; a dash for nothing."""
    return "–" if value is None else f"{value:,}"


def percent(value: float | None, places: int = 0) -> str:
    """0.256 as 26 %; a dash where there is nothing to share."""
    return "–" if value is None else f"{100 * value:.{places}f}\u202f%"


def signed(value: float | None, places: int = 1) -> str:
    """A difference with its sign, a true minus; a dash for nothing."""
    if value is None:
        return "–"
    text = f"{abs(value):.{places}f}"
    if not float(text):
        return text
    return f"{'+' if value > 0 else _MINUS}{text}"


def day(value: dt.date | None) -> str:
    """2 December 2021."""
    return "–" if value is None else f"{value.day} {value:%B %Y}"


def weekday(value: dt.date) -> str:
    """Thursday, 2 December 2021."""
    return f"{value:%A}, {day(value)}"


def hours(value: float | None) -> str:
    """A span of time in the unit a reader would use."""
    if value is None:
        return "–"
    if value < 1:
        return f"{round(value * 60)} min"
    return f"{value:.0f} h" if value < 72 else f"{value / 24:.0f} days"


def plural(count: int, one: str, many: str | None = None) -> str:
    """3 outlets, 1 outlet."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
