"""Feeds, lists, indexes, addresses and WARC files, broken in every way: a result or a reject, never a crash."""

import datetime as dt
import gzip
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st
from odd_input import broken, texts

from pipeline.records import REASONS, Reject
from pipeline.resources.page_store import stored_page
from pipeline.resources.warc_reader import CorruptRecordError, WarcRecord, iter_records
from pipeline.scrape.discovery import linked_feeds, robots_sitemaps
from pipeline.scrape.feeds import parse_feed
from pipeline.scrape.lists import BadIndexError, read_index, read_url_list, stays_inside
from pipeline.scrape.urls import canonical_url

URL = "https://www.example.com/feed"
RSS = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>'
    b"<item><title>A &amp; B</title><link>/a?utm_source=x</link>"
    b"<pubDate>Tue, 01 Dec 2021 09:00:00 GMT</pubDate></item>"
    b"<item><title><![CDATA[<b>x</b>]]></title><guid>https://e.com/b</guid></item></channel></rss>"
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title><link href="https://e.com/1"/>'
    b"<updated>2021-12-01T09:00:00+02:00</updated></entry></feed>"
)
SITEMAP = (
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://e.com/1</loc>'
    b"<lastmod>2021-12-01</lastmod></url></urlset>"
)
JSON = (
    b'{"version":"https://jsonfeed.org/version/1.1","items":[{"url":"https://e.com/1","title":"T",'
    b'"date_published":"2021-12-01T09:00:00Z"}]}'
)
FEED_PIECES = [
    b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>",
    b"&b;",
    b"<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    b"<item>",
    b"</channel>",
    b"<link>javascript:alert(1)</link>",
    b"<pubDate>99999999999</pubDate>",
    b"\x1f\x8b\x08\x00",
    b"[[[[",
    b'{"items":',
    b"\xff\xfe",
    b"<?xml encoding='utf-7'?>",
    b"1e999",
]
PARTS = st.sampled_from(
    [
        *"http:// https:// // file:/// user:pw@ example.com [::1] 127.0.0.1 xn-- :99999 :0 / .. /%2e%2e/ ?".split(),
        *"utm_source=a & # % %zz \u2044 é @ :".split(),
        *" \n\x00",
    ]
)
ADDRESSES = st.lists(st.one_of(PARTS, st.text(max_size=5)), max_size=12).map("".join)


@given(data=broken([RSS, ATOM, SITEMAP, JSON, b""], FEED_PIECES))
def test_feeds(data):
    found = parse_feed(data, url=URL)
    if isinstance(found, Reject):
        assert found.reason_code in REASONS
        return
    for entry in found.entries:
        assert urlsplit(entry.url).scheme in ("http", "https")
        assert "root:" not in f"{entry.title}"
        assert len(f"{entry.title}") < 20_000


@given(url=ADDRESSES)
def test_addresses(url):
    try:
        once = canonical_url(url)
    except ValueError:
        return
    assert urlsplit(once).scheme in ("http", "https")
    assert canonical_url(once) == once
    assert not any(c.isspace() or ord(c) < 32 for c in once)


@given(text=st.one_of(texts, st.lists(ADDRESSES, max_size=10).map("\n".join)))
def test_lists(text):
    addresses, bad = read_url_list(text)
    assert all(urlsplit(a).scheme in ("http", "https") for a in addresses)
    assert not set(addresses) & set(bad)


INDEX = (
    b"file,url,outlet_id,published_at,collected_at\n"
    b"a.html,https://e.com/1,x,2021-12-01T09:00:00Z,2021-12-01T10:00:00Z\n"
)


@given(
    data=broken(
        [INDEX, b"file\n../../etc/passwd\n", b""], [b'"', b",", b"\n", b"\x00", b"0000-00-00", b"../", b"/"]
    )
)
def test_indexes(data):
    try:
        rows = read_index(data.decode("utf-8", "replace"))
    except BadIndexError as error:
        said = str(error)
        rows = []
    else:
        said = ""
    assert "\n" not in said
    for row in rows:
        assert row.collected_at is None or row.collected_at.tzinfo is not None
        if stays_inside(row.file):
            assert not row.file.startswith("/")
            assert ".." not in row.file.split("/")


@given(html=texts, base=ADDRESSES)
def test_links_to_feeds(html, base):
    page = f"<link rel=alternate type=application/rss+xml href='{base}'>{html}"
    for candidate in [*linked_feeds(page, base=URL), *robots_sitemaps(f"Sitemap: {base}\n{html}", base=URL)]:
        assert urlsplit(candidate.url).scheme in ("http", "https")


def _warc(zipped: bool) -> bytes:
    records = [
        b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: https://e.com/%d\r\nWARC-Date: 2021-12-01T00:00:00Z\r\n"
        b"WARC-Record-ID: <urn:n:%d>\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n<p>words</p>\r\n\r\n"
        % (n, n)
        for n in range(3)
    ]
    return b"".join(gzip.compress(r, mtime=0) if zipped else r for r in records)


@given(
    data=broken(
        [_warc(True), _warc(False)],
        [b"WARC/1.0\r\n", b"Content-Length: -1\r\n", b"\r\n\r\n", b"\x1f\x8b\x08"],
    )
)
def test_warc_files(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("warc") / "a.warc.gz"
    path.write_bytes(data)
    for record in iter_records(path):
        if isinstance(record, CorruptRecordError):
            assert str(record)
            continue
        assert isinstance(record, WarcRecord)
        try:
            page = stored_page(record)
        except CorruptRecordError:
            continue
        assert page.collected_at is None or isinstance(page.collected_at, dt.datetime)
    path.unlink()
