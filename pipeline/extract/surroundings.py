"""Surroundings: what stands around a pronoun that bears on whom it means.

Belongs here: reported contents around it, the speaker before it, the tagger's hint, the clause it stands
in. Does not: weighing them (``discourse.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.discourse import Place
from pipeline.extract.entities import Entity
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import lexicon
from pipeline.extract.persona import NameIndex
from pipeline.extract.slots import Attribution, Slot


class Surroundings:
    """Makes the ``Place`` of any offset while an article is walked.

    ``last_speaker`` and ``mentioned`` (actor by start of a resolved pronoun or noun) grow with the walk.
    """

    def __init__(
        self,
        layout: Layout,
        names: NameIndex,
        of_name: dict[int, Entity],
        hints: dict[int, int],
        slots: Sequence[Slot],
    ) -> None:
        self.layout = layout
        self.names = names
        self.of_name = of_name
        self.hints = hints
        self.last_speaker: Entity | None = None
        self.mentioned: dict[int, Entity] = {}
        self._contents: dict[int, list[tuple[int, int, Slot]]] = {}
        for slot in slots:
            for start, end in slot.attribution.content:
                for paragraph in range(layout.paragraph(start), layout.paragraph(max(start, end - 1)) + 1):
                    self._contents.setdefault(paragraph, []).append((start, end, slot))

    def reported_by(self, start: int, own: Attribution | None) -> list[tuple[int, Entity]]:
        """``(length, speaker)`` of the other contents that ``start`` lies in, as far as they are resolved."""
        return [
            (e - s, slot.entity)
            for s, e, slot in self._contents.get(self.layout.paragraph(start), [])
            if s <= start < e and slot.attribution is not own and slot.entity is not None
        ]

    def is_reported(self, start: int, own: Attribution) -> bool:
        """Whether ``start`` lies in the content of another statement."""
        around = self._contents.get(self.layout.paragraph(start), [])
        return any(s <= start < e and slot.attribution is not own for s, e, slot in around)

    def place(self, start: int, own: Attribution | None = None) -> Place:
        """What stands around ``start``; ``own`` is the attribution whose speaker stands there."""
        around = tuple(entity for _, entity in self.reported_by(start, own))
        is_quoted = self.layout.quotation(start) >= 0
        return Place(
            start,
            outer=() if is_quoted else around,
            quoted_by=around if is_quoted else (),
            own_content=own.content if own is not None else (),
            hint=self._hinted(start),
            last_speaker=self.last_speaker,
            follows_quotation=self._follows_quotation(start, own),
            may_look_ahead=self._opens_with_clause(start),
        )

    def _follows_quotation(self, start: int, own: Attribution | None) -> bool:
        """Whether the speaker stands behind quoted words of its own: "…,” he said."""
        if own is None or own.statement_type == "indirect":
            return False
        before = [s for s, e in own.content if e <= start]
        return any(self.layout.quotation(s) >= 0 or self.layout.quotation(s + 1) >= 0 for s in before)

    def _opens_with_clause(self, start: int) -> bool:
        """Whether ``start`` lies in a clause that opens its sentence: "While he …, X said"."""
        if self.layout.quotation(start) >= 0:
            return False
        before = self.layout.between(self.layout.sentence_span(start)[0], start)
        opens = bool(before) and lexicon().is_a(before[0].low, "subordinator", "preposition")
        return opens and not any(t.low in (",", ";") for t in before)

    def _hinted(self, start: int) -> Entity | None:
        """The actor that the tagger's guess points to: the guess may begin at a title."""
        target = self.hints.get(start)
        if target is None:
            return None
        if target in self.mentioned:
            return self.mentioned[target]
        name = self.names.at(target) or self.names.next_after(target)
        if name is None or not (name.lead <= target < name.end):
            return None
        return self.of_name.get(name.start)
