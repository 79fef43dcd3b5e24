"""Statement dates: the day a statement was made, as its sentence says it.

Belongs here: reading "on Tuesday", "last week", "on 3 November" near a cue. Does not: dates inside the
content, which say when something happened, not when it was said.

Simple rules stand here instead of a general date parser: dateparser took 2 to 3 ms a sentence and read
"may meet" and "would march" as dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.extract.layout import Layout, Token
from pipeline.extract.lexicon import lexicon

Span = tuple[int, int]

MAX_WORDS_BEFORE = 8
"""Words between a date and the cue that follows it; "On Tuesday, …" at the sentence's start may be farther."""
MAX_WORDS_AFTER = 16
"""Words between the cue and a date that follows it."""
FIRST_YEAR = 1900
"""Four digits below this are taken for an amount, not a year."""
_RELATIVES = frozenset(("who", "which", "that", "whose"))
_AHEAD = frozenset(("next", "until", "till", "by", "before", "since", "coming", "from", "through", "between"))
_COORDINATORS = frozenset(("and", "but", "then"))
_OTHER_EVENT = _RELATIVES | {"before", "after", "ahead", "since", "until", "when", "while", "where", "during"}


@dataclass(frozen=True, slots=True)
class _Day:
    first: int
    last: int
    day: dt.date
    is_year: bool = False


def statement_date(
    layout: Layout, cue: Span | None, content: Sequence[Span], article_date: dt.date
) -> dt.date:
    """The day of the statement: what its sentence says outside the content, else the article's day.

    Args:
        layout: The article.
        cue: Cue span; without one the article's day is all there is.
        content: Content spans.
        article_date: Weekdays look back from it; "on Wednesday" in Wednesday's article is that day.
    """
    if cue is None:
        return article_date
    start, end = layout.sentence_span(cue[0])
    tokens = [
        t
        for t in layout.between(start, end)
        if not any(s <= t.start < e for s, e in content) and layout.quotation(t.start) < 0
    ]
    at = next((i for i, t in enumerate(tokens) if t.end > cue[0]), None)
    if at is None:
        return article_date
    last = max((i for i, t in enumerate(tokens) if t.start < cue[1]), default=at)
    days = [d for d in _days(tokens, article_date) if not _is_ahead(layout, tokens[d.first].start)]
    found = [(d, gap) for d in days if (gap := _gap(tokens, d, at, last)) is not None]
    if not found:
        return article_date
    return min(found, key=lambda f: (f[1], f[0].first))[0].day


def _is_ahead(layout: Layout, start: int) -> bool:
    """Whether the word before a date, be it in the content, says that it lies ahead: "by June 5"."""
    at = layout.index(start) - 1
    return at >= 0 and layout.tokens[at].low in _AHEAD


def _gap(tokens: Sequence[Token], day: _Day, at: int, last: int) -> int | None:
    """Words between a date and the cue; None where the date belongs to something else."""
    if day.first > last:
        between = [t.low for t in tokens[last + 1 : day.first] if t.is_word]
        if len(between) > MAX_WORDS_AFTER or any(w in _OTHER_EVENT for w in between[:-1]):
            return None
        return len(between) if len(between) < 2 or not day.is_year else None
    if day.last >= at:
        return 0
    gap = tokens[day.last + 1 : at]
    between = [t.low for t in gap if t.is_word]
    if between and between[0] in _COORDINATORS and day.first and not _opens(tokens, day.first):
        return None  # "left in May and has complained": the date is of the verb before
    if _opens(tokens, day.first):
        return len(between) + 1  # "On Monday, …" dates the whole sentence
    if day.is_year:
        return None  # "a rehearsal in 1971": years hang on the noun before them
    in_clause = any(t.low in _RELATIVES for t in tokens[: day.first]) and any(t.low == "," for t in gap)
    if in_clause or len(between) > MAX_WORDS_BEFORE or any(w in _RELATIVES for w in between[:-1]):
        return None
    return len(between) + 1


def _opens(tokens: Sequence[Token], first: int) -> bool:
    """Whether only small words come before a date: "On Monday and Tuesday …"."""
    return all(not t.is_word or lexicon().is_function_word(t.low) for t in tokens[:first])


def _days(tokens: Sequence[Token], today: dt.date) -> Iterator[_Day]:
    for i, token in enumerate(tokens):
        kind, value = lexicon().time_words.get(token.low, ("", 0))
        before = tokens[i - 1].low if i else ""
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        if kind == "weekday" and token.is_capital:
            if before not in _AHEAD and not (after is not None and after.is_possessive):
                yield _Day(i, i, _weekday(value, today, strictly=before == "last"))
        elif kind == "month" and token.is_capital:
            yield from _month(tokens, i, value, today)
        elif kind == "day":
            yield _Day(i, i, today + dt.timedelta(days=value))
        elif kind == "unit":
            yield from _span_back(tokens, i, value, today)
        elif before == "in" and _is_past_year(token.low, today):
            yield _Day(i - 1, i, dt.date(int(token.low), 1, 1), is_year=True)
        elif before == "last" and token.low == "night":
            yield _Day(i - 1, i, today - dt.timedelta(days=1))


def _is_past_year(low: str, today: dt.date) -> bool:
    return len(low) == 4 and low.isascii() and low.isdigit() and FIRST_YEAR <= int(low) < today.year


def _weekday(value: int, today: dt.date, *, strictly: bool) -> dt.date:
    back = (today.weekday() - value) % 7
    if strictly and back == 0:
        back = 7
    return today - dt.timedelta(days=back)


def _month(tokens: Sequence[Token], at: int, month: int, today: dt.date) -> Iterator[_Day]:
    """Read "Nov. 3", "3 November 2020", "in August": the latest such day that is not ahead."""
    after = at + 1
    while after < len(tokens) and tokens[after].low == ".":
        after += 1
    day = _number(tokens, after, 31)
    first, last = at, after
    if day is None and at and (day := _number(tokens, at - 1, 31)) is not None:
        first, last = at - 1, at
    elif day is None:
        last = after - 1
    before = tokens[first - 1].low if first else ""
    if before in _AHEAD or (day is None and before not in ("in", "last", "of", "early", "late")):
        return
    next_word = last + 1
    if next_word < len(tokens) and tokens[next_word].low == ",":
        next_word += 1
    year = _number(tokens, next_word, 2100)
    found = _latest(year if year and year > 1900 else None, month, day or 1, today)
    if found is not None:
        yield _Day(first, next_word if year else last, found)


def _number(tokens: Sequence[Token], at: int, most: int) -> int | None:
    if not 0 <= at < len(tokens):
        return None
    digits = tokens[at].low.removesuffix("th").removesuffix("st").removesuffix("nd").removesuffix("rd")
    return int(digits) if digits.isascii() and digits.isdigit() and 0 < int(digits[:5]) <= most else None


def _latest(year: int | None, month: int, day: int, today: dt.date) -> dt.date | None:
    for candidate in (year,) if year else (today.year, today.year - 1):
        try:
            found = dt.date(candidate, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    return None


def _span_back(tokens: Sequence[Token], at: int, days: int, today: dt.date) -> Iterator[_Day]:
    """Read "last week" and "two days ago"."""
    before = tokens[at - 1].low if at else ""
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if before == "last" and tokens[at].low in ("week", "month", "year"):
        yield _Day(at - 1, at, _back(today, tokens[at].low, 1, days))
    elif after in ("ago", "earlier"):
        kind, count = lexicon().time_words.get(before, ("", 0))
        number = count if kind == "number" else _number(tokens, at - 1, 99)
        if number:
            yield _Day(at - 1, at + 1, _back(today, tokens[at].low.rstrip("s"), number, days))


def _back(today: dt.date, unit: str, count: int, days: int) -> dt.date:
    """``count`` units before ``today``: months and years by the calendar, at most at the month's end."""
    if unit not in ("month", "year"):
        return today - dt.timedelta(days=days * count)
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    for day in range(today.day, 27, -1):
        try:
            return dt.date(year, month + 1, day)
        except ValueError:
            continue
    return dt.date(year, month + 1, min(today.day, 28))
