"""Slots: the speakers to be resolved, one a conjunct of an attribution, and what became of them.

Belongs here: values, and making slots of attributions. Does not: resolving (``speakers.py``, ``silent.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.extract.conjuncts import split_speakers
from pipeline.extract.entities import Entity, Resolution, Unresolved
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import lexicon
from pipeline.extract.persona import NameIndex
from pipeline.extract.phrases import Phrase, read_phrase

Span = tuple[int, int]

_SIGNED = re.compile(r"[”\"’'.]*\s?[―—–-]+\s*")
MAX_WORDS_BEFORE = 4
"""Words between a determiner and its noun that a speaker may lack."""


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
    resolution: Resolution
    rule: str
    reason: Unresolved | None = None


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
    signed = _signature(layout, names, attribution)
    if attribution.speaker is None and signed is None:
        return [Slot(attribution, 0, None)]
    speaker = signed or attribution.speaker or (0, 0)
    speaker = _whole(layout, names, _line_of(layout.text, speaker, attribution.anchor))
    tokens = layout.between(*speaker)
    if tokens and lexicon().is_a(tokens[-1].low, "conjunction"):
        return [Slot(attribution, 0, None)]  # "talks in May and": a piece of the clause, nobody
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


def _signature(layout: Layout, names: NameIndex, attribution: Attribution) -> Span | None:
    """The name that signs a quotation at its line's end ("“…” ― Pamela Padilla"), unless a speaker is in the line."""
    if attribution.statement_type != "direct" or not attribution.content:
        return None
    first, last = attribution.content[0][0], attribution.content[-1][1]
    mark = _SIGNED.match(layout.text, last)
    name = names.next_after(mark.end()) if mark is not None else None
    if name is None or mark is None or name.lead != mark.end() or name.kind != "person":
        return None
    stop = layout.text.find("\n", name.end)
    rest = layout.text[name.end : stop if stop >= 0 else len(layout.text)]
    own = attribution.speaker
    is_here = own is not None and layout.paragraph(own[0]) in (
        layout.paragraph(first),
        layout.paragraph(last),
    )
    return None if rest.strip() or is_here else (name.start, name.end)


def _whole(layout: Layout, names: NameIndex, speaker: Span) -> Span:
    """The speaker with all of the name or noun phrase that it breaks off: "Mr" of "Mr Lund", "congressman"."""
    start, end = speaker
    name = names.at(end - 1) or names.next_after(end)
    if name is not None and name.lead < end < name.end:
        end = name.end
    tokens = layout.between(start, end)
    if len(tokens) == 1 and tokens[0].low in lexicon().person_nouns and not tokens[0].is_capital:
        start = _determiner_before(layout, layout.index(start))
    return start, end


def _determiner_before(layout: Layout, noun: int) -> int:
    """Where the phrase of a bare noun begins: at the determiner before it, if nothing else comes between."""
    words = lexicon()
    for at in range(noun - 1, max(-1, noun - 1 - MAX_WORDS_BEFORE), -1):
        token = layout.tokens[at]
        if words.is_a(token.low, "determiner"):
            return token.start
        if not (token.is_word and (token.is_capital or token.low in words.modifiers)):
            break
    return layout.tokens[noun].start
