import datetime as dt

import polars as pl
import pytest
from page_maker import COLLECTED, HEADLINE, PARAGRAPHS, page

from pipeline.clean.articles import CleanedPage, Hints, clean_page
from pipeline.clean.outlets import Outlets
from pipeline.records import Reject

OUTLETS = Outlets.from_frame(
    pl.DataFrame(
        {
            "outlet_id": ["daily_example", "other"],
            "outlet_name": ["Daily Example", "Other"],
            "homepage": ["https://www.example.com/", "https://news.other.co.uk/news"],
        }
    )
)


def clean(
    markup,
    *,
    content_type="text/html",
    url: str | None = "https://www.example.com/world/ministers-meet?utm=x",
    **options,
):
    body = markup if isinstance(markup, bytes) else markup.encode()
    options.setdefault("charset", None)
    return clean_page(
        body,
        url=url,
        content_type=content_type,
        collected_at=options.pop("collected_at", COLLECTED),
        outlets=OUTLETS,
        **options,
    )


def test_an_ordinary_page():
    found = clean(page())
    assert isinstance(found, CleanedPage)
    assert found.text.split("\n") == PARAGRAPHS
    assert found.headline == HEADLINE
    assert found.authors == ["Jane Doe"]
    assert found.published_at == dt.datetime(2024, 5, 1, 6, 30, tzinfo=dt.UTC)
    assert (found.published_origin, found.published_zone) == ("json_ld", "+03:00")
    assert found.modified_at == dt.datetime(2024, 5, 1, 8, 0, tzinfo=dt.UTC)
    assert found.article_date == dt.date(2024, 5, 1)
    assert found.canonical_url == "https://www.example.com/world/ministers-meet"
    assert (found.outlet_id, found.section, found.language) == ("daily_example", "World", "en")
    assert found.word_count == len(found.text.split())
    flags = (found.is_live_blog, found.is_opinion, found.is_paywalled, found.is_truncated)
    assert flags == (False, False, False, False)


BEFORE = """<div class=share-bar><a href=x>Share</a></div>
<figure><figcaption>A caption.</figcaption></figure>"""
AFTER = """<section class=newsletter><h3>Our newsletter</h3><p>Sign up to get the news in your inbox.</p></section>
<div><h2>Related stories</h2><ul><li><a href=a>Another story</a></li><li><a href=b>And one more</a></li></ul></div>
<p>Source: Read Full Article</p>"""


def test_furniture_of_every_kind_goes_and_the_words_of_the_article_stay_as_they_are():
    odd = "He wrote:\xa0“Naïve — 5\u2009°C”,  and  ‘no’… <b>Done</b>."
    promoted = ["<a href=x>READ MORE: Storm heads for the coast</a>", "Singer issues plea [VIDEO]"]
    found = clean(
        page([PARAGRAPHS[0], promoted[0], odd, promoted[1], *PARAGRAPHS[1:]], before=BEFORE, after=AFTER)
    )
    assert isinstance(found, CleanedPage)
    assert found.text.split("\n") == [
        PARAGRAPHS[0],
        "He wrote: “Naïve — 5 °C”, and ‘no’… Done.",
        *PARAGRAPHS[1:],
    ]


def test_plain_text():
    text = (
        f"\n{HEADLINE}\n\nActor 'sorry' after clash at airport\n\nWe use your sign-up to provide content in ways "
        f"you’ve consented to. You can unsubscribe at any time. More info\n\n"
        + "\n\n".join(PARAGRAPHS)
        + "\n\nBand to tour again [REVEAL] \nSource: Read Full Article\n"
    )
    found = clean(text, content_type="text/plain", url=None, document="story.txt")
    assert isinstance(found, CleanedPage)
    assert found.headline == HEADLINE
    assert found.text.split("\n") == PARAGRAPHS
    assert found.document == "story.txt"
    assert found.published_at is None
    assert found.article_date == COLLECTED.date()
    assert found.outlet_id is None


def test_other_character_sets():
    found = clean(page().replace("utf-8", "windows-1252").encode("cp1252"))
    assert isinstance(found, CleanedPage)
    assert found.text.split("\n") == PARAGRAPHS


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        pytest.param(b"", "text/html", "empty", id="nothing"),
        pytest.param(b" \n ", "text/plain", "empty", id="blank"),
        pytest.param(b"<html></html>", "text/html", "no_text", id="no text"),
        pytest.param(b"%PDF-1.4", "application/pdf", "wrong_type", id="pdf"),
        pytest.param(b"\x00\x01" * 200, "text/html", "unreadable", id="binary"),
        pytest.param(b"<p>" + b"x" * 200, "text/html; charset=utf-8", "no_text", id="one word"),
        pytest.param(b"A headline alone", "text/plain", "no_text", id="headline only"),
    ],
)
def test_what_is_no_article_is_rejected_with_a_reason(body, content_type, reason):
    found = clean(body, content_type=content_type, page_id="p1", document="d")
    assert isinstance(found, Reject)
    assert (found.reason_code, found.stage, found.page_id, found.document) == (reason, "articles", "p1", "d")
    assert found.detail


@pytest.mark.parametrize("title", ["Page not found", "Just a moment...", "Access Denied"])
def test_pages_that_answer_with_something_else(title):
    found = clean(page(PARAGRAPHS[:1], headline=title, data={"@type": "WebPage"}))
    assert isinstance(found, Reject)
    assert found.reason_code == "not_article"


def test_control_characters_do_not_come_back_by_number():
    text = "It&#146;s &#x1b;[31mred&#27;[0m, and \x92this\x92 &#10; &#x2019; &#1234; &#x9;stays, the minister said."
    told = {"author": [{"name": "Jane\x1b[31m Doe"}], "headline": "Red \x1b]0;pwn\x07"}
    found = clean(page([text, *PARAGRAPHS], headline="Red &#27;]0;pwn&#7", data=told))
    assert isinstance(found, CleanedPage)
    assert found.text.split("\n")[0] == "It’s [31mred[0m, and ’this’ ’ Ӓ stays, the minister said."
    assert found.headline == "Red ]0;pwn"
    assert found.authors == ["Jane Doe"]


def test_too_large_a_page():
    found = clean(page(), max_bytes=100)
    assert isinstance(found, Reject)
    assert found.reason_code == "too_large"


CARDS = "".join(
    f"<li><h3><a href=/{i}>Headline of story number {i} today</a></h3><p>A teaser of story {i}.</p></li>"
    for i in range(40)
)
ROOT = '<link rel="canonical" href="https://www.example.com/">'
STORY = '<link rel="canonical" href="https://www.example.com/world/ministers-meet">'
TEASED = "".join(
    f"<div><h3><a href=/{i}>Headline of story number {i} today</a></h3><p>The officials of district {i} said that "
    f"they would look into what happened there on Monday morning.</p></div>"
    for i in range(30)
)
LISTED = """<script type="application/ld+json">{"@type": "ItemList", "itemListElement":
[{"item": {"@type": "NewsArticle", "headline": "Storm", "datePublished": "2024-04-01"}}]}</script>"""
VIDEO = """<html><head><meta property="og:type" content="video.other"><title>Clip</title></head>
<body><h1>Clip of the day</h1><p>Watch what happened when the ministers met in Riga, as we saw it.</p></body></html>"""
GALLERY = """<html><head><script type="application/ld+json">{"@type": "ImageGallery", "name": "Riga"}</script></head>
<body><h1>Riga in pictures</h1><p>The best pictures of the meeting, taken by our photographers.</p></body></html>"""
LOGIN = """<html><head><title>Sign in</title></head><body><h1>Sign in</h1>
<p>Sign in with your address to read what you have paid for here.</p></body></html>"""


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        pytest.param(
            f"<html><head><title>World</title></head><body><ul>{CARDS}</ul></body></html>", None, id="section"
        ),
        pytest.param(
            f"<html><head><title>World</title>{LISTED}</head><body><h1>World</h1>{TEASED}</body></html>",
            "https://www.example.com/world",
            id="section of long teasers",
        ),
        pytest.param(page(), "https://www.example.com/", id="front by address"),
        pytest.param(page(head=ROOT).replace(STORY, ""), None, id="front by its own word"),
        pytest.param(VIDEO, None, id="video"),
        pytest.param(GALLERY, None, id="gallery"),
        pytest.param(LOGIN, None, id="login"),
    ],
)
def test_fronts_galleries_videos_and_login_walls(markup, url):
    found = clean(markup, url=url)
    assert isinstance(found, Reject)
    assert found.reason_code == "not_article"


def test_an_article_between_links_is_an_article():
    link = "<p><a href=/x>Headline of another story today</a></p>"
    parts = "".join(f"<p>{text}</p>{link * (i % 2)}" for i, text in enumerate(PARAGRAPHS * 4))
    markup = f"<html><head><title>{HEADLINE}</title></head><body><h1>{HEADLINE}</h1>{parts}</body></html>"
    assert isinstance(clean(markup), CleanedPage)


def test_flags():
    def flags(url="https://www.example.com/world/story", **options):
        found = clean(page(**options), url=url)
        assert isinstance(found, CleanedPage)
        names = ("is_live_blog", "is_opinion", "is_paywalled", "is_truncated")
        return {name.removeprefix("is_") for name in names if getattr(found, name)}

    assert flags() == set()
    assert flags(data={"@type": "LiveBlogPosting"}) == {"live_blog"}
    assert flags(headline="Live: Ministers meet in Riga to discuss the budget") == {"live_blog"}
    assert flags(data={"@type": "OpinionNewsArticle"}) == {"opinion"}
    assert flags(data={"articleSection": "Opinion"}) == {"opinion"}
    assert flags(data={"isAccessibleForFree": False}) == {"paywalled"}
    assert flags(data={"isAccessibleForFree": "False", "wordCount": 900}) == {"paywalled", "truncated"}
    wall = "<div><p>Subscribe to continue reading this article.</p></div>"
    assert flags(after=wall, data={"isAccessibleForFree": False}) == {"paywalled", "truncated"}


def test_no_date_after_collection_nor_from_a_rights_line():
    early = dt.datetime(2024, 4, 1, tzinfo=dt.UTC)
    found = clean(page(), collected_at=early)
    assert isinstance(found, CleanedPage)
    assert found.published_at is None
    assert found.article_date == early.date()


def test_hints_of_feed_and_index():
    silent = (
        page(data={"datePublished": None, "dateModified": None})
        .replace("<time datetime=", "<time x=")
        .replace("May 1, 2024", "")
    )
    at = dt.datetime(2024, 4, 30, 8, tzinfo=dt.UTC)
    found = clean(silent, hints=Hints(published_at=at))
    assert isinstance(found, CleanedPage)
    assert (found.published_at, found.published_origin) == (at, "feed")
    found = clean(page(), hints=Hints(published_at=at))
    assert isinstance(found, CleanedPage)
    assert found.published_origin == "json_ld"
    found = clean(page(), hints=Hints(published_at=at, published_origin="index", outlet_id="mine"))
    assert isinstance(found, CleanedPage)
    assert (found.published_at, found.published_origin, found.outlet_id) == (at, "index", "mine")


def test_language_is_told():
    german = [
        "Die Minister von elf Ländern trafen sich am Dienstag in Riga, um über den Haushalt der Union zu sprechen.",
        "„Wir haben lange genug gewartet“, sagte die Finanzministerin vor dem Beginn der Gespräche am Morgen.",
        "Die Opposition nannte den Plan zu wenig und zu spät und verlangte eine Abstimmung im Parlament.",
    ]
    found = clean(page(german, headline="Minister treffen sich in Riga zum Haushalt"))
    assert isinstance(found, CleanedPage)
    assert found.language == "de"


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://m.example.com/a", "daily_example"),
        ("https://sport.example.com/a", "daily_example"),
        ("https://news.other.co.uk/politics/x", "other"),
        ("https://unknown.org/a", "unknown.org"),
        ("not an address", None),
        (None, None),
    ],
)
def test_outlets_by_domain(url, outlet):
    assert OUTLETS.find(url) == outlet
