"""Name kinds: unknown names typed by what stands beside them, in this article and in others."""

from __future__ import annotations

import pytest
from test_name_runs import spans

from pipeline.extract.name_kinds import NameKinds, is_adjective
from pipeline.extract.name_spans import NameSpan


def kinds(*marked, known=(), seats=()):
    """Text and type of the names of the first article, the others being there for evidence."""
    judge = NameKinds(set(known).__contains__, set(seats).__contains__)
    articles = [spans(m) for m in marked]
    for at, (text, names) in enumerate(articles):
        judge.observe(str(at), text, names)
    text, names = articles[0]
    return [(text[s.start : s.end], s.name_type) for s in judge.typed("0", text, names)]


@pytest.mark.parametrize(
    ("marked", "kind"),
    [
        ("[P:Valdor]’s foreign minister said", "LOCATION"),
        ("the [O:Valdor] government said", "LOCATION"),
        ("farmers in [P:Kelm] said", "LOCATION"),
        ("the [P:Ardel] islands wait", "LOCATION"),
        ("shares in [P:Corvel] rose", "ORGANIZATION"),
        ("[L:Corvel]’s chief executive said", "ORGANIZATION"),
        ("[P:Medik], which won, said", "ORGANIZATION"),
        ("a visit by the president to [P:Kelm] ended", "LOCATION"),
        ("[P:Valdor]’s [P:Tom Reyl] said", "LOCATION"),
        ("in [P:Farran]’s view it", "PERSON"),
        ("the [M:Northish] government said", "LOCATION"),
        ("a [M:Northish] company said", "MISC"),
        ("[O:Farran], 41, said", "PERSON"),
        ("spokesman [O:Farran] said", "PERSON"),
        ("[P:Wilf] said", "PERSON"),
    ],
)
def test_the_words_beside_a_name_tell_its_kind(marked, kind):
    assert kinds(marked)[0][1] == kind


def test_the_name_of_a_state_is_no_person_but_behind_a_title():
    judge = NameKinds({"Belarus"}.__contains__, {"Belarus"}.__contains__, {"Belarus"}.__contains__)
    for key, marked, kind in (
        ("a", "Its ally [P:Belarus] said", "LOCATION"),
        ("b", "Mr [P:Belarus] said", "PERSON"),
    ):
        text, names = spans(marked)
        judge.observe(key, text, names)
        assert judge.typed(key, text, names)[0].name_type == kind


def test_a_lone_word_that_nothing_makes_a_body_is_none():
    judge = NameKinds(set().__contains__)
    text = "I have lived on Ardel for years"
    weak, strong = (NameSpan(16, 21, "ORGANIZATION", score) for score in (0.36, 0.8))
    judge.observe("a", text, [weak])
    judge.observe("b", text, [strong])
    assert [judge.typed(a, text, [n])[0].name_type for a, n in (("a", weak), ("b", strong))] == [
        "MISC",
        "ORGANIZATION",
    ]


def test_an_adjective_made_of_it_tells_a_state():
    assert kinds("[P:Valdoria] accused the [L:Valdorian] press")[0] == ("Valdoria", "LOCATION")


def test_a_longer_name_tells_what_its_first_word_is():
    names = kinds("[O:Brightmere Ferries] sail. [P:Brightmere] said")
    assert names == [("Brightmere Ferries", "ORGANIZATION"), ("Brightmere", "ORGANIZATION")]


def test_what_lends_its_name_to_a_place_lends_it_to_no_body():
    # Whichever comes first in the text or in a set: once the kind followed the order of a set.
    for text in (
        "[L:River Tess] rose. [O:Tess Ferries] sail. [O:Tess] said",
        "[O:Tess Ferries] sail the [L:River Tess]. [O:Tess] said",
    ):
        assert kinds(text)[2] == ("Tess", "LOCATION")


def test_other_articles_tell_where_this_one_does_not():
    assert kinds("[P:Lindhav] rejected it")[0][1] == "PERSON"
    others = ["flew to [L:Lindhav]. In [L:Lindhav] it", "the mood in [P:Lindhav] was"]
    assert kinds("[P:Lindhav] rejected it", *others)[0][1] == "LOCATION"


def test_a_surname_stays_its_bearer_s():
    names = kinds("[P:Ann Jordan] spoke. In [P:Jordan]’s view")
    assert [k for _, k in names] == ["PERSON", "PERSON"]


def test_known_names_are_left_to_the_seeds_but_a_seat_is_no_person():
    known = {"Madrid", "Clinton"}
    assert kinds("[P:Clinton], which said", known=known)[0][1] == "PERSON"
    assert kinds("[P:Madrid], which said", known=known, seats={"Madrid"})[0][1] == "LOCATION"
    assert kinds("Mr [P:Madrid] said", known=known, seats={"Madrid"})[0][1] == "PERSON"


@pytest.mark.parametrize(
    ("word", "name", "expected"),
    [
        ("valdorian", "valdoria", True),
        ("estmarkian", "estmark", True),
        ("valdoria", "valdoria", False),
        ("marian", "mar", False),
        ("brighton", "brightwater", False),
    ],
)
def test_adjectives_of_countries(word, name, expected):
    assert is_adjective(word, name) is expected
