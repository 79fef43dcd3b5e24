"""The three tables: ids, merging over articles, roles, mentions, rejects, and what must always hold."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from actor_stories import Story, cues, seeds, together, who

from pipeline.extract.statements import make_statements
from pipeline.ids import stable_id
from pipeline.schemas import ACTORS, ARTICLES, ATTRIBUTIONS, MENTIONS, NAMES, STATEMENTS

PORT = (
    "[M:Ukrainian] Foreign Minister [P:Petro Hal] told reporters on Tuesday that [L:Russia] had closed the port. "
    "He added that [O:NATO] knew. The [O:Kremlin] said in [L:Moscow] that it was open."
)
PORT_SAID = (("Ukrainian Foreign Minister Petro Hal", "told"), ("He", "added"), ("The Kremlin", "said"))


def port(article_id="a"):
    return Story(PORT, *PORT_SAID, article_id=article_id)


def test_rows_have_the_lake_s_schemas_and_spans_are_slices():
    story = port()
    made = story.made()
    assert made.statements.schema == STATEMENTS.schema
    assert made.mentions.schema == MENTIONS.schema
    assert made.actors.schema == ACTORS.schema
    for start, end, text in made.mentions.select("start", "end", "mention_text").iter_rows():
        assert story.text[start:end] == text
    assert made.rejects == []


def test_statement_fields():
    first, second, third = port().made().statements.iter_rows(named=True)
    assert first["statement_date"] == dt.date(2021, 11, 30)
    assert second["statement_date"] == dt.date(2021, 12, 1)
    assert (first["addressee"], first["cue_lemma"], first["cue_class"]) == ("reporters", "tell", "say")
    assert [r["resolution"] for r in (first, second, third)] == ["name", "pronoun", "metonym"]
    assert second["confidence"] < first["confidence"] < 1
    assert len(first["content_minhash"]) == 32
    assert first["statement_id"] == stable_id("statement", "a:0", 0)


def test_mentions_say_where_they_stand():
    story = port()
    made = story.made()
    named = made.mentions.join(made.actors.select("actor_id", "actor_name"), on="actor_id")
    rows = {
        (r["mention_text"], r["place"]): (r["actor_name"], r["mention_type"])
        for r in named.iter_rows(named=True)
    }
    assert rows["Petro Hal", "speaker"] == ("Petro Hal", "name")
    assert rows["Russia", "content"] == ("Russia", "name")
    assert rows["NATO", "content"] == ("NATO", "name")
    assert rows["He", "speaker"] == ("Petro Hal", "pronoun")
    assert rows["Kremlin", "speaker"] == ("Russia", "metonym")
    # "in Moscow" is a place, "Ukrainian" an adjective: nobody is spoken of.
    assert not {"Moscow", "Ukrainian"} & {text for text, _ in rows}


def test_roles_as_the_article_gives_them():
    made = port().made()
    mention = made.mentions.filter(pl.col("mention_text") == "Petro Hal").row(0, named=True)
    assert (mention["role"], mention["affiliation"]) == ("foreign minister", "Ukraine")
    actor = made.actors.filter(pl.col("actor_name") == "Petro Hal").row(0, named=True)
    assert (actor["role"], actor["affiliation"], actor["country_code"]) == (
        "foreign minister",
        "Ukraine",
        None,
    )
    assert actor["aliases"] == ["Petro Hal"]
    assert not actor["is_seed"]


def test_ids_follow_from_key_and_name_alone():
    made = port().made()
    ids = dict(made.actors.select("actor_name", "actor_id").iter_rows())
    assert ids["Russia"] == stable_id("actor", "state:ru")
    # A later seed row of that key is the same actor with nothing rewritten.
    assert ids["Petro Hal"] == stable_id("actor", "person:petro_hal")


def test_one_person_in_two_articles_is_one_actor():
    made = together(
        Story("[P:Jörg A. Løvås] said no.", ("Jörg A. Løvås", "said"), article_id="a"),
        Story("Mr [P:Jorg Lovas] said yes.", ("Mr Jorg Lovas", "said"), article_id="b"),
    )
    assert made.statements["actor_id"].n_unique() == 1
    assert made.actors["aliases"].to_list() == [["Jorg Lovas", "Jörg A. Løvås"]]


def test_a_bare_surname_is_nobody_in_another_article():
    made = together(
        Story("Mr [P:Lund] said no.", ("Mr Lund", "said"), article_id="a"),
        Story("Mr [P:Lund] said yes.", ("Mr Lund", "said"), article_id="b"),
    )
    assert made.statements["actor_id"].n_unique() == 2


def test_unnamed_speakers_are_not_merged_over_articles():
    text, said = "Two port officials said no.", ("Two port officials", "said")
    made = together(Story(text, said, article_id="a"), Story(text, said, article_id="b"))
    assert made.statements["actor_id"].n_unique() == 2
    assert made.actors["actor_type"].to_list() == ["group", "group"]
    assert stable_id("actor", "unnamed", "a", "two_port_officials") in made.actors["actor_id"].to_list()


@pytest.mark.parametrize(
    ("text", "speaker", "expected"),
    [
        ("[M:Russian] officials said no.", "Russian officials", ("group", "RU", "Russia")),
        (
            "A [M:Russian] foreign ministry spokesperson said no.",
            "A Russian foreign ministry spokesperson",
            ("unnamed", "RU", "Russian foreign ministry"),
        ),
        (
            "[L:US], [O:NATO] and [M:Ukrainian] officials said no.",
            "US, NATO and Ukrainian officials",
            ("group", None, None),
        ),
        (
            "A spokesman for [O:Brightwater] said no.",
            "A spokesman for Brightwater",
            ("unnamed", None, "Brightwater"),
        ),
        ("Aides told us no.", "Aides", ("group", None, None)),
    ],
)
def test_country_and_affiliation_of_unnamed_speakers(text, speaker, expected):
    cue = "told" if "told" in text else "said"
    made = Story(text, (speaker, cue)).made()
    actor = made.actors.join(made.statements.select("actor_id"), on="actor_id").row(0, named=True)
    assert (actor["actor_type"], actor["country_code"], actor["affiliation"]) == expected


def test_a_name_of_several_words_meets_the_seeds():
    story = Story("The [M:Russian] Foreign Ministry said no.", ("The Russian Foreign Ministry", "said"))
    assert story.who() == ["Ministry of Foreign Affairs of Russia"]


def test_joint_speakers_share_the_attribution_and_differ_in_id():
    made = Story("[O:NATO] and the [L:United States] said no.", ("NATO and the United States", "said")).made()
    assert made.statements["attribution_id"].to_list() == ["a:0", "a:0"]
    assert made.statements["statement_id"].n_unique() == 2
    assert made.statements["speaker_text"].to_list() == ["NATO and the United States"] * 2


def test_one_actor_named_twice_makes_one_statement():
    story = Story("[L:Kyiv] and [L:Ukraine] said no.", ("Kyiv and Ukraine", "said"))
    assert story.who() == ["Ukraine"]


def test_addressee_is_resolved_where_it_has_a_name():
    made = Story("[P:Tom Ashe] accused [L:Russia] of theft.", ("Tom Ashe", "accused")).made()
    row = made.statements.row(0, named=True)
    assert (row["addressee"], row["addressee_actor_id"]) == ("Russia", stable_id("actor", "state:ru"))
    assert stable_id("actor", "state:ru") in made.actors["actor_id"].to_list()


def test_an_office_counts_on_its_days_only():
    actors = seeds().actors.with_columns(
        valid_from=pl.when(pl.col("key") == "person:vladimir_putin").then(pl.lit(dt.date(2022, 1, 1)))
    )
    story = Story("[P:Vladimir Putin] said no.", ("Vladimir Putin", "said"))
    from pipeline.extract.actor_seeds import make_actor_seeds

    later = make_actor_seeds(actors, seeds().aliases.drop("folded"))
    made = make_statements(*story.frames(), seeds=later, cues=cues())
    assert made.actors["role"].to_list() == [None]
    assert story.made().actors["role"].to_list() == ["President"]


def test_spans_that_do_not_fit_and_missing_articles_are_rejects():
    articles, attributions, names = port().frames()
    broken = attributions.with_columns(
        cue_end=pl.when(pl.col("ordinal") == 1).then(10_000).otherwise("cue_end"),
        article_id=pl.when(pl.col("ordinal") == 2).then(pl.lit("gone")).otherwise("article_id"),
    )
    made = make_statements(articles, broken, names, seeds=seeds(), cues=cues())
    assert who(made) == ["Petro Hal"]
    assert sorted(r.detail for r in made.rejects) == [
        "a:1: a span lies beyond the end of the text",
        "a:2: its article is not among the articles",
    ]


def test_nothing_in_nothing_out():
    made = make_statements(ARTICLES.empty(), ATTRIBUTIONS.empty(), NAMES.empty(), seeds=seeds(), cues=cues())
    assert (made.statements.height, made.mentions.height, made.actors.height) == (0, 0, 0)


def test_twice_is_the_same_and_the_order_of_rows_does_not_matter():
    first = together(port("a"), port("b"))
    frames = [pl.concat(f).reverse() for f in zip(port("a").frames(), port("b").frames(), strict=True)]
    second = make_statements(*frames, seeds=seeds(), cues=cues())
    for table in ("statements", "mentions", "actors"):
        assert getattr(first, table).equals(getattr(second, table))


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "“", "He", "🙂 said 🙂", "said said said", "’s ’s ’s"])
def test_odd_texts_never_raise(text):
    articles, _, names = Story("x").frames()
    articles = articles.with_columns(text=pl.lit(text))
    if len(text) > 1:
        row = {
            "partition_date": dt.date(2021, 12, 1),
            "attribution_id": "a:0",
            "article_id": "a",
            "ordinal": 0,
            "speaker_start": 0,
            "speaker_end": 1,
            "speaker_text": text[:1],
            "cue_start": 1,
            "cue_end": 2,
            "cue_text": text[1:2],
            "content_spans": [{"start": 0, "end": len(text)}],
            "content_text": text,
            "statement_type": "indirect",
            "confidence": 0.5,
            "extractor_version": "test",
        }
        found = pl.DataFrame([row], schema=ATTRIBUTIONS.schema)
    else:
        found = ATTRIBUTIONS.empty()
    made = make_statements(articles, found, names, seeds=seeds(), cues=cues())
    assert made.statements.height == found.height
