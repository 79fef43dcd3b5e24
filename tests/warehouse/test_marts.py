"""What the marts say of the small lake, whose articles are known word for word."""

import datetime as dt

import polars as pl
import pytest
from small_lake import ALBANY, BORDURIA, DAYS, LEAGUE, LONG, MARLOW, PETROV

from pipeline.ids import stable_id
from pipeline.resources.publication import query_published


@pytest.fixture(scope="module")
def ask(publication):
    return lambda sql: query_published(publication.path.parent, sql)


def test_counts_agree_from_the_lake_to_the_publication(ask, lake, publication):
    in_lake = lake["statements"].unique("statement_id").height
    assert publication.row_counts["fct_statement"] == in_lake == 24
    total = ask("select sum(statements) as n from actor_statements_daily")["n"][0]
    rest = ask("select count(*) as n from fct_statement where not is_speech or actor_id is null")["n"][0]
    assert total + rest == in_lake


def test_an_article_taken_in_twice_counts_once_on_its_first_day(ask, lake):
    name = stable_id("article", "gazette-petrov")
    assert lake["articles"].filter(pl.col("article_id") == name).height == 2
    rows = ask(f"select partition_date from fct_article where article_id = '{name}'")
    assert rows["partition_date"].to_list() == [DAYS[1]]
    assert ask(f"select count(*) as n from fct_statement where article_id = '{name}'")["n"][0] == 3


def test_copies_over_outlets_and_days_are_one_family_named_after_the_first(ask):
    [family] = ask(f"select * from quotation_families where content_text = '“{LONG}”' and articles > 1").rows(
        named=True
    )
    assert family["first_outlet_id"] == "wire"
    assert (family["articles"], family["outlets"], family["versions"]) == (4, 3, 2)
    assert family["first_seen_at"] == dt.datetime(2021, 11, 29, 6, tzinfo=dt.UTC)
    assert family["spread_hours"] == 78


def test_the_same_few_words_are_one_quotation_only_of_one_speaker_on_one_day(ask):
    ready = ask("select family_id from fct_statement where content_text like '%We are ready%'")
    assert ready.height == 3
    assert ready["family_id"].n_unique() == 2


def test_a_late_article_counts_on_the_day_it_speaks_of(ask):
    rows = ask(
        f"select statement_date, statements, distinct_statements, outlets from actor_statements_daily "
        f"where actor_id = '{MARLOW.actor_id}' order by 1"
    )
    assert rows.rows() == [(DAYS[0], 5, 2, 3), (DAYS[1], 1, 1, 1), (DAYS[2], 1, 1, 0)]


def test_joint_speakers_each_count_and_share_an_attribution(ask):
    rows = ask(
        "select attribution_id, actor_id from fct_statement where content_text like 'the ports of both%'"
    )
    assert rows["attribution_id"].n_unique() == 1
    assert set(rows["actor_id"]) == {ALBANY.actor_id, LEAGUE.actor_id}


def test_thoughts_are_kept_and_left_out_of_counts(ask):
    assert ask(f"select is_speech from fct_statement where actor_id = '{BORDURIA.actor_id}'")[
        "is_speech"
    ].to_list() == [False]
    assert ask(f"select 1 from actor_statements_daily where actor_id = '{BORDURIA.actor_id}'").is_empty()


def test_the_unresolved_have_a_reason_and_stand_in_outlet_daily(ask):
    assert ask("select unresolved_reason from speakers_unresolved")["unresolved_reason"].to_list() == [
        "no_antecedent"
    ]
    assert ask("select outlet_id from outlet_daily where unresolved_statements = 1")[
        "outlet_id"
    ].to_list() == ["wire"]


def test_unnamed_speakers_are_not_merged_over_articles(ask):
    assert ask("select count(*) as n from dim_actor where actor_name = 'a senior official'")["n"][0] == 2


def test_who_speaks_of_whom_leaves_out_speaking_of_oneself(ask):
    rows = ask("select actor_name, mentioned_actor_name, statements from who_speaks_of_whom order by all")
    assert (PETROV.name, MARLOW.name, 1) in rows.rows()
    assert all(a != b for a, b, _ in rows.rows())


def test_outlets_are_the_listed_and_the_met(ask):
    rows = ask("select outlet_id, is_listed, is_sample from dim_outlet order by 1").rows()
    assert rows == [
        ("gazette", True, False),
        ("herald", True, False),
        ("news.unlisted.example", False, False),
        ("unmet", True, False),
        ("wire", True, True),
    ]


def test_an_article_without_statements_stands_in_outlet_daily(ask):
    rows = ask("select articles, statements, direct_share from outlet_daily where outlet_id = 'herald'")
    assert (1, 0, None) in rows.rows()


def test_every_day_stands_in_the_calendar(ask):
    assert ask("select date_day from dim_date order by 1")["date_day"].to_list() == list(DAYS)


def test_the_context_of_a_statement_holds_its_words(ask):
    rows = ask("select content_text, context from statements_read")
    assert all(content in context for content, context in rows.rows())


def test_what_was_found_in_the_text_is_there_at_its_offsets(ask):
    rows = ask(
        "select text, speaker_text, speaker_start, speaker_end, content_text, content_start, content_end "
        "from fct_statement join fct_article using (article_id)"
    )
    for text, speaker, start, end, content, first, last in rows.rows():
        assert text[start:end] == speaker
        assert content == "" or text[first:last] == content
