"""Asset ``articles``: pages cleaned to headline, paragraphs and metadata.

Belongs here: a thin asset. Does not: cleaning (``pipeline.clean``).
"""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from pipeline.assets.partitions import DAILY, ONE_RUN
from pipeline.assets.stage import StageResult, describe, run_stage
from pipeline.clean.articles import CLEANER_VERSION, clean_articles
from pipeline.resources.collector import Collector
from pipeline.resources.lake import Lake
from pipeline.resources.progress import Progress
from pipeline.schemas import ARTICLES, PAGES
from pipeline.settings import Settings

HISTORY = ["article_id", "minhash", "collected_at", "near_duplicate_group", "outlet_id"]
"""What cleaning needs of earlier days, to tell copies and updates."""


@dg.asset(
    name="articles",
    deps=["pages"],
    group_name="clean",
    partitions_def=DAILY,
    backfill_policy=ONE_RUN,
    **describe("articles"),
)
def articles(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    collector: dg.ResourceParam[Collector],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.MaterializeResult]:
    """Cleaned articles of each day, read from the stored pages only."""

    def make(day: dt.date) -> StageResult:
        pages = lake.read(PAGES, [day])
        bodies, damaged = collector.read_bodies(pages)
        history = lake.read_columns(ARTICLES, collector.days_before(day), HISTORY)
        cleaned, rejects = clean_articles(
            bodies, outlets=collector.outlets, languages=settings.language_set, history=history
        )
        return StageResult({"articles": cleaned}, [*damaged, *rejects], pages.height, CLEANER_VERSION)

    yield from run_stage(context, stage="articles", lake=lake, progress=progress, make=make)
