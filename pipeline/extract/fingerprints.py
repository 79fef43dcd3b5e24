"""Fingerprints of a content: what copies and trims of one quotation have in common.

Belongs here: the normal form, its key and its MinHash. Does not: grouping quotations into families.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.extract.lexicon import fold
from pipeline.ids import stable_id
from pipeline.minhash import minhash

PERMUTATIONS = 32
"""Fixed for good: signatures of different sizes cannot be compared."""
_WORD = re.compile(r"[^\W_]+")
SHINGLE = 3
"""Words in a shingle: short quotations still have several, chance matches stay rare."""


@lru_cache(maxsize=8)  # of one content its words, key and signature are asked for, one after the other
def content_words(text: str) -> tuple[str, ...]:
    """The words of a content without case, accents and marks."""
    plain = fold(unicodedata.normalize("NFKC", text)).replace("'", "")
    return tuple(_WORD.findall(plain))


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
    return minhash({" ".join(words[i : i + SHINGLE]) for i in range(last)}, PERMUTATIONS)
