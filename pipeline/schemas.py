"""The lake's tables: Polars schema, grain and the meaning of every column.

Belongs here: the contract between stages, read by the Parquet IO, the asset catalogue, dbt's staging
tests and the docs. Does not: marts (their contract stands in ``dbt_project``). All times are UTC, all
offsets are half-open code points into ``articles.text``, all dates are days.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

UTC = pl.Datetime("us", "UTC")
SPANS = pl.List(pl.Struct({"start": pl.Int64, "end": pl.Int64}))


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type, what it says, and whether it may be null."""

    dtype: pl.DataType | type[pl.DataType]
    meaning: str
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A lake table: ``grain`` is its first sentence everywhere, ``key`` is unique in a partition."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: dict[str, Column]

    @property
    def schema(self) -> pl.Schema:
        """The Polars schema, in column order."""
        return pl.Schema({name: column.dtype for name, column in self.columns.items()})

    def empty(self) -> pl.DataFrame:
        """No rows, right columns."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """``frame`` with exactly these columns, cast and in order.

        Raises:
            ValueError: A column is missing, has another type, or a null where none may be.
        """
        missing = [c for c in self.columns if c not in frame.columns]
        if missing:
            raise ValueError(f"{self.name}: columns missing: {', '.join(missing)}")
        out = frame.select(pl.col(name).cast(column.dtype) for name, column in self.columns.items())
        nulls = [c for c, column in self.columns.items() if not column.nullable and out[c].null_count()]
        if nulls:
            raise ValueError(f"{self.name}: null in {', '.join(nulls)}, which may not be null")
        return out


_DAY = Column(pl.Date, "UTC day on which the page was collected; never changes")
_ARTICLE = Column(pl.String, "article this row belongs to")
_VERSION = Column(pl.String, "version of the code and model that made the row")

FEED_ENTRIES = Table(
    "feed_entries",
    "One row per page that a feed, list, folder or archive offered on a day.",
    ("entry_id",),
    {
        "partition_date": _DAY,
        "entry_id": Column(pl.String, "stable id of feed and address"),
        "feed_id": Column(pl.String, "feed of seeds/feeds.csv, or the kind of input (folder, list, warc)"),
        "outlet_id": Column(pl.String, "outlet of the feed or the input's index", nullable=True),
        "url": Column(
            pl.String, "address as the feed gives it; null for a file of unknown address", nullable=True
        ),
        "canonical_url": Column(
            pl.String, "address without tracking, fragment and mobile parts", nullable=True
        ),
        "file": Column(
            pl.String, "path of an input file to read back; what follows /./ is the name shown", nullable=True
        ),
        "title": Column(pl.String, "headline as the feed gives it", nullable=True),
        "published_at": Column(UTC, "publication time as the feed or index gives it", nullable=True),
        "collected_at": Column(UTC, "when the entry was seen"),
    },
)

PAGES = Table(
    "pages",
    "One row per stored page: where its untouched bytes lie in the WARC files and what came with them.",
    ("page_id",),
    {
        "partition_date": _DAY,
        "page_id": Column(pl.String, "stable id of canonical address and bytes"),
        "entry_id": Column(pl.String, "feed entry that led here", nullable=True),
        "outlet_id": Column(pl.String, "outlet, where the entry knew it", nullable=True),
        "url": Column(pl.String, "address asked for; null for a file of unknown address", nullable=True),
        "final_url": Column(pl.String, "address that answered, after redirects", nullable=True),
        "canonical_url": Column(
            pl.String, "address without tracking, fragment and mobile parts", nullable=True
        ),
        "document": Column(pl.String, "name shown to people: the file's name or the address"),
        "content_type": Column(pl.String, "media type without parameters"),
        "charset": Column(pl.String, "character set that the answer declared", nullable=True),
        "status": Column(pl.Int64, "HTTP status; 200 for files"),
        "bytes": Column(pl.Int64, "size of the body, bytes, after decompression"),
        "content_sha256": Column(pl.String, "SHA-256 of the body"),
        "warc_file": Column(pl.String, "WARC file, relative to the data folder"),
        "warc_offset": Column(pl.Int64, "byte offset of the response record in that file"),
        "hint_headline": Column(pl.String, "headline that the feed or index gave", nullable=True),
        "hint_published_at": Column(UTC, "publication time that the feed or index gave", nullable=True),
        "collected_at": Column(UTC, "when the page was fetched or the file was taken in"),
    },
)

ARTICLES = Table(
    "articles",
    "One row per cleaned article version: headline, paragraphs and metadata of one page.",
    ("article_id",),
    {
        "partition_date": _DAY,
        "article_id": Column(pl.String, "stable id of the page"),
        "page_id": Column(pl.String, "page it was cleaned from"),
        "document": Column(pl.String, "name shown to people: the file's name or the address"),
        "url": Column(pl.String, "address that answered", nullable=True),
        "canonical_url": Column(
            pl.String, "the page's own canonical address, else the cleaned one", nullable=True
        ),
        "outlet_id": Column(pl.String, "outlet of seeds/outlets.csv, else the page's domain", nullable=True),
        "headline": Column(pl.String, "headline", nullable=True),
        "authors": Column(pl.List(pl.String), "authors in the order of the byline; empty if none is named"),
        "published_at": Column(UTC, "when it was published; never later than collection", nullable=True),
        "published_origin": Column(pl.String, "json_ld, meta, url, text, feed or index", nullable=True),
        "published_zone": Column(pl.String, "zone in which the page gave the time", nullable=True),
        "modified_at": Column(UTC, "when it was last changed", nullable=True),
        "collected_at": Column(UTC, "when its page was collected"),
        "article_date": Column(pl.Date, "day that statements are dated against: published, else collected"),
        "language": Column(pl.String, "ISO 639-1 code of the text"),
        "section": Column(pl.String, "section as the page names it", nullable=True),
        "text": Column(
            pl.String, "headline is not in it; one paragraph a line; written once, offsets point here"
        ),
        "word_count": Column(pl.Int64, "words of text"),
        "is_live_blog": Column(pl.Boolean, "a live blog"),
        "is_opinion": Column(pl.Boolean, "comment, column or leading article"),
        "is_paywalled": Column(pl.Boolean, "the page says that reading it takes a subscription"),
        "is_truncated": Column(pl.Boolean, "only the beginning could be read"),
        "near_duplicate_group": Column(pl.String, "id of the earliest article with nearly the same text"),
        "minhash": Column(pl.List(pl.UInt32), "MinHash signature of the text's word 5-grams"),
        "cleaner_version": _VERSION,
    },
)

ATTRIBUTIONS = Table(
    "attributions",
    "One row per attribution found in an article: speaker, cue and content spans, before any resolving.",
    ("attribution_id",),
    {
        "partition_date": _DAY,
        "attribution_id": Column(pl.String, "stable id of article, cue and content"),
        "article_id": _ARTICLE,
        "ordinal": Column(pl.Int64, "place in the article, from 0, by cue or content start"),
        "speaker_start": Column(pl.Int64, "speaker span", nullable=True),
        "speaker_end": Column(pl.Int64, "speaker span", nullable=True),
        "speaker_text": Column(pl.String, "text[speaker_start:speaker_end]", nullable=True),
        "cue_start": Column(pl.Int64, "cue span", nullable=True),
        "cue_end": Column(pl.Int64, "cue span", nullable=True),
        "cue_text": Column(pl.String, "text[cue_start:cue_end]", nullable=True),
        "content_spans": Column(SPANS, "parts of the content in text order; empty for a refusal to comment"),
        "content_text": Column(pl.String, "the parts, joined by a space"),
        "statement_type": Column(pl.String, "direct, mixed or indirect"),
        "confidence": Column(pl.Float64, "0 to 1: chance that statement and speaker span are right"),
        "extractor_version": _VERSION,
    },
)

NAMES = Table(
    "names",
    "One row per name that the tagger saw in an article, and per pronoun with the mention it points to.",
    ("article_id", "start", "end"),
    {
        "partition_date": _DAY,
        "article_id": _ARTICLE,
        "start": Column(pl.Int64, "span"),
        "end": Column(pl.Int64, "span"),
        "text": Column(pl.String, "text[start:end]"),
        "name_type": Column(pl.String, "PERSON, ORGANIZATION, LOCATION, MISC, or PRONOUN"),
        "score": Column(pl.Float64, "0 to 1: how sure the tagger is"),
        "antecedent_start": Column(pl.Int64, "start of the mention it most likely refers to", nullable=True),
        "extractor_version": _VERSION,
    },
)

STATEMENTS = Table(
    "statements",
    "One row per statement by one actor; joint speakers give one row each with the same attribution_id.",
    ("statement_id",),
    {
        "partition_date": _DAY,
        "statement_id": Column(pl.String, "stable id of attribution and place among joint speakers"),
        "attribution_id": Column(pl.String, "attribution it was made from"),
        "article_id": _ARTICLE,
        "outlet_id": Column(pl.String, "outlet of the article", nullable=True),
        "actor_id": Column(pl.String, "who speaks; null when unresolved", nullable=True),
        "resolution": Column(pl.String, "name, pronoun, nominal, metonym, unnamed or unresolved"),
        "unresolved_reason": Column(pl.String, "why actor_id is null", nullable=True),
        "statement_date": Column(pl.Date, "day it was said, as the text says it, else the article's day"),
        "statement_type": Column(pl.String, "direct, mixed or indirect"),
        "speaker_start": Column(pl.Int64, "speaker span", nullable=True),
        "speaker_end": Column(pl.Int64, "speaker span", nullable=True),
        "speaker_text": Column(pl.String, "speaker as written", nullable=True),
        "cue_start": Column(pl.Int64, "cue span", nullable=True),
        "cue_end": Column(pl.Int64, "cue span", nullable=True),
        "cue_text": Column(pl.String, "cue as written", nullable=True),
        "cue_lemma": Column(pl.String, "head word of the cue, base form", nullable=True),
        "cue_class": Column(pl.String, "class of seeds/cues.csv: say, claim, accuse, deny, …"),
        "content_spans": Column(SPANS, "parts of the content"),
        "content_text": Column(pl.String, "the parts, joined by a space"),
        "word_count": Column(pl.Int64, "words of the content"),
        "is_speech": Column(pl.Boolean, "speech or writing; false for thought and feeling"),
        "is_negated": Column(pl.Boolean, "the cue is negated: did not say, declined to comment"),
        "addressee": Column(pl.String, "whom it was said to or against, as written", nullable=True),
        "addressee_actor_id": Column(pl.String, "that actor, where it could be resolved", nullable=True),
        "confidence": Column(pl.Float64, "0 to 1: chance that content, speaker and actor are right"),
        "content_minhash": Column(
            pl.List(pl.UInt32), "MinHash of the normalised content, for quotation families"
        ),
        "content_key": Column(pl.String, "hash of the normalised content; equal for copies"),
        "extractor_version": _VERSION,
    },
)

MENTIONS = Table(
    "mentions",
    "One row per actor mention in an article, in or outside a statement.",
    ("mention_id",),
    {
        "partition_date": _DAY,
        "mention_id": Column(pl.String, "stable id of article and span"),
        "article_id": _ARTICLE,
        "actor_id": Column(pl.String, "actor it refers to; null when unresolved", nullable=True),
        "start": Column(pl.Int64, "span"),
        "end": Column(pl.Int64, "span"),
        "mention_text": Column(pl.String, "text[start:end]"),
        "mention_type": Column(pl.String, "name, pronoun, nominal or metonym"),
        "place": Column(pl.String, "speaker, content or elsewhere"),
        "attribution_id": Column(
            pl.String, "attribution whose speaker or content it stands in", nullable=True
        ),
        "role": Column(pl.String, "role the article gives it here (foreign minister)", nullable=True),
        "affiliation": Column(pl.String, "country or body of that role (Ukraine)", nullable=True),
        "extractor_version": _VERSION,
    },
)

ACTORS = Table(
    "actors",
    "One row per actor met on a day, as far as that day's articles and the seeds tell.",
    ("actor_id",),
    {
        "partition_date": _DAY,
        "actor_id": Column(pl.String, "stable id: seed key, or name; per article for unnamed speakers"),
        "actor_name": Column(pl.String, "canonical name"),
        "actor_type": Column(pl.String, "person, organization, government, group or unnamed"),
        "country_code": Column(pl.String, "ISO 3166-1 alpha-2 code", nullable=True),
        "role": Column(pl.String, "role, from the seed or else from the articles", nullable=True),
        "affiliation": Column(pl.String, "country or body of the role", nullable=True),
        "wikidata_id": Column(pl.String, "Wikidata item", nullable=True),
        "aliases": Column(pl.List(pl.String), "names met on the day, sorted"),
        "is_seed": Column(pl.Boolean, "stands in seeds/actors.csv"),
        "extractor_version": _VERSION,
    },
)

REJECTS = Table(
    "rejects",
    "One row per thing that could not be processed, with the stage and the reason.",
    ("reject_id",),
    {
        "partition_date": _DAY,
        "reject_id": Column(pl.String, "stable id of stage, reason and thing"),
        "stage": Column(pl.String, "feed_entries, pages, articles, attributions or statements"),
        "reason_code": Column(pl.String, "short code, one of pipeline.records.REASONS"),
        "document": Column(pl.String, "file or address"),
        "page_id": Column(pl.String, "page, where it got that far", nullable=True),
        "article_id": Column(pl.String, "article, where it got that far", nullable=True),
        "detail": Column(pl.String, "what happened, for a person"),
    },
)

RUN_LOG = Table(
    "run_log",
    "One row per stage of a partition's latest run: counts, versions, seconds.",
    ("stage",),
    {
        "partition_date": _DAY,
        "stage": Column(pl.String, "asset that ran"),
        "run_id": Column(pl.String, "Dagster run"),
        "rows_in": Column(pl.Int64, "rows read"),
        "rows_out": Column(pl.Int64, "rows written"),
        "rejected": Column(pl.Int64, "rows of rejects written by this stage"),
        "version": Column(pl.String, "version of the stage's code, model and seeds"),
        "started_at": Column(UTC, "start"),
        "elapsed_seconds": Column(pl.Float64, "wall time, seconds"),
    },
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        FEED_ENTRIES,
        PAGES,
        ARTICLES,
        ATTRIBUTIONS,
        NAMES,
        STATEMENTS,
        MENTIONS,
        ACTORS,
        REJECTS,
        RUN_LOG,
    )
}
"""Every lake table by name; the name is also its asset key, folder and dbt source table."""
