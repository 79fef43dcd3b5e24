"""Name runs: names that the tagger saw in part, grown to the run of capitals that they stand in.

Belongs here: "Corvane" and "Components" as one name, "Ferry" grown to "Ferry Workers’ Union", words in
capitals that are no names. Does not: parts with small words between them (``name_spans.py``), what kind of
actor a name is (``name_kinds.py``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.extract.lexicon import Lexicon, fold, lexicon
from pipeline.extract.name_spans import NameSpan

TITLE_CASE_SHARE = 0.65
"""Share of capitals among a line's long words from which it is a headline, where capitals tell nothing."""
TITLE_CASE_WORDS = 4
"""Long words that a line needs to be told a headline by its capitals."""
_LONG = 4
_WORD = re.compile(r"[^\W_]+(?:[-’'&.][^\W_]+)*")
_JOINED = re.compile(r"[\w’'-]+")
_INITIAL = re.compile(r" [^\W\d_a-z](?:\. ?[^\W\d_a-z])*\.(?: [^\W\d_a-z][\w’'-]+)+")
_PART = re.compile(r"\S+")
_GAP = re.compile(r" (?=[^\W_])|(?<=s)[’'] (?=[^\W\d_])")
_POSSESSIVE = re.compile(r"[’'][sS]$")
_BEFORE = re.compile(r"([^\W_]+(?:[-’'&.][^\W_]+)*)(?:(?<=s)([’']))? $")
_MARKS = re.compile(r"[\s’'“”\"–-]*")
_TRAIL = re.compile(r"\s+(?:in|at|on|to|by|from|and|the)$")
_DATELINE = re.compile(
    r"([^\W\d_a-z]{2}(?:[^\W\d_a-z]|[ .’'-](?=[^\W\d_a-z]))*)(?:, [^,\n(—–]{1,25})?(?: \([^)\n]*\))? ?[—–-]+ "
)
"""The place in capitals that opens an agency's report: "PORT AMERY, Dec 2 (Meridian Wire) - "."""
_OPENS = frozenset(".!?:;“\"‘'«»(–—-…\n")
_OFFICES = frozenset(("campaign", "camp", "administration", "government", "team", "white house"))
"""Bodies in capitals that stand behind a person's name without being one name with it."""


@dataclass(frozen=True, slots=True)
class _Run:
    """A text with what growing asks of it."""

    text: str
    is_known: Callable[[str], bool]
    surnames: frozenset[str]
    headlines: Sequence[tuple[int, int]]
    words: Lexicon
    written: frozenset[str]
    """The text's words as they are written, with what a hyphen or an apostrophe joins to them."""

    def in_headline(self, offset: int) -> bool:
        at = bisect_right(self.headlines, (offset, len(self.text))) - 1
        return at >= 0 and offset < self.headlines[at][1]


def whole_names(
    text: str, spans: Iterable[NameSpan], *, is_known: Callable[[str], bool] = lambda _: False
) -> list[NameSpan]:
    """The names of a text in text order, each with all of its run of capitals.

    Args:
        text: ``articles.text``.
        spans: Names; pronouns are not among them.
        is_known: Whether a name stands in the seeds: it is whole as it is.
    """
    ordered = _apart(spans)
    dateline = _DATELINE.match(text)
    if dateline is not None:
        place = NameSpan(*dateline.span(1), "LOCATION", 1.0)
        ordered = [place, *(s for s in ordered if s.start >= place.end)]
    run = _Run(
        text,
        is_known,
        _surnames(text, ordered),
        _headlines(text),
        lexicon(),
        frozenset(_JOINED.findall(text)),
    )
    kept = [_typed(run, _off_office(run, s)) for s in ordered if _is_name(run, s)]
    kept = _without_common(run, kept)
    out: list[NameSpan] = []
    at = 0
    while at < len(kept):
        span = _grown_left(run, kept[at], out[-1].end if out else 0)
        at += 1
        while True:
            following = kept[at] if at < len(kept) else None
            if following is not None and following.start < span.end:
                at += 1
                continue
            if following is not None and _joins(run, span, following):
                span, at = _merged(run, span, following), at + 1
                continue
            end = _next_end(run, span, following)
            if end is None:
                break
            span = _typed(run, replace(span, end=end))
        span = _off_title(run, span)
        if span is not None:
            out.append(span)
    return out


def _off_title(run: _Run, span: NameSpan) -> NameSpan | None:
    """The span without the words of a title that follows it: "Valdorian" of "Valdorian Foreign Minister"."""
    following = _WORD.match(run.text, span.end + 1)
    if following is None or run.text[span.end] != " ":
        return span
    if not following.group()[0].isupper() or fold(following.group()) not in run.words.person_nouns:
        return span
    words = run.text[span.start : span.end].split(" ")
    least = 1 if span.name_type == "PERSON" else 0
    while len(words) > least and fold(words[-1]) in run.words.modifiers and not run.is_known(" ".join(words)):
        words.pop()
    return replace(span, end=span.start + len(" ".join(words))) if words else None


def _apart(spans: Iterable[NameSpan]) -> list[NameSpan]:
    out: list[NameSpan] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not out or span.start >= out[-1].end:
            out.append(span)
    return out


def _surnames(text: str, spans: Iterable[NameSpan]) -> frozenset[str]:
    """Last words of the persons named in full."""
    full = (text[s.start : s.end].split() for s in spans if s.name_type == "PERSON")
    return frozenset(fold(words[-1]) for words in full if len(words) > 1)


def _headlines(text: str) -> list[tuple[int, int]]:
    """Lines in title case or capitals."""
    found: list[tuple[int, int]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        long = [w for w in _WORD.findall(line) if len(w) >= _LONG]
        if len(long) >= TITLE_CASE_WORDS or line.isupper():
            capital = sum(w[0].isupper() for w in long)
            if capital >= TITLE_CASE_SHARE * len(long):
                found.append((at, at + len(line)))
        at += len(line)
    return found


def _off_office(run: _Run, span: NameSpan) -> NameSpan:
    """A person's name without office and letters: "Dana Holm" of "Inspector Dana Holm", "Gus Lund" of "Gus Lund KC"."""
    if span.name_type != "PERSON":
        marks = _MARKS.match(run.text, span.start, span.end)
        start = marks.end() if marks is not None and marks.end() < span.end else span.start
        trail = _TRAIL.search(run.text, start, span.end)
        return replace(span, start=start, end=trail.start() if trail is not None else span.end)
    words = list(_PART.finditer(run.text, span.start, span.end))
    while len(words) > 2 and run.words.is_a(fold(words[-1].group()).strip(",."), "post_nominal"):
        words.pop()
    while len(words) > 2 and fold(words[0].group()) in run.words.person_nouns:
        words.pop(0)
    if not words:
        return span
    return replace(span, start=words[0].start(), end=words[-1].start() + len(words[-1].group().rstrip(",")))


def _is_name(run: _Run, span: NameSpan) -> bool:
    """Whether a span holds a name at all: a capital letter, or a mark that glues two names."""
    word = run.text[span.start : span.end]
    if not any(c.isalnum() for c in word):
        return "-" in word or "–" in word or "&" in word
    return any(c.isupper() for c in word) or run.is_known(word)


def _without_common(run: _Run, spans: list[NameSpan]) -> list[NameSpan]:
    """Without words that have a capital only because they begin a sentence or stand in a headline.

    Such a word stands in small letters elsewhere in the text, and nowhere in a capital of its own.
    """
    loose: dict[str, list[NameSpan]] = {}
    for span in spans:
        word = run.text[span.start : span.end]
        if word.isalpha() and fold(word) not in run.surnames and not run.is_known(word):
            loose.setdefault(fold(word), []).append(span)
    dropped: set[int] = set()
    for word, found in loose.items():
        if any(not _opens(run, s.start) and not run.in_headline(s.start) for s in found):
            continue
        if any(_next_end(run, s, None) for s in found):
            continue
        is_noun = word in run.words.person_nouns or word in run.words.body_nouns
        if is_noun or word in run.written:
            dropped.update(s.start for s in found)
    return [s for s in spans if s.start not in dropped]


def _opens(run: _Run, start: int) -> bool:
    """Whether ``start`` opens a sentence, line or quotation."""
    before = run.text[max(0, start - 3) : start].rstrip(" ")
    return not before or before[-1] in _OPENS


def _joins(run: _Run, first: NameSpan, second: NameSpan) -> bool:
    """Whether two neighbours, apart by a space or by nothing, are parts of one name."""
    gap = run.text[first.end : second.start]
    if gap == "":
        return not run.text[second.start : second.end].startswith(("'s", "’s"))
    head, part = run.text[first.start : first.end], run.text[second.start : second.end]
    if gap != " " or run.is_known(f"{head} {part}"):
        return gap == " "
    if run.in_headline(first.start) or run.is_known(head) or not part[:1].isupper():
        return False
    low = fold(part).split()
    if run.words.titles.keys() & {low[0].strip("."), fold(head).split()[-1].strip(".")}:
        return False
    return _may_follow(run, first, second, low)


def _may_follow(run: _Run, first: NameSpan, second: NameSpan, low: list[str]) -> bool:
    """Whether the types and words of two neighbours allow one name."""
    is_full = first.name_type == "PERSON" and len(run.text[first.start : first.end].split()) > 1
    part = run.text[second.start : second.end]
    if second.name_type == "PERSON":
        if len(low) > 1 or _is_noun(run, fold(run.text[first.start : first.end]).split()[-1]):
            return False
        return first.name_type == "PERSON" or low[-1] not in run.surnames
    if is_full or (first.name_type == "PERSON" and (run.is_known(part) or low[-1] in _OFFICES)):
        return False
    return not _is_noun(run, low[0])


def _merged(run: _Run, first: NameSpan, second: NameSpan) -> NameSpan:
    kinds = {first.name_type, second.name_type}
    order = ("ORGANIZATION", "LOCATION", "MISC", "PERSON")
    kind = next((k for k in order if k in kinds), first.name_type)
    if kinds == {"LOCATION", "PERSON"}:  # a first name is taken for a place as easily as a place for one
        kind = max(first, second, key=lambda s: s.score).name_type
    return _typed(run, NameSpan(first.start, second.end, kind, min(first.score, second.score)))


def _typed(run: _Run, span: NameSpan) -> NameSpan:
    """The span with the type that its first or last word tells ("River Tess", "Brae Foods Group")."""
    words = fold(run.text[span.start : span.end]).split()
    if len(words) < 2 or run.is_known(run.text[span.start : span.end]):
        return span
    if words[0] in run.words.place_openers or words[-1] in run.words.place_closers:
        return replace(span, name_type="LOCATION")
    is_body = words[-1] in run.words.body_nouns or words[-1].strip(".") in run.words.company_words
    if is_body and (span.name_type != "PERSON" or len(words) < 3):
        return replace(span, name_type="ORGANIZATION")
    return span


def _next_end(run: _Run, span: NameSpan, following: NameSpan | None) -> int | None:
    """Where the span ends when it takes in the capital behind it; None if that is no part of it."""
    gap = _GAP.match(run.text, span.end)
    if gap is None or run.in_headline(span.start):
        return None
    initial = _INITIAL.match(run.text, span.end) if span.name_type == "PERSON" else None
    if initial is not None and " " not in run.text[span.start : span.end]:
        return initial.end()
    word = _WORD.match(run.text, gap.end())
    if word is None or (following is not None and following.start < word.end()):
        return None
    plain = _POSSESSIVE.sub("", word.group())
    low = fold(plain)
    if run.words.is_a(fold(run.text[span.start : span.end]), "numbered") and plain.isdigit():
        return word.end()
    if not plain[0].isupper() or run.is_known(run.text[span.start : span.end]) or _is_noun(run, low):
        return None
    is_body = low in run.words.body_nouns
    if span.name_type == "PERSON":
        full = " " in run.text[span.start : span.end]
        if full or low in _OFFICES or low in run.words.person_plurals or low in run.words.group_nouns:
            return None
    if gap.group() != " " and not (is_body or span.name_type == "ORGANIZATION"):
        return None
    return word.start() + len(plain)


def _is_noun(run: _Run, low: str) -> bool:
    """A word in a capital that ends a name before it: title, office, weekday, small word."""
    words = run.words
    if low in words.person_nouns or low.strip(".") in words.titles or low in words.time_words:
        return True
    return words.is_function_word(low) or low in words.pronouns


def _grown_left(run: _Run, span: NameSpan, least: int) -> NameSpan:
    """The span with the capitals before it, for names of bodies and places inside of a sentence."""
    while span.name_type != "PERSON" and not run.in_headline(span.start):
        before = _BEFORE.search(run.text, least, span.start)
        if before is None or _opens(run, before.start()) or not before.group(1)[0].isupper():
            break
        word = before.group(1)
        low = fold(word)
        is_people = low in run.words.person_plurals or low in run.words.group_nouns
        if before.group(2):
            is_noun = fold(run.text[span.start : span.end]).split()[-1] not in run.words.body_nouns
        else:
            is_noun = is_people or _is_noun(run, low)
        if is_noun or _POSSESSIVE.search(word) or "." in word or run.is_known(word):
            break
        if run.is_known(run.text[span.start : span.end]) and not run.is_known(
            run.text[before.start() : span.end]
        ):
            break
        span = _typed(run, replace(span, start=before.start()))
    return span


def full_names(articles: Iterable[tuple[str, Sequence[NameSpan]]]) -> frozenset[str]:
    """The persons that some article names in full."""
    return frozenset(
        name
        for text, spans in articles
        for s in spans
        if s.name_type == "PERSON" and " " in (name := text[s.start : s.end])
    )


def completed(text: str, spans: Sequence[NameSpan], known: frozenset[str]) -> list[NameSpan]:
    """The names with the first names that the tagger left out at the beginning of a sentence, as others have them."""
    out: list[NameSpan] = []
    for span in spans:
        before = _BEFORE.search(text, out[-1].end if out else 0, span.start)
        is_bare = span.name_type == "PERSON" and " " not in text[span.start : span.end]
        if is_bare and before is not None and text[before.start() : span.end] in known:
            span = replace(span, start=before.start())
        out.append(span)
    return out
