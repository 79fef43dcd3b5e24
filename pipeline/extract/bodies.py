"""Bodies and documents: whom "the company", "the Clinton campaign" and "a report by the EU" mean.

Belongs here: nouns for organisations, states, places, and for what they publish. Does not: nouns for people
(``descriptions.py``).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from pipeline.extract.actor_seeds import ascii_key
from pipeline.extract.discourse import Choice, Discourse, Place
from pipeline.extract.entities import Entity, Resolution
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import lexicon
from pipeline.extract.noun_phrases import DEFINITE, NounPhrases, is_before
from pipeline.extract.persona import Name
from pipeline.extract.phrases import Phrase

Answer = tuple[Entity, Resolution, str]
"""Actor, resolution and rule."""

SURE_MARGIN = 0.7
"""Lead over the next candidate from which a choice counts as clear."""
LEAST_BODY = 0.8
"""Least score of the body that "the company" or "the group" may mean."""
_KINDS = {"state": "government", "body": "organization government", "place": "place"}


class Bodies:
    """Resolves nouns for bodies and documents against the actors of one article."""

    def __init__(
        self, layout: Layout, discourse: Discourse, phrases: NounPhrases, of_name: dict[int, Entity]
    ) -> None:
        self.layout = layout
        self.discourse = discourse
        self.phrases = phrases
        self.of_name = of_name
        self.words = lexicon()
        self._made: dict[str, Entity] = {}

    def body(self, phrase: Phrase, owner: Entity | None, place: Place) -> Answer:
        """The actor of a phrase whose head is a noun for a body."""
        fits = self.words.body_nouns.get(phrase.head, frozenset())
        if not phrase.is_plural:
            if "campaign" in fits and owner is not None and owner.kind == "person":
                return self.campaign(owner), "name", "campaign"
            if phrase.is_proper and phrase.of is not None:
                return self._named(phrase.start, phrase.of.end, owner), "name", "body_of_name"
            if owner is not None and owner.kind == "person" and phrase.head in self.words.owned_bodies:
                kind = "name" if isinstance(phrase.owner, Name) else "nominal"
                return self._owned(phrase, owner), kind, "body_of_name"
            if isinstance(phrase.owner, Name):
                end = phrase.core_end or phrase.end
                return self._named(phrase.owner.start, end, owner, phrase.head), "name", "body_of_name"
            if phrase.determiner in ("the", "this", "that", ""):
                choice = self._definite(phrase, fits, place)
                if choice.entity is not None:
                    if choice.entity.kind == "unnamed":
                        return choice.entity, "unnamed", "unnamed_again"
                    rule = "body" if choice.margin >= SURE_MARGIN else "body_close"
                    return choice.entity, "nominal", rule
        return self.phrases.unnamed(phrase, owner), "unnamed", "unnamed"

    def _owned(self, phrase: Phrase, owner: Entity) -> Entity:
        """The office of a person: "Ms Lund’s office" and "her office"."""
        return self._make(f"{owner.name}{self.layout.apostrophe}s {phrase.head}", owner, phrase.head)

    def campaign(self, owner: Entity) -> Entity:
        """The campaign of a person: "the Clinton campaign", "Mrs Clinton's camp"."""
        return self._make(f"{owner.name.split()[-1]} campaign", owner, "campaign")

    def _named(self, start: int, end: int, owner: Entity | None, head: str = "") -> Entity:
        """A body named by several words of which the tagger saw a part: "Center for Tax Policy"."""
        tokens = [t for t in self.layout.between(start, end) if t.low != "the" or t.start > start]
        text = " ".join(self.layout.text[tokens[0].start : end].split()) if tokens else ""
        return self._make(text.rstrip(" ,'’"), owner, head)

    def _make(self, name: str, owner: Entity | None, head: str) -> Entity:
        key = name.casefold()
        if key not in self._made:
            known = next((e for e in self.discourse.entities if e.name.casefold() == key), None)
            self._made[key] = known or Entity(
                "organization",
                name,
                tuple(key.split()),
                "org:" + ascii_key(name),
                head=head,
                country=owner.country if owner else None,
                affiliation=owner.name if owner else None,
            )
        return self._made[key]

    def _definite(self, phrase: Phrase, fits: frozenset[str], place: Place) -> Choice:
        # "Voltane will shut a plant, the company said": here the own content is where the name stands.
        place = replace(place, own_content=())
        kinds = " ".join(_KINDS.get(f, "organization") for f in fits).split()
        pool = [e for e in self.discourse.entities if e.kind in kinds and is_before(e, place.start)]
        if "place" in fits:
            return _most_seen(pool)
        named = [e for e in pool if phrase.head in e.words or e.head == phrase.head]
        if named:
            return self.discourse.best(named, place, far=True)
        if phrase.head not in self.words.generic_bodies or phrase.owner is not None:
            return Choice(None)  # "the court", "the board": only one whose name says so
        if phrase.is_of_nouns:
            return Choice(None)  # "the metalworkers’ union": not the union that was named before
        if (earlier := self.phrases.earlier(phrase, place.start)) is not None:
            return Choice(earlier)
        choice = self.discourse.best([e for e in pool if not e.head and self._can_be(e, fits)], place)
        return choice if choice.score >= LEAST_BODY else Choice(None)

    def _can_be(self, entity: Entity, fits: frozenset[str]) -> bool:
        """Whether the words of a name allow it to be such a body: a fund is no newspaper."""
        told = [self.words.body_nouns[w] for w in entity.words if w in self.words.body_nouns]
        return not told or any(fits & kinds for kinds in told)

    def document(self, phrase: Phrase, owner: Entity | None, place: Place) -> Answer:
        """A poll, report or speech speaks for who made it."""
        if owner is not None and owner.problem is None:
            return owner, "name" if isinstance(phrase.owner, Name) else "pronoun", "document_of"
        if phrase.of is not None and self._is_by(phrase.of, phrase):
            entity = self.of_name.get(phrase.of.start)
            if entity is not None and entity.problem is None and entity.kind not in ("place", "thing"):
                return entity, "name", "document_of"
        maker = self._maker_before(phrase) if phrase.determiner in ("the", "this", "that") else None
        if maker is not None:
            return maker, "nominal", "document_again"
        earlier = self.phrases.earlier(phrase, place.start) if phrase.determiner in DEFINITE else None
        if earlier is not None:
            return earlier, "unnamed", "unnamed_again"
        return self.phrases.unnamed(phrase, owner), "unnamed", "unnamed"

    def _maker_before(self, phrase: Phrase) -> Entity | None:
        """Whose "the speech" is: the nearest "Mr Lund’s speech" or "his speech" before it."""
        tokens = self.layout.tokens
        for at in range(self.layout.index(phrase.start) - 1, 0, -1):
            if tokens[at].low != phrase.head:
                continue
            is_possessive = tokens[at - 1].is_possessive and at > 1
            before = tokens[at - 2] if is_possessive else tokens[at - 1]
            if not is_possessive and before.low not in self.words.pronouns:
                continue
            for entity in self.discourse.entities:
                is_owner = entity.kind not in ("place", "thing")
                if is_owner and any(s.start <= before.start < s.end for s in entity.sightings):
                    return entity
        return None

    def _is_by(self, maker: Name, phrase: Phrase) -> bool:
        """Whether the document is made by that name: "a report by X", "the speech Mrs X delivered"."""
        at = self.layout.index(maker.lead)
        before = self.layout.tokens[max(0, at - 3) : at]
        if any(b.low == "by" and self.words.is_a(a.low, "reader") for a, b in pairwise(before)):
            return False  # "a note seen by the Gazette"
        return any(t.low in ("by", "from", "of") for t in before) or before[-1].low == phrase.head


def _most_seen(places: list[Entity]) -> Choice:
    """Whom "the city" means: the place that the article names more often than any other."""
    ranked = sorted(places, key=lambda e: -len(e.sightings))
    counts = [len(e.sightings) for e in ranked[:2]] + [0, 0]
    return Choice(ranked[0], 0.5) if counts[0] >= 2 and counts[0] > counts[1] else Choice(None)
