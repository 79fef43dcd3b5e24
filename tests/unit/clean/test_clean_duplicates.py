import datetime as dt

import numpy as np
import pytest

from pipeline.clean import sketches
from pipeline.clean.duplicates import Signed, grams, group_duplicates, signature

START = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
STORY = " ".join(
    f"The minister of region {i} told reporters that the dam near town {i * 7} would hold." for i in range(20)
)
OTHER = " ".join(
    f"Shares of company {i} fell by {i} percent after it cut its forecast for the year." for i in range(20)
)


def signed(key, text, hours=0, group=None):
    return Signed(key, signature(text), START + dt.timedelta(hours=hours), group)


def test_signatures_are_the_same_everywhere():
    made = signature("The quick brown fox jumps over the lazy dog.")
    assert len(made) == 64
    assert all(0 <= v < 2**32 for v in made)
    assert made[:3] == signature("the QUICK brown fox; jumps over the lazy dog")[:3]
    assert made[:3] == PINNED


PINNED = [130533969, 769300165, 730131476]


def test_copies_share_the_group_of_the_earliest():
    copy = f"Agency report. {STORY} More on this later."
    groups = group_duplicates([signed("b", STORY, 2), signed("a", copy, 5), signed("c", OTHER, 1)])
    assert groups == {"a": "b", "b": "b", "c": "c"}


def test_the_id_decides_between_articles_of_the_same_time():
    assert group_duplicates([signed("b", STORY), signed("a", STORY)]) == {"a": "a", "b": "a"}


def test_order_does_not_matter():
    articles = [signed(f"x{i}", STORY if i % 2 else OTHER, i) for i in range(8)]
    assert group_duplicates(articles) == group_duplicates(articles[::-1])


def test_earlier_days_keep_their_group_and_pass_it_on():
    history = [signed("old", STORY, -24, group="first")]
    assert group_duplicates([signed("new", STORY)], history) == {"new": "first"}


def test_two_old_groups_joined_by_a_new_article_give_the_earlier_one():
    half = len(STORY) // 2
    history = [signed("p", STORY, -30, group="p"), signed("q", STORY[half:], -50, group="q")]
    found = group_duplicates([signed("new", STORY[half // 3 :])], history)
    assert found["new"] in ("p", "q")
    assert found == group_duplicates([signed("new", STORY[half // 3 :])], history[::-1])


def test_history_without_signatures_is_passed_over():
    assert group_duplicates([signed("a", STORY)], [Signed("z", [], START, "z")]) == {"a": "a"}


def test_nothing_gives_nothing():
    assert group_duplicates([]) == {}
    assert len(signature("")) == 64


# --- shortened copies, which only the texts can tell ------------------------------------------------


def sentences(topic, numbers):
    """One sentence a number, each with words of its own."""
    return [
        f"On {topic} matter {n} the board of harbour {n * 3} voted {n + 2} to {n} after {n * 5} hours of talks."
        for n in numbers
    ]


def told(*parts):
    return " ".join(" ".join(part) for part in parts)


def grouped(texts, *, hours=None, history=()):
    """Groups of ``texts`` by key, with the texts at hand; ``history`` names those of earlier days."""
    order = hours or {key: n for n, key in enumerate(texts)}
    new = [signed(key, text, order[key]) for key, text in texts.items() if key not in history]
    old = [signed(key, texts[key], order[key] - 24, group=key) for key in history]
    return group_duplicates(new, old, texts_of=lambda keys: {k: texts[k] for k in keys})


def test_a_copy_cut_to_half_with_new_words_in_it_is_the_same_story():
    wire = told(sentences("ferry", range(20)))
    copy = told(["Our own desk adds a lead of its own here, in other words."], sentences("ferry", range(8)))
    copy += told([""], sentences("local", range(50, 55)))
    a, b = grams(wire), grams(copy)
    assert len(a & b) / len(a | b) < 0.35
    assert grouped({"wire": wire, "copy": copy}) == {"wire": "wire", "copy": "wire"}
    assert grouped({"wire": wire, "copy": copy}, history=["wire"]) == {"copy": "wire"}
    assert group_duplicates([signed("wire", wire), signed("copy", copy, 1)])["copy"] == "copy"


def test_the_first_is_the_one_that_came_out_first_not_the_longer():
    wire, copy = told(sentences("ferry", range(20))), told(sentences("ferry", range(10)))
    assert set(grouped({"wire": wire, "copy": copy}, hours={"wire": 5, "copy": 2}).values()) == {"copy"}


def test_groups_of_earlier_days_stay_when_a_new_copy_claims_to_be_older():
    texts = {"old": STORY, "new": f"Late edition. {STORY}"}
    assert grouped(texts, hours={"old": 0, "new": -300}, history=["old"]) == {"new": "old"}


def test_two_stories_with_the_same_background_paragraphs_stay_apart():
    background = sentences("background", range(30, 35))
    first = told(sentences("strike", range(10)), background)
    second = told(sentences("court", range(10, 20)), background)
    shared = len(grams(first) & grams(second)) / len(grams(first))
    assert 0.2 < shared < 0.4
    assert grouped({"a": first, "b": second}) == {"a": "a", "b": "b"}


def test_two_stories_around_one_long_quotation_stay_apart():
    quotation = sentences("speech", range(30, 36))
    short = told(quotation, sentences("scene", range(6)))
    long = told(quotation, sentences("budget", range(40, 80)))
    assert grouped({"a": short, "b": long}) == {"a": "a", "b": "b"}


def test_stories_printed_in_one_round_up_do_not_become_one():
    stories = {f"s{n}": told(sentences(f"topic{n}", range(n * 100, n * 100 + 10))) for n in range(3)}
    round_up = told(stories.values())
    found = grouped({**stories, "round-up": round_up})
    assert len({found[key] for key in stories}) == 3
    assert found["round-up"] == "round-up"


def test_a_short_notice_is_no_copy_of_what_quotes_it():
    notice = told(sentences("notice", range(2)))
    report = told(sentences("notice", range(2)), sentences("report", range(10, 14)))
    assert grouped({"notice": notice, "report": report}) == {"notice": "notice", "report": "report"}


def test_texts_that_cannot_be_had_cost_only_that_pair():
    wire, copy = told(sentences("ferry", range(20))), told(sentences("ferry", range(9)))
    new, old = [signed("copy", copy)], [signed("wire", wire, -24, group="wire")]
    assert group_duplicates(new, old, texts_of=lambda _: {"copy": copy}) == {"copy": "copy"}
    assert group_duplicates(new, old, texts_of=lambda _: {"copy": copy, "wire": wire}) == {"copy": "wire"}


@pytest.mark.parametrize("at_once", [2_000_000, 1])
def test_agreement_is_that_of_comparing_every_pair(monkeypatch, at_once):
    monkeypatch.setattr(sketches, "_MATCHES", at_once)
    monkeypatch.setattr(sketches, "_AT_ONCE", at_once + 6)
    draw = np.random.default_rng(7)
    known = draw.integers(0, 4, (30, 64), dtype=np.uint32) * np.uint32(1_000_000_007)
    asked = np.concatenate([draw.integers(0, 4, (40, 64), dtype=np.uint32), known[:3]]).astype(np.uint32)
    expected = {
        (i, j): float((a == k).mean())
        for i, a in enumerate(asked)
        for j, k in enumerate(known)
        if (a == k).mean() >= 0.25
    }
    pairs = sketches.agreeing(list(known), list(asked), least=0.25)
    found = {(i, j): share for i, j, share in pairs.iter_rows()}
    assert found == expected
    assert len(expected) > 30
    assert found[40, 0] == 1.0


def test_nothing_agrees_with_nothing():
    assert sketches.agreeing([], [[1] * 64], least=0.1).is_empty()
    assert sketches.agreeing([[1] * 64], [[2] * 64], least=0.1).is_empty()


def test_of_very_many_copies_the_first_and_the_most_like_are_told(monkeypatch):
    monkeypatch.setattr(sketches, "PARTNERS", 1)
    monkeypatch.setattr(sketches, "_MATCHES", 1)
    one = list(range(64))
    asked = [[*one[:n], *range(1000, 1064 - n)] for n in (32, 40, 64, 48, 64)]
    assert sketches.agreeing([one], asked, least=0.25).rows() == [(0, 0, 0.5), (2, 0, 1.0)]


def test_a_story_with_hundreds_of_copies_is_one_group(monkeypatch):
    monkeypatch.setattr(sketches, "PARTNERS", 5)
    wire = sentences("ferry", range(20))
    copies = {f"c{n:03}": told(wire, [f"Edition {n} of town number {n}."]) for n in range(200)}
    cut = {f"d{n:03}": told(wire[: 9 + n % 3], [f"Cut {n} for page {n}."]) for n in range(50)}
    assert len(set(grouped({**copies, **cut}).values())) == 1
