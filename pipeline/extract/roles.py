"""Roles: the phrases that say who somebody is, read into noun, kind and body.

Belongs here: "Republican vice-presidential nominee Gov.", "Kremlin spokesman", "director of the Tax Policy
Center". Does not: finding such phrases beside names (``titles.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.layout import Layout, Token
from pipeline.extract.lexicon import MAX_NOUN_WORDS, Lexicon, lexicon
from pipeline.extract.persona import Name, Role


def roles_of(layout: Layout, tokens: Sequence[Token], places: dict[int, Name]) -> list[Role]:
    """The roles in a phrase like "Republican vice-presidential nominee Gov." or "Kremlin spokesman"."""
    words = lexicon()
    roles: list[Role] = []
    begin = 0
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += _noun_size(tokens, at, words) - 1
        form = words.titles.get(token.low) if token.is_capital else None
        ends = words.person_noun_ending([t.low for t in tokens[begin : at + 1]])
        goes_on = at + 1 < len(tokens) and (tokens[at + 1].is_possessive or _only_begins(tokens, at, words))
        is_of = at + 1 < len(tokens) and tokens[at + 1].low in ("of", "for")
        if form is not None and form.role and not goes_on and not (is_of and ends):
            phrase = token.text if token.text.isupper() else form.role
            roles.append(Role(form.role, phrase, None, False, token.start))
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


def _noun_size(tokens: Sequence[Token], at: int, words: Lexicon) -> int:
    """Tokens of the noun that begins at ``at``: "secretary of state" has three, any other word one."""
    low = [t.low for t in tokens[at : at + MAX_NOUN_WORDS]]
    return next((n for n in range(len(low), 1, -1) if " ".join(low[:n]) in words.person_nouns), 1)


def _only_begins(tokens: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether the noun at ``at`` only modifies a later one ("deputy" of "deputy foreign minister")."""
    return tokens[at].low in words.modifiers and any(
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
    kept = [
        t
        for t in before
        if words.modifiers.get(t.low) != "former" and (t.low == "of" or not words.is_function_word(t.low))
    ]
    body, rest = _split_body(layout, kept, places)
    phrase = " ".join(t.text if t.text.isupper() else t.low for t in rest if t.is_word)
    if after and body is None:
        body = _body_after(layout, after, places)
    if len(after) > 1 and after[0].low == "of" and (body is None or after[1].low == "state"):
        body = None if body is not None and body.casefold() == "state" else body
        phrase = f"{phrase} of {layout.text[after[1].start : after[-1].end].lower()}"
    at = before[0].start if before else after[0].start
    pronouns = (words.pronouns.get(t.low) for t in before)
    is_owned = any(p is not None and p.kind == "possessive" for p in pronouns)
    return Role(noun, phrase or noun, body, is_former, at, is_owned)


def _split_body(
    layout: Layout, tokens: list[Token], places: dict[int, Name]
) -> tuple[str | None, list[Token]]:
    """``(body, rest)``: the leading name or demonym of "White House press secretary"."""
    words = lexicon()
    cut = _name_end(tokens, places) if len(tokens) > 1 else 0
    if not cut:
        capital = (
            t.is_capital and t.low not in words.modifiers and t.low not in words.person_nouns
            for t in tokens[:-1]
        )
        cut = next((i for i, c in enumerate(capital) if not c), len(tokens) - 1)
    if not 0 < cut < len(tokens):
        return None, tokens
    last = tokens[cut - 1]
    stop = tokens[cut - 2].end if last.is_possessive and cut > 1 else last.end
    return layout.text[tokens[0].start : stop], tokens[cut:]


def _name_end(tokens: Sequence[Token], places: dict[int, Name]) -> int:
    """Index behind the first name among ``tokens``, its possessive ending included; 0 if there is none."""
    for i, token in enumerate(tokens):
        name = places.get(token.start)
        if name is not None:
            cut = i + sum(1 for t in tokens[i:] if t.start < name.end)
            return cut + (cut < len(tokens) and tokens[cut].is_possessive)
    return 0


def _body_after(layout: Layout, after: Sequence[Token], places: dict[int, Name]) -> str | None:
    """The first name of "of the centrist Urban-Brookings Tax Policy Center"."""
    for token in after[1:]:
        if token.start in places:
            return places[token.start].text
    capital = [t for t in after[1:] if t.is_word]
    if capital and all(t.is_capital for t in capital):
        return layout.text[capital[0].start : capital[-1].end]
    return None
