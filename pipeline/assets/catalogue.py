"""What the catalogue says of lake tables: description, columns, column lineage, kinds, owners.

Belongs here: the lake's contract (``pipeline.schemas``) in Dagster's words. Does not: dbt's models,
which bring their own descriptions (``warehouse.py``).
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from pipeline.schemas import TABLES

OWNERS = ["team:pipeline"]
LEDGER_KEYS = {name: dg.AssetKey(["lake", name]) for name in ("rejects", "run_log")}
"""Lake tables whose marts have the same name; two assets cannot share one key."""

UPSTREAM: Mapping[str, tuple[str, ...]] = {
    "pages": ("feed_entries",),
    "articles": ("pages",),
    "attributions": ("articles",),
    "names": ("articles",),
    "statements": ("attributions", "articles"),
    "mentions": ("names", "articles"),
    "actors": ("names",),
}
"""Tables that a column of the same name is handed on from, nearest first."""
_RENAMED: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("pages", "hint_headline"): (("feed_entries", "title"),),
    ("pages", "hint_published_at"): (("feed_entries", "published_at"),),
    ("articles", "headline"): (("pages", "hint_headline"), ("pages", "content_sha256")),
    ("articles", "published_at"): (("pages", "hint_published_at"), ("pages", "content_sha256")),
    ("articles", "url"): (("pages", "final_url"),),
    ("statements", "statement_date"): (("articles", "article_date"), ("articles", "text")),
    ("statements", "actor_id"): (("attributions", "speaker_text"), ("names", "text")),
    ("statements", "cue_lemma"): (("attributions", "cue_text"),),
    ("statements", "cue_class"): (("attributions", "cue_text"),),
    ("statements", "is_speech"): (("attributions", "cue_text"),),
    ("statements", "word_count"): (("attributions", "content_text"),),
    ("statements", "content_key"): (("attributions", "content_text"),),
    ("statements", "content_minhash"): (("attributions", "content_text"),),
    ("mentions", "mention_text"): (("names", "text"),),
    ("mentions", "actor_id"): (("names", "text"),),
    ("actors", "actor_name"): (("names", "text"),),
    ("actors", "aliases"): (("names", "text"),),
}
_BODY: Mapping[str, tuple[str, str]] = {
    "pages": ("feed_entries", "url"),
    "articles": ("pages", "content_sha256"),
    "attributions": ("articles", "text"),
    "names": ("articles", "text"),
    "statements": ("articles", "text"),
    "mentions": ("articles", "text"),
    "actors": ("names", "text"),
}
"""Where a column comes from that nobody hands on: it is read out of the page or the text."""
_STAMPS = ("cleaner_version", "extractor_version")


def column_lineage(table_name: str) -> dg.TableColumnLineage | None:
    """For each column, the columns that it is made of; None for a table without upstream."""
    if table_name not in UPSTREAM:
        return None
    deps: dict[str, list[dg.TableColumnDep]] = {}
    for column in TABLES[table_name].columns:
        if column in _STAMPS:
            continue
        handed_on = [(t, column) for t in UPSTREAM[table_name] if column in TABLES[t].columns][:1]
        found = _RENAMED.get((table_name, column)) or handed_on or [_BODY[table_name]]
        deps[column] = [dg.TableColumnDep(dg.AssetKey([table]), name) for table, name in found]
    return dg.TableColumnLineage(deps)


def describe(table_name: str) -> dict[str, Any]:
    """Description (grain first), columns, kinds and owners of a lake table, for its asset."""
    table = TABLES[table_name]
    columns = [
        dg.TableColumn(
            name,
            str(column.dtype),
            column.meaning,
            constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=table.key == (name,)),
        )
        for name, column in table.columns.items()
    ]
    metadata: dict[str, Any] = {"dagster/column_schema": dg.TableSchema(columns)}
    if lineage := column_lineage(table_name):
        metadata["dagster/column_lineage"] = lineage
    return {
        "description": f"{table.grain}\n\nKey within a day: {', '.join(f'`{c}`' for c in table.key)}. "
        f"Parquet, one file a UTC day of collection: `lake/{table_name}/partition_date=<day>/`.",
        "metadata": metadata,
        "kinds": {"polars", "parquet"},
        "owners": OWNERS,
    }
