"""Silent speakers: statements whose speaker is left out, and "I" and "we".

Belongs here: what hangs on the speakers of other statements, so it is resolved after them. Does not:
speakers that the text names (``speakers.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.actor_seeds import person_key
from pipeline.extract.entities import Entity
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import Pronoun, lexicon
from pipeline.extract.persona import NameIndex, name_words
from pipeline.extract.slots import Slot, Span
from pipeline.extract.surroundings import Surroundings

Answer = tuple[Entity | None, str, str, str | None]
"""Actor, resolution, rule, and the reason where there is no actor."""


class Silent:
    """Resolves the slots of one article that hang on others."""

    def __init__(
        self,
        layout: Layout,
        names: NameIndex,
        of_name: dict[int, Entity],
        around: Surroundings,
        slots: Sequence[Slot],
        author: str | None,
    ) -> None:
        self.layout = layout
        self.names = names
        self.of_name = of_name
        self.around = around
        self.slots = slots
        self.words = lexicon()
        self.author = _author(author) if author else None

    def first_person(self, slot: Slot, pronoun: Pronoun) -> Answer:
        """Whom "I" and "we" mean: whose words they stand in, else the author; "you" stays open."""
        if pronoun.person == 2 or slot.phrase is None:
            return None, "unresolved", "first_person", "addressed"
        around = self.around.reported_by(slot.phrase.start, slot.attribution)
        if around:
            return min(around, key=lambda a: a[0])[1], "pronoun", "first_person", None
        if self.author is not None:
            return self.author, "pronoun", "author", None
        return None, "unresolved", "first_person", "author"

    def left_out(self, slot: Slot) -> Answer:
        """No speaker is marked: the subject before the cue, or the one whose words go on."""
        a = slot.attribution
        if a.cue is not None and not self._is_passive(a.cue):
            subject = self._subject_of(a.cue[0])
            if subject is not None:
                return subject, "name", "silent_subject", None
        before = [s for s in self.slots if s.entity is not None and s.attribution.anchor < a.anchor]
        last = max(before, key=lambda s: s.attribution.anchor, default=None)
        if last is None:
            return None, "unresolved", "silent", "no_speaker"
        begin = last.attribution.anchor
        if a.cue is None:
            gap = self.layout.paragraph(a.anchor) - self.layout.paragraph(begin)
            goes_on, rule = a.statement_type == "direct" and gap <= 1, "silent_quotation"
        else:
            in_sentence = self.layout.sentence(begin) == self.layout.sentence(a.anchor)
            goes_on, rule = in_sentence and self._leans(a.cue), "silent_participle"
        if goes_on:
            return last.entity, "pronoun", rule, None
        return None, "unresolved", "silent", "no_speaker"

    def _is_passive(self, cue: Span) -> bool:
        """Whether the subject is not the one who speaks: "is expected to", "was asked", "seems to"."""
        return any(self.words.is_a(t.low, "be", "impression") for t in self.layout.between(*cue))

    def _leans(self, cue: Span) -> bool:
        """Whether the cue leans on the speaker of its sentence: "adding", "… and denied"."""
        if any(t.low.endswith("ing") for t in self.layout.between(*cue)[:2]):
            return True
        at = self._before(cue[0])
        return at >= 0 and lexicon().is_a(self.layout.tokens[at].low, "conjunction")

    def _before(self, cue: int) -> int:
        """Index of the last token before a cue that is no adverb or auxiliary of it."""
        at = self.layout.index(cue) - 1
        while at >= 0 and self.words.is_a(self.layout.tokens[at].low, "adverb", "verb"):
            at -= 1
        return at

    def _subject_of(self, cue: int) -> Entity | None:
        """The subject right before a cue ("Sean Hannity indicated"), where the tagger saw no speaker."""
        at = self._before(cue)
        if at < 0 or self.layout.sentence(self.layout.tokens[at].start) != self.layout.sentence(cue):
            return None
        start = self.layout.tokens[at].start
        if start in self.around.mentioned:
            return self.around.mentioned[start]
        name = self.names.at(start)
        if name is None or not name.is_subject:
            return None
        entity = self.of_name.get(name.start)
        return entity if entity is not None and entity.problem is None and entity.kind != "thing" else None


def _author(name: str) -> Entity:
    """The article's author as an actor."""
    words = name_words(name)
    key = person_key(words) if len(words) > 1 else ""
    return Entity("person", name, tuple(words), key)
