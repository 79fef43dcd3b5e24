"""What the report is made of: frames of the published tables, cut to its days.

Belongs here: which columns the report reads, and its window of days. Does not: SQL (``report_tables`` in
``pipeline.resources``) or figures.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

DAYS = 30
"""Days of a report, its own day the last."""

SPANS = pl.List(pl.Struct({"start": pl.Int64, "end": pl.Int64}))
_DAY_COUNTS = {"statements": pl.Int64, "distinct_statements": pl.Int64}
SCHEMAS: dict[str, pl.Schema] = {
    "actors": pl.Schema(
        {
            "actor_id": pl.String,
            "actor_name": pl.String,
            "actor_type": pl.String,
            "country_code": pl.String,
            "role": pl.String,
            "affiliation": pl.String,
            "aliases": pl.List(pl.String),
        }
    ),
    "outlets": pl.Schema({"outlet_id": pl.String, "outlet_name": pl.String}),
    "articles": pl.Schema(
        {
            "article_id": pl.String,
            "outlet_id": pl.String,
            "headline": pl.String,
            "url": pl.String,
            "article_date": pl.Date,
            "near_duplicate_group": pl.String,
        }
    ),
    "statements": pl.Schema(
        {
            "statement_id": pl.String,
            "article_id": pl.String,
            "outlet_id": pl.String,
            "actor_id": pl.String,
            "family_id": pl.String,
            "statement_date": pl.Date,
            "article_date": pl.Date,
            "statement_type": pl.String,
            "resolution": pl.String,
            "speaker_text": pl.String,
            "cue_lemma": pl.String,
            "cue_class": pl.String,
            "is_negated": pl.Boolean,
            "addressee": pl.String,
            "confidence": pl.Float64,
            "word_count": pl.Int64,
            "speaker_start": pl.Int64,
            "speaker_end": pl.Int64,
            "cue_start": pl.Int64,
            "cue_end": pl.Int64,
            "content_spans": SPANS,
        }
    ),
    "actor_days": pl.Schema(
        {
            "actor_id": pl.String,
            "statement_date": pl.Date,
            **_DAY_COUNTS,
            "direct_statements": pl.Int64,
            "mixed_statements": pl.Int64,
            "indirect_statements": pl.Int64,
            "words_quoted": pl.Int64,
            "statements_mean_7d": pl.Float64,
            "statements_z_7d": pl.Float64,
        }
    ),
    "pairs": pl.Schema(
        {
            "actor_id": pl.String,
            "mentioned_actor_id": pl.String,
            "statement_date": pl.Date,
            "statements": pl.Int64,
        }
    ),
    "spoken_of": pl.Schema({"statement_id": pl.String, "mentioned_actor_id": pl.String}),
    "outlet_days": pl.Schema(
        {
            "outlet_id": pl.String,
            "article_date": pl.Date,
            "articles": pl.Int64,
            "statements": pl.Int64,
            "direct_statements": pl.Int64,
            "named_statements": pl.Int64,
            "unnamed_statements": pl.Int64,
            "unresolved_statements": pl.Int64,
        }
    ),
    "families": pl.Schema(
        {
            "family_id": pl.String,
            "actor_id": pl.String,
            "first_outlet_id": pl.String,
            "content_text": pl.String,
            "word_count": pl.Int64,
            "first_seen_at": pl.Datetime("us", "UTC"),
            "spread_hours": pl.Float64,
            "articles": pl.Int64,
            "outlets": pl.Int64,
            "versions": pl.Int64,
        }
    ),
    "family_reports": pl.Schema(
        {
            "family_id": pl.String,
            "article_id": pl.String,
            "outlet_id": pl.String,
            "headline": pl.String,
            "url": pl.String,
            "seen_at": pl.Datetime("us", "UTC"),
        }
    ),
    "rejects": pl.Schema({"reason_code": pl.String, "rejects": pl.Int64}),
}
"""Columns of every frame of ``ReportTables``, named as in the marts.

``statements`` holds speech only, with a statement date or an article date in the window; ``spoken_of`` has the
other actors that a statement of ``pairs`` mentions.
"""


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a report."""

    first: dt.date
    last: dt.date

    @classmethod
    def ending(cls, day: dt.date) -> Window:
        """The window whose last day is ``day``."""
        return cls(day - dt.timedelta(days=DAYS - 1), day)

    @property
    def days(self) -> list[dt.date]:
        """All days, in order."""
        return [self.first + dt.timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class ReportTables:
    """Frames of one publication, each with the columns of ``SCHEMAS``.

    Attributes:
        window: Days that the frames are cut to.
        facts: What the publication says of itself: ``publication_id``, ``created``, ``data_from``, ``data_to``.
    """

    window: Window
    frames: dict[str, pl.DataFrame]
    facts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, schema in SCHEMAS.items():
            frame = self.frames[name].select(pl.col(c).cast(t) for c, t in schema.items())
            self.frames[name] = frame

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.frames[name]
