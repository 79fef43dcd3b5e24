"""Head: what a page says about itself, read once: meta tags, JSON-LD, title, links.

Belongs here: collecting those values as they stand. Does not: choosing among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from pipeline.clean import jsonld
from pipeline.clean.tree import Element, text_in

_SPACE = re.compile(r"\s+")
DOMAIN_END = re.compile(r"\.(?:com|org|net|info|co|gov|news|tv|[a-z]{2})(?:\.[a-z]{2})?$", re.IGNORECASE)
"""What outlets that go by their address have behind their name."""
_LOCALE = re.compile(r"[A-Za-z]{2,3}[-_]([A-Za-z]{2})\b")


@dataclass(frozen=True, slots=True)
class Head:
    """A page's own description.

    ``meta`` maps names (lower case, of ``name``, ``property`` or ``itemprop``) to contents in page
    order. ``region`` is the country that ``en-GB`` or ``en_GB`` names. ``articles`` are the JSON-LD
    objects of the article and the page, best first. ``is_front`` is True when the page gives the root
    of its site for its own address.
    """

    meta: dict[str, list[str]]
    objects: list[jsonld.Object]
    articles: list[jsonld.Object]
    title: str | None
    canonical: str | None
    language: str | None
    names: tuple[str, ...] = field(default=())
    region: str | None = None
    is_front: bool = False

    def first(self, *names: str) -> str | None:
        """The first content of the first of ``names`` that the page has."""
        return next((self.meta[n][0] for n in names if n in self.meta), None)

    def all(self, *names: str) -> list[str]:
        """All contents of ``names``, in that order."""
        return [content for n in names for content in self.meta.get(n, [])]


def read_head(root: Element, url: str | None) -> Head:
    """Collect what ``root`` says about itself; ``url`` resolves relative addresses."""
    meta: dict[str, list[str]] = {}
    for tag in root.iter("meta"):
        content = tag.get("content") or ""
        content = _SPACE.sub(" ", content).strip()
        if not content or len(content) > 20_000:
            continue
        for attribute in ("property", "name", "itemprop"):
            name = (tag.get(attribute) or "").strip().lower()
            if name:
                meta.setdefault(name, []).append(content)
    own = _own_addresses(root, meta, url) + ([url] if url else [])
    objects = jsonld.objects(root, own)
    title = next((t for e in root.iter("title") if (t := text_in(e)) and not _in_picture(e)), None)
    html_lang = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    locales = [html_lang, *meta.get("og:locale", [])]
    return Head(
        meta=meta,
        objects=objects,
        articles=jsonld.articles(objects, own),
        title=title,
        canonical=_canonical(root, meta, url),
        is_front=_says_root(root, meta, url),
        language=html_lang.strip().lower()[:2] or None,
        region=next((m[1].upper() for text in locales if (m := _LOCALE.match(text.strip()))), None),
        names=_outlet_names(meta, objects),
    )


def _in_picture(element: Element) -> bool:
    return any(a.tag == "svg" for a in element.iterancestors())


def _canonical(root: Element, meta: dict[str, list[str]], url: str | None) -> str | None:
    """The page's own address, unless it is the root of the site."""
    return next((u for u in _own_addresses(root, meta, url) if not _is_root(u)), None)


def _says_root(root: Element, meta: dict[str, list[str]], url: str | None) -> bool:
    own = _own_addresses(root, meta, None)
    return bool(own) and all(map(_is_root, own)) and (url is None or _is_root(url))


def _own_addresses(root: Element, meta: dict[str, list[str]], url: str | None) -> list[str]:
    links = [e.get("href") for e in root.iter("link") if (e.get("rel") or "").strip().lower() == "canonical"]
    found: list[str] = []
    for href in [*links, *meta.get("og:url", []), *meta.get("twitter:url", [])]:
        try:
            address = urljoin(url or "", (href or "").strip())
            parts = urlsplit(address)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.netloc:
            found.append(address)
    return found


def _is_root(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.path.strip("/") and not parts.query


def _outlet_names(meta: dict[str, list[str]], objects: list[jsonld.Object]) -> tuple[str, ...]:
    """Names the outlet goes by: of the site, of the publisher, of its accounts."""
    names = [
        c for n in ("og:site_name", "application-name", "publisher", "dc.publisher") for c in meta.get(n, [])
    ]
    names += [c.lstrip("@") for c in meta.get("twitter:site", [])[:1]]
    for item in objects:
        for one in jsonld.as_list(item.get("publisher")):
            publisher = jsonld.as_object(one)
            if publisher and (name := jsonld.text_of(publisher.get("name"))):
                names.append(name)
    return tuple(dict.fromkeys(n for n in names if n and len(n) <= 80 and "://" not in n))
