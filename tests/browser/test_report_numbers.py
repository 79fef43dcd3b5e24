"""The pages' numbers are those of the published tables, for the report that ``onrecord run`` makes of the sample."""

import re

import pytest

from pipeline.resources.publication import query_published


@pytest.fixture(scope="module")
def report(sample_run):
    return sample_run.data_dir / "published" / "report"


def ask(sample_run, sql):
    return query_published(sample_run.data_dir, sql).rows(named=True)


def cells(page, selector):
    """Texts of a table's rows, spaces made plain."""
    rows = page.locator(selector).evaluate_all("rows => rows.map(r => [...r.cells].map(c => c.innerText))")
    return [[re.sub(r"\s+", " ", text).strip() for text in row] for row in rows]


def one_place(value):
    return f"{value:+.1f}".replace("-", "−") if round(abs(value), 1) else "0.0"


def test_leading_actors_are_those_of_the_mart(read, sample_run, report):
    last = "(select max(article_date) from fct_article)"
    marts = ask(
        sample_run,
        f"""select actor_name, statements, statements_mean_7d as usual, statements_z_7d as z
        from actor_statements_daily join dim_actor using (actor_id)
        where statement_date = {last} and actor_type <> 'unnamed'
        order by statements desc, distinct_statements desc, actor_name limit 15""",
    )
    page = read(report).open("index.html")
    shown = cells(page, ".leading tbody tr")
    assert len(shown) == len(marts) > 5
    for row, mart in zip(shown, marts, strict=True):
        assert row[0].startswith(mart["actor_name"])
        assert row[2:] == [
            str(mart["statements"]),
            f"{mart['usual']:.1f}",
            one_place(mart["statements"] - mart["usual"]),
            "–" if mart["z"] is None else one_place(mart["z"]),
        ]


def test_days_add_up_to_the_metric(read, sample_run, report):
    marts = ask(
        sample_run,
        """select statement_date::varchar as day, count(*) as statements,
            count(*) filter (where statement_type = 'direct') as direct
        from fct_statement where is_speech and statement_date > date '2021-11-20' group by all order by 1 desc""",
    )
    page = read(report).open("index.html")
    page.click("summary")
    shown = [row for row in cells(page, "details tbody tr") if row[1] != "0"]
    assert [[row[1], row[2]] for row in shown] == [[str(m["statements"]), str(m["direct"])] for m in marts]


def test_outlets_are_those_of_the_mart(read, sample_run, report):
    marts = ask(
        sample_run,
        """select outlet_name, sum(articles)::int as articles, sum(statements)::int as statements,
            sum(direct_statements) / sum(statements) as direct, sum(unnamed_statements) / sum(statements) as unnamed
        from outlet_daily join dim_outlet using (outlet_id) group by all order by statements desc""",
    )
    page = read(report).open("outlets.html")
    shown = cells(page, ".scroll:first-of-type table >> nth=0 >> tbody tr")
    assert [row[:3] for row in shown] == [
        [m["outlet_name"], str(m["articles"]), str(m["statements"])] for m in marts
    ]
    assert [row[3:5] for row in shown] == [
        [f"{100 * m[k]:.0f} %" for k in ("direct", "unnamed")] for m in marts
    ]


def test_an_actors_page_counts_as_the_marts_do_and_shows_every_quotation(read, sample_run, report):
    [leader, *_] = ask(
        sample_run,
        """select actor_id, actor_name, sum(statements)::int as statements, sum(words_quoted)::int as words,
            (select count(distinct family_id) from fct_statement as f
             where f.actor_id = daily.actor_id and is_speech) as families
        from actor_statements_daily as daily join dim_actor using (actor_id)
        where actor_type <> 'unnamed' group by all order by statements desc, actor_name limit 1""",
    )
    page = read(report).open(f"actor.html#{leader['actor_id']}")
    page.wait_for_selector(".st")
    assert page.locator("h1").inner_text() == leader["actor_name"]
    assert page.locator(".st").count() == leader["families"]
    text = page.locator(".sum").inner_text()
    assert text.startswith(f"{leader['statements']} statements")
    assert f"{leader['words']} words" in text


def test_marks_hold_the_words_of_the_tables(read, sample_run, report):
    rows = ask(
        sample_run,
        """select actor_id, speaker_text, cue_text from fct_statement join dim_actor using (actor_id)
        where is_speech and actor_type <> 'unnamed' and speaker_text is not null
        qualify row_number() over (partition by family_id, actor_id order by statement_id) = 1
        order by statement_id limit 40""",
    )
    reader = read(report)
    for actor in sorted({row["actor_id"] for row in rows})[:8]:
        page = reader.open(f"actor.html#{actor}")
        page.wait_for_selector(".st")
        speakers = page.locator("mark.speaker").all_inner_texts()
        assert {row["speaker_text"] for row in rows if row["actor_id"] == actor} <= set(speakers)


def test_who_speaks_of_whom_is_the_mart(read, sample_run, report):
    marts = ask(
        sample_run,
        """select max(statements)::int as most, count(*) as pairs from (
            select sum(statements) as statements from actor_pairs_daily as pair
            join dim_actor as a on a.actor_id = pair.actor_id and a.actor_type <> 'unnamed'
            join dim_actor as b on b.actor_id = pair.mentioned_actor_id and b.actor_type <> 'unnamed'
            group by pair.actor_id, pair.mentioned_actor_id)""",
    )[0]
    page = read(report).open("pairs.html")
    assert page.locator(".pairs li").count() == min(marts["pairs"], 25)
    assert int(page.locator(".pairs .n").first.inner_text()) == marts["most"]


def test_quotations_are_those_of_the_mart(read, sample_run, report):
    [count] = ask(sample_run, "select count(*) as n from quotation_families where articles > 1")
    page = read(report).open("quotations.html")
    assert page.locator(".families > li").count() == min(count["n"], 25) > 0


def test_the_sample_takes_little_room(report):
    files = [path for path in report.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 700_000
    assert len(files) < 20
