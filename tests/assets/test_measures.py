"""The measures behind the asset checks: broken tables and odd days."""

import datetime as dt

import polars as pl
import pytest

from pipeline.checks import (
    cue_drift,
    feed_silence,
    freshness,
    key_problem,
    schema_problem,
    share,
    span_problem,
    volume,
    worst,
)
from pipeline.schemas import MENTIONS, NAMES

DAY = dt.date(2026, 11, 20)  # a Friday
TEXTS = pl.DataFrame({"article_id": ["a"], "text": ["“Zoë” 😀 said no.\nShe left."]})


def names(*spans: tuple[int, int, str], day: dt.date = DAY) -> pl.DataFrame:
    rows = [
        {"partition_date": day, "article_id": "a", "start": s, "end": e, "text": t, "name_type": "PERSON"}
        | {"score": 1.0, "antecedent_start": None, "extractor_version": "1"}
        for s, e, t in spans
    ]
    return pl.DataFrame(rows, schema=NAMES.schema)


def test_a_table_of_the_day_has_no_schema_problem():
    assert schema_problem(NAMES, names((1, 4, "Zoë")), DAY) is None
    assert schema_problem(NAMES, NAMES.empty(), DAY) is None


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (names((1, 4, "Zoë")).drop("score"), "score"),
        (names((1, 4, "Zoë")).with_columns(name_type=pl.lit(None, pl.String)), "name_type"),
        (names((1, 4, "Zoë")).with_columns(start=pl.lit("x")), "x"),
        (names((1, 4, "Zoë"), day=DAY - dt.timedelta(days=1)), "another day than 2026-11-20"),
    ],
    ids=["column missing", "null", "type", "day"],
)
def test_a_schema_problem_names_the_column_or_day(frame, told):
    problem = schema_problem(NAMES, frame, DAY)
    assert problem is not None
    assert told in problem


def test_repeated_keys_are_counted():
    assert key_problem(NAMES, names((1, 4, "Zoë"), (8, 12, "said"))) is None
    problem = key_problem(NAMES, names((1, 4, "Zoë"), (1, 4, "Zoë")))
    assert problem is not None
    assert problem.startswith("1 rows repeat the key (article_id, start, end), first a, 1, 4")


def test_spans_count_code_points():
    assert span_problem("names", names((1, 4, "Zoë"), (6, 7, "😀"), (8, 12, "said")), TEXTS) is None


@pytest.mark.parametrize(
    ("span", "what"),
    [
        ((1, 4, "Zoe"), "other words"),
        ((20, 99, "left."), "beyond the end"),
        ((-3, 2, "t."), "before the beginning"),
        ((4, 4, ""), "empty"),
        ((5, 4, ""), "turned round"),
    ],
)
def test_a_span_that_does_not_hold_its_words_is_found(span, what):
    problem = span_problem("names", names((1, 4, "Zoë"), span), TEXTS)
    assert problem == "1 spans do not hold their words (text 1), first in article a", what


def test_a_span_of_an_unknown_article_is_found():
    assert span_problem("names", names((1, 4, "Zoë")), TEXTS.clear()) is not None


def attributions(**values) -> pl.DataFrame:
    row = {
        "article_id": "a",
        "speaker_start": 1,
        "speaker_end": 4,
        "speaker_text": "Zoë",
        "cue_start": None,
        "cue_end": None,
        "cue_text": None,
        "content_spans": [{"start": 13, "end": 15}, {"start": 17, "end": 20}],
        "content_text": "no She",
    } | values
    types = {"cue_start": pl.Int64, "cue_end": pl.Int64, "cue_text": pl.String}
    return pl.DataFrame([row], schema_overrides=types)


def test_spans_that_are_not_there_and_contents_of_several_parts_are_right():
    assert span_problem("attributions", attributions(), TEXTS) is None
    assert span_problem("attributions", attributions(content_spans=[], content_text=""), TEXTS) is None


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"content_text": "no"}, "content_text"),
        ({"cue_text": "said"}, "cue_text"),
        ({"speaker_end": None}, "speaker_text"),
    ],
)
def test_a_half_span_or_other_content_is_found(values, column):
    problem = span_problem("attributions", attributions(**values), TEXTS)
    assert problem is not None
    assert f"({column} 1)" in problem


def test_every_span_table_has_the_columns_that_are_measured():
    assert span_problem("mentions", MENTIONS.empty(), TEXTS) is None


def counts(outlet: str, rows: list[int], last: dt.date = DAY) -> pl.DataFrame:
    """Rows of an outlet on consecutive days up to ``last``."""
    days = [last - dt.timedelta(days=n) for n in range(len(rows) - 1, -1, -1)]
    return pl.DataFrame({"partition_date": days, "outlet_id": outlet, "rows": rows}).filter(
        pl.col("rows") > 0
    )


def test_a_usual_day_passes_and_weekends_are_compared_with_weekends():
    # Two weeks up to a Sunday: 20 on weekdays, 6 on weekends.
    weeks = [20] * 5 + [6] * 2
    assert volume(counts("gazette", weeks * 3, dt.date(2026, 11, 22)), dt.date(2026, 11, 22)).passed
    assert not volume(
        counts("gazette", [*(weeks * 3)[:-3], 6], dt.date(2026, 11, 20)), dt.date(2026, 11, 20)
    ).passed


def test_an_outlet_that_falls_silent_is_named_with_its_numbers():
    history = pl.concat([counts("gazette", [20] * 14 + [0]), counts("wire", [9] * 15)])
    finding = volume(history, DAY)
    assert not finding.passed
    assert "gazette 0 instead of 20" in finding.message
    assert "wire" not in finding.message
    assert finding.numbers == {"articles": 9, "outlets_judged": 2, "outlets_odd": 1}


def test_a_flood_is_odd_but_small_numbers_and_new_outlets_are_not():
    assert not volume(counts("gazette", [10] * 14 + [60]), DAY).passed
    assert volume(counts("gazette", [1] * 14 + [4]), DAY).passed
    assert volume(counts("gazette", [1, 1, 50]), DAY).passed


def test_a_share_is_compared_with_the_days_before_and_with_a_ceiling_without_them():
    assert share("rejected", (40, 100), (0, 0), ceiling=0.5).passed
    assert not share("rejected", (60, 100), (0, 0), ceiling=0.5).passed
    high = share("rejected", (40, 100), (50, 1000), ceiling=0.5)
    assert not high.passed
    assert high.numbers["share"] == 0.4
    assert high.numbers["share_before"] == 0.05
    assert "40 of 100 rejected (40.0%, 5.0% in the days before; limit" in high.message
    assert share("rejected", (2, 4), (300, 1000), ceiling=0.5).passed, "four rows say little"
    assert share("rejected", (0, 0), (0, 0), ceiling=0.5).passed


def test_feeds_that_fall_silent_are_named():
    rows = [
        (DAY - dt.timedelta(days=n), feed) for n in range(10) for feed in ("a", "b") if feed == "a" or n > 2
    ]
    entries = pl.DataFrame(rows, schema=["partition_date", "feed_id"], orient="row")
    finding = feed_silence(entries, DAY, ["a", "b"], silent_days=3)
    assert not finding.passed
    assert finding.message == "silent for 3 days: b"
    assert finding.numbers == {"feeds_heard": 1, "feeds_silent": 1}
    assert feed_silence(entries, DAY, ["a"], silent_days=3).passed, "b is polled no more"
    assert feed_silence(entries, DAY, ["a", "b"], silent_days=5).passed
    assert feed_silence(entries.clear(), DAY, ["a"], silent_days=3).passed


def test_cue_classes_that_shift_are_told_with_the_classes():
    before = {"say": 700, "accuse": 200, "deny": 100}
    assert cue_drift({"say": 70, "accuse": 20, "deny": 10}, before).passed
    odd = cue_drift({"say": 10, "accuse": 80, "deny": 10}, before)
    assert not odd.passed
    assert "accuse 80% (+60%)" in odd.message
    assert odd.numbers["distance"] == 0.6
    assert cue_drift({"accuse": 20}, before).passed, "too few to compare"


@pytest.mark.parametrize("size", [60, 200, 1000])
def test_chance_alone_is_no_drift(size):
    before = {f"class {n}": 100 for n in range(10)}
    shifted = {f"class {n}": size // 10 + (-1) ** n * round((size / 10) ** 0.5) for n in range(10)}
    assert cue_drift(shifted, before).passed


def test_freshness_counts_hours():
    now = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    assert freshness(now - dt.timedelta(hours=30), now, 36).passed
    old = freshness(now - dt.timedelta(hours=50), now, 36)
    assert not old.passed
    assert old.message == "published 50.0 hours ago, 2026-11-20 10:00 UTC (limit 36 hours)"
    assert not freshness(None, now, 36).passed


def test_findings_of_several_days_are_one_that_names_the_odd_days():
    good, bad = share("x", (0, 9), (0, 0), ceiling=0.5), share("x", (9, 9), (0, 0), ceiling=0.5)
    days = [DAY - dt.timedelta(days=n) for n in range(2, -1, -1)]
    finding = worst(list(zip(days, [good, bad, good], strict=True)))
    assert not finding.passed
    assert finding.message.startswith("2026-11-19: 9 of 9 x")
    assert finding.numbers["days_odd"] == 1
    assert worst([(DAY, good)]) == good
    assert worst([]).passed
