"""Quotation marks: where a text quotes, as spans that hold for every mark style.

Belongs here: pairing marks (straight, curly, angle, low-high, outer single) into spans, and a
length-preserving normal form of marks for the tagger. Does not: deciding whether a quotation is a
statement (scare quotes are told apart in ``decode.py``, which sees speaker and cue).
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, replace

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
_PAIRED = re.compile(r"(?<![\d'’‘`])(?:''|’’|‘‘|``)(?!['’‘`])")
"""Two single marks as one double; after a figure they are seconds or inches."""
_SINGLE_FIRST = re.compile(r"[^\S\n]*['‘‚‛‹](?=[^\W_])")
_POSSESSIVE = re.compile(r"s['’] [a-z]")
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
    written, text = text, _double_for_paired_singles(text)
    found: list[Quotation] = []
    open_before = single_before = False
    parts = paragraphs(text)
    nexts = [*(first for first, _ in parts[1:]), len(text)]
    for (start, end), following in zip(parts, nexts, strict=False):
        double, open_before = _double_marks(text, start, end, open_before)
        goes_on = _SINGLE_FIRST.match(text, following) is not None
        single, single_before = _single_marks(text, start, end, double, goes_on, single_before)
        found += _outermost(double, single)
    if text is not written:
        found = [_with_both_marks(written, text, q) for q in found]
    return sorted(found, key=lambda q: q.start)


def _double_for_paired_singles(text: str) -> str:
    """``text`` with two single marks for one double (``''so''``, as news archives store it) as a double mark.

    Length is kept: the mark stands next to the words, a space takes the other place.
    """
    if not _PAIRED.search(text):
        return text

    def mark(match: re.Match[str]) -> str:
        before = text[match.start() - 1 : match.start()]
        after = text[match.end() : match.end() + 1]
        return ' "' if after.strip() and (not before or before in _BEFORE_OPEN) else '" '

    return _PAIRED.sub(mark, text)


def _with_both_marks(written: str, text: str, q: Quotation) -> Quotation:
    """The quotation with both marks of each pair inside, as they are written."""
    first = q.start - (q.start > 0 and _PAIRED.match(written, q.start - 1) is not None)
    more = q.closed and q.end < len(text) and _PAIRED.match(written, q.end - 1) is not None
    return replace(q, start=first, end=q.end + more)


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


def _single_marks(
    text: str, start: int, end: int, double: list[Quotation], goes_on: bool, open_before: bool
) -> tuple[list[Quotation], bool]:
    """Single quotations of one paragraph, and whether the last of them stays open.

    ``goes_on``: the next paragraph begins with a single mark, so a quotation that does not close here may
    run on; ``open_before``: the paragraph before left one open.
    """
    if _SINGLE_OPENING.search(text, start, end) is None:
        return [], False
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
        continued = open_before and not found and not text[start:at].strip()
        close = _single_close(text, at, closings, strong)
        if goes_on and (close is None or _possessive(text, close)):
            return [*found, Quotation(at, end, closed=False, continued=continued, is_single=True)], True
        if close is None:
            break
        found.append(Quotation(at, close + 1, closed=True, continued=continued, is_single=True))
        after = close + 1
    return found, False


def _single_close(text: str, at: int, closings: list[int], strong: list[int]) -> int | None:
    """Where the single quotation that opens at ``at`` closes, if it does."""
    k = bisect.bisect_right(closings, at + 1)
    if k == len(closings):
        return None
    close = closings[k]
    s = bisect.bisect_right(strong, at + 1)
    # A mark after an s may be a possessive ("workers' rights"): a mark after punctuation wins.
    if text[close - 1] == "s" and s < len(strong) and not _SINGLE_OPENING.search(text[close + 1 : strong[s]]):
        return strong[s]
    return close


def _possessive(text: str, close: int) -> bool:
    return _POSSESSIVE.match(text, close - 1) is not None


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
    normal = _double_for_paired_singles(text).translate(_NORMAL)
    singles = [q for q in (found if found is not None else quotations(text)) if q.is_single]
    if not singles:
        return normal
    chars = list(normal)
    for q in singles:
        chars[q.start] = '"'
        if q.closed:
            chars[q.end - 1] = '"'
    return "".join(chars)
