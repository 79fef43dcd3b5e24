"""Near-duplicates of the bundled articles: a copy that another desk cut down is found, related stories are not."""

import csv
import datetime as dt
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from pipeline.clean.articles import clean_articles
from pipeline.clean.duplicates import grams
from pipeline.ids import stable_id
from pipeline.schemas import PAGES

SAMPLE = Path(__file__).parents[3] / "seeds" / "sample"
WIRE, COPY = "meridian_wire_accusation.html", "northfield_post_syndicated.html"


def pages():
    """Rows of ``pages`` of the bundled articles, as collecting makes them."""
    with (SAMPLE / "index.csv").open(encoding="utf-8", newline="") as file:
        for entry in csv.DictReader(file):
            collected = dt.datetime.fromisoformat(entry["collected_at"])
            published = entry["published_at"]
            yield dict.fromkeys(PAGES.columns) | {
                "partition_date": collected.date(),
                "page_id": stable_id("page", entry["file"]),
                "document": entry["file"],
                "url": entry["url"] or None,
                "final_url": entry["url"] or None,
                "content_type": "text/plain" if entry["file"].endswith(".txt") else "text/html",
                "status": 200,
                "outlet_id": entry["outlet_id"],
                "hint_published_at": dt.datetime.fromisoformat(published) if published else None,
                "collected_at": collected,
                "body": (SAMPLE / entry["file"]).read_bytes(),
            }


@pytest.fixture(scope="module")
def by_day():
    """The articles of the sample, cleaned one day after the other as a daily run does."""
    outlets = pl.read_csv(SAMPLE / "outlets.csv", infer_schema=False)
    rows = pl.DataFrame(list(pages()), schema={**PAGES.schema, "body": pl.Binary})
    history: list[pl.DataFrame] = []
    for day in rows["partition_date"].unique().sort():
        before = pl.concat(history) if history else None
        texts = {} if before is None else dict(before.select("article_id", "text").iter_rows())
        articles, _ = clean_articles(
            rows.filter(partition_date=day),
            outlets=outlets,
            languages=frozenset(),
            history=before,
            texts_of=lambda ids, known=texts: {i: known[i] for i in ids if i in known},
        )
        history.append(articles)
    return pl.concat(history)


def test_a_copy_cut_down_by_another_outlet_a_day_later_joins_the_wire_story(by_day):
    rows = {r["document"]: r for r in by_day.to_dicts()}
    wire, copy = rows[WIRE], rows[COPY]
    assert wire["partition_date"] < copy["partition_date"]
    assert copy["near_duplicate_group"] == wire["near_duplicate_group"] == wire["article_id"]
    a, b = grams(wire["text"]), grams(copy["text"])
    assert len(a & b) / len(a | b) < 0.5, "a plain Jaccard threshold would find it"


def test_other_stories_of_the_same_events_stay_apart(by_day):
    groups = dict(by_day.select("document", "near_duplicate_group").iter_rows())
    together = [set(pair) for pair in combinations(groups, 2) if groups[pair[0]] == groups[pair[1]]]
    assert together == [{WIRE, COPY}]
