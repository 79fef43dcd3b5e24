"""Statement dates, against Wednesday 2021-12-01."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.extract.layout import Layout
from pipeline.extract.said_on import statement_date

WEDNESDAY = dt.date(2021, 12, 1)


def said_on(text, cue, content=None, today=WEDNESDAY):
    at = text.index(cue)
    spans = [(text.index(content), text.index(content) + len(content))] if content else []
    return statement_date(Layout(text), (at, at + len(cue)), spans, today)


@pytest.mark.parametrize(
    ("text", "cue", "expected"),
    [
        ("She said on Tuesday it was late.", "said", "2021-11-30"),
        ("She said on Wednesday it was late.", "said", "2021-12-01"),
        ("She said last Wednesday it was late.", "said", "2021-11-24"),
        ("She said on Thursday it was late.", "said", "2021-11-25"),
        (
            "On Monday, Mr Ashe, who runs a large shop by the old pier, said it was late.",
            "said",
            "2021-11-29",
        ),
        ("The ministry earlier on Sunday accused them.", "accused", "2021-11-28"),
        ("He said yesterday it was late.", "said", "2021-11-30"),
        ("He said last night it was late.", "said", "2021-11-30"),
        ("He said last week it was late.", "said", "2021-11-24"),
        ("He said last month it was late.", "said", "2021-11-01"),
        ("He said two days ago it was late.", "said", "2021-11-29"),
        ("He said three weeks ago it was late.", "said", "2021-11-10"),
        ("He said on 3 November it was late.", "said", "2021-11-03"),
        ("He said on Nov. 3 it was late.", "said", "2021-11-03"),
        ("He said on December 24 it was late.", "said", "2020-12-24"),
        ("He said on 3 May 2019 it was late.", "said", "2019-05-03"),
        ("He said in August it was late.", "said", "2021-08-01"),
        ("It drew a warning from Ms Lund on Tuesday that it was late.", "warning", "2021-11-30"),
        ("He said next Tuesday would be late.", "said", "2021-12-01"),
        ("He said after Monday's vote that it was late.", "said", "2021-12-01"),
        ("He said ahead of a debate on Monday that it was late.", "said", "2021-12-01"),
        ("Mr Ashe, who moved on Monday, said it was late.", "said", "2021-12-01"),
        ("He may have said it was late.", "said", "2021-12-01"),
        ("Mr Ashe, who left in May and has said it was late, smiled.", "has said", "2021-12-01"),
        ("His teacher wrote in 1956 that it was late.", "wrote", "1956-01-01"),
        ("In 2017 the report said it was late.", "said", "2017-01-01"),
        ("Mr Ashe remembered a dance in 1971 that was late.", "remembered", "2021-12-01"),
        ("The town rebuilt in 1971 said it was late.", "said", "2021-12-01"),
        ("He said on 31 February it was late.", "said", "2021-12-01"),
    ],
    ids=lambda v: v if isinstance(v, str) and len(v) > 12 else "",
)
def test_day_of_the_sentence(text, cue, expected):
    assert said_on(text, cue) == dt.date.fromisoformat(expected)


def test_a_day_inside_the_content_is_not_the_day_it_was_said():
    text = "He said the talks on Monday failed."
    assert said_on(text, "said", "the talks on Monday failed") == WEDNESDAY


def test_a_day_that_the_content_breaks_off_before_lies_ahead():
    assert said_on("He promised a ruling by June 5.", "promised", "a ruling by") == WEDNESDAY


def test_a_day_inside_a_quotation_is_not_the_day_it_was_said():
    assert said_on("“We met on Monday,” he said.", "said") == WEDNESDAY


def test_the_day_nearest_to_the_cue_counts():
    assert said_on("Prices fell on Monday, he said on Tuesday.", "said") == dt.date(2021, 11, 30)


def test_last_month_ends_with_the_month():
    assert said_on("He said last month it was late.", "said", today=dt.date(2021, 3, 31)) == dt.date(
        2021, 2, 28
    )


def test_without_a_cue_it_is_the_article_s_day():
    assert statement_date(Layout("On Monday, “It is late.”"), None, [], WEDNESDAY) == WEDNESDAY
