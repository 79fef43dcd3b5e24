"""Sketches: MinHash signatures, and which of many agree.

Belongs here: the size of a signature, comparing. Does not: hashing (``pipeline.minhash``), grouping articles
(``duplicates.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.minhash import minhash

SIGNATURE_SIZE = 64
"""Fixed for ever: signatures of all days are compared with each other."""
_AT_ONCE = 50_000
"""Signatures looked for at once: 40 MB."""
_MATCHES = 2_000_000
"""Equal numbers that are counted together, which bounds memory where thousands of texts are copies of one."""

PARTNERS = 50
"""Bounds the pairs of one signature: of thousands of copies the first and the most like tell the story as well."""
_PAIRS = {"asked": pl.UInt32, "known": pl.UInt32, "share": pl.Float64}

Signature = Sequence[int] | NDArray[np.uint32]


def sketch(items: Iterable[str]) -> list[int]:
    """The MinHash of a set of strings: 64 numbers of 32 bits."""
    return minhash(items, SIGNATURE_SIZE)


def agreeing(known: Sequence[Signature], asked: Sequence[Signature], *, least: float) -> pl.DataFrame:
    """Pairs of signatures that have at least a share of their numbers in common.

    Locality-sensitive hashing with bands of one number, as a join: no pair is missed, and the cost grows with
    the signatures and with what agrees, not with all pairs. The share that a pair needs (an eighth) leaves no
    room for bands of several numbers, and datasketch's index of 64 tables takes many times as long.

    Args:
        known: Signatures to look among.
        asked: Signatures to look for.
        least: The share, over 0.

    Returns:
        Columns ``asked`` and ``known``, places, and ``share``, by place. Of a known signature with very many
        pairs the ``PARTNERS`` first ones and the ``PARTNERS`` that agree most.
    """
    if not known or not asked:
        return pl.DataFrame(schema=_PAIRS)
    wanted = least * SIGNATURE_SIZE
    among = _numbers(known, "known", 0)
    common = among.group_by("number").agg(met=pl.len())
    best = pl.DataFrame(schema=_PAIRS)
    for at in range(0, len(asked), _AT_ONCE):
        numbers = _numbers(asked[at : at + _AT_ONCE], "asked", at)
        # What has fewer equal numbers in all than a pair needs has no such pair: most signatures of other days.
        matched = numbers.join(common, on="number")
        rows = (
            matched.group_by("asked").agg(pl.col("met").sum()).filter(pl.col("met") >= wanted).sort("asked")
        )
        part = pl.col("met").cum_sum() // _MATCHES
        for one in rows.with_columns(part=part).partition_by("part", maintain_order=True):
            pairs = matched.join(one, on="asked", how="semi").join(among, on="number")
            times = pairs.group_by("asked", "known").agg(times=pl.len()).filter(pl.col("times") >= wanted)
            found = times.select("asked", "known", share=pl.col("times") / SIGNATURE_SIZE)
            both = pl.concat([best, found]).sort("asked")
            most = pl.col("share").rank("ordinal", descending=True).over("known") <= PARTNERS
            best = both.filter(most | (pl.int_range(pl.len()).over("known") < PARTNERS))
    return best.sort("asked", "known")


def _numbers(signatures: Sequence[Signature], name: str, first: int) -> pl.DataFrame:
    """A row for each number of each signature, told apart by its place in the signature."""
    table = np.asarray(signatures, dtype=np.uint64)
    table |= np.arange(SIGNATURE_SIZE, dtype=np.uint64) << np.uint64(32)
    places = np.repeat(np.arange(first, first + len(table), dtype=np.uint32), SIGNATURE_SIZE)
    return pl.DataFrame({name: places, "number": table.ravel()})
