"""Reading what the report needs from a publication's DuckDB file.

Belongs here: the queries. Does not: figures and pages (``pipeline.report``), the swap (``report_site``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path

import duckdb
import polars as pl

from pipeline.report.tables import SCHEMAS, ReportTables, Window
from pipeline.resources.publish_files import DATABASE
from pipeline.resources.publish_package import PACKAGE

_SAID = "is_speech and (statement_date between $first and $last or article_date between $first and $last)"
_CUTS = {
    # Only those that are quoted or spoken of in the window; the seeds know thousands of others.
    "actors": f"""
        from dim_actor where actor_id in (select actor_id from fct_statement where {_SAID})
            or actor_id in (
                select mentioned_actor_id from actor_pairs_daily where statement_date between $first and $last
            )
            or actor_id in (
                select actor_id from quotation_families where first_article_date between $first and $last
            )""",  # noqa: S608  # names only
    "outlets": "from dim_outlet where true",
    "articles": f"""
        from fct_article where article_date between $first and $last
            or article_id in (select article_id from fct_statement where {_SAID})""",  # noqa: S608  # names only
    "statements": f"from fct_statement where {_SAID}",
    "actor_days": "from actor_statements_daily where statement_date between $first and $last",
    "pairs": "from actor_pairs_daily where statement_date between $first and $last",
    # As the mart of pairs counts them.
    "spoken_of": """
        from (
            select distinct said.statement_id, mention.actor_id as mentioned_actor_id
            from fct_statement as said
            join fct_mention as mention using (attribution_id)
            where said.is_speech and said.statement_date between $first and $last
                and mention.place = 'content' and mention.actor_id <> said.actor_id
        ) where true""",
    "outlet_days": "from outlet_daily where article_date between $first and $last",
    "families": "from quotation_families where articles > 1 and first_article_date between $first and $last",
    "family_reports": """
        from (
            select family_id, article_id, outlet_id, headline, url, coalesce(published_at, collected_at) as seen_at
            from fct_article
            join (
                select distinct family_id, article_id from fct_statement
                where family_id in (
                    select family_id from quotation_families
                    where articles > 1 and first_article_date between $first and $last
                )
            ) using (article_id)
        ) where true""",
    "rejects": """
        from (
            select reason_code, count(*) as rejects from rejects
            where partition_date between $first and $last group by reason_code
        ) where true""",
}
_ORDERS = {"statements": "statement_date desc, statement_id", "family_reports": "seen_at, article_id"}


def newest_day(folder: Path) -> dt.date | None:
    """The last day with articles, else the last day of the calendar; None when there is nothing at all."""
    with _open(folder) as connection:
        row = connection.execute(
            "select coalesce((select max(article_date) from fct_article), (select max(date_day) from dim_date))"
        ).fetchone()
    return row[0] if row else None


def read_tables(folder: Path, day: dt.date) -> ReportTables:
    """All frames for the report of ``day``, from one state of the file."""
    window = Window.ending(day)
    bounds = {"first": window.first, "last": window.last}
    with _open(folder) as connection:
        frames = {name: _frame(connection, name, bounds) for name in SCHEMAS}
        row = connection.execute("select min(article_date), max(article_date) from fct_article").fetchone()
    known = dict(zip(("data_from", "data_to"), row or (), strict=False))
    return ReportTables(window, frames, {k: str(v) for k, v in known.items() if v} | _facts(folder))


def read_texts(folder: Path, article_ids: Iterable[str]) -> dict[str, str]:
    """Texts of articles by id."""
    wanted = pl.DataFrame({"article_id": sorted(set(article_ids))}, schema={"article_id": pl.String})
    with _open(folder) as connection:
        connection.register("wanted", wanted)
        rows = connection.execute(
            "select article_id, text from fct_article semi join wanted using (article_id)"
        )
        return dict(rows.fetchall())


def _frame(connection: duckdb.DuckDBPyConnection, name: str, bounds: dict[str, dt.date]) -> pl.DataFrame:
    columns = ", ".join(SCHEMAS[name])
    order = _ORDERS.get(name, "all")
    # The names come from this module and from SCHEMAS.
    sql = f"select {columns} {_CUTS[name]} order by {order}"
    used = {k: v for k, v in bounds.items() if f"${k}" in sql}
    return connection.sql(sql, params=used).pl()


def _open(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(folder / DATABASE), read_only=True)
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _facts(folder: Path) -> dict[str, str]:
    """What the descriptor says, where there is one."""
    path = folder / PACKAGE
    if not path.is_file():
        return {}
    package = json.loads(path.read_text(encoding="utf-8"))
    return {"publication_id": package["id"], "created": package["created"]}
