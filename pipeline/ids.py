"""Stable ids: the same thing has the same id on every machine and in every run.

Belongs here: hashing of keys. Does not: anything that depends on time, order or library versions
(Polars' own ``hash`` differs between releases).
"""

from __future__ import annotations

import hashlib

ID_LENGTH = 16
"""Hex digits of an id: 64 bits, no clash expected below a few hundred million rows."""


def stable_id(kind: str, *parts: object) -> str:
    """A 16-digit hex id of ``parts``, in a name space of its own for each ``kind``.

    ``None`` and the empty string differ; parts cannot run into each other.
    """
    text = "\x1f".join([kind, *("\x00" if p is None else str(p) for p in parts)])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:ID_LENGTH]


def content_hash(data: bytes) -> str:
    """SHA-256 of raw bytes, in hex."""
    return hashlib.sha256(data).hexdigest()
