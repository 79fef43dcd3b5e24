"""Statements: attributions made analysable, with actor, date, cue class and fingerprints.

Belongs here: joining the parts of actor resolution into the ``statements``, ``mentions`` and ``actors``
tables. Does not: resolving inside an article (``speakers.py``) or reading cues (``cues.py``).

Articles are read one by one into small values; what spans articles (aliases, ids, counts, roles) is
joins and group-bys over frames.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from pipeline.extract.actor_seeds import ActorSeeds, load_actor_seeds
from pipeline.extract.article_inputs import article_inputs
from pipeline.extract.article_rows import ArticleRows, read_article
from pipeline.extract.countries import Countries
from pipeline.extract.cues import CueLexicon
from pipeline.extract.tables import actors_table, known_by_name, mentions_table, statements_table
from pipeline.records import Reject

__all__ = ["ActorSeeds", "StatementTables", "load_actor_seeds", "make_statements", "statements_version"]

CODE_VERSION = "3"


def statements_version(seeds: ActorSeeds) -> str:
    """Version of the code and seeds that make statements, mentions and actors."""
    return f"{CODE_VERSION}.{seeds.version[:8]}"


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
    for article in article_inputs(articles, found, names, seeds):
        read_article(article, rows, countries=countries, cues=cues)
    entities = known_by_name(rows.entity_frame(), seeds)
    version = statements_version(seeds)
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
