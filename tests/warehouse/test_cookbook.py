"""Every query of docs/analysts.md runs against a publication and says something."""

import re
from pathlib import Path

import pytest
from small_lake import BORDURIA, MARLOW, PETROV

from pipeline.resources.publication import query_published

DOC = Path(__file__).parents[2] / "docs" / "analysts.md"
QUESTION = re.compile(r"^### (\d+)\. (.+?)$.*?^```sql\n(.+?)^```", re.M | re.S)
QUESTIONS = {f"{n}. {title}": sql for n, title, sql in QUESTION.findall(DOC.read_text(encoding="utf-8"))}
NAMES = {"Dmytro Kuleba": MARLOW.name, "Russia": BORDURIA.name}
"""Names in the document, of the sample articles, and who stands in the small lake for them."""


def ask(publication, question):
    sql = QUESTIONS[question]
    for name, other in NAMES.items():
        sql = sql.replace(f"'{name}'", f"'{other}'")
    return query_published(publication.path.parent, sql)


def one(publication, number):
    return ask(publication, next(q for q in QUESTIONS if q.startswith(f"{number}. ")))


def test_there_are_enough_questions_and_every_one_has_its_number():
    assert len(QUESTIONS) >= 30
    assert [int(q.split(".")[0]) for q in QUESTIONS] == list(range(1, len(QUESTIONS) + 1))


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_of_the_cookbook_is_answered(publication, question):
    assert ask(publication, question).height > 0


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_come_in_one_order(question):
    assert "order by" in QUESTIONS[question] or "is_complete" in QUESTIONS[question]


def test_who_spoke_most_this_week(publication):
    assert one(publication, 1).row(0)[:3] == (PETROV.name, "person", 8)


def test_silence_counts_as_zero(publication):
    assert one(publication, 4).rows() == [
        (day, n) for day, n in zip(one(publication, 4)["date_day"].to_list(), [5, 1, 1, 0, 0], strict=True)
    ]


def test_countries_accuse_each_other(publication):
    assert sorted(one(publication, 16).rows()) == [("GB", "RU", 1, 1), ("RU", "GB", 1, 1)]


def test_all_versions_of_a_quotation_are_found_over_outlets_and_days(publication):
    versions = one(publication, 13)
    assert versions.height == 4
    assert versions["outlet_name"].to_list()[0] == "Invented Wire"
    assert versions["content_text"].n_unique() == 2


def test_who_first_printed_a_phrase(publication):
    first = one(publication, 11).row(0, named=True)
    assert "ready" in first["content_text"]


def test_unnamed_speakers_are_a_share_of_an_outlets_statements(publication):
    assert one(publication, 9).row(0)[:3] == ("The Gazette, Invented", 11, 18.2)


def test_it_all_adds_up(publication):
    assert one(publication, 32)["is_complete"].to_list() == [True]
