"""Fingerprints of a content: what copies and trims of one quotation have in common.

Belongs here: the normal form, its key and its MinHash. Does not: grouping quotations into families.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

from datasketch import MinHash  # pyright: ignore[reportMissingTypeStubs]  # there are none

from pipeline.extract.lexicon import fold
from pipeline.ids import stable_id

PERMUTATIONS = 32
SEED = 1
"""Fixed for good: signatures of different seeds cannot be compared."""
SHINGLE = 3
"""Words in a shingle: short quotations still have several, chance matches stay rare."""


@cache
def _empty() -> Any:  # datasketch has no types
    return MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme="affine32")


def content_words(text: str) -> list[str]:
    """The words of a content without case, accents and marks."""
    plain = fold(unicodedata.normalize("NFKC", text)).replace("'", "")
    return "".join(c if c.isalnum() else " " for c in plain).split()


def content_key(text: str, attribution_id: str) -> str:
    """Hash of the normal form; a content without a word has a key of its own, equal to no other."""
    words = content_words(text)
    return stable_id("content", " ".join(words)) if words else stable_id("content", None, attribution_id)


def content_minhash(text: str) -> list[int]:
    """MinHash signature of the word 3-grams; empty for a content without a word."""
    words = content_words(text)
    if not words:
        return []
    last = max(1, len(words) - SHINGLE + 1)
    grams = {" ".join(words[i : i + SHINGLE]).encode() for i in range(last)}
    signature = _empty().copy()
    signature.update_batch(sorted(grams))
    return [int(v) for v in signature.hashvalues]
