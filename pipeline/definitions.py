"""Dagster's definitions: wiring only.

Importing this touches no network, no data and no settings; Dagster calls ``defs`` when it loads.
"""

from __future__ import annotations

import os
from typing import Any

import dagster as dg
from dagster_dbt import DbtProject

from pipeline.assets.checks import published_freshness
from pipeline.assets.clean import articles
from pipeline.assets.collect import feed_entries, pages
from pipeline.assets.extract import attributions, statements
from pipeline.assets.ledger import ledger
from pipeline.assets.warehouse import DBT_PROJECT_DIR, build_warehouse_assets, dbt_resource
from pipeline.jobs import build_jobs, executor
from pipeline.resources.collector import Collector
from pipeline.resources.lake import Lake
from pipeline.resources.model import Extractor
from pipeline.resources.progress import Silent
from pipeline.schedules import build_schedules
from pipeline.sensors import build_sensors
from pipeline.settings import Settings, get_settings


def build_defs(settings: Settings | None = None, **overrides: Any) -> dg.Definitions:
    """All assets, jobs, schedules and resources.

    Args:
        settings: The settings; those of the environment if not given.
        overrides: Resources by name (``collector``, ``extractor``, ``lake``, ``progress``, ``dbt``) to use
            instead of the real ones, for the command line and for tests.
    """
    settings = settings or get_settings()
    # dbt reads its data folder from the environment of its process.
    os.environ["ONRECORD_DATA_DIR"] = str(settings.data_dir.resolve())
    os.environ["ONRECORD_SEEDS_DIR"] = str(settings.seeds_dir.resolve())
    project = DbtProject(DBT_PROJECT_DIR)
    resources: dict[str, Any] = {
        "settings": settings,
        "lake": Lake(settings.data_dir),
        "collector": Collector(settings),
        "extractor": Extractor(settings.seeds_dir),
        "progress": Silent(),
        "dbt": dbt_resource(project),
    }
    jobs = build_jobs(settings)
    # dg.asset's type says "a function"; what it returns is an AssetsDefinition.
    assets: list[Any] = [feed_entries, pages, articles, attributions, statements, ledger]
    return dg.Definitions(
        assets=[*assets, *build_warehouse_assets(project)],
        asset_checks=[published_freshness],
        jobs=[jobs.daily, jobs.collect, jobs.housekeeping],
        schedules=build_schedules(settings, jobs),
        sensors=build_sensors(settings),
        resources={**resources, **overrides},
        executor=executor(settings),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What ``workspace.yaml`` loads: the real resources, settings from the environment."""
    return build_defs()
