"""Publication: the candidates for when an article was published and last changed.

Belongs here: where pages state those times, and in which order the places are trusted. Does not:
reading single dates (``dates.py``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from pipeline.clean import dates, jsonld
from pipeline.clean.dates import Moment
from pipeline.clean.furniture import line_kind
from pipeline.clean.head import Head
from pipeline.clean.outlets import domain_of
from pipeline.clean.tree import Element, Query, text_in

_META_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "datepublished",
    "og:published_time",
    "publication_date",
    "publishdate",
    "publish-date",
    "publish_date",
    "published_at",
    "pubdate",
    "date.published",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "dcterms.created",
    "dcterms.issued",
    "dc.date.issued",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "citation_publication_date",
    "bt:pubdate",
    "iso-8601-publish-date",
    "datecreated",
    "date",
    "rnews:datepublished",
    "pdate",
    "publish_time",
    "published-date",
    "publication-date",
    "article_date_original",
    "displaydate",
    "vr:published_time",
)
_META_MODIFIED = (
    "article:modified_time",
    "og:article:modified_time",
    "datemodified",
    "og:updated_time",
    "article:modified",
    "last-modified",
    "lastmod",
    "dcterms.modified",
    "dc.date.modified",
    "cxenseparse:modified_time",
    "last_updated_date",
)
_MARKED = Query(
    "//*[@itemprop='datePublished' or @pubdate or @property='datePublished'"
    " or contains(concat(' ', @class, ' '), ' published ') or contains(@class, 'entry-date')"
    " or contains(@class, 'publish')][@datetime or @content or @title or self::time][position() <= 8]"
)
_MARKED_MODIFIED = Query(
    "//*[@itemprop='dateModified' or contains(concat(' ', @class, ' '), ' updated ')]"
    "[@datetime or @content][position() <= 3]"
)
_TIMES = Query("(following::time[@datetime])[position() <= 3]")
_DATE_WORDS = 24
_CHANGE = re.compile(r"updat|modif|edited", re.IGNORECASE)
_OPENS_WITH_CHANGE = re.compile(
    r"\W*(?:last |zuletzt |first )?(?:updated?|modified|edited|changed|aktualisiert|geändert|mis à jour|actualizado"
    r"|aggiornat|atualizado|bijgewerkt|uppdaterad|oppdatert|opdateret|zaktualizowano|обновлено|оновлено)",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(r"publish|posted|created", re.IGNORECASE)
_MONTH_FIRST = frozenset({"US", "PH"})
_COUNTRIES_OF_ANYONE = frozenset({"AI", "CC", "CO", "FM", "IO", "LY", "ME", "TV"})
"""Countries whose domains are sold to everyone."""

Candidates = Iterable[tuple[str, Moment | None]]
"""Where a time stands (origin), and the time if it could be read, in order of trust."""


@dataclass(frozen=True, slots=True)
class Published:
    """When an article was published and changed; ``day`` is on the publisher's calendar."""

    at: dt.datetime | None
    day: dt.date | None
    zone: str | None
    origin: str | None
    modified_at: dt.datetime | None


def find_published(
    root: Element,
    head: Head,
    headline: Element | None,
    *,
    lines: Sequence[str],
    urls: Sequence[str | None],
    hint: dt.datetime | None,
    hint_origin: str,
    collected_at: dt.datetime,
) -> Published:
    """The publication and last change of a page.

    Args:
        root: The page.
        head: What it says about itself.
        headline: The element of the shown headline.
        lines: Lines around the headline, where a date may stand as text.
        urls: Addresses of the page, best first.
        hint: Time that the feed or index gave.
        hint_origin: ``feed`` or ``index``; an index is what the user says, and wins.
        collected_at: When the page was collected; nothing is published later.
    """
    said = hinted(hint, hint_origin)
    day_first = puts_day_first(head, next((url for url in urls if url), None))
    # Lazy: later places are looked at only while the earlier ones give no full time.
    candidates = chain(
        said if hint_origin == "index" else (),
        _from_data(head, ("datePublished",)),
        _from_meta(head, _META_PUBLISHED, day_first),
        _from_marks(root, headline, day_first),
        said if hint_origin != "index" else (),
        _from_data(head, ("dateCreated", "uploadDate")),
        (("url", dates.from_url(url)) for url in urls),
        from_lines(lines, day_first),
    )
    modified = chain(
        _from_data(head, ("dateModified",)),
        _from_meta(head, _META_MODIFIED, day_first),
        _from_marks_of_change(root),
    )
    return choose_published(candidates, modified, collected_at)


def puts_day_first(head: Head, url: str | None) -> bool | None:
    """The order in which a page writes day and month, as far as its language and country tell it."""
    if head.language not in (None, "en"):
        return True
    domain = (domain_of(url) or "").rpartition(".")[2]
    country = domain.upper() if len(domain) == 2 else None
    if country in _COUNTRIES_OF_ANYONE:
        country = None
    if head.region is None and country is None:
        return None
    orders = {region not in _MONTH_FIRST for region in (head.region, country) if region}
    return orders.pop() if len(orders) == 1 else None


def choose_published(candidates: Candidates, modified: Candidates, collected_at: dt.datetime) -> Published:
    """The best of ``candidates`` and, if not earlier than it, of ``modified``."""
    chosen = dates.choose(candidates, collected_at)
    changed = dates.choose(modified, collected_at)
    changed_at = changed[0].at if changed else None
    if chosen is None:
        return Published(None, None, None, None, changed_at)
    moment, origin = chosen
    if changed_at is not None and changed_at < moment.at:
        changed_at = None
    return Published(moment.at, moment.day, moment.zone, origin, changed_at)


def hinted(hint: dt.datetime | None, origin: str) -> list[tuple[str, Moment | None]]:
    """The time that feed or index gave, as a candidate."""
    return [(origin, Moment(hint, "+00:00", has_time=True))] if hint else []


def _from_data(head: Head, keys: Sequence[str]) -> Iterator[tuple[str, Moment | None]]:
    for item in head.articles:
        for key in keys:
            for value in jsonld.as_list(item.get(key))[:1]:
                if isinstance(value, str | int | float):
                    yield "json_ld", dates.read(str(value))


def _from_meta(
    head: Head, names: Sequence[str], day_first: bool | None
) -> Iterator[tuple[str, Moment | None]]:
    for content in head.all(*names):
        yield "meta", dates.read(content, day_first=day_first)


def _from_marks(
    root: Element, headline: Element | None, day_first: bool | None
) -> Iterator[tuple[str, Moment | None]]:
    """Dates marked as such in the text, then the first times after the headline."""
    for element in _MARKED(root):
        yield "meta", dates.read(_value(element), day_first=day_first)
    times = _TIMES(headline) if headline is not None else []
    for element in sorted(times, key=_tells_change):
        yield "meta", dates.read(_value(element), day_first=day_first)


def _tells_change(element: Element) -> bool:
    """The time is said to be that of the last change."""
    names = f"{element.get('class', '')} {element.get('itemprop', '')}"
    above = next(iter(element.iterancestors()), None)
    said = text_in(above)[:40] if above is not None and above.tag not in ("html", "body") else ""
    return _CHANGE.search(names) is not None or _OPENS_WITH_CHANGE.match(said) is not None


def _from_marks_of_change(root: Element) -> Iterator[tuple[str, Moment | None]]:
    for element in _MARKED_MODIFIED(root):
        yield "meta", dates.read(_value(element))


def _value(element: Element) -> str:
    for name in ("datetime", "content", "title"):
        value = element.get(name)
        if value:
            return value
    return text_in(element)[:120]


def _is_of_change(line: str) -> bool:
    return _OPENS_WITH_CHANGE.match(line) is not None and not _PUBLISHED.search(line)


def from_lines(lines: Sequence[str], day_first: bool | None = None) -> Iterator[tuple[str, Moment | None]]:
    """Candidates from short lines with a full date; those of nothing but dates and times first."""
    short = [line for line in lines if line.count(" ") < _DATE_WORDS]
    for line in sorted(short, key=lambda text: (_is_of_change(text), line_kind(text) != "time")):
        yield "text", dates.read(line, day_first=day_first)
