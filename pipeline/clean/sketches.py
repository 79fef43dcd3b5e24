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
_BANDS = (SIGNATURE_SIZE, 1)
"""Every number is a band: of two sets with a fifth in common one pair in a million is missed."""


def sketch(items: Iterable[str]) -> list[int]:
    """The MinHash of a set of strings: 64 numbers of 32 bits, the same on every machine."""
    made = MinHash(num_perm=SIGNATURE_SIZE, seed=SEED, scheme=_SCHEME)
    made.update_batch([item.encode("utf-8", "surrogatepass") for item in items])
    return [int(v) for v in made.hashvalues]


class Index:
    """Signatures by key, to be asked for like ones."""

    def __init__(self) -> None:
        self._index = MinHashLSH(num_perm=SIGNATURE_SIZE, params=_BANDS)
        self._values: dict[str, np.ndarray] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def add(self, key: str, signature: Sequence[int]) -> None:
        """Put ``signature`` in, unless ``key`` is there already."""
        if key not in self._values:
            made = _minhash(signature)
            self._values[key] = made.hashvalues
            self._index.insert(key, made, check_duplication=False)

    def like(self, signature: Sequence[int], *, least: float) -> list[tuple[str, float]]:
        """Keys whose signatures agree with ``signature`` in at least that share, and the share, by key."""
        made = _minhash(signature)
        near = sorted(str(key) for key in self._index.query(made))
        if not near:
            return []
        agreement = (np.stack([self._values[key] for key in near]) == made.hashvalues).mean(axis=1)
        return [(key, float(share)) for key, share in zip(near, agreement, strict=True) if share >= least]


def _minhash(signature: Sequence[int]) -> MinHash:
    values = np.asarray(signature, dtype=np.uint32)
    return MinHash(hashvalues=values, seed=SEED, num_perm=SIGNATURE_SIZE, scheme=_SCHEME)
