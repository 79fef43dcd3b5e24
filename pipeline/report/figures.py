"""The report's numbers: days, leading actors, pairs, outlets.

Belongs here: sums and shares over the window, defined as in the marts and metrics of ``dbt_project``.
Does not: stories of peaks and families (``stories``), pages (``site``), reading.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.report.tables import ReportTables

LEADING = 15
"""Rows of the front page's table."""
MATRIX = 12
"""Speakers and mentioned actors of the matrix: what a desktop shows without scrolling."""
_NAMED = pl.col("actor_type") != "unnamed"
_PLACES = ("actor_id", "actor_name", "actor_type", "country_code", "role", "affiliation")


@dataclass(frozen=True, slots=True)
class DayTotals:
    """What one day brought; statements by the day they were said, articles by their own."""

    statements: int
    distinct_statements: int
    direct_statements: int
    actors: int
    unnamed: int
    articles: int
    outlets: int

    @property
    def direct_share(self) -> float | None:
        """Share of statements that stand all inside quotation marks."""
        return self.direct_statements / self.statements if self.statements else None


def said(tables: ReportTables) -> pl.DataFrame:
    """Statements said within the window, with the actor's type."""
    window = tables.window
    return (
        tables["statements"]
        .filter(pl.col("statement_date").is_between(window.first, window.last))
        .join(tables["actors"].select("actor_id", "actor_name", "actor_type"), on="actor_id", how="left")
    )


def printed(tables: ReportTables) -> pl.DataFrame:
    """Statements of the window's articles, whenever said, with the actor's type."""
    window = tables.window
    return (
        tables["statements"]
        .filter(pl.col("article_date").is_between(window.first, window.last))
        .join(tables["actors"].select("actor_id", "actor_name", "actor_type"), on="actor_id", how="left")
    )


def totals(tables: ReportTables, day: dt.date | None = None) -> DayTotals:
    """Totals of one day, or of the whole window."""
    statements, articles = said(tables), tables["articles"]
    window = tables.window
    articles = articles.filter(pl.col("article_date").is_between(window.first, window.last))
    if day is not None:
        statements = statements.filter(pl.col("statement_date") == day)
        articles = articles.filter(pl.col("article_date") == day)
    return DayTotals(
        statements=statements.height,
        distinct_statements=statements["family_id"].n_unique() if statements.height else 0,
        direct_statements=statements.filter(pl.col("statement_type") == "direct").height,
        actors=statements.filter(_NAMED)["actor_id"].drop_nulls().n_unique(),
        unnamed=statements.filter(pl.col("actor_type") == "unnamed").height,
        articles=articles.height,
        outlets=articles["outlet_id"].drop_nulls().n_unique(),
    )


def by_day(tables: ReportTables) -> pl.DataFrame:
    """Statements of each day of the window by type; days without any are zero."""
    counts = (
        said(tables)
        .group_by("statement_date")
        .agg(
            pl.len().cast(pl.Int64).alias("statements"),
            *(
                (pl.col("statement_type") == kind).sum().cast(pl.Int64).alias(kind)
                for kind in ("direct", "mixed", "indirect")
            ),
        )
    )
    days = pl.DataFrame({"statement_date": tables.window.days}, schema={"statement_date": pl.Date})
    return days.join(counts, on="statement_date", how="left").fill_null(0).sort("statement_date")


def leading(tables: ReportTables, limit: int = LEADING) -> pl.DataFrame:
    """The last day's leading actors with a name, against their own seven days, as the mart has them."""
    return (
        _named_days(tables)
        .filter(pl.col("statement_date") == tables.window.last)
        .with_columns((pl.col("statements") - pl.col("statements_mean_7d")).alias("change"))
        .sort(
            "statements",
            "distinct_statements",
            "actor_name",
            "actor_id",
            descending=[True, True, False, False],
        )
        .head(limit)
    )


def quiet(tables: ReportTables, limit: int = 5) -> pl.DataFrame:
    """Actors who spoke in the six days before and say nothing on the last, by their usual, loudest first."""
    last = tables.window.last
    week = _named_days(tables).filter(pl.col("statement_date") > last - dt.timedelta(days=7))
    today = week.filter(pl.col("statement_date") == last).select("actor_id")
    return (
        week.join(today, on="actor_id", how="anti")
        .group_by(_PLACES)
        .agg((pl.col("statements").sum() / 7).alias("statements_mean_7d"))
        .filter(pl.col("statements_mean_7d") >= 1)
        .sort("statements_mean_7d", "actor_name", descending=[True, False])
        .head(limit)
    )


def over_window(tables: ReportTables) -> pl.DataFrame:
    """Every actor with a name who speaks in the window, with sums; most statements first."""
    days = _named_days(tables)
    sums = days.group_by(_PLACES).agg(
        pl.col(
            "statements", "direct_statements", "mixed_statements", "indirect_statements", "words_quoted"
        ).sum(),
        pl.len().alias("days"),
    )
    distinct = (
        said(tables)
        .group_by("actor_id")
        .agg(
            pl.col("family_id").n_unique().alias("distinct_statements"),
            pl.col("article_id").n_unique().alias("articles"),
            pl.col("outlet_id").drop_nulls().n_unique().alias("outlets"),
        )
    )
    counts = ("distinct_statements", "articles", "outlets")
    return (
        sums.join(distinct, on="actor_id", how="left")
        .with_columns(pl.col(counts).fill_null(0))
        .sort("statements", "actor_name", "actor_id", descending=[True, False, False])
    )


def series(tables: ReportTables) -> dict[str, list[int]]:
    """Statements of each day of the window by actor."""
    place = {day: n for n, day in enumerate(tables.window.days)}
    out: dict[str, list[int]] = {}
    rows = tables["actor_days"].select("actor_id", "statement_date", "statements").rows()
    for actor_id, day, statements in rows:
        out.setdefault(actor_id, [0] * len(place))[place[day]] = statements
    return out


def pairs(tables: ReportTables) -> pl.DataFrame:
    """Speaker and mentioned actor, both with a name: in how many statements the one speaks of the other."""
    names = labels(tables)
    return (
        tables["pairs"]
        .group_by("actor_id", "mentioned_actor_id")
        .agg(pl.col("statements").sum())
        .join(names, on="actor_id")
        .join(
            names.rename({"actor_id": "mentioned_actor_id", "actor_name": "mentioned_actor_name"}),
            on="mentioned_actor_id",
        )
        .sort("statements", "actor_name", "mentioned_actor_name", descending=[True, False, False])
    )


def labels(tables: ReportTables) -> pl.DataFrame:
    """Actors with a name by id; a name that several of them bear says which one it is."""
    shared = pl.len().over("actor_name") > 1
    label = pl.when(shared).then(pl.format("{} ({})", "actor_name", "actor_type")).otherwise("actor_name")
    return tables["actors"].filter(_NAMED).select("actor_id", label.alias("actor_name"))


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who speaks of whom: ``cells[row][column]``, rows speak, columns are spoken of."""

    speakers: list[tuple[str, str]]
    mentioned: list[tuple[str, str]]
    cells: list[list[int]]

    @property
    def largest(self) -> int:
        """The largest cell; 0 for an empty matrix."""
        return max((n for row in self.cells for n in row), default=0)


def matrix(found: pl.DataFrame, size: int = MATRIX) -> Matrix:
    """The strongest speakers against those most spoken of."""

    def top(key: str, name: str, frame: pl.DataFrame) -> list[tuple[str, str]]:
        sums = frame.group_by(key, name).agg(pl.col("statements").sum())
        return (
            sums.sort("statements", name, key, descending=[True, False, False])
            .head(size)
            .select(key, name)
            .rows()
        )

    speakers = top("actor_id", "actor_name", found)
    spoken = found.filter(pl.col("actor_id").is_in([s for s, _ in speakers]))
    mentioned = top("mentioned_actor_id", "mentioned_actor_name", spoken)
    count = {(a, b): n for a, b, n in found.select("actor_id", "mentioned_actor_id", "statements").rows()}
    cells = [[count.get((a, b), 0) for b, _ in mentioned] for a, _ in speakers]
    return Matrix(speakers, mentioned, cells)


def outlets(tables: ReportTables) -> pl.DataFrame:
    """Each outlet with articles in the window: how much it prints and whom it lets speak; shares as in the mart."""
    counts = (
        "articles",
        "statements",
        "direct_statements",
        "named_statements",
        "unnamed_statements",
        "unresolved_statements",
    )
    return (
        tables["outlet_days"]
        .group_by("outlet_id")
        .agg(pl.col(counts).sum())
        .with_columns(
            _share("direct_statements").alias("direct_share"),
            _share("unnamed_statements").alias("unnamed_share"),
            _share("unresolved_statements").alias("unresolved_share"),
        )
        .join(tables["outlets"], on="outlet_id", how="left", nulls_equal=True)
        .with_columns(outlet_name=outlet_label())
        .sort("statements", "articles", "outlet_name", descending=[True, True, False])
    )


def voices(tables: ReportTables) -> pl.DataFrame:
    """Outlet and actor with a name: share of voice, and against all other outlets, over the window's articles."""
    counts = (
        printed(tables)
        .filter(_NAMED)
        .group_by("outlet_id", "actor_id", "actor_name")
        .agg(pl.len().alias("statements"))
    )
    counts = counts.with_columns(pl.col("statements").cast(pl.Int64))
    outlet, actor = pl.col("statements").sum().over("outlet_id"), pl.col("statements").sum().over("actor_id")
    rest = pl.col("statements").sum() - outlet
    others = pl.when(rest > 0).then((actor - pl.col("statements")) / rest)
    return (
        counts.with_columns(
            (pl.col("statements") / outlet).alias("voice_share"), others.alias("others_voice_share")
        )
        .with_columns((pl.col("voice_share") - pl.col("others_voice_share")).alias("voice_share_difference"))
        .sort("outlet_id", "statements", "actor_name", descending=[False, True, False], nulls_last=True)
    )


def is_word(column: str) -> pl.Expr:
    """Whether a cue is a word; a colon or a quotation mark reports too, but is none."""
    return pl.col(column).str.contains(r"\pL")


def cues(tables: ReportTables, by: str = "cue_lemma") -> pl.DataFrame:
    """Outlet and reporting word (or class): share of the outlet's statements, and that of all outlets."""
    speech = printed(tables).filter(pl.col(by).is_not_null())
    every = printed(tables)
    whole = every.height
    sizes = every.group_by("outlet_id").agg(pl.len().alias("outlet_statements"))
    average = speech.group_by(by).agg((pl.len() / max(whole, 1)).alias("average_share"))
    return (
        speech.group_by("outlet_id", by)
        .agg(pl.len().cast(pl.Int64).alias("statements"))
        .join(sizes, on="outlet_id", nulls_equal=True)
        .join(average, on=by)
        .with_columns((pl.col("statements") / pl.col("outlet_statements")).alias("cue_share"))
        .with_columns(_excess().alias("excess"))
        .sort("outlet_id", "statements", by, descending=[False, True, False], nulls_last=True)
    )


def _excess() -> pl.Expr:
    """How much above the share in all outlets, from a quarter on: 1 for twice as much; 0 for less or few."""
    ratio = pl.col("cue_share") / pl.col("average_share")
    return pl.when((ratio >= 1.25) & (pl.col("statements") >= 3)).then((ratio - 1).clip(0, 1)).otherwise(0.0)


def outlet_label() -> pl.Expr:
    """The outlet's name, its id where it has none, words where it is not known."""
    return pl.coalesce("outlet_name", "outlet_id", pl.lit("Outlet not known"))


def grouped(frame: pl.DataFrame, key: str, limit: int) -> dict[Any, list[dict[str, Any]]]:
    """The first ``limit`` rows of each value of ``key``, in their order."""
    out: dict[Any, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        rows = out.setdefault(row[key], [])
        if len(rows) < limit:
            rows.append(row)
    return out


def _named_days(tables: ReportTables) -> pl.DataFrame:
    return tables["actor_days"].join(tables["actors"].select(_PLACES).filter(_NAMED), on="actor_id")


def _share(column: str) -> pl.Expr:
    return pl.when(pl.col("statements") > 0).then(pl.col(column) / pl.col("statements"))
