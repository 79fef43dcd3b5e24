"""Assets ``rejects`` and ``run_log``: what every stage of a day left behind, as tables.

Belongs here: gathering. Does not: deciding what is rejected (each stage does).
"""

from collections.abc import Iterator

import dagster as dg

from pipeline.assets.partitions import DAILY, ONE_RUN, days_of
from pipeline.assets.stage import describe, preview_markdown
from pipeline.resources.lake import Lake
from pipeline.schemas import REJECTS, RUN_LOG, TABLES

LEDGER_KEYS = {name: dg.AssetKey(["lake", name]) for name in (REJECTS.name, RUN_LOG.name)}
"""Lake tables whose marts have the same name; two assets cannot share one key."""


@dg.multi_asset(
    name="ledger",
    specs=[
        dg.AssetSpec(key, deps=["statements"], group_name="extract", partitions_def=DAILY, **describe(name))
        for name, key in LEDGER_KEYS.items()
    ],
    partitions_def=DAILY,
    backfill_policy=ONE_RUN,
)
def ledger(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> Iterator[dg.MaterializeResult]:
    """Rejects and run log of each day, gathered from the stages."""
    for name, key in LEDGER_KEYS.items():
        frames = [lake.gather(TABLES[name], day) for day in days_of(context)]
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "dagster/row_count": sum(f.height for f in frames),
                "preview": dg.MetadataValue.md(
                    preview_markdown(next((f.head(5) for f in frames if f.height), None))
                ),
            },
        )
