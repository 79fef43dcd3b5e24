"""Assets ``feed_entries`` and ``pages``: what was offered on a day, and its bytes.

Belongs here: thin assets. Does not: parsing feeds, fetching, storing (``pipeline.resources``).
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from pydantic import Field

from pipeline.assets.partitions import DAILY, ONE_RUN
from pipeline.assets.stage import StageResult, describe, run_stage
from pipeline.resources.collector import COLLECTOR_VERSION, Collector
from pipeline.resources.lake import Lake
from pipeline.resources.progress import Progress
from pipeline.schemas import FEED_ENTRIES, PAGES


class CollectConfig(dg.Config):
    """Where entries come from in this run."""

    inputs: list[str] = Field(default_factory=list)
    """Folders, files, lists of addresses or WARC files; empty: poll the feeds (today only)."""


@dg.asset(
    name="feed_entries",
    group_name="collect",
    partitions_def=DAILY,
    backfill_policy=ONE_RUN,
    **describe("feed_entries"),
)
def feed_entries(
    context: dg.AssetExecutionContext,
    config: CollectConfig,
    lake: dg.ResourceParam[Lake],
    collector: dg.ResourceParam[Collector],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.MaterializeResult]:
    """Offered pages of each day; a past day keeps the entries it has, no feed can be asked for it."""
    inputs = collector.read_inputs([Path(p) for p in config.inputs]) if config.inputs else None

    def make(day: dt.date) -> StageResult:
        known = lake.read(FEED_ENTRIES, [day])
        if inputs is not None:
            entries, rejects = inputs.of_day(day)
        elif day == collector.today():
            entries, rejects = collector.poll(known)
        else:
            context.log.info(f"{day} is past: its {known.height} stored entries stand, no feed is asked")
            entries, rejects = known.clear(), []
        both = collector.merge_entries(known, entries)
        return StageResult({"feed_entries": both}, rejects, entries.height + len(rejects), COLLECTOR_VERSION)

    yield from run_stage(context, stage="feed_entries", lake=lake, progress=progress, make=make)


@dg.asset(
    name="pages",
    deps=["feed_entries"],
    group_name="collect",
    partitions_def=DAILY,
    backfill_policy=ONE_RUN,
    **describe("pages"),
)
def pages(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    collector: dg.ResourceParam[Collector],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.MaterializeResult]:
    """Stored pages of each day; what is stored is never fetched again."""

    def make(day: dt.date) -> StageResult:
        entries = lake.read(FEED_ENTRIES, [day])
        stored = lake.read(PAGES, [day])
        known = lake.read_columns(PAGES, collector.days_before(day), ["canonical_url", "url", "page_id"])
        got, rejects = collector.collect(day, entries, stored=stored, known=known)
        if not entries.height and not got.height:
            context.log.warning(f"{day} has no entries and no stored pages; nothing to make")
        return StageResult({"pages": got}, rejects, entries.height, COLLECTOR_VERSION)

    yield from run_stage(context, stage="pages", lake=lake, progress=progress, make=make)
