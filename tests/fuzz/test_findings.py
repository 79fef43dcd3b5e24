"""What long runs and fuzzing found, each kept as a test with the input that showed it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pydantic
import pytest

from pipeline.extract.cues import read_lexicon
from pipeline.extract.statements import load_actor_seeds, make_statements
from pipeline.schemas import ARTICLES, ATTRIBUTIONS, NAMES
from pipeline.scrape.feed import Feed
from pipeline.scrape.feeds import parse_feed
from pipeline.scrape.lists import read_url_list
from pipeline.settings import Settings

SEEDS = Path(__file__).parents[2] / "seeds"
DAY = dt.date(2022, 1, 1)
ACTOR_TYPES = {"person", "organization", "government", "group", "unnamed"}


def frame(table, **values) -> pl.DataFrame:
    row = dict.fromkeys(table.columns) | {"partition_date": DAY} | values
    return pl.DataFrame([row], schema=table.schema)


def test_a_place_that_is_told_something_is_an_actor_of_a_known_type():
    """400 made pages: "A nurse told the Farwenmond that …" gave an actor of type ``place``, which no mart takes."""
    text = "A nurse told the Farwenmond that staff had warned managers."
    articles = frame(
        ARTICLES,
        article_id="a",
        page_id="p",
        document="d",
        authors=[],
        collected_at=dt.datetime(2022, 1, 1, tzinfo=dt.UTC),
        article_date=DAY,
        language="en",
        text=text,
        minhash=[],
        word_count=10,
    )
    attributions = frame(
        ATTRIBUTIONS,
        attribution_id="x",
        article_id="a",
        ordinal=0,
        speaker_start=0,
        speaker_end=7,
        speaker_text="A nurse",
        cue_start=8,
        cue_end=12,
        cue_text="told",
        content_spans=[{"start": 28, "end": 58}],
        content_text=text[28:58],
        statement_type="indirect",
        confidence=0.9,
        extractor_version="t",
    )
    names = frame(
        NAMES,
        article_id="a",
        start=17,
        end=27,
        text="Farwenmond",
        name_type="LOCATION",
        score=0.9,
        extractor_version="t",
    )
    made = make_statements(
        articles,
        attributions,
        names,
        seeds=load_actor_seeds(SEEDS),
        cues=read_lexicon(SEEDS / "cues.csv"),
    )
    assert made.statements["addressee"].to_list() == ["the Farwenmond"]
    assert set(made.actors["actor_type"]) <= ACTOR_TYPES


def test_an_address_without_its_scheme_is_given_one():
    """``//example.com/a`` in a list stood in ``feed_entries.url`` as it was, where nothing can fetch it."""
    assert read_url_list("//example.com/a") == (["https://example.com/a"], [])


def test_a_failed_step_keeps_its_reason_on_the_way_through_context_managers():
    """A made day failed a test of dbt, and the message was ``TypeError: super(type, obj)``: the error was frozen."""
    from contextlib import contextmanager

    from pipeline.jobs import RunFailure

    @contextmanager
    def lock():
        yield

    with pytest.raises(RunFailure, match="dbt_models: a test failed"), lock():
        raise RunFailure("dbt_models", "a test failed")


def test_an_item_without_a_time_raises_no_warning_of_feedparsers():
    """Looking up ``published_parsed`` of such an item is a DeprecationWarning, which may be fatal."""
    feed = parse_feed(
        b"<rss><channel><item><link>https://e.com/b</link></item></channel></rss>", url="https://e.com"
    )
    assert isinstance(feed, Feed)
    assert [(e.url, e.published_at) for e in feed.entries] == [("https://e.com/b", None)]


@pytest.mark.parametrize("value", ["inf", "1e309", "nan", "-inf"])
def test_no_setting_is_endless(monkeypatch, value):
    """``ONRECORD_FRESH_HOURS=1e309`` was taken: a publication would never have been reported as old."""
    monkeypatch.setenv("ONRECORD_FRESH_HOURS", value)
    with pytest.raises(pydantic.ValidationError, match="fresh_hours"):
        Settings()


def test_a_complaint_about_a_line_shows_the_characters_that_have_no_shape():
    """Guided fuzzing: without them the refused line read like an address of the list that was taken."""
    taken, refused = read_url_list("http://[::1]\n\U000f41ffhttp://\U000f41ff[::1]")
    assert taken == ["http://[::1]"]
    assert refused == ["\ufffdhttp://\ufffd[::1]"]
