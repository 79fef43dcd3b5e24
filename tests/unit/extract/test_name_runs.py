"""Name runs: names grown to all of their capitals, words that are no names left out."""

from __future__ import annotations

import re

import pytest

from pipeline.extract.name_runs import completed, full_names, whole_names
from pipeline.extract.name_spans import NameSpan

TYPES = {"P": "PERSON", "O": "ORGANIZATION", "L": "LOCATION", "M": "MISC"}
KNOWN = {"Washington", "Danish", "Clinton", "White House"}


def spans(marked):
    out, found, last = "", [], 0
    for m in re.finditer(r"\[([POLM]):([^\]]+)\]", marked):
        out += marked[last : m.start()]
        found.append(NameSpan(len(out), len(out) + len(m.group(2)), TYPES[m.group(1)], 1.0))
        out += m.group(2)
        last = m.end()
    return out + marked[last:], found


def grown(marked):
    text, found = spans(f"{marked} and nobody else wrote anything about that")
    return [
        (text[s.start : s.end], s.name_type) for s in whole_names(text, found, is_known=KNOWN.__contains__)
    ]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("that [P:Corvel] [O:Parts] repay it", [("Corvel Parts", "ORGANIZATION")]),
        ("that [L:Corvel] Parts repay it", [("Corvel Parts", "LOCATION")]),
        ("the [O:Anti][M:-][O:Doping Agency] says", [("Anti-Doping Agency", "ORGANIZATION")]),
        ("Minister [P:Inga] [P:Orlo] said", [("Inga Orlo", "PERSON")]),
        ("the Dock and [O:Ferry] Workers’ Union said", [("Ferry Workers’ Union", "ORGANIZATION")]),
        ("in the Tarn [O:Bank] they said", [("Tarn Bank", "ORGANIZATION")]),
        ("then [P:Julie] A. [P:Diaz Marten] said", [("Julie A. Diaz Marten", "PERSON")]),
        ("president of [O:Local] 88 said", [("Local 88", "ORGANIZATION")]),
    ],
)
def test_a_name_takes_in_the_capitals_beside_it(marked, expected):
    assert grown(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("the [M:Danish] Foreign Minister said", ["Danish"]),
        ("the [L:Estmar] Energy Minister said", ["Estmar"]),
        ("Estmar’s [O:Energy] Minister Ann Lund said", []),
        ("the [P:Clinton] [O:White House] said", ["Clinton", "White House"]),
        ("the [L:Washington] [P:Ann Lund] knew", ["Washington", "Ann Lund"]),
        ("[L:Orlo] Tuesday said", ["Orlo"]),
        ("[L:Orlo] Wins Fight Over Local Bridges\nand then", ["Orlo"]),
    ],
)
def test_titles_known_names_days_and_headlines_stop_a_name(marked, expected):
    assert [name for name, _ in grown(marked)] == expected


@pytest.mark.parametrize(
    ("marked", "kind"),
    [
        ("on [O:River Tesk] it", "LOCATION"),
        ("at [O:Quill Street] it", "LOCATION"),
        ("the [L:Tesk Commission] said", "ORGANIZATION"),
        ("when [P:Corvel Components] told", "ORGANIZATION"),
    ],
)
def test_first_and_last_word_tell_the_type(marked, kind):
    assert grown(marked)[0][1] == kind


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("with [P:sugar beet] in", []),
        ("[O:Palace] spoke. The palace then", []),
        ("the [O:Palace] spoke. The palace then", ["Palace"]),
        ("[P:Bill Gates] spoke. [P:Gates] went; the gates shut", ["Bill Gates", "Gates"]),
    ],
)
def test_ordinary_words_are_no_names(marked, expected):
    assert [name for name, _ in grown(marked)] == expected


@pytest.mark.parametrize(
    "marked", ["[P:Inspector Dana Orlo]", "[P:Dana Orlo KC]", "[P:Chief Inspector Dana Orlo]"]
)
def test_offices_and_letters_are_no_part_of_a_name(marked):
    assert [name for name, _ in grown(f"so {marked} said")] == ["Dana Orlo"]


def test_the_dateline_is_a_place():
    text, found = spans("PORT [O:AMERY], Dec 2 (Wire) - [L:Estmar] said")
    names = whole_names(text, found)
    assert [(text[s.start : s.end], s.name_type) for s in names] == [
        ("PORT AMERY", "LOCATION"),
        ("Estmar", "LOCATION"),
    ]


def test_a_first_name_at_the_sentence_start_is_taken_from_another_mention():
    full, bare = spans("[P:Colm Farran] spoke"), spans("Colm [P:Farran] went. Then [P:Farran] came")
    names = completed(*bare, full_names([full]))
    assert [bare[0][s.start : s.end] for s in names] == ["Colm Farran", "Farran"]
