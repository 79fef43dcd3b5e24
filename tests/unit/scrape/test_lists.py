"""Lists of addresses and index.csv."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.scrape.lists import (
    BadIndexError,
    is_url_list,
    read_index,
    read_url_list,
    repeated,
    stays_inside,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://x.example/a\n", True),
        ("\ufeff# today\r\n\r\nHTTPS://x.example/a\r\n", True),
        ("# only a comment\n", False),
        ("", False),
        ("https://x.example/a said so\n", False),
        ("https://x.example/a\nA line of text.\n", False),
        ("ftp://x.example/a\n", False),
        ("https://x.example/a\nfile:///x\nhttps://x.example/b\n", True),
    ],
)
def test_what_is_a_list_of_addresses(text, expected):
    assert is_url_list(text) is expected


def test_a_list_gives_each_address_once_in_order():
    found, bad = read_url_list(
        "https://x.example/b\n#c\nhttp://x.example/a#top\nhttps://x.example/a/\nnews\nfile:///x\n"
    )
    assert found == ["https://x.example/b", "http://x.example/a#top"]
    assert bad == ["news", "file:///x"]


def test_an_index_may_have_any_columns_in_any_order():
    (row,) = read_index('\ufeffNote, FILE ,outlet_id\n"two\nlines",a.html, gazette \n')
    assert (row.file, row.outlet_id, row.url, row.published_at, row.problems) == (
        "a.html",
        "gazette",
        None,
        None,
        (),
    )


def test_empty_lines_and_short_rows_are_fine():
    rows = read_index(
        "file,url,published_at\n\na.html\nb.html,https://x.example/b,2026-11-22T08:00:00+02:00\n"
    )
    assert [r.file for r in rows] == ["a.html", "b.html"]
    assert rows[1].published_at == dt.datetime(2026, 11, 22, 6, tzinfo=dt.UTC)
    assert rows[1].line == 4


def test_values_that_do_not_fit_are_left_out_and_named():
    (row,) = read_index("file,url,published_at,collected_at\na.html,gopher://x,soon,2026-13-01\n")
    assert (row.url, row.published_at, row.collected_at) == (None, None, None)
    assert len(row.problems) == 3
    assert "'soon'" in row.problems[1]


def test_a_bare_day_of_collection_is_its_last_second():
    (row,) = read_index("file,collected_at,published_at\na.html,2026-11-22,2026-11-22\n")
    assert row.collected_at == dt.datetime(2026, 11, 22, 23, 59, 59, tzinfo=dt.UTC)
    assert row.published_at == dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["", "name\n", 'file\n"open\n'])
def test_what_is_no_index(text):
    with pytest.raises(BadIndexError, match=r"file|CSV"):
        read_index(text)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("a.html", True),
        ("sub/a.html", True),
        ("../a", False),
        ("/a", False),
        ("a/../../b", False),
        ("..\\a", False),
        ("", False),
    ],
)
def test_paths_stay_in_their_folder(file, expected):
    assert stays_inside(file) is expected


def test_files_named_again_are_found():
    assert repeated(read_index("file\na\nb\na\na\n")) == {4, 5}
