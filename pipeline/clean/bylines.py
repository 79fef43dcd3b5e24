"""Bylines: the names in a field or line that says who wrote an article.

Belongs here: taking fields apart into names; leaving out offices, places, addresses and the outlet's
own name. Does not: finding those fields on a page (``authors.py``), resolving names to actors
(``pipeline.extract``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from pipeline.clean.furniture import rules
from pipeline.clean.lines import normal

_EMAIL = re.compile(r"\S+@\S+\.\S+|\S*\[email[\s\xa0]protected\]\S*")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_HANDLE = re.compile(r"@\w+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[【】《》]")
_SPLIT = re.compile(
    r"\s*(?:[;|/•·+、，\n]|\s&\s|,?\s\b(?i:and|und|et|och|og|sowie)\b\s)\s*"
    r"|\s+(?i:with|avec|mit|con|com|met|med)\s+(?=[A-Z])"
)
_SHORT_AND = re.compile(r"\s(?:y|e|en|i|a|és|ja|ve|и|та|і)\s")
"""Words for "and" that are parts of names and other words too: they part two whole names only."""
_COMMA = re.compile(r"\s*,\s*")
_CUT = re.compile(
    r"\s+(?:[|•·–—]|- |for |of the |(?:in|at|from|aus|en|à) (?:the )?[A-ZÀ-Þ]|with |avec |mit |\d"
    r"|(?i:updated|published|posted|modified)\b|(?i:(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
    r"|(?i:(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*)\.?\s+\d).*$"
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,12}")
_PARTICLES = frozenset(
    {
        *("de", "da", "do", "dos", "das", "del", "della", "di", "van", "von", "der", "den", "la", "le"),
        *("el", "al", "bin", "ben", "ibn", "abu", "y", "e", "ter", "ten", "zu"),
    }
)
_LONGEST = 60
_MOST = 20


def clean_names(raw: Sequence[str], outlets: Iterable[str], *, shown: bool = False) -> list[str]:
    """``raw`` author fields as single names, without roles, places, addresses and the names in ``outlets``.

    Args:
        raw: Fields as they stand; one may name several persons.
        outlets: Keys (letters in lower case) of the outlet's names, which are dropped.
        shown: They are texts of the page, where more than names may stand: only what has the form of
            a person's name, or is the name of an agency, counts.
    """
    own = set(outlets)
    found: dict[str, str] = {}
    for field in raw:
        names = list(_names_in(field, own, shown=shown))
        people = [name for name in names if not rule("desk").search(name)]
        for name in people or names:
            found.setdefault(key_of(name), name)
    return list(found.values())[:_MOST]


def key_of(name: str) -> str:
    """Letters and digits of ``name`` in lower case, without the article."""
    return normal(name).removeprefix("the ").replace(" ", "")


@lru_cache(maxsize=32)
def rule(kind: str) -> re.Pattern[str]:
    """The pattern of a kind of author rule in ``furniture.csv``."""
    return next(r.pattern for r in rules()["author"] if r.kind == kind)


def _names_in(field: str, own: set[str], *, shown: bool) -> Iterator[str]:
    for part, is_single in _split(_strip(field), own, shown=shown):
        name = _without_outlet(_without_office(part), own)
        if name and not (is_single and not _is_agency(name)) and _is_name(name, strict=shown):
            yield name


def _strip(text: str) -> str:
    for pattern in (_EMAIL, _ADDRESS, _HANDLE, _BRACKETS):
        text = pattern.sub(" ", text)
    return " ".join(text.split())


def _split(text: str, own: set[str], *, shown: bool) -> Iterator[tuple[str, bool]]:
    """Parts that may be names, and whether one is a single word behind a comma: a place, mostly."""
    for chunk in _SPLIT.split(_opened(text, shown=shown)):
        pieces = [p for piece in _COMMA.split(chunk) if (p := _bare(piece))]
        if not shown and len(pieces) == 2 and _is_inverted(pieces, own):
            yield f"{pieces[1]} {pieces[0]}", False
            continue
        yield from _people(pieces, own, shown=shown)


def _people(pieces: Sequence[str], own: set[str], *, shown: bool) -> Iterator[tuple[str, bool]]:
    held: str | None = None
    whole = bool(pieces) and (" " in pieces[0] or key_of(pieces[0]) in own)
    for i, piece in enumerate(pieces):
        if held and _SUFFIX.fullmatch(piece):
            held = f"{held}, {piece}"
            continue
        if rule("degree").fullmatch(piece) or (i and rule("office").fullmatch(piece)):
            continue
        is_phrase = i > 0 and piece[0].islower() and not pieces[0][0].islower() and not _is_agency(piece)
        if is_phrase or rule("picture").match(piece):
            continue
        if held:
            yield held, False
            held = None
        parts = [_bare(_CUT.sub("", _opened(p, shown=shown))) for p in _two_people(piece)]
        for name in parts[:-1]:
            yield name, False
        if i and " " not in parts[-1] and whole:
            yield parts[-1], True
        else:
            held = parts[-1]
    if held:
        yield held, False


def _two_people(piece: str) -> list[str]:
    parts = _SHORT_AND.split(piece)
    return parts if all(" " in part.strip() for part in parts) else [piece]


def _is_inverted(pieces: Sequence[str], own: set[str]) -> bool:
    """Surname, first name: as catalogues write it."""
    return all(
        p.isalpha() and p[0].isupper() and not p.isupper() and not _is_agency(p) and key_of(p) not in own
        for p in pieces
    )


def _opened(text: str, *, shown: bool) -> str:
    """``text`` without the words that open a byline.

    In other languages the word is a part of names too (Von Miller, Di Maio): in fields it opens one
    only where two more names follow.
    """
    text = rule("label").sub("", text)
    opening = rule("byline")
    bare = opening.sub("", text)
    if shown or rule("by").match(text):
        return bare
    words = bare.split()
    return bare if len(words) >= 2 and words[0][:1].isupper() else text


def _bare(text: str) -> str:
    text = text.strip(" .,;:|-–—•·")
    return rule("affix").sub("", text) if _UNSPACED.fullmatch(text) else text


def _is_agency(name: str) -> bool:
    return rule("agency").fullmatch(name) is not None


def _without_office(name: str) -> str:
    """``name`` without an office that stands beside it with no comma between; a desk stays one."""
    words = name.split() if not rule("desk").search(name) else []
    for i in range(2, len(words)):
        if rule("role").fullmatch(" ".join(words[i:])):
            return " ".join(words[:i])
    for i in range(len(words) - 2, 0, -1):
        if rule("role").fullmatch(" ".join(words[:i])):
            return " ".join(words[i:])
    return name


def _without_outlet(name: str, own: set[str]) -> str | None:
    """``name`` without the outlet's name behind it; nothing if it is that name, or one of its desks."""
    words = name.split()
    keys = [key_of(" ".join(words[i:])) for i in range(len(words))]
    if keys and keys[0] in own:
        return None
    for i in range(2, len(words) - 1):  # "Jane Doe Daily News": a person and at least two words after
        if keys[i] in own:
            return " ".join(words[:i]).strip(" .,;|-–—")
    for i in range(1, len(words)):
        if key_of(" ".join(words[:i])) in own and rule("organization").search(" ".join(words[i:])):
            return None
    return name


def _is_name(text: str, *, strict: bool) -> bool:
    if not 2 <= len(text) <= _LONGEST or any(c.isdigit() for c in text) or not any(c.isalpha() for c in text):
        return False
    if rule("junk").fullmatch(text) or rule("role").fullmatch(text):
        return False
    words = text.split()
    if not strict:
        return len(words) <= 8
    if _is_agency(text) or _UNSPACED.fullmatch(text):
        return True
    big = [w for w in words if w.lower() not in _PARTICLES]
    return 2 <= len(words) <= 5 and bool(big) and all(w[:1].isupper() for w in big) and text[-1] not in "?!:"
