"""What an operator reads of a model and of the publication: counts, versions, previews, plots, links.

Belongs here: reading it from the warehouse and from what was published. Does not: building either
(``warehouse.py``), how it looks (``report.py``), where columns come from (``lineage.py``).
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from pipeline.assets.lineage import model_lineage
from pipeline.assets.report import (
    PREVIEW_ROWS,
    links,
    plot_markdown,
    preview_markdown,
    reasons_markdown,
    sparkline,
)
from pipeline.resources.publication import Publication, connect_published
from pipeline.settings import Settings

DAY_COLUMNS = ("statement_date", "article_date", "partition_date")
"""By the first of these that a mart has, its rows are counted by day."""
PLOTTED = "fct_statement"
"""The mart whose days are drawn; the others show theirs in a line."""


class Models:
    """Adds to dbt's events what the catalogue shows of the models."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        nodes: Mapping[str, Any],
        compiled: Path,
        settings: Settings,
    ) -> None:
        """Of a warehouse.

        Args:
            connection: To it, in UTC.
            nodes: The manifest's, by unique id.
            compiled: dbt's folder of compiled SQL.
            settings: For links.
        """
        self._connection, self._nodes, self._compiled = connection, nodes, compiled
        self._everywhere = {"version": version("onrecord"), **links(settings)}
        self._count = cache(self._counted)

    def described(self, event: Any) -> Any:
        """The event; of a model that was built it has more metadata."""
        unique_id = event.metadata.get("unique_id") if isinstance(event, dg.Output) else None
        if unique_id is None:
            return event
        model = str(unique_id.value)
        more = self._rows(model)
        if lineage := model_lineage(self._nodes[model], self._nodes, self._compiled):
            more["dagster/column_lineage"] = lineage
        return event.with_metadata({**event.metadata, **more})

    def _rows(self, model: str) -> dict[str, Any]:
        rows = self._count(model)
        if rows is None:
            return {}  # never built
        node = self._nodes[model]
        parents = {key: self._count(key) for key in node["depends_on"]["nodes"]}
        read = {self._nodes[key]["name"]: count for key, count in parents.items() if count is not None}
        told: dict[str, Any] = {"dagster/row_count": rows, **self._everywhere}
        if read:
            lines = [f"| in: {name} | {count} |" for name, count in sorted(read.items())]
            table = "\n".join(["| | rows |", "| --- | ---: |", *lines, f"| out | {rows} |"])
            told["counts"] = dg.MetadataValue.md(table)
        relation = self._relation(model)
        told["preview"] = dg.MetadataValue.md(preview_markdown(relation.limit(PREVIEW_ROWS).pl()))
        if "marts" in node["fqn"]:
            told |= _by_reason(relation) | _by_day(node["name"], relation)
        return told

    def _relation(self, model: str) -> duckdb.DuckDBPyRelation:
        node = self._nodes[model]
        return self._connection.table(f'"{node["schema"]}"."{node["alias"]}"')

    def _counted(self, model: str) -> int | None:
        """Rows of a model; None of what is no table here: a source, or a model never built."""
        if model not in self._nodes:
            return None
        try:
            ((rows,),) = self._relation(model).count("*").fetchall()
        except duckdb.CatalogException:
            return None
        return rows


def _by_reason(relation: duckdb.DuckDBPyRelation) -> dict[str, Any]:
    """Rows by reason, of a table that has reasons."""
    if "reason_code" not in relation.columns:
        return {}
    reasons = relation.aggregate("reason_code, count(*)").fetchall()
    return {"rejected": dg.MetadataValue.md(reasons_markdown(dict(reasons)))}


def _by_day(name: str, relation: duckdb.DuckDBPyRelation) -> dict[str, Any]:
    """Rows a day over the 30 days up to the last one that has any."""
    column = next((c for c in DAY_COLUMNS if c in relation.columns), None)
    found = relation.aggregate(f"{column}, count(*)").fetchall() if column else []
    counts: dict[dt.date, int] = {day: rows for day, rows in found if day is not None}
    if not counts:
        return {}
    last = max(counts)
    told: dict[str, Any] = {"last_30_days": sparkline(counts, last)}
    if name == PLOTTED:
        told["plot"] = dg.MetadataValue.md(plot_markdown(counts, last, "statements"))
    return told


def publication_metadata(made: Publication, settings: Settings) -> dict[str, Any]:
    """What is told of a publication: rows of each table, who speaks most, rejects, a plot, links."""
    counts = "\n".join(f"| {name} | {n} |" for name, n in sorted(made.row_counts.items()))
    with connect_published(settings.data_dir) as connection:
        days = dict(
            connection.sql("select statement_date, count(*) from fct_statement group by all").fetchall()
        )
        top = connection.sql(
            "select actor_name, sum(statements)::bigint as statements, max(statement_date) as last_day "
            "from actor_statements_daily join dim_actor using (actor_id) group by all "
            "order by statements desc, actor_name limit 5"
        ).pl()
        versions = connection.sql("select distinct version from run_log order by all").fetchall()
        reasons = dict(connection.sql("select reason_code, count(*) from rejects group by all").fetchall())
    return {
        "dagster/row_count": made.row_counts["fct_statement"],
        "path": dg.MetadataValue.path(str(made.path)),
        "publication": made.publication_id,
        "version": ", ".join(str(version) for (version,) in versions),
        "rejected": dg.MetadataValue.md(reasons_markdown(reasons)),
        "tables": dg.MetadataValue.md(f"| table | rows |\n| --- | ---: |\n{counts}"),
        "preview": dg.MetadataValue.md(preview_markdown(top)),
        "plot": dg.MetadataValue.md(plot_markdown(days, max(days), "statements")) if days else "none yet",
        **links(settings),
    }
