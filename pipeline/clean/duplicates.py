"""Near-duplicates: one story over outlets and versions, by MinHash over days.

Belongs here: signatures of texts and grouping by them. Does not: quotations that travel
(``pipeline.extract``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.clean.sketches import SIGNATURE_SIZE, Index, sketch

_GRAM = 5
_ALIKE = 0.5
"""Least share of common word 5-grams, estimated; a copy with a new lead and a cut end has about that."""
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Signed:
    """An article to group. ``group`` is set for articles of earlier days, which keep theirs."""

    article_id: str
    signature: Sequence[int]
    collected_at: dt.datetime
    group: str | None = None


def signature(text: str) -> list[int]:
    """The MinHash of the word 5-grams of ``text``."""
    words = _WORDS.findall(text.lower())
    return sketch(sorted({" ".join(words[i : i + _GRAM]) for i in range(max(len(words) - _GRAM + 1, 1))}))


class _Groups:
    """Union-find whose roots are the earliest member."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._order: dict[str, tuple[dt.datetime, int, str]] = {}

    def add(self, key: str, at: dt.datetime, *, is_group: bool = False) -> None:
        # A group's first article may lie before the days that are looked at: it is at least as early
        # as any of its members.
        order = (at, 0 if is_group else 1, key)
        self._above.setdefault(key, key)
        self._order[key] = min(order, self._order.get(key, order))

    def root(self, key: str) -> str:
        while self._above[key] != key:
            self._above[key] = self._above[self._above[key]]
            key = self._above[key]
        return key

    def join(self, a: str, b: str) -> None:
        first, second = sorted((self.root(a), self.root(b)), key=self._order.__getitem__)
        self._above[second] = first


def group_duplicates(new: Sequence[Signed], history: Iterable[Signed] = ()) -> dict[str, str]:
    """The group of each of ``new``: the earliest article, by collection then id, of nearly the same text.

    Args:
        new: Articles of the day, in any order.
        history: Articles of earlier days with the groups they were given.

    Returns:
        Group ids by article id.
    """
    earlier = [h for h in history if len(h.signature) == SIGNATURE_SIZE]
    known = {a.article_id for a in new}
    everyone = [*new, *(h for h in earlier if h.article_id not in known)]
    groups = _Groups()
    for one in everyone:
        groups.add(one.article_id, one.collected_at)
        if one.group and one.article_id not in known:
            groups.add(one.group, one.collected_at, is_group=True)
            groups.join(one.article_id, one.group)
    for a, b in _alike(everyone, known):
        groups.join(a, b)
    return {one.article_id: groups.root(one.article_id) for one in new}


def _alike(everyone: Sequence[Signed], known: set[str]) -> Iterable[tuple[str, str]]:
    """Pairs with at least one new article whose signatures agree."""
    index = Index(_ALIKE)
    for one in everyone:
        index.add(one.article_id, one.signature)
    for key in sorted(known):
        for other in index.like(key):
            yield key, other
