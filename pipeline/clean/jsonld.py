"""Structured data: the JSON-LD of a page as plain objects, and the one that describes its article.

Belongs here: reading the scripts, mending what sites commonly break, following ``@id``. Does not:
what the values mean (``dates.py``, ``authors.py``, ``metadata.py``).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any, cast

from pipeline.clean.tree import Element

Object = dict[str, Any]

_TYPES = frozenset({"application/ld+json", "application/ld+json; charset=utf-8", "application/settings+json"})
_ARTICLE = re.compile(
    r"(?:article|posting|newsarticle|blogposting|report|review|column|liveblog)$", re.IGNORECASE
)
_PAGE = re.compile(r"(?:webpage|itempage)$", re.IGNORECASE)
_WRAPPER = re.compile(
    r"^\s*(?:<!--|//<!\[CDATA\[|/\*<!\[CDATA\[\*/|<!\[CDATA\[)|(?:-->|//\]\]>|/\*\]\]>\*/|\]\]>)\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_TAGS = re.compile(r"<[^<>]{1,300}>")
_LARGEST_SCRIPT = 2_000_000
_MOST_OBJECTS = 5_000


def objects(root: Element) -> list[Object]:
    """All objects of the page's JSON-LD, outer ones first, references to ``@id`` resolved one level."""
    found: list[Object] = []
    for script in root.iter("script"):
        text = script.text
        if text and (script.get("type") or "").strip().lower() in _TYPES and len(text) <= _LARGEST_SCRIPT:
            for value in _read(text):
                found.extend(_walk(value, _MOST_OBJECTS - len(found)))
    by_id = {o["@id"]: o for o in reversed(found) if isinstance(o.get("@id"), str) and len(o) > 1}
    return [{k: _resolve(v, by_id) for k, v in o.items()} for o in found]


def _read(text: str) -> list[Any]:
    text = _WRAPPER.sub("", text.strip()).strip().rstrip(";")
    for mended in (text, _TRAILING_COMMA.sub(r"\1", text), html.unescape(text)):
        try:
            return [json.loads(mended, strict=False)]
        except (json.JSONDecodeError, RecursionError):
            continue
    return []


def as_list(value: Any) -> list[Any]:
    """``value`` as a list: itself, or a list of it alone, empty for ``None``."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    return [] if value is None else [value]


def as_object(value: Any) -> Object | None:
    """``value`` if it is an object."""
    return cast("Object", value) if isinstance(value, dict) else None


def _walk(value: Any, limit: int) -> Iterator[Object]:
    """Objects inside ``value``, breadth first, so that outer ones come first."""
    queue: list[Any] = [value]
    for item in queue:  # grows while it is read
        if len(queue) > limit * 10:
            return
        found = as_object(item)
        if found is not None:
            yield found
        inner: list[Any] = list(found.values()) if found is not None else as_list(item)
        queue.extend(v for v in inner if v is not item and type(v) in (dict, list))


def _resolve(value: Any, by_id: dict[str, Object]) -> Any:
    if isinstance(value, list):
        return [_resolve(v, by_id) for v in as_list(value)]
    item = as_object(value)
    if item is not None and len(item) <= 2 and isinstance(item.get("@id"), str):
        return by_id.get(item["@id"], item)
    return item if item is not None else value


def types(item: Object) -> list[str]:
    """The ``@type`` names of ``item``."""
    return [kind for kind in as_list(item.get("@type")) if isinstance(kind, str)]


def describes_article(item: Object) -> bool:
    """Whether ``item`` is an article of any kind."""
    return any(_ARTICLE.search(kind) for kind in types(item)) or (
        "@type" not in item and "headline" in item and "datePublished" in item
    )


def articles(found: list[Object]) -> list[Object]:
    """The objects that describe an article, then those that describe the page, in page order."""
    first = [o for o in found if describes_article(o)]
    return first + [o for o in found if any(_PAGE.search(kind) for kind in types(o))]


def text_of(value: Any) -> str | None:
    """A string value as people read it: entities and tags undone, spaces joined; else ``None``."""
    if isinstance(value, list):
        items = as_list(value)
        value = items[0] if len(items) == 1 else None
    item = as_object(value)
    if item is not None:
        value = item.get("@value") or item.get("name")
    if not isinstance(value, str):
        return None
    if "&" in value:
        value = html.unescape(html.unescape(value))
    if "<" in value:
        value = _TAGS.sub(" ", value)
    return " ".join(value.split()) or None


def article_body(found: list[Object]) -> str:
    """The longest ``articleBody`` of the page, or an empty string."""
    bodies = [o.get("articleBody") for o in found]
    texts = [text_of(b) or "" for b in bodies if b]
    return max(texts, key=len, default="")
