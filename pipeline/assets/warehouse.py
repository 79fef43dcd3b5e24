"""Assets of the warehouse: every dbt model, and ``published``.

Belongs here: thin wrappers around dbt and the publication. Does not: SQL (``dbt_project``).
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)

from pipeline.assets.ledger import LEDGER_KEYS
from pipeline.assets.partitions import DAILY, ONE_RUN, days_of
from pipeline.resources.locks import warehouse_lock
from pipeline.resources.progress import Progress
from pipeline.resources.publication import publish
from pipeline.settings import PROJECT_DIR, Settings

WAREHOUSE_POOL = "warehouse"
"""Concurrency pool of size 1: one writer of warehouse.duckdb at a time."""
DBT_PROJECT_DIR = PROJECT_DIR / "dbt_project"
DBT = str(Path(sys.executable).parent / "dbt")
"""The dbt of this environment, also where it is not activated."""


class Translator(DagsterDbtTranslator):
    """dbt's layers as asset groups; model name = asset key."""

    def __init__(self) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The model's name; a source has the key of the lake asset that writes it."""
        name = dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] == "source" and name in LEDGER_KEYS:
            return LEDGER_KEYS[name]
        return dg.AssetKey([name])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """staging, intermediate or marts: the folder of the model."""
        fqn = dbt_resource_props.get("fqn", [])
        return fqn[1] if len(fqn) > 2 else "warehouse"


def prepare_manifest(project: DbtProject) -> Path:
    """The manifest, parsed anew when it is missing or older than the project's files."""
    manifest = project.manifest_path
    sources = [
        p
        for pattern in ("models/**/*", "macros/**/*", "*.yml", "tests/**/*")
        for p in DBT_PROJECT_DIR.glob(pattern)
    ]
    newest = max((p.stat().st_mtime for p in sources if p.is_file()), default=0.0)
    if not manifest.exists() or manifest.stat().st_mtime < newest:
        where = ["--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)]
        done = subprocess.run([DBT, "parse", "--quiet", *where], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(
                f"dbt parse of {DBT_PROJECT_DIR} failed: {(done.stdout + done.stderr).strip()}"
            )
    return manifest


def build_warehouse_assets(project: DbtProject) -> list[dg.AssetsDefinition]:
    """Dbt's models and the publication as assets."""

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
            # Not --vars: changed vars make dbt parse the whole project again.
            os.environ["ONRECORD_PARTITIONS"] = ",".join(days)
            # Unit tests test the SQL, not the data; they run in `make test`.
            command = ["build", "--exclude-resource-type", "unit_test"]
            yield from dbt.cli(command, context=context).stream()

    marts = [key for key, group in dbt_models.group_names_by_key.items() if group == "marts"]

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
    """Dbt as a subprocess: in process it leaves connections open that block the next step."""
    return DbtCliResource(project_dir=project, profiles_dir=str(DBT_PROJECT_DIR), dbt_executable=DBT)
