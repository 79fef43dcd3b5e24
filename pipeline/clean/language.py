# pyright: basic
# py3langid ships no types.
"""Language: in which language a text is written.

Belongs here: running the identifier, weighing it against what the page says. Does not: deciding
which languages are wanted.
"""

from __future__ import annotations

from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_READ_CHARS = 1200
"""The identifier's verdict does not change beyond this much text."""
_SURE_WORDS = 40
"""From this many words on the text alone decides; a shorter one may be names and figures."""
_SURE = 0.9


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def find_language(text: str, declared: str | None) -> str:
    """The ISO 639-1 code of ``text``.

    Args:
        text: Headline and body.
        declared: What the page says of itself (``<html lang>``); it counts for short texts only.
    """
    code, chance = _identifier().classify(text[:_READ_CHARS])
    if declared and (text.count(" ") < _SURE_WORDS or float(chance) < _SURE):
        return declared
    return str(code)
