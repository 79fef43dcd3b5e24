"""Statements in context: which are shown, and how one looks.

Belongs here: the choice of statements under a cap, and a statement with its article's words as markup.
Does not: pages of actors (``voices``), spans to markup (``marking``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from pipeline.report.environment import macros
from pipeline.report.figures import labels, outlet_label, said
from pipeline.report.marking import Mark, excerpt
from pipeline.report.tables import ReportTables

UNNAMED = "unnamed"
"""Page of all unnamed speakers together: as actors they live for one article only."""
UNRESOLVED = "unresolved"
"""Page of all statements whose speaker could not be resolved."""
EACH = 300
"""Statements shown of one actor at most."""
MOST = 25_000
"""Statements read at most; the byte budget of the report usually ends earlier."""


def candidates(tables: ReportTables) -> pl.DataFrame:
    """Statements that may be shown, best first, each quotation once for an actor.

    Every actor's newest statement comes before anyone's second. From there on an actor's share grows with the
    root of its statements: wherever the cut falls, everybody is heard, and who speaks a hundred times as much has
    ten times as many.

    Returns:
        Rows of ``statements`` with ``page`` (the actor's page), ``place`` on it, ``page_statements``
        (different statements of that page in all), the article's headline, url and outlet, ``reports``
        (articles that carry the quotation), and ``spoken_of`` (names of the actors that it mentions).
    """
    page = (
        pl.when(pl.col("actor_id").is_null())
        .then(pl.lit(UNRESOLVED))
        .when(pl.col("actor_type") == "unnamed")
        .then(pl.lit(UNNAMED))
        .otherwise(pl.col("actor_id"))
    )
    order = ["statement_date", "confidence", "statement_id"]
    distinct = (
        said(tables)
        .with_columns(page.alias("page"))
        .sort(order, descending=[True, True, False])
        .unique(["page", "family_id"], keep="first", maintain_order=True)
        .with_columns(
            (pl.col("statement_id").cum_count().over("page") - 1).alias("place"),
            pl.len().over("page").alias("page_statements"),
        )
        .filter(pl.col("place") < EACH)
        .sort(
            pl.col("place") / pl.col("page_statements").sqrt(),
            "page_statements",
            "page",
            descending=[False, True, False],
        )
        .head(MOST)
    )
    articles = tables["articles"].select("article_id", "headline", "url")
    families = tables["families"].select("family_id", pl.col("articles").alias("reports"))
    names = labels(tables).rename({"actor_id": "mentioned_actor_id", "actor_name": "spoken_of"})
    spoken_of = (
        tables["spoken_of"]
        .join(names, on="mentioned_actor_id")
        .group_by("statement_id")
        .agg(pl.col("spoken_of").unique().sort())
    )
    return (
        distinct.join(articles, on="article_id", how="left", maintain_order="left")
        .join(tables["outlets"], on="outlet_id", how="left", maintain_order="left")
        .join(families, on="family_id", how="left", maintain_order="left")
        .join(spoken_of, on="statement_id", how="left", maintain_order="left")
        .with_columns(outlet_name=outlet_label(), reports=pl.col("reports").fill_null(1))
    )


def marks_of(row: Mapping[str, Any]) -> list[Mark]:
    """Speaker, cue and content of a statement as marks."""
    marks = [Mark(s["start"], s["end"], "content") for s in row["content_spans"] or []]
    for role in ("speaker", "cue"):
        if row[f"{role}_start"] is not None:
            marks.append(Mark(row[f"{role}_start"], row[f"{role}_end"], role))
    return marks


def card(row: Mapping[str, Any], text: str, *, name: str | None = None, href: str | None = None) -> Markup:
    """One statement as markup: its words in context, and where and when they stand.

    Args:
        row: A row of ``candidates``.
        text: The article's text.
        name: The actor's name, where the page does not tell it.
        href: The actor's page, where the name should lead there.
    """
    return macros("card.html.j2").card(row, excerpt(text, marks_of(row)), name, href)


def picks(found: pl.DataFrame, actor_ids: list[str], day: object, limit: int = 5) -> list[dict[str, Any]]:
    """Statements for the front page: of each of these actors the day's most reported, most direct one."""
    rank = {"direct": 0, "mixed": 1, "indirect": 2}
    of_day = found.filter(
        (pl.col("statement_date") == day) & pl.col("page").is_in(actor_ids) & (pl.col("word_count") >= 6)
    ).with_columns(rank=pl.col("statement_type").replace_strict(rank, default=3))
    best = of_day.sort(
        "reports", "rank", "confidence", "statement_id", descending=[True, False, True, False]
    ).unique("page", keep="first", maintain_order=True)
    # Joint speakers would show the same words twice.
    best = best.unique(["article_id", "cue_start", "content_spans"], keep="first", maintain_order=True)
    rows = {row["page"]: row for row in best.iter_rows(named=True)}
    return [rows[a] for a in actor_ids if a in rows][:limit]
