"""Finding a site's feeds, and adding one to the seeds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipeline.resources.http_discovery import add_feed, discover_feeds
from pipeline.resources.inputs import InputError
from pipeline.scrape.discovery import Candidate

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
RSS = b"<rss><channel><title>The Gazette</title><item><link>https://n.example/1</link></item></channel></rss>"
NEWS = (
    b'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
    b"<url><loc>https://n.example/1</loc><n:news><n:title>T</n:title></n:news></url></urlset>"
)


def found(fetcher, url):
    return [(c.url, c.title, c.kind) for c in discover_feeds(url, fetcher())]


def test_feeds_that_the_page_links_come_first(site, fetcher):
    site.add(
        "/",
        b"<html><head>"
        b'<link rel="alternate" type="application/rss+xml" title="News &amp; more" href="/news.rss">'
        b'<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments.rss">'
        b'<link rel="alternate" type="application/atom+xml" href="/dead.atom"></head></html>',
    )
    site.add("/news.rss", RSS, type="application/rss+xml")
    site.add("/robots.txt", f"Sitemap: {site.url('/all.xml')}\nSitemap: {site.url('/news.xml')}\n".encode())
    site.add("/news.xml", NEWS, type="text/xml")
    site.add("/all.xml", b"<urlset><url><loc>https://n.example/about</loc></url></urlset>", type="text/xml")
    assert found(fetcher, site.url("/")) == [
        (site.url("/news.rss"), "News & more", "rss"),
        (site.url("/news.xml"), None, "news_sitemap"),
    ]


def test_the_address_of_a_feed_is_that_feed(site, fetcher):
    url = site.add("/x", RSS, type="text/xml")
    assert found(fetcher, url) == [(url, "The Gazette", "rss")]
    assert site.paths() == ["/x"]


def test_the_usual_places_are_tried_last(site, fetcher):
    site.add("/")
    site.add("/feed/", RSS, type="application/rss+xml")
    assert found(fetcher, site.url("/")) == [(site.url("/feed/"), "The Gazette", "rss")]


def test_a_site_without_feeds_is_one_clear_error(site, fetcher):
    with pytest.raises(InputError, match="no feed found"):
        found(fetcher, site.add("/"))


@pytest.mark.parametrize(
    ("url", "words"), [("file:///etc/passwd", "http"), ("http://10.0.0.1/", "refused_address")]
)
def test_addresses_that_cannot_be_asked_are_one_clear_error(fetcher, url, words):
    with pytest.raises(InputError, match=words) as told:
        found(fetcher, url)
    assert "\n" not in str(told.value)


def candidate(url="https://feeds.gazette.example/rss", title="Gazette – world"):
    return Candidate(url, title, "rss")


def test_a_feed_of_a_new_outlet_adds_both(tmp_path):
    row = add_feed(candidate(), homepage="https://www.gazette.example/", seeds_dir=tmp_path)
    assert row["feed_id"] == "gazette_example_gazette_world"
    feeds = pl.read_csv(tmp_path / "feeds.csv", infer_schema=False)
    outlets = pl.read_csv(tmp_path / "outlets.csv", infer_schema=False)
    assert feeds.columns == ["feed_id", "outlet_id", "url", "kind", "section", "is_active"]
    assert feeds["outlet_id"].to_list() == outlets["outlet_id"].to_list() == ["gazette_example"]
    second = add_feed(candidate("https://gazette.example/uk"), homepage="gazette.example", seeds_dir=tmp_path)
    assert second["feed_id"] == "gazette_example_gazette_world_2"
    assert pl.read_csv(tmp_path / "outlets.csv").height == 1


def test_a_feed_is_not_added_twice(tmp_path):
    add_feed(candidate(), homepage="https://gazette.example", seeds_dir=tmp_path)
    before = (tmp_path / "feeds.csv").read_bytes()
    with pytest.raises(InputError, match="already"):
        add_feed(
            candidate(candidate().url + "/?utm_source=x"),
            homepage="https://gazette.example",
            seeds_dir=tmp_path,
        )
    assert (tmp_path / "feeds.csv").read_bytes() == before


def test_a_broken_seed_file_is_one_clear_error(tmp_path):
    (tmp_path / "feeds.csv").write_text("name\nx\n")
    with pytest.raises(InputError, match=r"feeds\.csv: lacks feed_id"):
        add_feed(candidate(), homepage="https://gazette.example", seeds_dir=tmp_path)


def test_the_shipped_seeds_take_a_feed_of_an_outlet_they_have(tmp_path):
    seeds = Path(__file__).parents[3] / "seeds"
    for name in ("feeds.csv", "outlets.csv"):
        (tmp_path / name).write_bytes((seeds / name).read_bytes())
    row = add_feed(candidate("https://www.rte.ie/new"), homepage="https://rte.ie/news", seeds_dir=tmp_path)
    assert row["outlet_id"] == "rte_news"
