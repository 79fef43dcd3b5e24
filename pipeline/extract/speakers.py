"""Speakers: which actor each attribution of one article belongs to.

Belongs here: the walk over an article that resolves names, pronouns, nouns and silent speakers in an order
in which each finds what it hangs on. Does not: frames (``statements.py``). Pure functions over small values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.extract.chains import build_chains
from pipeline.extract.discourse import Choice, Discourse, Place
from pipeline.extract.entities import Entity, Resolution, Unresolved
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import Pronoun, lexicon
from pipeline.extract.nominals import Nominals
from pipeline.extract.persona import Name, NameIndex, RawName, begins_clause
from pipeline.extract.phrases import Phrase, read_phrase
from pipeline.extract.sightings import sight_names, vote_gender
from pipeline.extract.silent import Silent
from pipeline.extract.slots import Attribution, Resolved, Slot, Span, slots_of
from pipeline.extract.surroundings import Surroundings
from pipeline.extract.titles import read_names

CLEAR_MARGIN = 1.0
"""Lead over the next candidate from which a pronoun counts as clear."""
NOTED_MARGIN = 0.3
"""Least lead at which a pronoun that speaks nothing is remembered as a mention."""
SURE_MARGIN = 2.0
"""Lead at which a pronoun tells the gender of its actor."""
_GENDERED = ("m", "f")


@dataclass(slots=True)
class Reading:
    """What the resolver made of an article."""

    entities: list[Entity]
    of_name: dict[int, Entity]
    index: NameIndex
    resolved: list[Resolved]
    layout: Layout


def resolve_speakers(
    text: str,
    raw: Sequence[RawName],
    hints: dict[int, int],
    attributions: Sequence[Attribution],
    *,
    author: str | None = None,
) -> Reading:
    """Resolve every speaker of an article.

    Args:
        text: ``articles.text``.
        raw: Its names with their meanings among the seeds.
        hints: Start of a pronoun to start of the mention the tagger thinks it means.
        attributions: In text order.
        author: The article's only author: "I" outside of quotations.

    Returns:
        One ``Resolved`` a speaker (joint speakers give several), in the order of the attributions, with
        all actors met.
    """
    layout = Layout(text)
    names = read_names(layout, raw)
    entities, of_name = build_chains(layout, names)
    walk = _Walk(layout, names, Discourse(layout, entities), of_name, hints, attributions, author)
    walk.run()
    resolved = [slot.done for slot in walk.slots if slot.done is not None]
    return Reading(walk.discourse.entities, of_name, walk.names, [*resolved, *walk.joint], layout)


class _Walk:
    """The walk over one article; ``joint`` holds the further actors of a "they" that means several."""

    def __init__(
        self,
        layout: Layout,
        names: list[Name],
        discourse: Discourse,
        of_name: dict[int, Entity],
        hints: dict[int, int],
        attributions: Sequence[Attribution],
        author: str | None,
    ) -> None:
        self.layout = layout
        self.names = NameIndex(names)
        self.discourse = discourse
        self.of_name = of_name
        self.words = lexicon()
        self.slots = [slot for a in attributions for slot in slots_of(layout, self.names, a)]
        self.joint: list[Resolved] = []
        self.nominals = Nominals(layout, discourse, self.names, of_name)
        self.around = Surroundings(layout, self.names, of_name, hints, self.slots)
        self.silent = Silent(
            layout,
            self.names,
            of_name,
            self.around,
            self.slots,
            groups=self.nominals.groups,
            author=author,
        )

    def run(self) -> None:
        """Names first, then in text order pronouns and nouns, at last what hangs on other speakers."""
        speakers = {s.phrase.name.start for s in self.slots if s.phrase and s.phrase.name}
        sight_names(self.discourse, self.names, self.of_name, speakers, self.nominals.bodies.campaign)
        vote_gender(self.discourse)
        spoken: dict[int, list[Slot]] = {}
        for slot in self.slots:
            if slot.phrase is not None:
                spoken.setdefault(slot.phrase.start, []).append(slot)
        nouns = self._loose_nouns()
        pronouns = {t.start for t in self.layout.tokens if self._is_gendered(t.low)}
        for start in sorted({*spoken, *nouns, *pronouns}):
            if start in spoken:
                for slot in spoken[start]:
                    self._resolve(slot)
            elif start in nouns:
                self._loose_nominal(nouns[start])
            else:
                self._loose_pronoun(start)
        for slot in self.slots:
            if slot.done is None:
                self._resolve_late(slot)

    # -- preparation ---------------------------------------------------------

    def _is_gendered(self, low: str) -> bool:
        pronoun = self.words.pronouns.get(low)
        return pronoun is not None and pronoun.gender in _GENDERED

    def _loose_nouns(self) -> dict[int, Span]:
        """Descriptions of one person outside of speakers, names and quotations, by start."""
        covered = [(n.front or n.lead, max(n.end, n.tail)) for n in self.names.names]
        covered += [(s.phrase.start, s.phrase.end) for s in self.slots if s.phrase is not None]
        taken = bytearray(len(self.layout.text) + 1)
        for start, end in covered:
            taken[start:end] = b"\x01" * (end - start)
        found: dict[int, Span] = {}
        for at, token in enumerate(self.layout.tokens):
            if token.low not in self.words.person_nouns or taken[token.start]:
                continue
            begin = self.layout.tokens[self.nominals.phrases.begin(at)].start
            if begin < token.start and not taken[begin] and self.layout.quotation(begin) < 0:
                found[begin] = (begin, token.end)
        return found

    # -- mentions that say nothing -------------------------------------------------

    def _loose_pronoun(self, start: int) -> None:
        token = self.layout.tokens[self.layout.index(start)]
        if self.layout.quotation(start) >= 0:
            return
        pronoun = self.words.pronouns[token.low]
        choice = self.discourse.choose(pronoun, self.around.place(start))
        if choice.entity is not None and choice.margin >= NOTED_MARGIN:
            subject = pronoun.kind == "personal" and begins_clause(self.layout, start)
            self._note(choice.entity, token.start, token.end, subject=subject)

    def _loose_nominal(self, span: Span) -> None:
        phrase = read_phrase(self.layout, *span, self.names.overlapping(*span))
        if phrase.kind != "nominal" or phrase.head_class != "person":
            return
        subject = begins_clause(self.layout, span[0])
        place = self.around.place(span[0])
        entity = self.nominals.descriptions.mention(phrase, self._owner(phrase), place, subject=subject)
        if entity is not None:
            self._note(entity, *span, subject=subject)

    def _note(self, entity: Entity, start: int, end: int, *, subject: bool, speaker: bool = False) -> None:
        self.discourse.sight(entity, start, end, subject=subject, speaker=speaker)
        self.around.mentioned[start] = entity

    # -- speakers ------------------------------------------------------------------

    def _resolve(self, slot: Slot) -> None:
        phrase = slot.phrase
        if phrase is None or self.silent.transcript.is_label(phrase.start):
            return
        if phrase.name is not None:
            self._resolve_name(slot, phrase.name)
        elif phrase.pronoun is not None:
            self._resolve_pronoun(slot, phrase, phrase.pronoun)
        elif phrase.kind == "nominal":
            self._resolve_nominal(slot, phrase)
        else:
            self._finish(slot, None, "unresolved", "empty", "no_speaker")

    def _finish(
        self,
        slot: Slot,
        entity: Entity | None,
        resolution: Resolution,
        rule: str,
        reason: Unresolved | None = None,
    ) -> None:
        if entity is not None and entity.problem is not None:
            entity, resolution, reason = None, "unresolved", entity.problem
        span = (slot.phrase.start, slot.phrase.end) if slot.phrase else None
        slot.done = Resolved(
            slot.attribution.attribution_id, slot.ordinal, span, entity, resolution, rule, reason
        )
        if entity is None:
            return
        # A place or a thing that speaks is an actor.
        entity.kind = {"place": "government", "thing": "organization"}.get(entity.kind, entity.kind)
        self.around.last_speaker = entity
        if slot.phrase is not None and slot.phrase.kind != "name":
            self._note(entity, slot.phrase.start, slot.phrase.end, subject=True, speaker=True)

    def _resolve_name(self, slot: Slot, name: Name) -> None:
        entity = self.of_name.get(name.start)
        if entity is None:
            self._finish(slot, None, "unresolved", "name", "unknown_name")
            return
        is_metonym = any(
            h.alias_type in ("metonym", "capital") and entity.seed and h.actor_id == entity.seed.actor_id
            for h in name.hits
        )
        is_short = len(name.words) == 1 and entity.kind == "person"
        rule = "name_short" if is_short else "name"
        self._finish(slot, entity, "metonym" if is_metonym else "name", rule)

    def _resolve_pronoun(self, slot: Slot, phrase: Phrase, pronoun: Pronoun) -> None:
        if pronoun.person != 3:
            return  # hangs on whose words they are: resolved late
        if pronoun.kind == "quantity":
            choice, rule = self.nominals.groups.quantity(phrase.start), "quantity"
            if choice.entity is None:
                self._finish(slot, self.nominals.phrases.unnamed(phrase), "unnamed", "unnamed")
                return
        elif pronoun.kind == "relative":
            joint = self.nominals.groups.relative_names(phrase.start)
            if len(joint) > 1:
                self._finish_joint(slot, phrase, joint, "relative")
                return
            choice, rule = self.nominals.groups.relative(phrase.start, pronoun), "relative"
        else:
            if pronoun.number == "plural" and self._resolve_joint(slot):
                return
            choice = self._personal(pronoun, self.around.place(phrase.start, slot.attribution))
            rule = "pronoun" if choice.margin >= CLEAR_MARGIN else "pronoun_close"
        if choice.entity is None:
            self._finish(slot, None, "unresolved", rule, "no_antecedent")
            return
        if pronoun.gender in _GENDERED and choice.margin >= SURE_MARGIN:
            choice.entity.votes[pronoun.gender] += 1
        self._finish(slot, choice.entity, "pronoun", rule)

    def _personal(self, pronoun: Pronoun, place: Place) -> Choice:
        choice = self.discourse.choose(pronoun, place)
        if pronoun.number != "plural":
            return choice
        group = self.nominals.groups.before(place.start, choice.score)
        return choice if group is None else Choice(group, 0.5)

    def _resolve_joint(self, slot: Slot) -> bool:
        """Let "they" right after joint speakers be those speakers: one result each."""
        at = slot.attribution.anchor
        before = [s for s in self.slots if s.entity is not None and s.attribution.anchor < at]
        last = max(before, key=lambda s: s.attribution.anchor, default=None)
        if last is None or self.layout.step(at) - self.layout.step(last.attribution.anchor) > 1:
            return False
        joint = [s.entity for s in before if s.attribution is last.attribution and s.entity is not None]
        if len(joint) < 2 or slot.phrase is None:
            return False
        self._finish_joint(slot, slot.phrase, joint, "pronoun")
        return True

    def _finish_joint(self, slot: Slot, phrase: Phrase, joint: Sequence[Entity], rule: str) -> None:
        """One result for each of several actors that one pronoun means."""
        self._finish(slot, joint[0], "pronoun", rule)
        self._join(slot, (phrase.start, phrase.end), joint[1:], rule)

    def _join(self, slot: Slot, span: Span, joint: Sequence[Entity], rule: str) -> None:
        for i, entity in enumerate(joint, 1):
            entity.kind = {"place": "government", "thing": "organization"}.get(entity.kind, entity.kind)
            ordinal = slot.ordinal + 100 * i  # behind the conjuncts of the attribution itself
            self.joint.append(
                Resolved(slot.attribution.attribution_id, ordinal, span, entity, "pronoun", rule)
            )

    def _resolve_nominal(self, slot: Slot, phrase: Phrase) -> None:
        described = self.nominals.described_name(phrase)
        if described is not None:
            self._finish(slot, described, "name", "apposition")
            return
        is_told = self.around.is_reported(phrase.start, slot.attribution)
        if self._is_ours(phrase) and (is_told or self.silent.transcript.covers(phrase.start)):
            return  # hangs on whose words they are: resolved late
        owner = self._owner(phrase)
        place = self.around.place(phrase.start, slot.attribution)
        self._finish(slot, *self.nominals.resolve(phrase, owner, place))

    def _is_ours(self, phrase: Phrase) -> bool:
        """Whether it is of the one who says it: "my trainer"."""
        return isinstance(phrase.owner, Pronoun) and phrase.owner.person == 1

    def _owner(self, phrase: Phrase) -> Entity | None:
        """Whose it is: the actor of "Clinton's", "his" or "Clinton" in "Clinton aides"."""
        owner = phrase.owner
        if isinstance(owner, Pronoun):
            if owner.person != 3:
                return None
            return self.discourse.choose(owner, self.around.place(phrase.owner_start)).entity
        return self.of_name.get(owner.start) if owner is not None else None

    def _resolve_late(self, slot: Slot) -> None:
        if slot.phrase is not None and self.silent.transcript.is_label(slot.phrase.start):
            told = self.silent.transcript.speaker(slot.phrase.start)
            reason = None if told is not None else "unknown_name"
            self._finish(slot, told, "nominal" if told else "unresolved", "transcript", reason)
        elif slot.phrase is not None and slot.phrase.pronoun is not None:
            self._finish(slot, *self.silent.first_person(slot, slot.phrase.pronoun))
        elif slot.phrase is not None and isinstance(slot.phrase.owner, Pronoun):
            owner = self.silent.first_person(slot, slot.phrase.owner)[0]
            place = self.around.place(slot.phrase.start, slot.attribution)
            self._finish(slot, *self.nominals.resolve(slot.phrase, owner, place))
        else:
            self._finish(slot, *self.silent.left_out(slot))
            self._finish_joint_clause(slot)

    def _finish_joint_clause(self, slot: Slot) -> None:
        """The further actors of "NATO and the US, who on Tuesday warned", where no speaker is marked."""
        cue = slot.attribution.cue
        if cue is None or slot.phrase is not None or slot.done is None or slot.done.rule != "relative":
            return
        pronoun = self.silent.clause_pronoun(cue[0])
        joint = self.nominals.groups.relative_names(pronoun) if pronoun is not None else []
        if len(joint) > 1 and slot.entity is not None and pronoun is not None:
            end = self.layout.tokens[self.layout.index(pronoun)].end
            self._join(slot, (pronoun, end), [e for e in joint if e is not slot.entity], "relative")


def actors_of(reading: Reading) -> Iterable[Entity]:
    """All actors of a reading, each once."""
    found = {id(e): e for e in reading.entities}
    for done in reading.resolved:
        if done.entity is not None:
            found.setdefault(id(done.entity), done.entity)
    return found.values()
