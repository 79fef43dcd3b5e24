"""Groups: whom "who", "all", "some" and "they" mean where no name tells.

Belongs here: relative and quantity pronouns, and groups that the text spoke of without a statement. Does
not: personal pronouns of named actors (``discourse.py``).
"""

from __future__ import annotations

from pipeline.extract.descriptions import Descriptions
from pipeline.extract.discourse import Choice, Discourse, Place
from pipeline.extract.entities import Entity
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import Pronoun, lexicon
from pipeline.extract.noun_phrases import NounPhrases
from pipeline.extract.persona import Name, NameIndex, begins_clause

RELATIVE_WINDOW = 14
"""Tokens before a relative pronoun among which its noun is sought."""
GROUP_TOKENS = 90
"""How many tokens back "they" looks for a group that no statement has named."""
GROUP_STEPS = 4
"""How many of the narrator's sentences back "all", "some" and "they" look for their group."""


class Groups:
    """Resolves relative and quantity pronouns against one article."""

    def __init__(
        self,
        layout: Layout,
        discourse: Discourse,
        phrases: NounPhrases,
        descriptions: Descriptions,
        names: NameIndex,
        of_name: dict[int, Entity],
    ) -> None:
        self.layout = layout
        self.discourse = discourse
        self.phrases = phrases
        self.descriptions = descriptions
        self.names = names
        self.of_name = of_name
        self.words = lexicon()
        self._appositions = [n for n in names.names if n.tail > n.end]

    def relative(self, start: int, pronoun: Pronoun) -> Choice:
        """What "who" or "which" stands for: the nearest fitting name or noun before it in its sentence."""
        lay = self.layout
        at = lay.index(start)
        begin = max(lay.index(lay.sentence_span(start)[0]), at - RELATIVE_WINDOW)
        wants_person = pronoun.gender == "a"
        for i in range(at - 1, begin - 1, -1):
            token = lay.tokens[i]
            if not token.is_word or token.is_possessive:
                continue
            entity = self._antecedent(i, wants_person) or self._people_before(i, at, wants_person)
            if entity is not None:
                return Choice(entity, 1.0)
        last = lay.tokens[at - 1] if at > begin else None
        if last is not None and last.is_word and not self._heads_nothing(last.low):
            return Choice(self._described(at - 1), 0.3)
        named = self.relative_names(start)
        return Choice(named[0], 0.5) if named else Choice(None)

    def relative_names(self, start: int) -> list[Entity]:
        """The names right before a relative pronoun: two for "NATO and the United States, who".

        Of people only the last is meant: "she met Mr Ashe and Ms Lund, who said".
        """
        found: list[Entity] = []
        joined = False
        before = start
        while (name := self._name_before(before)) is not None and (entity := self._of(name)) is not None:
            found.insert(0, entity)
            before = name.lead
            at = self.layout.index(before) - 1
            while at >= 0 and self.layout.tokens[at].low == "the":
                at -= 1
            if at < 0 or self.layout.tokens[at].low not in ("and", ","):
                break
            joined = joined or self.layout.tokens[at].low == "and"
        is_joint = joined and all(e.kind != "person" for e in found)
        return found if is_joint else found[-1:]

    def _name_before(self, offset: int) -> Name | None:
        """The name that ends right before ``offset``, commas, "and" and "the" aside."""
        at = self.layout.index(offset) - 1
        while at >= 0 and self.layout.tokens[at].low in (",", "and", "the"):
            at -= 1
        name = self.names.at(self.layout.tokens[at].start) if at >= 0 else None
        return name if name is not None and not name.is_possessive else None

    def _antecedent(self, at: int, wants_person: bool) -> Entity | None:
        """The actor that the word at ``at`` names or describes, if it is of the kind that is wanted."""
        token = self.layout.tokens[at]
        described = next((n for n in self._appositions if n.end < token.start < n.tail), None)
        if described is not None and wants_person:
            return self._of(described)
        name = self.names.at(token.start)
        is_people = token.low in self.words.person_nouns or self.words.is_plural_people(token.low)
        if name is not None:
            if name.is_possessive:
                return None
            if wants_person and name.kind != "person" and is_people:
                return self._described(at)
            entity = self._of(name)
            return entity if entity is not None and (entity.kind == "person") == wants_person else None
        return self._described(at) if wants_person and is_people else None

    def _people_before(self, at: int, pronoun: int, wants_person: bool) -> Entity | None:
        """An unknown plural right before "who": it can only be people."""
        low = self.layout.tokens[at].low
        if not wants_person or at != pronoun - 1 or not low.endswith("s") or self._heads_nothing(low):
            return None
        return None if self.names.at(self.layout.tokens[at].start) else self._described(at)

    def _of(self, name: Name) -> Entity | None:
        entity = self.of_name.get(name.start)
        return entity if entity is not None and entity.problem is None else None

    def _heads_nothing(self, low: str) -> bool:
        """A word that heads no noun phrase."""
        if low in ("those", "others", "some"):
            return False
        return self.words.is_function_word(low) or low.endswith("ly")

    def _described(self, at: int) -> Entity:
        """The actor of the noun phrase that ends at ``at``."""
        phrase = self.phrases.at(at)
        if phrase.determiner == "the" and not phrase.is_plural:
            return self.descriptions.person(phrase, None, Place(phrase.start))[0]
        return self.phrases.unnamed(phrase)

    def quantity(self, start: int) -> Choice:
        """What "all", "some" and "many" stand for: the group spoken of in the sentences before."""
        token = self.layout.tokens[self.layout.index(start)].low
        if self.words.is_a(token, "new_group"):
            return Choice(None)
        step = self.layout.step(start)
        for entity in reversed(self.discourse.entities):
            seen = [s for s in entity.sightings if s.start < start]
            if entity.is_plural and seen and step - seen[-1].step <= GROUP_STEPS:
                return Choice(entity, 0.5)
        return Choice(None)

    def before(self, start: int, least: float) -> Entity | None:
        """The group spoken of before "they": the nearest plural of people that outweighs ``least``."""
        lay, weights = self.layout, self.discourse.weights
        step, paragraph, here = lay.step(start), lay.paragraph(start), lay.index(start)
        best, found = least, -1
        for i in range(here - 1, max(-1, here - GROUP_TOKENS), -1):
            token = lay.tokens[i]
            back = step - lay.step(token.start)
            if back > GROUP_STEPS:
                break
            is_people = self.words.is_plural_people(token.low) and token.low not in self.words.pronouns
            if not is_people or lay.quotation(token.start) >= 0:
                continue
            first = lay.tokens[self.phrases.begin(i)].start
            score = weights.subject if begins_clause(lay, first) else weights.mention
            score -= weights.step * back + weights.paragraph * (paragraph - lay.paragraph(token.start))
            if score > best:
                best, found = score, i
        return self._described(found) if found >= 0 else None
