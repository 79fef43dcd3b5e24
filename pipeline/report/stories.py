"""Stories of the report: what a day's peak was about, and how a quotation spread.

Belongs here: naming peaks by headline or quotation, families with their reports. Does not: plain sums
(``figures``) or pages.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import Any

import polars as pl

from pipeline.report.figures import by_day, outlet_label, said
from pipeline.report.tables import ReportTables

PEAKS = 5
"""Days named at most."""
_ABOVE = 1.0
"""Standard deviations above the window's mean from which a day is a peak."""
_MANY = 2
"""Articles from which a group of near copies, or a quotation, is a story that more than one desk ran."""
FAMILIES = 25
"""Quotations listed."""
_OF_SAME = 2
"""Quotations of the very same articles that come first: a wire story has twenty, which would fill the page."""
_WORDS = 4
"""Words from which a quotation comes first: "the issue" may be the same in two articles by chance."""


@dataclass(frozen=True, slots=True)
class Peak:
    """A day that stands out and what was talked about most.

    Attributes:
        day: The day.
        statements: Statements said on it.
        story: Headline of what was talked about most.
        url: Address of that article, where it has one.
        articles: Articles that carry the story.
        quotation: The day's most reported quotation, where it gave the story its name.
    """

    day: dt.date
    statements: int
    story: str
    url: str | None
    articles: int
    quotation: str | None = None


def peaks(tables: ReportTables, limit: int = PEAKS) -> list[Peak]:
    """The window's loudest days, named by their story, in order of time."""
    days = by_day(tables)
    counts: list[int] = days["statements"].to_list()
    bar = fmean(counts) + _ABOVE * pstdev(counts)
    found: list[tuple[int, dt.date]] = []
    for n, (day, count) in enumerate(zip(days["statement_date"], counts, strict=True)):
        beside = [*counts[max(n - 1, 0) : n], *counts[n + 1 : n + 2]]
        if count and count >= bar and all(count >= other for other in beside):
            found.append((count, day))
    loudest = sorted(found, key=lambda f: (-f[0], f[1]))[:limit]
    statements = said(tables)
    return [_named(tables, statements, day, count) for count, day in sorted(loudest, key=lambda f: f[1])]


def _named(tables: ReportTables, statements: pl.DataFrame, day: dt.date, count: int) -> Peak:
    """A peak named by its largest group of near copies, else its most quoted family, else its fullest article."""
    of_day = statements.filter(pl.col("statement_date") == day)
    articles = tables["articles"]
    group = pl.coalesce("near_duplicate_group", "article_id").alias("group")
    groups = (
        of_day.join(articles.select("article_id", group), on="article_id")
        .group_by("group")
        .agg(pl.col("article_id").n_unique().alias("articles"), pl.len().alias("statements"))
        .sort("articles", "statements", "group", descending=[True, True, False])
    )
    families = tables["families"].join(of_day.select("family_id").unique(), on="family_id", how="semi")
    families = families.sort("articles", "outlets", "family_id", descending=[True, True, False])
    top = groups.row(0, named=True) if groups.height else {"group": None, "articles": 0}
    if top["articles"] < _MANY and families.height:
        family = families.row(0, named=True)
        reports = tables["family_reports"].filter(pl.col("family_id") == family["family_id"])
        story, url = _headline(reports)
        return Peak(day, count, story, url, family["articles"], _short(family["content_text"]))
    of_group = articles.filter(pl.coalesce("near_duplicate_group", "article_id") == top["group"])
    story, url = _headline(of_group.sort("article_date", "article_id"))
    return Peak(day, count, story, url, top["articles"])


def _headline(articles: pl.DataFrame) -> tuple[str, str | None]:
    """Headline and address of the first of some articles."""
    if not articles.height:
        return "An article without a headline", None
    row = articles.row(0, named=True)
    return row["headline"] or "An article without a headline", row["url"]


def families(tables: ReportTables, limit: int = FAMILIES) -> list[dict[str, Any]]:
    """The quotations that most articles report, each with its reports in order of time.

    Those of a few words, and of those that the very same articles report all but the two longest, come last.

    Returns:
        Rows of ``quotation_families`` with ``actor_name`` and ``reports``; a report has ``outlet_name``,
        ``headline``, ``url``, ``seen_at`` and ``hours`` since the first.
    """
    actors = tables["actors"].select("actor_id", "actor_name", "actor_type")
    same = tables["family_reports"].group_by("family_id").agg(pl.col("article_id").sort().str.join(" "))
    order = ["articles", "outlets", "spread_hours", "word_count", "family_id"]
    more = (pl.col("word_count") < _WORDS) | (pl.col("family_id").cum_count().over("article_id") > _OF_SAME)
    rows = (
        tables["families"]
        .join(same, on="family_id")
        .join(actors, on="actor_id", how="left")
        .sort(order, descending=[True, True, True, True, False])
        .sort(more, maintain_order=True)
        .drop("article_id")
        .head(limit)
    )
    reports = (
        tables["family_reports"]
        .join(rows.select("family_id", "first_seen_at"), on="family_id")
        .join(tables["outlets"], on="outlet_id", how="left")
        .with_columns(
            outlet_name=outlet_label(),
            hours=(pl.col("seen_at") - pl.col("first_seen_at")).dt.total_seconds() / 3600,
        )
        .sort("seen_at", "article_id")
    )
    by_family: dict[str, list[dict[str, Any]]] = {}
    for report in reports.iter_rows(named=True):
        by_family.setdefault(report["family_id"], []).append(report)
    return [row | {"reports": by_family.get(row["family_id"], [])} for row in rows.iter_rows(named=True)]


def _short(text: str, limit: int = 110) -> str:
    """A quotation for a label: in quotation marks, cut at a word."""
    # Inner marks become single, as a quotation within a quotation has them.
    plain = " ".join(text.split()).strip('"“” ,')
    if len(plain) > limit:
        plain = plain[:limit].rsplit(" ", 1)[0] + "…"
    return "“" + plain.replace("“", "‘").replace("”", "’").replace('"', "’") + "”"
