import datetime as dt

import polars as pl
from page_maker import COLLECTED, HEADLINE, PARAGRAPHS, page

from pipeline.clean.articles import CLEANER_VERSION, clean_articles
from pipeline.ids import content_hash, stable_id
from pipeline.schemas import ARTICLES, PAGES

OUTLETS = pl.DataFrame(
    {
        "outlet_id": ["daily_example", "evening_sample"],
        "outlet_name": ["Daily Example", "Evening Sample"],
        "homepage": ["https://www.example.com/", "https://sample.org"],
    }
)
ENGLISH = frozenset({"en"})


def row(
    body,
    *,
    url: str | None = "https://www.example.com/world/a",
    content_type="text/html",
    status=200,
    collected_at=COLLECTED,
    **more,
):
    body = body.encode() if isinstance(body, str) else body
    made = dict.fromkeys(PAGES.columns)
    made |= {
        "partition_date": collected_at.date(),
        "page_id": stable_id("page", url, content_hash(body)),
        "url": url,
        "final_url": url,
        "document": url or "story.html",
        "content_type": content_type,
        "status": status,
        "bytes": len(body),
        "content_sha256": content_hash(body),
        "warc_file": "x",
        "warc_offset": 0,
        "collected_at": collected_at,
        "body": body,
        **more,
    }
    return made


def frame(*rows):
    return pl.DataFrame(rows, schema={**PAGES.schema, "body": pl.Binary})


def story(i):
    """Four sentences that share no five words in a row with those of another story."""
    return [
        f"The council of town{i}{k} said plan{i}{k} would cost sum{i}{k} more than report{i}{k} foretold."
        for k in "abcd"
    ]


def clean(*rows, languages=ENGLISH, history=None):
    return clean_articles(frame(*rows), outlets=OUTLETS, languages=languages, history=history)


def test_rows_fit_the_table():
    articles, rejects = clean(row(page()))
    assert rejects == []
    assert articles.schema == ARTICLES.schema
    found = articles.row(0, named=True)
    assert found["article_id"] == stable_id("article", found["page_id"])
    assert found["text"] == "\n".join(PARAGRAPHS)
    assert found["headline"] == HEADLINE
    assert found["outlet_id"] == "daily_example"
    assert found["near_duplicate_group"] == found["article_id"]
    assert found["cleaner_version"] == CLEANER_VERSION
    assert len(found["minhash"]) == 64
    assert ARTICLES.conform(articles).equals(articles)


def test_no_pages_give_no_articles():
    articles, rejects = clean()
    assert articles.schema == ARTICLES.schema
    assert (articles.height, rejects) == (0, [])


def test_a_bad_page_costs_only_itself():
    bad = [
        row(b"", url="https://www.example.com/1"),
        row(b"\x00" * 99, url="https://www.example.com/2"),
        row(page(), url="https://www.example.com/3", status=503),
        row(b"%PDF", url="https://www.example.com/4", content_type="application/pdf"),
    ]
    articles, rejects = clean(*bad, row(page()))
    assert articles.height == 1
    assert sorted(r.reason_code for r in rejects) == ["empty", "http_status", "unreadable", "wrong_type"]
    assert {r.page_id for r in rejects} == {b["page_id"] for b in bad}


def test_languages_that_are_not_asked_for():
    german = [
        "Die Minister von elf Ländern trafen sich am Dienstag in Riga, um über den Haushalt zu sprechen."
    ] * 1 + [
        "„Wir haben lange genug gewartet“, sagte die Finanzministerin vor dem Beginn der Gespräche.",
        "Die Opposition nannte den Plan zu wenig und zu spät und verlangte eine Abstimmung.",
    ]
    markup = page(german, headline="Minister treffen sich in Riga")
    articles, rejects = clean(row(markup))
    assert articles.height == 0
    assert [r.reason_code for r in rejects] == ["other_language"]
    assert clean(row(markup), languages=frozenset({"en", "de"}))[0]["language"].to_list() == ["de"]
    assert clean(row(markup), languages=frozenset())[0].height == 1


def test_the_order_of_pages_does_not_matter():
    rows = [row(page(story(i)), url=f"https://www.example.com/{i}") for i in range(6)]
    rows += [row(page(story(i)), url=f"https://sample.org/{i}") for i in range(3)] + [
        row(b"", url="https://sample.org/bad")
    ]
    first = clean(*rows)
    for order in (rows[::-1], rows[3:] + rows[:3]):
        articles, rejects = clean(*order)
        assert articles.equals(first[0])
        assert rejects == first[1]


def test_a_line_of_many_pages_of_an_outlet_goes():
    note = "Our correspondents in forty countries tell you what goes on, each and every day."
    rows = [row(page([*story(i), note]), url=f"https://www.example.com/{i}") for i in range(5)]
    rows.append(row(page([*story(9), note]), url="https://sample.org/9"))
    articles, _ = clean(*rows)
    with_note = articles.filter(pl.col("text").str.contains(note, literal=True))
    assert with_note["outlet_id"].to_list() == ["evening_sample"]
    assert all(len(t.split("\n")) == 4 for t in articles.filter(outlet_id="daily_example")["text"])
    assert articles["word_count"].to_list() == [len(t.split()) for t in articles["text"]]


def test_versions_of_one_story_do_not_make_its_lines_furniture():
    rows = [
        row(page([*PARAGRAPHS, f"Update number {i}."]), url=f"https://www.example.com/{i}") for i in range(5)
    ]
    articles, _ = clean(*rows)
    assert all(t.startswith(PARAGRAPHS[0]) for t in articles["text"])
    assert articles["near_duplicate_group"].n_unique() == 1


def test_copies_over_outlets_and_days():
    first, _ = clean(row(page(), url="https://www.example.com/a"))
    later = COLLECTED + dt.timedelta(days=1)
    second, _ = clean(
        row(page([*PARAGRAPHS, "This came later."]), url="https://sample.org/b", collected_at=later),
        row(page(story(1)), url="https://sample.org/c", collected_at=later),
        history=first.select("article_id", "minhash", "collected_at", "near_duplicate_group"),
    )
    groups = dict(zip(second["url"], second["near_duplicate_group"], strict=True))
    assert groups["https://sample.org/b"] == first["article_id"][0]
    assert groups["https://sample.org/c"] == second.filter(url="https://sample.org/c")["article_id"][0]


def test_what_feed_and_index_say():
    at = dt.datetime(2024, 4, 30, 8, tzinfo=dt.UTC)
    text = f"{HEADLINE}\n\n" + "\n\n".join(PARAGRAPHS)
    articles, _ = clean(
        row(
            text,
            url=None,
            content_type="text/plain",
            hint_published_at=at,
            outlet_id="mine",
            document="a.txt",
        )
    )
    found = articles.row(0, named=True)
    assert (found["published_at"], found["published_origin"]) == (at, "index")
    assert (found["outlet_id"], found["document"], found["url"]) == ("mine", "a.txt", None)
    assert found["text"] == "\n".join(PARAGRAPHS)
