"""The many shapes in which pages say when and by whom they were written: each gives the same day and names."""

import datetime as dt
import json

import pytest
from page_maker import COLLECTED

from pipeline.clean.articles import CleanedPage, clean_page

HEADLINE = "Ministers of two states meet in old town hall"
AT = dt.datetime(2024, 4, 28, 10, tzinfo=dt.UTC)
STAMP = "2024-04-28T10:00:00Z"
TIME = f'<meta name="date" content="{STAMP}">'
JANE = ["Jane Doe"]
BOTH = ["Jane Doe", "Li Wei"]
TEXT = "".join(
    f"<p>The ministers of the two states met in the old town hall on day {day}, and they decided to meet again in "
    f"May, officials said.</p>"
    for day in ("one", "two", "three", "four", "five")
)


def data(text):
    return f'<script type="application/ld+json">{text}</script>'


def article(**fields):
    return data(json.dumps({"@type": "NewsArticle", "datePublished": STAMP, **fields}))


def clean(head, body):
    text = f"<div class=article-body>{TEXT}</div>"
    markup = f"<html lang=en><head>{head}</head><body><h1>{HEADLINE}</h1>{body}{text}</body></html>"
    found = clean_page(
        markup.encode(),
        url="https://example.com/news/a-1",
        content_type="text/html",
        charset=None,
        collected_at=COLLECTED,
    )
    assert isinstance(found, CleanedPage)
    return found


SCRIPT = '{"@type": "NewsArticle", "datePublished": "2024-04-28T10:00:00Z", "author": {"name": "Jane Doe"}}'
GRAPHS = """[{"@graph": [{"@type": "Organization", "name": "X News"}]}, {"@graph": [{"@type": ["NewsArticle"],
"datePublished": "2024-04-28T10:00:00Z", "author": {"@id": "#a"}},
{"@id": "#a", "@type": "Person", "name": "Jane Doe"}]}]"""


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        pytest.param(data(GRAPHS), JANE, id="two graphs"),
        pytest.param(data(f'{{"@type": "BreadcrumbList"}}\n{SCRIPT}'), JANE, id="two objects in one script"),
        pytest.param(data(f"/* of our system */ {SCRIPT};"), JANE, id="comment"),
        pytest.param(
            data(SCRIPT.replace("{", '{"description": "he said "no" to it", ', 1)), JANE, id="quote"
        ),
        pytest.param(data(SCRIPT.replace("{", '{"description": "a\nb\tc", ', 1)), JANE, id="line end"),
        pytest.param(data(SCRIPT.replace("NewsA", "https://schema.org/NewsA")), JANE, id="type as address"),
        pytest.param(article(author=[["Jane Doe"], ["Li Wei"]]), BOTH, id="list in list"),
        pytest.param(article(author=[{"@type": ["Person"], "name": "Jane Doe, Li Wei"}]), BOTH, id="joined"),
        pytest.param(article(contributor={"name": "Jane Doe"}), JANE, id="contributor"),
        pytest.param(article(datePublished=1714298400000, author="Jane Doe"), JANE, id="milliseconds"),
        pytest.param('<meta property="article:published_time" content="1714298400">', [], id="seconds"),
        pytest.param('<meta name="date" content="28-04-2024 10:00 GMT">', [], id="day first"),
        pytest.param(
            TIME + '<meta name=author content="Jane Doe"><meta name=author content="Li Wei">', BOTH, id="meta"
        ),
        pytest.param(TIME + '<meta name="vr:author" content="Jane Doe">', JANE, id="other names"),
    ],
)
def test_heads(head, authors):
    found = clean(head, "")
    assert (found.headline, found.published_at, found.authors) == (HEADLINE, AT, authors)


@pytest.mark.parametrize(
    ("body", "authors"),
    [
        pytest.param(f'<time pubdate datetime="{STAMP}">28 April</time>', [], id="pubdate"),
        pytest.param(
            '<abbr class=published title="2024-04-28T12:00:00+02:00">28 April</abbr>'
            '<b class="vcard author">Jane Doe</b>',
            JANE,
            id="microformat",
        ),
        pytest.param("<p>Published: Sunday, 28th April 2024, 10:00 UTC</p>", [], id="text"),
        pytest.param(
            "<p>Updated: 1 May 2024, 09:00 UTC</p><p>Published: 28 April 2024, 10:00 UTC</p>",
            [],
            id="update first",
        ),
        pytest.param(
            f'<p>Updated <time datetime="2024-05-01T09:00:00Z">May 1</time></p><time datetime="{STAMP}">x</time>',
            [],
            id="marked update first",
        ),
        pytest.param(
            f'<i property=datePublished content="{STAMP}"></i><b property=author><i property=name>Jane Doe</i></b>',
            JANE,
            id="rdfa",
        ),
        pytest.param(
            f'<time datetime="{STAMP}">x</time><a href="/profile/jane-doe">Jane Doe</a>', JANE, id="profile"
        ),
        pytest.param(
            f'<time datetime="{STAMP}">x</time><p>By Jane Doe and Li Wei in Kyiv</p>', BOTH, id="plain line"
        ),
        pytest.param(
            f'<time datetime="{STAMP}">x</time><p>Von Jane Doe und Li Wei, Berlin</p>', BOTH, id="German line"
        ),
    ],
)
def test_bodies(body, authors):
    found = clean("", body)
    assert (found.headline, found.published_at, found.authors) == (HEADLINE, AT, authors)
