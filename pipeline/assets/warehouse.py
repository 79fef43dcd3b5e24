"""Assets of the warehouse: every dbt model, and ``published``.

Belongs here: thin wrappers around dbt and the publication. Does not: SQL (``dbt_project``), what is told
of a model or a publication (``warehouse_metadata.py``).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from dagster_dbt.errors import DagsterDbtError
from packaging.version import Version

from pipeline.assets.catalogue import LEDGER_KEYS, OWNERS
from pipeline.assets.partitions import days_of_tags
from pipeline.assets.warehouse_metadata import Models, publication_metadata
from pipeline.resources.locks import warehouse_lock
from pipeline.resources.progress import Progress
from pipeline.resources.publication import publish
from pipeline.settings import PROJECT_DIR, Settings

WAREHOUSE_POOL = "warehouse"
"""Concurrency pool of size 1: one writer of warehouse.duckdb at a time."""
NO_DAY = "0001-01-01"
"""Asks dbt for no day in particular: it loads those whose files changed, whatever is asked for."""
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

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """A model's spec; staging waits for the run log, by which a day of the lake is whole.

        Without it a backfill from the graph would start dbt for each lake table as soon as that table is
        made: many builds of parts, while the next tables are still being written.
        """
        spec = super().get_asset_spec(manifest, unique_id, project)
        props = self.get_resource_props(manifest, unique_id)
        whole = LEDGER_KEYS["run_log"]
        is_staging = props["resource_type"] == "model" and self.get_group_name(props) == "staging"
        if not is_staging or whole in {dep.asset_key for dep in spec.deps}:
            return spec
        return spec.merge_attributes(deps=[whole])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """staging, intermediate or marts: the folder of the model."""
        fqn = dbt_resource_props.get("fqn", [])
        return fqn[1] if len(fqn) > 2 else "warehouse"

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Everything here is the pipeline team's."""
        return OWNERS


def read_manifest(path: Path) -> dict[str, Any]:
    """Dbt's manifest, with every singular test given a model that it is shown on.

    Dagster shows a test of several models only where its ``meta`` names one: here the first mart it
    reads, else its first model.
    """
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for key, node in manifest["nodes"].items():
        read = [manifest["nodes"][k] for k in node["depends_on"]["nodes"] if k in manifest["nodes"]]
        if key.startswith("test.") and not node.get("attached_node") and len(read) > 1:
            marts = [n for n in read if "marts" in n["fqn"]]
            meta = node["config"].setdefault("meta", {})
            meta.setdefault("dagster", {}).setdefault("ref", {"name": (marts or read)[0]["name"]})
    return manifest


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
    """Dbt's models and the publication as assets.

    They have no partitions: each is one table of all days, and an event for each model and day of a long
    range would take longer to write than the tables.
    """
    manifest = read_manifest(prepare_manifest(project))

    @dbt_assets(
        manifest=manifest,
        project=project,
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
        days = [day.isoformat() for day in days_of_tags(context.run.tags)]
        progress.note(f"dbt build of {len(days)} day{'s' * (len(days) > 1)}" if days else "dbt build")
        with warehouse_lock(settings):
            # Not --vars: changed vars make dbt parse the whole project again.
            os.environ["ONRECORD_PARTITIONS"] = ",".join(days) or NO_DAY
            # A build of some models tests what they and their upstream say, not tables it did not make.
            os.environ["DBT_INDIRECT_SELECTION"] = "buildable"
            # Unit tests test the SQL, not the data; they run in `make test`.
            command = ["build", "--exclude-resource-type", "unit_test"]
            # One folder for all runs: dagster-dbt would leave a new one behind in every run.
            target = settings.data_dir.resolve() / "dagster" / "dbt"
            yield from _events(dbt.cli(command, context=context, target_path=target), settings, manifest)

    marts = [key for key, group in dbt_models.group_names_by_key.items() if group == "marts"]

    @dg.asset(
        name="published",
        deps=marts,
        group_name="publish",
        kinds={"duckdb", "parquet", "csv"},
        owners=OWNERS,
        pool=WAREHOUSE_POOL,
        description="One publication of all marts: a fresh read-only DuckDB file, Parquet, CSV and the report, "
        "swapped in as a whole. Readers open `published/onrecord.duckdb`; they are never locked out.",
    )
    def published(
        context: dg.AssetExecutionContext,
        settings: dg.ResourceParam[Settings],
        progress: dg.ResourceParam[Progress],
    ) -> dg.MaterializeResult:
        progress.note("publishing")
        clock = time.monotonic()
        with warehouse_lock(settings):
            made = publish(settings.data_dir, run_id=context.run.run_id)
        seconds = {"elapsed_seconds": round(time.monotonic() - clock, 3)}
        return dg.MaterializeResult(metadata=publication_metadata(made, settings) | seconds)

    return [dbt_models, published]


def _events(invocation: DbtCliInvocation, settings: Settings, manifest: Mapping[str, Any]) -> Iterator[Any]:
    """Dbt's events, each model's with what an operator reads of it.

    They are handed on when dbt has ended: while it writes, nobody else can open the warehouse.
    """
    events: list[Any] = []
    failure: DagsterDbtError | None = None
    try:
        events.extend(invocation.stream())
    except DagsterDbtError as error:
        failure = error
    path = settings.data_dir / "warehouse.duckdb"
    if path.exists():
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            compiled = invocation.target_path / "compiled"
            models = Models(connection, manifest["nodes"], compiled, settings)
            events = [models.described(event) for event in events]
    yield from events
    if failure is not None:
        raise failure


class Dbt(DbtCliResource):
    """dbt as a subprocess, without what dagster-dbt starts besides.

    It would ask the program for its version and make an adapter in this process, of which nothing here makes
    use: 5.6 CPU seconds in each run, half of what a small build takes.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


def dbt_resource(project: DbtProject) -> DbtCliResource:
    """Dbt as a subprocess: in process it leaves connections open that block the next step."""
    return Dbt(project_dir=str(project.project_dir), profiles_dir=str(DBT_PROJECT_DIR), dbt_executable=DBT)
