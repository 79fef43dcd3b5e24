import pytest

from pipeline.clean.head import read_head
from pipeline.clean.headlines import choose_headline, likeness, without_outlet
from pipeline.clean.tree import parse

FULL = "Ministers meet in Riga to discuss the new budget of the union and its many critics"


def headline(head="", body="", hint=None):
    root = parse(f"<html><head>{head}</head><body>{body}</body></html>")
    assert root is not None
    return choose_headline(root, read_head(root, None), ("Daily Example",), hint)[0]


def og(title):
    return f'<meta property="og:title" content="{title}">'


def ld(title):
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{title}"}}</script>'


def test_the_shown_headline():
    assert (
        headline(og("Ministers meet in Riga"), "<h1>Ministers meet in Riga</h1>") == "Ministers meet in Riga"
    )
    assert (
        headline(f"<title>{FULL} | Daily Example</title>" + og(FULL), f"<h1>Log in</h1><h1>{FULL}</h1>")
        == FULL
    )
    assert (
        headline(og("Ministers meet in Riga"), "<h1 class=site-logo>Daily Example</h1>")
        == "Ministers meet in Riga"
    )


def test_a_kicker_in_the_heading_is_left_out():
    shown = "<h1><span>Europe</span> <span>Budget</span> <span>News</span> <span>Analysis</span> Ministers meet</h1>"
    assert headline(og("Ministers meet"), shown) == "Ministers meet"


def test_parts_of_a_heading():
    shown = "<h1><span class=kicker>Lake Turnow</span><br><span>Ministers meet in Riga</span></h1>"
    assert headline(og("Ministers meet in Riga"), shown) == "Ministers meet in Riga"
    assert headline(og("Lake Turnow: Ministers meet in Riga"), shown) == "Lake Turnow: Ministers meet in Riga"
    spoken = "<h1>Ministers meet in Riga<span class=sr-only>, opens in a new tab</span> today</h1>"
    assert headline("", spoken) == "Ministers meet in Riga today"


def test_microdata():
    assert headline('<meta itemprop="headline" content="Ministers meet in Riga"><title>x y</title>') == (
        "Ministers meet in Riga"
    )


def test_a_cut_headline_is_not_taken():
    assert headline(ld(FULL[:60]), f"<h1>{FULL}</h1>") == FULL


def test_two_that_agree_beat_one_that_does_not():
    assert headline(
        og("Talks on budget fail") + ld("Talks on budget fail"), "<h1>Europe at the crossroads again</h1>"
    ) == ("Talks on budget fail")


def test_a_declared_headline_says_more_than_a_label():
    full = "11 best tents of the year: light, large and cheap, tested by our people"
    assert (
        headline(
            og("The best tents") + ld(full) + f"<title>{full} | Daily Example</title>",
            "<h1>The best tents</h1>",
        )
        == full
    )


def test_the_feed_helps_where_the_page_is_silent():
    assert headline("", "<p>Text</p>", hint="Ministers meet in Riga") == "Ministers meet in Riga"
    assert headline("", "<p>Text</p>") is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Ministers meet in Riga | Daily Example", "Ministers meet in Riga"),
        ("Ministers meet in Riga - Daily Example", "Ministers meet in Riga"),
        ("Ministers meet in Riga | World | Daily Example", "Ministers meet in Riga | World"),
        ("Daily Example: Ministers meet in Riga", "Daily Example: Ministers meet in Riga"),
        ("Daily Example | Ministers meet in Riga", "Ministers meet in Riga"),
        ("Ministers meet in Riga - BBC News", "Ministers meet in Riga"),
        ("Who is he? - and why it matters", "Who is he? - and why it matters"),
        ("Daily Example", "Daily Example"),
        ("Ministers meet in Riga – DE – 04/28/2024", "Ministers meet in Riga"),
        ("大臣がリガで会談：DE", "大臣がリガで会談"),
        ("Ministers meet in Riga_Daily Example", "Ministers meet in Riga"),
    ],
)
def test_the_outlets_name_comes_off(title, expected):
    assert without_outlet(title, ["Daily Example", "de.com"]) == expected


def test_likeness():
    assert likeness("Ministers meet", "ministers MEET!") == 1
    assert likeness("Ministers meet", "Rain in Spain") == 0
