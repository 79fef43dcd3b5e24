"""What must always hold of a data folder, whatever happened to its runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipeline.resources.lake import Lake
from pipeline.schemas import ARTICLES, ATTRIBUTIONS, RUN_LOG, STATEMENTS, TABLES

COUNTS = """
select (select count(*) from fct_statement),
       (select coalesce(sum(statements), 0) from actor_statements_daily),
       (select count(*) from fct_statement where not is_speech or actor_id is null),
       (select coalesce(sum(statements + thoughts), 0) from outlet_daily)
"""
TIED_TO_TIME = {"run_log"}


def published(data_dir: Path) -> Path:
    return data_dir / "published" / "onrecord.duckdb"


def counts(data_dir: Path) -> tuple[int, int, int, int]:
    with duckdb.connect(str(published(data_dir).resolve()), read_only=True) as connection:
        found = connection.execute(COUNTS).fetchone()
    assert found is not None
    return tuple(int(n) for n in found)  # type: ignore[return-value]  # four numbers


def broken(data_dir: Path) -> list[str]:
    """Every invariant that does not hold, in words; empty when all do."""
    problems: list[str] = []
    lake = Lake(data_dir)
    days = lake.days(STATEMENTS)
    in_lake = 0
    for day in days:  # a day at a time: an archive's texts do not fit into memory
        texts = dict(lake.read(ARTICLES, [day]).select("article_id", "text").iter_rows())
        for table in (ATTRIBUTIONS, STATEMENTS):
            rows = lake.read(table, [day])
            in_lake += rows.height * (table is STATEMENTS)
            problems += [f"{table.name}: {p}" for p in _spans(rows.iter_rows(named=True), texts)]
    facts, daily, rest, outlets = counts(data_dir)
    if not in_lake == facts == daily + rest == outlets:
        problems.append(f"counts: lake {in_lake}, facts {facts}, daily {daily} + {rest}, outlets {outlets}")
    with duckdb.connect(str(published(data_dir).resolve()), read_only=True) as connection:
        stray = connection.execute(
            "select count(*) from fct_statement anti join fct_article using (article_id)"
        ).fetchone()
        unnamed = connection.execute("select count(*) from rejects where reason_code is null").fetchone()
    if stray and stray[0]:
        problems.append(f"{stray[0]} statements without their article")
    if unnamed and unnamed[0]:
        problems.append(f"{unnamed[0]} rejects without a reason")
    return problems


def _spans(rows: Iterable[dict], texts: dict[str, str]) -> list[str]:
    problems: list[str] = []
    for row in rows:
        text = texts.get(row["article_id"])
        if text is None:
            problems.append(f"{row['attribution_id']} has no article")
            continue
        for role in ("speaker", "cue"):
            start, end = row[f"{role}_start"], row[f"{role}_end"]
            if start is not None and text[start:end] != row[f"{role}_text"]:
                problems.append(f"{row['attribution_id']}: {role} is not its slice")
        if " ".join(text[s["start"] : s["end"]] for s in row["content_spans"]) != row["content_text"]:
            problems.append(f"{row['attribution_id']}: content is not its slices")
    return problems


def lake_digests(data_dir: Path, days: list) -> dict[str, str]:
    """A digest of each lake table's rows over ``days``, those tied to the time of the run left out."""
    lake = Lake(data_dir)
    out = {}
    for name, table in TABLES.items():
        if table is RUN_LOG or name == "feed_entries":  # its paths and times are the run's
            continue
        digest = hashlib.sha256()
        for day in sorted(days):
            frame = lake.read(table, [day])
            frame = frame.drop(
                [c for c in ("warc_file", "warc_offset", "collected_at") if c in frame.columns]
            )
            for row in sorted(map(repr, frame.iter_rows())):
                digest.update(row.encode("utf-8", "surrogatepass"))
        out[name] = digest.hexdigest()[:12]
    return out


def published_digests(data_dir: Path) -> dict[str, str]:
    """A digest of each published table's rows."""
    out = {}
    with duckdb.connect(str(published(data_dir).resolve()), read_only=True) as connection:
        names = [r[0] for r in connection.execute("show tables").fetchall()]
        for name in sorted(names):
            if (
                name in TIED_TO_TIME
                or connection.execute("select 1 from duckdb_views() where view_name = ?", [name]).fetchone()
            ):
                continue
            # DuckDB's own hash of each row, summed: no order, no row in this process.
            summed = connection.execute(
                f'select count(*), sum(hash(t)::hugeint) from "{name}" as t'
            ).fetchone()
            out[name] = repr(summed)
    return out
