"""Texts of every sort through the whole extraction: spans are slices, ids are unique, types are known."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_input import texts

from pipeline.extract.quotes import quotations
from pipeline.resources.model import Extractor
from pipeline.resources.stage_tasks import ResolveTask, TagTask, resolve_day, tag_day
from pipeline.resources.workers import Workers
from pipeline.schemas import ARTICLES

SEEDS = Path(__file__).parents[2] / "seeds"
DAY = dt.date(2021, 12, 1)
TYPES = {"person", "organization", "government", "group", "unnamed"}


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor(SEEDS)


def articles(bodies: list[str]) -> pl.DataFrame:
    rows = [
        dict.fromkeys(ARTICLES.columns)
        | {
            "partition_date": DAY,
            "article_id": f"{number:04}",
            "page_id": f"{number:04}",
            "document": f"d{number}",
            "authors": [],
            "collected_at": dt.datetime(2021, 12, 1, 12, tzinfo=dt.UTC),
            "article_date": DAY,
            "language": "en",
            "text": body,
            "word_count": len(body.split()),
            "minhash": [],
        }
        for number, body in enumerate(bodies)
    ]
    return pl.DataFrame(rows, schema=ARTICLES.schema)


@given(bodies=st.lists(texts, min_size=1, max_size=4))
def test_any_text(bodies, extractor):
    frame = articles(bodies)
    with Workers(TagTask(extractor), 1) as workers:
        tagged = tag_day(frame, workers)
    with Workers(ResolveTask(extractor), 1) as workers:
        made = resolve_day(frame, tagged.attributions, tagged.names, workers, seeds=extractor.seeds)
    assert not tagged.rejects
    assert not made.rejects
    text_of = dict(frame.select("article_id", "text").iter_rows())
    for row in made.statements.to_dicts():
        text = text_of[row["article_id"]]
        for role in ("speaker", "cue"):
            if row[f"{role}_start"] is not None:
                assert text[row[f"{role}_start"] : row[f"{role}_end"]] == row[f"{role}_text"] != ""
        assert " ".join(text[s["start"] : s["end"]] for s in row["content_spans"]) == row["content_text"]
        assert 0 <= row["confidence"] <= 1
        assert (row["actor_id"] is None) == (row["unresolved_reason"] is not None)
    for row in made.mentions.to_dicts():
        assert text_of[row["article_id"]][row["start"] : row["end"]] == row["mention_text"]
    for table, key in (
        (made.statements, "statement_id"),
        (made.mentions, "mention_id"),
        (made.actors, "actor_id"),
    ):
        assert table[key].is_unique().all()
    assert set(made.actors["actor_type"]) <= TYPES
    spoken = set(made.statements["actor_id"].drop_nulls()) | set(made.mentions["actor_id"].drop_nulls())
    assert spoken <= set(made.actors["actor_id"])


@given(text=texts)
def test_quotation_marks(text):
    last = 0
    for quotation in quotations(text):
        assert 0 <= quotation.start <= quotation.end <= len(text)
        assert quotation.start >= last
        last = quotation.start
