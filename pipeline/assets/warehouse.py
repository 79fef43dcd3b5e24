"""Assets of the warehouse: every dbt model, and ``published``.

Belongs here: thin wrappers around dbt and the publication. Does not: SQL (``dbt_project``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets

from pipeline.assets.partitions import DAILY, ONE_RUN, days_of
from pipeline.resources.locks import warehouse_lock
from pipeline.resources.progress import Progress
from pipeline.resources.publication import publish
from pipeline.settings import PROJECT_DIR, Settings

WAREHOUSE_POOL = "warehouse"
"""Concurrency pool of size 1: one writer of warehouse.duckdb at a time."""
DBT_PROJECT_DIR = PROJECT_DIR / "dbt_project"


class Translator(DagsterDbtTranslator):
    """dbt's layers as asset groups; model name = asset key."""

    def __init__(self) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The model's or seed's name; a source has the lake table's key."""
        meta = dbt_resource_props.get("config", {}).get("meta", {}).get("dagster", {})
        return dg.AssetKey(meta.get("asset_key") or [dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """staging, intermediate, marts or seeds."""
        fqn = dbt_resource_props.get("fqn", [])
        if dbt_resource_props.get("resource_type") == "seed":
            return "seeds"
        return fqn[1] if len(fqn) > 2 else "warehouse"


def prepare_manifest(project: DbtProject) -> Path:
    """The manifest, parsed anew when it is missing or older than the project's files."""
    manifest = project.manifest_path
    sources = [p for pattern in ("models/**/*", "macros/**/*", "*.yml", "tests/**/*") for p in DBT_PROJECT_DIR.glob(pattern)]
    newest = max((p.stat().st_mtime for p in sources if p.is_file()), default=0.0)
    if not manifest.exists() or manifest.stat().st_mtime < newest:
        os.environ.setdefault("ONRECORD_DATA_DIR", str(PROJECT_DIR / "data"))
        project.preparer.prepare(project)
    return manifest


def build_warehouse_assets(project: DbtProject) -> list[dg.AssetsDefinition]:
    """dbt's models and the publication as assets."""

    @dbt_assets(
        manifest=prepare_manifest(project),
        project=project,
        partitions_def=DAILY,
        backfill_policy=ONE_RUN,
        dagster_dbt_translator=Translator(),
        pool=WAREHOUSE_POOL,
        name="dbt_models",
    )
    def dbt_models(
        context: dg.AssetExecutionContext,
        dbt: DbtCliResource,
        settings: dg.ResourceParam[Settings],
        progress: dg.ResourceParam[Progress],
    ) -> Iterator[Any]:
        days = [day.isoformat() for day in days_of(context)]
        progress.note(f"dbt build of {len(days)} day{'s' * (len(days) > 1)}")
        with warehouse_lock(settings):
            yield from dbt.cli(["build", "--vars", json.dumps({"partitions": days})], context=context).stream()

    marts = [
        key
        for key, group in dbt_models.group_names_by_key.items()
        if group == "marts"
    ]

    @dg.asset(
        name="published",
        deps=marts,
        group_name="publish",
        kinds={"duckdb", "parquet", "csv"},
        owners=["team:pipeline"],
        pool=WAREHOUSE_POOL,
        description="The publication: a fresh read-only DuckDB file, Parquet and CSV, swapped in as a whole.",
    )
    def published(
        context: dg.AssetExecutionContext,
        settings: dg.ResourceParam[Settings],
        progress: dg.ResourceParam[Progress],
    ) -> dg.MaterializeResult:
        progress.note("publishing")
        with warehouse_lock(settings):
            made = publish(settings.data_dir, run_id=context.run_id)
        counts = {name: dg.MetadataValue.int(n) for name, n in sorted(made.row_counts.items())}
        return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(made.path)), **counts})

    return [dbt_models, published]


def dbt_resource(project: DbtProject) -> DbtCliResource:
    """dbt as a subprocess: in process it leaves connections open that block the next step."""
    return DbtCliResource(project_dir=project, profiles_dir=str(DBT_PROJECT_DIR))
