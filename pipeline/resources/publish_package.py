"""datapackage.json: the publication described for machines, after Frictionless Data Package 2.0.

Belongs here: fields, types, keys, counts and hashes. Does not: finding them out (``publish_files``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.resources.publish_files import DATABASE, Column, TableFiles, sha256
from pipeline.resources.publish_views import PublishedView

PACKAGE = "datapackage.json"
_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "datetime",
}


def data_package(
    work: Path,
    files: list[TableFiles],
    views: tuple[PublishedView, ...],
    *,
    run_id: str,
    publication_id: str,
    created: str,
) -> dict[str, Any]:
    """The descriptor of a finished work folder."""
    database = work / DATABASE
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "onrecord",
        "title": "onrecord: who said what, when",
        "description": "Statements found in news articles, their speakers, and tables made of them. "
        "All times are UTC. Texts of articles are for reading and checking here, not for passing on.",
        "id": publication_id,
        "created": created,
        "run_id": run_id,
        "row_counts": {file.table.name: file.rows for file in files},
        "views": [
            {
                "name": v.name,
                "description": v.description,
                "fields": [{"name": name, "description": meaning} for name, meaning in v.columns.items()],
            }
            for v in views
        ],
        "resources": [
            {
                "name": "onrecord-duckdb",
                "path": DATABASE,
                "format": "duckdb",
                "mediatype": "application/vnd.duckdb",
                "description": "All tables and views; read-only; DuckDB 1.2 and later.",
                "bytes": database.stat().st_size,
                "hash": f"sha256:{sha256(database)}",
            },
            *(_table(file) for file in files),
        ],
    }


def _table(file: TableFiles) -> dict[str, Any]:
    """A table as the standard knows it, with its CSV file as the data.

    Its Parquet files stand beside them under ``parquet``: as a resource of their own they would need ``path`` to be
    a list, which says that the bytes of the files follow each other, and Frictionless cannot read lists in Parquet.
    """
    return {
        "name": file.table.name.replace("_", "-"),
        "type": "table",
        "title": file.table.name,
        "description": file.description,
        "path": file.csv,
        "format": "csv",
        "mediatype": "text/csv",
        "compression": "gz",
        "encoding": "utf-8",
        "bytes": file.csv_bytes,
        "hash": f"sha256:{file.csv_sha256}",
        "row_count": file.rows,
        "schema": _schema(file),
        "parquet": [
            {
                "path": part.parquet,
                "bytes": part.parquet_bytes,
                "hash": f"sha256:{part.parquet_sha256}",
                "row_count": part.rows,
            }
            for part in file.parts.values()
        ],
    }


def _schema(file: TableFiles) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in file.columns], "missingValues": [""]}
    if file.table.key:
        schema["primaryKey"] = list(file.table.key)
    if file.table.links:
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": table.replace("_", "-"), "fields": [target]}}
            for column, table, target in file.table.links
        ]
    return schema


def _field(column: Column) -> dict[str, Any]:
    is_list = column.data_type.endswith("[]")
    field: dict[str, Any] = {
        "name": column.name,
        "type": "array" if is_list else _TYPES[column.data_type],
        "description": column.description,
    }
    if not column.is_nullable:
        field["constraints"] = {"required": True}
    return field
