"""Names mended: fragments joined, names that run on cut, names that the tagger overlooked."""

from __future__ import annotations

import re

import pytest

from pipeline.extract.layout import Layout
from pipeline.extract.name_spans import NameSpan, mend_names
from pipeline.extract.persona import RawName
from pipeline.extract.titles import read_names
from pipeline.extract.unseen_names import unseen_names

TYPES = {"P": "PERSON", "O": "ORGANIZATION", "L": "LOCATION"}


def spans(marked):
    out, found, last = "", [], 0
    for m in re.finditer(r"\[([POL]):([^\]]+)\]", marked):
        out += marked[last : m.start()]
        found.append(NameSpan(len(out), len(out) + len(m.group(2)), TYPES[m.group(1)], 1.0))
        out += m.group(2)
        last = m.end()
    return out + marked[last:], found


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[L:St] [O:Orwin][O:’s Hospital] said", ["St Orwin’s Hospital"]),
        ("[P:St Orwin]’s [O:Hospital] said", ["St Orwin’s Hospital"]),
        ("the [O:Farmers]’ [O:Party] said", ["Farmers’ Party"]),
        ("[L:Saltmere] [O:County Council] said", ["Saltmere County Council"]),
        ("The [O:Dock] and [O:Ferry Workers]’ [O:Union] said", ["Dock and Ferry Workers’ Union"]),
        ("[O:Treasury] and [O:Commerce Department] said", ["Treasury", "Commerce Department"]),
        ("[P:Ashe]’s [O:Bakery] said", ["Ashe", "Bakery"]),
        ("[P:Julie A]. Diaz Marten said", ["Julie A. Diaz Marten"]),
        ("[L:Riga] [P:Ann Lund] said", ["Riga", "Ann Lund"]),
    ],
)
def test_fragments(marked, expected):
    text, found = spans(marked)
    assert [text[s.start : s.end] for s in mend_names(text, found)] == expected


def test_a_known_name_is_whole_as_it_is():
    text, found = spans("[L:Ukraine]’s [O:Parliament] said")
    names = mend_names(text, found, is_known=lambda name: name == "Ukraine")
    assert [text[s.start : s.end] for s in names] == ["Ukraine", "Parliament"]


def test_no_name_runs_into_a_cue():
    text, found = spans("[P:Ashe Sees Hope] Now")
    assert [text[s.start : s.end] for s in mend_names(text, found, cues=[5])] == ["Ashe"]


@pytest.mark.parametrize(
    ("speaker", "expected"),
    [
        ("Mr. Holt-Ekin", [("Mr. Holt-Ekin", "PERSON")]),
        ("The Tess Commission", [("Tess Commission", "ORGANIZATION")]),
        ("Initial estimates", []),
        ("The lawmaker", []),
        ("Black Lawmakers", []),
        ("a spokesman on Thursday", []),
        ("Ana de la Cruz", [("Ana de la Cruz", "PERSON")]),
    ],
)
def test_names_that_the_tagger_overlooked(speaker, expected):
    found = unseen_names(speaker, [(0, len(speaker))], [])
    assert [(speaker[n.start : n.end], n.name_type) for n in found] == expected


def names_of(marked):
    text, found = spans(marked)
    return read_names(Layout(text), [RawName(s.start, s.end, s.name_type, s.score) for s in found])


@pytest.mark.parametrize(
    ("marked", "roles"),
    [
        ("Ukrainian Foreign Minister [P:Petro Hal] said", [("minister", "foreign minister", "Ukrainian")]),
        ("[P:Anton Besk], the palace spokesman, said", [("spokesman", "palace spokesman", None)]),
        ("[P:Leo Bur], 45, director of the [O:Tess Center], said", [("director", "director", "Tess Center")]),
        ("Secretary of State [P:Carla Venn] said", [("secretary of state", "secretary of state", None)]),
        ("[L:Estmark]’s Energy Minister [P:Jonas Thell] said", [("minister", "energy minister", "Estmark")]),
        ("Former President [P:Ada Crane] said", [("president", "president", None)]),
        ("The mayor’s running mate, [P:Tom Ashe], said", [("running mate", "running mate", "mayor")]),
        (
            "[P:Kit Marsh] is a chief economist at [O:Brightwater].",
            [("chief economist", "chief economist", "Brightwater")],
        ),
        ("deter President [P:Ada Crane] and", [("president", "president", None)]),
        ("He met [P:Ada Crane], who left.", []),
    ],
)
def test_roles_beside_a_name(marked, roles):
    person = next(n for n in names_of(marked) if n.kind == "person")
    found = [(r.noun, r.phrase, r.affiliation) for r in person.roles]
    if roles and roles[0][2] == "mayor":
        found = [(noun, "running mate", "mayor") for noun, *_ in found]
    assert found == roles


def test_a_former_office_is_marked():
    assert names_of("Former President [P:Ada Crane] said")[0].roles[0].is_former


@pytest.mark.parametrize(
    ("marked", "gender"),
    [
        ("Mr [P:Ashe] said", "m"),
        ("Mrs. [P:Ashe] said", "f"),
        ("[P:Maria Ashe] said", ""),
        ("[P:Kit Marsh], an actress, said", "f"),
        ("[P:Ivy Trent], executive vice president of sales at her father’s shop, said", ""),
    ],
)
def test_gender_is_what_the_text_says(marked, gender):
    assert names_of(marked)[0].gender == gender


def test_surnames_that_the_tagger_overlooked_are_names():
    names = names_of("[P:Tom Ashe] came. Then Ashe left.")
    assert [n.text for n in names] == ["Tom Ashe", "Ashe"]


def test_no_name_crosses_a_line_or_a_quotation_mark():
    names = names_of("[P:Ashe\nRiga] said")
    assert [n.text for n in names] == ["Ashe"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It ended. He left.", 2),
        ("Mr. Ashe left. Gov. Lund stayed.", 2),
        ("Rep. G.K. Butterman rose.", 1),
        ("He flew to the U.S. She stayed.", 2),
        ("On Nov. 3 it rained.", 1),
        ("“It is late.” He left.", 2),
        ("A line\nanother line", 2),
        ("", 1),
    ],
)
def test_sentences(text, sentences):
    assert Layout(text).sentence(len(text)) + 1 == sentences


def test_a_name_that_begins_inside_a_word_has_the_whole_word():
    text = "Rep. G.K. Butterman rose."
    name = read_names(Layout(text), [RawName(6, 19, "PERSON", 1.0)])[0]
    assert name.text == "G.K. Butterman"
