"""Authors: who wrote a page's article, from structured data, meta tags or the byline itself.

Belongs here: finding the places that say it, choosing the one to trust. Does not: taking names out of
what stands there (``bylines.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pipeline.clean import jsonld
from pipeline.clean.bylines import clean_names, key_of
from pipeline.clean.head import DOMAIN_END, Head
from pipeline.clean.lines import normal
from pipeline.clean.tree import Element, Query, parted_text, text_in

_META = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "cxenseparse:author",
    "citation_author",
    "article.author",
    "article-author",
    "article:author_name",
    "og:article:author",
    "authors",
    "byline",
    "cb-authors",
    "vr:author",
)
_BYLINES = Query(
    "(following::*[@rel='author' or contains(@itemprop, 'author') or contains(@property, 'author')"
    " or contains(@class, 'uthor') or contains(@class, 'ontributor')"
    " or self::a[contains(@href, '/author') or contains(@href, '/profile/') or contains(@href, '/autor')]"
    " or contains(@class, 'yline') or contains(@data-testid, 'yline') or contains(@data-testid, 'uthor')"
    " or contains(@class, 'journalist') or contains(@class, 'reporter') or contains(@class, 'writer')]"
    "[not(self::script or self::style or self::img or self::meta)])[position() <= 8]"
)
_OF_PICTURES = re.compile(r"comment|photo|image|caption|credit|picture", re.IGNORECASE)


def find_authors(root: Element, head: Head, headline: Element | None, outlets: Iterable[str]) -> list[str]:
    """Authors in the order of the byline; empty if none is named.

    Structured data is trusted first, then meta tags, then the byline under the headline. The
    outlet's own name is an author only where the page shows it as the byline.

    Args:
        root: The page.
        head: What it says about itself.
        headline: The element of the shown headline.
        outlets: Names of the outlet, from the seeds and the page.
    """
    known = [name.lower() for name in (*outlets, *head.names)]
    own = {key_of(n) for name in known for n in (name, DOMAIN_END.sub("", name))} - {""}
    for raw in (_structured(head), *_from_meta(head)):
        names = clean_names(raw, own)
        if names:
            return names
    shown = _shown(headline if headline is not None else root)
    names = _shown_names(shown, own)
    if names:
        return names
    texts = [text_in(element) for element in shown]
    declared = clean_names([*_structured(head), *texts], set())
    return [n for n in declared if any(normal(n) in normal(s) for s in texts)][:1]


def _structured(head: Head) -> list[str]:
    for item in head.articles:
        if not jsonld.describes_article(item) and item is not head.articles[0]:
            continue
        for key in ("author", "creator", "contributor"):
            names = list(_names(item.get(key)))
            if names:
                return names
    return []


def _names(value: Any) -> Iterator[str]:
    for one in jsonld.as_list(value):
        person = jsonld.as_object(one)
        for text in jsonld.as_list(_name_of(person) if person else one):
            found = jsonld.text_of(text)
            if found and "://" not in found:
                yield found


def _name_of(person: jsonld.Object) -> Any:
    parts = [jsonld.text_of(person.get(key)) for key in ("givenName", "familyName")]
    return person.get("name") or " ".join(part for part in parts if part) or None


def _from_meta(head: Head) -> Iterator[list[str]]:
    for name in _META:
        found = [c for c in head.all(name) if "://" not in c and not c.startswith("/")]
        if found:
            yield found
    label = (head.first("twitter:label1") or "").lower()
    if label in ("written by", "by", "author"):
        yield head.all("twitter:data1")


def _shown(start: Element) -> list[Element]:
    """Byline elements after the headline, in page order."""
    found: list[Element] = []
    for element in _BYLINES(start):
        names = f"{element.get('class', '')} {element.get('id', '')}"
        if _OF_PICTURES.search(names) or any(a.tag in ("aside", "nav") for a in element.iterancestors()):
            continue
        if 2 < len(text_in(element)) <= 200:
            found.append(element)
    return found


def _shown_names(elements: Sequence[Element], own: set[str]) -> list[str]:
    """Names of the first byline that has any, and of its like beside it: one element for each author."""
    for i, element in enumerate(elements):
        names = _names_of(element, own)
        if names:
            beside = [e for e in elements[i + 1 :] if _stands_beside(e, element)]
            return list(dict.fromkeys([*names, *(n for e in beside for n in _names_of(e, own))]))
    return []


def _names_of(element: Element, own: set[str]) -> list[str]:
    """Names in an element: of its parts first, since an office is often set beside a name without any mark."""
    return clean_names([parted_text(element)], own, shown=True) or clean_names(
        [text_in(element)], own, shown=True
    )


def _stands_beside(one: Element, other: Element) -> bool:
    alike = (one.tag, one.get("class"), one.get("rel")) == (other.tag, other.get("class"), other.get("rel"))
    if not alike:
        return False
    of_one = list(one.iterancestors())[:2]
    of_other = list(other.iterancestors())[:2]
    return any(a is b for a in of_one for b in of_other) and not any(a is other for a in of_one)
