"""Assets ``rejects`` and ``run_log``: what every stage of a day left behind, as tables.

Belongs here: gathering. Does not: deciding what is rejected (each stage does).
"""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from pipeline.assets.catalogue import LEDGER_KEYS, describe
from pipeline.assets.partitions import DAILY, ONE_RUN, days_of
from pipeline.assets.report import links, preview_markdown, rejects_markdown
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
        frames: list[pl.DataFrame] = []
        for day in days_of(context):
            with day_lock(settings, day):
                frames.append(lake.gather(TABLES[name], day))
        rows = pl.concat(frames)
        shown = rejects_markdown(rows) if name == "rejects" else preview_markdown(rows)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "dagster/row_count": rows.height,
                "preview": dg.MetadataValue.md(shown),
                **links(settings),
            },
        )
