"""Asset ``articles``: pages cleaned to headline, paragraphs and metadata.

Belongs here: a thin asset. Does not: cleaning (``pipeline.clean``).
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

import dagster as dg
import polars as pl

from pipeline.assets.catalogue import describe
from pipeline.assets.checks import check_specs
from pipeline.assets.partitions import DAILY, ONE_RUN
from pipeline.assets.stage import StageResult, run_stage
from pipeline.clean.articles import CLEANER_VERSION, TextsOf
from pipeline.resources.collector import Collector
from pipeline.resources.lake import Lake
from pipeline.resources.progress import Progress
from pipeline.resources.stage_tasks import CleanTask, clean_day
from pipeline.resources.workers import Workers, worker_count
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
            texts_of=_texts_of(lake, before),
            note=progress.note,
        )
        return StageResult({"articles": cleaned}, rejects, pages.height, CLEANER_VERSION)

    task = CleanTask(settings.data_dir, collector.outlets, settings.language_set)
    with Workers(task, worker_count(settings.workers)) as workers:
        yield from run_stage(
            context, stage="articles", lake=lake, progress=progress, settings=settings, make=make
        )


def _texts_of(lake: Lake, days: Sequence[dt.date]) -> TextsOf:
    """Texts of articles of ``days``, the latest first, read a day at a time: few of them are asked for."""

    def texts(ids: Collection[str]) -> dict[str, str]:
        left, found = set(ids), dict[str, str]()
        for day in sorted(days, reverse=True):
            if not left:
                break
            frame = lake.read_columns(ARTICLES, [day], ["article_id", "text"])
            found |= dict(frame.filter(pl.col("article_id").is_in(left)).iter_rows())
            left -= found.keys()
        return found

    return texts
