"""Text from outside, made safe to show: one line, no markup, no control characters.

Belongs here: what every title, name and message from a feed or server goes through. Does not:
article text (``pipeline.clean``).
"""

from __future__ import annotations

import html
import re
import unicodedata

MAX_TITLE_CHARS = 500
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,2000}|!--.{0,5000}?--|!\[CDATA\[|\]\])>", re.DOTALL)
_SCRIPT = re.compile(r"<(script|style)\b[^>]{0,2000}>.{0,100000}?</\1\s*>", re.DOTALL | re.IGNORECASE)
_BIDI = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")


def one_line(text: str, *, limit: int = MAX_TITLE_CHARS) -> str:
    """``text`` on one line without control, escape and direction characters, cut at ``limit``.

    A terminal escape in a feed title or server message must not reach a terminal.
    """
    kept = "".join(
        " " if c.isspace() else c
        for c in text[: 4 * limit]
        if c.isspace() or (c not in _BIDI and unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    )
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def plain_title(text: str | None) -> str | None:
    """A headline as feeds give it (plain, escaped or HTML) as plain text; None if nothing is left."""
    if not text:
        return None
    text = text[: 8 * MAX_TITLE_CHARS]
    for _ in range(2):  # feeds escape markup once, some twice
        text = html.unescape(_TAG.sub("", _SCRIPT.sub(" ", text)))
    return one_line(_TAG.sub("", text)) or None
