"""MinHash: a set of strings as a few numbers, of which like sets share many.

Belongs here: the signature, by parameters that never change, for signatures of all days are compared with each
other. Does not: what is hashed, and comparing (``clean/sketches.py``; dbt for quotations).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

SEED = 1


def minhash(items: Iterable[str], size: int) -> list[int]:
    """The MinHash of a set of strings by datasketch's scheme ``affine32``, the same on every machine.

    Args:
        items: The set.
        size: How many numbers of 32 bits.
    """
    signature = _empty(size).copy()
    signature.update_batch([i.encode("utf-8", "surrogatepass") for i in items])
    return signature.hashvalues.tolist()


@cache
def _empty(size: int) -> Any:
    """The signature of no strings: to make its permutations takes longer than to sign a quotation."""
    from datasketch import MinHash  # here, since it brings SciPy: a third of a second of every start

    return MinHash(num_perm=size, seed=SEED, scheme="affine32")
