"""Names as they stand in the text: cleaned spans, forms of address, and the roles said beside them.

Belongs here: reading "Ukrainian Foreign Minister Dmytro Kuleba" and "Dmitry Peskov, the Kremlin
spokesman," into a name with its roles. Does not: which names are one actor (``chains.py``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.extract.actor_seeds import SeedHit
from pipeline.extract.layout import Layout, Token
from pipeline.extract.lexicon import Lexicon, fold, lexicon

MAX_TITLE_TOKENS = 9
"""Tokens before a name that may belong to its title; the longest in the dev texts has seven."""
MAX_APPOSITION_TOKENS = 14
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

    ``start`` and ``end`` leave out title and possessive ending; ``lead`` is where its titles begin.
    ``words`` are folded, without titles. ``kind`` is person, organization, place or other.
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


@dataclass(frozen=True, slots=True)
class RawName:
    """A row of ``names`` with its meanings among the seeds."""

    start: int
    end: int
    name_type: str
    score: float
    hits: tuple[SeedHit, ...] = ()


def read_names(layout: Layout, raw: Sequence[RawName]) -> list[Name]:
    """The names of a text in text order with what stands around them; spans that overlap count once."""
    words = lexicon()
    names: list[Name] = []
    whole = _whole(layout, raw)
    for row in sorted([*whole, *_again(layout, whole)], key=lambda r: (r.start, -r.end)):
        if names and row.start < names[-1].end:
            continue
        name = _clean(layout, row, words)
        if name is not None:
            names.append(name)
    places = {name.start: name for name in names}
    for name in names:
        _read_title(layout, name, places, words)
        begins = begins_clause(layout, name.lead)
        name.is_subject, name.is_topic = begins and not name.is_possessive, begins and name.is_possessive
        if name.kind == "person":
            _read_apposition(layout, name, places, words)
            _read_role_before_comma(layout, name, places, words)
    return names


def _whole(layout: Layout, raw: Sequence[RawName]) -> list[RawName]:
    """Names that break off at an initial, put together again: "Julie A" and "Diaz Martinez"."""
    out: list[RawName] = []
    for row in sorted(raw, key=lambda r: (r.start, -r.end)):
        at = layout.index(row.end)
        last = layout.tokens[at - 1] if at else None
        end = row.end
        if row.name_type == "PERSON" and last is not None and len(last.text) == 1 and last.start > row.start:
            end = _after_initial(layout, at, row.end)
        if out and row.start < out[-1].end and out[-1].name_type == "PERSON" == row.name_type:
            continue
        out.append(replace(row, end=end, hits=row.hits if end == row.end else ()))
    return out


def _after_initial(layout: Layout, at: int, end: int) -> int:
    """End of the surname that follows an initial and its full stop, else ``end``."""
    tokens = layout.tokens
    if at >= len(tokens) or tokens[at].low != ".":
        return end
    following = at + 1
    while following < len(tokens) and tokens[following].is_capital and not lexicon().is_function_word(tokens[following].low):
        if "\n" in layout.text[end : tokens[following].start]:
            break
        end = tokens[following].end
        following += 1
    return end


def _again(layout: Layout, raw: Sequence[RawName]) -> list[RawName]:
    """Surnames of persons named in full that the tagger overlooked elsewhere in the text."""
    persons = [r for r in raw if r.name_type == "PERSON"]
    surnames: dict[str, RawName] = {}
    for row in persons:
        tokens = [t for t in layout.between(row.start, row.end) if t.is_word and not t.is_possessive]
        if len(tokens) > 1 and tokens[-1].is_capital and len(tokens[-1].text) > 3:
            surnames.setdefault(tokens[-1].text, row)
    covered = [(r.start, r.end) for r in raw]
    found: list[RawName] = []
    at = 0
    covered.sort()
    for token in layout.tokens:
        while at < len(covered) and covered[at][1] <= token.start:
            at += 1
        if token.text in surnames and not (at < len(covered) and covered[at][0] <= token.start):
            found.append(RawName(token.start, token.end, "PERSON", surnames[token.text].score))
    return found


def _clean(layout: Layout, row: RawName, words: Lexicon) -> Name | None:
    tokens = _within(layout, row)
    gender, has_title = "", False
    kind = _KINDS.get(row.name_type, "other")
    while tokens and not tokens[0].is_word:
        tokens = tokens[1:]
    lead = tokens[0].start if tokens else row.start
    while len(tokens) > 1 and (tokens[0].low in words.titles or tokens[0].low in (".", "the")):
        if tokens[0].low in words.titles:
            if kind != "person" and tokens[0].low not in ("mr", "mrs", "ms", "dr", "sen", "rep", "gov"):
                break
            gender = gender or words.titles[tokens[0].low].gender
            has_title, kind = True, "person"
        tokens = tokens[1:]
    while tokens and not (tokens[-1].is_word or tokens[-1].low == "."):
        tokens = tokens[:-1]
    inner = [i for i, t in enumerate(tokens[1:-1], 1) if t.low in words.titles and t.is_capital]
    if inner and kind == "person":
        gender, has_title = gender or words.titles[tokens[inner[-1]].low].gender, True
        tokens = [t for t in tokens[inner[-1] + 1 :] if t.is_word or t is tokens[-1]]
    while len(tokens) > 1 and kind == "person" and words.is_a(tokens[0].low, "verb", "conjunction", "subordinator"):
        tokens = tokens[1:]
    if not tokens or not any(t.is_word for t in tokens):
        return None
    start, end = tokens[0].start, tokens[-1].end
    if tokens[-1].is_possessive:
        tokens = tokens[:-1]
        end = tokens[-1].end if tokens else end
    if not tokens:
        return None
    text = layout.text[start:end].rstrip(" .") if tokens[-1].low == "." else layout.text[start:end]
    folded = tuple(w for w in name_words(text) if w not in ("the",))
    if not folded or all(words.is_function_word(t.low) for t in tokens if t.is_word):
        return None
    name = Name(start, start + len(text), text, folded, kind, row.hits, lead, gender, has_title)
    after = layout.index(name.end)
    name.is_possessive = after < len(layout.tokens) and layout.tokens[after].is_possessive
    return name


def _within(layout: Layout, row: RawName) -> list[Token]:
    """The name's tokens up to a quotation mark: headlines in title case lure taggers too far."""
    out: list[Token] = []
    for token in layout.between(row.start, row.end):
        if out and "\n" in layout.text[out[-1].end : token.start]:
            break
        if out and token.low in ("“", "”", '"', "‘", "''", "``", ":", ";"):
            break
        if token.low == "'" and out and token.start > out[-1].end:
            break
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


def _read_title(layout: Layout, name: Name, places: dict[int, Name], words: Lexicon) -> None:
    """Walk left over the title ("Danish Foreign Minister", "Sen.") and read its roles."""
    tokens = layout.tokens
    at = layout.index(name.lead) - 1
    first = at + 1
    if at >= 0 and any(n.start <= tokens[at].start < n.end for n in _near(places, tokens[at].start)):
        return
    while at >= 0 and first - at <= MAX_TITLE_TOKENS and "\n" not in layout.text[tokens[at].end : name.start]:
        if not _fits_title(tokens, at, words):
            break
        first = at
        at -= 1
    title = tokens[first : layout.index(name.lead)]
    if not title:
        return
    begin = _title_begin(title, words)
    if begin is None or name.kind in ("organization", "place") and not _is_person_title(title, words):
        return
    title = title[begin:]
    name.lead = title[0].start
    if name.kind != "person" and _is_person_title(title, words):
        name.kind = "person"
    for token in title:
        form = words.titles.get(token.low)
        if form is not None and token.is_capital:
            name.gender = name.gender or form.gender
            name.has_title = True
    name.roles += roles_of(layout, title, places)
    for role in name.roles:
        noun = words.person_nouns.get(role.noun)
        name.gender = name.gender or (noun.gender if noun else "")


def _near(places: dict[int, Name], offset: int) -> list[Name]:
    """The names that may cover ``offset``."""
    return [n for start, n in places.items() if start <= offset < n.end]


def _fits_title(tokens: Sequence[Token], at: int, words: Lexicon) -> bool:
    token = tokens[at]
    if not token.is_word:
        after = tokens[at - 1] if at else None
        if token.low == ".":
            return after is not None and (after.low in words.titles or len(after.low) == 1)
        return token.is_possessive and at > 0 and tokens[at - 1].is_capital and at + 1 < len(tokens)
    if token.low in words.titles and token.is_capital or token.low in words.modifiers:
        return True
    noun = words.person_noun_ending([token.low])
    if noun is not None:
        return not noun[2]
    if " ".join(t.low for t in tokens[at : at + 2]) in words.person_nouns:
        return True
    if token.low in ("of", "for", "to", "and"):
        # "Secretary of State Antony Blinken": only inside a title in capitals.
        if at and " ".join(t.low for t in tokens[at - 1 : at + 2]) in words.person_nouns:
            return True
        return at > 0 and tokens[at - 1].is_capital and tokens[at + 1].is_capital and _is_noun(tokens, at - 1, words)
    if words.is_function_word(token.low):
        return False
    return token.is_capital


def _is_noun(tokens: Sequence[Token], at: int, words: Lexicon) -> bool:
    return words.person_noun_ending([t.low for t in tokens[max(0, at - 2) : at + 1]]) is not None


def _title_begin(title: list[Token], words: Lexicon) -> int | None:
    """Where the title begins: its last word must be a title or a noun for a person."""
    last = next((t for t in reversed(title) if t.is_word), None)
    if last is None:
        return None
    is_title = last.low in words.titles and last.is_capital
    if not is_title and not _is_noun(title, title.index(last), words):
        # "Secretary of State": the noun stands before "of".
        of = [i for i, t in enumerate(title) if t.low in ("of", "for") and i and _is_noun(title, i - 1, words)]
        if not of:
            return None
    begin = 0
    while begin < len(title) and not title[begin].is_word:
        begin += 1
    return begin


def _is_person_title(title: Sequence[Token], words: Lexicon) -> bool:
    last = next((t for t in reversed(title) if t.is_word), None)
    return last is not None and (last.low in words.titles or last.low in words.person_nouns) and last.is_capital


def roles_of(layout: Layout, tokens: Sequence[Token], places: dict[int, Name]) -> list[Role]:
    """The roles in a phrase like "Republican vice-presidential nominee Gov." or "Kremlin spokesman"."""
    words = lexicon()
    roles: list[Role] = []
    begin = 0
    at = 0
    while at < len(tokens):
        token = tokens[at]
        form = words.titles.get(token.low) if token.is_capital else None
        ends = words.person_noun_ending([t.low for t in tokens[begin : at + 1]])
        goes_on = at + 1 < len(tokens) and (tokens[at + 1].is_possessive or _goes_on(tokens, at, words))
        if form is not None and form.role and not goes_on:
            roles.append(Role(form.role, form.role, None, False, token.start))
            begin = at + 1
        elif ends and not ends[2] and not goes_on:
            stop = _of_phrase_end(tokens, at)
            roles.append(_role(layout, tokens[begin : at + 1], tokens[at + 1 : stop], ends[0].noun, places))
            at = stop - 1
            begin = stop
        elif words.is_a(token.low, "preposition") and token.low != "as":
            break  # what follows is said of something else
        at += 1
    return roles


def _goes_on(tokens: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether the noun at ``at`` only begins a longer one ("chief" of "chief economist")."""
    rest = [t.low for t in tokens[at : at + 3]]
    for size in (2, 3):
        if len(rest) >= size and words.person_noun_ending(rest[:size]) and " ".join(rest[:size]) in words.person_nouns:
            return True
    return rest[0] in words.modifiers and len(rest) > 1 and any(
        words.person_noun_ending([t.low]) for t in tokens[at + 1 :]
    )


def _of_phrase_end(tokens: Sequence[Token], at: int) -> int:
    if at + 1 < len(tokens) and tokens[at + 1].low in ("of", "for", "at", "to", "with", "in"):
        return len(tokens)
    return at + 1


def _role(
    layout: Layout, before: Sequence[Token], after: Sequence[Token], noun: str, places: dict[int, Name]
) -> Role:
    """One role: what stands before its noun is split into body and kind of role."""
    words = lexicon()
    is_former = any(words.modifiers.get(t.low) == "former" or t.low.startswith("ex-") for t in before)
    kept = [t for t in before if not words.is_a(t.low, "determiner") and words.modifiers.get(t.low) != "former"]
    kept = [t for t in kept if not words.is_function_word(t.low) or t.low == "of"]
    body, rest = _split_body(layout, kept, places)
    phrase = " ".join(t.low if t.low not in ("ceo", "mp") else t.low.upper() for t in rest if t.is_word)
    if after and body is None:
        body = _body_after(layout, after, places)
        of = after[0].low
        if of == "of" and after[1:] and (body is None or body.casefold() == "state"):
            phrase = f"{phrase} of {layout.text[after[1].start : after[-1].end].lower()}"
            body = None
    at = before[0].start if before else after[0].start
    pronouns = (words.pronouns.get(t.low) for t in before)
    is_owned = any(p is not None and p.kind == "possessive" for p in pronouns)
    return Role(noun, phrase or noun, body, is_former, at, is_owned)


def _split_body(
    layout: Layout, tokens: list[Token], places: dict[int, Name]
) -> tuple[str | None, list[Token]]:
    """``(body, rest)``: the leading name or demonym of "White House press secretary"."""
    words = lexicon()
    cut = 0
    for i, token in enumerate(tokens):
        name = places.get(token.start)
        if name is not None and len(tokens) > 1:
            cut = i + sum(1 for t in tokens[i:] if t.start < name.end)
            if cut < len(tokens) and tokens[cut].is_possessive:
                cut += 1
            break
    if not cut:
        while cut < len(tokens) - 1 and tokens[cut].is_capital and tokens[cut].low not in words.modifiers:
            if words.person_noun_ending([tokens[cut].low]):
                break
            cut += 1
    if not cut or cut >= len(tokens):
        return None, tokens
    last = tokens[cut - 1]
    stop = tokens[cut - 2].end if last.is_possessive and cut > 1 else last.end
    return layout.text[tokens[0].start : stop], tokens[cut:]


def _body_after(layout: Layout, after: Sequence[Token], places: dict[int, Name]) -> str | None:
    """The first name of "of the centrist Urban-Brookings Tax Policy Center"."""
    for token in after[1:]:
        if token.start in places:
            return places[token.start].text
    capital = [t for t in after[1:] if t.is_word]
    if capital and all(t.is_capital for t in capital):
        return layout.text[capital[0].start : capital[-1].end]
    return None


def _read_apposition(layout: Layout, name: Name, places: dict[int, Name], words: Lexicon) -> None:
    """Read ", the Kremlin spokesman," and "is the foreign minister" after a name."""
    tokens = layout.tokens
    at = layout.index(name.end)
    name.tail = name.end
    at = _skip_asides(tokens, at, words)
    if at >= len(tokens):
        return
    is_comma = tokens[at].low in (",", "-", "–", "—") or tokens[at].low == "who"
    begin = at + 1 if is_comma else at
    while begin < len(tokens) and tokens[begin].low in ("who", "is", "was", "became", "then"):
        begin += 1
    if begin == at or begin >= len(tokens) or "\n" in layout.text[name.end : tokens[begin].start]:
        return
    phrase = _noun_phrase(tokens, begin, words)
    noun_at = _head(phrase, words)
    if noun_at is None or not _introduces(phrase, noun_at, words):
        return
    found = [r for part in _by_and(phrase) for r in roles_of(layout, part, places)]
    name.roles += found
    name.tail = phrase[-1].end if found and is_comma else name.tail
    for role in found:
        noun = words.person_nouns.get(role.noun)
        if noun is not None:
            name.gender = name.gender or noun.gender


def _skip_asides(tokens: Sequence[Token], at: int, words: Lexicon) -> int:
    """Past "(D-N.Y.)" and ", 45,"."""
    if at < len(tokens) and tokens[at].low == "(":
        close = next((i for i in range(at, min(at + 10, len(tokens))) if tokens[i].low == ")"), None)
        at = close + 1 if close is not None else at
    if at + 2 < len(tokens) and tokens[at].low == "," and tokens[at + 1].low.isdigit() and tokens[at + 2].low == ",":
        at += 2
    return at


def _noun_phrase(tokens: Sequence[Token], begin: int, words: Lexicon) -> list[Token]:
    out: list[Token] = []
    for token in tokens[begin : begin + MAX_APPOSITION_TOKENS]:
        if token.low in (",", ";", ":", "(", ")", "–", "—", "“", '"', "”", "!", "?", "who", "which", "that"):
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
    return all(fits) and not (noun_at + 1 < len(phrase) and phrase[noun_at].is_capital and phrase[noun_at + 1].is_capital)


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
    after = _skip_asides(tokens, layout.index(name.end), words)
    closed = after >= len(tokens) or not tokens[after].is_word or tokens[after].low in ("and", "who")
    if noun is None or noun[2] or not closed:
        return
    begin = at - noun[1]
    while begin > 0 and at - begin < MAX_TITLE_TOKENS:
        before = tokens[begin - 1]
        is_part = before.low in words.modifiers or before.is_capital or before.is_possessive
        if words.is_a(before.low, "determiner") and before.low not in ("a", "an"):
            begin -= 1
            break
        if not is_part or words.is_function_word(before.low):
            return
        begin -= 1
    phrase = list(tokens[begin:at])
    if not (words.is_a(phrase[0].low, "determiner") or any(t.is_possessive for t in phrase)):
        return
    found = roles_of(layout, phrase, places)
    name.roles += found
    if found:
        name.front = phrase[0].start
        name.gender = name.gender or noun[0].gender
