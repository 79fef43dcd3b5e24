"""Silent speakers: statements whose speaker is left out, and "I" and "we".

Belongs here: what hangs on the speakers of other statements, so it is resolved after them. Does not:
speakers that the text names (``speakers.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.actor_seeds import person_key
from pipeline.extract.entities import Entity, Resolution, Unresolved
from pipeline.extract.groups import Groups
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import Pronoun, lexicon
from pipeline.extract.persona import NameIndex, name_words
from pipeline.extract.slots import Attribution, Slot, Span
from pipeline.extract.surroundings import Surroundings
from pipeline.extract.transcripts import Transcript

CLAUSE_TOKENS = 16
"""Tokens before a cue among which the relative pronoun of its clause is sought."""
Answer = tuple[Entity | None, Resolution, str, Unresolved | None]
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
        *,
        groups: Groups,
        author: str | None,
    ) -> None:
        self.layout = layout
        self.names = names
        self.of_name = of_name
        self.around = around
        self.slots = slots
        self.groups = groups
        self.words = lexicon()
        self.author = _author(author) if author else None
        self.transcript = Transcript(layout, names, of_name, self.author)

    def first_person(self, slot: Slot, pronoun: Pronoun) -> Answer:
        """Whom "I" and "we" mean: whose words they stand in, else the author; "you" stays open."""
        if pronoun.person == 2 or slot.phrase is None:
            return None, "unresolved", "first_person", "no_antecedent"
        around = self.around.reported_by(slot.phrase.start, slot.attribution)
        if around:
            return min(around, key=lambda a: a[0])[1], "pronoun", "first_person", None
        told = self.transcript.speaker(slot.phrase.start)
        if told is not None:
            return told, "pronoun", "transcript", None
        if self.author is not None and not self.transcript.covers(slot.phrase.start):
            return self.author, "pronoun", "author", None
        return None, "unresolved", "first_person", "no_antecedent"  # nobody is named who could be "I"

    def left_out(self, slot: Slot) -> Answer:
        """No speaker is marked: the subject before the cue, or the one whose words go on."""
        a = slot.attribution
        if a.cue is not None and not self._is_passive(a.cue):
            subject = self._subject_of(a.cue[0])
            if subject is not None:
                return subject, "name", "silent_subject", None
            pronoun = self.clause_pronoun(a.cue[0])
            subject = self._subject_of_noun(a.cue[0])
            if pronoun is not None:
                word = self.words.pronouns[self.layout.tokens[self.layout.index(pronoun)].low]
                subject = self.groups.relative(pronoun, word).entity
            if subject is not None:
                return subject, "pronoun", "relative", None
        told = self.transcript.speaker(a.content[0][0]) if a.cue is None and a.content else None
        if told is not None:
            return told, "name", "transcript", None
        actor = self._who_acts(a) if a.cue is None and a.statement_type == "direct" else None
        if actor is not None:
            return actor, "name", "silent_action", None
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

    def _who_acts(self, a: Attribution) -> Entity | None:
        """Who acts right behind the quotation that opens a paragraph: "“Would you?” Ms Penn held up a jar."."""
        tokens, lay = self.layout.tokens, self.layout
        if not a.content:
            return None
        first, last = a.content[0][0], a.content[-1][1]
        if lay.paragraphs[lay.paragraph(first)][0] != first:
            return None
        at = lay.index(last)
        while at < len(tokens) and not tokens[at].is_word:
            at += 1
        if at >= len(tokens) or lay.paragraph(tokens[at].start) != lay.paragraph(first):
            return None
        name = self.names.at(tokens[at].start)
        if name is None or name.kind != "person" or name.is_possessive or lay.quotation(name.start) >= 0:
            return None
        entity = self.of_name.get(name.start)
        return entity if entity is not None and entity.problem is None else None

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

    def clause_pronoun(self, cue: int) -> int | None:
        """Where "who" stands that is the subject of "Ms Okoro, who took over in May and had feared the sack"."""
        tokens = self.layout.tokens
        first = self.layout.index(self.layout.sentence_span(cue)[0])
        for at in range(self.layout.index(cue) - 1, max(first, self.layout.index(cue) - CLAUSE_TOKENS), -1):
            token = tokens[at]
            pronoun = self.words.pronouns.get(token.low)
            if not token.is_word or (pronoun is not None and pronoun.kind == "personal"):
                return None
            if pronoun is None or pronoun.kind != "relative":
                continue
            if token.low == "that" or not self._is_subject(at + 1, cue):
                return None
            return token.start
        return None

    def _subject_of_noun(self, cue: int) -> Entity | None:
        """The subject of the sentence of a cue that is a noun: "His remarks were … and a denial that"."""
        tokens = self.layout.tokens
        if not self.words.is_a(tokens[self.layout.index(cue)].low, "determiner"):
            return None
        at = self.layout.index(self.layout.sentence_span(cue)[0])
        while tokens[at].start < cue and self.words.is_a(tokens[at].low, "conjunction", "adverb"):
            at += 1
        if tokens[at].start in self.around.mentioned:
            return self.around.mentioned[tokens[at].start]
        name = self.names.at(tokens[at].start)
        entity = self.of_name.get(name.start) if name is not None and name.kind == "person" else None
        return entity if entity is not None and entity.problem is None else None

    def _is_subject(self, at: int, cue: int) -> bool:
        """Whether a relative pronoun before token ``at`` is the subject of its clause: no noun comes before a verb.

        "Who on Tuesday accused" and "who took over in May and had feared", not "whom Ms Lund said".
        """
        token = self.layout.tokens[at]
        if token.start >= cue:
            return True
        is_noun = self.names.at(token.start) is not None or self.words.is_a(token.low, "determiner")
        return not is_noun and token.low not in self.words.pronouns


def _author(name: str) -> Entity:
    """The article's author as an actor."""
    words = name_words(name)
    key = person_key(words) if len(words) > 1 else ""
    return Entity("person", name, tuple(words), key)
