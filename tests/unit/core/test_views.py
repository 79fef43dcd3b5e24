import datetime as dt

import polars as pl
import pytest
from rich.console import Console

from pipeline.commands.views import article_view, feeds_view, frame_view, statements_view, steps_view

DAY = dt.date(2021, 12, 1)
NOW = dt.datetime(2021, 12, 1, 12, tzinfo=dt.UTC)
ROW = {
    "statement_type": "indirect",
    "speaker": {"text": "She", "start": 0, "end": 3},
    "cue": {"text": "said:", "start": 4, "end": 9},
    "content": [{"text": "it rains", "start": 10, "end": 18}],
    "actor": {"actor_id": "x", "name": "Jane Doe", "actor_type": "person"},
    "addressee": None,
    "is_speech": True,
    "is_negated": False,
    "statement_date": "2021-12-01",
    "confidence": 0.9,
}


def lines(view, width=80) -> list[str]:
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(view)
    return [line.rstrip() for line in capture.get().splitlines()]


def statements(*rows, width=80):
    return lines(statements_view(rows, title="A headline", day=DAY, width=width), width)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_statements_fit_the_terminal(width):
    long = ROW | {"content": [{"text": "word " * 100, "start": 0, "end": 500}]}
    shown = statements(long, ROW, width=width)
    assert max(map(len, shown)) <= width
    assert any(line.endswith("…") for line in shown)


def test_a_speaker_is_named_once_and_then_as_written():
    shown = statements(ROW, ROW | {"speaker": {"text": "the mayor", "start": 0, "end": 9}})
    assert sum("Jane Doe" in line for line in shown) == 1
    assert any(line.startswith("the mayor") for line in shown)


def test_a_name_is_not_repeated_in_what_was_written():
    shown = statements(ROW | {"speaker": {"text": "Mayor Jane Doe", "start": 0, "end": 14}})
    assert sum("Jane Doe" in line for line in shown) == 1
    assert any(line.startswith("Mayor") for line in shown)


def test_cues_lose_their_colon_and_counts_are_by_type():
    shown = statements(ROW, ROW | {"statement_type": "direct"})
    assert "2 statements · 1 direct · 1 indirect · 2021-12-01" in shown
    assert not any("said:" in line for line in shown)


def test_what_differs_from_the_ordinary_is_noted():
    odd = ROW | {
        "addressee": "reporters",
        "statement_date": "2021-11-30",
        "is_speech": False,
        "is_negated": True,
        "confidence": 0.31,
    }
    text = " ".join(" ".join(statements(odd)).split())
    assert "(to reporters; on 2021-11-30; a thought; negated; doubtful: confidence 0.31)" in text
    assert "(" not in " ".join(statements(ROW))


def test_nobody_and_nothing_are_said():
    assert any("(nobody named)" in line for line in statements(ROW | {"actor": None, "speaker": None}))
    assert "no statements found · 2021-12-01" in statements()


def test_a_page_cannot_steer_the_terminal_through_any_field():
    evil = "\x1b[31mred[bold]"
    row = ROW | {
        "actor": {"actor_id": "x", "name": evil, "actor_type": "person"},
        "content": [{"text": evil, "start": 0, "end": 1}],
        "addressee": evil,
    }
    text = "\n".join(statements(row))
    assert "\x1b" not in text
    assert "[bold]" in text


def test_a_wide_answer_is_shown_row_by_row():
    wide = pl.DataFrame({f"a_long_column_{n}": ["some text to read"] for n in range(12)})
    shown = lines(frame_view(wide, width=80))
    assert shown[0].startswith("1 of 1")
    assert "a_long_column_3   some text to read" in shown
    assert lines(frame_view(wide, width=400), 400)[0].startswith("┏")


def test_a_long_wide_answer_says_how_to_get_the_rest():
    wide = pl.DataFrame({f"a_long_column_{n}": ["some text to read"] * 30 for n in range(12)})
    assert any("20 of 30 rows" in line for line in lines(frame_view(wide, width=80)))


def test_an_empty_answer_says_so():
    assert lines(frame_view(pl.DataFrame({"x": []}), width=80)) == ["no rows"]


def feed(name, *, alive=True, newest: dt.datetime | None = NOW, detail="ok"):
    return {
        "feed_id": name,
        "url": f"https://{name}.example/rss",
        "alive": alive,
        "entries": 3 if alive else 0,
        "newest": newest,
        "would_collect": 2 if alive else 0,
        "detail": detail,
    }


def test_feeds_that_fail_stand_apart_with_address_reason_and_mend():
    frame = pl.DataFrame(
        [feed("well"), feed("gone", alive=False, newest=None, detail="http_status: HTTP 404")]
    )
    shown = lines(feeds_view(frame, now=NOW + dt.timedelta(hours=3)))
    assert any(line.startswith("well") and "3 h ago" in line for line in shown)
    assert "gone  https://gone.example/rss" in shown
    assert "    http_status: HTTP 404" in shown
    assert any("1 of 2 feeds are alive, 2 pages to collect" in line for line in shown)
    assert "is_active" in " ".join(shown)


@pytest.mark.parametrize(("hours", "words"), [(0.2, "12 min ago"), (5, "5 h ago"), (72, "3 days ago")])
def test_the_age_of_the_newest_entry_is_said_in_words(hours, words):
    shown = lines(feeds_view(pl.DataFrame([feed("a")]), now=NOW + dt.timedelta(hours=hours)))
    assert any(words in line for line in shown)


def test_a_cleaned_page_is_headline_facts_and_paragraphs():
    line = {
        "document": "page.html",
        "url": "https://a.example/1",
        "outlet": None,
        "headline": "It rains",
        "authors": ["A. Writer", "B. Other"],
        "published_at": None,
        "language": "fr",
        "rejected": "other_language: fr",
        "text": "One.\n\nTwo.",
    }
    shown = lines(article_view(line, width=80))
    assert shown[0] == "It rains"
    assert "authors   A. Writer, B. Other" in shown
    assert "rejected  other_language: fr" in shown
    assert "outlet" not in " ".join(shown)
    assert shown[-5:] == ["", "One.", "", "Two.", ""] or shown[-4:] == ["One.", "", "Two.", ""]


def test_next_steps_are_numbered():
    shown = lines(steps_view("All is new.", [("onrecord run", "runs"), ("onrecord sql", "asks")]))
    assert "  1  onrecord run" in shown
    assert "  2  onrecord sql" in shown
