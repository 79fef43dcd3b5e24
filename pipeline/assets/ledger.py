"""Assets ``rejects`` and ``run_log``: what every stage of a day left behind, as tables.

Belongs here: gathering. Does not: deciding what is rejected (each stage does).
"""

import time
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import dagster as dg
import polars as pl

from pipeline.assets.catalogue import LEDGER_KEYS, describe
from pipeline.assets.partitions import DAILY, ONE_RUN, days_of
from pipeline.assets.report import links, preview_markdown, reasons_markdown, rejects_markdown
from pipeline.resources.lake import Lake
from pipeline.resources.processes import day_lock
from pipeline.schemas import TABLES
from pipeline.settings import Settings

__all__ = ["LEDGER_KEYS", "ledger"]


@dg.multi_asset(
    name="ledger",
    specs=[
        dg.AssetSpec(key, deps=["statements"], group_name="extract", partitions_def=DAILY, **describe(name))
        for name, key in LEDGER_KEYS.items()
    ],
    partitions_def=DAILY,
    backfill_policy=ONE_RUN,
)
def ledger(
    context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake], settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult]:
    """Rejects and run log of each day, gathered from the stages."""
    for name, key in LEDGER_KEYS.items():
        for day in days_of(context):
            clock = time.monotonic()
            with day_lock(settings, day):
                rows = lake.gather(TABLES[name], day)
            metadata = _metadata(name, rows, settings)
            metadata["elapsed_seconds"] = dg.MetadataValue.float(round(time.monotonic() - clock, 3))
            context.add_asset_metadata(metadata, asset_key=key, partition_key=day.isoformat())
        yield dg.MaterializeResult(asset_key=key)


def _metadata(name: str, rows: pl.DataFrame, settings: Settings) -> dict[str, Any]:
    """What is told of a day: how many rows, rejects by reason, the first rows, links."""
    told: dict[str, Any] = {"dagster/row_count": dg.MetadataValue.int(rows.height), **links(settings)}
    if name == "rejects":
        told["version"] = dg.MetadataValue.text(version("onrecord"))
        told["rejected"] = dg.MetadataValue.md(reasons_markdown(Counter(rows["reason_code"].to_list())))
        told["preview"] = dg.MetadataValue.md(rejects_markdown(rows))
    else:
        told["version"] = dg.MetadataValue.text(", ".join(sorted(set(rows["version"]))) or "none")
        told["preview"] = dg.MetadataValue.md(preview_markdown(rows))
    return told
