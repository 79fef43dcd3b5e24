"""Collecting a day: every page once, every fault told, again and again the same."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipeline.ids import content_hash, stable_id
from pipeline.records import Reject
from pipeline.resources import http_collect
from pipeline.resources.http_collect import collect, fetch_document
from pipeline.resources.inputs import read_inputs
from pipeline.resources.page_store import PageStore, PageStoreError
from pipeline.schemas import FEED_ENTRIES, PAGES
from pipeline.scrape.urls import canonical_url

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
DAY = NOW.date()
NONE_KNOWN = pl.DataFrame(schema={"canonical_url": pl.String})


def entries(*urls, day=DAY, **values):
    rows = [
        {
            "partition_date": day,
            "entry_id": stable_id("entry", "feed", url),
            "feed_id": "feed",
            "outlet_id": "gazette",
            "url": url,
            "canonical_url": canonical_url(url),
            "file": None,
            "title": "A headline",
            "published_at": NOW,
            "collected_at": NOW,
        }
        | values
        for url in urls
    ]
    return pl.DataFrame(rows, schema=FEED_ENTRIES.schema)


@pytest.fixture
def run(tmp_path, fetcher, clock):
    """Collects into a store of the test's own."""

    def go(found, *, stored=None, known=NONE_KNOWN, store=None, day=DAY, **policy):
        return collect(
            day,
            found,
            stored=PAGES.empty() if stored is None else stored,
            known=known,
            fetcher=fetcher(**policy),
            store=store or PageStore(tmp_path),
            now=clock.now,
        )

    return go


def page(n):
    return f"<!doctype html><p>Words of page {n}.</p>".encode()


def test_pages_are_stored_with_what_came_with_them(site, run, tmp_path):
    url = site.add("/a?utm_source=rss", page(1))
    pages, rejects = run(entries(url))
    assert rejects == []
    row = pages.row(0, named=True)
    assert row["page_id"] == stable_id("page", site.url("/a"), content_hash(page(1)))
    assert (row["url"], row["canonical_url"], row["document"]) == (url, site.url("/a"), url)
    assert (row["outlet_id"], row["hint_headline"], row["hint_published_at"]) == (
        "gazette",
        "A headline",
        NOW,
    )
    assert (row["status"], row["bytes"], row["charset"]) == (200, len(page(1)), "utf-8")
    body = PageStore(tmp_path).read_all(pages)[0]["body"].to_list()
    assert body == [page(1)]


def test_a_second_run_fetches_nothing_and_gives_the_same_rows(site, run):
    found = entries(*(site.add(f"/{n}", page(n)) for n in range(5)))
    first, _ = run(found)
    asked = len(site.paths())
    assert run(found)[0].equals(first)
    assert run(found, stored=first)[0].equals(first)
    assert len(site.paths()) == asked == 5


def test_a_killed_run_goes_on_where_it_was(site, run, tmp_path, monkeypatch):
    monkeypatch.setattr(http_collect, "SEGMENT_PAGES", 2)
    found = entries(*(site.add(f"/{n}", page(n), host=2 + n % 3) for n in range(9)))

    class Dying(PageStore):
        written = 0

        def write(self, day, segment):
            Dying.written += 1
            if Dying.written > 2:
                raise PageStoreError("the process was killed here")
            return super().write(day, segment)

    with pytest.raises(PageStoreError):
        run(found, store=Dying(tmp_path))
    (PageStore(tmp_path).folder(DAY) / ".tmp-left-over").write_bytes(b"half")
    stored = PageStore(tmp_path).read_day(DAY).pages
    assert stored.height == 4
    asked = {path: site.paths().count(path) for path in site.paths()}
    pages, rejects = run(found)
    assert rejects == []
    assert sorted(pages["url"]) == sorted(found["url"])
    for row in stored.iter_rows(named=True):
        path = "/" + row["url"].rsplit("/", 1)[1]
        assert site.paths().count(path) == asked[path] == 1
    assert pages.filter(pl.col("page_id").is_in(stored["page_id"].implode())).equals(stored)
    assert list(PageStore(tmp_path).folder(DAY).glob(".tmp*")) == []


def test_one_address_under_many_forms_is_fetched_once(site, run):
    site.add("/a", page(1))
    site.add("/a?utm_source=x", page(1))
    pages, _ = run(entries(site.url("/a"), site.url("/a?utm_source=x"), site.url("/a#top")))
    assert pages.height == 1
    assert len(site.paths()) == 1


def test_addresses_known_from_earlier_days_are_left_alone(site, run):
    known = pl.DataFrame({"canonical_url": [site.url("/old")]})
    pages, rejects = run(entries(site.add("/old?utm_medium=rss"), site.add("/new", page(2))), known=known)
    assert (pages["url"].to_list(), rejects) == ([site.url("/new")], [])
    assert site.paths() == ["/new"]


def test_two_addresses_that_lead_to_one_page_store_it_once(site, run):
    site.add("/story", page(1))
    found = entries(site.redirect("/short", "/story"), site.redirect("/other", "/story"))
    first, rejects = run(found)
    assert (first.height, rejects) == (1, [])
    assert first["canonical_url"].to_list() == [site.url("/story")]
    assert site.paths().count("/story") == 2
    assert run(found)[0].equals(first)
    assert site.paths().count("/story") == 2


def test_a_redirect_to_a_page_of_an_earlier_day_adds_nothing(site, run):
    site.add("/story", page(1))
    known = pl.DataFrame(
        {"canonical_url": [site.url("/story")], "url": [site.url("/before")], "page_id": ["x"]}
    )
    found = entries(site.redirect("/short", "/story"), site.add("/before"))
    assert run(found, known=known)[0].height == 0
    assert "/before" not in site.paths()


def test_each_fault_is_a_reject_and_costs_only_itself(site, run):
    site.add("/robots.txt", b"User-agent: *\nDisallow: /private\n", type="text/plain")
    faults = {
        site.url("/gone"): "http_status",
        site.url("/private"): "robots",
        site.add("/photo", b"\xff\xd8\xff", type="image/jpeg"): "wrong_type",
        site.add("/big", b"x" * 5000): "too_large",
        site.add("/blank", b" "): "empty",
        site.redirect("/inside", "http://10.0.0.1/"): "refused_address",
        f"http://127.0.0.77:{site.port}/": "network",
    }
    good = [site.add(f"/{n}", page(n)) for n in range(3)]
    pages, rejects = run(entries(*faults, *good), max_bytes=1000)
    assert sorted(pages["url"]) == sorted(good)
    assert {r.document: r.reason_code for r in rejects} == faults
    assert {r.stage for r in rejects} == {"pages"}


def test_what_no_time_is_left_for_is_told(site, run):
    found = entries(*(site.add(f"/{n}", page(n)) for n in range(6)))
    pages, rejects = run(found, host_spacing_seconds=10.0, host_budget_seconds=35.0)
    assert pages.height + len(rejects) == 6
    assert {r.reason_code for r in rejects} == {"budget"}
    assert run(found)[0].height == 6


def test_entries_of_other_days_are_left_alone(site, run):
    found = pl.concat(
        [entries(site.add("/a", page(1))), entries(site.add("/b", page(2)), day=dt.date(2026, 11, 21))]
    )
    assert run(found)[0]["url"].to_list() == [site.url("/a")]


def test_files_are_taken_in_without_any_network(run, tmp_path, site):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.html").write_bytes(page(1))
    (folder / "copy.html").write_bytes(page(1))
    (folder / "b.txt").write_bytes(b"Plain words.")
    (folder / "index.csv").write_text(f"file,url\nb.txt,{site.url('/b')}\n")
    found = read_inputs([folder], default_date=DAY, now=NOW).entries
    pages, rejects = run(found)
    assert rejects == []
    # The same bytes at no address are one page.
    assert sorted(pages["document"]) in (["a.html", "b.txt"], ["b.txt", "copy.html"])
    assert site.seen == []
    rows = {r["document"]: r for r in pages.iter_rows(named=True)}
    assert rows["b.txt"]["canonical_url"] == site.url("/b")
    assert run(found)[0].equals(pages)
    assert len(PageStore(tmp_path).files(DAY)) == 1


def test_a_new_version_of_a_file_at_a_known_address_is_a_page_of_its_own(run, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "index.csv").write_text("file,url\na.html,https://news.example/a\n")
    versions = []
    for n in (1, 2):
        (folder / "a.html").write_bytes(page(n))
        versions.append(run(read_inputs([folder], default_date=DAY, now=NOW).entries)[0].height)
    assert versions == [1, 2]
    known = pl.DataFrame({"canonical_url": ["https://news.example/a"], "page_id": ["x"]})
    later = dt.date(2026, 11, 23)
    (folder / "a.html").write_bytes(page(3))
    third = read_inputs([folder], default_date=later, now=NOW).entries
    assert run(third, known=known, day=later)[0].height == 1


def test_a_file_stored_on_another_day_is_not_taken_in_again(run, tmp_path):
    (tmp_path / "a.html").write_bytes(page(1))
    first, _ = run(read_inputs([tmp_path / "a.html"], default_date=DAY, now=NOW).entries)
    later = dt.date(2026, 11, 23)
    again = read_inputs([tmp_path / "a.html"], default_date=later, now=NOW).entries
    known = first.select("page_id", "canonical_url")
    assert run(again, known=known, day=later)[0].height == 0


def test_bad_files_are_rejects(run, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.html").write_bytes(page(1))
    (tmp_path / "in" / "photo.html").write_bytes(b"\x89PNG\r\n\x00")
    pages, rejects = run(read_inputs([tmp_path / "in"], default_date=DAY, now=NOW).entries)
    assert pages["document"].to_list() == ["good.html"]
    assert [(r.stage, r.reason_code, r.document) for r in rejects] == [("pages", "wrong_type", "photo.html")]


def test_pages_taken_from_another_warc_file_keep_their_record(site, run, tmp_path):
    url = site.add("/a", page(1), headers={"X-Served-By": "cache 7"})
    run(entries(url), store=PageStore(tmp_path / "first"))
    (crawl,) = PageStore(tmp_path / "first").files(DAY)
    found = read_inputs([crawl], default_date=DAY, now=NOW).entries
    asked = len(site.seen)
    pages, rejects = run(found, store=PageStore(tmp_path / "second"))
    assert (rejects, len(site.seen)) == ([], asked)
    row = pages.row(0, named=True)
    stored = PageStore(tmp_path / "second").read(row["warc_file"], row["warc_offset"])
    assert stored.body == page(1)
    assert ("X-Served-By", "cache 7") in stored.headers
    assert row["canonical_url"] == site.url("/a")


def test_a_day_without_entries_keeps_its_pages(site, run):
    first, _ = run(entries(site.add("/a", page(1))))
    assert run(FEED_ENTRIES.empty())[0].equals(first)


def test_a_single_document_is_fetched_or_told(site, policy):
    url = site.add("/a", page(1))
    got = fetch_document(url, policy())
    assert not isinstance(got, Reject)
    assert (got.body, got.content_type, got.final_url, got.charset) == (page(1), "text/html", url, "utf-8")
    bad = fetch_document(site.url("/gone"), policy())
    assert isinstance(bad, Reject)
    assert bad.reason_code == "http_status"
