"""Rejects: the one form in which a thing that could not be processed is kept.

Belongs here: reason codes and the builder of reject rows. Does not: deciding what is rejected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from pipeline.ids import stable_id
from pipeline.schemas import REJECTS

REASONS = {
    "unreadable": "the file or record could not be read or decoded",
    "empty": "nothing in it",
    "too_large": "larger than the size cap after decompression",
    "wrong_type": "not HTML or text",
    "refused_address": "scheme or network address that is never fetched",
    "robots": "the site's robots.txt forbids it",
    "http_status": "the server answered with an error",
    "network": "no answer: name, connection, time or protocol",
    "budget": "the time budget of its host or of the run was spent",
    "bad_feed": "the feed could not be parsed",
    "not_article": "no article: section front, gallery, video, login or error page",
    "no_text": "no article text found",
    "other_language": "a language that the settings do not ask for",
    "corrupt": "a stored file is damaged",
    "bad_index": "a row of index.csv does not fit its folder",
    "extraction_failed": "the extractor could not process the text",
}
"""Reason codes and what they mean; ``Reject`` takes no other."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A thing that could not be processed."""

    stage: str
    reason_code: str
    document: str
    detail: str
    page_id: str | None = None
    article_id: str | None = None

    def __post_init__(self) -> None:
        if self.reason_code not in REASONS:
            raise ValueError(f"unknown reason code {self.reason_code!r}; add it to records.REASONS")


def rejects_frame(rejects: Iterable[Reject], partition_date: dt.date) -> pl.DataFrame:
    """Rows of the ``rejects`` table, one a distinct reject, by id."""
    rows = {
        (key := stable_id("reject", partition_date, r.stage, r.reason_code, r.document)): {
            "partition_date": partition_date,
            "reject_id": key,
            "stage": r.stage,
            "reason_code": r.reason_code,
            "document": r.document,
            "page_id": r.page_id,
            "article_id": r.article_id,
            "detail": r.detail[:500],
        }
        for r in rejects
    }
    return pl.DataFrame([rows[k] for k in sorted(rows)], schema=REJECTS.schema)
