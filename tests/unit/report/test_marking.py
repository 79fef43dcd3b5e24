"""Spans become markup that nests, crosses and escapes rightly."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.marking import LONGEST, Mark, excerpt, mark_up

TAG = re.compile(r"</?mark[^>]*>")


def marked(markup):
    """Every character with the classes of the marks around it."""
    out, stack = [], []
    for part in re.split(r"(</?mark[^>]*>)", markup):
        if part.startswith("</"):
            stack.pop()
        elif part.startswith("<mark"):
            stack.append(re.findall('class="([^"]*)"', part)[0])
        else:
            out += [(c, frozenset(stack)) for c in html.unescape(part)]
    assert not stack
    return out


def test_a_mark_within_a_mark_stays_within():
    made = mark_up("She said it rains", 0, 17, [Mark(0, 17, "content"), Mark(4, 8, "cue")])
    assert made == '<mark class="content">She <mark class="cue">said</mark> it rains</mark>'


def test_marks_that_cross_are_closed_and_opened_again():
    made = mark_up("abcdef", 0, 6, [Mark(0, 4, "a"), Mark(2, 6, "b")])
    assert made == '<mark class="a">ab<mark class="b">cd</mark></mark><mark class="b">ef</mark>'


def test_what_must_be_unique_stands_on_the_first_piece_only():
    mark = Mark(2, 6, "b", (("data-x", "1"),), (("id", "only"),))
    made = mark_up("abcdef", 0, 6, [Mark(0, 4, "a"), mark])
    assert made.count('id="only"') == 1
    assert made.count('data-x="1"') == 2


def test_attributes_are_escaped():
    assert "&lt;b&gt;&#34;" in mark_up("ab", 0, 2, [Mark(0, 1, "x", (("data-note", '<b>"'),))])


spans = st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from(["a", "b", "c"]))


@given(st.text(max_size=40), st.lists(spans, max_size=6))
def test_every_character_stands_in_exactly_the_marks_that_cover_it(text, found):
    marks = [Mark(min(s, e), max(s, e), c) for s, e, c in found]
    got = marked(mark_up(text, 0, len(text), marks))
    wanted = [(c, frozenset(m.css_class for m in marks if m.start <= i < m.end)) for i, c in enumerate(text)]
    assert got == [(html.unescape(html.escape(c)), marks) for c, marks in wanted]


def test_an_excerpt_shows_the_sentence_and_where_it_was_cut():
    text = "First part. " + "word " * 60 + "Before it. “We go,” she said. After it. " + "more " * 60
    start = text.index("“We")
    made = excerpt(text, [Mark(start, start + 8, "content")])
    assert made.startswith("… word")
    assert made.endswith("she said.")
    assert '<mark class="content">“We go,”</mark> she said.' in made
    assert len(TAG.sub("", made)) < 320


def test_a_long_content_is_quoted_by_beginning_and_end():
    text = "Start " + "middle " * 200 + "end"
    made = TAG.sub("", excerpt(text, [Mark(0, len(text), "content")]))
    assert made.startswith("Start")
    assert made.endswith("end")
    assert " … " in made
    assert len(made) <= LONGEST + 20


def test_parts_far_apart_are_joined_by_an_ellipsis_and_paragraphs_break():
    text = "“One,” he said.\n" + "x" * 900 + "\n“Two.”"
    end = len(text)
    made = excerpt(text, [Mark(0, 6, "content"), Mark(end - 6, end, "content")])
    assert TAG.sub("", made) == "“One,” he said. … “Two.”"


@pytest.mark.parametrize("text", ["", "<script>alert(1)</script>"], ids=["empty", "script"])
def test_text_is_escaped(text):
    assert "<script" not in mark_up(text, 0, len(text), [])
