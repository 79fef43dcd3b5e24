"""Titles: what is said beside a name about its bearer, before it, behind it and in between commas.

Belongs here: reading "Ukrainian Foreign Minister Dmytro Kuleba", "Dmitry Peskov, the Kremlin spokesman,"
and "His running mate, Mike Pence," into roles, bodies and gender. Does not: cleaning the name itself
(``persona.py``), matching "the minister" with a role (``descriptions.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.layout import Layout, Token
from pipeline.extract.lexicon import Lexicon, lexicon
from pipeline.extract.persona import Name, NameIndex, RawName, begins_clause, clean_names
from pipeline.extract.roles import roles_of

MAX_TITLE_TOKENS = 9
"""Tokens before a name that may belong to its title; the longest in the dev texts has seven."""
MAX_APPOSITION_TOKENS = 14
"""Tokens behind a name that may say who it is; longer ones are clauses."""
_ENDS = frozenset((",", ";", ":", "(", ")", "–", "—", "“", '"', "”", "!", "?", "who", "which", "that"))
_COPULA = frozenset(("who", "is", "was", "became", "then"))


def read_names(layout: Layout, raw: Sequence[RawName]) -> list[Name]:
    """The names of a text in text order, with the roles and genders that stand beside them."""
    words = lexicon()
    names = clean_names(layout, raw)
    places = {name.start: name for name in names}
    index = NameIndex(names)
    for name in names:
        _read_title(layout, name, index, places, words)
        begins = begins_clause(layout, name.lead)
        name.is_subject, name.is_topic = begins and not name.is_possessive, begins and name.is_possessive
        if name.kind == "person":
            _read_apposition(layout, name, places, words)
            _read_role_before_comma(layout, name, places, words)
    return names


def _read_title(
    layout: Layout, name: Name, index: NameIndex, places: dict[int, Name], words: Lexicon
) -> None:
    """Walk left over the title ("Danish Foreign Minister", "Sen.") and read its roles."""
    title = _title(layout, name, index, words)
    is_sure = _is_person_title(title, words)
    if not title or (name.kind in ("organization", "place") and not is_sure):
        return
    name.lead = title[0].start
    name.kind = "person" if is_sure else name.kind
    for token in title:
        form = words.titles.get(token.low)
        if form is not None and token.is_capital:
            name.gender = name.gender or form.gender
            name.has_title = True
    name.roles += roles_of(layout, title, places)
    for role in name.roles:
        noun = words.person_nouns.get(role.noun)
        name.gender = name.gender or (noun.gender if noun else "")


def _title(layout: Layout, name: Name, index: NameIndex, words: Lexicon) -> Sequence[Token]:
    """The tokens before a name that are its title; none where the word before it ends another name."""
    tokens = layout.tokens
    last = layout.index(name.lead) - 1
    if last < 0 or index.at(tokens[last].start) is not None:
        return []
    first = last + 1
    while first > 0 and last - first < MAX_TITLE_TOKENS:
        at = first - 1
        if "\n" in layout.text[tokens[at].end : name.start] or not _fits_title(tokens, at, words):
            break
        first = at
    title = tokens[first : last + 1]
    while title and not title[0].is_word:
        title = title[1:]
    return title if _ends_in_title(title, words) else []


def _fits_title(tokens: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether the token at ``at`` can be part of a title that goes on to its right."""
    token = tokens[at]
    if not token.is_word:
        return _mark_fits(tokens, at, words)
    if (token.low in words.titles and token.is_capital) or token.low in words.modifiers:
        return True
    noun = words.person_noun_ending([token.low])
    if noun is not None:
        return not noun[2]
    if " ".join(t.low for t in tokens[at : at + 2]) in words.person_nouns:
        return True
    if token.low in ("of", "for", "to", "and"):
        return at > 0 and _links(tokens, at, words)
    return token.is_capital and not words.is_function_word(token.low)


def _mark_fits(tokens: Sequence[Token], at: int, words: Lexicon) -> bool:
    """A full stop behind a short form, and the possessive ending of "Ukraine's foreign minister"."""
    if at == 0:
        return False
    before = tokens[at - 1]
    if tokens[at].low == ".":
        return before.low in words.titles or len(before.low) == 1
    return tokens[at].is_possessive and before.is_capital


def _links(tokens: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether "of" stands inside of a title: "Secretary of State", "chief of staff"."""
    if " ".join(t.low for t in tokens[at - 1 : at + 2]) in words.person_nouns:
        return True
    return tokens[at - 1].is_capital and tokens[at + 1].is_capital and _is_noun(tokens, at - 1, words)


def _is_noun(tokens: Sequence[Token], at: int, words: Lexicon) -> bool:
    return words.person_noun_ending([t.low for t in tokens[max(0, at - 2) : at + 1]]) is not None


def _ends_in_title(title: Sequence[Token], words: Lexicon) -> bool:
    """Whether the last word is a title or noun for a person, or one stands before "of" ("Secretary of State")."""
    last = next((i for i in range(len(title) - 1, -1, -1) if title[i].is_word), None)
    if last is None:
        return False
    if (title[last].low in words.titles and title[last].is_capital) or _is_noun(title, last, words):
        return True
    return any(t.low in ("of", "for") and i and _is_noun(title, i - 1, words) for i, t in enumerate(title))


def _is_person_title(title: Sequence[Token], words: Lexicon) -> bool:
    last = next((t for t in reversed(title) if t.is_word), None)
    return (
        last is not None and (last.low in words.titles or last.low in words.person_nouns) and last.is_capital
    )


def _read_apposition(layout: Layout, name: Name, places: dict[int, Name], words: Lexicon) -> None:
    """Read ", the Kremlin spokesman," and "is the foreign minister" after a name."""
    tokens = layout.tokens
    at = _skip_asides(tokens, layout.index(name.end))
    is_apposition = at < len(tokens) and tokens[at].low in (",", "-", "–", "—", "who")
    begin = at + 1 if is_apposition else at
    while begin < len(tokens) and tokens[begin].low in _COPULA:
        begin += 1
    if begin == at or begin >= len(tokens) or "\n" in layout.text[name.end : tokens[begin].start]:
        return
    phrase = _noun_phrase(tokens, begin, words)
    noun_at = _head(phrase, words)
    if noun_at is None or not _introduces(phrase, noun_at, words):
        return
    found = [r for part in _by_and(phrase) for r in roles_of(layout, part, places)]
    name.roles += found
    name.tail = phrase[-1].end if found and is_apposition else 0
    for role in found:
        noun = words.person_nouns.get(role.noun)
        if noun is not None:
            name.gender = name.gender or noun.gender


def _skip_asides(tokens: Sequence[Token], at: int) -> int:
    """Past "(D-N.Y.)" and ", 45,"."""
    if at < len(tokens) and tokens[at].low == "(":
        close = next((i for i in range(at, min(at + 10, len(tokens))) if tokens[i].low == ")"), None)
        at = close + 1 if close is not None else at
    age = [t.low for t in tokens[at : at + 3]]
    return at + 2 if len(age) == 3 and age[0] == age[2] == "," and age[1].isdigit() else at


def _noun_phrase(tokens: Sequence[Token], begin: int, words: Lexicon) -> list[Token]:
    out: list[Token] = []
    for token in tokens[begin : begin + MAX_APPOSITION_TOKENS]:
        if token.low in _ENDS:
            break
        if token.low == "." and not (out and (out[-1].low in words.titles or len(out[-1].low) <= 2)):
            break
        if words.is_a(token.low, "verb", "subordinator") and token.low != "as":
            break
        out.append(token)
    return out


def _head(phrase: Sequence[Token], words: Lexicon) -> int | None:
    """Index of the first singular person noun before any preposition; None if there is none."""
    last: int | None = None
    for i, token in enumerate(phrase):
        if i and words.is_a(token.low, "preposition") and token.low != "as":
            break
        if token.low == "and" and last is not None:
            break
        noun = words.person_noun_ending([t.low for t in phrase[max(0, i - 2) : i + 1]])
        if noun and not noun[2]:
            last = i
        elif noun:
            return None
    return last


def _introduces(phrase: Sequence[Token], noun_at: int, words: Lexicon) -> bool:
    """Whether the phrase can say who somebody is: all of it up to the noun are words of such a phrase."""
    before = phrase[:noun_at]
    if before and words.is_a(before[0].low, "determiner"):
        return True
    fits = (t.low in words.modifiers or t.is_capital or t.is_possessive or t.low == "." for t in before)
    return all(fits) and not (
        noun_at + 1 < len(phrase) and phrase[noun_at].is_capital and phrase[noun_at + 1].is_capital
    )


def _by_and(phrase: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in phrase:
        if token.low == "and":
            parts.append([])
        else:
            parts[-1].append(token)
    return [p for p in parts if p]


def _read_role_before_comma(layout: Layout, name: Name, places: dict[int, Name], words: Lexicon) -> None:
    """Read "His running mate, Mike Pence," and "The foreign minister, Dmytro Kuleba,"."""
    tokens = layout.tokens
    at = layout.index(name.lead) - 1
    if at < 2 or tokens[at].low != "," or "\n" in layout.text[tokens[at].end : name.start]:
        return
    noun = words.person_noun_ending([t.low for t in tokens[max(0, at - 3) : at]])
    after = _skip_asides(tokens, layout.index(name.end))
    is_closed = after >= len(tokens) or not tokens[after].is_word or tokens[after].low in ("and", "who")
    if noun is None or noun[2] or not is_closed:
        return
    begin = _description_begin(tokens, at - noun[1], words)
    if begin is None:
        return
    found = roles_of(layout, tokens[begin:at], places)
    name.roles += found
    if found:
        name.front = tokens[begin].start
        name.gender = name.gender or noun[0].gender


def _description_begin(tokens: Sequence[Token], noun: int, words: Lexicon) -> int | None:
    """Where "His running mate" begins, ``noun`` being the index of its noun; None if it is no such phrase."""
    begin, owned = noun, False
    while begin > 0 and noun - begin < MAX_TITLE_TOKENS:
        before = tokens[begin - 1]
        if words.is_a(before.low, "determiner"):
            return begin - 1 if before.low not in ("a", "an") else None
        fits = before.low in words.modifiers or before.is_capital or before.is_possessive
        if not fits or words.is_function_word(before.low):
            return begin if owned else None
        owned = owned or before.is_possessive
        begin -= 1
    return begin if owned else None
