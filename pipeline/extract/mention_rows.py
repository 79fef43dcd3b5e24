"""Mention rows: every place of one article where an actor is named or spoken of.

Belongs here: which names count as mentions, and whether they stand in a speaker, a content or elsewhere.
Does not: whom they mean (``speakers.py``).
"""

from __future__ import annotations

from typing import Any

from pipeline.extract.countries import Countries
from pipeline.extract.entities import Entity
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import fold, lexicon
from pipeline.extract.name_kinds import is_adjective
from pipeline.extract.persona import Name, Role
from pipeline.extract.slots import Attribution, Resolved
from pipeline.extract.speakers import Reading

Row = tuple[Any, ...]

_SEATS = ("capital", "metonym")
"""Alias types of places that stand for a government; behind "in" they are places."""


def mention_rows(
    text: str,
    attributions: list[Attribution],
    reading: Reading,
    number: dict[int, int],
    countries: Countries,
) -> list[Row]:
    """Entity, span, text, type, place, attribution, role, affiliation of each mention, in text order.

    Args:
        text: ``articles.text``.
        attributions: The article's.
        reading: What the resolver made of them.
        number: Number of each actor by ``id``.
        countries: Makes "Ukraine" of "Ukrainian".
    """
    places = _Places(reading.layout, attributions, reading.resolved)
    in_title = reading.index.in_titles()
    spoke = {id(done.entity) for done in reading.resolved}
    bodies = _Bodies(reading)
    rows: dict[tuple[int, int], Row] = {}
    for name in reading.index.names:
        entity = reading.of_name.get(name.start)
        if entity is None or name.start in in_title or not _counts(name, entity, reading.layout):
            continue
        kind = "metonym" if _is_seat(name, entity) else "name"
        role = _main_role(name.roles)
        is_open = entity.problem is not None or _is_nobody(entity, spoke)
        rows[name.start, name.end] = (
            None if is_open else number[id(entity)],
            name.start,
            name.end,
            name.text,
            kind,
            *places.of(name.start, entity),
            role.phrase if role else None,
            _affiliation(role.affiliation, bodies, countries) if role else None,
        )
    for done in reading.resolved:
        if done.span is not None and done.entity is not None and done.resolution in _KINDS:
            row = (number[id(done.entity)], *done.span, text[slice(*done.span)], _KINDS[done.resolution])
            rows.setdefault(done.span, (*row, "speaker", done.attribution_id, None, None))
    return [rows[span] for span in sorted(rows)]


_KINDS = {"pronoun": "pronoun", "nominal": "nominal", "unnamed": "nominal"}
"""Type of a mention that is no name, by the resolution of its speaker."""


class _Places:
    """Speaker and content spans of an article, found by offset."""

    def __init__(self, layout: Layout, attributions: list[Attribution], resolved: list[Resolved]) -> None:
        self.layout = layout
        self._speakers: dict[int, list[tuple[int, int, str]]] = {}
        for done in resolved:
            if done.entity is not None and done.span is not None:
                self._speakers.setdefault(id(done.entity), []).append((*done.span, done.attribution_id))
        self._contents: dict[int, list[tuple[int, int, str]]] = {}
        for a in attributions:
            for start, end in a.content:
                for paragraph in range(layout.paragraph(start), layout.paragraph(max(start, end - 1)) + 1):
                    self._contents.setdefault(paragraph, []).append((start, end, a.attribution_id))

    def of(self, start: int, entity: Entity) -> tuple[str, str | None]:
        """``(place, attribution)``: the speaker itself, else the narrowest content around, else nothing."""
        for s, e, attribution in self._speakers.get(id(entity), []):
            if s <= start < e:
                return "speaker", attribution
        around = [
            (e - s, attribution)
            for s, e, attribution in self._contents.get(self.layout.paragraph(start), [])
            if s <= start < e
        ]
        return ("content", min(around)[1]) if around else ("elsewhere", None)


def _counts(name: Name, entity: Entity, layout: Layout) -> bool:
    """Whether a name is a mention of an actor: no thing, no bare adjective, no mere place."""
    if entity.kind in ("place", "thing") or (name.hits and all(h.alias_type == "demonym" for h in name.hits)):
        return False
    if not _is_seat(name, entity):
        return True
    at = layout.index(name.lead) - 1
    while at >= 0 and layout.tokens[at].low == "the":
        at -= 1
    return at < 0 or not lexicon().is_a(layout.tokens[at].low, "locative")


def _is_seat(name: Name, entity: Entity) -> bool:
    """Whether the name is a place that stands for the actor: Kyiv, the Kremlin."""
    if entity.seed is None:
        return False
    return any(h.alias_type in _SEATS for h in name.hits if h.actor_id == entity.seed.actor_id)


def _is_nobody(entity: Entity, spoke: set[int]) -> bool:
    """Whether all that is told of somebody is one word that says nothing: in line-ups, of ships, of things."""
    is_bare = entity.kind == "person" and len(entity.words) == 1 and entity.seed is None and not entity.roles
    return is_bare and id(entity) not in spoke and not any(n.has_title for n in entity.names)


def _affiliation(text: str | None, bodies: _Bodies, countries: Countries) -> str | None:
    return countries.name(text) if countries.code(text) else bodies.whole(text)


class _Bodies:
    """Whole names of the bodies and countries that roles name by a part ("spokesman of Corvane")."""

    def __init__(self, reading: Reading) -> None:
        self._known: dict[str, str] = {}
        for name in reading.index.names:
            entity = reading.of_name.get(name.start)
            if entity is not None and entity.problem is None and entity.kind != "person":
                self._known.setdefault(fold(name.text), entity.name)

    def whole(self, text: str | None) -> str | None:
        """The name of the body; that of the country for an adjective made of it ("Valdorian")."""
        low = fold(text or "").removeprefix("the ")
        country = next((name for word, name in self._known.items() if is_adjective(low, word)), None)
        return country or self._known.get(low, text)


def _main_role(roles: list[Role]) -> Role | None:
    """The role that tells most: one with a body first, then the longest; "his daughter" is none."""
    nouns = lexicon().person_nouns
    told = [r for r in roles if r.noun not in nouns or nouns[r.noun].kind == "role"]
    return max(told, key=lambda r: (r.affiliation is not None, len(r.phrase.split())), default=None)
