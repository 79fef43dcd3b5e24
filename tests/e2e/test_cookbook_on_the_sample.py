"""Every question of docs/analysts.md, asked of the bundled articles as it stands there."""

import datetime as dt
import re
from pathlib import Path

import pytest

from pipeline.resources.publication import query_published

pytestmark = pytest.mark.slow
DOC = Path(__file__).parents[2] / "docs" / "analysts.md"
QUESTION = re.compile(r"^### (\d+)\. .+?$.*?^```sql\n(.+?)^```", re.M | re.S)
QUESTIONS = {int(number): sql for number, sql in QUESTION.findall(DOC.read_text(encoding="utf-8"))}
UNANSWERED = {7}
"""No two actors of the sample speak of each other."""


@pytest.fixture(scope="module")
def ask(sample_run):
    return lambda number: query_published(sample_run.data_dir, QUESTIONS[number])


@pytest.mark.parametrize("number", QUESTIONS)
def test_the_sample_answers(ask, number):
    assert ask(number).height > 0 or number in UNANSWERED


def test_one_actors_days_are_those_that_articles_cover(ask):
    assert ask(4).rows() == [
        (dt.date(2021, 11, 30), 0),
        (dt.date(2021, 12, 1), 5),
        (dt.date(2021, 12, 2), 0),
    ]


def test_the_actor_speaks_of_russia(ask):
    assert "Russia" in ask(5)["mentioned_actor_name"].to_list()
    assert "Dmytro Kuleba" in ask(6)["actor_name"].to_list()
    assert any("Russia" in content for content in ask(25)["content_text"])


def test_the_wire_is_first_and_the_paper_that_reprints_it_follows(ask):
    versions = ask(13)
    assert versions["outlet_name"].to_list() == ["Meridian Wire", "Northfield Post"]
    assert versions["content_text"].n_unique() == 2
    assert set(ask(14)["first_outlet_name"]) == {"Meridian Wire"}
    first = {row["outlet_name"]: row for row in ask(15).rows(named=True)}
    assert first["Meridian Wire"]["followed"] == first["Northfield Post"]["first_reports"] == 0
    assert first["Northfield Post"]["followed"] > 0
    assert ("Northfield Post", 4, 1) in ask(29).rows()


def test_weekdays_are_of_the_days_that_articles_cover(ask):
    assert [row[:2] for row in ask(17).rows()] == [("Tuesday", 1), ("Wednesday", 1), ("Thursday", 1)]


def test_what_could_not_be_read_has_its_reason(ask):
    reasons = {(str(row[0]), row[1]): row[-1] for row in ask(31).rows() if row[-1]}
    assert reasons == {
        ("2021-12-01", "articles"): "other_language",
        ("2021-12-02", "articles"): "not_article",
    }


def test_it_all_adds_up(ask):
    assert ask(32)["is_complete"].to_list() == [True]
