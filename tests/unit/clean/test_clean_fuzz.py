"""Cleaning never fails and never hangs, whatever is done to a page."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from page_maker import COLLECTED, HEADLINE, PARAGRAPHS, page

from pipeline.clean.articles import CleanedPage, clean_page
from pipeline.records import REASONS, Reject

SECONDS = 5
PAGES = [
    page().encode(),
    page(
        [*PARAGRAPHS, "<blockquote>“A thing said.”</blockquote>", "<a href=x>READ MORE: A story</a>"],
        before="<figure><img src=x><figcaption>A caption (AP)</figcaption></figure><div class=share>Share</div>",
        after="<table><tr><td>a</td><td>b</td></tr></table><ul><li>One</li><li>Two</li></ul><aside><p>Aside.</p></aside>",
    ).encode(),
    page(
        [f"{text}<br><br>{text}<br>x" for text in PARAGRAPHS], data={"articleBody": " ".join(PARAGRAPHS)}
    ).encode("utf-16"),
    (f"{HEADLINE}\n\n" + "\n\n".join(PARAGRAPHS)).encode(),
    *(path.read_bytes() for path in sorted(Path(__file__).with_name("styles").glob("*.html"))),
]
PIECES = [
    b"<",
    b">",
    b"</div>",
    b"<div>",
    b"<p>",
    b"<b>",
    b"<table><tr><td>",
    b"<!--",
    b"-->",
    b"<script>",
    b"</script>",
    b"&#0;",
    b"&#xD800;",
    b"&lt;",
    b"\x00",
    b"\xff\xfe",
    b"\xe2\x80",
    b'"',
    b"'",
    b"{",
    b"]",
    b"<svg>",
    b"<a href=x>",
    b"<br>",
    b"<h1>",
    b"<![CDATA[",
    b"<meta charset=utf-16>",
    b"<meta charset=x>",
    b"<time datetime=9999999999999>",
    b'<script type="application/ld+json">',
    b"<html>",
    b"<body>",
    b"<select>",
    b"<template>",
    b"\xc2\xa0",
    b"\r",
]


def cut(body, a, b, piece, times):
    return body[: min(a, b)] + body[max(a, b) :]


def double(body, a, b, piece, times):
    part = body[min(a, b) : max(a, b)][:4000]
    return body[:a] + part * times + body[a:]


def nest(body, a, b, piece, times):
    return body[:a] + piece * (times * 20) + body[a:]


def insert(body, a, b, piece, times):
    return body[:a] + piece + body[a:b] + piece + body[b:]


def flip(body, a, b, piece, times):
    return bytes(c ^ (times if a <= i < b and i % 37 == 0 else 0) for i, c in enumerate(body))


@st.composite
def mutated(draw):
    body = draw(st.sampled_from(PAGES))
    for _ in range(draw(st.integers(1, 5))):
        a, b = (draw(st.integers(0, len(body))) for _ in "ab")
        change = draw(st.sampled_from([cut, double, nest, insert, flip]))
        body = change(body, a, b, draw(st.sampled_from(PIECES)), draw(st.integers(1, 9)))[:200_000]
    return body


def check(body, content_type, charset=None):
    start = time.process_time()
    found = clean_page(
        body,
        url="https://www.example.com/a/b",
        content_type=content_type,
        charset=charset,
        collected_at=COLLECTED,
    )
    assert time.process_time() - start < SECONDS
    if isinstance(found, Reject):
        assert found.reason_code in REASONS
        return
    assert isinstance(found, CleanedPage)
    assert found.text == "\n".join(line.strip() for line in found.text.split("\n") if line.strip())
    assert found.text.encode("utf-8")
    assert "\x00" not in found.text
    assert found.published_at is None or found.published_at <= COLLECTED
    assert found.article_date <= COLLECTED.date()


@given(body=mutated(), content_type=st.sampled_from(["text/html", "text/html", "text/plain"]))
@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_mutated_pages(body, content_type):
    check(body, content_type)


@given(
    body=st.binary(max_size=2000), charset=st.sampled_from([None, "utf-8", "utf-16", "gbk", "punycode", "x"])
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_bytes(body, charset):
    check(body, "text/html", charset)
    check(body, "text/plain", charset)


@pytest.mark.slow
@given(body=mutated(), content_type=st.sampled_from(["text/html", "text/plain"]))
@settings(max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutated_pages_at_length(body, content_type):
    check(body, content_type)


P = f"<p>{PARAGRAPHS[0]}</p>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<div>" * 20_000 + P * 5, id="nested"),
        pytest.param("<span>" * 20_000 + P * 5, id="nested inline"),
        pytest.param(f"<div {' '.join(f'a{i}=b' for i in range(40_000))}>{P * 5}</div>", id="attributes"),
        pytest.param("<p>" + "a" * 500_000, id="one long word"),
        pytest.param("<p>" + "1" * 200_000, id="digits"),
        pytest.param("<p>by " + "A " * 50_000, id="capitals"),
        pytest.param("<h2>Something important has happened here</h2>" * 3000, id="headings"),
        pytest.param("<p>" + "<span class=x>y</span> z " * 20_000, id="spans"),
        pytest.param(
            '<script type="application/ld+json">' + "[" * 50_000 + "</script>" + P * 5, id="deep data"
        ),
        pytest.param(
            '<script type="application/ld+json">' + '{"a":' * 50_000 + "</script>" + P * 5, id="deep objects"
        ),
        pytest.param("<table><tr><td>" * 2000 + P, id="nested tables"),
        pytest.param(f"<title>{'a | ' * 20_000}</title>" + P * 5, id="title"),
        pytest.param("<p>" + "(" * 50_000 + "</p>" + "“" * 50_000, id="marks"),
        pytest.param(f"<meta name=author content='{'A, ' * 6000}'>" + P * 5, id="authors"),
    ],
)
def test_pages_made_to_be_slow(body):
    check(body.encode(), "text/html")
    check(body.encode(), "text/plain")
