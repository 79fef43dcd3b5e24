"""Conjuncts: joint speakers taken apart.

Belongs here: "NATO and the United States" are two speakers, "US, NATO and Ukrainian officials" one group.
Does not: reading each of them (``phrases.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.extract.layout import Layout, Token
from pipeline.extract.lexicon import Lexicon, lexicon
from pipeline.extract.persona import Name
from pipeline.extract.phrases import OPENERS, head_of

Span = tuple[int, int]

_AND = ("and", "&")


def split_speakers(layout: Layout, start: int, end: int, names: Sequence[Name]) -> list[Span]:
    """Spans of the speakers in ``[start, end)``, in text order; one where there is nothing to split.

    A conjunct counts when a name heads it, or when it is a noun phrase with a determiner of its own ("Mr
    Trump and his advisers"); what lies in an apposition or behind a preposition counts only if a person's
    name heads it.
    """
    words = lexicon()
    tokens = layout.between(start, end)
    cuts = [i for i in range(len(tokens)) if _may_split(tokens, i, names, words)]
    if not cuts:
        return [(start, end)]
    edges = [-1, *cuts, len(tokens)]
    parts = [p for a, b in pairwise(edges) if (p := _trim(tokens[a + 1 : b]))]
    if len(parts) > 1 and all(_can_stand(p, names, words) for p in parts):
        return [(p[0].start, p[-1].end) for p in parts]
    return _split_at_last_and(tokens, cuts, names, words) or [(start, end)]


def _split_at_last_and(
    tokens: list[Token], cuts: list[int], names: Sequence[Name], words: Lexicon
) -> list[Span] | None:
    """Two spans, for "John Smith, head of A, and Mary Jones"."""
    for cut in reversed(cuts):
        left, right = _trim(tokens[:cut]), _trim(tokens[cut + 1 :])
        if tokens[cut].low not in _AND or not left or not right:
            continue
        if _is_headed(left, names, words) and _is_headed(right, names, words, "person"):
            return [(left[0].start, left[-1].end), (right[0].start, right[-1].end)]
    return None


def _trim(tokens: list[Token]) -> list[Token]:
    edge = (",", "both", ";", *_AND)
    while tokens and tokens[0].low in edge:
        tokens = tokens[1:]
    while tokens and tokens[-1].low in edge:
        tokens = tokens[:-1]
    return tokens


def _may_split(tokens: list[Token], at: int, names: Sequence[Name], words: Lexicon) -> bool:
    """Whether the token at ``at`` can stand between two speakers."""
    token = tokens[at]
    if token.low not in (",", "/", *_AND) or _in_name(token, names):
        return False
    if token.low == ",":
        following = tokens[at + 1].low if at + 1 < len(tokens) else ""
        if following in ("and", "who", "which") or not any(t.low in _AND for t in tokens[at:]):
            return False
    before = [t.low for t in tokens[:at] if not _in_name(t, names)]
    if _by_makers(tokens, at, names, words):
        return True
    hangs = any(words.is_a(w, "preposition") or w in ("who", "which", "that") for w in before)
    if hangs or _in_apposition(tokens[:at], words):
        return _is_headed(_trim(tokens[at + 1 :]), names, words, "person")
    return True


def _by_makers(tokens: Sequence[Token], at: int, names: Sequence[Name], words: Lexicon) -> bool:
    """Whether "and" stands between two who made a document: "a study by Orlo College and the Tarn Institute"."""
    lows = [t.low for t in tokens[:at]]
    if tokens[at].low not in _AND or "by" not in lows or not names:
        return False
    by = lows.index("by")
    is_document = by > 0 and (lows[by - 1] in words.document_nouns)
    return (
        is_document
        and _is_headed(tokens[by + 1 : at], names, words)
        and _is_headed(_trim(list(tokens[at + 1 :])), names, words)
    )


def _in_name(token: Token, names: Sequence[Name]) -> bool:
    return any(n.start <= token.start < n.end for n in names)


def _in_apposition(before: Sequence[Token], words: Lexicon) -> bool:
    """Whether a comma has opened an apposition: ", a professor", ", director of"."""
    return any(
        comma.low == ","
        and (words.is_a(following.low, "determiner") or words.person_noun_ending([following.low]) is not None)
        for comma, following in pairwise(before)
    )


def _is_headed(tokens: Sequence[Token], names: Sequence[Name], words: Lexicon, kind: str = "") -> bool:
    """Whether the tokens up to a comma or preposition end in a name, of ``kind`` if given."""
    last: Token | None = None
    for token in tokens:
        ends = token.low in OPENERS or token.low in _AND or words.is_a(token.low, "preposition")
        if ends and not _in_name(token, names):
            break
        last = token if token.is_word and not token.is_possessive else last
    if last is None:
        return False
    at = last.start
    return any(n.start <= at < n.end and kind in ("", n.kind) for n in names)


def _can_stand(tokens: Sequence[Token], names: Sequence[Name], words: Lexicon) -> bool:
    """Whether a conjunct can be a speaker of its own."""
    first = tokens[0].low
    pronoun = words.pronouns.get(first)
    if _is_headed(tokens, names, words) or (
        len(tokens) == 1 and pronoun is not None and pronoun.kind == "personal"
    ):
        return True
    if not words.is_a(first, "determiner", "quantifier"):
        return False
    plain = [t.low for t in tokens if t.is_word and not t.is_possessive]
    cut = next((i for i, w in enumerate(plain) if i and words.is_a(w, "preposition")), len(plain))
    return head_of(plain[:cut], words)[1] != "unknown"
