"""Authors: the names of a byline as a list, from structured data, meta tags or the byline itself.

Belongs here: cleaning and splitting names, dropping the outlet and roles, choosing the place to
trust. Does not: resolving names to actors (``pipeline.extract``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.clean import jsonld
from pipeline.clean.furniture import rules
from pipeline.clean.head import Head
from pipeline.clean.lines import normal
from pipeline.clean.tree import Element, Query, text_in

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
    "og:article:author",
)
_BYLINES = Query(
    "(following::*[@rel='author' or contains(@itemprop, 'author') or contains(@class, 'uthor')"
    " or contains(@class, 'yline') or contains(@data-testid, 'yline') or contains(@data-testid, 'uthor')"
    " or contains(@class, 'journalist') or contains(@class, 'reporter') or contains(@class, 'writer')]"
    "[not(self::script or self::style or self::img or self::meta)])[position() <= 8]"
)
_EMAIL = re.compile(r"\S+@\S+\.\S+|\S*\[email[\s\xa0]protected\]\S*")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_HANDLE = re.compile(r"@\w+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CUT = re.compile(
    r"\s+(?:[|•·–—]|- |for |of the |in [A-Z]|at [A-Z]|from [A-Z]|\d|(?i:updated|published|posted|modified)\b"
    r"|(?i:(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
    r"|(?i:(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*)\.?\s+\d).*$"
)
_SPLIT = re.compile(r"\s*(?:;|\||/|•|·|\n|\s&\s|,?\s\b(?:and|und|et)\b\s)\s*")
_COMMA = re.compile(r"\s*,\s*")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_DOMAIN_END = re.compile(r"\.(?:com|org|net|info|co|gov|news|tv|[a-z]{2})(?:\.[a-z]{2})?$")
_PARTICLES = frozenset(
    {
        *("de", "da", "do", "dos", "das", "del", "della", "di", "van", "von", "der", "den", "la", "le"),
        *("el", "al", "bin", "ben", "ibn", "abu", "y", "e", "ter", "ten", "zu"),
    }
)
_LONGEST = 60
_MOST = 20


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
    own = {_key(n) for name in known for n in (name, _DOMAIN_END.sub("", name))} - {""}
    for raw in (_structured(head), _from_meta(head)):
        names = clean_names(raw, own)
        if names:
            return names
    shown = _shown(headline if headline is not None else root)
    for text in shown:
        names = clean_names([text], own, shown=True)
        if names:
            return names
    declared = clean_names([*_structured(head), *shown], set())
    return [n for n in declared if any(normal(n) in normal(s) for s in shown)][:1]


def _structured(head: Head) -> list[str]:
    for item in head.articles:
        if not jsonld.describes_article(item) and item is not head.articles[0]:
            continue
        for key in ("author", "creator"):
            names = list(_names(item.get(key)))
            if names:
                return names
    return []


def _names(value: Any) -> Iterable[str]:
    for one in jsonld.as_list(value):
        person = jsonld.as_object(one)
        for text in jsonld.as_list(person.get("name") if person else one):
            found = jsonld.text_of(text)
            if found and "://" not in found:
                yield found


def _from_meta(head: Head) -> list[str]:
    for name in _META:
        found = [c for c in head.all(name) if "://" not in c and not c.startswith("/")]
        if found:
            return found
    label = (head.first("twitter:label1") or "").lower()
    return head.all("twitter:data1") if label in ("written by", "by", "author") else []


def _shown(start: Element) -> list[str]:
    """Texts of byline elements after the headline, in page order."""
    found: list[str] = []
    for element in _BYLINES(start):
        names = f"{element.get('class', '')} {element.get('id', '')}".lower()
        if "comment" in names or any(a.tag in ("aside", "nav") for a in element.iterancestors()):
            continue
        text = text_in(element)
        if 2 < len(text) <= 200:
            found.append(text)
    return found


def clean_names(raw: Sequence[str], outlets: Iterable[str], *, shown: bool = False) -> list[str]:
    """``raw`` author fields as single names, without roles, addresses and the names in ``outlets``.

    Args:
        raw: Fields as they stand; one may name several persons.
        outlets: Keys (letters in lower case) of the outlet's names, which are dropped.
        shown: They are texts of the page, where more than names may stand: only what has the form of
            a person's name counts.
    """
    own = set(outlets)
    found: dict[str, str] = {}
    for field in raw:
        # In other languages the word is a part of names too: Von Miller, Di Maio.
        opening = _rule("byline" if shown else "by")
        for part in _split(_strip(field, opening), opening):
            name = _without_outlet(part, own)
            if name and _is_name(name, strict=shown):
                found.setdefault(_key(name), name)
    return list(found.values())[:_MOST]


def _key(name: str) -> str:
    """Letters and digits of ``name`` in lower case, without the article."""
    return normal(name).removeprefix("the ").replace(" ", "")


def _without_outlet(name: str, own: set[str]) -> str | None:
    """``name`` without the outlet's name behind it; nothing if it is that name, or one of its desks."""
    words = name.split()
    keys = [_key(" ".join(words[i:])) for i in range(len(words))]
    if keys and keys[0] in own:
        return None
    for i in range(2, len(words) - 1):  # "Jane Doe Daily News": a person and at least two words after
        if keys[i] in own:
            return " ".join(words[:i]).strip(" .,;|-–—")
    for i in range(1, len(words)):
        if _key(" ".join(words[:i])) in own and _rule("organization").search(" ".join(words[i:])):
            return None
    return name


def _strip(text: str, opening: re.Pattern[str]) -> str:
    for pattern in (_EMAIL, _ADDRESS, _HANDLE, _BRACKETS):
        text = pattern.sub(" ", text)
    text = opening.sub("", " ".join(text.split()))
    return _CUT.sub("", text).strip(" ,;:|-–—•·")


def _split(text: str, opening: re.Pattern[str]) -> list[str]:
    names: list[str] = []
    for part in _SPLIT.split(text):
        pieces = [p.strip(" .") for p in _COMMA.split(part) if p.strip(" .")]
        for i, piece in enumerate(pieces):
            if i and names and _SUFFIX.fullmatch(piece):
                names[-1] = f"{names[-1]}, {piece}"
            elif not (i and _rule("office").fullmatch(piece)) and not _rule("degree").fullmatch(piece):
                names.append(opening.sub("", piece).strip(" .-–—|:•"))
    return [n for n in names if n]


def _is_name(text: str, *, strict: bool) -> bool:
    if not 2 <= len(text) <= _LONGEST or any(c.isdigit() for c in text) or not any(c.isalpha() for c in text):
        return False
    if _rule("junk").fullmatch(text) or _rule("role").fullmatch(text):
        return False
    words = text.split()
    if not strict:
        return len(words) <= 8
    big = [w for w in words if w.lower() not in _PARTICLES]
    return 2 <= len(words) <= 5 and bool(big) and all(w[:1].isupper() for w in big) and text[-1] not in "?!:"


def _rule(kind: str) -> re.Pattern[str]:
    return next(rule.pattern for rule in rules()["author"] if rule.kind == kind)
