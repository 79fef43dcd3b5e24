"""Spans to safe markup: text with ``mark`` elements that nest and cross as the spans do.

Belongs here: escaping, nesting, excerpts around spans. Does not: what the marks mean or look like.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

MARGIN = 130
"""Code points shown before and after what is marked: about a sentence and a half, enough to see who speaks."""
LONGEST = 420
"""A marked part longer than this is shown by its beginning and its end: a page quotes, it does not reprint."""
_TAIL = 80
ELLIPSIS = " … "


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to mark.

    Attributes:
        start: First code point.
        end: Code point after the last.
        css_class: Class of the element.
        attributes: Other attributes, in order; values are escaped.
        once: Attributes of the first piece only, where a span is cut into several elements.
    """

    start: int
    end: int
    css_class: str
    attributes: tuple[tuple[str, str], ...] = ()
    once: tuple[tuple[str, str], ...] = ()


def mark_up(text: str, start: int, end: int, marks: Iterable[Mark], *, used: set[Mark] | None = None) -> str:
    """``text[start:end]`` with its marks.

    Longer marks lie around shorter ones. Where two cross, the inner one is closed and opened again, so that
    every code point stands in exactly the marks that cover it.

    Args:
        text: What the offsets point into.
        start: Where to begin.
        end: Where to stop.
        marks: Spans in any order; parts outside of the range are left out.
        used: Marks that were opened before; keeps ``once`` to one element over several calls.
    """
    seen: set[Mark] = set() if used is None else used
    inside = [m for m in marks if max(m.start, start) < min(m.end, end)]
    inside.sort(key=lambda m: (m.start, -m.end))
    cuts = sorted({start, end, *(min(max(p, start), end) for m in inside for p in (m.start, m.end))})
    out: list[str] = []
    stack: list[Mark] = []
    for at, following in zip(cuts, [*cuts[1:], end], strict=True):
        wanted = [m for m in inside if m.start <= at < m.end]
        keep = _shared(stack, wanted)
        out.extend("</mark>" for _ in stack[keep:])
        out.extend(_opening(m, seen) for m in wanted[keep:])
        stack = wanted
        out.append(str(escape(text[at:following])))
    out.extend("</mark>" for _ in stack)
    return "".join(out)


def excerpt(text: str, marks: Sequence[Mark]) -> Markup:
    """The words around the marks, as markup: sentences cut at words, gaps shown by an ellipsis."""
    ranges = _merged(part for m in marks for part in _visible(text, m))
    used: set[Mark] = set()
    parts = [mark_up(text, s, e, marks, used=used).replace("\n", "<br>") for s, e in ranges]
    lead = "… " if ranges and not _begins(text, ranges[0][0]) else ""
    trail = " …" if ranges and not _ends(text, ranges[-1][1]) else ""
    return Markup(lead + ELLIPSIS.join(p.strip() for p in parts) + trail)  # noqa: S704  # each part was escaped above


def _shared(stack: list[Mark], wanted: list[Mark]) -> int:
    """How many marks, from the outermost, may stay open."""
    count = 0
    for a, b in zip(stack, wanted, strict=False):
        if a is not b:
            break
        count += 1
    return count


def _opening(mark: Mark, seen: set[Mark]) -> str:
    pairs = [("class", mark.css_class), *mark.attributes, *(() if mark in seen else mark.once)]
    seen.add(mark)
    return "<mark " + " ".join(f'{name}="{escape(value)}"' for name, value in pairs) + ">"


def _visible(text: str, mark: Mark) -> list[tuple[int, int]]:
    """The parts of the text to show for a mark."""
    start, end = _left(text, mark.start), _right(text, mark.end)
    if mark.end - mark.start <= LONGEST:
        return [(start, end)]
    head = _word_end(text, mark.start + LONGEST - _TAIL, mark.end)
    tail = _word_start(text, mark.end - _TAIL, head)
    return [(start, head), (tail, end)] if head < tail else [(start, end)]


def _left(text: str, at: int) -> int:
    """Where context before ``at`` begins: its paragraph's start, else a sentence's, else a word's."""
    floor = max(text.rfind("\n", 0, at) + 1, 0)
    if at - floor <= MARGIN:
        return floor
    sentence = text.find(". ", at - MARGIN, at - 2)
    if sentence >= 0:
        return sentence + 2
    return _word_start(text, at - MARGIN, floor)


def _right(text: str, at: int) -> int:
    """Where context after ``at`` ends."""
    ceiling = text.find("\n", at)
    ceiling = len(text) if ceiling < 0 else ceiling
    if ceiling - at <= MARGIN:
        return ceiling
    sentence = text.find(". ", at, at + MARGIN)
    return sentence + 1 if sentence >= 0 else _word_end(text, at + MARGIN, ceiling)


def _word_start(text: str, at: int, floor: int) -> int:
    space = text.find(" ", max(at, floor), max(at, floor) + 40)
    return space + 1 if space >= 0 else max(at, floor)


def _word_end(text: str, at: int, ceiling: int) -> int:
    space = text.rfind(" ", max(at - 40, 0), at)
    return min(space if space >= 0 else at, ceiling)


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order; those that touch, or lie a few words apart, are one."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if out and start <= out[-1][1] + 12:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _begins(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n" or text[at - 2 : at] == ". "


def _ends(text: str, at: int) -> bool:
    return at >= len(text) or text[at] == "\n" or text[at - 1] == "."
