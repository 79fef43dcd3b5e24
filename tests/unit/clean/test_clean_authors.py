import pytest

from pipeline.clean.authors import clean_names, find_authors
from pipeline.clean.head import read_head
from pipeline.clean.tree import parse


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        (["By Jane Doe"], ["Jane Doe"]),
        (["Jane Doe and John van der Berg"], ["Jane Doe", "John van der Berg"]),
        (["JANE DOE, LI WEI & Omar bin Said"], ["JANE DOE", "LI WEI", "Omar bin Said"]),
        (["Jane Doe, Senior Political Correspondent"], ["Jane Doe"]),
        (["Jane Doe in London"], ["Jane Doe"]),
        (["Jane Doe | Daily Example"], ["Jane Doe"]),
        (["Jane Doe, Daily Example"], ["Jane Doe"]),
        (["Jane Doe Daily Example"], ["Jane Doe"]),
        (["Jane Doe jane.doe@example.com @janedoe"], ["Jane Doe"]),
        (["Jane Doe Nov 18, 2019 at 9:24 pm"], ["Jane Doe"]),
        (["Jane Doe Published 11:11 PM"], ["Jane Doe"]),
        (["Sammy Davis, Jr."], ["Sammy Davis, Jr"]),
        (["Jane Doe, MD, PhD"], ["Jane Doe"]),
        (["Von Miller", "Luigi Di Maio"], ["Von Miller", "Luigi Di Maio"]),
        (["Associated Press"], ["Associated Press"]),
        (["Daily Example"], []),
        (["Daily Example Staff"], []),
        (["admin", "Editor", "https://example.com/jane"], []),
        (["Jane Doe", "jane doe"], ["Jane Doe"]),
        (["12345", ""], []),
    ],
)
def test_names_of_author_fields(fields, names):
    assert clean_names(fields, {"dailyexample"}) == names


def test_text_of_the_page_must_look_like_a_persons_name():
    assert clean_names(["By Jane Doe"], set(), shown=True) == ["Jane Doe"]
    assert clean_names(["Von Anna Muster und Jan Beispiel"], set(), shown=True) == [
        "Anna Muster",
        "Jan Beispiel",
    ]
    assert clean_names(["Share this story with your friends"], set(), shown=True) == []
    assert clean_names(["Regan"], set(), shown=True) == []


def authors(head="", body="<h1 id=h>Ministers meet</h1>", outlets=("Daily Example",)):
    root = parse(f"<html><head>{head}</head><body>{body}</body></html>")
    assert root is not None
    return find_authors(root, read_head(root, None), next(root.iter("h1"), None), outlets)


def ld(author):
    start = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x", "author": '
    return f"{start}{author}}}</script>"


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ('{"@type": "Person", "name": "Jane Doe"}', ["Jane Doe"]),
        ('[{"name": "Jane Doe"}, {"name": "Li Wei"}]', ["Jane Doe", "Li Wei"]),
        ('["Jane Doe", "https://example.com/li"]', ["Jane Doe"]),
        ('"Jane Doe &amp; Li Wei"', ["Jane Doe", "Li Wei"]),
        ('{"@type": "Organization", "name": "Daily Example"}', []),
        ('{"@type": "Person", "name": ["Jane Doe", "Li Wei"]}', ["Jane Doe", "Li Wei"]),
        ("null", []),
        ("42", []),
    ],
)
def test_structured_data(author, names):
    assert authors(ld(author)) == names


def test_references_are_followed():
    graph = (
        '<script type="application/ld+json">{"@graph": [{"@type": "Article", "headline": "x", "author": {"@id": "#p"}},'
        '{"@id": "#p", "@type": "Person", "name": "Jane Doe"}]}</script>'
    )
    assert authors(graph) == ["Jane Doe"]


def test_meta_tags_come_next():
    assert authors(
        '<meta name="author" content="Jane Doe"><meta property="article:author" content="https://x.y/z">'
    ) == ["Jane Doe"]
    assert authors(
        '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Li Wei">'
    ) == ["Li Wei"]


def test_the_byline_under_the_headline_comes_last():
    byline = (
        '<h1>Ministers meet</h1><p class="byline">By Jane Doe, World Editor</p><b class="author">Li Wei</b>'
    )
    assert authors(body=byline) == ["Jane Doe"]
    comments = '<h1>Ministers meet</h1><span class="comment-author">Angry Reader</span>'
    assert authors(body=comments) == []


def test_the_outlet_counts_only_where_it_is_the_shown_byline():
    declared = ld('"Daily Example"')
    assert authors(declared) == []
    assert authors(declared, '<h1>Ministers meet</h1><span class="byline">Daily Example</span>') == [
        "Daily Example"
    ]
