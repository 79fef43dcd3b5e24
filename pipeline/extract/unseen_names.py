"""Names in speakers that the tagger did not mark: runs of capitals, so that no speaker is nameless.

Belongs here: finding them. Does not: names outside of speakers, which are the tagger's alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.extract.findings import Coverage
from pipeline.extract.lexicon import fold, lexicon
from pipeline.extract.name_spans import NameSpan

_WORD = r"(?:(?:[^\W\d_]\.)+|[A-Z][a-z]{1,4}\.(?=\s+[A-Z])|[A-ZÀ-ÞĀ-Ž][\w’'&-]*)"
_SURNAME = re.compile(r"\.? (?:(?:de|la|van|von|bin|al) )?[A-ZÀ-ÞĀ-Ž][\w’'-]+")
_RUN = re.compile(rf"{_WORD}(?:\s+(?:{_WORD}|(?:de|la|van|von|bin|al|der|den|di|da)\b|of(?=\s+[A-Z])))*")
UNSEEN_SCORE = 0.3
"""Stands for the tagger's score: these were found by capitals alone."""


def unseen_names(text: str, speakers: Iterable[tuple[int, int]], known: Sequence[NameSpan]) -> list[NameSpan]:
    """Names in ``speakers`` that share nothing with the names that are ``known``, titles aside."""
    titles = lexicon().titles
    taken = Coverage((n.start, n.end) for n in known if fold(text[n.start : n.end]).strip(".") not in titles)
    found: dict[int, NameSpan] = {}
    for begin, end in speakers:
        end = _whole_end(text, begin, end)
        for start, stop, kind in _runs(text[begin:end]):
            span = (begin + start, begin + stop)
            if not taken.touches(*span):
                found[span[0]] = NameSpan(*span, kind, UNSEEN_SCORE)
    return list(found.values())


def _whole_end(text: str, begin: int, end: int) -> int:
    """``end``, or that of the surname before which the speaker breaks off: "Rep. G.K." of "Rep. G.K. Lund"."""
    short = all(w.endswith(".") or w.casefold() in lexicon().titles for w in text[begin:end].split())
    surname = _SURNAME.match(text, end) if short else None
    return surname.end() if surname is not None else end


def _runs(text: str) -> list[tuple[int, int, str]]:
    """Runs of capitals that can be names, each with its likely type."""
    words = lexicon()
    found: list[tuple[int, int, str]] = []
    for match in _RUN.finditer(text):
        at, run = _off_front(match.start(), re.sub(r"[’']s$", "", match.group()))
        low = fold(run).split()
        titled = len(low) > 1 and low[0].strip(".") in words.titles
        if not low or (not titled and _is_common(low)):
            continue
        goes_on = re.match(r"\s+[a-z]", text[at + len(run) :])
        if len(low) == 1 and (low[0] in words.time_words or goes_on):
            continue
        is_body = any(w in words.body_nouns or w == "of" for w in low)
        found.append((at, at + len(run), "ORGANIZATION" if is_body else "PERSON" if len(low) > 1 else "MISC"))
    return found


def _off_front(at: int, run: str) -> tuple[int, str]:
    """The run without the article or adjective that begins a sentence in a capital."""
    words = lexicon()
    first = at
    while run:
        low = fold(run.partition(" ")[0])
        begins = low in words.modifiers and at == first == 0
        if low.strip(".") in words.titles or not (words.is_function_word(low) or begins):
            break
        cut = len(run) - len(run.partition(" ")[2])
        at, run = at + cut, run.partition(" ")[2]
    return at, run


def _is_common(low: list[str]) -> bool:
    """A noun in capitals rather than a name: "Voters", "Black Lawmakers"; not "Associated Press"."""
    words = lexicon()
    return words.person_noun_ending(low) is not None or (len(low) == 1 and low[0] in words.group_nouns)
