"""Printed interviews: whose words stand behind a label."""

from __future__ import annotations

from actor_stories import Story

INTERVIEW = (
    "[P:Marc Ebber] runs the plant. He met us on Monday.\n"
    "Q: Why now?\n"
    "A: I told the board in May.\n"
    "Q: Was it hard?\n"
    "A: I believe it was."
)


def test_i_in_an_answer_is_the_person_interviewed():
    story = Story(INTERVIEW, ("I", "told"), ("I", "believe"), authors=["Luis Ferr"])
    assert story.who() == ["Marc Ebber", "Marc Ebber"]


def test_who_asks_is_the_author_or_an_interviewer():
    assert Story(INTERVIEW, ("Q", ":"), authors=["Luis Ferr"]).who() == ["Luis Ferr"]
    assert Story(INTERVIEW, ("Q", ":")).who() == ["interviewer"]


def test_a_label_with_a_name_means_its_bearer():
    story = Story(
        "[P:Ida Brekk] won. \nPost: How?\n[P:Brekk]: I told nobody.\nPost: And now?\n[P:Brekk]: I hope to sleep.",
        ("I", "told"),
        ("I", "hope"),
    )
    assert story.who() == ["Ida Brekk", "Ida Brekk"]


def test_i_is_left_open_where_the_person_interviewed_is_not_clear():
    text = INTERVIEW.replace("[P:Marc Ebber] runs the plant. He met us", "We met")
    assert Story(text, ("I", "told"), authors=["Luis Ferr"]).who() == ["(no_antecedent)"]


def test_a_quotation_that_begins_with_a_label_is_its_bearer_s():
    text = "[P:Ann Lund] met [P:Tom Ashe].\n“[P:ASHE]: Why?”\n“[P:LUND]: So.”\n“[P:ASHE]: Now?”\n“[P:LUND]: It ends.”"
    story = Story(text, ("LUND", ":"))
    start = story.text.index("“ASHE: Now")
    story.rows[0] |= dict.fromkeys(("speaker_start", "speaker_end", "cue_start", "cue_end"))
    story.rows[0] |= {"content_spans": [{"start": start, "end": start + 12}], "statement_type": "direct"}
    assert story.who() == ["Tom Ashe"]
