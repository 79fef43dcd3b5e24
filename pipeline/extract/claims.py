"""Claims: which attribution each quotation belongs to, and where quotation marks say that contents end.

Belongs here: mending the tagger's spans by quotation marks, and the attributions that marks alone give away.
Does not: reading the scores (``decode.py``), finding quotation marks (``quotes.py``).
"""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.extract.findings import Coverage, Decoding, Found, Places, Span
from pipeline.extract.quotes import DOUBLE, SINGLE, Quotation

_MARKS = "".join(DOUBLE | SINGLE)
_SENTENCE_END = frozenset(".?!…")
_SIGNATURE = re.compile(
    r"[ \t\u00a0]*\n?[ \t\u00a0]*([―—–-]{1,2})[ \t\u00a0]*(?=[^\W\d_a-z])([^\n.;:!?\"“”]{2,80})"
)
_BLOCK = re.compile(r"\s*([^\n]*)")


def settle(
    text: str, found: list[Found], doubtful: list[Found], quotations: list[Quotation], rules: Decoding
) -> list[Found]:
    """``found`` with contents as the quotation marks say, and what only the marks give away.

    Args:
        text: The text that all offsets point into.
        found: Attributions to keep; their contents are changed in place.
        doubtful: Attributions too unlikely by themselves, for quotations that nobody claims.
        quotations: ``quotations(text)``.
        rules: Thresholds.
    """
    claims = _Claims(text, found, quotations, rules)
    claims.announce_blocks()
    claims.mend()
    claims.sign()
    claims.rescue(doubtful)
    claims.go_on()
    claims.take_bare()
    return claims.found


def within_paragraphs(text: str, found: Found, quoted: Coverage) -> list[Span]:
    """Unquoted content never runs over a paragraph's end: the part on the cue's side stays."""
    out: list[Span] = []
    cue = found.cue or (0, 0)
    for start, end in found.content:
        cut = text.find("\n", start, end)
        if cut < 0 or quoted.touches(start, end):
            out.append((start, end))
        elif end <= cue[0] and text.rfind("\n", start, end) < cue[0]:
            out.append((text.rfind("\n", start, end) + 1, end))
        else:
            out.append((start, cut))
    return [s for s in out if text[s[0] : s[1]].strip()]


class _Claims:
    """The attributions of one text with the quotations that they claim; each step changes them in place."""

    def __init__(self, text: str, found: list[Found], quotations: list[Quotation], rules: Decoding) -> None:
        self.text, self.found, self.quotations, self.rules = text, found, quotations, rules
        self.places = Places()
        for f in found:
            self.places.add(f, f.content)

    def announce_blocks(self) -> None:
        """A paragraph set off after "she added:" is what she added, marks or not.

        Outlets indent such blocks and leave the marks out; the text keeps only the colon at the paragraph's end.
        """
        quoted = Coverage((q.start, q.end) for q in self.quotations)
        for f in self.found:
            if f.content or f.cue is None:
                continue
            line_end = self.text.find("\n", f.cue[0])
            if line_end < 0 or not self.text[f.cue[0] : line_end].rstrip().endswith(":"):
                continue
            matched = _BLOCK.match(self.text, line_end)
            block = matched.span(1) if matched else (0, 0)
            if block[0] < block[1] and not self._claimed(*block) and not quoted.touches(*block):
                self._give(f, [block])

    def mend(self) -> None:
        """Let contents end where the quotation marks say.

        A quotation that is mostly content of one attribution becomes content as a whole, marks included,
        but for the words of its own speaker and cue.
        """
        for q in self.quotations:
            best: Found | None = None
            most = 0
            for f in self.places.near(q.start, q.end):
                covered = _shared(f, q)
                if covered > most:
                    best, most = f, covered
            if best is None or most < self.rules.quoted * (q.end - q.start):
                continue
            if not any(s and s[0] < q.end and q.start < s[1] for s in (best.cue, best.speaker)):
                self._grow(best, q)

    def sign(self) -> None:
        """A quotation with a dash and a name after it ("“…” — Jane Roe, nurse") is that person's."""
        for q in self.quotations:
            if not self._is_free(q) or not self._opens_paragraph(q):
                continue
            signed = _SIGNATURE.match(self.text, q.end)
            if signed is None:
                continue
            name = signed.group(2).split(",")[0].rstrip()
            if 1 <= len(name.split()) <= 6:
                start = signed.start(2)
                self._add(Found(signed.span(1), (start, start + len(name)), [(q.start, q.end)], 0.6))

    def rescue(self, doubtful: list[Found]) -> None:
        """Take in a doubtful cue whose content is a quotation that no other attribution covers."""
        places = Places()
        for f in doubtful:
            places.add(f, f.content)
        for q in self.quotations:
            if not self._is_free(q):
                continue
            near = places.near(q.start, q.end)
            fitting = [f for f in near if _shared(f, q) >= self.rules.quoted * (q.end - q.start)]
            if fitting:
                best = max(fitting, key=lambda f: f.chance)
                if best.cue and not (q.start <= best.cue[0] < q.end):
                    best.content = _merge(self.text, [*best.content, (q.start, q.end)])
                self._add(best)

    def go_on(self) -> None:
        """Give quotations that no attribution covers to the one they go on from.

        Newspapers let a long quotation run over paragraphs, naming the speaker only once: a quotation
        that takes up an open one, or a paragraph that is all quotation right after a quoted paragraph.
        """
        for before, q in pairwise(sorted(self.quotations, key=lambda q: q.start)):
            if not self._is_free(q) or not (q.continued or self._is_paragraph(q)):
                continue
            if self.text[before.end : q.start].strip(_MARKS + " \n\r\t\u00a0.,"):
                continue
            for f in self.places.near(before.start, before.end):
                if any(s <= before.start and before.end - 1 <= e for s, e in f.content):
                    self._give(f, [*f.content, (q.start, q.end)])
                    break

    def take_bare(self) -> None:
        """A quoted sentence that nobody claims is still a statement, of a speaker to be found.

        Only whole sentences: they begin with a capital and end inside the marks, unlike titles and borrowed words.
        """
        for q in self.quotations:
            inside = self.text[q.start : q.end].strip(_MARKS + " \u00a0")
            if inside[:1].isupper() and inside[-1:] in _SENTENCE_END and self._is_free(q):
                self._add(Found(None, None, [(q.start, q.end)], self.rules.bare, self.rules.bare))

    def _give(self, f: Found, content: list[Span]) -> None:
        f.content = content
        self.places.add(f, content)

    def _grow(self, f: Found, q: Quotation) -> None:
        self._give(f, _merge(self.text, [*f.content, (q.start, q.end)]))

    def _add(self, f: Found) -> None:
        self.found.append(f)
        self.places.add(f, f.content)

    def _claimed(self, start: int, end: int) -> bool:
        near = self.places.near(start, end)
        return any(s < end and start < e for f in near for s, e in f.content)

    def _is_free(self, q: Quotation) -> bool:
        """Whether a quotation is long enough to be a statement, and nobody's yet."""
        words = self.text[q.start : q.end].split(maxsplit=self.rules.scare_words)
        return len(words) > self.rules.scare_words and not self._claimed(q.start, q.end)

    def _opens_paragraph(self, q: Quotation) -> bool:
        return not self.text[self.text.rfind("\n", 0, q.start) + 1 : q.start].strip()

    def _is_paragraph(self, q: Quotation) -> bool:
        start = self.text.rfind("\n", 0, q.start) + 1
        end = self.text.find("\n", q.end)
        line = self.text[start : q.start] + self.text[q.end : end if end >= 0 else len(self.text)]
        return not line.strip(_MARKS + " .,\r\t\u00a0")


def _shared(f: Found, q: Quotation) -> int:
    """Characters of a quotation that are content of an attribution."""
    return sum(max(0, min(e, q.end) - max(s, q.start)) for s, e in f.content)


def _merge(text: str, spans: list[Span]) -> list[Span]:
    """Sorted union; parts parted by nothing but space and marks become one."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and (start <= out[-1][1] or not text[out[-1][1] : start].strip(_MARKS + " ,\u00a0")):
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out
