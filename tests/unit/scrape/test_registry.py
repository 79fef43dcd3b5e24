"""The shipped outlets and feeds: enough, consistent, and nothing that could not be polled."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from pipeline.scrape.feeds import KINDS
from pipeline.scrape.urls import canonical_url, clean_address

SEEDS = Path(__file__).parents[3] / "seeds"


def rows(name):
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


OUTLETS, FEEDS = rows("outlets.csv"), rows("feeds.csv")


def test_columns():
    assert list(OUTLETS[0]) == ["outlet_id", "outlet_name", "country_code", "language", "homepage"]
    assert list(FEEDS[0]) == ["feed_id", "outlet_id", "url", "kind", "section", "is_active"]


def test_there_are_enough_of_them():
    assert len(FEEDS) >= 45
    assert len(OUTLETS) >= 22
    assert len({o["country_code"] for o in OUTLETS}) >= 9
    assert {f["kind"] for f in FEEDS} == set(KINDS)


def test_ids_and_addresses_are_unique():
    for table, column in ((OUTLETS, "outlet_id"), (FEEDS, "feed_id")):
        ids = [row[column] for row in table]
        assert len(set(ids)) == len(ids)
        assert ids == sorted(ids)
    assert len({canonical_url(f["url"]) for f in FEEDS}) == len(FEEDS)


def test_feeds_and_outlets_belong_together():
    assert {f["outlet_id"] for f in FEEDS} == {o["outlet_id"] for o in OUTLETS}


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda o: o["outlet_id"])
def test_outlet(outlet):
    assert re.fullmatch(r"[a-z0-9_]+", outlet["outlet_id"])
    assert re.fullmatch(r"[A-Z]{2}", outlet["country_code"])
    assert outlet["language"] == "en"
    assert outlet["outlet_name"].strip() == outlet["outlet_name"] != ""
    assert clean_address(outlet["homepage"]) == outlet["homepage"]


@pytest.mark.parametrize("feed", FEEDS, ids=lambda f: f["feed_id"])
def test_feed(feed):
    assert feed["feed_id"].startswith(feed["outlet_id"])
    assert feed["kind"] in KINDS
    assert feed["is_active"] in ("true", "false")
    assert feed["url"].startswith("https://")
    assert clean_address(feed["url"]) == feed["url"]


def test_the_readme_says_of_every_feed_where_it_is_from():
    text = (SEEDS / "README.md").read_text(encoding="utf-8")
    missing = [f["feed_id"] for f in FEEDS if f"`{f['feed_id']}`" not in text]
    assert missing == []
