"""Slots: the speakers to be resolved, one a conjunct of an attribution, and what became of them.

Belongs here: values, and making slots of attributions. Does not: resolving (``speakers.py``, ``silent.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.extract.conjuncts import split_speakers
from pipeline.extract.entities import Entity
from pipeline.extract.layout import Layout
from pipeline.extract.persona import NameIndex
from pipeline.extract.phrases import Phrase, read_phrase

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

    @property
    def anchor(self) -> int:
        """Where it stands in the text: its cue, else its content."""
        if self.cue is not None:
            return self.cue[0]
        return self.content[0][0] if self.content else 0


@dataclass(frozen=True, slots=True)
class Resolved:
    """One speaker of one attribution.

    ``rule`` names what found the actor; ``lexicons/confidence.csv`` says how often that is right.
    ``reason`` says why there is none.
    """

    attribution_id: str
    ordinal: int
    span: Span | None
    entity: Entity | None
    resolution: str
    rule: str
    reason: str | None = None


@dataclass(slots=True)
class Slot:
    """A speaker to be resolved; ``phrase`` is None where the text leaves the speaker out."""

    attribution: Attribution
    ordinal: int
    phrase: Phrase | None
    done: Resolved | None = None

    @property
    def entity(self) -> Entity | None:
        """The actor found, if any."""
        return self.done.entity if self.done is not None else None


def slots_of(layout: Layout, names: NameIndex, attribution: Attribution) -> list[Slot]:
    """The speakers of an attribution, one without a phrase where it has none."""
    if attribution.speaker is None:
        return [Slot(attribution, 0, None)]
    speaker = _line_of(layout.text, attribution.speaker, attribution.anchor)
    spans = split_speakers(layout, *speaker, names.overlapping(*speaker))
    return [
        Slot(attribution, i, read_phrase(layout, s, e, names.overlapping(s, e)))
        for i, (s, e) in enumerate(spans)
    ]


def _line_of(text: str, speaker: Span, anchor: int) -> Span:
    """The line next to the cue, of a speaker that took in a headline above it or a line below."""
    lines = text[slice(*speaker)].splitlines(keepends=True)
    if len(lines) < 2:
        return speaker
    if anchor >= speaker[1]:
        return speaker[1] - len(lines[-1]), speaker[1]
    return speaker[0], speaker[0] + len(lines[0].rstrip())
