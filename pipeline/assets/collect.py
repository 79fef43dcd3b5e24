"""Assets ``feed_entries`` and ``pages``: what was offered on a day, and its bytes.

Belongs here: thin assets, and which days may still be fetched. Does not: parsing feeds, fetching,
storing (``pipeline.resources``).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg
import polars as pl
from pydantic import Field

from pipeline.assets.catalogue import describe
from pipeline.assets.checks import check_specs, silence_of
from pipeline.assets.partitions import DAILY, ONE_RUN, days_of
from pipeline.assets.stage import StageResult, run_stage
from pipeline.records import Reject
from pipeline.resources.collector import COLLECTOR_VERSION, Collector
from pipeline.resources.lake import Lake
from pipeline.resources.processes import day_lock
from pipeline.resources.progress import Progress
from pipeline.schemas import FEED_ENTRIES, PAGES, REJECTS, RUN_LOG
from pipeline.settings import Settings

INPUT_KINDS = ("folder", "file", "list", "warc")
"""``feed_id`` of entries that a person brought in; all others come from feeds."""


class CollectConfig(dg.Config):
    """Where entries come from in this run."""

    inputs: list[str] = Field(default_factory=list)
    """Folders, files, lists of addresses or WARC files; empty: poll the feeds (today only)."""


@dg.asset(
    name="feed_entries",
    group_name="collect",
    partitions_def=DAILY,
    backfill_policy=ONE_RUN,
    output_required=False,  # a day with broken rows is not written; its check fails the run
    check_specs=check_specs("feed_entries"),
    **describe("feed_entries"),
)
def feed_entries(
    context: dg.AssetExecutionContext,
    config: CollectConfig,
    lake: dg.ResourceParam[Lake],
    collector: dg.ResourceParam[Collector],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
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
            entries, rejects = known.clear(), kept_rejects(lake, "feed_entries", day)
        both = collector.merge_entries(known, entries)
        return StageResult({"feed_entries": both}, rejects, entries.height + len(rejects), COLLECTOR_VERSION)

    yield from run_stage(
        context,
        stage="feed_entries",
        lake=lake,
        progress=progress,
        settings=settings,
        make=make,
        measures=silence_of(collector, settings),
    )


@dg.asset(
    name="pages",
    deps=["feed_entries"],
    group_name="collect",
    partitions_def=DAILY,
    backfill_policy=ONE_RUN,
    output_required=False,  # a past day that has nothing stops here
    check_specs=check_specs("pages"),
    **describe("pages"),
)
def pages(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    collector: dg.ResourceParam[Collector],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Stored pages of each day; what is stored is never fetched again."""

    def make(day: dt.date) -> StageResult:
        entries = lake.read(FEED_ENTRIES, [day])
        stored = lake.read(PAGES, [day])
        known = lake.read_columns(PAGES, collector.days_before(day), ["canonical_url", "url", "page_id"])
        allowed = entries if may_fetch(day, collector.today()) else brought_in(entries)
        got, rejects = collector.collect(day, allowed, stored=stored, known=known)
        if allowed.height < entries.height:
            rejects = [*kept_rejects(lake, "pages", day), *rejects]
        return StageResult({"pages": got}, rejects, entries.height, COLLECTOR_VERSION)

    results = run_stage(context, stage="pages", lake=lake, progress=progress, settings=settings, make=make)
    days = days_of(context)
    made = list(results)
    if any(not is_bare(lake, day, collector.today()) for day in days):
        yield from made
        return
    names = f"{days[0]}" if len(days) == 1 else f"{days[0]} to {days[-1]}"
    context.log.warning(f"{names}: no entries and no stored pages, and past; nothing to make")
    for day in days:
        with day_lock(settings, day):
            lake.gather(RUN_LOG, day)  # the day is on record as empty
    for result in made:
        yield from result.check_results or [] if isinstance(result, dg.MaterializeResult) else [result]


def may_fetch(day: dt.date, today: dt.date) -> bool:
    """Whether pages that feeds offered on a day may still be fetched for it.

    The day itself, and the one that just ended: its daily run fetches what a run that was stopped left.
    """
    return day >= today - dt.timedelta(days=1)


def brought_in(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries that a person brought in, which belong to the day whenever they come."""
    return entries.filter(pl.col("feed_id").is_in(INPUT_KINDS))


def kept_rejects(lake: Lake, stage: str, day: dt.date) -> list[Reject]:
    """What the stage rejected when the day was collected, for that cannot be found out again."""
    told = lake.gather(REJECTS, day).filter(pl.col("stage") == stage)
    columns = ("stage", "reason_code", "document", "detail", "page_id", "article_id")
    return [Reject(**row) for row in told.select(columns).iter_rows(named=True)]


def is_bare(lake: Lake, day: dt.date, today: dt.date) -> bool:
    """Whether a past day has nothing at all: no entries, no pages, no rejects."""
    held: Sequence[pl.DataFrame] = (lake.read(FEED_ENTRIES, [day]), lake.read(PAGES, [day]))
    return day < today and not any(f.height for f in held) and not lake.gather(REJECTS, day).height
