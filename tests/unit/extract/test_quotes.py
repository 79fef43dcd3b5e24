from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.quotes import normal_marks, quotations


def quoted(text: str) -> list[str]:
    return [text[q.start : q.end] for q in quotations(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Yes," she said.', ['"Yes,"']),
        ("“Yes,” she said. “No.”", ["“Yes,”", "“No.”"]),
        ("« Oui », dit-elle.", ["« Oui »"]),
        ("„Ja“, sagte er.", ["„Ja“"]),
        ("»Ja«, sagte er.", ["»Ja«"]),
        ("‘We are ready,’ said Ms Orr.", ["‘We are ready,’"]),
        ("'We are ready,' said Ms Orr.", ["'We are ready,'"]),
        ("“He told me ‘never’,” she said.", ["“He told me ‘never’,”"]),
        ("the workers' rights and the '90s", []),
        ("it's the dogs' day", []),
        ("‘He told me “never”,’ she said.", ["‘He told me “never”,’"]),
        ('a 6\'2" player and a 12" record', []),
        ("‘The workers’ rights are safe,’ he said.", ["‘The workers’ rights are safe,’"]),
        ("", []),
        ('"', []),
    ],
    ids=lambda v: v[:20] if isinstance(v, str) else None,
)
def test_marks_of_every_style_are_paired(text, expected):
    assert quoted(text) == expected


def test_a_quotation_over_paragraphs_is_continued_where_each_opens():
    text = "She said: “One.\n“Two.\n“Three.” He left."
    found = quotations(text)
    assert [(text[q.start : q.end], q.closed, q.continued) for q in found] == [
        ("“One.", False, False),
        ("“Two.", False, True),
        ("“Three.”", True, True),
    ]


def test_a_closing_mark_alone_closes_what_the_paragraph_before_left_open():
    text = "“One.\nTwo.” He left."
    assert quoted(text) == ["“One.", "Two.”"]


def test_a_forgotten_closing_mark_costs_only_its_own_quotation():
    assert quoted("“One, he said. “Two,” he added.") == ["“One, he said. ", "“Two,”"]


@given(st.text(alphabet=st.sampled_from("“”\"'‘’«»„ab .\n\x00é😀"), max_size=80))
def test_any_mess_of_marks_gives_ordered_spans_in_range(text):
    found = quotations(text)
    assert all(0 <= q.start < q.end <= len(text) for q in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert len(normal_marks(text)) == len(text)


@pytest.mark.parametrize(("opening", "mark"), [("‘", "’"), ("'", "'")])
def test_british_single_marks_run_over_paragraphs_past_possessives(opening: str, mark: str) -> None:
    text = (
        f"Smith said: {opening}It{mark}s the boys{mark} job to mend it.\n\n"
        f"{opening}Nobody asks the workers{mark} friends.\n\n"
        f"{opening}That is all.{mark} He left."
    )
    found = quotations(text)
    assert [text[q.start : q.end] for q in found] == [
        f"{opening}It{mark}s the boys{mark} job to mend it.",
        f"{opening}Nobody asks the workers{mark} friends.",
        f"{opening}That is all.{mark}",
    ]
    assert [q.continued for q in found] == [False, True, True]
    assert [q.closed for q in found] == [False, False, True]
    assert len(normal_marks(text)) == len(text)


def test_two_single_marks_are_one_double_mark() -> None:
    text = "He said, ''We've shown it,'' and left. ``So?'' It is 6'2'' tall."
    assert [text[q.start : q.end] for q in quotations(text)] == ["''We've shown it,''", "``So?''"]
    assert (
        normal_marks(text).split()
        == "He said, \"We've shown it,\" and left. \"So?\" It is 6'2'' tall.".split()
    )
    assert len(normal_marks(text)) == len(text)
