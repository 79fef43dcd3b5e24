"""Where a site says its feeds are."""

from __future__ import annotations

from pipeline.scrape.discovery import common_places, linked_feeds, robots_sitemaps

BASE = "https://www.gazette.example/news/"


def test_links_of_a_page():
    page = """
    <LINK REL='alternate' TYPE='application/rss+xml' TITLE='World &amp; UK' HREF='/world.rss'>
    <link href=atom.xml rel=alternate type=application/atom+xml>
    <link rel="stylesheet" type="text/css" href="/a.css"><link rel="alternate" hreflang="fr" href="/fr">
    <link rel="alternate" type="application/json" href="/wp-json/posts/1">
    <link rel="alternate" type="application/feed+json" href="/feed.json">
    <link rel="alternate" type="application/rss+xml" title="Gazette - Comments" href="/comments/feed">
    <link rel="alternate" type="application/rss+xml" href="javascript:void(0)">
    <link rel="alternate" type="application/rss+xml" href="/world.rss?utm_source=head">
    """
    assert [(c.url, c.title, c.kind) for c in linked_feeds(page, base=BASE)] == [
        ("https://www.gazette.example/world.rss", "World & UK", "rss"),
        ("https://www.gazette.example/news/atom.xml", None, "atom"),
        ("https://www.gazette.example/feed.json", None, "json_feed"),
    ]


def test_sitemaps_of_robots_txt_news_first():
    robots = "User-agent: *\nDisallow: /x\nSitemap: /all.xml\n sitemap : https://www.gazette.example/news.xml\nSitemap:\n"
    assert [c.url for c in robots_sitemaps(robots, base=BASE)] == [
        "https://www.gazette.example/news.xml",
        "https://www.gazette.example/all.xml",
    ]


def test_usual_places_are_on_the_same_site():
    places = common_places(BASE)
    assert all(c.url.startswith("https://www.gazette.example/") for c in places)
    assert {c.kind for c in places} == {"rss", "json_feed", "news_sitemap"}
