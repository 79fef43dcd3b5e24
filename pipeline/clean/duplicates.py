"""Near-duplicates: one story over outlets and versions, by MinHash over days.

Belongs here: signatures of texts and grouping by them. Does not: quotations that travel
(``pipeline.extract``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.clean.sketches import SIGNATURE_SIZE, Signature, agreeing, sketch

TextsOf = Callable[[Collection[str]], Mapping[str, str]]
"""Gives texts by article id; an id that it does not know is left out."""

_GRAM = 5
_ALIKE = 0.5
"""Least share of common word 5-grams, estimated, that needs no second look: a copy with a new lead has that."""
_WORTH_READING = 0.125
"""Least estimated share of common 5-grams for the texts themselves to be compared. A pair of 0.2 falls
below it in one case of twenty, one of 0.28 in one of three hundred."""
_CONTAINED = 0.45
"""Least share of the shorter text's 5-grams that stand in the longer one. Measured on 924 news articles of seven
publishers: versions of one story have 0.69 or more, different stories of one event with the same background
paragraphs 0.23 or less; copies that are shortened and rewritten by another desk come down to 0.55."""
_OVERLAP = 0.2
"""Least share of common 5-grams that such a pair must have too. Two articles around one long transcript have
0.12; a story printed in a round-up of five has 0.2."""
_LEAST_GRAMS = 40
"""Of shorter texts a single quotation is too much of them to tell a copy by."""
_APART = 0.1
"""Parts of one text that have less than this in common are different stories."""
_SHORTEST = 8
"""So many copies of one text are looked at for parts of a round-up."""
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Signed:
    """An article to group: its MinHash, and when it was first seen (published, else collected).

    ``group`` is set for articles of earlier days, which keep theirs.
    """

    article_id: str
    signature: Signature
    seen_at: dt.datetime
    group: str | None = None


def grams(text: str) -> set[str]:
    """The different word 5-grams of ``text``; of fewer words, all of them as one."""
    words = _WORDS.findall(text.lower())
    return {" ".join(words[i : i + _GRAM]) for i in range(max(len(words) - _GRAM + 1, 1))}


def signature(text: str) -> list[int]:
    """The MinHash of the word 5-grams of ``text``."""
    return sketch(grams(text))


class _Groups:
    """Union-find whose roots are the earliest member; groups of earlier days stay what they are."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._order: dict[str, tuple[bool, dt.datetime, bool, str]] = {}

    def add(self, key: str, at: dt.datetime, *, is_new: bool, is_group: bool = False) -> None:
        # A group's first article may lie before the days that are looked at: it is at least as early
        # as any of its members.
        order = (is_new, at, not is_group, key)
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


def group_duplicates(
    new: Sequence[Signed], history: Iterable[Signed] = (), *, texts_of: TextsOf | None = None
) -> dict[str, str]:
    """The group of each of ``new``: the earliest article, by time then id, of nearly the same text.

    Two articles are one story when half of all their words' sequences are common, and also when nearly half of
    the shorter one's stand in the other: a copy that another desk cut down.

    Args:
        new: Articles of the day, in any order.
        history: Articles of earlier days with the groups they were given. Those groups stay, also when a
            new article claims to be older.
        texts_of: Texts of articles, new and old, for the second kind of pair; without it only the first is
            found.

    Returns:
        Group ids by article id.
    """
    known = {a.article_id for a in new}
    earlier = [h for h in history if len(h.signature) == SIGNATURE_SIZE and h.article_id not in known]
    alike, doubtful = _pairs(new, earlier)
    if texts_of is not None:
        alike += _shortened(doubtful, texts_of)
    met = {key for pair in alike for key in pair}
    stories = {one.group for one in earlier if one.article_id in met}
    groups = _Groups()
    for one in new:
        groups.add(one.article_id, one.seen_at, is_new=True)
    for one in earlier:
        # Of the history only the stories that the day goes on with, each with all of its articles.
        if one.article_id in met or (one.group and one.group in stories):
            groups.add(one.article_id, one.seen_at, is_new=False)
            if one.group:
                groups.add(one.group, one.seen_at, is_new=False, is_group=True)
                groups.join(one.article_id, one.group)
    for a, b in alike:
        groups.join(a, b)
    return {one.article_id: groups.root(one.article_id) for one in new}


Pair = tuple[str, str]


def _pairs(new: Sequence[Signed], earlier: Sequence[Signed]) -> tuple[list[Pair], list[Pair]]:
    """Pairs with at least one new article whose signatures agree, and those that the texts must decide.

    Only the day's articles are looked among, so that memory does not grow with the days that are looked back.
    """
    fresh: list[Signed] = list({one.article_id: one for one in reversed(new)}.values())
    # In the order of time, for of very many copies the first ones count.
    asked: list[Signed] = sorted([*fresh, *earlier], key=lambda one: (one.seen_at, one.article_id))
    found = agreeing([one.signature for one in fresh], [one.signature for one in asked], least=_WORTH_READING)
    alike: list[Pair] = []
    doubtful: list[Pair] = []
    for at, other, agreement in found.iter_rows():
        pair = (asked[int(at)].article_id, fresh[int(other)].article_id)
        if pair[0] != pair[1]:  # two new articles may be told of twice
            (alike if agreement >= _ALIKE else doubtful).append(pair)
    return alike, doubtful


def _shortened(pairs: Sequence[Pair], texts_of: TextsOf) -> list[Pair]:
    """Those pairs of which one text is a cut-down copy of the other."""
    texts = texts_of({key for pair in pairs for key in pair})
    parts = {key: grams(text) for key, text in texts.items()}
    copies: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        if pair[0] in parts and pair[1] in parts:
            shorter, longer = sorted(pair, key=lambda key: (len(parts[key]), key))
            if shorter not in copies[longer] and _is_cut_down(parts[shorter], parts[longer]):
                copies[longer].add(shorter)
    return [
        (longer, shorter)
        for longer, found in copies.items()
        if not _is_round_up([parts[key] for key in found])
        for shorter in found
    ]


def _is_cut_down(shorter: set[str], longer: set[str]) -> bool:
    shared = len(shorter & longer)
    return (
        len(shorter) >= _LEAST_GRAMS
        and shared >= _CONTAINED * len(shorter)
        and shared >= _OVERLAP * (len(shorter) + len(longer) - shared)
    )


def _is_round_up(copies: Sequence[set[str]]) -> bool:
    """Whether a text has parts that have nothing to do with each other, which must not meet in one group.

    The shortest copies are held against all, not all against all: a wire story may have hundreds.
    """
    by_size = sorted(copies, key=len)
    return any(
        len(one & other) < _APART * len(one)
        for place, one in enumerate(by_size[:_SHORTEST])
        for other in by_size[place + 1 :]
    )
