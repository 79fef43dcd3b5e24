import csv
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean import furniture
from pipeline.clean.furniture import (
    container_kinds,
    heading_kind,
    line_kind,
    names_say,
    text_kind,
    title_kind,
)

FILE = Path(furniture.__file__).with_name("furniture.csv")


def test_every_rule_is_whole_and_says_why():
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 60
    for row in rows:
        assert None not in row
        assert all(value.strip() for name, value in row.items() if name != "needs"), row
        assert len(row["rationale"]) >= 10
        assert float(row["limit"]) >= 0
        re.compile(row["pattern"])


NEEDY = [rule for rows in furniture.rules().values() for rule in rows if rule.needs != ("",)]


@pytest.mark.parametrize("rule", NEEDY, ids=lambda rule: f"{rule.scope}-{rule.kind}")
@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_what_a_rule_finds_holds_what_it_needs(rule, data):
    ascii_text = st.characters(min_codepoint=32, max_codepoint=126)
    # A gap of any words as one blank: letters drawn at random hardly ever begin and end with a word.
    pattern = re.compile(re.sub(r"\.\{0,\d+\}", " ", rule.pattern.pattern), re.IGNORECASE)
    text = data.draw(st.from_regex(pattern, alphabet=ascii_text))
    assert rule.fits(text, text.lower()), f"{text!r}: looked for {rule.needs} first"


@pytest.mark.parametrize(
    "line",
    [
        "Prince visits flood victims in north [INSIGHT]",
        "Mayor hints at second term [VIDEO]|",
        "READ MORE: Storm heads for the coast",
        "See also: How the vote was won",
        "Read more about the trial here:",
        "Related: The mayor's long week",
        "ALSO READ | Prices up again",
        "Source: Read Full Article",
        "Click here to read the full report.",
        "Advertisement",
        "ADVERTISEMENT - CONTINUE READING BELOW",
        "Story continues below",
        "Sign up for our daily newsletter",
        "Subscribe to our channel for the latest",
        "Get the day's top stories in your inbox every morning.",
        "We use cookies to give you the best experience. By using our site you agree.",
        "By signing up you agree to our terms and privacy policy.",
        "You can unsubscribe at any time. More info",
        "Follow us on Twitter and Facebook",
        "Like us on Facebook",
        "Share this article on WhatsApp",
        "Facebook Twitter Email Print",
        "By Jane Doe and John van der Berg",
        "Words by Maria Lopez",
        "(Reporting by Jane Doe in Paris and Li Wei; Editing by Tom Roe)",
        "Reporting by Jane Doe, additional reporting by Ann Poe in Rome; Editing by Tom Roe",
        "A boy looks at the ruins (Image: GETTY)",
        "Protesters gather in the square. Photo: Jane Doe/AP",
        "Fans outside the stadium Getty Images",
        "Published 11:11 PM EST Nov 19, 2019",
        "Updated at 1:23 p.m.",
        "5 min read",
        "Filed under: Politics, Elections",
        "#election #vote",
        "© 2024 The Daily Example",
        "Copyright 2024 Example Media. All rights reserved.",
        "This material may not be published, broadcast, rewritten or redistributed.",
        "Home > News > World",
        "Skip to content",
        "3 comments",
        "LONDON (Reuters) -",
        "From Chinedu Obi, Abuja",
        "(With inputs from PTI)",
        "Support The Lagoon Post's journalism of integrity. Good journalism costs money. Donate today.",
        "Do you have a story or opinion article to share with us? Get in touch with us at post@lagoon.example",
        "(This story has not been edited by our staff and is published from a syndicated feed.)",
        "___",
    ],
)
def test_lines_that_are_no_article(line):
    assert line_kind(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        "Follow the money, prosecutors told the jury on Monday, and the rest becomes clear.",
        "Like many on Facebook, she shared the post without reading it.",
        "Subscribers to the plan rose to 3 million, the company said.",
        "By Monday, thousands had fled the city.",
        "Photos of the scene showed smoke rising over the port.",
        "Video by activists showed soldiers leaving the town.",
        "Reporting by Reuters last year found that the dam was unsafe.",
        "The BBC reported from Gaza that the crossing was closed.",
        "Copyright law was changed in 1998.",
        "From Moscow, Peskov said that talks would go on.",
        "Support for quality journalism is falling, the minister said.",
        "Do you have a plan, he asked the minister?",
        "The story of the island has not been told.",
        "Watch out for this: inflation is back.",
        "More than 120,000 troops have been deployed.",
        "“We use your data only with your consent,” said the privacy minister, “and you can opt out at any time.”",
        "Save the Children is a charity.",
        "He said: [we] will never surrender.",
        "In May, the court ruled against them.",
        "Live music returned to the square on Friday.",
        "Home Office officials declined to comment.",
        "The vote is due at 5 p.m. on Tuesday in Paris.",
        "She joined the newspaper as a member of its board.",
        "Russia warned that anyone who crossed the line would click into place.",
        "Also present were the ministers of France and Spain.",
        "Mr Peskov said: “Russia cannot take any measures to de-escalate.",
    ],
)
def test_lines_that_are_the_article(line):
    assert line_kind(line) is None


@pytest.mark.parametrize(
    "text", ["Related stories", "More from World", "Most read", "Sign up for our newsletter"]
)
def test_headings_over_other_things(text):
    assert heading_kind(text) is not None


@pytest.mark.parametrize(
    "text", ["What happens next?", "Support for Ukraine", "A forced contract, a coming fight"]
)
def test_headings_of_the_article(text):
    assert heading_kind(text) is None


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        ("RelatedStories__list", {"related"}),
        ("c-newsletter-signup", {"newsletter"}),
        ("article-body", set()),
        ("sc-xAdK jsAd", set()),
        ("header headline shadow gradient", set()),
        ("story-share social", {"share"}),
        ("comments-area", {"comments"}),
        ("wp-caption-text", {"caption"}),
    ],
)
def test_names_of_containers_are_read_as_words(names, kinds):
    assert container_kinds(names) == kinds


def test_names_of_the_body_and_of_sections():
    assert names_say("body", "c-article__body")
    assert not names_say("body", "body-class")
    assert names_say("path", "uk news commentisfree 2024", kind="opinion")
    assert not names_say("path", "news world europe", kind="opinion")


def test_titles_and_lines_of_pages_that_are_not_shown():
    assert title_kind("404 - Page not found") == "error"
    assert title_kind("Just a moment...") == "error"
    assert title_kind("Log in | The Daily Example") == "login"
    assert title_kind("Minister denies error in budget") is None
    assert text_kind("Subscribe to continue reading this article") == "paywall"
    assert text_kind("He subscribed to that view, and read on.") is None


@pytest.mark.parametrize(
    "line",
    [
        "by " + "A" * 5000,
        "1" * 5000,
        "share " * 5 + "1" * 3000,
        "A›" * 3000,
        "follow on at via " * 400,
        "(" * 4000,
    ],
)
def test_no_line_takes_long(line):
    start = time.process_time()
    for text in (line, line.replace(" ", ""), line + "!"):
        line_kind(text)
        heading_kind(text)
        container_kinds(text)
    assert time.process_time() - start < 1
