"""Canonical addresses: one form for all forms, stable, and nothing but http(s)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.scrape.urls import MAX_URL_CHARS, canonical_url, clean_address, same_site

STORY = "https://www.gazette.example/world/story-1"


@pytest.mark.parametrize(
    "form",
    [
        "https://www.gazette.example/world/story-1/",
        "http://www.gazette.example:80/world/story-1",
        "https://WWW.Gazette.Example:443/world//story-1",
        "https://www.gazette.example./world/./x/../story-1#comments",
        "https://reader:secret@www.gazette.example/world/story-1?",
        "https://www.gazette.example/world/story-1?utm_source=rss&utm_medium=feed&fbclid=1",
        "https://www.gazette.example/world/story-1?at_medium=RSS&amp;at_campaign=KARANGA",
        "https://www.gazette.example/world/story-1/amp",
        "https://www.gazette.example/amp/world/story-1",
        "https://www.gazette.example/world/story-1.amp",
        "https://www.gazette.example/world/story-1?outputType=amp",
        "https://amp.gazette.example/world/story-1",
        "https://m.gazette.example/world/story-1",
        "https://www.google.com/amp/s/www.gazette.example/world/story-1",
        "https://www-gazette-example.cdn.ampproject.org/c/s/www.gazette.example/world/story-1?usqp=mq",
        "https://www.gazette.example/world/index.html/../story-1/index.html",
        "  <https://www.gazette.example/world/story-1>,\n",
        "(https://www.gazette.example/world/story-1)".strip("("),
        "//www.gazette.example/world/story-1",
        "https://www.gazette.example/%77orld/story%2D1",
        "https://www.gazette.example/wor\tld/story-1\u200b",
    ],
)
def test_forms_of_one_address(form):
    assert canonical_url(form) == STORY


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://gazette.example", "https://gazette.example/"),
        ("https://gazette.example/?b=2&a=1", "https://gazette.example/?a=1&b=2"),
        ("https://gazette.example/a?page=2&utm_id=x", "https://gazette.example/a?page=2"),
        ("https://gazette.example/a?q=%FF&r=a+b", "https://gazette.example/a?q=%FF&r=a%20b"),
        ("https://gazette.example/Ärger", "https://gazette.example/%C3%84rger"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://gazette.example:8080/a", "http://gazette.example:8080/a"),
        ("http://127.0.0.1:5000/a/", "http://127.0.0.1:5000/a"),
        ("http://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("https://en.m.wiki.example/A_(b)", "https://en.wiki.example/A_(b)"),
        ("https://m.gazette.co.uk/a", "https://www.gazette.co.uk/a"),
        ("https://amp.news.gazette.com/a", "https://news.gazette.com/a"),
        ("https://gazette.example/amp", "https://gazette.example/"),
        ("https://gazette.example/camp/amplifier", "https://gazette.example/camp/amplifier"),
        ("https://gazette.example/a%2Fb", "https://gazette.example/a%2Fb"),
        ("https://gazette.example/100%", "https://gazette.example/100%25"),
    ],
)
def test_what_tells_pages_apart_is_kept(url, expected):
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news",
        "/a",
        "ftp://x.example/",
        "file:///etc/passwd",
        "data:text/html,x",
        "javascript:alert(1)",
        "https://",
        "https:///a",
        "https://a b.example/",
        "https://x.example:99999/",
        "https://x.example:port/",
        "https://[::1/",
        "https://-x.example/",
        "https://x.example/" + "a" * MAX_URL_CHARS,
    ],
)
def test_what_is_no_address(url):
    with pytest.raises(ValueError, match=r"address|[Pp]ort|IPv6"):
        canonical_url(url)


_WORDS = """
https:// http:// // m. www. amp. x.example a.co.uk 127.0.0.1 :80 :8080 / /amp .amp index.html ? & = # % + ü é
utm_source=x a=1 %2F %zz ( ) [ ] .. ; @ google.com/amp/s/ x.cdn.ampproject.org/c/s/
"""
_PIECES = st.sampled_from([*_WORDS.split(), " ", "\x00", "\u202e"])


@settings(deadline=None, max_examples=400)
@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=12).map("".join)))
def test_applying_it_twice_changes_nothing(text):
    try:
        once = canonical_url(text)
    except ValueError:
        return
    assert canonical_url(once) == once
    assert once.isascii()
    assert once.startswith(("http://", "https://"))
    assert "#" not in once


def test_addresses_are_cleaned_without_changing_them():
    assert clean_address(" <https://x.example/a/?utm_source=b#c>; ") == "https://x.example/a/?utm_source=b#c"
    with pytest.raises(ValueError, match="http"):
        clean_address("mailto:x@x.example")


def test_sites_are_told_by_their_host():
    assert {
        same_site(u) for u in ("https://www.x.example/a", "http://m.x.example", "https://x.example:8443")
    } == {"x.example"}


def test_every_tracking_parameter_has_a_reason_and_is_dropped():
    path = Path(__file__).parents[3] / "pipeline" / "scrape" / "lexicons" / "tracking_parameters.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len({(r["match"], r["name"]) for r in rows}) == len(rows)
    for row in rows:
        assert len(row["rationale"]) > 10
        pair = {"exact": f"{row['name']}=1", "prefix": f"{row['name']}x=1", "value": row["name"]}[
            row["match"]
        ]
        assert canonical_url(f"https://x.example/a?{pair}&id=7") == "https://x.example/a?id=7"
