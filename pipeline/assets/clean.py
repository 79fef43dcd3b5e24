"""Asset ``articles``: pages cleaned to headline, paragraphs and metadata.

Belongs here: a thin asset. Does not: cleaning (``pipeline.clean``).
"""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from pipeline.assets.catalogue import describe
from pipeline.assets.checks import check_specs
from pipeline.assets.partitions import DAILY, ONE_RUN
from pipeline.assets.stage import StageResult, run_stage
from pipeline.clean.articles import CLEANER_VERSION
from pipeline.resources.collector import Collector
from pipeline.resources.lake import Lake
from pipeline.resources.progress import Progress
from pipeline.resources.stage_tasks import HISTORY, CleanTask, clean_day, texts_of_days
from pipeline.resources.workers import Workers, worker_count
from pipeline.schemas import ARTICLES, PAGES
from pipeline.settings import Settings


@dg.asset(
    name="articles",
    deps=["pages"],
    group_name="clean",
    partitions_def=DAILY,
    backfill_policy=ONE_RUN,
    output_required=False,  # a day with broken rows is not written; its check fails the run
    check_specs=check_specs("articles"),
    **describe("articles"),
)
def articles(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    collector: dg.ResourceParam[Collector],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Cleaned articles of each day, read from the stored pages only."""

    def make(day: dt.date) -> StageResult:
        pages = lake.read(PAGES, [day])
        before = collector.days_before(day)
        cleaned, rejects = clean_day(
            pages,
            workers,
            history=lake.read_columns(ARTICLES, before, HISTORY),
            texts_of=texts_of_days(lake, before),
            note=progress.note,
        )
        return StageResult({"articles": cleaned}, rejects, pages.height, CLEANER_VERSION)

    task = CleanTask(settings.data_dir, collector.outlets, settings.language_set)
    with Workers(task, worker_count(settings.workers)) as workers:
        yield from run_stage(
            context, stage="articles", lake=lake, progress=progress, settings=settings, make=make
        )
