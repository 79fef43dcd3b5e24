"""The gold set itself: built from its source, offsets right, every pattern there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import build_gold
import pytest
from build_gold import GOLD, PATTERNS, SOURCE, GoldError, build, statement_type, unmark

from pipeline.extract.gold import read_gold_folder

DOCUMENTS = read_gold_folder(GOLD)
LEAST = 2
"""A pattern that occurs once shows nothing."""


@pytest.mark.parametrize("path", sorted(SOURCE.glob("*.md")), ids=lambda p: p.stem)
def test_gold_is_what_its_source_says(path: Path) -> None:
    text, gold = build(path)
    found = next(d for d in DOCUMENTS if d.name == path.stem)
    assert found.text == text
    assert [a.extra["actor"] for a in found.attributions] == [s["actor"] for s in gold["statements"]]
    assert [a.content for a in found.attributions] == [
        [tuple(span) for span in s["content"]] for s in gold["statements"]
    ]


def test_there_is_no_gold_without_a_source() -> None:
    assert {d.name for d in DOCUMENTS} == {p.stem for p in SOURCE.glob("*.md")}


def test_spans_read_as_words() -> None:
    for document in DOCUMENTS:
        for attribution in document.attributions:
            for start, end in (*attribution.speaker, *attribution.cue, *attribution.content):
                words = document.text[start:end]
                assert words
                assert words == words.strip()
                assert "\n" not in words


def test_the_set_is_large_and_varied() -> None:
    statements = [a for d in DOCUMENTS for a in d.attributions]
    assert len(DOCUMENTS) >= 20
    assert len(statements) >= 130
    assert sum(not d.attributions for d in DOCUMENTS) == 2
    seen = Counter(p for a in statements for p in a.extra["patterns"])
    assert {p for p in PATTERNS if seen[p] < LEAST} == set()


def test_addressees_read_as_declared() -> None:
    for document in DOCUMENTS:
        for attribution in document.attributions:
            place = attribution.extra["addressee_span"]
            assert attribution.extra["addressee"] == (document.text[place[0] : place[1]] if place else None)


def test_marks_nest_and_are_shared() -> None:
    marked = unmark("{s1+2 Ann} {q1 said} {c1 {s3 he} {q3 knew}}, {q2 adding} more.")
    assert marked.text == "Ann said he knew, adding more."
    assert marked.spans[2]["speaker"] == [(0, 3)]
    assert [marked.text[a:b] for a, b in marked.spans[1]["content"]] == ["he knew"]


@pytest.mark.parametrize("source", ["{s1 Ann said.", "Ann} said.", "{x1 Ann} said.", "{s Ann} said."])
def test_bad_marks_are_one_clear_error(source: str) -> None:
    with pytest.raises(GoldError):
        unmark(source)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("“No.”", "direct"),
        ("« No. »", "direct"),
        ("‘No,’", "direct"),
        ("that “no” is no", "mixed"),
        ("“no” is “no”", "mixed"),
        ("that it didn’t", "indirect"),
    ],
)
def test_statement_type(content: str, expected: str) -> None:
    assert statement_type(content, [(0, len(content))]) == expected


def test_a_source_that_contradicts_itself_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_gold, "WORDS", (1, 300))
    body = "{s1 Ann} {q1 said} {c1 so}."
    row = "1 | Ann | person | KIND | name | say | p=bare"
    path = tmp_path / "x.md"
    source = f"headline: X\npublished: 2026-01-05\nmentioned: -\n\n{body}\n\n---\n{row}\n"
    path.write_text(source.replace("KIND", "indirect"), encoding="utf-8")
    assert build(path)[1]["statements"][0]["content"] == [[9, 11]]
    path.write_text(source.replace("KIND", "direct"), encoding="utf-8")
    with pytest.raises(GoldError, match=r"x\.md: statement 1 is declared direct"):
        build(path)
