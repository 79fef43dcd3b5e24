"""Names as they stand in the text: spans cleaned of titles, marks and what taggers drag in.

Belongs here: the value of a name and of a role, and cleaning spans. Does not: what is said beside a name
(``titles.py``) or which names are one actor (``chains.py``).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.extract.actor_seeds import SeedHit
from pipeline.extract.layout import Layout, Token
from pipeline.extract.lexicon import fold, lexicon

_SURE_TITLES = frozenset(("mr", "mrs", "ms", "dr", "sen", "rep", "gov"))
"""Titles that make a person of a name that the tagger took for something else."""
_BREAKS = frozenset(("“", "”", '"', "‘", "''", "``", ":", ";"))
_COMPOUND = re.compile(
    r"(\w[\w.]*)[-‑–](?:[a-z]+ed|led|born|run|made|held|wide|style|owned|like|era|friendly|free)"
)
_KINDS = {"PERSON": "person", "ORGANIZATION": "organization", "LOCATION": "place"}
_WORD = re.compile(r"(?:[^\W\d_]\.)+|[^\W_]+(?:[-'&.@][^\W_]+)*|&")


@dataclass(frozen=True, slots=True)
class Role:
    """A role said of somebody: its head noun, the whole phrase and the body or country it is of.

    ``is_owned`` marks a role by a possessive pronoun ("his lawyer, Mark Smith").
    """

    noun: str
    phrase: str
    affiliation: str | None
    is_former: bool
    at: int
    is_owned: bool = False


@dataclass(slots=True)
class Name:
    """A name in the text.

    ``start`` and ``end`` leave out title and possessive ending. ``words`` are folded, without titles.
    ``kind`` is person, organization, place or other. ``lead`` is where its titles begin, ``tail`` where an
    apposition after it ends, ``front`` where a description before it begins ("His running mate, …");
    ``tail`` and ``front`` are 0 where there is none. ``is_subject`` marks a name that begins a clause,
    ``is_topic`` a possessive that does. ``full`` is the whole name that it is short for, where that is
    known from outside of the text ("the Gazette" in the Harbour Gazette).
    """

    start: int
    end: int
    text: str
    words: tuple[str, ...]
    kind: str
    hits: tuple[SeedHit, ...] = ()
    lead: int = 0
    gender: str = ""
    has_title: bool = False
    is_subject: bool = False
    is_possessive: bool = False
    is_topic: bool = False
    roles: list[Role] = field(default_factory=list[Role])
    tail: int = 0
    front: int = 0
    full: str = ""


@dataclass(frozen=True, slots=True)
class RawName:
    """A row of ``names`` with its meanings among the seeds; ``full`` as in ``Name``."""

    start: int
    end: int
    name_type: str
    score: float
    hits: tuple[SeedHit, ...] = ()
    full: str = ""


class NameIndex:
    """The names of a text, found by offset."""

    def __init__(self, names: Sequence[Name]) -> None:
        self.names = names
        self._starts = [n.start for n in names]

    def at(self, offset: int) -> Name | None:
        """The name that ``offset`` lies in."""
        i = bisect_right(self._starts, offset) - 1
        return self.names[i] if i >= 0 and offset < self.names[i].end else None

    def overlapping(self, start: int, end: int) -> Sequence[Name]:
        """The names that share an offset with ``[start, end)``."""
        first = bisect_right(self._starts, start) - 1
        if first < 0 or self.names[first].end <= start:
            first += 1
        return self.names[first : bisect_left(self._starts, end)]

    def in_titles(self) -> set[int]:
        """Starts of the names that are part of another's title: "Kremlin" of "Kremlin spokesman Besk"."""
        titled = (n for n in self.names if n.lead < n.start)
        return {part.start for n in titled for part in self.overlapping(n.lead, n.start)}

    def next_after(self, offset: int) -> Name | None:
        """The first name that begins at ``offset`` or behind it."""
        i = bisect_left(self._starts, offset)
        return self.names[i] if i < len(self.names) else None


def clean_names(layout: Layout, raw: Sequence[RawName]) -> list[Name]:
    """The names of a text in text order; of spans that overlap the first and longest counts."""
    names: list[Name] = []
    for row in sorted([*raw, *_again(layout, raw)], key=lambda r: (r.start, -r.end)):
        if names and row.start < names[-1].end:
            continue
        name = _clean(layout, row)
        if name is not None:
            names.append(name)
    return names


def _again(layout: Layout, raw: Sequence[RawName]) -> list[RawName]:
    """Surnames of persons named in full that the tagger overlooked elsewhere in the text."""
    surnames: dict[str, RawName] = {}
    for row in raw:
        if row.name_type != "PERSON":
            continue
        tokens = [t for t in layout.between(row.start, row.end) if t.is_word and not t.is_possessive]
        if len(tokens) > 1 and tokens[-1].is_capital and len(tokens[-1].text) > 3:
            surnames.setdefault(tokens[-1].text, row)
    covered = sorted((r.start, r.end) for r in raw)
    found: list[RawName] = []
    at = 0
    for token in layout.tokens:
        while at < len(covered) and covered[at][1] <= token.start:
            at += 1
        if token.text in surnames and not (at < len(covered) and covered[at][0] <= token.start):
            found.append(RawName(token.start, token.end, "PERSON", surnames[token.text].score))
    return found


def _clean(layout: Layout, row: RawName) -> Name | None:
    words = lexicon()
    tokens = _within(layout, row)
    while tokens and not tokens[0].is_word:
        tokens = tokens[1:]
    lead = tokens[0].start if tokens else row.start
    kind = _KINDS.get(row.name_type, "other")
    title, tokens = _off_title(tokens, kind)
    if title is not None:
        kind = "person"
    tokens = _off_edges(tokens, kind)
    plain = [t.low for t in tokens if t.is_word]
    if all(words.is_function_word(w) or (title is None and w in words.titles) for w in plain):
        return None
    start, end = tokens[0].start, tokens[-1].end
    text = layout.text[start:end].rstrip(" .") if tokens[-1].low == "." else layout.text[start:end]
    folded = tuple(w for w in name_words(row.full or text) if w != "the")
    if not folded:
        return None
    name = Name(start, start + len(text), text, folded, kind, row.hits, lead, full=row.full)
    if title is not None:
        name.gender, name.has_title = words.titles[title].gender, True
    after = layout.index(name.end)
    name.is_possessive = after < len(layout.tokens) and layout.tokens[after].is_possessive
    return name


def _off_title(tokens: list[Token], kind: str) -> tuple[str | None, list[Token]]:
    """``(title, rest)`` of a span that took its titles in; the last title tells most."""
    titles = lexicon().titles
    found: str | None = None
    while len(tokens) > 1 and (tokens[0].low in titles or tokens[0].low in (".", "the")):
        if tokens[0].low in titles:
            if kind != "person" and tokens[0].low not in _SURE_TITLES:
                break
            found = tokens[0].low
        tokens = tokens[1:]
    inner = [i for i, t in enumerate(tokens[1:-1], 1) if t.low in titles and t.is_capital]
    if inner and (kind == "person" or found):
        found = tokens[inner[-1]].low
        tokens = [t for t in tokens[inner[-1] + 1 :] if t.is_word or t is tokens[-1]]
    return found, tokens


def _off_edges(tokens: list[Token], kind: str) -> list[Token]:
    """Without marks and the possessive ending, and without the word that a headline begins with."""
    words = lexicon()
    while tokens and not (tokens[-1].is_word or tokens[-1].low == "."):
        tokens = tokens[:-1]
    while (
        len(tokens) > 1
        and kind == "person"
        and words.is_a(tokens[0].low, "verb", "conjunction", "subordinator")
    ):
        tokens = tokens[1:]
    if tokens and tokens[-1].is_possessive:
        tokens = tokens[:-1]
    return tokens if any(t.is_word for t in tokens) else []


def _within(layout: Layout, row: RawName) -> list[Token]:
    """The name's tokens up to a quotation mark: headlines in title case lure taggers too far."""
    out: list[Token] = []
    first = layout.index(row.start)  # a name that begins inside of a word has the whole word
    for token in (layout.tokens[i] for i in range(first, len(layout.tokens))):
        if token.start >= row.end:
            break
        if out and ("\n" in layout.text[out[-1].end : token.start] or token.low in _BREAKS):
            break
        if token.low == "'" and out and token.start > out[-1].end:
            break
        compound = _COMPOUND.fullmatch(token.text)
        if compound is not None:
            # "US-led": the name is the first part; "Holtz-Eakin" and "Jong-un" are whole.
            part = compound.group(1)
            token = Token(token.start, token.start + len(part), part, fold(part))
        out.append(token)
    while row.name_type == "PERSON" and len(out) > 1 and out[-1].low in lexicon().document_nouns:
        out = out[:-1]
    return out


def begins_clause(layout: Layout, start: int) -> bool:
    """Whether what stands at ``start`` begins a clause: only a mark or a conjunction comes before it."""
    at = layout.index(start) - 1
    while at >= 0 and lexicon().is_a(layout.tokens[at].low, "determiner", "adverb"):
        at -= 1
    if at < 0 or layout.sentence(layout.tokens[at].start) != layout.sentence(start):
        return True
    before = layout.tokens[at]
    if not before.is_word:
        return not before.is_possessive and before.low not in ("(", "$", "/", "&")
    return lexicon().is_a(before.low, "conjunction", "subordinator")


def name_words(text: str) -> list[str]:
    """The folded words of a name; initials keep no full stop, a possessive ending is left out."""
    plain = re.sub(r"'s\b|'$", "", fold(text).replace("’", "'"))
    return [m.group().replace(".", "") for m in _WORD.finditer(plain)]
