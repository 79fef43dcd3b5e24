"""Discourse: whom a pronoun means, by what the article has spoken of before it.

Belongs here: the memory of mentions and the choice among them. Does not: reading speaker phrases
(``phrases.py``) or naming actors (``chains.py``).

The choice is a sum of weights, set by reading cases of the training and dev texts (see
``docs/quality.md``): nearness, being the speaker or subject of the sentence before, agreement in number,
gender and animacy, and the tagger's own guess. Gender is never taken from a first name.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.extract.entities import Entity, Sighting
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import Pronoun

MAX_STEPS = 7
"""How many of the narrator's sentences a pronoun looks back; farther antecedents were mostly wrong."""
MAX_SIGHTINGS = 40
"""Mentions of one actor that are weighed; bounds the cost of very long texts."""
_GENDERED = ("m", "f")


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the choice.

    The first four say what a mention counts where it stands, ``step`` and ``paragraph`` what distance
    takes off. ``quoted``: the mention stands in a quotation and the pronoun does not. ``outer``: the
    pronoun stands in what that actor is reported to say. ``own``: the mention stands in the pronoun's own
    statement, where speakers hardly name themselves. ``introduced``: the sentence before names somebody
    for the first time, with a role, and a quotation follows.
    """

    speaker: float = 2.6
    subject: float = 2.2
    topic: float = 1.7
    mention: float = 1.0
    step: float = 0.75
    paragraph: float = 0.35
    quoted: float = 2.0
    same_sentence: float = 0.7
    outer: float = 3.0
    own: float = 3.0
    quoted_speaker: float = 4.5
    last_speaker: float = 0.9
    quote_goes_on: float = 0.7
    introduced: float = 2.5
    later: float = 2.0
    later_in_paragraph: float = 0.8
    gender_known: float = 0.5
    number_unsure: float = 1.0
    often: float = 0.25
    hint: float = 0.5
    least: float = 0.2


@dataclass(frozen=True, slots=True)
class Choice:
    """The actor chosen; ``margin`` is the lead over the next one."""

    entity: Entity | None
    margin: float = 0.0
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pronoun stands.

    ``outer`` and ``quoted_by`` are the speakers of indirect and quoted contents around it,
    ``own_content`` what it says itself, ``hint`` the tagger's guess, ``last_speaker`` who spoke before.
    ``follows_quotation``: it stands behind its own quoted words; ``may_look_ahead``: it stands in a clause
    that opens its sentence ("While he …, X said").
    """

    start: int
    outer: tuple[Entity, ...] = ()
    quoted_by: tuple[Entity, ...] = ()
    own_content: tuple[tuple[int, int], ...] = ()
    hint: Entity | None = None
    last_speaker: Entity | None = None
    follows_quotation: bool = False
    may_look_ahead: bool = False


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place with what the layout says of it."""

    place: Place
    step: int
    paragraph: int
    quotation: int


class Discourse:
    """The actors of an article and where they were mentioned so far."""

    def __init__(self, layout: Layout, entities: Iterable[Entity], weights: Weights | None = None) -> None:
        self.layout = layout
        self.entities = [e for e in entities if e.problem is None]
        self.weights = weights or Weights()
        self._known = {id(e) for e in self.entities}

    def sight(
        self,
        entity: Entity,
        start: int,
        end: int,
        *,
        subject: bool,
        speaker: bool = False,
        topic: bool = False,
        introduction: bool = False,
    ) -> None:
        """Remember a mention; an actor met for the first time joins the article's."""
        lay = self.layout
        seen = Sighting(
            start,
            end,
            lay.step(start),
            lay.paragraph(start),
            lay.quotation(start),
            is_subject=subject,
            is_speaker=speaker,
            is_topic=topic,
            is_introduction=introduction,
        )
        insort(entity.sightings, seen, key=lambda s: s.start)
        if id(entity) not in self._known and entity.problem is None:
            self._known.add(id(entity))
            self.entities.append(entity)

    def choose(self, pronoun: Pronoun, place: Place) -> Choice:
        """The actor that ``pronoun`` means at ``place``."""
        fitting = [e for e in self.entities if fits(e, pronoun)]
        return self.best(fitting, place, form=pronoun.gender or pronoun.number)

    def best(self, entities: Sequence[Entity], place: Place, *, form: str = "", far: bool = False) -> Choice:
        """The most likely of ``entities`` as antecedent at ``place``.

        Args:
            entities: Candidates.
            place: Where the pronoun or description stands.
            form: Gender (``m``, ``f``) or number (``plural``) that agreement is weighed by.
            far: Take mentions at any distance, later ones too.
        """
        lay = self.layout
        if self._is_interrupted(place, entities):
            place = replace(place, last_speaker=None)
        spot = _Spot(place, lay.step(place.start), lay.paragraph(place.start), lay.quotation(place.start))
        scored = [(s, e) for e in entities if (s := self._score(e, spot, form, far)) is not None]
        scored.sort(key=lambda x: -x[0])
        if not scored or (scored[0][0] < self.weights.least and not far):
            return Choice(None)
        margin = scored[0][0] - scored[1][0] if len(scored) > 1 else 3.0
        return Choice(scored[0][1], margin, scored[0][0])

    def _is_interrupted(self, place: Place, entities: Sequence[Entity]) -> bool:
        """Whether the paragraph has brought up somebody else since the last speaker spoke."""
        last = place.last_speaker
        if last is None:
            return False
        before = bisect_left(last.sightings, place.start, key=lambda s: s.start)
        spoke = last.sightings[before - 1].start if before else -1
        paragraph = self.layout.paragraph(place.start)
        for entity in entities:
            if entity is last:
                continue
            stop = bisect_left(entity.sightings, place.start, key=lambda s: s.start)
            for seen in reversed(entity.sightings[max(0, stop - MAX_SIGHTINGS) : stop]):
                if seen.start <= spoke or seen.paragraph != paragraph:
                    break
                if seen.is_subject and seen.quotation < 0:
                    return True
        return False

    def _score(self, entity: Entity, spot: _Spot, form: str, far: bool) -> float | None:
        w, place = self.weights, spot.place
        stop = bisect_left(entity.sightings, place.start, key=lambda s: s.start)
        near = [self._weigh(s, spot) for s in self._recent(entity, stop, spot, far)]
        if far and not near and entity.sightings:
            near = [w.mention - w.paragraph]  # named later: "the mayor" of a first paragraph
        ahead = self._ahead(entity, stop, spot)
        near += [ahead] if ahead is not None else []
        is_outer = any(entity is e for e in place.outer)
        if not near and not is_outer and place.hint is not entity:
            return None
        total = max(near, default=0.0) + w.often * math.log1p(stop) + w.outer * is_outer
        total += w.hint * (place.hint is entity)
        total += (w.last_speaker + w.quote_goes_on * place.follows_quotation) * (place.last_speaker is entity)
        total -= w.quoted_speaker * any(entity is e for e in place.quoted_by)
        return total + self._agreement(entity, form)

    def _recent(self, entity: Entity, stop: int, spot: _Spot, far: bool) -> list[Sighting]:
        recent = entity.sightings[max(0, stop - MAX_SIGHTINGS) : stop]
        return recent if far else [s for s in recent if spot.step - s.step <= MAX_STEPS]

    def _weigh(self, seen: Sighting, spot: _Spot) -> float:
        """What one mention counts at ``spot``."""
        w = self.weights
        if seen.is_speaker:
            weight = w.speaker
        elif seen.is_subject:
            weight = w.subject
        else:
            weight = w.topic if seen.is_topic else w.mention
        weight -= w.step * (spot.step - seen.step) + w.paragraph * (spot.paragraph - seen.paragraph)
        begins = seen.is_subject or seen.is_topic
        if begins and seen.step == spot.step and spot.quotation < 0 and not spot.place.follows_quotation:
            weight += w.same_sentence
        if seen.is_introduction and spot.place.follows_quotation and spot.step - seen.step <= 1:
            weight += w.introduced
        if seen.quotation >= 0 and seen.quotation != spot.quotation:
            weight -= w.quoted
        if any(s <= seen.start < e for s, e in spot.place.own_content):
            weight -= w.own
        return weight + 0.1 * seen.start / max(1, spot.place.start)  # of equals, the nearer

    def _ahead(self, entity: Entity, stop: int, spot: _Spot) -> float | None:
        """Weight of a subject that follows in the same sentence: "While he has doubts, Sanders said"."""
        if not spot.place.may_look_ahead:
            return None
        for seen in entity.sightings[stop:]:
            if seen.step != spot.step:
                return None
            if seen.is_subject and seen.quotation < 0:
                begin = self.layout.sentence_span(spot.place.start)[0]
                opens = begin == 0 or self.layout.text[begin - 1] == "\n"
                return self.weights.later + self.weights.later_in_paragraph * opens
        return None

    def _agreement(self, entity: Entity, form: str) -> float:
        """What agreement adds: known gender against unknown, a true plural against a body."""
        w = self.weights
        weight = -w.number_unsure * (entity.kind == "thing")
        if form == "plural" and not entity.is_plural:
            weight -= w.number_unsure
        if form in _GENDERED:
            known = entity.gender or entity.voted_gender(1)
            if known == form:
                weight += w.gender_known
            elif known:
                weight -= w.gender_known
        return weight


def fits(entity: Entity, pronoun: Pronoun) -> bool:
    """Agreement in number, animacy and gender, as far as they are known."""
    if pronoun.gender in _GENDERED:
        known = entity.gender or entity.voted_gender(2)
        return entity.is_person and known in ("", pronoun.gender)
    if pronoun.gender == "n":
        return entity.kind in ("organization", "government", "place", "thing")
    if pronoun.gender == "a":
        return entity.is_person or entity.is_plural
    if pronoun.number == "plural":
        return entity.is_plural or entity.kind in ("group", "organization", "government")
    return True
