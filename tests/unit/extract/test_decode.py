"""Decoding on made-up scores: the tagger is played by the test, word by word."""

import re
from dataclasses import replace

import numpy as np
import pytest

from pipeline.extract.decode import decode
from pipeline.extract.findings import Decoding, Found, Places
from pipeline.extract.quotes import quotations
from pipeline.extract.tagger import WindowScores
from pipeline.extract.windows import Window

SURE = np.log(np.array([0.02, 0.96]))


def scores(text: str, cues: dict[str, float], roles: dict[str, dict[str, list[str]]]) -> WindowScores:
    """One piece a word or mark; ``cues`` has the chance of each cue, ``roles`` its speaker and content."""
    spans = [m.span() for m in re.finditer(r"\w+|[^\w\s]", text)]
    n = len(spans) + 2
    starts = np.array([0, *(s for s, _ in spans), 0])
    ends = np.array([0, *(e for _, e in spans), 0])
    window = Window(np.zeros(n, np.int64), np.zeros(n, np.int64), starts, ends)

    def pieces(part: str) -> range:
        at = text.index(part)
        hit = [i for i in range(1, n - 1) if at <= starts[i] < at + len(part)]
        return range(hit[0], hit[-1] + 1)

    cue = np.full((n, 3), np.log(0.01), np.float32)
    cue[:, 0] = np.log(0.98)
    anchors, rows = [], []
    for word, chance in cues.items():
        first = pieces(word)
        cue[first.start] = np.log([1 - chance, chance, 0.01])
        for i in list(first)[1:]:
            cue[i] = np.log([0.01, 0.01, 0.98])
        row = np.full((n, 3), np.log(0.02), np.float32)
        row[:, 0] = np.log(0.96)
        for value, role in ((1, "speaker"), (2, "content")):
            for part in roles.get(word, {}).get(role, []):
                for i in pieces(part):
                    row[i] = np.log(0.02)
                    row[i, value] = np.log(0.96)
        anchors.append(first.start)
        rows.append(row)
    names = np.zeros((n, 9), np.float32)
    order = np.argsort(anchors)
    roles_array = np.stack([rows[i] for i in order]) if rows else np.zeros((0, n, 3), np.float32)
    return WindowScores(
        window, cue, names, np.array(sorted(anchors), np.int64), roles_array, np.zeros((n, n), np.float32)
    )


def run(
    text: str, cues: dict[str, float], roles: dict[str, dict[str, list[str]]]
) -> list[tuple[str, str, list[str]]]:
    found = decode(text, [scores(text, cues, roles)], quotations(text))
    return [
        (
            text[slice(*f.speaker)] if f.speaker else "",
            text[slice(*f.cue)] if f.cue else "",
            [text[s:e] for s, e in f.content],
        )
        for f in found
    ]


def test_speaker_cue_and_content_are_read_from_the_scores():
    text = "Ann Orr said the bridge would open."
    got = run(text, {"said": 0.9}, {"said": {"speaker": ["Ann Orr"], "content": ["the bridge would open"]}})
    assert got == [("Ann Orr", "said", ["the bridge would open"])]


def test_one_speaker_serves_two_cues():
    text = "He said it was late, adding that he was tired."
    got = run(
        text,
        {"said": 0.9, "adding": 0.8},
        {
            "said": {"speaker": ["He"], "content": ["it was late"]},
            "adding": {"speaker": ["He"], "content": ["that he was tired"]},
        },
    )
    assert [(s, c) for s, c, _ in got] == [("He", "said"), ("He", "adding")]


def test_an_unlikely_cue_is_left_out():
    text = "Ann Orr walked the long way home."
    assert run(text, {"walked": 0.3}, {"walked": {"speaker": ["Ann Orr"], "content": ["the long way"]}}) == []


def test_an_unlikely_cue_counts_when_its_content_is_a_quotation_that_nobody_claims():
    text = "“We will open the bridge in May,” Ann Orr smiled."
    roles = {"smiled": {"speaker": ["Ann Orr"], "content": ["We will open the bridge in May"]}}
    assert run(text, {"smiled": 0.3}, roles) == [("Ann Orr", "smiled", ["“We will open the bridge in May,”"])]


def test_content_that_covers_most_of_a_quotation_takes_all_of_it():
    text = "Ann Orr said: “We will open the bridge in May.”"
    roles = {"said": {"speaker": ["Ann Orr"], "content": ["We will open the bridge"]}}
    assert run(text, {"said": 0.9}, roles)[0][2] == ["“We will open the bridge in May.”"]


def test_a_word_of_the_speaker_inside_a_quotation_keeps_it_from_growing():
    text = "“We, said Ann Orr, will open the bridge.”"
    roles = {"said": {"speaker": ["Ann Orr"], "content": ["will open the bridge"]}}
    assert run(text, {"said": 0.9}, roles)[0][2] == ["will open the bridge"]


def test_two_neighbouring_beginnings_are_one_cue():
    text = "Ann Orr had said the bridge would open."
    roles = {
        "had": {"speaker": ["Ann Orr"], "content": ["the bridge would open"]},
        "said": {"speaker": ["Ann Orr"], "content": ["the bridge would open"]},
    }
    assert len(run(text, {"had": 0.35, "said": 0.3}, roles)) == 1


def test_a_paragraph_that_is_all_quotation_goes_on_from_the_one_before():
    text = "Ann Orr said: “The bridge is safe now.\n“We will open it in the month of May.”"
    roles = {"said": {"speaker": ["Ann Orr"], "content": ["The bridge is safe now"]}}
    assert run(text, {"said": 0.9}, roles) == [
        ("Ann Orr", "said", ["“The bridge is safe now.", "“We will open it in the month of May.”"])
    ]


def test_scare_quotes_after_a_quotation_are_not_taken_in():
    text = "Ann Orr said: “The bridge is safe now.”\n“Safe” is a big word."
    roles = {"said": {"speaker": ["Ann Orr"], "content": ["The bridge is safe now"]}}
    assert run(text, {"said": 0.9}, roles)[0][2] == ["“The bridge is safe now.”"]


def test_a_signed_quotation_belongs_to_the_name_after_the_dash():
    text = "“The bridge was closed far too long for us.”\n― Ann Orr, shopkeeper\nBo Lee said it rained."
    got = run(text, {"said": 0.9}, {"said": {"speaker": ["Bo Lee"], "content": ["it rained"]}})
    assert got == [
        ("Ann Orr", "―", ["“The bridge was closed far too long for us.”"]),
        ("Bo Lee", "said", ["it rained"]),
    ]


def test_unquoted_content_ends_with_its_paragraph():
    text = "Ann Orr said the bridge would open\nMore news follows below"
    roles = {"said": {"speaker": ["Ann Orr"], "content": ["the bridge would open\nMore news"]}}
    assert run(text, {"said": 0.9}, roles)[0][2] == ["the bridge would open"]


@pytest.mark.parametrize("cue", [0.2, 0.9])
def test_every_span_is_in_range_and_not_empty(cue):
    text = "“A b c d e f,” said X. “"
    for f in decode(text, [scores(text, {"said": cue}, {})], quotations(text), Decoding()):
        assert all(0 <= s < e <= len(text) for s, e in f.content)


def test_a_quoted_sentence_that_nobody_claims_is_a_statement_without_speaker():
    text = "Snow fell.\n\n“Twenty-five minutes in this snow? Never.” Nobody answered."
    assert run(text, {}, {}) == [("", "", ["“Twenty-five minutes in this snow? Never.”"])]


def test_titles_and_borrowed_words_are_no_statements_of_nobody():
    text = "She read “the long road to the sea” and “A Very Short History of Rain” twice."
    assert run(text, {}, {}) == []


def test_a_block_after_a_colon_is_what_was_announced():
    text = "The governor added:\n\nIt was typical of them. They know nothing.\n\nHe left."
    got = run(text, {"added": 0.9}, {"added": {"speaker": ["The governor"]}})
    assert got == [("The governor", "added", ["It was typical of them. They know nothing."])]


def test_a_block_that_is_somebody_elses_is_left_alone():
    text = "The governor added:\n\nMr Orr said it was late."
    got = run(
        text,
        {"added": 0.9, "said": 0.9},
        {"added": {"speaker": ["The governor"]}, "said": {"speaker": ["Mr Orr"], "content": ["it was late"]}},
    )
    assert got == [("Mr Orr", "said", ["it was late"])]


def test_the_work_grows_linearly_with_the_text(monkeypatch):
    """Quotations and cues are held against their neighbours alone."""

    def looked_at(copies: int) -> int:
        story = 'The minister said "we will open the road again". The mayor called it "a good and long awaited day".\n'
        text, windows = story * copies, []
        for i in range(copies):
            one = scores(
                story,
                {"said": 0.9, "called": 0.3},
                {"said": {"speaker": ["The minister"], "content": ['"we will open the road again"']}},
            )
            at = one.window
            shifted = Window(at.ids, at.kinds, at.starts + i * len(story), at.ends + i * len(story))
            windows.append(replace(one, window=shifted))
        seen = 0
        near = Places.near

        def counting(self: Places, start: int, end: int) -> list[Found]:
            nonlocal seen
            out = near(self, start, end)
            seen += len(out)
            return out

        with monkeypatch.context() as patch:
            patch.setattr(Places, "near", counting)
            assert len(decode(text, windows, quotations(text))) >= copies
        return seen

    few, many = looked_at(20), looked_at(160)
    assert few > 0
    assert many <= 8 * few * 1.1
