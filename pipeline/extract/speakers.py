"""Speakers: which actor each attribution of one article belongs to.

Belongs here: the walk over an article that resolves speaker phrases, names, nouns, pronouns and silent
speakers alike. Does not: frames (``statements.py``). A pure function over small values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.extract.chains import Entity, build_chains
from pipeline.extract.discourse import Choice, Discourse, Place
from pipeline.extract.layout import Layout, Token
from pipeline.extract.lexicon import Lexicon, Pronoun, lexicon
from pipeline.extract.nominals import Nominals
from pipeline.extract.persona import Name, RawName, begins_clause, read_names
from pipeline.extract.phrases import Phrase, read_phrase, split_speakers

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Attribution:
    """An attribution as the resolver needs it."""

    attribution_id: str
    speaker: Span | None
    cue: Span | None
    content: tuple[Span, ...]
    statement_type: str
    content_text: str = ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """One speaker of one attribution.

    ``rule`` names what found the actor; ``lexicons/confidence.csv`` says how often that is right.
    """

    attribution_id: str
    ordinal: int
    span: Span | None
    entity: Entity | None
    resolution: str
    rule: str
    reason: str | None = None


@dataclass(slots=True)
class Reading:
    """What the resolver made of an article."""

    entities: list[Entity]
    of_name: dict[int, Entity]
    names: list[Name]
    resolved: list[Resolved]
    layout: Layout


def resolve_speakers(
    text: str, raw: Sequence[RawName], hints: dict[int, int], attributions: Sequence[Attribution],
    *, author: str | None = None,
) -> Reading:
    """Resolve every speaker of an article.

    Args:
        text: ``articles.text``.
        raw: Its names with their meanings among the seeds.
        hints: Start of a pronoun to start of the mention the tagger thinks it means.
        attributions: In text order.
        author: The article's only author; "I" outside of quotations.
    """
    layout = Layout(text)
    names = read_names(layout, [_clip(row, attributions) for row in raw])
    entities, of_name = build_chains(layout, names)
    walk = _Walk(layout, names, entities, of_name, hints, attributions, author)
    walk.run()
    return Reading(walk.all_entities(), of_name, names, walk.results(), layout)


def _clip(row: RawName, attributions: Sequence[Attribution]) -> RawName:
    """A name ends where a speaker ends or a cue begins: in headlines taggers run on ("Obama Sees")."""
    ends = [a.speaker[1] for a in attributions if a.speaker and a.speaker[0] <= row.start < a.speaker[1] < row.end]
    ends += [a.cue[0] for a in attributions if a.cue and row.start < a.cue[0] < row.end]
    return replace(row, end=min(ends), hits=()) if ends else row


@dataclass(slots=True)
class _Slot:
    """A speaker to be resolved: one conjunct of one attribution."""

    attribution: Attribution
    ordinal: int
    phrase: Phrase | None
    done: Resolved | None = None
    alternatives: list[Entity] = field(default_factory=list[Entity])


class _Walk:
    def __init__(
        self, layout: Layout, names: list[Name], entities: list[Entity], of_name: dict[int, Entity],
        hints: dict[int, int], attributions: Sequence[Attribution], author: str | None,
    ) -> None:
        self.layout = layout
        self.names = names
        self.of_name = of_name
        self.hints = hints
        self.words = lexicon()
        self.attributions = attributions
        self.author = Entity("person", author, key="") if author else None
        self.discourse = Discourse(layout, entities)
        self.nominals = Nominals(layout, self.discourse, of_name)
        self.mentioned: dict[int, Entity] = {}
        self.last_speaker: Entity | None = None
        self.slots = [slot for a in attributions for slot in self._slots_of(a)]

    def all_entities(self) -> list[Entity]:
        """Named actors and those made on the way."""
        return self.discourse.entities

    def results(self) -> list[Resolved]:
        """One result a slot, in the order of the attributions."""
        return [slot.done for slot in self.slots if slot.done is not None]

    def run(self) -> None:
        """Names first, then in text order pronouns and nouns, at last what hangs on other speakers."""
        self._sight_names()
        self._vote_gender()
        spoken = {slot.phrase.start: slot for slot in self.slots if slot.phrase is not None}
        loose = {t.start for t in self.layout.tokens if self._is_loose_pronoun(t.low)}
        nouns = self._loose_nouns()
        for start in sorted({*spoken, *loose, *nouns}):
            slots = [s for s in self.slots if s.phrase is not None and s.phrase.start == start]
            for slot in slots:
                self._resolve(slot)
            if not slots and start in nouns:
                self._loose_nominal(nouns[start])
            elif not slots:
                self._loose_pronoun(start)
        for slot in self.slots:
            if slot.done is None:
                self._resolve_late(slot)

    # -- preparation ---------------------------------------------------------

    def _slots_of(self, attribution: Attribution) -> list[_Slot]:
        if attribution.speaker is None:
            return [_Slot(attribution, 0, None)]
        start, end = attribution.speaker
        near = [n for n in self.names if n.start < end and n.end > start]
        spans = split_speakers(self.layout, start, end, near)
        return [
            _Slot(attribution, i, read_phrase(self.layout, s, e, [n for n in near if n.start < e and n.end > s]))
            for i, (s, e) in enumerate(spans)
        ]

    def _sight_names(self) -> None:
        speakers = {s.phrase.name.start for s in self.slots if s.phrase and s.phrase.name}
        for name in self.names:
            entity = self.of_name.get(name.start)
            if entity is None or entity.problem is not None:
                continue
            in_title = any(n.lead <= name.start < n.start for n in self.names if n is not name)
            self.discourse.sight(
                entity, name.start, name.end, subject=name.is_subject,
                speaker=name.start in speakers and not name.is_possessive,
                topic=name.is_topic and not in_title,
            )
            if entity.kind == "person":
                self._sight_campaign(entity, name)

    def _sight_campaign(self, entity: Entity, name: Name) -> None:
        """Remember "the Clinton campaign" and "Mrs. Clinton's campaign" wherever they stand."""
        after = self.layout.index(name.end)
        tokens = self.layout.tokens[after : after + 3]
        if tokens and tokens[0].is_possessive:
            tokens = tokens[1:]
        if tokens and tokens[0].low in ("campaign", "camp") and not self._heads_on(tokens[:2]):
            campaign = self.nominals.campaign(entity)
            self.discourse.sight(campaign, name.start, tokens[0].end, subject=name.is_subject)

    def _heads_on(self, tokens: Sequence[Token]) -> bool:
        """Whether the noun only begins a longer one ("campaign manager")."""
        return len(tokens) > 1 and self.words.person_noun_ending([tokens[1].low]) is not None

    def _vote_gender(self) -> None:
        """Let pronouns that can mean one person only say that person's gender."""
        by_sentence: dict[int, list[Entity]] = {}
        for entity in self.discourse.entities:
            if entity.kind == "person":
                for seen in entity.sightings:
                    if seen.quotation < 0:
                        by_sentence.setdefault(seen.sentence, []).append(entity)
        for token in self.layout.tokens:
            pronoun = self.words.pronouns.get(token.low)
            if pronoun is None or pronoun.gender not in ("m", "f") or self.layout.quotation(token.start) >= 0:
                continue
            sentence = self.layout.step(token.start)
            near = {id(e): e for back in range(3) for e in by_sentence.get(sentence - back, [])}
            if len(near) == 1:
                entity = next(iter(near.values()))
                if any(s.start < token.start and s.sentence >= sentence - 1 for s in entity.sightings):
                    entity.votes[pronoun.gender] += 1

    def _is_loose_pronoun(self, low: str) -> bool:
        pronoun = self.words.pronouns.get(low)
        return pronoun is not None and pronoun.gender in ("m", "f") and pronoun.kind in ("personal", "possessive")

    # -- resolution in text order ---------------------------------------------

    def _place(self, start: int, own: Attribution | None) -> Place:
        outer: list[Entity] = []
        quoted: list[Entity] = []
        quotation = self.layout.quotation(start)
        for slot in self.slots:
            a = slot.attribution
            if a is own or slot.done is None or slot.done.entity is None:
                continue
            if any(s <= start < e for s, e in a.content):
                (quoted if quotation >= 0 else outer).append(slot.done.entity)
        return Place(
            start, tuple(outer), tuple(quoted), own.content if own else (), self._hinted(start),
            self.last_speaker, self._follows_quotation(start, own),
            self._opens_with_clause(start),
        )

    def _follows_quotation(self, start: int, own: Attribution | None) -> bool:
        """Whether the speaker stands behind quoted words of its own: "…,” he said."""
        if own is None or own.statement_type == "indirect":
            return False
        before = [s for s, e in own.content if e <= start]
        return any(self.layout.quotation(s) >= 0 or self.layout.quotation(s + 1) >= 0 for s in before)

    def _opens_with_clause(self, start: int) -> bool:
        """Whether ``start`` lies in a clause that opens its sentence: "While he …, X said"."""
        begin, end = self.layout.sentence_span(start)
        tokens = self.layout.between(begin, end)
        before = [t for t in tokens if t.start < start]
        opens = bool(before) and self.words.is_a(before[0].low, "subordinator", "preposition")
        return opens and not any(t.low in (",", ";") for t in before) and self.layout.quotation(start) < 0

    def _hinted(self, start: int) -> Entity | None:
        target = self.hints.get(start)
        if target is None:
            return None
        if target in self.mentioned:
            return self.mentioned[target]
        for name in self.names:
            if name.lead <= target <= name.start or name.start <= target < name.end:
                return self.of_name.get(name.start)
        return None

    def _loose_pronoun(self, start: int) -> None:
        token = self.layout.tokens[self.layout.index(start)]
        if self.layout.quotation(start) >= 0:
            return
        choice = self.discourse.choose(self.words.pronouns[token.low], self._place(start, None))
        if choice.entity is not None and choice.margin >= 0.3:
            subject = token.low in ("he", "she") and begins_clause(self.layout, token.start)
            self._note(choice.entity, token.start, token.end, subject=subject)

    def _loose_nouns(self) -> dict[int, Span]:
        """Descriptions of one person outside of speakers, names and quotations ("the senator"), by start."""
        covered = [(n.front or n.lead, max(n.end, n.tail)) for n in self.names]
        covered += [(s.phrase.start, s.phrase.end) for s in self.slots if s.phrase is not None]
        blocked = bytearray(len(self.layout.text) + 1)
        for start, end in covered:
            blocked[start:end] = b"\x01" * (end - start)
        found: dict[int, Span] = {}
        for at, token in enumerate(self.layout.tokens):
            noun = self.words.person_nouns.get(token.low)
            if noun is None or blocked[token.start] or self.layout.quotation(token.start) >= 0:
                continue
            begin = self.layout.tokens[self.nominals.phrase_begin(at)].start
            if not blocked[begin] and begin < token.start:
                found[begin] = (begin, token.end)
        return found

    def _loose_nominal(self, span: Span) -> None:
        near = [n for n in self.names if n.start < span[1] and n.end > span[0]]
        phrase = read_phrase(self.layout, *span, near)
        if phrase.kind != "nominal" or phrase.head_class != "person":
            return
        place = self._place(span[0], None)
        subject = begins_clause(self.layout, span[0])
        entity = self.nominals.mention(phrase, self._owner(phrase, None), place, subject=subject)
        if entity is not None:
            self._note(entity, *span, subject=subject)

    def _note(self, entity: Entity, start: int, end: int, *, subject: bool, speaker: bool = False) -> None:
        self.discourse.sight(entity, start, end, subject=subject, speaker=speaker)
        self.mentioned[start] = entity

    def _resolve(self, slot: _Slot) -> None:
        phrase = slot.phrase
        assert phrase is not None
        if phrase.kind == "name" and phrase.name is not None:
            self._resolve_name(slot, phrase.name)
        elif phrase.kind == "pronoun" and phrase.pronoun is not None:
            self._resolve_pronoun(slot, phrase.pronoun)
        elif phrase.kind == "nominal":
            self._resolve_nominal(slot, phrase)
        else:
            self._finish(slot, None, "unresolved", "empty", "no_speaker")

    def _finish(
        self, slot: _Slot, entity: Entity | None, resolution: str, rule: str, reason: str | None = None
    ) -> None:
        if entity is not None and entity.problem is not None:
            entity, resolution, reason = None, "unresolved", entity.problem
        if entity is not None:
            entity.kind = {"place": "government", "thing": "organization"}.get(entity.kind, entity.kind)
        span = (slot.phrase.start, slot.phrase.end) if slot.phrase else None
        slot.done = Resolved(slot.attribution.attribution_id, slot.ordinal, span, entity, resolution, rule, reason)
        if entity is not None:
            self.last_speaker = entity
        if entity is not None and slot.phrase is not None and slot.phrase.kind != "name":
            self._note(entity, slot.phrase.start, slot.phrase.end, subject=True, speaker=True)

    def _resolve_name(self, slot: _Slot, name: Name) -> None:
        entity = self.of_name.get(name.start)
        if entity is None:
            self._finish(slot, None, "unresolved", "name", "unknown_name")
            return
        hit = next((h for h in name.hits if entity.seed and h.actor_id == entity.seed.actor_id), None)
        is_metonym = hit is not None and hit.alias_type in ("metonym", "capital")
        short = len(name.words) == 1 and entity.kind == "person"
        self._finish(slot, entity, "metonym" if is_metonym else "name", "name_short" if short else "name")

    def _resolve_pronoun(self, slot: _Slot, pronoun: Pronoun) -> None:
        if pronoun.person in (1, 2):
            return  # hangs on whose words they are: resolved late
        start = slot.phrase.start if slot.phrase else 0
        if pronoun.kind == "relative":
            choice = self.nominals.relative(start, pronoun)
            rule = "relative"
        elif pronoun.kind == "quantity":
            choice, rule = self.nominals.quantity(start), "quantity"
            if choice.entity is None:
                assert slot.phrase is not None
                self._finish(slot, self.nominals.unnamed(slot.phrase), "unnamed", "unnamed")
                return
        else:
            choice = self._personal(pronoun, self._place(start, slot.attribution))
            rule = "pronoun" if choice.margin >= 1.0 else "pronoun_close"
        if choice.entity is None:
            self._finish(slot, None, "unresolved", rule, choice.reason or "no_antecedent")
            return
        if pronoun.gender in ("m", "f") and choice.margin >= 2.0:
            choice.entity.votes[pronoun.gender] += 1
        self._finish(slot, choice.entity, "pronoun", rule)

    def _personal(self, pronoun: Pronoun, place: Place) -> Choice:
        choice = self.discourse.choose(pronoun, place)
        if pronoun.number != "plural":
            return choice
        group = self.nominals.group_before(place.start, choice.score)
        return choice if group is None else Choice(group, 0.5)

    def _resolve_nominal(self, slot: _Slot, phrase: Phrase) -> None:
        described = self._named_before(phrase)
        if described is not None:
            self._finish(slot, described, "name", "apposition")
            return
        owner = self._owner(phrase, slot.attribution)
        place = self._place(phrase.start, slot.attribution)
        entity, resolution, rule = self.nominals.resolve(phrase, owner, place)
        self._finish(slot, entity, resolution, rule, None if entity else rule)

    def _named_before(self, phrase: Phrase) -> Entity | None:
        """The person in whose apposition the phrase stands: "Matt Bennett, [a former aide]"."""
        if phrase.head_class != "person" or phrase.is_plural:
            return None
        for name in self.names:
            if name.kind == "person" and name.end < phrase.start < max(name.tail, name.end + 3):
                between = self.layout.text[name.end : phrase.start].strip()
                if between == "," or phrase.start < name.tail:
                    return self.of_name.get(name.start)
        return None

    def _owner(self, phrase: Phrase, own: Attribution | None) -> Entity | None:
        """Whose it is: the actor of "Clinton's", "his" or "Clinton" in "Clinton aides"."""
        owner = phrase.owner
        if isinstance(owner, Pronoun):
            if owner.person != 3:
                return None
            return self.discourse.choose(owner, self._place(phrase.owner_start, own)).entity
        return self.of_name.get(owner.start) if owner else None

    # -- what hangs on other speakers -----------------------------------------

    def _resolve_late(self, slot: _Slot) -> None:
        if slot.phrase is None:
            self._resolve_silent(slot)
            return
        outer = self._speaker_around(slot.phrase.start, slot.attribution)
        pronoun = slot.phrase.pronoun
        if pronoun is not None and pronoun.person == 1 and outer is not None:
            self._finish(slot, outer, "pronoun", "first_person")
        elif pronoun is not None and pronoun.person == 1 and self.author is not None:
            self._finish(slot, self.author, "pronoun", "author")
        else:
            reason = "addressed" if pronoun is not None and pronoun.person == 2 else "author"
            self._finish(slot, None, "unresolved", "first_person", reason)

    def _speaker_around(self, start: int, own: Attribution) -> Entity | None:
        """The speaker of the narrowest other content around ``start``."""
        found: list[tuple[int, Entity]] = []
        for slot in self.slots:
            a = slot.attribution
            if a is own or slot.done is None or slot.done.entity is None:
                continue
            found += [(e - s, slot.done.entity) for s, e in a.content if s <= start < e]
        return min(found, key=lambda f: f[0])[1] if found else None

    def _is_passive(self, cue: Span) -> bool:
        """"Is expected to", "was asked", "seems to": the subject is not the one who speaks."""
        low = [t.low for t in self.layout.between(*cue)]
        return any(self.words.is_a(w, "be", "impression") for w in low)

    def _subject_of(self, cue: int) -> Entity | None:
        """The subject right before a cue ("Sean Hannity indicated"), where the tagger saw no speaker."""
        at = self.layout.index(cue) - 1
        while at >= 0 and self.words.is_a(self.layout.tokens[at].low, "adverb", "verb"):
            at -= 1
        if at < 0 or self.layout.sentence(self.layout.tokens[at].start) != self.layout.sentence(cue):
            return None
        token = self.layout.tokens[at]
        pronoun = self.words.pronouns.get(token.low)
        if pronoun is not None and pronoun.kind == "personal" and pronoun.person == 3:
            return self.mentioned.get(token.start) or self._personal(pronoun, self._place(token.start, None)).entity
        for name in self.names:
            if name.start <= token.start < name.end and name.is_subject and not name.is_possessive:
                entity = self.of_name.get(name.start)
                return entity if entity is not None and entity.problem is None and entity.kind != "thing" else None
        return None

    def _resolve_silent(self, slot: _Slot) -> None:
        """No speaker is named: the one whose sentence or quotation goes on."""
        a = slot.attribution
        at = a.cue[0] if a.cue else (a.content[0][0] if a.content else 0)
        before = [
            s for s in self.slots
            if s is not slot and s.done is not None and s.done.entity is not None and _anchor(s.attribution) < at
        ]
        subject = self._subject_of(a.cue[0]) if a.cue and not self._is_passive(a.cue) else None
        if subject is not None:
            self._finish(slot, subject, "name", "silent_subject")
            return
        last = max(before, key=lambda s: _anchor(s.attribution), default=None)
        if last is None:
            self._finish(slot, None, "unresolved", "silent", "no_speaker")
            return
        assert last.done is not None
        begin = _anchor(last.attribution)
        gap = self.layout.paragraph(at) - self.layout.paragraph(begin)
        if a.cue is None:
            goes_on = a.statement_type == "direct" and gap <= 1
            rule = "silent_quotation"
        else:
            goes_on = self.layout.sentence(begin) == self.layout.sentence(at) and self._is_participle(a.cue)
            rule = "silent_participle"
        if goes_on:
            self._finish(slot, last.done.entity, "pronoun", rule)
        else:
            self._finish(slot, None, "unresolved", "silent", "no_speaker")

    def _is_participle(self, cue: Span) -> bool:
        """"Adding", "saying": it leans on the speaker of its sentence."""
        return any(t.low.endswith("ing") for t in self.layout.between(*cue)[:2])


def _anchor(a: Attribution) -> int:
    if a.cue is not None:
        return a.cue[0]
    return a.content[0][0] if a.content else 0
