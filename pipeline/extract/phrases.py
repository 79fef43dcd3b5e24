"""Speaker phrases: what kind of words a speaker span is, and which of them is its head.

Belongs here: "Kremlin spokesman Dmitry Peskov" has a name for head, "a spokesman for the ministry" a
noun, "he" a pronoun. Does not: splitting joint speakers (``conjuncts.py``), whom phrases mean
(``speakers.py``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.extract.layout import Layout, Token
from pipeline.extract.lexicon import Lexicon, Pronoun, lexicon
from pipeline.extract.persona import Name

OPENERS = frozenset(",;:(–—-") | {"who", "which", "whom", "whose", "where", "when", "that"}
"""Words and marks after which a phrase only says more about its head."""
_APPROXIMATE = frozenset(("like", "as", "about", "over", "than", "around"))
_CONTRACTION = re.compile(r"['’](?:ve|d|ll|m|re)$")
_ASIDES = (",", "(", "–", "—")


@dataclass(slots=True)
class Phrase:
    """A speaker, read.

    ``kind`` is name, pronoun, nominal or empty. For a nominal, ``head`` is its noun and ``head_class``
    one of person, group, body, document, unknown. ``owner`` is the name or pronoun that possesses it or
    stands before it ("Clinton" of "Clinton's aides"), ``of`` the first name in what follows the head.
    ``is_restricted``: the phrase goes on after its head ("experts I interviewed"), so it is no second
    mention; ``is_proper``: a name in capitals goes on after its head ("Center for Tax Policy");
    ``core_end``: where asides begin, 0 where there are none; ``is_of_nouns``: an ordinary noun possesses
    it ("the metalworkers’ union").
    """

    start: int
    end: int
    text: str
    kind: str = "empty"
    name: Name | None = None
    pronoun: Pronoun | None = None
    head: str = ""
    head_class: str = ""
    is_plural: bool = False
    is_restricted: bool = False
    determiner: str = ""
    is_former: bool = False
    is_proper: bool = False
    modifiers: tuple[str, ...] = ()
    owner: Name | Pronoun | None = None
    owner_start: int = -1
    of: Name | None = None
    core_end: int = 0
    is_of_nouns: bool = False


def read_phrase(layout: Layout, start: int, end: int, names: Sequence[Name]) -> Phrase:
    """The phrase in ``[start, end)``; ``names`` are those of the article that overlap it."""
    words = lexicon()
    tokens = _off_marks(layout.between(start, end))
    if not tokens:
        return Phrase(start, end, layout.text[start:end])
    tokens = _first_sentence(layout, tokens)
    start, end = tokens[0].start, tokens[-1].end
    phrase = Phrase(start, end, layout.text[start:end])
    if _is_pronoun(tokens, words):
        phrase.kind = "pronoun"
        plain = (_uncontracted(t.low) for t in tokens)
        phrase.pronoun = next(words.pronouns[low] for low in plain if low in words.pronouns)
        return phrase
    phrase.pronoun = _pronoun_at_edge(tokens, words)
    if phrase.pronoun is not None:
        phrase.kind = "pronoun"
        at = 0 if phrase.pronoun.kind == "relative" else -1
        phrase.start, phrase.end = tokens[at].start, tokens[at].end
        return phrase
    segments = _segments(tokens, names, words)
    first = _listed(_measured(segments, words), segments, words)
    name = _head_name(phrase, first, segments, names, words)
    if name is not None:
        phrase.kind, phrase.name = "name", name
    else:
        _read_nominal(phrase, first, segments, names, words)
    return phrase


def _off_marks(tokens: list[Token]) -> list[Token]:
    """Without the marks at both ends, but for a possessive ending."""
    while tokens and not (tokens[0].is_word or tokens[0].low == "'"):
        tokens = tokens[1:]
    while tokens and not tokens[-1].is_word:
        if (tokens[-1].is_possessive and len(tokens) > 1) or tokens[-1].low == ".":
            break
        tokens = tokens[:-1]
    return tokens


def _first_sentence(layout: Layout, tokens: list[Token]) -> list[Token]:
    """The tokens up to the end of their sentence or paragraph, should a span run on."""
    sentence = layout.sentence(tokens[0].start)
    kept = [t for t in tokens if layout.sentence(t.start) == sentence]
    while len(kept) > 1 and kept[-1].low == "." and len(kept) < len(tokens):
        kept = kept[:-1]
    return kept


def _is_pronoun(tokens: Sequence[Token], words: Lexicon) -> bool:
    """A pronoun by itself or with a word like "himself" or "all"."""
    plain = [_uncontracted(t.low) for t in tokens if t.is_word and not t.is_possessive]
    if not plain or len(plain) > 3 or plain[0] not in words.pronouns:
        return False
    first = words.pronouns[plain[0]]
    if len(plain) == 1:
        return first.kind != "none"
    return first.kind in ("personal", "relative") and all(words.is_a(w, "pronoun_filler") for w in plain[1:])


def _pronoun_at_edge(tokens: Sequence[Token], words: Lexicon) -> Pronoun | None:
    """The subject of a span that took in more: "who" of "who reviewed them", "she" of "at 86 she"."""
    first, last = words.pronouns.get(tokens[0].low), words.pronouns.get(tokens[-1].low)
    if first is not None and first.kind == "relative" and tokens[0].low in ("who", "which"):
        return first
    is_subject = last is not None and words.is_a(tokens[-1].low, "subject_pronoun")
    return (
        last
        if is_subject and words.is_a(tokens[0].low, "preposition", "subordinator", "conjunction")
        else None
    )


def _uncontracted(low: str) -> str:
    """The pronoun of "i've" and "they'd"."""
    return _CONTRACTION.sub("", low)


def _segments(tokens: Sequence[Token], names: Sequence[Name], words: Lexicon) -> list[list[Token]]:
    """The phrase cut at commas, brackets, relative pronouns and prepositions that lie in no name."""
    out: list[list[Token]] = [[]]
    for i, token in enumerate(tokens):
        in_name = any(n.start <= token.start < n.end for n in names)
        is_cut = token.low in OPENERS or (words.is_a(token.low, "preposition") and i > 0)
        is_cut = is_cut and not (token.low in _APPROXIMATE and not out[-1])
        if not in_name and is_cut and not _is_in_title(tokens, i, words):
            out.append([token])
        else:
            out[-1].append(token)
    return [s for s in out if s]


def _is_in_title(tokens: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether "of" stands in a title in capitals before a name ("Secretary of State Antony Blinken")."""
    if tokens[at].low == "-":
        return True
    if tokens[at].low != "of" or not 0 < at < len(tokens) - 2:
        return False
    noun = words.person_noun_ending([t.low for t in tokens[max(0, at - 2) : at]])
    return (
        noun is not None
        and tokens[at - 1].is_capital
        and tokens[at + 1].is_capital
        and tokens[at + 2].is_capital
    )


def _head_name(
    phrase: Phrase, first: Sequence[Token], segments: list[list[Token]], names: Sequence[Name], words: Lexicon
) -> Name | None:
    """The name that heads the phrase: last of its first part, behind a title, or in apposition to a noun."""
    last = _last_word([t for t in first if not _only_adds(t, words)])
    for name in names:
        if (
            last is not None
            and name.start <= last.start < name.end
            and not _is_noun_in_name(name, last, words)
        ):
            return name
    for name in names:
        if name.kind == "person" and name.lead <= phrase.start < name.start and not name.is_possessive:
            return name
    if _is_singular_person(first, words):
        return _name_in_apposition(segments, names)
    return _name_alone_in_apposition(first, segments, names, words)


def _only_adds(token: Token, words: Lexicon) -> bool:
    """Letters behind a name and "himself": the name before them is the head."""
    pronoun = words.pronouns.get(token.low)
    is_reflexive = pronoun is not None and token.low.endswith(("self", "selves"))
    return is_reflexive or (token.is_capital and words.is_a(token.low, "post_nominal"))


def _name_alone_in_apposition(
    first: Sequence[Token], segments: list[list[Token]], names: Sequence[Name], words: Lexicon
) -> Name | None:
    """The person behind a noun that no list holds: "Mr Amory’s superior, Ruth Calder"."""
    plain = [t.low for t in first if t.is_word and not t.is_possessive]
    if len(segments) < 2 or segments[1][0].low != "," or not plain or first[-1].is_capital:
        return None
    head = head_of(plain, words)
    behind = [t for t in segments[1][1:] if t.is_word]
    if head[1] != "unknown" or head[2] or not behind:
        return None
    return next(
        (n for n in names if n.kind == "person" and n.lead <= behind[0].start and behind[-1].end <= n.end),
        None,
    )


def _measured(segments: list[list[Token]], words: Lexicon) -> list[Token]:
    """The first segment; after a word of measure the one that it counts: "a number of tax experts"."""
    if len(segments) < 2 or segments[1][0].low != "of":
        return segments[0]
    last = _last_word(segments[0])
    if last is None or not words.is_a(last.low, "measure", "quantifier"):
        return segments[0]
    counted = segments[1][1:]
    del segments[1]
    return counted or segments[0]


def _listed(first: list[Token], segments: list[list[Token]], words: Lexicon) -> list[Token]:
    """All of a list of modifiers before one plural noun: "US, NATO and Ukrainian officials"."""
    if len(segments) < 2 or len(first) > 2 or not first[-1].is_capital:
        return first
    whole = list(first)
    for segment in segments[1:]:
        if segment[0].low != ",":
            return first
        whole += segment
        last = _last_word(segment)
        if any(t.low == "and" for t in segment):
            return whole if last is not None and words.is_plural_people(last.low) else first
    return first


def _last_word(tokens: Sequence[Token]) -> Token | None:
    return next((t for t in reversed(tokens) if t.is_word and not t.is_possessive), None)


def _is_noun_in_name(name: Name, last: Token, words: Lexicon) -> bool:
    """A "name" of type other whose last word is a plural: "Many African-Americans"."""
    if name.kind == "person" or name.hits:
        return False
    return words.is_plural_people(last.low)


def _is_singular_person(tokens: Sequence[Token], words: Lexicon) -> bool:
    plain = [t.low for t in tokens if t.is_word and not t.is_possessive]
    noun = words.person_noun_ending(plain) if plain else None
    return noun is not None and not noun[2]


def _name_in_apposition(segments: list[list[Token]], names: Sequence[Name]) -> Name | None:
    """The person named after a comma: "Mr. Trump's running mate, Mike Pence"."""
    for segment in segments[1:]:
        if segment[0].low not in (",", "–", "—", "-"):
            continue
        last = _last_word(segment)
        if last is None:
            continue
        name = next((n for n in names if n.kind == "person" and n.start <= last.start < n.end), None)
        if name is not None and not name.is_possessive:
            return name
    return None


def _read_nominal(
    phrase: Phrase, first: Sequence[Token], segments: list[list[Token]], names: Sequence[Name], words: Lexicon
) -> None:
    plain = [t for t in first if t.is_word and not t.is_possessive]
    if not plain:
        return
    phrase.kind = "nominal"
    stop = _head_end(plain, words)
    opens = segments[1][0].low if len(segments) > 1 else ""
    phrase.is_restricted = stop < len(plain) or (bool(opens) and opens not in _ASIDES)
    phrase.is_proper = plain[stop - 1].is_capital and opens in ("of", "for")
    plain = plain[:stop]
    lows = [t.low for t in plain]
    phrase.head, phrase.head_class, phrase.is_plural, size = head_of(lows, words)
    before = plain[: len(plain) - size]
    _read_owner(phrase, plain, before, names, words)
    if not any(t.low in ("and", "or") for t in first) and phrase.head_class != "unknown":
        asides = (s[0].start for s in segments[1:] if s[0].low in (*_ASIDES, "who", "which"))
        phrase.core_end = next(asides, 0)
    phrase.is_of_nouns = any(
        b.is_possessive and not a.is_capital and a.low not in words.pronouns for a, b in pairwise(first)
    )
    phrase.is_former = any(words.modifiers.get(w) == "former" for w in lows)
    phrase.modifiers = tuple(t.low for t in before if not words.is_a(t.low, "determiner"))
    phrase.of = next((n for n in names if n.start > plain[-1].start), None)


def _read_owner(
    phrase: Phrase, plain: Sequence[Token], before: Sequence[Token], names: Sequence[Name], words: Lexicon
) -> None:
    """Determiner and possessor: "his", "Mr. Trump's", "the"."""
    first = plain[0].low
    pronoun = words.pronouns.get(first)
    if pronoun is not None and pronoun.kind == "possessive" and len(plain) > 1:
        phrase.owner, phrase.owner_start, phrase.determiner = pronoun, plain[0].start, "owner"
    elif words.is_a(first, "determiner", "quantifier") or first.isdigit():
        phrase.determiner = first
    # "US-led" names the United States, but they own nothing there.
    owners = [n for n in names if any(n.start <= t.start < t.end <= n.end for t in before)]
    if owners:
        phrase.owner, phrase.owner_start = owners[-1], owners[-1].start


def _head_end(plain: Sequence[Token], words: Lexicon) -> int:
    """Words up to the head: "people briefed" and "experts I interviewed" go on after theirs."""
    lows = [t.low for t in plain]
    if head_of(lows, words)[1] != "unknown" or plain[-1].is_capital:
        return len(lows)
    heads = ("person", "group", "document")
    for stop in range(len(lows) - 1, 0, -1):
        if lows[stop - 1] not in words.modifiers and head_of(lows[:stop], words)[1] in heads:
            return stop
    return len(lows)


def head_of(lows: list[str], words: Lexicon) -> tuple[str, str, bool, int]:
    """Head noun of a phrase's words: ``(noun, class, plural, words)``."""
    last = lows[-1]
    person = words.person_noun_ending(lows)
    if last in words.document_nouns and not (person and person[1] > 1):
        return last, "document", last.endswith("s"), 1
    if last in words.body_nouns:
        return last, "body", False, 1
    if person is not None:
        return person[0].noun, "group" if person[2] else "person", person[2], person[1]
    if last in words.group_nouns or last.partition("-")[2] in words.group_nouns:
        return last, "group", True, 1
    singular = last[:-3] + "y" if last.endswith("ies") else last.removesuffix("s")
    if singular in words.body_nouns:
        return singular, "body", True, 1
    looks_plural = last.endswith("s") and not last.endswith(("ss", "us", "is"))
    return last, "unknown", looks_plural, 1
