"""Windows: a text as the tagger reads it, word pieces with surface features and their offsets.

Belongs here: tokenizing, features, packing paragraphs into windows. Does not: labels
(``pipeline.training.corpus``) or running the model (``tagger.py``). Training and inference share
this module, so that the model always sees in use what it saw in training.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from pipeline.extract.quotes import Quotation, normal_marks, paragraphs, quotations

Ints = npt.NDArray[np.int64]

MAX_PIECES = 320
"""Pieces in a window, without the two frame pieces."""
MAX_PARAGRAPH_CHARS = 4000
"""Longer lines are cut at a sentence end before tokenizing, to bound the cost of one call."""
KINDS = 12
"""Surface classes of a piece: inside a quotation (2) x case (3) x first of its paragraph (2)."""
_SENTENCE_END = re.compile(r"[.!?][\"'”’»)]*\s+")


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces ``[CLS] … [SEP]`` of neighbouring paragraphs.

    ``ids`` and ``kinds`` have one entry a piece; ``starts`` and ``ends`` are half-open code-point
    offsets of each piece into the text (0, 0 for the frame pieces).
    """

    ids: Ints
    kinds: Ints
    starts: Ints
    ends: Ints


@dataclass(frozen=True, slots=True)
class _Pieces:
    ids: Ints
    kinds: Ints
    starts: Ints
    ends: Ints


def _blocks(text: str) -> list[tuple[int, int]]:
    """Paragraph spans, over-long ones cut at sentence ends or, failing that, anywhere."""
    out: list[tuple[int, int]] = []
    for start, end in paragraphs(text):
        while end - start > MAX_PARAGRAPH_CHARS:
            cut = start + MAX_PARAGRAPH_CHARS
            ends = [m.end() for m in _SENTENCE_END.finditer(text, start + MAX_PARAGRAPH_CHARS // 2, cut)]
            if ends:
                cut = ends[-1]
            else:
                space = text.rfind(" ", start + MAX_PARAGRAPH_CHARS // 2, cut)
                cut = space + 1 if space > 0 else cut
            out.append((start, cut))
            start = cut
        out.append((start, end))
    return out


def _pieces(tokenizer: Tokenizer, text: str, found: list[Quotation]) -> list[_Pieces]:
    normal = normal_marks(text, found)
    inside = np.zeros(len(text) + 1, dtype=np.int64)
    for q in found:
        inside[q.start : q.end] = 1
    blocks = _blocks(text)
    encodings = tokenizer.encode_batch([normal[s:e] for s, e in blocks], add_special_tokens=False)
    out: list[_Pieces] = []
    for (block_start, _), encoding in zip(blocks, encodings, strict=True):
        if not encoding.ids:
            continue
        offsets = np.asarray(encoding.offsets, dtype=np.int64) + block_start
        starts, ends = offsets[:, 0], offsets[:, 1]
        case = np.fromiter((_case(text[s:e]) for s, e in offsets.tolist()), np.int64, len(offsets))
        kinds = inside[starts] + 2 * case
        kinds[0] += 6
        out.append(_Pieces(np.asarray(encoding.ids, dtype=np.int64), kinds, starts, ends))
    return out


def _case(piece: str) -> int:
    if not piece[:1].isupper():
        return 0
    return 2 if len(piece) > 1 and piece.isupper() else 1


def _pack(sizes: Sequence[int], limit: int) -> list[tuple[int, int]]:
    """Ranges of neighbouring blocks, each of at most ``limit`` pieces and of about equal size."""
    total = sum(sizes)
    count = -(-total // limit)
    target = total / max(count, 1)
    out: list[tuple[int, int]] = []
    first, size = 0, 0
    for i, n in enumerate(sizes):
        if size and (size + n > limit or size + n / 2 > target):
            out.append((first, i))
            first, size = i, 0
        size += n
    if size:
        out.append((first, len(sizes)))
    return out


def _split(block: _Pieces, limit: int, text: str) -> list[_Pieces]:
    n = len(block.ids)
    if n <= limit:
        return [block]
    out: list[_Pieces] = []
    at = 0
    while at < n:
        cut = min(at + limit, n)
        if cut < n:
            for k in range(cut, at + limit // 2, -1):
                if text[block.starts[k - 1]] in ".!?":
                    cut = k
                    break
        part = slice(at, cut)
        out.append(_Pieces(block.ids[part], block.kinds[part], block.starts[part], block.ends[part]))
        at = cut
    return out


def make_windows(
    tokenizer: Tokenizer,
    text: str,
    *,
    limit: int = MAX_PIECES,
    found: list[Quotation] | None = None,
) -> list[Window]:
    """Windows over all of ``text``, in text order, packed from whole paragraphs where they fit.

    Args:
        tokenizer: An uncased BERT word-piece tokenizer with ``[CLS]`` and ``[SEP]``.
        text: ``articles.text`` exactly as stored; offsets in the result point into it.
        limit: Most pieces in a window.
        found: ``quotations(text)`` if the caller has it already.

    Returns:
        At least one window for a text with a word in it, none for an empty one.
    """
    found = quotations(text) if found is None else found
    blocks = [part for block in _pieces(tokenizer, text, found) for part in _split(block, limit, text)]
    cls, sep = (np.array([tokenizer.token_to_id(t)], dtype=np.int64) for t in ("[CLS]", "[SEP]"))
    out: list[Window] = []
    for a, b in _pack([len(block.ids) for block in blocks], limit):
        joined = blocks[a:b]
        zero = np.zeros(1, dtype=np.int64)
        out.append(
            Window(
                ids=np.concatenate([cls, *(p.ids for p in joined), sep]),
                kinds=np.concatenate([zero, *(p.kinds for p in joined), zero]),
                starts=np.concatenate([zero, *(p.starts for p in joined), zero]),
                ends=np.concatenate([zero, *(p.ends for p in joined), zero]),
            )
        )
    return out
