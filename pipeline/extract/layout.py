"""Layout: a text as the resolver walks it, in tokens, sentences, paragraphs and quotations.

Belongs here: where things lie in a text. Does not: what they mean. Offsets are half-open code points
into ``articles.text``, which is never changed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import NamedTuple

from pipeline.extract.lexicon import fold, lexicon
from pipeline.extract.quotes import Quotation, paragraphs, quotations

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:-[^\W\d_]+\.?)*"  # U.S., G.K.
    r"|[’'][sS]\b"  # the possessive is a token of its own
    r"|[^\W_]+(?:(?:[-‑&.@_]|[’'](?![sS]\b))[^\W_]+)*"
    r"|\S"
)
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+(?=[\"'“‘«„(\[]*[^\W_a-z])|\n+")
_ABBREVIATION = re.compile(r"(?:^|[\s(“\"'])(?:[^\W\d_]|([^\W\d_]{2,5}))\.[\"'”’»)\]]*\s*$")
_INITIALS = re.compile(r"((?:[^\W\d_]\.){2,})[\"'”’»)\]]*\s*$")


class Token(NamedTuple):
    """A word or mark of the text; ``low`` is its folded form."""

    start: int
    end: int
    text: str
    low: str

    @property
    def is_capital(self) -> bool:
        """Begins with a capital letter."""
        return self.text[0].isupper()

    @property
    def is_word(self) -> bool:
        """Has a letter or digit."""
        return self.text[0].isalnum()

    @property
    def is_possessive(self) -> bool:
        """The ending of a possessive: "'s", or the bare mark after an s."""
        return self.low in ("'s", "’s", "'", "’")


class Layout:
    """Tokens of a text and the sentence, paragraph and quotation that an offset lies in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [Token(*m.span(), word := m.group(), _low(word)) for m in _TOKEN.finditer(text)]
        self._starts = [t.start for t in self.tokens]
        self.paragraphs = paragraphs(text)
        self._paragraph_starts = [start for start, _ in self.paragraphs]
        self.quotations: list[Quotation] = quotations(text)
        self._quote_starts = [q.start for q in self.quotations]
        self._sentence_starts = _sentence_starts(text)
        # Sentences that begin inside a quotation do not count: a long quotation moves no speaker away.
        told = [s for s in self._sentence_starts if not self._is_quoted_inside(s)]
        self._told_starts = told

    @property
    def apostrophe(self) -> str:
        """The mark that the text writes possessives with."""
        return "’" if self.text.count("’") > self.text.count("'") else "'"

    def index(self, offset: int) -> int:
        """Index of the token that ``offset`` lies in, else of the next one."""
        at = bisect_right(self._starts, offset) - 1
        if at >= 0 and offset < self.tokens[at].end:
            return at
        return at + 1

    def between(self, start: int, end: int) -> list[Token]:
        """Tokens that begin in ``[start, end)``."""
        return self.tokens[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def sentence(self, offset: int) -> int:
        """Number of the sentence, from 0."""
        return bisect_right(self._sentence_starts, offset) - 1

    def step(self, offset: int) -> int:
        """Number of the narrator's sentence: like ``sentence``, quoted sentences left out."""
        return bisect_right(self._told_starts, offset) - 1

    def _is_quoted_inside(self, offset: int) -> bool:
        at = self.quotation(offset)
        return at >= 0 and self.quotations[at].start < offset

    def sentence_span(self, offset: int) -> tuple[int, int]:
        """Span of the sentence that ``offset`` lies in."""
        at = max(self.sentence(offset), 0)
        later = self._sentence_starts[at + 1 : at + 2]
        return self._sentence_starts[at], later[0] if later else len(self.text)

    def paragraph(self, offset: int) -> int:
        """Number of the paragraph, from 0."""
        return max(bisect_right(self._paragraph_starts, offset) - 1, 0)

    def quotation(self, offset: int) -> int:
        """Number of the quotation that ``offset`` lies in, -1 outside of all."""
        at = bisect_right(self._quote_starts, offset) - 1
        while at >= 0:
            if offset < self.quotations[at].end:
                return at
            if not self.quotations[at].is_single:
                break
            at -= 1
        return -1


@lru_cache(maxsize=50_000)
def _low(word: str) -> str:
    """The folded word; "US" and "WHO" keep their capitals, so that they are no pronouns."""
    low = fold(word)
    if 2 <= len(word) <= 3 and word.isupper() and low in lexicon().pronouns:
        return word
    return low


def _sentence_starts(text: str) -> list[int]:
    starts = [0]
    for match in _SENTENCE_END.finditer(text):
        if "\n" not in match.group() and _ends_abbreviation(text, match.start(), match.end()):
            continue
        starts.append(match.end())
    return starts


def _ends_abbreviation(text: str, stop: int, after: int) -> bool:
    """Whether the full stop at ``stop`` belongs to an initial, a title or a short form."""
    if text[stop] != ".":
        return False
    initials = _INITIALS.search(text, max(0, stop - 12), after)
    if initials is not None:
        return (
            initials.group(1).casefold() not in lexicon().closing_initials
        )  # "G.K. Lund", but "in the U.S. He"
    before = _ABBREVIATION.search(text, max(0, stop - 8), after)
    if before is None:
        return False
    word = before.group(1)
    return word is None or fold(word) in lexicon().titles or fold(word) in lexicon().short_forms
