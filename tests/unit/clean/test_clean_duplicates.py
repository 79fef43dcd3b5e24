import datetime as dt

from pipeline.clean.duplicates import Signed, group_duplicates, signature

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
