"""The report's numbers are those of the marts, and peaks are named by their story."""

import datetime as dt

import polars as pl
import pytest
from report_maker import DAY, Said, report_tables

from pipeline.report import figures, stories

BEFORE = DAY - dt.timedelta(days=1)


def test_totals_count_each_report_and_each_quotation_once():
    tables = report_tables(
        [
            Said(family="f"),
            Said(family="f", article="a2", outlet="herald"),
            Said(actor="u", actor_type="unnamed", kind="indirect"),
            Said(actor_type=None, kind="mixed"),
            Said(day=BEFORE, article="a3"),
        ]
    )
    today = figures.totals(tables, DAY)
    assert (today.statements, today.distinct_statements, today.direct_statements) == (4, 3, 2)
    assert (today.actors, today.unnamed, today.articles, today.outlets) == (1, 1, 2, 2)
    assert today.direct_share == 0.5
    assert figures.totals(tables).statements == 5


def test_every_day_of_the_window_has_a_row():
    days = figures.by_day(report_tables([Said(), Said(kind="mixed")]))
    assert days.height == 30
    assert days.row(-1) == (DAY, 2, 1, 1, 0)
    assert days["statements"].sum() == 2


def test_leading_actors_have_names_and_the_marts_mean():
    tables = report_tables([*[Said()] * 3, Said(actor="Bo"), Said(actor="u", actor_type="unnamed")])
    rows = figures.leading(tables).select("actor_id", "statements", "statements_mean_7d", "change").rows()
    assert rows == [("Ada Lund", 3, 3 / 7, 3 - 3 / 7), ("Bo", 1, 1 / 7, 1 - 1 / 7)]


def test_who_was_heard_all_week_and_is_silent_today_is_named():
    said = [Said(day=DAY - dt.timedelta(days=n), article=f"b{n}") for n in range(1, 7) for _ in range(3)]
    quiet = figures.quiet(report_tables([*said, Said(actor="Bo")]))
    assert quiet.select("actor_id", "statements_mean_7d").rows() == [("Ada Lund", 18 / 7)]


def test_the_matrix_counts_who_speaks_of_whom():
    tables = report_tables(
        [
            Said(mentions=("Bo",)),
            Said(mentions=("Bo", "Cy")),
            Said(actor="Bo", mentions=("Cy",), article="a2"),
        ]
    )
    made = figures.matrix(figures.pairs(tables))
    assert made.speakers == [("Ada Lund", "Ada Lund"), ("Bo", "Bo")]
    assert made.mentioned == [("Bo", "Bo"), ("Cy", "Cy")]
    assert made.cells == [[2, 1], [0, 1]]
    assert made.largest == 2


def test_shares_of_outlets_and_voices_are_those_of_the_marts():
    tables = report_tables(
        [
            Said(),
            Said(actor="Bo"),
            Said(actor="Bo", article="a2", outlet="herald"),
            Said(actor="u", actor_type="unnamed", article="a2", outlet="herald", kind="indirect"),
        ]
    )
    found = {r["outlet_id"]: r for r in figures.outlets(tables).rows(named=True)}
    assert found["herald"]["unnamed_share"] == 0.5
    assert found["herald"]["direct_share"] == 0.5
    assert found["gazette"]["unnamed_share"] == 0.0
    voice = {(r["outlet_id"], r["actor_id"]): r for r in figures.voices(tables).rows(named=True)}
    assert voice["gazette", "Bo"]["voice_share"] == 0.5
    assert voice["gazette", "Bo"]["others_voice_share"] == 1.0
    assert voice["gazette", "Bo"]["voice_share_difference"] == -0.5
    assert voice["herald", "Bo"]["voice_share"] == 1.0


def test_an_outlet_alone_is_held_against_nothing():
    assert figures.voices(report_tables([Said()]))["others_voice_share"].to_list() == [None]


def test_an_unknown_outlet_is_a_row_of_its_own():
    tables = report_tables([Said(outlet=None), Said(article="a2")])
    assert set(figures.outlets(tables)["outlet_name"]) == {"Outlet not known", "Gazette"}
    assert figures.cues(tables).filter(pl.col("outlet_id").is_null())["cue_share"].to_list() == [1.0]


def test_a_word_used_more_than_elsewhere_stands_out_and_a_colon_is_no_word():
    said = [Said(cue="warned")] * 4 + [Said(cue="said", article="a2", outlet="herald")] * 12 + [Said(cue=":")]
    cues = figures.cues(report_tables(said))
    excess = {(r["outlet_id"], r["cue_lemma"]): r["excess"] for r in cues.rows(named=True)}
    assert excess["gazette", "warned"] == 1.0
    assert excess["gazette", ":"] == 0.0
    assert ":" not in cues.filter(figures.is_word("cue_lemma"))["cue_lemma"].to_list()


def peak_of(said):
    [peak] = stories.peaks(report_tables(said))
    return peak


def test_a_peak_is_named_by_the_largest_group_of_near_copies():
    copies = [Said(article=f"c{n}", group="c0", headline=f"Copy {n}") for n in range(3)]
    alone = [Said(article="alone", headline="Alone")] * 9
    peak = peak_of([*alone, *copies])
    assert (peak.day, peak.statements, peak.story, peak.articles) == (DAY, 12, "Copy 0", 3)


def test_without_copies_by_the_most_quoted_words():
    peak = peak_of([Said(family="f"), Said(family="f", article="a2"), *[Said(article="a3")] * 5])
    assert peak.story == "headline of a1"
    assert peak.quotation == "“words of f”"


def test_else_by_the_article_with_most_statements():
    peak = peak_of([Said(), *[Said(article="a3", headline="Long one")] * 5])
    assert (peak.story, peak.articles, peak.quotation) == ("Long one", 1, None)


def test_an_article_without_a_headline_still_names_its_day():
    assert peak_of([Said(headline=None)]).story == "An article without a headline"


def test_only_days_above_their_neighbours_and_the_usual_are_peaks():
    counts = {0: 2, 1: 9, 2: 9, 3: 2, 10: 8, 20: 1}
    said = [
        Said(day=DAY - dt.timedelta(days=d), article=f"d{d}") for d, n in counts.items() for _ in range(n)
    ]
    days = [p.day for p in stories.peaks(report_tables(said))]
    assert DAY - dt.timedelta(days=10) in days
    assert DAY not in days
    assert DAY - dt.timedelta(days=20) not in days


def test_a_quotation_has_its_reports_in_order():
    [family] = stories.families(
        report_tables([Said(family="f"), Said(family="f", article="a2", outlet="herald")])
    )
    assert [r["hours"] for r in family["reports"]] == [0.0, 1.0]
    assert [r["outlet_name"] for r in family["reports"]] == ["Gazette", "Herald"]
    assert family["actor_name"] == "Ada Lund"


def test_quotations_of_one_story_and_short_ones_do_not_fill_the_list():
    story = [Said(family=f"s{n}", article=a, outlet=a) for n in range(4) for a in ("a1", "a2", "a3")]
    other = [Said(family="o", article=a, outlet=a) for a in ("b1", "b2")]
    short = [Said(family="i", content="the issue", article=a, outlet=a) for a in ("c1", "c2", "c3", "c4")]
    tables = report_tables([*story, *other, *short])
    listed = [family["family_id"] for family in stories.families(tables)]
    assert listed == ["s0", "s1", "o", "i", "s2", "s3"]


@pytest.mark.parametrize("said", [[], [Said(day=DAY - dt.timedelta(days=90))]], ids=["nothing", "long ago"])
def test_nothing_said_gives_empty_figures(said):
    tables = report_tables(said)
    assert figures.totals(tables).statements == 0
    assert figures.totals(tables).direct_share is None
    assert stories.peaks(tables) == []
    assert figures.matrix(figures.pairs(tables)).largest == 0
