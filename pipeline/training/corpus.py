"""Training data: brat attributions and silver names as labels on word pieces.

Belongs here: reading the PolNeAR folder and laying its labels on windows. Does not: the network
(``network.py``) or the loop (``train.py``). Nothing of the corpus is ever stored in the project.
"""

from __future__ import annotations

import bisect
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from pipeline.extract.gold import GoldDocument, Spans, read_brat_folder
from pipeline.extract.windows import Ints, Window, make_windows

CUE_TAGS = ("O", "B", "I")
SPAN_TAGS = ("O", "B-speaker", "I-speaker", "B-content", "I-content")
NAME_TYPES = ("PERSON", "ORGANIZATION", "LOCATION", "MISC")
NAME_TAGS = ("O", *(f"{p}-{t}" for t in NAME_TYPES for p in "BI"))
ROLES = ("none", "speaker", "content")
IGNORE = -100


@dataclass(frozen=True, slots=True)
class Example:
    """A window and its labels, one entry a piece; ``IGNORE`` where nothing is to be learnt.

    ``anchors`` are the first pieces of the gold cues; ``roles[k]`` says of each piece what it is to
    cue ``k``. ``antecedents`` points from the first piece of a mention to the first piece of the
    mention before it in its chain, or to itself when it is the first.
    """

    window: Window
    cues: Ints
    spans: Ints
    names: Ints
    antecedents: Ints
    anchors: Ints
    roles: Ints


@dataclass(frozen=True, slots=True)
class Silver:
    """Machine-made names and coreference chains of one text."""

    names: list[tuple[int, int, str]]
    chains: list[list[tuple[int, int]]]


def read_silver(path: Path) -> dict[str, Silver]:
    """Silver annotations by document name."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Silver(
            [(s, e, t) for s, e, t in doc["names"]],
            [[(s, e) for s, e in chain] for chain in doc["coreference"]],
        )
        for name, doc in raw.items()
    }


def _pieces_of(window: Window, start: int, end: int) -> range:
    """Piece indices of ``window`` that touch ``[start, end)``."""
    n = len(window.ids) - 1
    first = bisect.bisect_right(window.ends, start, 1, n)
    last = bisect.bisect_left(window.starts, end, 1, n)
    return range(first, max(first, last))


def _fill(window: Window, labels: Ints, spans: Spans, begin: int) -> None:
    for start, end in spans:
        for k, piece in enumerate(_pieces_of(window, start, end)):
            if labels[piece] == 0:
                labels[piece] = begin + (k > 0)


def label_window(window: Window, document: GoldDocument, silver: Silver | None) -> Example:
    """Lay the labels of ``document`` on ``window``; spans beyond the window are left out."""
    n = len(window.ids)
    cues, spans, names = (np.zeros(n, dtype=np.int64) for _ in range(3))
    antecedents = np.full(n, IGNORE, dtype=np.int64)
    anchors: list[int] = []
    roles: list[Ints] = []
    for attribution in document.attributions:
        if not attribution.content or not attribution.cue:
            continue
        cue = [p for s, e in attribution.cue for p in _pieces_of(window, s, e)]
        if not cue:
            continue
        _fill(window, cues, attribution.cue, 1)
        _fill(window, spans, attribution.speaker, 1)
        _fill(window, spans, attribution.content, 3)
        if cue[0] in anchors:
            continue
        role = np.zeros(n, dtype=np.int64)
        for value, parts in ((2, attribution.content), (1, attribution.speaker)):
            for start, end in parts:
                pieces = _pieces_of(window, start, end)
                role[pieces.start : pieces.stop] = value
        anchors.append(cue[0])
        roles.append(role)
    if silver is None:
        names[:] = IGNORE
    else:
        for start, end, kind in silver.names:
            _fill(window, names, [(start, end)], 1 + 2 * NAME_TYPES.index(kind))
        _antecedents(window, silver, antecedents)
    for labels in (cues, spans, names):
        labels[0] = labels[-1] = IGNORE
    return Example(
        window=window,
        cues=cues,
        spans=spans,
        names=names,
        antecedents=antecedents,
        anchors=np.asarray(anchors, dtype=np.int64),
        roles=np.stack(roles) if roles else np.zeros((0, n), dtype=np.int64),
    )


def _antecedents(window: Window, silver: Silver, labels: Ints) -> None:
    for chain in silver.chains:
        before: int | None = None
        for start, end in sorted(chain, key=lambda m: (m[0], m[1])):
            pieces = _pieces_of(window, start, end)
            if not len(pieces) or pieces.start == before:
                continue
            labels[pieces.start] = pieces.start if before is None else before
            before = pieces.start


def examples(
    tokenizer: Tokenizer,
    documents: list[GoldDocument],
    silver: dict[str, Silver],
    *,
    limit: int,
) -> list[Example]:
    """All windows of ``documents`` with labels, in document order."""
    return [
        label_window(window, document, silver.get(document.name))
        for document in documents
        for window in make_windows(tokenizer, document.text, limit=limit)
    ]


def read_split(folder: Path, split: str) -> tuple[list[GoldDocument], dict[str, Silver]]:
    """Documents and silver annotations of ``folder/split`` (``train`` or ``dev``)."""
    silver = folder / f"silver_{split}.json"
    return read_brat_folder(folder / split), read_silver(silver) if silver.exists() else {}
