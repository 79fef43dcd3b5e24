"""Name spans: the tagger's names mended where it broke them or ran on.

Belongs here: joining "St", "Orwin" and "'s Hospital" into one name, cutting "Obama Sees" at the cue. Does
not: titles and possessives (``persona.py``), names that it did not mark at all (``unseen_names.py``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pipeline.extract.lexicon import fold, lexicon

MAX_GAP = 5
"""Longest text between two parts of one name (" and ")."""
_GLUE = re.compile(r"(?:['’]s?)? ?|\. ")
"""What may stand between two parts of one name."""
_SAINTS = ("St ", "St. ", "Saint ")
_INITIAL = re.compile(r"(?:^|[\s.])[^\W\d_]$")
_SURNAME = re.compile(r"\.((?: (?:de |la |van |von |bin |al-)?[^\W\d_a-z][\w’'-]+)+)")
_POSSESSIVE = re.compile(r"['’]s? $")


@dataclass(frozen=True, slots=True)
class NameSpan:
    """A row of ``names``: span, type and how sure the tagger is."""

    start: int
    end: int
    name_type: str
    score: float


def mend_names(
    text: str,
    spans: Iterable[NameSpan],
    *,
    speakers: Iterable[tuple[int, int]] = (),
    cues: Iterable[int] = (),
    is_known: Callable[[str], bool] = lambda _: False,
) -> list[NameSpan]:
    """The names of a text in text order, broken ones joined, those that run into a cue cut.

    Args:
        text: ``articles.text``.
        spans: Names; pronouns are not among them.
        speakers: Speaker spans: where one begins, a name begins.
        cues: Where cues begin: no name runs into one (in headlines taggers do).
        is_known: Whether a name stands in the seeds: it is whole as it is.
    """
    ends = sorted(set(cues))
    begins = {start for start, _ in speakers}
    out: list[NameSpan] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        at = bisect_right(ends, span.start)
        if at < len(ends) and ends[at] < span.end:
            span = replace(span, end=span.start + len(text[span.start : ends[at]].rstrip()))
        if out and span.start < out[-1].end:
            continue
        out.append(span)
        while len(out) > 1 and out[-1].start not in begins and _is_one(text, out[-2], out[-1], is_known):
            out[-2:] = [_join(out[-2], out[-1])]
    return [_with_surname(text, span) for span in out]


def _is_one(text: str, first: NameSpan, second: NameSpan, is_known: Callable[[str], bool]) -> bool:
    """Whether two neighbours are parts of one body's name."""
    is_saint = text.startswith(_SAINTS, first.start)  # "St Orwin’s Hospital"
    if (first.name_type == "PERSON" and not is_saint) or second.name_type != "ORGANIZATION":
        return False
    head, part, gap = (
        text[first.start : first.end],
        text[second.start : second.end],
        text[first.end : second.start],
    )
    if len(gap) > MAX_GAP or is_known(head):
        return False
    last = fold(part).split()[-1:]
    ends_in_body = bool(last) and last[0] in lexicon().body_nouns
    if gap == " and ":
        # "the Dock" and "Ferry Workers' Union", not "Treasury" and "Commerce Department".
        before = text[max(0, first.start - 4) : first.start].casefold()
        ends_in_people = bool(last) and last[0] in lexicon().person_plurals and " " in part
        return before == "the " and (ends_in_people or (ends_in_body and " " not in head))
    if not _GLUE.fullmatch(gap):
        return False
    is_owned = bool(_POSSESSIVE.search(gap)) or part[:1] in "'’"
    return ends_in_body or not is_owned or gap in ("' ", "’ ")


def _join(first: NameSpan, second: NameSpan) -> NameSpan:
    return NameSpan(first.start, second.end, "ORGANIZATION", min(first.score, second.score))


def _with_surname(text: str, span: NameSpan) -> NameSpan:
    """The name "Julie A" with the surname behind its initial."""
    if span.name_type != "PERSON" or not _INITIAL.search(text[span.start : span.end]):
        return span
    surname = _SURNAME.match(text, span.end)
    return span if surname is None else replace(span, end=surname.end())
