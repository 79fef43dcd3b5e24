# pyright: basic
# datasketch ships no types; this module gives it a typed face.
"""Sketches: MinHash signatures and the index that finds like ones.

Belongs here: calling datasketch with parameters that never change. Does not: grouping articles
(``duplicates.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from datasketch import MinHash, MinHashLSH

SIGNATURE_SIZE = 64
SEED = 1
"""Fixed for ever, as is the scheme: signatures of all days are compared with each other."""
_SCHEME = "affine32"


def sketch(items: Iterable[str]) -> list[int]:
    """The MinHash of a set of strings: 64 numbers of 32 bits, the same on every machine."""
    made = MinHash(num_perm=SIGNATURE_SIZE, seed=SEED, scheme=_SCHEME)
    made.update_batch([item.encode("utf-8", "surrogatepass") for item in items])
    return [int(v) for v in made.hashvalues]


class Index:
    """Signatures by key, to be asked for like ones."""

    def __init__(self, least: float) -> None:
        self._least = least
        self._index = MinHashLSH(threshold=least, num_perm=SIGNATURE_SIZE)
        self._made: dict[str, MinHash] = {}

    def add(self, key: str, signature: Sequence[int]) -> None:
        """Put ``signature`` in, unless ``key`` is there already."""
        if key not in self._made:
            values = np.asarray(signature, dtype=np.uint32)
            made = MinHash(hashvalues=values, seed=SEED, num_perm=SIGNATURE_SIZE, scheme=_SCHEME)
            self._made[key] = made
            self._index.insert(key, made, check_duplication=False)

    def like(self, key: str) -> list[str]:
        """Other keys whose signatures agree with that of ``key`` in at least the least share, sorted."""
        made = self._made[key]
        near = (str(other) for other in self._index.query(made) if other != key)
        return sorted(k for k in near if float(made.jaccard(self._made[k])) >= self._least)
