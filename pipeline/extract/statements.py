"""Statements: attributions made analysable, with actor, date, cue class and fingerprints.

Belongs here: joining the parts of actor resolution into the ``statements``, ``mentions`` and ``actors``
tables. Does not: resolving inside an article (``speakers.py``) or reading cues (``cues.py``).

Articles are read one by one into small values; what spans articles (aliases, ids, counts, roles) is
joins and group-bys over frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipeline.extract.actor_seeds import ActorSeeds, SeedHit, load_actor_seeds, seed_hits
from pipeline.extract.article_rows import ArticleInput, ArticleRows, read_article
from pipeline.extract.countries import Countries
from pipeline.extract.cues import CueLexicon
from pipeline.extract.persona import RawName
from pipeline.extract.slots import Attribution
from pipeline.extract.tables import actors_table, known_by_name, mentions_table, statements_table
from pipeline.extract.unseen_names import unseen_names
from pipeline.records import Reject

__all__ = ["CODE_VERSION", "ActorSeeds", "StatementTables", "load_actor_seeds", "make_statements"]

CODE_VERSION = "1"


@dataclass(frozen=True, slots=True)
class StatementTables:
    """Frames in the lake's schemas, with what could not be processed."""

    statements: pl.DataFrame
    mentions: pl.DataFrame
    actors: pl.DataFrame
    rejects: list[Reject] = field(default_factory=list[Reject])


def make_statements(
    articles: pl.DataFrame,
    attributions: pl.DataFrame,
    names: pl.DataFrame,
    *,
    seeds: ActorSeeds,
    cues: CueLexicon,
) -> StatementTables:
    """Statements, mentions and actors of a frame of articles.

    Args:
        articles: Table ``articles``.
        attributions: Table ``attributions`` of these articles.
        names: Table ``names`` of these articles.
        seeds: Known actors.
        cues: Reporting words.

    Returns:
        The three tables, sorted by their keys' place in the text. An attribution whose article is missing,
        or whose spans do not fit its text, is a reject with its reason, never a row.
    """
    found, rejects = _usable(articles, attributions)
    rows = ArticleRows()
    countries = Countries(seeds)
    for article in _inputs(articles, found, names, seeds):
        read_article(article, rows, countries=countries, cues=cues)
    entities = known_by_name(rows.entity_frame(), seeds)
    version = f"{CODE_VERSION}.{seeds.version[:8]}"
    mentions = mentions_table(rows.mention_frame(), entities, articles, version)
    statements = statements_table(rows.statement_frame(), entities, found, articles, version)
    actors = actors_table(statements, mentions, entities, articles, seeds=seeds, version=version)
    return StatementTables(statements, mentions, actors, rejects)


def _usable(articles: pl.DataFrame, attributions: pl.DataFrame) -> tuple[pl.DataFrame, list[Reject]]:
    """Attributions whose article is there and whose spans fit its text; the rest as rejects."""
    sizes = articles.select("article_id", "document", size=pl.col("text").str.len_chars())
    ends = pl.max_horizontal(
        pl.col("speaker_end").fill_null(0),
        pl.col("cue_end").fill_null(0),
        pl.col("content_spans").list.eval(pl.element().struct.field("end")).list.max().fill_null(0),
    )
    joined = attributions.join(sizes, on="article_id", how="left").with_columns(
        problem=pl.when(pl.col("size").is_null())
        .then(pl.lit("its article is not among the articles"))
        .when(ends > pl.col("size"))
        .then(pl.lit("a span lies beyond the end of the text"))
    )
    bad = joined.filter(pl.col("problem").is_not_null())
    rejects = [
        Reject(
            "statements",
            "extraction_failed",
            document or attribution,
            f"{attribution}: {problem}",
            None,
            article,
        )
        for attribution, article, document, problem in bad.select(
            "attribution_id", "article_id", "document", "problem"
        ).iter_rows()
    ]
    return joined.filter(pl.col("problem").is_null()).select(attributions.columns), rejects


def _inputs(
    articles: pl.DataFrame, attributions: pl.DataFrame, names: pl.DataFrame, seeds: ActorSeeds
) -> Iterator[ArticleInput]:
    """One value per article with its names, their meanings among the seeds, and its attributions."""
    columns = ["article_id", "start", "end", "text", "name_type", "score", "antecedent_start"]
    every = pl.concat([names.select(columns), unseen_names(attributions, names).select(columns)])
    every = every.join(articles.select("article_id", "article_date"), on="article_id").with_row_index(
        "name_row"
    )
    hits: dict[int, list[SeedHit]] = {}
    proper = every.filter(pl.col("name_type") != "PRONOUN")
    for row, *fields in seed_hits(proper, seeds).iter_rows():
        hits.setdefault(row, []).append(SeedHit(*fields))
    raw: dict[str, list[RawName]] = {}
    hints: dict[str, dict[int, int]] = {}
    for row in every.iter_rows(named=True):
        if row["name_type"] != "PRONOUN":
            meanings = tuple(hits.get(row["name_row"], ()))
            raw.setdefault(row["article_id"], []).append(
                RawName(row["start"], row["end"], row["name_type"], row["score"], meanings)
            )
        elif row["antecedent_start"] is not None:
            hints.setdefault(row["article_id"], {})[row["start"]] = row["antecedent_start"]
    by_article: dict[str, list[Attribution]] = {}
    for row in attributions.sort("article_id", "ordinal").iter_rows(named=True):
        by_article.setdefault(row["article_id"], []).append(_attribution(row))
    for row in articles.sort("article_id").iter_rows(named=True):
        key = row["article_id"]
        authors: list[str] = row["authors"] or []
        yield ArticleInput(
            key,
            row["text"],
            row["article_date"],
            authors[0] if len(authors) == 1 else None,
            raw.get(key, []),
            hints.get(key, {}),
            by_article.get(key, []),
        )


def _attribution(row: dict[str, Any]) -> Attribution:
    def span(name: str) -> tuple[int, int] | None:
        start: int | None = row[f"{name}_start"]
        end: int | None = row[f"{name}_end"]
        return (start, end) if start is not None and end is not None else None

    spans: list[dict[str, int]] = row["content_spans"]
    return Attribution(
        str(row["attribution_id"]),
        span("speaker"),
        span("cue"),
        tuple((s["start"], s["end"]) for s in spans),
        str(row["statement_type"]),
        str(row["content_text"]),
    )
