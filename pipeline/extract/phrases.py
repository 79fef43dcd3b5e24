"""Speaker phrases: what kind of words a speaker span is, and which of them is its head.

Belongs here: "Kremlin spokesman Dmitry Peskov" has a name for head, "a spokesman for the ministry" a
noun, "he" a pronoun; splitting "NATO and the United States". Does not: whom they mean (``speakers.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.extract.layout import Layout, Token
from pipeline.extract.lexicon import Lexicon, Pronoun, lexicon
from pipeline.extract.persona import Name

_OPENERS = frozenset(",;:(–—-") | {"who", "which", "whom", "whose", "where", "when", "that"}
_PREPOSITIONS = ("preposition",)


@dataclass(slots=True)
class Phrase:
    """A speaker, read.

    ``kind`` is name, pronoun, nominal or empty. For a nominal, ``head`` is its noun and ``head_class``
    one of person, group, body, document, unknown; ``owner`` is the name or pronoun that possesses it or
    stands before it ("Clinton" of "Clinton's aides"), ``of`` the first name in what follows the head.
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


def read_phrase(layout: Layout, start: int, end: int, names: Sequence[Name]) -> Phrase:
    """The phrase in ``[start, end)``; ``names`` are those of the article that overlap it."""
    words = lexicon()
    tokens = [t for t in layout.between(start, end)]
    while tokens and not (tokens[0].is_word or tokens[0].low in ("'",)):
        tokens = tokens[1:]
    while tokens and not tokens[-1].is_word:
        if tokens[-1].is_possessive and len(tokens) > 1 or tokens[-1].low == ".":
            break
        tokens = tokens[:-1]
    if not tokens:
        return Phrase(start, end, layout.text[start:end])
    tokens = _first_sentence(layout, tokens)
    start, end = tokens[0].start, tokens[-1].end
    phrase = Phrase(start, end, layout.text[start:end])
    if _is_pronoun(tokens, words):
        phrase.kind, phrase.pronoun = "pronoun", words.pronouns[_pronoun_word(tokens, words)]
        return phrase
    segments = _segments(tokens, names)
    _read_head(layout, phrase, segments, names, words)
    return phrase


def _first_sentence(layout: Layout, tokens: list[Token]) -> list[Token]:
    """The tokens up to the end of their sentence or paragraph, should a span run on."""
    sentence = layout.sentence(tokens[0].start)
    kept = [t for t in tokens if layout.sentence(t.start) == sentence]
    while len(kept) > 1 and kept[-1].low == "." and len(kept) < len(tokens):
        kept = kept[:-1]
    return kept


def _pronoun_word(tokens: Sequence[Token], words: Lexicon) -> str:
    return next(t.low for t in tokens if t.low in words.pronouns)


def _is_pronoun(tokens: Sequence[Token], words: Lexicon) -> bool:
    plain = [t for t in tokens if t.is_word and not t.is_possessive]
    if not plain or len(plain) > 3 or plain[0].low not in words.pronouns:
        return False
    first = words.pronouns[plain[0].low]
    if len(plain) == 1:
        return first.kind != "none"
    fill = ("both", "all", "each", "himself", "herself", "themselves", "itself", "myself", "also", "alone", "too", "two", "three")
    return first.kind in ("personal", "relative") and all(t.low in fill for t in plain[1:])


def _segments(tokens: Sequence[Token], names: Sequence[Name]) -> list[list[Token]]:
    """The phrase cut at commas, brackets, relative pronouns and prepositions that lie in no name."""
    words = lexicon()
    out: list[list[Token]] = [[]]
    for i, token in enumerate(tokens):
        in_name = any(n.start <= token.start < n.end for n in names)
        is_cut = token.low in _OPENERS or (words.is_a(token.low, "preposition") and i > 0)
        if token.low in ("like", "as", "about", "over", "than", "around") and not out[-1]:
            is_cut = False
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
    return noun is not None and tokens[at - 1].is_capital and tokens[at + 1].is_capital and tokens[at + 2].is_capital


def _read_head(
    layout: Layout, phrase: Phrase, segments: list[list[Token]], names: Sequence[Name], words: Lexicon
) -> None:
    first = _listed(_measured(segments, words), segments, words)
    inside = [n for n in names if n.start < phrase.end and n.end > phrase.start]
    last = _last_word(first)
    head_name = next((n for n in inside if last is not None and n.start <= last.start < n.end), None)
    if head_name is not None and not _is_noun_in_name(head_name, last, words):
        phrase.kind, phrase.name = "name", head_name
        return
    titled = next((n for n in inside if n.kind == "person" and n.lead <= phrase.start < n.start), None)
    if titled is not None and not titled.is_possessive:
        phrase.kind, phrase.name = "name", titled
        return
    named = _name_in_apposition(segments, inside)
    if named is not None and _is_singular_person(first, words):
        phrase.kind, phrase.name = "name", named
        return
    _read_nominal(phrase, first, segments, inside, words)


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
            ends_in_group = last is not None and (last.low in words.person_plurals or last.low in words.group_nouns)
            return whole if ends_in_group else first
    return first


def _last_word(tokens: Sequence[Token]) -> Token | None:
    return next((t for t in reversed(tokens) if t.is_word and not t.is_possessive), None)


def _is_noun_in_name(name: Name, last: Token | None, words: Lexicon) -> bool:
    """A "name" of type other whose last word is a plural: "Many African-Americans"."""
    if name.kind == "person" or last is None or name.hits:
        return False
    return last.low in words.group_nouns or last.low in words.person_plurals


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
    phrase.is_restricted = stop < len(plain) or (
        len(segments) > 1 and segments[1][0].low not in (",", "(", "–", "—")
    )
    plain = plain[:stop]
    lows = [t.low for t in plain]
    phrase.head, phrase.head_class, phrase.is_plural, size = head_of(lows, words)
    before = plain[: len(plain) - size]
    if lows[0] in words.pronouns and words.pronouns[lows[0]].kind == "possessive" and len(lows) > 1:
        phrase.owner, phrase.owner_start = words.pronouns[lows[0]], plain[0].start
        phrase.determiner = "owner"
    elif words.is_a(lows[0], "determiner", "quantifier") or lows[0].isdigit():
        phrase.determiner = lows[0]
    owners = [n for n in names if any(n.start <= t.start < n.end for t in before)]
    if owners:
        phrase.owner, phrase.owner_start = owners[-1], owners[-1].start
    if not any(t.low in ("and", "or") for t in first):
        after = [s[0].start for s in segments[1:] if s[0].low in (",", "(", "–", "—", "who", "which")]
        phrase.core_end = after[0] if after and phrase.head_class != "unknown" else 0
    phrase.is_former = any(words.modifiers.get(w) == "former" for w in lows)
    phrase.modifiers = tuple(t.low for t in before if not words.is_a(t.low, "determiner"))
    later = [n for n in names if n.start > plain[-1].start]
    phrase.is_proper = plain[-1].is_capital and len(segments) > 1 and segments[1][0].low in ("of", "for")
    phrase.of = later[0] if later else None


def _head_end(plain: Sequence[Token], words: Lexicon) -> int:
    """Words up to the head: "people briefed" and "experts I interviewed" go on after theirs."""
    lows = [t.low for t in plain]
    if head_of(lows, words)[1] != "unknown":
        return len(lows)
    for stop in range(len(lows) - 1, 0, -1):
        if any(t.is_capital and t.low != "i" for t in plain[stop:]):
            break
        if lows[stop - 1] not in words.modifiers and head_of(lows[:stop], words)[1] in ("person", "group", "document"):
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
    singular = _singular(last)
    if singular in words.body_nouns:
        return singular, "body", True, 1
    looks_plural = last.endswith("s") and not last.endswith(("ss", "us", "is"))
    return last, "unknown", looks_plural, 1


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") else word


def split_speakers(layout: Layout, start: int, end: int, names: Sequence[Name]) -> list[tuple[int, int]]:
    """Spans of joint speakers: "NATO and the United States" gives two, "US and Ukrainian officials" one.

    A conjunct counts when a name heads it, or a noun phrase with a determiner of its own follows a
    named one ("Mr Trump and his advisers"); what lies in an apposition or after a preposition does not.
    """
    words = lexicon()
    tokens = layout.between(start, end)
    cuts = [i for i, t in enumerate(tokens) if _may_split(tokens, i, names, words)]
    if not cuts:
        return [(start, end)]
    parts: list[list[Token]] = []
    begin = 0
    for cut in [*cuts, len(tokens)]:
        parts.append([t for t in tokens[begin:cut]])
        begin = cut + 1
    parts = [p for p in (_trim(p) for p in parts) if p]
    if len(parts) < 2 or not all(_can_stand(p, names, words) for p in parts):
        return _retry(tokens, cuts, names, words) or [(start, end)]
    return [(p[0].start, p[-1].end) for p in parts]


def _retry(
    tokens: Sequence[Token], cuts: list[int], names: Sequence[Name], words: Lexicon
) -> list[tuple[int, int]] | None:
    """Cut at the last "and" alone, for "John Smith, head of A, and Mary Jones"."""
    ands = [c for c in cuts if tokens[c].low in ("and", "&")]
    if not ands:
        return None
    for cut in reversed(ands):
        left, right = _trim(list(tokens[:cut])), _trim(list(tokens[cut + 1 :]))
        person = _heads(right, names, "person")
        if left and right and person and _can_stand(left, names, words) and _starts_with_name(left, names):
            return [(left[0].start, left[-1].end), (right[0].start, right[-1].end)]
    return None


def _trim(tokens: list[Token]) -> list[Token]:
    edge = (",", "and", "&", "both", ";")
    while tokens and tokens[0].low in edge:
        tokens = tokens[1:]
    while tokens and (tokens[-1].low in edge):
        tokens = tokens[:-1]
    return tokens


def _may_split(tokens: Sequence[Token], at: int, names: Sequence[Name], words: Lexicon) -> bool:
    token = tokens[at]
    if token.low not in ("and", "&", ",", "/") or any(n.start <= token.start < n.end for n in names):
        return False
    if token.low == "," and at + 1 < len(tokens) and tokens[at + 1].low in ("and", "who", "which"):
        return False
    before = [t for t in tokens[:at] if not any(n.start <= t.start < n.end for n in names)]
    in_clause = any(words.is_a(t.low, "preposition") or t.low in ("who", "which", "that") for t in before)
    if token.low == "," and not any(t.low in ("and", "&") for t in tokens[at:]):
        return False
    in_clause = in_clause or _in_apposition(tokens[:at], words)
    return not in_clause or _heads(_trim(list(tokens[at + 1 :])), names, "person")


def _in_apposition(before: Sequence[Token], words: Lexicon) -> bool:
    """Whether a comma has opened an apposition: ", a professor", ", director of"."""
    for comma, following in pairwise(before):
        if comma.low == "," and (
            words.is_a(following.low, "determiner") or words.person_noun_ending([following.low]) is not None
        ):
            return True
    return False


def _heads(tokens: Sequence[Token], names: Sequence[Name], kind: str = "") -> bool:
    """Whether the tokens up to a comma or preposition end in a name."""
    words = lexicon()
    first: list[Token] = []
    for token in tokens:
        inside = any(n.start <= token.start < n.end for n in names)
        if not inside and (token.low in _OPENERS or token.low in ("and", "&") or words.is_a(token.low, "preposition")):
            break
        first.append(token)
    last = _last_word(first)
    if last is None:
        return False
    return any(n.start <= last.start < n.end and (not kind or n.kind == kind) for n in names)


def _starts_with_name(tokens: Sequence[Token], names: Sequence[Name]) -> bool:
    return _heads(tokens, names)


def _can_stand(tokens: Sequence[Token], names: Sequence[Name], words: Lexicon) -> bool:
    """Whether a conjunct can be a speaker of its own."""
    if _heads(tokens, names):
        return True
    first = tokens[0].low
    if len(tokens) == 1 and first in words.pronouns and words.pronouns[first].kind == "personal":
        return True
    has_own = words.is_a(first, "determiner") or first in ("other", "some", "many", "several", "top", "senior")
    plain = [t.low for t in tokens if t.is_word and not t.is_possessive]
    cut = next((i for i, w in enumerate(plain) if i and words.is_a(w, "preposition")), len(plain))
    return has_own and head_of(plain[:cut], words)[1] != "unknown"
