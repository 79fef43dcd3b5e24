"""Findings: what decoding makes of a text, and the thresholds it goes by.

Belongs here: the types that the steps of decoding hand on. Does not: the steps (``decode.py``, ``claims.py``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Decoding:
    """Thresholds of decoding."""

    sure: float = 0.42
    """Least confidence (cue, content and speaker together) of an attribution; recall against precision."""
    rescue: float = 0.12
    """Least chance that a cue begins, where its content is a quotation that nobody else claims."""
    cluster: int = 3
    """Pieces within which two candidate beginnings are one cue."""
    change: float = 0.8
    """Cost, in nats, of each change of role along the words; smooths ragged spans."""
    reach: float = 0.6
    """Nats by which content words are favoured: a clause that may still be content mostly is."""
    speaker: float = 0.25
    """Least mean chance of a speaker span."""
    lean: float = 1.2
    """Nats by which speaker words are favoured where a first look finds no speaker: most cues have one."""
    quoted: float = 0.5
    """Share of a quotation that must be content for all of it to become content."""
    scare_words: int = 4
    """Quotations of so few words are never statements by themselves."""
    bare: float = 0.4
    """Confidence of a quoted sentence without cue; about half of those on the dev split are statements."""
    same: float = 0.5
    """Contents that overlap by more, with cues side by side, are one attribution seen twice."""


@dataclass(slots=True)
class Found:
    """One attribution as decoded; spans are half-open code-point offsets into the text.

    ``chance`` is the tagger's that a cue begins here; ``confidence`` also weighs speaker and content.
    """

    cue: Span | None
    speaker: Span | None
    content: list[Span]
    confidence: float
    chance: float = 1.0


class Places:
    """Attributions by where something of theirs lies, to look only at those near a span.

    Without it every quotation would be held against every attribution, and a text of a book's length
    would take the square of its length. Spans may be added, never taken away.
    """

    _CELL = 512

    def __init__(self) -> None:
        self._cells: dict[int, list[tuple[int, Found]]] = {}
        self._order: dict[int, int] = {}

    def add(self, found: Found, spans: Iterable[Span]) -> None:
        """Say that ``found`` has something at ``spans``; the first call for it fixes its place in the order."""
        order = self._order.setdefault(id(found), len(self._order))
        for start, end in spans:
            for cell in range(start // self._CELL, max(start, end - 1) // self._CELL + 1):
                entries = self._cells.setdefault(cell, [])
                if not any(at == order for at, _ in entries):
                    entries.append((order, found))

    def near(self, start: int, end: int) -> list[Found]:
        """All with something within ``[start, end)``, and some beside it, in the order they were added."""
        cells = range(max(start, 0) // self._CELL, max(start, end - 1, 0) // self._CELL + 1)
        found = {order: f for cell in cells for order, f in self._cells.get(cell, ())}
        return [found[order] for order in sorted(found)]


class Coverage:
    """Whether anything of a fixed set of spans touches a place; each question costs a binary search."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def touches(self, start: int, end: int) -> bool:
        """Whether a span has a character within ``[start, end)``."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start
