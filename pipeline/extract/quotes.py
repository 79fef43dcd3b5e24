"""Quotation marks: where a text quotes, as spans that hold for every mark style.

Belongs here: pairing marks (straight, curly, angle, low-high, outer single) into spans, and a
length-preserving normal form of marks for the tagger. Does not: deciding whether a quotation is a
statement (scare quotes are told apart in ``decode.py``, which sees speaker and cue).
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

DOUBLE_OPEN = frozenset("“„‟«「『")
DOUBLE_CLOSE = frozenset("”»」』")
DOUBLE_STRAIGHT = frozenset('"＂')
DOUBLE = DOUBLE_OPEN | DOUBLE_CLOSE | DOUBLE_STRAIGHT
SINGLE = frozenset("'‘’‚‛‹›")
_SINGLE_OPEN = frozenset("'‘‚‛‹")
_SINGLE_CLOSE = frozenset("'’‘›")
_BEFORE_OPEN = frozenset(' \t\n\r\u00a0\u2009\u202f([{—–-:,/"“«„…')
_PARAGRAPH = re.compile(r"[^\n]+")
_MARKS = re.compile("[" + "".join(sorted(DOUBLE)) + "]")
_SINGLE_OPENING = re.compile(r"(?<![^\s(\[{—–:,/…-])['‘‚‛‹](?=[^\W_])")
_SINGLE_CLOSING = re.compile(r"(?<=\S)['’‘›](?!\w)")


@dataclass(frozen=True, slots=True)
class Quotation:
    """One quoted stretch of one paragraph.

    ``start`` and ``end`` are half-open code-point offsets and include the marks. ``closed`` is False
    when the paragraph ends inside the quotation; ``continued`` is True when it takes up an
    open quotation of the paragraph before it (newspapers open each paragraph of a long quotation
    and close only the last).
    """

    start: int
    end: int
    closed: bool
    continued: bool
    is_single: bool = False


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Spans of the non-empty lines of ``text``; ``articles.text`` keeps one paragraph a line."""
    return [m.span() for m in _PARAGRAPH.finditer(text) if not m.group().isspace()]


def quotations(text: str) -> list[Quotation]:
    """All outer quotations of ``text`` in text order; never raises, linear in its length.

    Double marks win; single marks count only outside of them (British style and headlines).
    A stray closing mark with nothing open closes a quotation that the paragraph before left open,
    else it is ignored, as is an inch mark (``6'2"``).
    """
    found: list[Quotation] = []
    open_before = False
    for start, end in paragraphs(text):
        double, open_before = _double_marks(text, start, end, open_before)
        found += _outermost(double, _single_marks(text, start, end, double))
    return sorted(found, key=lambda q: q.start)


def _outermost(double: list[Quotation], single: list[Quotation]) -> list[Quotation]:
    """Double quotations wholly inside a single one give way to it; a single one that crosses any is none."""
    kept = list(double)
    for s in single:
        meeting = [q for q in kept if q.start < s.end and s.start < q.end]
        if all(s.start <= q.start and q.end <= s.end for q in meeting):
            kept = [q for q in kept if q not in meeting]
            kept.append(s)
    return kept


def _double_marks(text: str, start: int, end: int, open_before: bool) -> tuple[list[Quotation], bool]:
    found: list[Quotation] = []
    opened: int | None = None
    first = start
    while first < end and text[first].isspace():
        first += 1
    for match in _MARKS.finditer(text, start, end):
        at, mark = match.start(), match.group()
        if opened is None:
            if _opens(text, at, mark, start, end):
                opened = at
            elif open_before and not found and mark not in DOUBLE_OPEN:
                found.append(Quotation(first, at + 1, closed=True, continued=True))
        elif mark in DOUBLE_OPEN and not (text[opened] in "„»" and mark in "“«"):
            # A second opening mark: the writer forgot to close the first one.
            found.append(Quotation(opened, at, closed=False, continued=False))
            opened = at
        else:
            continued = open_before and not found and opened == first
            found.append(Quotation(opened, at + 1, closed=True, continued=continued))
            opened = None
    if opened is not None:
        continued = open_before and not found and opened == first
        found.append(Quotation(opened, end, closed=False, continued=continued))
        return found, True
    return found, False


def _opens(text: str, at: int, mark: str, start: int, end: int) -> bool:
    before = text[at - 1] if at > start else " "
    after = text[at + 1] if at + 1 < end else " "
    if mark in DOUBLE_OPEN:
        return not after.isspace() or before.isspace()
    if after.isspace():
        return False
    return before in _BEFORE_OPEN or before.isspace() or (mark in DOUBLE_STRAIGHT and before in "'‘’(.")


def _single_marks(text: str, start: int, end: int, double: list[Quotation]) -> list[Quotation]:
    opening = _SINGLE_OPENING.search(text, start, end)
    if opening is None:
        return []
    closings = [m.start() for m in _SINGLE_CLOSING.finditer(text, start, end)]
    strong = [c for c in closings if text[c - 1] in ".,!?…" or text[c] == "›"]
    found: list[Quotation] = []
    after = start
    for opening in _SINGLE_OPENING.finditer(text, start, end):
        at = opening.start()
        if at < after or any(q.start <= at < q.end for q in double):
            continue
        if text[at] == "'" and text[at + 1].isdigit():  # '90s
            continue
        k = bisect.bisect_right(closings, at + 1)
        if k == len(closings):
            break
        close = closings[k]
        s = bisect.bisect_right(strong, at + 1)
        # A mark after an s may be a possessive ("workers' rights"): a mark after punctuation wins.
        if text[close - 1] == "s" and s < len(strong):
            rest = text[close + 1 : strong[s]]
            if not _SINGLE_OPENING.search(rest):
                close = strong[s]
        found.append(Quotation(at, close + 1, closed=True, continued=False, is_single=True))
        after = close + 1
    return found


_NORMAL = (
    {ord(c): '"' for c in DOUBLE}
    | {ord(c): "'" for c in SINGLE}
    | dict.fromkeys([*range(10), *range(11, 32), 0x7F, 0xFFFD, 0xFEFF], " ")
    | dict.fromkeys(range(0xD800, 0xE000), " ")  # lone surrogates, which no tokenizer takes
    | {ord(c): "-" for c in "–—―−"}
)


def normal_marks(text: str, found: list[Quotation] | None = None) -> str:
    """``text`` with one form for each mark, code point for code point (offsets stay valid).

    Double marks of every style and the outer single marks of a quotation become ``"``, other single
    marks ``'``, dashes ``-``, control characters a space. What the tagger reads; never stored.
    """
    normal = text.translate(_NORMAL)
    singles = [q for q in (found if found is not None else quotations(text)) if q.is_single]
    if not singles:
        return normal
    chars = list(normal)
    for q in singles:
        chars[q.start] = chars[q.end - 1] = '"'
    return "".join(chars)
