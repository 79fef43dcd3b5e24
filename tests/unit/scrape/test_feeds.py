"""Feeds of every kind: entries out, bad ones told, nothing opened and nothing expanded."""

from __future__ import annotations

import datetime as dt
import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Reject
from pipeline.scrape.feed import Feed, parse_time
from pipeline.scrape.feeds import parse_feed
from pipeline.scrape.text import one_line, plain_title

HERE = "https://www.gazette.example/feeds/rss"
NEWS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def parse(text: str | bytes) -> Feed:
    found = parse_feed(text.encode() if isinstance(text, str) else text, url=HERE)
    assert isinstance(found, Feed), found
    return found


def refused(data: bytes) -> tuple[str, str]:
    found = parse_feed(data, url=HERE)
    assert isinstance(found, Reject), found
    assert (found.stage, found.document) == ("feed_entries", HERE)
    return found.reason_code, found.detail


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


def test_rss_two():
    feed = parse(
        """<?xml version="1.0" encoding="utf-8"?><!-- made by hand -->
        <rss version="2.0" xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0">
        <channel><title>The Gazette</title>
        <item><title>Minister says &#8220;no&#8221;</title><link>https://gazette.example/1?utm_source=rss</link>
          <pubDate>Sun, 22 Nov 2026 10:00:00 +0100</pubDate></item>
        <item><title><![CDATA[Fish & chips <b>row</b>]]></title><link>/2</link></item>
        <item><guid isPermaLink="true">https://gazette.example/3</guid></item>
        <item><title>By a service</title><link>https://feeds.example/~r/4</link>
          <fb:origLink>https://gazette.example/4</fb:origLink></item>
        <item><title>The first again</title><link>https://gazette.example/1</link></item>
        </channel></rss>"""
    )
    assert (feed.kind, feed.title, feed.skipped, feed.note) == ("rss", "The Gazette", 0, None)
    assert [e.url for e in feed.entries] == [
        "https://gazette.example/1?utm_source=rss",
        "https://www.gazette.example/2",
        "https://gazette.example/3",
        "https://gazette.example/4",
    ]
    assert [e.title for e in feed.entries[:3]] == ["Minister says “no”", "Fish & chips row", None]
    assert feed.entries[0].published_at == at(2026, 11, 22, 9)


def test_rss_one():
    feed = parse(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>DW</title></channel>
        <item><title>A</title><link>https://x.example/a</link><dc:date>2026-11-22T08:00:00Z</dc:date></item></rdf:RDF>"""
    )
    assert (feed.kind, feed.entries[0].published_at) == ("rss", at(2026, 11, 22, 8))


def test_atom():
    feed = parse(
        """<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">A &amp;amp; B</title>
        <entry><title type="html">&lt;i&gt;Row&lt;/i&gt; grows</title><id>tag:x,1</id>
          <link rel="enclosure" type="audio/mpeg" href="https://x.example/1.mp3"/>
          <link rel="alternate" type="text/html" href="https://x.example/1"/>
          <published>2026-11-21T23:30:00-05:00</published><updated>2026-11-22T08:00:00Z</updated></entry></feed>"""
    )
    assert (feed.kind, feed.title) == ("atom", "A & B")
    (entry,) = feed.entries
    assert (entry.url, entry.title, entry.published_at) == (
        "https://x.example/1",
        "Row grows",
        at(2026, 11, 22, 4, 30),
    )


def test_json_feed():
    items = [
        {"url": "https://x.example/1", "title": "A &lt;b&gt;", "date_published": "2026-11-22T10:00:00+01:00"},
        {"url": "https://x.example/2", "external_url": "https://other.example/", "date_published": 7},
        {"id": "https://x.example/3"},
        {"id": "3"},
        "nonsense",
    ]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "NPR", "items": items}
    feed = parse(json.dumps(document))
    assert (feed.kind, feed.title, feed.skipped) == ("json_feed", "NPR", 1)
    assert [e.url for e in feed.entries][:3] == [f"https://x.example/{n}" for n in (1, 2, 3)]
    assert feed.entries[0].published_at == at(2026, 11, 22, 9)


def test_news_sitemap_and_plain_entries():
    feed = parse(
        f"""<urlset {NEWS}><url><loc> https://x.example/1 </loc><news:news>
        <news:publication_date>2026-11-22T10:00:00Z</news:publication_date><news:title>A &amp; B</news:title>
        </news:news></url><url><loc>https://x.example/2</loc><lastmod>2026-11-20</lastmod></url></urlset>"""
    )
    first, second = feed.entries
    assert (feed.kind, first.title, first.published_at, first.is_news) == (
        "news_sitemap",
        "A & B",
        at(2026, 11, 22, 10),
        True,
    )
    assert (second.is_news, second.published_at) == (False, at(2026, 11, 20))


def test_sitemap_index():
    feed = parse(
        f"<sitemapindex {NEWS}><sitemap><loc>/a.xml</loc><lastmod>2026-11-22T01:00:00Z</lastmod></sitemap>"
        "<sitemap><loc>https://x.example/b.xml.gz</loc></sitemap><sitemap/></sitemapindex>"
    )
    assert feed.kind == "sitemap_index"
    assert [(c.url, c.modified_at) for c in feed.children] == [
        ("https://www.gazette.example/a.xml", at(2026, 11, 22, 1)),
        ("https://x.example/b.xml.gz", None),
    ]
    assert feed.skipped == 1


def test_a_gzipped_sitemap_is_unpacked():
    data = gzip.compress(f"<urlset {NEWS}><url><loc>https://x.example/1</loc></url></urlset>".encode())
    assert parse(data).entries[0].url == "https://x.example/1"


def test_other_encodings_and_byte_order_marks():
    text = '<?xml version="1.0" encoding="{}"?><rss><channel><item><title>Café</title><link>https://x.example/1</link></item></channel></rss>'
    for encoding in ("utf-16", "utf-8-sig", "iso-8859-1"):
        assert parse(text.format(encoding.removesuffix("-sig")).encode(encoding)).entries[0].title == "Café"


@pytest.mark.parametrize(
    ("data", "reason", "words"),
    [
        (b" \n ", "empty", "no content"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "bad_feed", "HTML page"),
        (b"<?xml version='1.0'?><html/>", "bad_feed", "HTML page"),
        (b"<opml version='2.0'></opml>", "bad_feed", "opml"),
        (b"plain words", "bad_feed", "neither"),
        (b"{", "bad_feed", "JSON"),
        (b'{"items": 3}', "bad_feed", "JSON Feed"),
        (b"[" * 100_000, "bad_feed", "neither"),
        (b'{"a":' * 100_000, "bad_feed", "JSON"),
        (b"<rss><channel>", "bad_feed", "not well-formed"),
        (b"<urlset><url>", "bad_feed", "not well-formed"),
        (b"\x1f\x8bnot gzip", "bad_feed", "gzip"),
        (b"<!-- " * 30_000, "bad_feed", "neither"),
    ],
)
def test_what_is_no_feed(data, reason, words):
    code, detail = refused(data)
    assert code == reason
    assert words in detail
    assert "\n" not in detail


def test_a_gzip_bomb_is_refused():
    assert refused(gzip.compress(bytes(60_000_000)))[0] == "too_large"


def test_a_feed_cut_off_gives_its_whole_entries():
    whole = "".join(f"<url><loc>https://x.example/{n}</loc></url>" for n in range(3))
    feed = parse(f"<urlset {NEWS}>{whole}<url><loc>https://x.example/not-all-of-th")
    assert [e.url for e in feed.entries] == [f"https://x.example/{n}" for n in range(3)]
    assert feed.note is not None
    items = "".join(f"<item><link>https://x.example/{n}</link></item>" for n in range(3))
    assert len(parse(f"<rss><channel>{items}<item><lin").entries) >= 3


def test_entities_are_not_expanded_and_files_not_opened(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}<!ENTITY f SYSTEM "file://{secret}">]>'
    for root, shape in (
        (
            "rss",
            "<rss><channel><item><title>&f;&a11;</title><link>https://x.example/1</link></item></channel></rss>",
        ),
        (
            "map",
            "<urlset><url><loc>https://x.example/1</loc></url><url><loc>https://x.example/&f;&a11;</loc></url></urlset>",
        ),
    ):
        found = parse_feed(f'<?xml version="1.0"?>{doctype}{shape}'.encode(), url=HERE)
        assert "hunter2" not in repr(found), root
        assert len(repr(found)) < 3000


def test_titles_cannot_drive_a_terminal_or_a_page():
    feed = parse(
        "<rss><channel><item><link>https://x.example/1</link>"
        "<title>A &lt;script&gt;alert(1)&lt;/script&gt; \u202eB &amp;lt;img src=x onerror=y&amp;gt;C</title>"
        "</item></channel></rss>"
    )
    title = feed.entries[0].title
    assert title == "A B C"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[31mb\nc\td", "a[31mb c d"),
        ("x" * 600, "x" * 499 + "…"),
        ("", ""),
        ("\u202eabc\u2069", "abc"),
    ],
)
def test_one_line(text, expected):
    assert one_line(text) == expected


def test_titles_keep_what_only_looks_like_markup():
    assert plain_title("Profit < 3% & falling > fast") == "Profit < 3% & falling > fast"
    assert plain_title("  ") is None
    assert plain_title(None) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22", at(2026, 11, 22)),
        ("2026-11-22T10:00:00.5+02:00", at(2026, 11, 22, 8, 0, 0, 500_000)),
        ("2026-11-22 10:00", at(2026, 11, 22, 10)),
        ("Sunday", None),
        ("", None),
        (None, None),
        ("0001-01-01T00:00:00+14:00", None),
        ("1970-01-01", None),
        ("9999-12-31", None),
    ],
)
def test_times(text, expected):
    assert parse_time(text) == expected


_WORDS = """
<rss> </rss> <channel> <item> </item> <link>https://x.example/1</link> <title> <urlset> <url> <loc> </loc>
&amp; &x; <![CDATA[ ]]> <?xml?> { "items":[ ]} <feed> <entry> <!DOCTYPE [ ]> <!ENTITY http://[ % <!-- -->
"""
_BITS = st.sampled_from([*(w.encode() for w in _WORDS.split()), b"\xff\xfe", b"\x00", b" "])


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.binary(max_size=200), st.lists(_BITS, max_size=14).map(b"".join)))
def test_no_bytes_crash_it(data):
    found = parse_feed(data, url=HERE)
    if isinstance(found, Feed):
        assert all(e.url.lower().startswith(("http://", "https://")) for e in found.entries)
    else:
        assert found.detail
