"""How good are attributions: precision, recall, F1 against gold, by spans, finds and right speakers.

Belongs here: the measures. Does not: reading gold (``gold.py``) or extracting.

The measures are those of the field's attribution papers, as fixed for this project: spans of gold and
prediction alike lose white space, quotation marks and ``,.;:!?…-`` at both ends; parts of one role with
nothing else between them are one.

- ``exact``: one span, unique per document and role.
- ``char``: characters of a role's spans, micro averages.
- ``found``: one-to-one greedy matching by content intersection over union of at least 0.5.
- ``right``: found, and speaker intersection over union of at least 0.5 (no gold speaker: none predicted).
- ``judged``: each prediction's confidence with whether it is right; ``reliability``: the same by tenths of the scale.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.extract.calibration import reliability
from pipeline.extract.gold import GoldDocument, Spans

ROLES = ("speaker", "cue", "content")
_DOUBLE = frozenset('"“”„‟«»')
_STRIP = _DOUBLE | frozenset("'‘’‚‛`´‹›,.;:!?…-–—")
MATCH = 0.5


@dataclass(frozen=True, slots=True)
class Predicted:
    """A predicted attribution, as spans."""

    speaker: Spans
    cue: Spans
    content: Spans
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class _Prepared:
    spans: dict[str, Spans]
    chars: dict[str, frozenset[int]]
    confidence: float


def _strippable(char: str) -> bool:
    return char.isspace() or char in _STRIP


def normalise_spans(text: str, spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans stripped of marks and punctuation, touching ones merged; as given if nothing is left."""
    raw = [(max(0, s), min(len(text), e)) for s, e in sorted(spans) if max(0, s) < min(len(text), e)]
    out: Spans = []
    for start, end in raw:
        while start < end and _strippable(text[start]):
            start += 1
        while end > start and _strippable(text[end - 1]):
            end -= 1
        if start >= end:
            continue
        if out and (start <= out[-1][1] or all(map(_strippable, text[out[-1][1] : start]))):
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out or raw


def _chars(spans: Spans) -> frozenset[int]:
    return frozenset(i for s, e in spans for i in range(s, e))


def _prepare(text: str, rows: Iterable[Any]) -> list[_Prepared]:
    out: list[_Prepared] = []
    for row in rows:
        spans = {role: normalise_spans(text, getattr(row, role)) for role in ROLES}
        if spans["content"]:
            chars = {role: _chars(v) for role, v in spans.items()}
            out.append(_Prepared(spans, chars, getattr(row, "confidence", 1.0)))
    return out


def overlap(a: frozenset[int], b: frozenset[int]) -> float:
    """Intersection over union; 0 when either is empty."""
    return len(a & b) / len(a | b) if a and b else 0.0


def match(predicted: Sequence[_Prepared], gold: Sequence[_Prepared]) -> list[tuple[int, int, float]]:
    """Pairs (prediction, gold, speaker overlap), best content overlap first, each used once."""
    candidates = sorted(
        (
            (
                overlap(p.chars["content"], g.chars["content"]),
                overlap(p.chars["speaker"], g.chars["speaker"]),
                -i,
                -j,
            )
            for i, p in enumerate(predicted)
            for j, g in enumerate(gold)
            if p.chars["content"] & g.chars["content"]
        ),
        reverse=True,
    )
    used_p: set[int] = set()
    used_g: set[int] = set()
    out: list[tuple[int, int, float]] = []
    for content, speaker, i, j in candidates:
        if content < MATCH:
            break
        if i in used_p or j in used_g:
            continue
        used_p.add(i)
        used_g.add(j)
        out.append((-i, -j, speaker))
    return out


def quotation_kind(text: str, spans: Spans) -> str:
    """``direct``, ``mixed`` or ``indirect`` by double marks around or inside the spans."""
    start, end = min(a for a, _ in spans), max(b for _, b in spans)
    left = text[start] in _DOUBLE or (start > 0 and text[start - 1] in _DOUBLE)
    right = any(c in _DOUBLE for c in text[max(start, end - 3) : end + 2])
    if left and right:
        return "direct"
    return "mixed" if any(c in _DOUBLE for a, b in spans for c in text[a:b]) else "indirect"


def _prf(hits: int, predicted: int, gold: int) -> dict[str, float]:
    precision = hits / predicted if predicted else 0.0
    recall = hits / gold if gold else 0.0
    total = precision + recall
    return {"P": precision, "R": recall, "F1": 2 * precision * recall / total if total else 0.0}


class _Tally:
    def __init__(self) -> None:
        self.exact = {r: [0, 0, 0] for r in ROLES}
        self.char = {r: [0, 0, 0] for r in ROLES}
        self.found = self.right = self.predicted = self.gold = 0
        self.kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self.judged: list[tuple[float, bool]] = []

    def add(self, text: str, gold: list[_Prepared], predicted: list[_Prepared]) -> None:
        self.predicted += len(predicted)
        self.gold += len(gold)
        for role in ROLES:
            self._add_spans(role, gold, predicted)
        for g in gold:
            self.kinds[quotation_kind(text, g.spans["content"])][0] += 1
        hits: set[int] = set()
        for i, j, speaker in match(predicted, gold):
            right = speaker >= MATCH if gold[j].spans["speaker"] else not predicted[i].spans["speaker"]
            kind = self.kinds[quotation_kind(text, gold[j].spans["content"])]
            self.found += 1
            self.right += right
            kind[1] += 1
            kind[2] += right
            if right:
                hits.add(i)
        self.judged += [(p.confidence, i in hits) for i, p in enumerate(predicted)]

    def _add_spans(self, role: str, gold: list[_Prepared], predicted: list[_Prepared]) -> None:
        p = {x for a in predicted for x in a.spans[role]}
        g = {x for a in gold for x in a.spans[role]}
        pc = frozenset[int]().union(*(a.chars[role] for a in predicted))
        gc = frozenset[int]().union(*(a.chars[role] for a in gold))
        for k, v in enumerate((len(p & g), len(p), len(g))):
            self.exact[role][k] += v
        for k, v in enumerate((len(pc & gc), len(pc), len(gc))):
            self.char[role][k] += v


def evaluate(
    documents: Iterable[GoldDocument], predicted: Mapping[str, Sequence[Predicted]]
) -> dict[str, Any]:
    """All measures over ``documents``; a document without predictions counts as found nothing."""
    tally = _Tally()
    count = 0
    for document in documents:
        count += 1
        gold = _prepare(document.text, document.attributions)
        tally.add(document.text, gold, _prepare(document.text, predicted.get(document.name, ())))
    return {
        "documents": count,
        "gold": tally.gold,
        "predicted": tally.predicted,
        "exact": {r: _prf(*tally.exact[r]) for r in ROLES},
        "char": {r: _prf(*tally.char[r]) for r in ROLES},
        "found": _prf(tally.found, tally.predicted, tally.gold),
        "right": _prf(tally.right, tally.predicted, tally.gold),
        "recall_by_type": {
            k: {"gold": n, "found": f / n, "right": r / n} for k, (n, f, r) in sorted(tally.kinds.items())
        },
        "reliability": reliability(tally.judged),
        "judged": tally.judged,
    }
