"""The shipped model on texts of every sort: never an exception, offsets always right."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.extract.attributions import MODEL_DIR, extract_attributions, read_text, statement_type
from pipeline.extract.quotes import quotations
from pipeline.extract.tagger import MODEL_FILE, Tagger
from pipeline.ids import content_hash
from pipeline.schemas import ATTRIBUTIONS, NAMES

STORY = (
    "Harbour master Ann Orr said on Tuesday that the bridge would open in May.\n"
    "“We are confident,” she told reporters. “The work is nearly done.”\n"
    "The union denied that its members had been paid."
)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(MODEL_DIR)


def check(text: str, tagger: Tagger) -> None:
    reading = read_text(text, tagger)
    for found in reading.found:
        spans = [*found.content, *(s for s in (found.cue, found.speaker) if s)]
        assert spans
        assert all(0 <= s < e <= len(text) for s, e in spans)
        assert 0 <= found.confidence <= 1
    assert all(0 <= n.start < n.end <= len(text) for n in reading.names)


def test_a_plain_story_gives_its_speakers(tagger):
    found = read_text(STORY, tagger).found
    speakers = [STORY[slice(*f.speaker)] if f.speaker else None for f in found]
    assert "Harbour master Ann Orr" in speakers
    assert "she" in speakers
    assert any("The work is nearly done" in STORY[s:e] for f in found for s, e in f.content)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n\n",
        "Yes",
        "“”“”‘’\"\"''«»",
        "“““ he said ”",
        "He said: “",
        "”” closing first “",
        "\x00\x01 He said\x00 no\x07.",
        "قال الوزير: «نحن مستعدون»، وأضاف أن العمل سيستمر.",
        "部长说：“我们准备好了。”",
        "He said 🎉🎉: “👩‍👩‍👧‍👦 yes 🇺🇦”",
        "Die Ministerin sagte: „Wir sind bereit.“",
        "a" * 5000,
        "word " * 2000,
        "\u202eHe said no\u202c to Ann.",
        "\ud800 he said",
    ],
    ids=lambda t: repr(t[:18]),
)
def test_odd_texts_never_raise_and_offsets_hold(text, tagger):
    check(text, tagger)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["He said", "“", "”", '"', "‘", "’", "\n", "that it rains", "NATO", "é😀", ", ", "."])
    )
)
def test_shuffled_news_never_raises_and_offsets_hold(tagger, parts):
    check(" ".join(parts), tagger)


def test_work_grows_linearly_with_length(tagger):
    def pieces(text: str) -> int:
        sizes = [len(scores.window.ids) for scores in tagger.scores(text)]
        assert max(sizes) <= int(tagger.card["window"]) + 2
        return sum(sizes)

    assert pieces(f"{STORY}\n" * 80) <= 8 * pieces(f"{STORY}\n" * 10) * 1.05


def test_frames_have_the_lakes_schemas_and_the_same_rows_twice(tagger):
    articles = pl.DataFrame(
        {
            "partition_date": [dt.date(2021, 12, 1)] * 2,
            "article_id": ["b", "a"],
            "document": ["2", "1"],
            "text": [STORY, ""],
        }
    )
    first, again = extract_attributions(articles, tagger), extract_attributions(articles, tagger)
    assert first.attributions.schema == ATTRIBUTIONS.schema
    assert first.names.schema == NAMES.schema
    assert first.attributions.equals(again.attributions)
    assert set(first.attributions["article_id"]) == {"b"}
    for row in first.attributions.iter_rows(named=True):
        if row["speaker_start"] is not None:
            assert STORY[row["speaker_start"] : row["speaker_end"]] == row["speaker_text"]
    assert first.attributions["attribution_id"].is_unique().all()


@pytest.mark.parametrize(
    ("text", "content", "expected"),
    [
        ("“Yes, we will.”", "“Yes, we will.”", "direct"),
        ("it was “very” bad", "it was “very” bad", "mixed"),
        ("it was bad", "it was bad", "indirect"),
        ("‘Yes, we will,’ she said", "‘Yes, we will,’", "direct"),
    ],
)
def test_statement_type_goes_by_the_quoted_words(text, content, expected):
    start = text.index(content)
    assert statement_type(text, [(start, start + len(content))], quotations(text)) == expected


def test_the_shipped_model_is_the_one_of_its_card(tagger):
    assert content_hash((MODEL_DIR / MODEL_FILE).read_bytes()) == tagger.card["sha256"]
    assert (MODEL_DIR / MODEL_FILE).stat().st_size <= 25_000_000


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="incomplete"):
        Tagger(tmp_path)
