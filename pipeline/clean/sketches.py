# pyright: basic
# NumPy's types lose themselves in arithmetic; this module gives it a typed face.
"""Sketches: MinHash signatures, and which of many agree.

Belongs here: the size of a signature, comparing. Does not: hashing (``pipeline.minhash``), grouping articles
(``duplicates.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.minhash import Hashes, minhash

SIGNATURE_SIZE = 64
"""Fixed for ever: signatures of all days are compared with each other."""
_AT_ONCE = 50_000
"""Signatures looked for at once: 80 MB."""
_MATCHES = 2_000_000
"""Equal numbers that are counted together, which bounds memory where thousands of texts are copies of one."""

Places = NDArray[np.intp]


def sketch(items: Iterable[str]) -> list[int]:
    """The MinHash of a set of strings: 64 numbers of 32 bits."""
    return minhash(items, SIGNATURE_SIZE)


def agreeing(
    known: Sequence[Sequence[int] | Hashes], asked: Sequence[Sequence[int] | Hashes], *, least: float
) -> Iterator[tuple[int, int, float]]:
    """Pairs of signatures that have at least a share of their numbers in common.

    The cost grows with the signatures and with what agrees, not with all pairs.

    Args:
        known: Signatures to look among.
        asked: Signatures to look for.
        least: The share, over 0.

    Yields:
        Place in ``asked``, place in ``known``, share; by place.
    """
    if not known or not asked:
        return
    columns = np.asarray(known, dtype=np.uint32).T
    order = np.argsort(columns, axis=1, kind="stable")
    ranked = np.take_along_axis(columns, order, axis=1)
    for at in range(0, len(asked), _AT_ONCE):
        wanted = np.asarray(asked[at : at + _AT_ONCE], dtype=np.uint32).T
        for place, other, share in _agreeing(order, ranked, wanted, least):
            yield at + place, other, share


def _agreeing(
    order: Places, ranked: Hashes, wanted: Hashes, least: float
) -> Iterator[tuple[int, int, float]]:
    first = np.stack([np.searchsorted(r, w, side="left") for r, w in zip(ranked, wanted, strict=True)])
    counts = np.stack([np.searchsorted(r, w, side="right") for r, w in zip(ranked, wanted, strict=True)])
    counts -= first
    # What has fewer equal numbers in all than a pair needs has no such pair: most signatures of other days.
    rows = np.flatnonzero(counts.sum(axis=0) >= least * SIGNATURE_SIZE)
    chunk = np.cumsum(counts[:, rows].sum(axis=0)) // _MATCHES
    for part in np.split(rows, np.flatnonzero(np.diff(chunk)) + 1):
        yield from _counted(part, order, first[:, part], counts[:, part], least)


def _counted(
    rows: Places,
    order: Places,
    first: Places,
    counts: Places,
    least: float,
) -> Iterator[tuple[int, int, float]]:
    """Of some of the asked signatures: how often each known one is met in the runs of equal numbers."""
    lengths = counts.ravel()
    starts = np.repeat(first.ravel() - np.cumsum(lengths) + lengths, lengths)
    inside = starts + np.arange(len(starts))
    numbers = np.repeat(np.arange(SIGNATURE_SIZE), counts.sum(axis=1))
    asked = np.repeat(np.tile(rows, SIGNATURE_SIZE), lengths)
    met, times = np.unique(asked * order.shape[1] + order[numbers, inside], return_counts=True)
    enough = times >= least * SIGNATURE_SIZE
    for pair, share in zip(met[enough].tolist(), (times[enough] / SIGNATURE_SIZE).tolist(), strict=True):
        place, other = divmod(pair, order.shape[1])
        yield place, other, share
