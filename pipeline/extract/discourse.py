"""Discourse: whom a pronoun means, by what the article has spoken of before it.

Belongs here: the memory of mentions and the choice among them. Does not: reading speaker phrases
(``phrases.py``) or naming actors (``chains.py``).

The choice is a sum of weights, set by reading cases of the dev split (see ``docs/quality.md``): nearness,
being the speaker or subject of the sentence before, agreement in number, gender and animacy, and the
tagger's own guess. Gender is never taken from a first name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.extract.chains import Entity, Sighting
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import Pronoun

MAX_SENTENCES = 7
"""How far back a pronoun looks; farther antecedents were wrong more often than right."""
_GENDERED = ("m", "f")


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the choice."""

    speaker: float = 2.6
    subject: float = 2.2
    mention: float = 1.0
    topic: float = 1.7
    later: float = 2.0
    later_in_paragraph: float = 0.8
    sentence: float = 0.75
    paragraph: float = 0.35
    quoted: float = 2.0
    outer: float = 3.0
    in_own_content: float = 3.0
    gender_known: float = 0.5
    same_sentence: float = 0.7
    quote_goes_on: float = 0.7
    hint: float = 0.5
    last_speaker: float = 0.9
    body_as_they: float = 1.0
    often: float = 0.25
    least: float = 0.2


@dataclass(frozen=True, slots=True)
class Choice:
    """The actor chosen; ``margin`` is the lead over the next one, ``reason`` says why there is none."""

    entity: Entity | None
    margin: float = 0.0
    reason: str = ""
    score: float = 0.0


@dataclass(slots=True)
class Place:
    """Where a pronoun stands: its offset, the contents it is reported in and its own content."""

    start: int
    outer: tuple[Entity, ...] = ()
    quoted_by: tuple[Entity, ...] = ()
    own_content: tuple[tuple[int, int], ...] = ()
    hint: Entity | None = None
    last_speaker: Entity | None = None
    follows_quotation: bool = False
    may_look_ahead: bool = False


class Discourse:
    """The actors of an article and where they were mentioned so far."""

    def __init__(self, layout: Layout, entities: Iterable[Entity], weights: Weights | None = None) -> None:
        self.layout = layout
        self.entities = [e for e in entities if e.problem is None]
        self.weights = weights or Weights()

    def sight(
        self, entity: Entity, start: int, end: int, *, subject: bool, speaker: bool = False, topic: bool = False
    ) -> Sighting:
        """Remember a mention."""
        lay = self.layout
        seen = Sighting(
            start, end, lay.step(start), lay.paragraph(start), lay.quotation(start), subject, speaker, topic
        )
        entity.sightings.append(seen)
        if not any(entity is e for e in self.entities) and entity.problem is None:
            self.entities.append(entity)
        return seen

    def choose(self, pronoun: Pronoun, place: Place) -> Choice:
        """The actor that ``pronoun`` means at ``place``."""
        fitting = [e for e in self.entities if fits(e, pronoun)]
        return self.best(fitting, place, gender=pronoun.gender or pronoun.number)

    def best(self, entities: Sequence[Entity], place: Place, *, gender: str = "", far: bool = False) -> Choice:
        """The most likely of ``entities`` as antecedent at ``place``; ``far``: at any distance."""
        if self._is_interrupted(place, entities):
            place = replace(place, last_speaker=None)
        scored = sorted(
            ((s, e) for e in entities if (s := self._score(e, place, gender, far)) is not None), key=lambda x: -x[0]
        )
        if not scored or (scored[0][0] < self.weights.least and not far):
            return Choice(None, 0.0, "no_antecedent")
        margin = scored[0][0] - scored[1][0] if len(scored) > 1 else 3.0
        return Choice(scored[0][1], margin, "", scored[0][0])

    def _role_weight(self, seen: Sighting) -> float:
        w = self.weights
        if seen.is_speaker:
            return w.speaker
        if seen.is_subject:
            return w.subject
        return w.topic if seen.is_topic else w.mention

    def _is_interrupted(self, place: Place, entities: Sequence[Entity]) -> bool:
        """Whether the paragraph has brought up somebody else since the last speaker spoke."""
        if place.last_speaker is None:
            return False
        spoke = max((s.start for s in place.last_speaker.sightings if s.start < place.start), default=-1)
        paragraph = self.layout.paragraph(place.start)
        return any(
            seen.is_subject and seen.quotation < 0 and spoke < seen.start < place.start and seen.paragraph == paragraph
            for e in entities
            if e is not place.last_speaker
            for seen in e.sightings
        )

    def _cataphora(self, entity: Entity, place: Place) -> float | None:
        """"While he has doubts, Sanders said": weight of the subject that follows in the same sentence."""
        if not place.may_look_ahead:
            return None
        lay = self.layout
        sentence = lay.step(place.start)
        ahead = any(
            s.start > place.start and s.is_subject and s.sentence == sentence and s.quotation < 0
            for s in entity.sightings
        )
        if not ahead:
            return None
        begin = lay.sentence_span(place.start)[0]
        opens = begin == 0 or lay.text[begin - 1] == "\n"
        return self.weights.later + self.weights.later_in_paragraph * opens

    def _score(self, entity: Entity, place: Place, gender: str, far: bool = False) -> float | None:
        w = self.weights
        lay = self.layout
        plural = gender == "plural"
        sentence, paragraph = lay.step(place.start), lay.paragraph(place.start)
        quotation = lay.quotation(place.start)
        best: float | None = None
        count = 0
        for seen in entity.sightings:
            if seen.start >= place.start:
                continue
            count += 1
            if sentence - seen.sentence > MAX_SENTENCES and not far:
                continue
            score = self._role_weight(seen)
            score -= w.sentence * (sentence - seen.sentence) + w.paragraph * (paragraph - seen.paragraph)
            begins = seen.is_subject or seen.is_topic
            if begins and seen.sentence == sentence and quotation < 0 and not place.follows_quotation:
                score += w.same_sentence
            if seen.quotation >= 0 and seen.quotation != quotation:
                score -= w.quoted
            if any(s <= seen.start < e for s, e in place.own_content):
                score -= w.in_own_content
            score += 0.1 * (seen.start / place.start)  # of equals, the nearer
            best = score if best is None else max(best, score)
        if best is None and far and entity.sightings:
            best = w.mention - w.paragraph  # named later: "the mayor" of a first paragraph
        ahead = self._cataphora(entity, place)
        if ahead is not None:
            best = ahead if best is None else max(best, ahead)
        is_outer = any(entity is e for e in place.outer)
        if best is None and not is_outer and place.hint is not entity:
            return None
        total = best if best is not None else 0.0
        total += w.often * math.log1p(count)
        total += w.outer * is_outer + w.hint * (place.hint is entity)
        total += (w.last_speaker + w.quote_goes_on * place.follows_quotation) * (place.last_speaker is entity)
        if entity.kind == "thing":
            total -= w.body_as_they
        if plural and not entity.is_plural:
            total -= w.body_as_they
        if gender in _GENDERED and (entity.gender or _vote(entity, 1)) == gender:
            total += w.gender_known
        elif gender in _GENDERED and not entity.gender and _vote(entity, 1):
            total -= w.gender_known
        if any(entity is e for e in place.quoted_by):
            total -= w.in_own_content * 1.5
        return total


def _vote(entity: Entity, least: int = 2) -> str:
    """The gender that at least so many sure pronouns gave the actor; nothing where they disagree."""
    m, f = entity.votes["m"], entity.votes["f"]
    if m > 2 * f and m >= least:
        return "m"
    return "f" if f > 2 * m and f >= least else ""


def fits(entity: Entity, pronoun: Pronoun) -> bool:
    """Agreement in number, animacy and gender, as far as they are known."""
    if pronoun.gender in _GENDERED:
        known = entity.gender or _vote(entity)
        return entity.is_person and known in ("", pronoun.gender)
    if pronoun.gender == "n":
        return entity.kind in ("organization", "government", "place", "thing")
    if pronoun.gender == "a":
        return entity.is_person or entity.is_plural
    if pronoun.number == "plural":
        return entity.is_plural or entity.kind in ("group", "organization", "government")
    return True
