"""The word lists: folded, without doubles, and in step with the code."""

from __future__ import annotations

import csv

import pytest
from actor_stories import Story

from pipeline.extract.article_rows import rule_confidence
from pipeline.extract.lexicon import FOLDER, fold, lexicon

LISTS = sorted(p.name for p in FOLDER.glob("*.csv"))


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("name", LISTS)
def test_rows_are_whole_and_stand_once(name):
    head, *body = rows(name)
    assert all(len(row) == len(head) for row in body)
    keys = [tuple(row[:2]) if name == "function_words.csv" else row[0] for row in body]
    assert len(keys) == len(set(keys))
    assert all(row[0] == row[0].strip().casefold() for row in body)


def test_every_list_has_its_rationale():
    told = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in LISTS if f"`{name}`" not in told] == []


def test_confidence_is_a_chance():
    assert all(0 < c < 1 for c in rule_confidence().values())


def test_the_longest_person_noun_wins():
    found = lexicon().person_noun_ending(["the", "deputy", "prime", "minister"])
    assert found is not None
    assert (found[0].noun, *found[1:]) == ("prime minister", 2, False)
    plural = lexicon().person_noun_ending(["two", "spokeswomen"])
    assert plural is not None
    assert plural[2]
    assert lexicon().person_noun_ending(["blue"]) is None
    assert lexicon().person_noun_ending([]) is None


def test_us_is_a_pronoun_and_the_states_are_not():
    assert Story("[L:US] officials told us no.", ("US officials", "told")).who() == ["US officials"]
    assert fold("Ünïque’s") == "unique's"
