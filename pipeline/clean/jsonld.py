"""Structured data: the JSON-LD of a page as plain objects, and the one that describes its article.

Belongs here: reading the scripts, mending what sites commonly break, following ``@id``. Does not:
what the values mean (``dates.py``, ``authors.py``, ``metadata.py``).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, cast
from urllib.parse import urlsplit

from pipeline.clean.decoding import without_controls
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
_COMMENT = re.compile(r"/\*[^*]{0,300}\*/")
_FIELD = re.compile(r'"(headline|datePublished|dateModified|articleSection)"\s*:\s*"([^"\\]{1,400})"')
_AUTHOR = re.compile(r'"author"\s*:\s*(\{[^{}]{0,800}\}|\[[^\[\]]{0,2000}\]|"[^"\\]{1,200}")')
_NAME = re.compile(r'(?:"name"\s*:\s*|^)"([^"\\]{1,200})"')
_DECODER = json.JSONDecoder(strict=False)
_LONGEST_SCRAPED = 50_000
_TAGS = re.compile(r"<[^<>]{1,300}>")
_LISTS = frozenset({"itemListElement", "hasPart", "mentions", "citation", "isRelatedTo", "relatedLink"})
"""Keys under which pages describe other stories than their own."""
_LARGEST_SCRIPT = 2_000_000
_MOST_OBJECTS = 5_000


def objects(root: Element, own: Collection[str] = ()) -> list[Object]:
    """All objects of the page's JSON-LD, outer ones first, references to ``@id`` resolved one level.

    What stands in lists of other stories is left out, unless it names one of the page's ``own`` addresses.
    """
    found: list[Object] = []
    listed: list[Object] = []
    paths = _paths(own)
    for script in root.iter("script"):
        text = script.text
        if text and (script.get("type") or "").strip().lower() in _TYPES and len(text) <= _LARGEST_SCRIPT:
            for value in _read(text):
                for item, is_listed in _walk(value, _MOST_OBJECTS - len(found) - len(listed)):
                    (listed if is_listed else found).append(item)
    found += [item for item in listed if _is_at(item, paths)]
    by_id = {o["@id"]: o for o in reversed(found) if isinstance(o.get("@id"), str) and len(o) > 1}
    return [{k: _resolve(v, by_id) for k, v in o.items()} for o in found]


def _read(text: str) -> list[Any]:
    text = _WRAPPER.sub("", text.strip()).strip().rstrip(";")
    for mended in (text, _TRAILING_COMMA.sub(r"\1", text), _without_comments(text), html.unescape(text)):
        try:
            return list(_values(mended))
        except (json.JSONDecodeError, RecursionError):
            continue
    found = _scraped(text)
    return [found] if found else []


def _without_comments(text: str) -> str:
    return _COMMENT.sub(" ", text[:_LONGEST_SCRAPED]) + text[_LONGEST_SCRAPED:]


def _values(text: str) -> Iterator[Any]:
    """The values of ``text``; some pages put several into one script."""
    at = 0
    while at < len(text):
        value, at = _DECODER.raw_decode(text, at)
        yield value
        while at < len(text) and text[at] in " \t\r\n,;":
            at += 1


def _scraped(text: str) -> Object | None:
    """What can be told of a script that is broken inside (a quotation mark in a text): single values."""
    # The first of each wins: the article's own fields stand before those of what it mentions.
    fields: Object = dict(reversed(cast("list[tuple[str, str]]", _FIELD.findall(text[:_LONGEST_SCRAPED]))))
    author = _AUTHOR.search(text[:_LONGEST_SCRAPED])
    if "datePublished" not in fields:
        return None
    names = _NAME.findall(author[1]) if author else []
    return {"@type": "NewsArticle", **fields, **({"author": names} if names else {})}


def as_list(value: Any) -> list[Any]:
    """``value`` as a list: itself, or a list of it alone, empty for ``None``."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    return [] if value is None else [value]


def as_object(value: Any) -> Object | None:
    """``value`` if it is an object."""
    return cast("Object", value) if isinstance(value, dict) else None


def _walk(value: Any, limit: int) -> Iterator[tuple[Object, bool]]:
    """Objects inside ``value``, breadth first, so that outer ones come first, and whether they are listed."""
    queue: list[tuple[Any, bool]] = [(value, False)]
    for item, is_listed in queue:  # grows while it is read
        if len(queue) > limit * 10:
            return
        found = as_object(item)
        if found is not None:
            yield found, is_listed
        inner: list[tuple[str, Any]] = (
            list(found.items()) if found is not None else [("", one) for one in as_list(item)]
        )
        queue.extend(
            (v, is_listed or key in _LISTS) for key, v in inner if v is not item and type(v) in (dict, list)
        )


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


def articles(found: list[Object], own: Collection[str] = ()) -> list[Object]:
    """The objects that describe an article, then those that describe the page, in page order.

    Of several articles those that name one of the page's ``own`` addresses come first.
    """
    paths = _paths(own)
    first = [o for o in found if describes_article(o)]
    first.sort(key=lambda o: not _is_at(o, paths))
    return first + [o for o in found if any(_PAGE.search(kind) for kind in types(o))]


def _is_at(item: Object, paths: Collection[str]) -> bool:
    return any(_path(url) in paths for url in _addresses(item))


def _paths(urls: Iterable[str]) -> frozenset[str]:
    return frozenset(path for url in urls if (path := _path(url)))


def _addresses(item: Object) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        for one in as_list(item.get(key)):
            page = as_object(one)
            value = (page.get("@id") or page.get("url")) if page is not None else one
            if isinstance(value, str):
                yield value


def _path(url: str) -> str:
    """What tells an address from the others of its site."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.path.rstrip('/')}?{parts.query}".rstrip("?") if parts.path.strip("/") else ""


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
    return " ".join(without_controls(value).split()) or None


def article_body(found: list[Object]) -> str:
    """The longest ``articleBody`` of the page, or an empty string."""
    bodies = [o.get("articleBody") for o in found]
    texts = [text_of(b) or "" for b in bodies if b]
    return max(texts, key=len, default="")
