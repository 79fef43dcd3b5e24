"""The report's files: safe, small, self-contained, and right for the odd cases."""

import datetime as dt
import re

import pytest
from report_maker import DAY, Said, report_tables, texts_of

from pipeline.report.cards import candidates
from pipeline.report.shards import inline_json, unpack
from pipeline.report.site import LIMIT, PAGES, build_site, draft
from pipeline.report.voices import pack_voices

EVIL = "<script>alert(1)</script>"
VEGA = 900_000


def site(said, last=DAY):
    plan = draft(report_tables(said, last=last))
    texts = texts_of(said)
    return build_site(plan, {a: texts[a] for a in plan.article_ids}, vega_bytes=VEGA)


def data(files, name):
    [(given, text)] = re.findall(r'\AonrecordData\("(\w+)","(.*)"\);\n\Z', files[f"data/{name}.js"])
    assert given == name
    return unpack(text)


def actor_pages(files):
    index = data(files, "actors")
    return {page: html for n in range(index["shards"]) for page, html in data(files, f"s{n}")}


def test_every_page_is_there_and_loads_nothing_from_elsewhere():
    files = site([Said()])
    assert set(files) >= {*PAGES, "actor.html", "assets/report.css", "assets/report.js", "data/actors.js"}
    for name, text in files.items():
        if name.endswith(".html"):
            for tag in re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", text):
                assert not re.search(r"(src|href)=\"(?:https?:)?//", tag), (name, tag)
    assert "url(" not in files["assets/report.css"]
    assert "@import" not in files["assets/report.css"]


def test_a_name_that_is_a_script_is_shown_and_never_run():
    said = [Said(actor=EVIL, speaker=EVIL, content=f"we {EVIL} go to the harbour now", headline=EVIL, outlet=EVIL,
                 article=f"a{n}", family="f", mentions=(EVIL + "2",)) for n in range(2)]  # fmt: skip
    files = site(said)
    for name, text in files.items():
        if name.endswith(".html"):
            assert "alert(1)</script>" not in text, name
    pages = actor_pages(files)
    assert "<script" not in pages[EVIL]
    assert "&lt;script&gt;alert(1)" in pages[EVIL]
    assert "&lt;script&gt;alert(1)" in files["index.html"]
    assert "\\u003cscript" in files["quotations.html"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "", None]
)
def test_only_web_addresses_become_links(url):
    files = site([Said(url=url)])
    assert "Harbour stays open" in files["index.html"]
    assert 'rel="noopener' not in files["index.html"]
    assert 'rel="noopener noreferrer"' in site([Said(url="https://x.example/a?b=1&c=2")])["index.html"]


@pytest.mark.parametrize("name", ["محمد بن سلمان", "习近平", "Ζωή 🎤"])
def test_names_in_any_script_keep_their_direction(name):
    files = site([Said(actor=name, speaker=name)])
    assert f'dir="auto">{name}</a>' in files["index.html"]
    assert f'<h1 dir="auto">{name}</h1>' in actor_pages(files)[name]
    assert data(files, "actors")["actors"][0][2] == name


def test_an_empty_day_says_so_and_keeps_the_month():
    page = site([Said(day=DAY - dt.timedelta(days=3))])["index.html"]
    assert "No statement of this day is on record" in page
    assert "have 1 statement." in page
    assert "Leading actors" not in page
    assert "data-chart" in page


def test_a_month_without_anything_is_a_page_too():
    files = site([])
    assert "Nothing is on record for this day" in files["index.html"]
    assert "No actor with a name speaks" in files["actors.html"]
    assert "no actor with a name speaks of another" in files["pairs.html"]
    assert "No outlet published" in files["outlets.html"]
    assert "No quotation" in files["quotations.html"]
    assert data(files, "actors")["actors"] == []


def test_one_article_with_one_statement_is_right():
    files = site([Said()])
    assert "<b>1 statement</b> of this day is on record, by 1 actor with a name" in files["index.html"]
    assert "1 outlet published 1 article." in files["index.html"]
    page = actor_pages(files)["Ada Lund"]
    assert '<mark class="content">“the harbour stays open tonight,”</mark>' in page
    assert '<mark class="speaker">Ada Lund</mark> <mark class="cue">said</mark>.' in page
    assert "90\u202f% sure" in page
    assert '<a href="https://gazette.example/harbour"' in page


def test_unnamed_and_unresolved_speakers_have_a_page_together():
    said = [Said(actor=f"u{n}", actor_type="unnamed", speaker="an official") for n in range(3)]
    pages = actor_pages(site([*said, Said(actor_type=None, speaker="they"), Said()]))
    assert set(pages) == {"unnamed", "unresolved", "Ada Lund"}
    assert pages["unnamed"].count('<article class="st">') == 3
    assert pages["unresolved"].count('<article class="st">') == 1


def test_one_quotation_is_shown_once_and_says_how_many_articles_carry_it():
    pages = actor_pages(site([Said(family="f"), Said(family="f", article="a2"), Said(article="a3")]))
    assert pages["Ada Lund"].count('<article class="st">') == 2
    assert "in 2 articles" in pages["Ada Lund"]
    assert "<b>3 statements</b> on 1 day, 2 different" in pages["Ada Lund"]


def test_a_budget_leaves_every_actor_the_newest_and_says_what_is_missing():
    said = [
        Said(actor=f"Actor {a}", content=f"the word number {n} of {a} is new", article=f"a{a}-{n}")
        for a in range(20)
        for n in range(12)
    ]
    tables = report_tables(said)
    made = pack_voices(tables, candidates(tables), texts_of(said), 3_000)
    assert sum(map(len, made.files.values())) <= 3_000
    assert (made.actors, made.known) == (20, 240)
    assert 20 <= made.shown < 240
    pages = actor_pages(made.files)
    assert all(html.count('<article class="st">') >= 1 for html in pages.values())
    assert all("of 12 different ones" in html for html in pages.values())


def test_under_a_cut_an_actor_keeps_a_share_that_grows_with_the_root_of_its_statements():
    said = [
        *(Said(article=f"a{n}", content=f"the word number {n} is new") for n in range(100)),
        *(Said(actor="Bo", article=f"b{n}", content=f"a word number {n} is old") for n in range(25)),
        *(Said(actor=f"One {n}", article=f"c{n}", content=f"one word {n} more") for n in range(50)),
    ]
    first = candidates(report_tables(said)).head(80)["page"].value_counts(sort=True)
    counts = dict(first.iter_rows())
    assert all(counts[f"One {n}"] == 1 for n in range(50))
    assert (counts["Ada Lund"], counts["Bo"]) == (20, 10)


def test_a_statement_names_the_actors_it_speaks_of_and_a_pairs_number_leads_to_it():
    said = [Said(mentions=("Bo & Co", "Cy")), Said(article="a2")]
    files = site(said)
    page = actor_pages(files)["Ada Lund"]
    assert page.count('<bdi class="of">') == 2
    assert '<bdi class="of">Bo &amp; Co</bdi>, <bdi class="of">Cy</bdi>' in page
    assert '<a href="?of=Bo%20%26%20Co#Ada Lund">1</a>' not in page  # two statements speak for themselves
    assert 'href="actor.html?of=Bo%20%26%20Co#Ada Lund"' in files["pairs.html"]
    assert 'aria-label="1 statement of Ada Lund that speaks of Bo &amp; Co"' in files["pairs.html"]


def test_five_thousand_actors_stay_few_small_files():
    said = [
        Said(actor=f"Actor {n:04} Something", speaker=f"Actor {n:04}", article=f"a{n % 900}")
        for n in range(5000)
    ]
    files = site(said)
    assert len(files) < 60
    assert VEGA + sum(len(text.encode()) for text in files.values()) < LIMIT < 3_000_000
    assert len(data(files, "actors")["actors"]) == 5000
    assert len(files["actors.html"]) < 60_000
    assert "100 of 5,000 actors" in files["actors.html"]


def test_json_in_a_page_cannot_end_its_element():
    assert inline_json({"a": "</script><!--"}) == '{"a":"\\u003c/script\\u003e\\u003c!--"}'
