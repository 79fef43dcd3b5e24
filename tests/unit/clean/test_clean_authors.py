import pytest

from pipeline.clean.authors import find_authors
from pipeline.clean.bylines import clean_names
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
        (["By Jane Doe and Li Wei in Kyiv"], ["Jane Doe", "Li Wei"]),
        (
            ["Jane Doe in Kyiv, Li Wei in London and Tom Roe in Riga"],
            ["Jane Doe", "Li Wei", "Tom Roe"],
        ),
        (["Jane Doe, BBC News, Kyiv"], ["Jane Doe"]),
        (["BY JANE DOE AND LI WEI"], ["JANE DOE", "LI WEI"]),
        (["Von Anna Groß, Max Müller und Tom Klein, Berlin"], ["Anna Groß", "Max Müller", "Tom Klein"]),
        (["Par Jean Dupont et Marie Roy (à Lyon)"], ["Jean Dupont", "Marie Roy"]),
        (["María García y Juan Pérez"], ["María García", "Juan Pérez"]),
        (["José Ortega y Gasset"], ["José Ortega y Gasset"]),
        (["Jan de Vries en Piet Jansen"], ["Jan de Vries", "Piet Jansen"]),
        (["Jan Kowalski i Anna Nowak"], ["Jan Kowalski", "Anna Nowak"]),
        (["Jane Doe with agencies"], ["Jane Doe"]),
        (["Jane Doe with AFP"], ["Jane Doe", "AFP"]),
        (["Jane Doe with additional reporting by Li Wei"], ["Jane Doe"]),
        (["Jane Doe Political editor"], ["Jane Doe"]),
        (["Health correspondent Jane Doe"], ["Jane Doe"]),
        (["Exclusive: Jane Doe"], ["Jane Doe"]),
        (["Text: Jane Doe, Photos: Li Wei"], ["Jane Doe"]),
        (["Jane Doe, Special to The Daily Example"], ["Jane Doe"]),
        (["Daily Example, Hamburg"], []),
        (["Doe, Jane"], ["Jane Doe"]),
        (["Metro Desk, Jane Doe"], ["Jane Doe"]),
        (["Metro Desk"], ["Metro Desk"]),
        (["山田太郎、鈴木花子"], ["山田太郎", "鈴木花子"]),
        (["【記者山田太郎】"], ["山田太郎"]),
        (["Redaktion", "La Rédaction", "Redacción"], []),
    ],
)
def test_names_of_author_fields(fields, names):
    assert clean_names(fields, {"dailyexample", "bbcnews"}) == names


def test_text_of_the_page_must_look_like_a_persons_name():
    assert clean_names(["By Jane Doe"], set(), shown=True) == ["Jane Doe"]
    assert clean_names(["Von Anna Muster und Jan Beispiel"], set(), shown=True) == [
        "Anna Muster",
        "Jan Beispiel",
    ]
    assert clean_names(["Share this story with your friends"], set(), shown=True) == []
    assert clean_names(["Regan"], set(), shown=True) == []


def test_agencies_are_shown_bylines_too():
    assert clean_names(["Reuters"], set(), shown=True) == ["Reuters"]
    assert clean_names(["Jane Doe, dpa"], set(), shown=True) == ["Jane Doe", "dpa"]


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


def test_parts_of_a_byline_that_only_the_style_sheet_sets_apart():
    byline = (
        "<h1>Ministers meet</h1><div class=byline><span>Jane Doe</span><div>Health correspondent</div>"
        "<span>Li Wei</span><div>Reporting from Riga</div></div>"
    )
    assert authors(body=byline) == ["Jane Doe", "Li Wei"]
    two = "<h1>Ministers meet</h1><div><a rel=author href=/1>Jane Doe</a> / <a rel=author href=/2>Li Wei</a></div>"
    assert authors(body=two) == ["Jane Doe", "Li Wei"]


def test_the_photographer_is_no_author():
    body = "<h1>Ministers meet</h1><span class='photo-author'>Li Wei</span><p class=byline>Jane Doe</p>"
    assert authors(body=body) == ["Jane Doe"]


def test_other_stories_in_the_data_are_not_asked():
    listed = (
        '<script type="application/ld+json">{"@type": "ItemList", "itemListElement": [{"item": {"@type": '
        '"NewsArticle", "headline": "y", "author": {"name": "Tom Roe"}}}]}</script>'
    )
    assert authors(listed + ld('"Jane Doe"')) == ["Jane Doe"]
    assert authors(listed + '<meta name="author" content="Jane Doe">') == ["Jane Doe"]
    other = ld('"Tom Roe"').replace('"x"', '"x", "url": "https://example.com/other"')
    own = ld('"Jane Doe"').replace('"x"', '"x", "mainEntityOfPage": {"@id": "https://example.com/own/"}')
    assert authors(f'<link rel=canonical href="https://example.com/own">{other}{own}') == ["Jane Doe"]


def test_given_and_family_names():
    assert authors(ld('{"givenName": "Jane", "familyName": "Doe"}')) == ["Jane Doe"]
