"""Inputs: folders with and without an index, files, lists, WARC files, and what goes wrong."""

from __future__ import annotations

import datetime as dt
import gzip

import pytest

from pipeline.records import Reject
from pipeline.resources.inputs import InputError, read_inputs
from pipeline.resources.page_store import NewPage, Segment
from pipeline.resources.warc_documents import read_document
from pipeline.resources.warc_writer import write_segment
from pipeline.schemas import FEED_ENTRIES

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
HTML = b"<!doctype html><p>Words.</p>"


def read(*paths, day=TODAY):
    return read_inputs(paths, default_date=day, now=NOW)


def files(inputs):
    return sorted(f.rpartition("/./")[2] for f in inputs.entries["file"].drop_nulls())


def reasons(inputs):
    return sorted((r.reason_code, r.document) for _, r in inputs.rejects)


def test_a_folder_gives_its_pages_and_not_its_notes(tmp_path):
    for name in (
        "b.html",
        "a.HTM",
        "c.txt",
        "sub/d.html",
        "README.md",
        "notes.csv",
        "photo.jpg",
        ".hidden.html",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(HTML)
    inputs = read(tmp_path)
    assert files(inputs) == ["a.HTM", "b.html", "c.txt", "sub/d.html"]
    assert inputs.rejects == []
    assert inputs.entries.schema == FEED_ENTRIES.schema
    assert set(inputs.entries["feed_id"]) == {"folder"}
    assert inputs.entries["partition_date"].unique().to_list() == [TODAY]
    assert inputs.entries["collected_at"].unique().to_list() == [NOW]


def test_entries_do_not_depend_on_where_the_folder_lies(tmp_path):
    ids = []
    for place in ("one", "deep/er"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "a.html").write_bytes(HTML)
        ids.append(read(tmp_path / place).entries["entry_id"].to_list())
    assert ids[0] == ids[1]


def test_an_index_says_where_when_and_whose(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML)
    (tmp_path / "b.html").write_bytes(HTML)
    (tmp_path / "extra.html").write_bytes(HTML + b"extra")
    (tmp_path / "index.csv").write_text(
        "file,url,outlet_id,published_at,collected_at\n"
        "a.html,https://news.example/a?utm_source=x,gazette,2026-11-20T23:30:00-05:00,2026-11-21T06:00:00Z\n"
        "b.html,,,,2026-11-20\n"
    )
    inputs = read(tmp_path)
    rows = {f["file"].rpartition("/")[2]: f for f in inputs.entries.iter_rows(named=True)}
    a = rows["a.html"]
    assert (a["canonical_url"], a["outlet_id"]) == ("https://news.example/a", "gazette")
    assert a["published_at"] == dt.datetime(2026, 11, 21, 4, 30, tzinfo=dt.UTC)
    assert a["partition_date"] == dt.date(2026, 11, 21)
    # A bare day is its last second: what was published on it is not later than its collection.
    assert rows["b.html"]["collected_at"] == dt.datetime(2026, 11, 20, 23, 59, 59, tzinfo=dt.UTC)
    assert rows["extra.html"]["partition_date"] == TODAY
    assert inputs.rejects == []


def test_rows_of_an_index_that_do_not_fit_are_told_and_cost_only_themselves(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML)
    (tmp_path / "index.csv").write_text(
        "file,url,published_at,collected_at\n"
        "a.html,ftp://x,yesterday,2026-11-21T06:00:00Z\n"
        "a.html,,,\n"
        "gone.html,,,2026-11-19T00:00:00Z\n"
        "../secret.html,,,\n"
        "/etc/passwd,,,\n"
    )
    inputs = read(tmp_path)
    assert files(inputs) == ["a.html"]
    assert inputs.entries["url"].to_list() == [None]
    assert inputs.entries["published_at"].to_list() == [None]
    told = {r.document: (day, r.reason_code) for day, r in inputs.rejects}
    assert told["gone.html"] == (dt.date(2026, 11, 19), "bad_index")
    assert len(inputs.rejects) == 6
    assert {r.reason_code for _, r in inputs.rejects} == {"bad_index"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,url\na.html,\n", "no column 'file'"),
        ("", "no column 'file'"),
        ('file\n"a.html\n', "not CSV at line"),
    ],
)
def test_an_index_that_cannot_be_used_is_one_clear_error(tmp_path, text, words):
    (tmp_path / "a.html").write_bytes(HTML)
    (tmp_path / "index.csv").write_text(text)
    with pytest.raises(InputError, match=r"index\.csv") as told:
        read(tmp_path)
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_a_past_day_is_collected_at_its_end(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML)
    entry = read(tmp_path, day=dt.date(2025, 1, 2)).entries.row(0, named=True)
    assert entry["partition_date"] == dt.date(2025, 1, 2)
    assert entry["collected_at"] == dt.datetime(2025, 1, 2, 23, 59, 59, tzinfo=dt.UTC)


def test_single_files_are_taken_whatever_their_ending(tmp_path):
    (tmp_path / "a.html").write_bytes(HTML)
    (tmp_path / "saved page").write_bytes(HTML)
    inputs = read(tmp_path / "a.html", tmp_path / "saved page")
    assert files(inputs) == ["a.html", "saved page"]
    assert set(inputs.entries["feed_id"]) == {"file"}


def test_a_text_file_of_addresses_is_a_list(tmp_path):
    path = tmp_path / "links.txt"
    path.write_text(
        "# today\nhttps://news.example/a?utm_source=x\n\nhttp://www.news.example:80/b\nhttps://news.example/a\n"
    )
    inputs = read(path)
    assert set(inputs.entries["url"]) == {
        "https://news.example/a?utm_source=x",
        "http://www.news.example:80/b",
    }
    assert inputs.entries["file"].null_count() == 2
    assert set(inputs.entries["feed_id"]) == {"list"}


def test_a_text_that_mentions_addresses_is_a_text(tmp_path):
    (tmp_path / "a.txt").write_text("https://news.example/a\nsaid the minister.\n")
    inputs = read(tmp_path)
    assert files(inputs) == ["a.txt"]


def test_lines_of_a_list_that_are_no_addresses_are_told(tmp_path):
    path = tmp_path / "links.list"
    path.write_text("https://news.example/a\nfile:///etc/passwd\nnews\n")
    inputs = read(path)
    assert inputs.entries.height == 1
    assert reasons(inputs) == [("refused_address", "file:///etc/passwd"), ("refused_address", "news")]


def warc(path, *, gz=True):
    when = dt.datetime(2026, 11, 18, 7, 0, tzinfo=dt.UTC)
    pages = []
    for number, (status, media) in enumerate(
        [(200, "text/html"), (404, "text/html"), (200, "image/png"), (200, "text/html")]
    ):
        url = f"https://news.example/{number}"
        row = {"page_id": f"p{number}", "url": url, "final_url": url, "document": url, "collected_at": when}
        body = HTML + str(number).encode()
        headers = (("Content-Type", media), ("Content-Encoding", "gzip"))
        pages.append(NewPage(row, response=(status, "OK", headers, gzip.compress(body, mtime=0))))
    row = {"page_id": "f", "url": None, "final_url": None, "document": "saved.html", "collected_at": when}
    pages.append(NewPage({**row, "content_type": "text/html"}, resource=HTML))
    write_segment(path, Segment(pages))
    if not gz:
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))


@pytest.mark.parametrize("gz", [True, False])
def test_warc_files_give_their_pages_on_the_day_they_were_taken(tmp_path, gz):
    warc(tmp_path / "crawl.warc.gz", gz=gz)
    inputs = read(tmp_path / ("crawl.warc.gz" if gz else "crawl.warc"))
    assert inputs.rejects == []
    assert set(inputs.entries["url"]) == {"https://news.example/0", "https://news.example/3", None}
    assert inputs.entries["partition_date"].unique().to_list() == [dt.date(2026, 11, 18)]
    for row in inputs.entries.iter_rows(named=True):
        document = read_document(row["file"], max_bytes=10_000)
        assert not isinstance(document, Reject)
        assert document.body.startswith(HTML)
        assert document.content_type == "text/html"
        assert (document.response is None) == (row["url"] is None)


def test_a_damaged_warc_file_gives_what_can_be_read(tmp_path):
    path = tmp_path / "crawl.warc.gz"
    warc(path)
    path.write_bytes(path.read_bytes()[:-40])
    inputs = read(tmp_path)
    assert inputs.entries.height >= 2
    assert reasons(inputs) == [("corrupt", "crawl.warc.gz")]


def test_a_warc_file_in_one_gzip_member_says_how_to_mend_it(tmp_path):
    warc(tmp_path / "a.warc.gz")
    whole = gzip.compress(gzip.decompress((tmp_path / "a.warc.gz").read_bytes()))
    (tmp_path / "a.warc.gz").write_bytes(whole)
    inputs = read(tmp_path)
    assert "warcio recompress" in inputs.rejects[0][1].detail


def test_bad_files_among_good_ones_are_rejects(tmp_path):
    (tmp_path / "good.html").write_bytes(HTML)
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7")
    inputs = read(tmp_path)
    assert files(inputs) == ["good.html"]
    assert reasons(inputs) == [("empty", "empty.html"), ("wrong_type", "paper.pdf")]


def test_arguments_that_cannot_be_used_are_one_clear_error(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "README.md").write_text("nothing here")
    for path, words in (
        (tmp_path / "gone", "no such file or folder"),
        (tmp_path / "empty", "nothing to read"),
    ):
        with pytest.raises(InputError, match=words) as told:
            read(path)
        assert str(path) in str(told.value)
        assert "\n" not in str(told.value)


def test_a_document_that_is_read_back_keeps_its_bytes(tmp_path):
    body = b"\xff\xfe" + "<p>ü</p>".encode("utf-16-le")
    (tmp_path / "a.html").write_bytes(body)
    (tmp_path / "b.html").write_bytes(b"\x89PNG\x00")
    (tmp_path / "c.html").write_bytes(b"x" * 300)
    (tmp_path / "d.txt").write_bytes(b"  \n ")
    (tmp_path / "e.txt").write_bytes(b"Plain words.")
    found = {}
    for row in read(tmp_path).entries.iter_rows(named=True):
        document = read_document(row["file"], max_bytes=200)
        found[row["file"][-6:]] = document.reason_code if isinstance(document, Reject) else document
    assert found["a.html"].body == body
    assert (found["b.html"], found["c.html"], found["/d.txt"]) == ("wrong_type", "too_large", "empty")
    assert found["/e.txt"].content_type == "text/plain"
    gone = read_document(f"{tmp_path}/./gone.html", max_bytes=9)
    assert isinstance(gone, Reject)
    assert gone.reason_code == "unreadable"
