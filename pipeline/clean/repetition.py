"""Repetition: lines that stand in many pages of one outlet are its furniture.

Belongs here: counting lines over an outlet's articles. Does not: judging one page (``lines.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline.clean.lines import Line, normal

LEAST_PAGES = 3
"""Different stories that a line must stand in."""
_LEAST_TITLE_SHARE = 0.1
_LEAST_SENTENCE_SHARE = 0.3
"""Share of the outlet's stories: titles of promoted stories stand in some of them, the same background
sentence can too, boxes and notes of the outlet stand in most."""
_LEAST_SHORT_PAGES = 5
_SHORT_LINE = 25
"""Characters below which a line ("He said.") needs more pages to be told from chance."""
_MOST_LOST = 0.5
"""Share of a story that may go; beyond that the outlet writes by template, and the lines are the story."""


def repeated_lines(stories: Sequence[Iterable[Line]]) -> frozenset[str]:
    """Lines (in normal form) that are furniture of an outlet's pages.

    Args:
        stories: The kept lines of each of the outlet's different stories.
    """
    pages: Counter[str] = Counter()
    sentences: Counter[str] = Counter()
    for story in stories:
        kept = {normal(line.text): line.is_sentence for line in story}
        pages.update(kept.keys())
        sentences.update(key for key, is_sentence in kept.items() if is_sentence)
    found: set[str] = set()
    for key, count in pages.items():
        share = _LEAST_SENTENCE_SHARE if 2 * sentences[key] > count else _LEAST_TITLE_SHARE
        least = LEAST_PAGES if len(key) >= _SHORT_LINE else _LEAST_SHORT_PAGES
        if key and count >= least and count >= share * len(stories):
            found.add(key)
    return frozenset(found)


def without(lines: Sequence[Line], repeated: frozenset[str]) -> list[Line]:
    """``lines`` without the ``repeated`` ones, or all of them if too little would be left."""
    left = [line for line in lines if normal(line.text) not in repeated]
    size = sum(len(line.text) for line in lines)
    return left if sum(len(line.text) for line in left) >= (1 - _MOST_LOST) * size else list(lines)
