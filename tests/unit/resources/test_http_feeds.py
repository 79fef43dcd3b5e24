"""Polling feeds of every kind from a real server, with memory between polls."""

from __future__ import annotations

import datetime as dt
import gzip
import json

import polars as pl
import pytest

from pipeline.ids import stable_id
from pipeline.resources.http_feeds import CHECK_SCHEMA, check_feeds, poll_feeds
from pipeline.schemas import FEED_ENTRIES

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
NEXT = NOW + dt.timedelta(days=1)


def rss(*items):
    body = "".join(
        f"<item><title>{title}</title><link>{link}</link>"
        f"<pubDate>{when:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for link, title, when in items
    )
    return f'<rss version="2.0"><channel><title>Gazette</title>{body}</channel></rss>'.encode()


def feeds(*urls, **values):
    rows = [
        {
            "feed_id": f"feed{n}",
            "outlet_id": "gazette",
            "url": url,
            "kind": "rss",
            "section": "",
            "is_active": "true",
        }
        | values
        for n, url in enumerate(urls)
    ]
    return pl.DataFrame(rows)


@pytest.fixture
def poll(fetcher, tmp_path):
    def go(table, now=NOW):
        return poll_feeds(
            table, fetcher=fetcher(), state_path=tmp_path / "data" / "feeds_state.json", now=now
        )

    return go


RSS = {"type": "application/rss+xml"}


def test_entries_have_address_headline_time_and_day(site, poll):
    url = site.add("/rss", rss(("https://news.example/a?utm_source=rss", "A &amp; B", NOW)), **RSS)
    entries, rejects = poll(feeds(url))
    assert rejects == []
    assert entries.schema == FEED_ENTRIES.schema
    row = entries.row(0, named=True)
    assert row["entry_id"] == stable_id("entry", "feed0", "https://news.example/a")
    assert (row["feed_id"], row["outlet_id"], row["title"]) == ("feed0", "gazette", "A & B")
    assert (row["url"], row["canonical_url"]) == (
        "https://news.example/a?utm_source=rss",
        "https://news.example/a",
    )
    assert (row["published_at"], row["collected_at"], row["partition_date"]) == (NOW, NOW, NOW.date())


def test_every_kind_of_feed_is_read(site, poll):
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title><link href="https://n.example/1"/></entry></feed>'
    jsonfeed = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "https://n.example/2"}]}
    ).encode()
    sitemap = (
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
        b"<url><loc>https://n.example/3</loc><n:news><n:title>T</n:title></n:news></url></urlset>"
    )
    table = feeds(
        site.add("/atom", atom, type="application/atom+xml"),
        site.add("/json", jsonfeed, type="application/json"),
        site.add("/map", sitemap, type="text/xml"),
        site.add("/map.gz", gzip.compress(sitemap.replace(b"/3", b"/4")), type="application/x-gzip"),
    )
    entries, rejects = poll(table)
    assert rejects == []
    assert sorted(entries["canonical_url"]) == [f"https://n.example/{n}" for n in range(1, 5)]


def test_a_feed_that_has_not_changed_gives_nothing_new_and_no_error(site, poll):
    tags = {"ETag": '"v1"', "Last-Modified": "Sun, 22 Nov 2026 08:00:00 GMT"}
    url = site.add("/rss", rss(("https://news.example/a", "A", NOW)), headers=tags, **RSS)
    site.add("/rss", b"", status=304, type=None)
    first, _ = poll(feeds(url))
    later, rejects = poll(feeds(url), NEXT)
    assert (later.height, rejects) == (0, [])
    assert site.seen[-1].headers["if-none-match"] == '"v1"'
    assert site.seen[-1].headers["if-modified-since"] == tags["Last-Modified"]
    assert first.height == 1


def test_a_second_poll_of_a_day_gives_the_same_entries(site, poll):
    url = site.add("/rss", rss(("https://news.example/a", "A", NOW)), headers={"ETag": '"v1"'}, **RSS)
    site.add("/rss", b"", status=304, type=None)
    first, _ = poll(feeds(url))
    assert poll(feeds(url))[0].equals(first)


def test_what_a_feed_dropped_since_this_morning_is_not_lost(site, poll):
    url = site.add("/rss", rss(("https://news.example/a", "A", NOW)), **RSS)
    poll(feeds(url))
    site.replace("/rss", rss(("https://news.example/b", "B", NOW)), **RSS)
    assert sorted(poll(feeds(url))[0]["title"]) == ["A", "B"]
    assert poll(feeds(url), NEXT)[0]["title"].to_list() == ["B"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 1, "feeds": {"x": 3}}', '{"version": 9, "feeds": {}}']
)
def test_a_damaged_memory_costs_one_full_poll(site, poll, tmp_path, text):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "feeds_state.json").write_text(text)
    url = site.add("/rss", rss(("https://news.example/a", "A", NOW)), **RSS)
    assert poll(feeds(url))[0].height == 1


def test_a_feed_that_fails_is_a_reject_and_the_others_go_on(site, poll):
    bad = {
        site.url("/gone"): "http_status",
        site.add("/page", b"<!doctype html><p>hello"): "bad_feed",
        site.add("/junk", b"<rss><channel>", **RSS): "bad_feed",
        site.add("/blank", b" ", **RSS): "empty",
        site.add("/photo", b"x", type="image/png"): "wrong_type",
        site.redirect("/inside", "http://169.254.169.254/"): "refused_address",
    }
    good = site.add("/rss", rss(("https://news.example/a", "A", NOW)), **RSS)
    entries, rejects = poll(feeds(*bad, good))
    assert entries.height == 1
    assert {r.document: r.reason_code for r in rejects} == bad
    assert {r.stage for r in rejects} == {"feed_entries"}


def test_entries_without_an_address_are_counted(site, poll):
    url = site.add(
        "/rss",
        rss(("https://news.example/a", "A", NOW), ("", "B", NOW), ("mailto:x", "C", NOW)),
        headers={"ETag": '"v1"'},
        **RSS,
    )
    entries, rejects = poll(feeds(url))
    assert entries.height == 1
    assert [r.detail for r in rejects] == ["left out, without a usable address: 2 entries"]
    site.replace("/rss", b"", status=304, type=None)
    assert poll(feeds(url))[1] == rejects, "told again on the same day, though the feed is not sent again"


def test_old_entries_are_left_out_and_future_times_are_not_believed(site, poll):
    items = [
        ("https://news.example/old", "old", NOW - dt.timedelta(days=40)),
        ("https://news.example/new", "new", NOW - dt.timedelta(days=20)),
        ("https://news.example/soon", "soon", NOW + dt.timedelta(days=400)),
    ]
    entries, _ = poll(feeds(site.add("/rss", rss(*items), **RSS)))
    assert dict(zip(entries["title"], entries["published_at"], strict=True)) == {
        "new": NOW - dt.timedelta(days=20),
        "soon": None,
    }


def test_feeds_that_are_switched_off_are_not_asked(site, poll):
    url = site.add("/rss", rss(("https://news.example/a", "A", NOW)), **RSS)
    assert poll(feeds(url, is_active="false"))[0].height == 0
    assert (
        poll(pl.DataFrame({"feed_id": ["x"], "outlet_id": ["y"], "url": [url], "is_active": [False]}))[
            0
        ].height
        == 0
    )
    assert site.seen == []


def index(*children):
    body = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>"
        for loc, at in children
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</sitemapindex>'.encode()


def newsmap(path):
    return (
        '<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
        f"<url><loc>https://news.example{path}</loc><n:news><n:title>{path}</n:title></n:news></url></urlset>"
    ).encode()


def test_of_an_index_the_latest_sitemaps_are_read(site, poll):
    children = [
        (site.add(f"/map{n}", newsmap(f"/{n}"), type="text/xml"), f"2026-11-{n:02}") for n in range(15, 23)
    ]
    url = site.add("/index", index(*children), type="text/xml")
    entries, rejects = poll(feeds(url, kind="news_sitemap"))
    assert rejects == []
    assert sorted(entries["title"]) == ["/21", "/22"]


def test_of_an_index_without_times_both_ends_are_read(site, poll):
    children = [(site.add(f"/map{n}", newsmap(f"/{n}"), type="text/xml"), None) for n in range(9)]
    entries, _ = poll(feeds(site.add("/index", index(*children), type="text/xml")))
    assert sorted(entries["title"]) == ["/0", "/1", "/2", "/7", "/8"]


def test_an_index_that_names_itself_ends(site, poll):
    url = site.url("/index")
    site.add("/index", index((url, None)), type="text/xml")
    assert poll(feeds(url))[0].height == 0
    assert len(site.paths()) <= 4


def test_a_plain_sitemap_gives_only_what_changed_lately(site, poll):
    body = (
        b"<urlset><url><loc>https://news.example/new</loc><lastmod>2026-11-22T07:00:00Z</lastmod></url>"
        b"<url><loc>https://news.example/old</loc><lastmod>2026-11-01</lastmod></url>"
        b"<url><loc>https://news.example/about</loc></url></urlset>"
    )
    entries, _ = poll(feeds(site.add("/map", body, type="text/xml")))
    assert entries["url"].to_list() == ["https://news.example/new"]
    assert entries["published_at"].to_list() == [None]


def test_feeds_are_checked_without_any_memory(site, fetcher, tmp_path):
    table = feeds(
        site.add("/rss", rss(("https://n.example/a", "A", NOW), ("https://n.example/b", "B", NOW)), **RSS),
        site.url("/gone"),
        site.add("/empty", rss(), **RSS),
    )
    result = check_feeds(table, fetcher(), NOW, known=["https://n.example/a"])
    assert result.schema == CHECK_SCHEMA
    assert result["alive"].to_list() == [True, False, False]
    assert result["entries"].to_list() == [2, 0, 0]
    assert result["would_collect"].to_list() == [1, 0, 0]
    assert result["newest"].to_list() == [NOW, None, None]
    assert result["detail"].to_list() == ["ok", "http_status: HTTP 404 Not Found", "no recent entries"]
    assert list(tmp_path.iterdir()) == []
