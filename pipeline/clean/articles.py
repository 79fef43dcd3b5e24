"""Articles: the ``articles`` frame from stored pages; what the rest of the pipeline calls.

Belongs here: cleaning many pages, what takes several of them (repetition over an outlet, languages
asked for, near-duplicates over days), rows and rejects. Does not: cleaning one page (``pages.py``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.clean.duplicates import Signed, TextsOf, group_duplicates, signature
from pipeline.clean.lines import Line
from pipeline.clean.outlets import Outlets
from pipeline.clean.pages import STAGE, CleanedPage, Hints, clean_page
from pipeline.clean.repetition import LEAST_PAGES, repeated_lines, without
from pipeline.clean.sketches import SIGNATURE_SIZE
from pipeline.ids import stable_id
from pipeline.records import Reject
from pipeline.schemas import ARTICLES

__all__ = [
    "CLEANER_VERSION",
    "CleanedPage",
    "Hints",
    "ReadPage",
    "TextsOf",
    "clean_articles",
    "clean_page",
    "join_articles",
    "read_pages",
]

CLEANER_VERSION = "3"
"""Goes up with every change that can change an article; stamps each row."""
_BAD_STATUS = 400

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page cleaned by itself: what identifies it, what came of it, the MinHash of its text."""

    page: Row
    cleaned: CleanedPage | Reject
    minhash: list[int]


def clean_articles(
    pages: pl.DataFrame,
    *,
    outlets: pl.DataFrame,
    languages: frozenset[str],
    history: pl.DataFrame | None = None,
    texts_of: TextsOf | None = None,
) -> tuple[pl.DataFrame, list[Reject]]:
    """The articles of ``pages``, and a reject for each page that gives none.

    The order of ``pages`` does not matter, and a page that cannot be read costs only itself.

    Args:
        pages: Rows of the ``pages`` table with the column ``body`` (the bytes of each page).
        outlets: ``seeds/outlets.csv``: ``outlet_id``, ``outlet_name``, ``homepage``.
        languages: ISO 639-1 codes of articles to keep; all, if empty.
        history: Articles of earlier days (``article_id``, ``minhash``, ``collected_at``,
            ``near_duplicate_group``), for near-duplicates over days.
        texts_of: Texts of articles of ``history`` by id, asked for where a signature leaves it open
            whether an article is a shortened copy; without it such copies are found within the day only.

    Returns:
        A frame in the schema of ``articles``, by article id, and the rejects by page id.
    """
    read = read_pages(pages, outlets=outlets, languages=languages)
    return join_articles(read, history=history, texts_of=texts_of)


def read_pages(pages: pl.DataFrame, *, outlets: pl.DataFrame, languages: frozenset[str]) -> list[ReadPage]:
    """Each of ``pages`` cleaned by itself, in the order of their ids: the part that worker processes share.

    Args:
        pages: As for ``clean_articles``.
        outlets: As for ``clean_articles``.
        languages: As for ``clean_articles``.
    """
    known = Outlets.from_frame(outlets)
    read: list[ReadPage] = []
    for row in pages.unique("page_id", keep="any").sort("page_id").iter_rows(named=True):
        cleaned = _clean(row, known, languages)
        minhash = signature(cleaned.text) if isinstance(cleaned, CleanedPage) else []
        kept = {name: row[name] for name in ("page_id", "partition_date", "collected_at")}
        read.append(ReadPage(kept, cleaned, minhash))
    return read


def join_articles(
    read: Iterable[ReadPage], *, history: pl.DataFrame | None = None, texts_of: TextsOf | None = None
) -> tuple[pl.DataFrame, list[Reject]]:
    """The articles of all pages of a day that were read one by one, in any order: what takes several of them.

    Args:
        read: From ``read_pages``.
        history: As for ``clean_articles``.
        texts_of: As for ``clean_articles``.
    """
    found: dict[str, tuple[Row, CleanedPage]] = {}
    signatures: dict[str, list[int]] = {}
    rejects: dict[str, Reject] = {}
    for one in sorted(read, key=lambda r: r.page["page_id"]):
        if isinstance(one.cleaned, Reject):
            rejects[one.page["page_id"]] = one.cleaned
        else:
            key = stable_id("article", one.page["page_id"])
            found[key] = (one.page, one.cleaned)
            signatures[key] = one.minhash
    found = _without_repetition(found, signatures)
    groups = group_duplicates(
        _signed(found, signatures), _earlier(history), texts_of=_texts_of(found, texts_of)
    )
    rows = [_row(key, *found[key], signatures[key], groups[key]) for key in sorted(found)]
    return ARTICLES.conform(pl.DataFrame(rows, schema=ARTICLES.schema)), list(rejects.values())


def _clean(row: Row, outlets: Outlets, languages: frozenset[str]) -> CleanedPage | Reject:
    document, page_id = row["document"], row["page_id"]
    if (row["status"] or 0) >= _BAD_STATUS:
        return Reject(STAGE, "http_status", document, f"answered {row['status']}", page_id=page_id)
    is_address = document.startswith(("http://", "https://"))
    cleaned = clean_page(
        row["body"] or b"",
        url=row["final_url"] or row["url"],
        content_type=row["content_type"],
        charset=row["charset"],
        collected_at=row["collected_at"],
        document=document,
        page_id=page_id,
        hints=Hints(
            headline=row["hint_headline"],
            published_at=row["hint_published_at"],
            published_origin="feed" if is_address else "index",
            outlet_id=row["outlet_id"],
            canonical_url=row["canonical_url"],
        ),
        outlets=outlets,
    )
    if isinstance(cleaned, CleanedPage) and languages and cleaned.language not in languages:
        asked = ", ".join(sorted(languages))
        return Reject(STAGE, "other_language", document, f"{cleaned.language}, not {asked}", page_id=page_id)
    return cleaned


def _without_repetition(
    found: dict[str, tuple[Row, CleanedPage]], signatures: dict[str, list[int]]
) -> dict[str, tuple[Row, CleanedPage]]:
    """``found`` without the lines that stand in many different stories of one outlet.

    ``signatures`` of the articles that lose lines are made anew.
    """
    by_outlet: dict[str, list[str]] = {}
    for key, (_, cleaned) in found.items():
        if cleaned.outlet_id:
            by_outlet.setdefault(cleaned.outlet_id, []).append(key)
    out = dict(found)
    for keys in by_outlet.values():
        if len(keys) < LEAST_PAGES:
            continue
        repeated = repeated_lines(_stories({key: found[key] for key in keys}, signatures))
        for key in keys if repeated else ():
            row, cleaned = found[key]
            left = without(cleaned.lines, repeated)
            if len(left) < len(cleaned.lines):
                out[key] = (row, cleaned.with_lines(left))
                signatures[key] = signature(out[key][1].text)
    return out


def _stories(
    found: dict[str, tuple[Row, CleanedPage]], signatures: Mapping[str, list[int]]
) -> list[tuple[Line, ...]]:
    """The lines of each different story: versions and copies of one story repeat all of it."""
    groups = group_duplicates(_signed(found, signatures), texts_of=_texts_of(found, None))
    return [found[key][1].lines for key in found if groups[key] == key]


def _signed(
    found: Mapping[str, tuple[Row, CleanedPage]], signatures: Mapping[str, list[int]]
) -> list[Signed]:
    return [
        Signed(key, signatures[key], _seen_at(cleaned, row["collected_at"]))
        for key, (row, cleaned) in found.items()
    ]


def _seen_at(cleaned: CleanedPage, collected_at: dt.datetime) -> dt.datetime:
    """When the article came out; a day without a time says too little to tell which was first."""
    published = cleaned.published_at
    if published is None or (cleaned.published_zone is None and published.time() == dt.time()):
        return collected_at
    return published


def _texts_of(found: Mapping[str, tuple[Row, CleanedPage]], of_history: TextsOf | None) -> TextsOf:
    """Texts of the day's articles, and of earlier ones as far as they can be asked for."""

    def texts(keys: Collection[str]) -> dict[str, str]:
        own = {key: found[key][1].text for key in keys if key in found}
        others = {key for key in keys if key not in found}
        return own | dict(of_history(others) if of_history and others else {})

    return texts


def _earlier(history: pl.DataFrame | None) -> Iterable[Signed]:
    if history is None:
        return
    columns = (
        history.select("article_id", "minhash", "collected_at", "near_duplicate_group")
        .filter(pl.col("minhash").list.len() == SIGNATURE_SIZE)
        .sort("article_id")
    )
    # One array for all: as Python's numbers the signatures of two months would take gigabytes.
    signatures = columns["minhash"].explode().to_numpy().reshape(-1, SIGNATURE_SIZE)
    for row, signed in zip(columns.drop("minhash").iter_rows(), signatures, strict=True):
        key, collected_at, group = row
        yield Signed(key, signed, collected_at, group)


def _row(key: str, page: Row, cleaned: CleanedPage, minhash: list[int], group: str) -> dict[str, object]:
    collected_at: dt.datetime = page["collected_at"]
    return {
        "partition_date": page["partition_date"],
        "article_id": key,
        "page_id": page["page_id"],
        "document": cleaned.document,
        "url": cleaned.url,
        "canonical_url": cleaned.canonical_url,
        "outlet_id": cleaned.outlet_id,
        "headline": cleaned.headline,
        "authors": cleaned.authors,
        "published_at": cleaned.published_at,
        "published_origin": cleaned.published_origin,
        "published_zone": cleaned.published_zone,
        "modified_at": cleaned.modified_at,
        "collected_at": collected_at,
        "article_date": cleaned.article_date,
        "language": cleaned.language,
        "section": cleaned.section,
        "text": cleaned.text,
        "word_count": cleaned.word_count,
        "is_live_blog": cleaned.is_live_blog,
        "is_opinion": cleaned.is_opinion,
        "is_paywalled": cleaned.is_paywalled,
        "is_truncated": cleaned.is_truncated,
        "near_duplicate_group": group,
        "minhash": minhash,
        "cleaner_version": CLEANER_VERSION,
    }
