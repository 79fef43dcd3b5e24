"""Assets of extraction: ``attributions`` with ``names``, then ``statements``, ``mentions``, ``actors``.

Belongs here: thin assets. Does not: extracting (``pipeline.extract``).
"""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from pipeline.assets.catalogue import describe
from pipeline.assets.checks import check_specs
from pipeline.assets.partitions import DAILY, ONE_RUN
from pipeline.assets.stage import StageResult, run_stage
from pipeline.extract.attributions import extractor_version
from pipeline.extract.statements import statements_version
from pipeline.resources.lake import Lake
from pipeline.resources.model import Extractor
from pipeline.resources.progress import Progress
from pipeline.resources.stage_tasks import ResolveTask, TagTask, resolve_day, tag_day
from pipeline.resources.workers import Workers, worker_count
from pipeline.schemas import ARTICLES, ATTRIBUTIONS, NAMES
from pipeline.settings import Settings


def _specs(group: str, deps: list[str], *tables: str) -> list[dg.AssetSpec]:
    return [
        # Skippable: a day with broken rows is not written; its check fails the run.
        dg.AssetSpec(
            name, deps=deps, group_name=group, partitions_def=DAILY, skippable=True, **describe(name)
        )
        for name in tables
    ]


@dg.multi_asset(
    name="attributions",
    specs=_specs("extract", ["articles"], "attributions", "names"),
    check_specs=check_specs("attributions", "names"),
    partitions_def=DAILY,
    backfill_policy=ONE_RUN,
)
def attributions(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    extractor: dg.ResourceParam[Extractor],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Speaker, cue and content spans of each day's articles, and the names in them."""

    def make(day: dt.date) -> StageResult:
        articles = lake.read(ARTICLES, [day])
        made = tag_day(articles, workers, note=progress.note)
        version = extractor_version(extractor.tagger)
        tables = {"attributions": made.attributions, "names": made.names}
        return StageResult(tables, made.rejects, articles.height, version)

    with Workers(TagTask(extractor), worker_count(settings.workers)) as workers:
        yield from run_stage(
            context, stage="attributions", lake=lake, progress=progress, settings=settings, make=make
        )


@dg.multi_asset(
    name="statements",
    specs=_specs("extract", ["articles", "attributions", "names"], "statements", "mentions", "actors"),
    check_specs=check_specs("statements", "mentions", "actors"),
    # Dagster compares the days of keys that must go together by a comparison that can fail for keys with
    # several upstream tables, and then refuses a backfill of the whole graph (1.13.27). All three tables
    # are made and written whatever is selected.
    can_subset=True,
    partitions_def=DAILY,
    backfill_policy=ONE_RUN,
)
def statements(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    extractor: dg.ResourceParam[Extractor],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Statements of each day with resolved actors, and every actor and mention met."""

    def make(day: dt.date) -> StageResult:
        found = lake.read(ATTRIBUTIONS, [day])
        made = resolve_day(
            lake.read(ARTICLES, [day]),
            found,
            lake.read(NAMES, [day]),
            workers,
            seeds=extractor.seeds,
            note=progress.note,
        )
        tables = {"statements": made.statements, "mentions": made.mentions, "actors": made.actors}
        return StageResult(tables, made.rejects, found.height, statements_version(extractor.seeds))

    with Workers(ResolveTask(extractor), worker_count(settings.workers)) as workers:
        yield from run_stage(
            context, stage="statements", lake=lake, progress=progress, settings=settings, make=make
        )
