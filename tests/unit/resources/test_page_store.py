"""Pages in WARC files: written whole, read back untouched, damage told."""

from __future__ import annotations

import datetime as dt
import gzip
import random

import polars as pl
import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.ids import content_hash
from pipeline.resources.http_policy import Exchange
from pipeline.resources.page_store import (
    Alias,
    CorruptRecordError,
    NewPage,
    PageStore,
    PageStoreError,
    Segment,
)
from pipeline.schemas import PAGES

NOW = dt.datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=dt.UTC)
DAY = NOW.date()
BODY = b"<html><body>" + b"<p>Caf\xc3\xa9 words.</p>" * 40 + b"</body></html>"


def row(number, body=BODY, **values):
    url = f"https://news.example/{number}"
    base = {
        "partition_date": DAY,
        "page_id": f"page{number:02}",
        "entry_id": f"entry{number:02}",
        "outlet_id": None,
        "url": url,
        "final_url": url,
        "canonical_url": url,
        "document": url,
        "content_type": "text/html",
        "charset": "utf-8",
        "status": 200,
        "bytes": len(body),
        "content_sha256": content_hash(body),
        "hint_headline": "Straße “now”",
        "hint_published_at": NOW,
        "collected_at": NOW,
    }
    return base | values


def exchange(
    url, status=200, headers=(("Content-Type", "text/html; charset=utf-8"),), body: bytes | None = BODY
):
    target = "/" + url.split("/", 3)[-1]
    return Exchange(url, "GET", target, (("Host", "news.example"),), status, "OK", tuple(headers), body, NOW)


def fetched(number):
    packed = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
    return NewPage(
        row(number),
        (exchange(f"https://news.example/{number}", headers=packed, body=gzip.compress(BODY, mtime=0)),),
    )


def segment():
    moved = (
        exchange("https://news.example/2", 301, (("Location", "/two"),), None),
        exchange("https://news.example/two"),
    )
    unknown = {
        "url": None,
        "final_url": None,
        "canonical_url": None,
        "document": "sub/a ü.html",
        "charset": None,
    }
    return Segment(
        [
            fetched(1),
            NewPage(row(2, final_url="https://news.example/two"), moved),
            NewPage(row(3, b"plain", **unknown), resource=b"plain"),
            NewPage(row(4), response=(200, "OK", (("Content-Type", "text/html"),), BODY)),
        ],
        [Alias("https://news.example/other", "entry99", "page01", NOW)],
    )


@pytest.fixture
def store(tmp_path):
    return PageStore(tmp_path)


def test_pages_come_back_as_they_were(store):
    pages = store.write(DAY, segment())
    assert pages.schema == PAGES.schema
    assert pages["page_id"].to_list() == ["page01", "page02", "page03", "page04"]
    read, rejects = store.read_all(pages)
    assert rejects == []
    assert read["body"].to_list() == [BODY, BODY, b"plain", BODY]
    assert read.drop("body").equals(pages)
    page = store.read(pages["warc_file"][0], pages["warc_offset"][0])
    assert (page.status, page.content_type, page.url) == (200, "text/html", "https://news.example/1")


def test_any_warc_reader_can_read_the_files(store):
    store.write(DAY, segment())
    with store.files(DAY)[0].open("rb") as file:
        seen = []
        for record in ArchiveIterator(file, check_digests=True):
            seen.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI")))
            if record.rec_type == "response" and record.http_headers.get_statuscode() == "200":
                assert record.content_stream().read() == BODY
            else:
                record.content_stream().read()
    kinds = [kind for kind, _ in seen]
    assert kinds[:4] == ["warcinfo", "response", "request", "metadata"]
    assert kinds[4:9] == ["response", "request", "response", "request", "metadata"]
    assert ("resource", "urn:onrecord:file:sub/a%20%C3%BC.html") in seen


def test_writing_the_same_pages_again_changes_nothing(store):
    first = store.write(DAY, segment())
    before = [p.read_bytes() for p in store.files(DAY)]
    assert store.write(DAY, segment()).equals(first)
    assert [p.read_bytes() for p in store.files(DAY)] == before


def test_a_day_tells_its_rows_without_the_lake(store):
    first = store.write(DAY, segment())
    second = store.write(DAY, Segment([fetched(5)]))
    day = store.read_day(DAY)
    assert day.pages.equals(pl.concat([first, second]).sort("page_id"))
    assert "https://news.example/other" in day.addresses
    assert {"https://news.example/2", "https://news.example/two"} <= day.addresses
    assert "entry99" in day.entry_ids
    assert day.rejects == []
    assert store.read_day(dt.date(2026, 11, 21)).pages.height == 0


def test_nothing_to_write_makes_no_file(store):
    assert store.write(DAY, Segment()).height == 0
    assert store.files(DAY) == []


def test_leftovers_of_a_killed_run_are_not_read(store):
    pages = store.write(DAY, segment())
    (store.folder(DAY) / ".tmp-123").write_bytes(b"half a file")
    assert store.read_day(DAY).pages.equals(pages)
    assert store.clear_leftovers(DAY) == 1
    assert store.clear_leftovers(DAY) == 0


def test_a_missing_file_costs_its_pages_not_the_day(store):
    kept, lost = store.write(DAY, Segment([fetched(1)])), store.write(DAY, Segment([fetched(2)]))
    (store.folder(DAY) / lost["warc_file"][0].rsplit("/", 1)[1]).unlink()
    read, rejects = store.read_all(pl.concat([kept, lost]))
    assert read["page_id"].to_list() == ["page01"]
    assert [(r.stage, r.reason_code, r.page_id) for r in rejects] == [("articles", "corrupt", "page02")]


def test_flipped_bits_are_told_and_never_read_as_a_page(store):
    pages = store.write(DAY, segment())
    path = store.files(DAY)[0]
    good = path.read_bytes()
    chance = random.Random(7)
    told = 0
    for _ in range(120):
        bad = bytearray(good)
        bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(bad))
        read, rejects = store.read_all(pages)
        assert read.height + len(rejects) == pages.height
        assert [content_hash(b) for b in read["body"]] == read["content_sha256"].to_list()
        told += len(rejects) + len(store.read_day(DAY).rejects)
    assert told > 60


def test_a_file_cut_off_anywhere_keeps_the_pages_before(store):
    pages = store.write(DAY, segment())
    path = store.files(DAY)[0]
    good = path.read_bytes()
    for length in range(0, len(good), 97):
        path.write_bytes(good[:length])
        read, rejects = store.read_all(pages)
        whole = [o for o in pages["warc_offset"].to_list() if o < length]
        assert read.height >= len(whole) - 1
        assert read.height + len(rejects) == pages.height


def test_after_a_damaged_stretch_the_rest_is_found(store):
    pages = store.write(DAY, Segment([fetched(n) for n in range(1, 6)]))
    path = store.files(DAY)[0]
    data = bytearray(path.read_bytes())
    start = pages["warc_offset"][1]
    data[start : start + 40] = b"\x00" * 40
    path.write_bytes(bytes(data))
    day = store.read_day(DAY)
    assert day.pages["page_id"].to_list() == ["page01", "page02", "page03", "page04", "page05"]
    assert [r.reason_code for r in day.rejects] == ["corrupt"]
    assert store.read_all(pages)[0].height == 4


def test_a_wrong_offset_is_told(store):
    pages = store.write(DAY, segment())
    for offset in (1, 10**9):
        with pytest.raises(CorruptRecordError):
            store.read(pages["warc_file"][0], offset)


def test_a_record_that_is_no_page_is_told(store):
    pages = store.write(DAY, segment())
    with pytest.raises(CorruptRecordError, match="no page"):
        store.read(pages["warc_file"][0], 0)


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path):
    (tmp_path / "pages").write_text("a file where a folder should be")
    with pytest.raises(PageStoreError, match="cannot be written") as told:
        PageStore(tmp_path).write(DAY, segment())
    assert "\n" not in str(told.value)


def test_batches_hold_the_same_as_one_read(store):
    pages = store.write(DAY, Segment([fetched(n) for n in range(1, 8)]))
    parts = [frame for frame, _ in store.read_batches(pages, size=3)]
    assert [p.height for p in parts] == [3, 3, 1]
    assert pl.concat(parts).equals(store.read_all(pages)[0])
    assert store.read_all(pages.clear())[0].columns == [*pages.columns, "body"]
