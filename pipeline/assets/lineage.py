"""Column lineage of dbt's models: for each column, the columns of other models it is made of.

Belongs here: reading it out of the compiled SQL. Does not: the lake's own lineage (``catalogue.py``).

dagster-dbt can do this too, but opens the warehouse from this process for each model, which then blocks
the publication; the contracts in the manifest say all that is needed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

from pipeline.assets.catalogue import LEDGER_KEYS
from pipeline.schemas import TABLES

DIALECT = "duckdb"
_STAGING = "stg_lake__"


def model_lineage(
    node: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]], compiled: Path
) -> dg.TableColumnLineage | None:
    """Where each column of a model comes from; None where its SQL does not tell.

    Args:
        node: The model, as the manifest has it.
        nodes: All nodes of the manifest.
        compiled: Folder of dbt's compiled projects.
    """
    if node["name"].startswith(_STAGING):
        table = node["name"].removeprefix(_STAGING)
        key = LEDGER_KEYS.get(table, dg.AssetKey([table]))
        names = [name for name in node["columns"] if name in TABLES[table].columns]
        return dg.TableColumnLineage({name: [dg.TableColumnDep(key, name)] for name in names})
    read = [nodes[key] for key in node["depends_on"]["nodes"] if key in nodes]
    try:
        sql = (compiled / node["package_name"] / node["original_file_path"]).read_text(encoding="utf-8")
        found = lineage(None, sql, _schema(read), dialect=DIALECT)
    except (OSError, SqlglotError):
        return None
    assert isinstance(found, dict)  # all columns were asked for
    known = {model["alias"] for model in read}
    deps = {
        column: [
            dg.TableColumnDep(dg.AssetKey([model]), name)
            for model, name in sorted(_roots(found[column]))
            if model in known
        ]
        for column in node["columns"]
        if column in found
    }
    return dg.TableColumnLineage(deps) if any(deps.values()) else None


def _schema(models: list[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, str]]]:
    """Columns of models, by schema and name."""
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for model in models:
        columns = {name: column["data_type"] or "varchar" for name, column in model["columns"].items()}
        schema.setdefault(model["schema"], {})[model["alias"]] = columns
    return schema


def _roots(node: Node) -> set[tuple[str, str]]:
    """Columns of tables at the end of a column's lineage."""
    return {
        (leaf.source.name, leaf.name.rpartition(".")[2].strip('"'))
        for leaf in node.walk()
        if not leaf.downstream and isinstance(leaf.source, exp.Table)
    }
