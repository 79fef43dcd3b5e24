"""MinHash: a set of strings as a few numbers, of which like sets share many.

Belongs here: the signature, by parameters that never change, for signatures of all days are compared with each
other. Does not: what is hashed, and comparing (``clean/sketches.py``; dbt for quotations).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

SEED = 1
_WIDTH = 1 << 32
_AT_ONCE = 4096
"""Items hashed together: a table of so many rows and 64 columns is a megabyte."""

Hashes = NDArray[np.uint32]


def minhash(items: Iterable[str], size: int) -> list[int]:
    """The MinHash of a set of strings, the same on every machine.

    Equal to datasketch's scheme ``affine32`` of that size and this seed; that package brings SciPy, half a second
    of every start.

    Args:
        items: The set.
        size: How many numbers of 32 bits.
    """
    digests = b"".join(hashlib.sha1(i.encode("utf-8", "surrogatepass")).digest()[:4] for i in items)  # noqa: S324 - spreads items over numbers; nothing is kept safe by it
    hashes = _mixed(np.frombuffer(digests, dtype="<u4").astype(np.uint32))
    factors, summands = _permutations(size)
    least = np.full(size, _WIDTH - 1, dtype=np.uint32)
    for at in range(0, len(hashes), _AT_ONCE):
        table = hashes[at : at + _AT_ONCE, None] * factors + summands
        least = np.minimum(least, table.min(axis=0))
    return [int(v) for v in least]


@cache
def _permutations(size: int) -> tuple[Hashes, Hashes]:
    """Factors (odd, so that ``a * h + b`` is a permutation of the numbers of 32 bits) and summands."""
    draw = np.random.RandomState(SEED)
    factors = draw.randint(0, _WIDTH // 2, size, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, draw.randint(0, _WIDTH, size, dtype=np.uint32)


def _mixed(hashes: Hashes) -> Hashes:
    """MurmurHash3's finalizer: spreads every bit over all of them."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))
