"""Transcripts: whose words a line is that begins with a label ("Q:", "A:", "Brekke:").

Belongs here: finding such lines and whom their labels mean. Does not: statements inside of them
(``speakers.py``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from pipeline.extract.entities import Entity
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import fold, lexicon
from pipeline.extract.persona import NameIndex

LEAST_LABELS = 2
"""How often two labels must stand before lines that begin so are a transcript."""
_LABEL = re.compile(r"[“\"‘']?([^\W\d_a-z][^\W_.’'-]*(?: [^\W\d_a-z][^\W_.’'-]*){0,2}):\s")


class Transcript:
    """Labelled lines of one article; of none if it is no transcript."""

    def __init__(
        self, layout: Layout, names: NameIndex, of_name: dict[int, Entity], author: Entity | None
    ) -> None:
        self.layout = layout
        self.names = names
        self.of_name = of_name
        self.author = author
        found = [
            (start, match.start(1), end, match.group(1))
            for start, end in layout.paragraphs
            if (match := _LABEL.match(layout.text, start, end)) is not None
        ]
        counts = Counter(label for *_, label in found)
        often = {label for label, count in counts.items() if count >= LEAST_LABELS}
        self._lines = [line for line in found if line[3] in often] if len(often) >= LEAST_LABELS else []
        self._starts = [line[0] for line in self._lines]
        self._cast: dict[str, Entity | None] = {}

    def is_label(self, start: int) -> bool:
        """Whether a label of one or two letters ("Q") begins at ``start``."""
        at = bisect_right(self._starts, start) - 1
        return at >= 0 and self._lines[at][1] == start and fold(self._lines[at][3]) in self._roles()

    def covers(self, offset: int) -> bool:
        """Whether ``offset`` lies in the words of somebody labelled."""
        at = bisect_right(self._starts, offset) - 1
        return at >= 0 and (at + 1 < len(self._lines) or offset < self._lines[at][2])

    def speaker(self, offset: int) -> Entity | None:
        """Whose words stand at ``offset``: up to the next label, in the last line up to its end."""
        if not self.covers(offset):
            return None
        _, start, _, label = self._lines[bisect_right(self._starts, offset) - 1]
        if label not in self._cast:
            self._cast[label] = self._meant(start, label)
        return self._cast[label]

    def _roles(self) -> dict[str, str]:
        return lexicon().interview_labels

    def _meant(self, start: int, label: str) -> Entity | None:
        role = self._roles().get(fold(label))
        if role == "asks":
            return self.author or Entity("unnamed", "interviewer", ("interviewer",), is_human=True)
        if role == "answers":
            return self._interviewee()
        name = self.names.at(start)
        entity = self.of_name.get(name.start) if name is not None else None
        return entity if entity is not None and entity.problem is None else None

    def _interviewee(self) -> Entity | None:
        """The person whom the lines before the interview speak of most; None where two are level."""
        begin = self._starts[0]
        counts: Counter[int] = Counter()
        people: dict[int, Entity] = {}
        for entity in self._people():
            people[id(entity)] = entity
            counts[id(entity)] = sum(2 if n.is_subject else 1 for n in entity.names if n.start < begin)
        ranked = [c for c in counts.most_common(2) if c[1]]
        if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
            return None
        return people[ranked[0][0]]

    def _people(self) -> Sequence[Entity]:
        found = {id(e): e for e in self.of_name.values() if e.kind == "person" and e.problem is None}
        return [e for e in found.values() if e is not self.author]
