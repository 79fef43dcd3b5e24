"""Countries: the country that a word, a body or a phrase tells of.

Belongs here: "Ukrainian" is Ukraine, UA. Does not: which actor a country's name means (``chains.py``).
"""

from __future__ import annotations

from pipeline.extract.actor_seeds import ActorSeeds, folded_text
from pipeline.extract.lexicon import lexicon

MAX_WORDS = 3
"""Longest name or demonym of a country that is sought inside of a phrase."""


class Countries:
    """Country codes and names by demonym and name, as the seeds know them."""

    def __init__(self, seeds: ActorSeeds) -> None:
        self._known = seeds.demonyms

    def code(self, text: str | None) -> str | None:
        """ISO 3166 code of "Ukrainian" or "Ukraine"; None for anything else."""
        known = self._known.get(folded_text(text)) if text else None
        return known[0] if known else None

    def name(self, text: str | None) -> str | None:
        """Ukraine for "Ukrainian"; any other text as it is."""
        known = self._known.get(folded_text(text)) if text else None
        return known[1] if known else text

    def in_phrase(self, text: str) -> set[str]:
        """Codes of the countries that a phrase speaks of ("US and Ukrainian officials")."""
        words = [w.strip(",;:()") for w in text.split()]
        found: set[str] = set()
        at = 0
        while at < len(words):
            for size in range(min(MAX_WORDS, len(words) - at), 0, -1):
                code = self._of_words(words[at : at + size])
                if code is not None:
                    found.add(code)
                    at += size - 1
                    break
            at += 1
        return found

    def _of_words(self, words: list[str]) -> str | None:
        folded = folded_text(" ".join(words))
        if folded in lexicon().pronouns and not words[0].isupper():
            return None  # "us" is no country, "US" is
        known = self._known.get(folded) or self._known.get(folded.removesuffix("s"))
        return known[0] if known else None
