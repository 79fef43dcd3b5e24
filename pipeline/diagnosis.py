"""``onrecord doctor``: environment, versions, disk, settings, last runs.

Belongs here: checks that say what is wrong and how to mend it. Does not: mending.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

import polars as pl

from pipeline.extract.attributions import MODEL_DIR
from pipeline.extract.tagger import Tagger
from pipeline.ids import content_hash
from pipeline.resources.lake import Lake
from pipeline.schemas import RUN_LOG
from pipeline.settings import PROJECT_DIR, Settings

NEWEST_PYTHON = (3, 13)
PACKAGES = (
    "dagster",
    "dagster-dbt",
    "dbt-core",
    "dbt-duckdb",
    "duckdb",
    "polars",
    "trafilatura",
    "onnxruntime",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    state: Literal["ok", "warning", "wrong"]
    name: str
    detail: str


def diagnose(settings: Settings) -> list[Check]:
    """All checks, in the order in which a person would mend them."""
    return [
        _python(),
        *_packages(),
        _data_dir(settings),
        _disk(settings),
        _contact(settings),
        *_seeds(settings),
        _model(),
        _manifest(),
        _instance(settings),
        _publication(settings),
        _missed(settings),
        _last_run(settings),
    ]


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] > NEWEST_PYTHON:
        newest = ".".join(map(str, NEWEST_PYTHON))
        return Check(
            "warning", "python", f"{version}; tested up to {newest}: make setup PYTHON=python{newest}"
        )
    return Check("ok", "python", version)


def _packages() -> list[Check]:
    out: list[Check] = []
    for name in PACKAGES:
        try:
            out.append(Check("ok", name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            out.append(Check("wrong", name, "not installed: make setup"))
    return out


def _data_dir(settings: Settings) -> Check:
    from pipeline.running import DataDirError, check_data_dir

    try:
        check_data_dir(settings)
    except DataDirError as error:
        return Check("wrong", "data folder", str(error))
    return Check("ok", "data folder", str(settings.data_dir))


def _disk(settings: Settings) -> Check:
    folder = settings.data_dir if settings.data_dir.exists() else PROJECT_DIR
    free = shutil.disk_usage(folder).free / 1e9
    if free < 2:
        return Check(
            "warning", "disk", f"{free:.1f} GB free; a year of 40 feeds takes about 20 GB: free some"
        )
    return Check("ok", "disk", f"{free:.0f} GB free")


def _contact(settings: Settings) -> Check:
    if not settings.contact:
        return Check(
            "warning", "contact", "sites cannot reach you: set ONRECORD_CONTACT to a mail or web address"
        )
    return Check("ok", "contact", settings.contact)


def _seeds(settings: Settings) -> list[Check]:
    out: list[Check] = []
    for name in ("outlets.csv", "feeds.csv", "actors.csv", "actor_aliases.csv", "cues.csv"):
        path = settings.seeds_dir / name
        try:
            rows = pl.read_csv(path, infer_schema=False).height
            out.append(Check("ok", name, f"{rows} rows"))
        except (OSError, pl.exceptions.PolarsError) as error:
            reason = str(error).splitlines()[0]
            out.append(Check("wrong", name, f"{path}: {reason}; mend it or restore it with git checkout"))
    return out


def _model() -> Check:
    try:
        tagger = Tagger(MODEL_DIR)
    except FileNotFoundError as error:
        return Check("wrong", "model", str(error))
    from pipeline.extract.tagger import MODEL_FILE

    if content_hash((MODEL_DIR / MODEL_FILE).read_bytes()) != tagger.card["sha256"]:
        return Check(
            "wrong", "model", f"{MODEL_DIR / MODEL_FILE} differs from its card; restore it with git checkout"
        )
    return Check("ok", "model", tagger.version)


def _manifest() -> Check:
    path = PROJECT_DIR / "dbt_project" / "target" / "manifest.json"
    if not path.exists():
        return Check("warning", "dbt manifest", "not there; make setup, or the first run, makes it")
    return Check("ok", "dbt manifest", str(path))


def _instance(settings: Settings) -> Check:
    shipped, used = PROJECT_DIR / "pipeline" / "dagster.yaml", settings.data_dir / "dagster" / "dagster.yaml"
    if not used.exists():
        return Check("ok", "dagster.yaml", "not there yet; the first run copies it")
    if used.read_bytes() != shipped.read_bytes():
        return Check(
            "warning", "dagster.yaml", f"{used} differs from {shipped}; copy it, or keep your changes"
        )
    return Check("ok", "dagster.yaml", str(used))


def _missed(settings: Settings) -> Check:
    from pipeline.schedules import ended_day, missed_days

    now = dt.datetime.now(dt.UTC)
    days = missed_days(Lake(settings.data_dir), ended_day(now) + dt.timedelta(days=1), settings.catch_up_days)
    if days:
        names = ", ".join(day.isoformat() for day in days)
        mend = "the daily schedule makes them, or onrecord backfill --from DAY --to DAY"
        return Check("warning", "missed days", f"{names}: {mend}")
    return Check("ok", "missed days", "none")


def _publication(settings: Settings) -> Check:
    from pipeline.resources.publication import PublicationError, query_published

    try:
        count = query_published(settings.data_dir, "select count(*) as n from fct_statement")["n"][0]
    except PublicationError as error:
        return Check("warning", "publication", str(error))
    return Check("ok", "publication", f"{count} statements in {settings.data_dir / 'published'}")


def _last_run(settings: Settings) -> Check:
    lake = Lake(settings.data_dir)
    days = lake.days(RUN_LOG)
    if not days:
        return Check("warning", "last run", "none yet: onrecord run --input seeds/sample")
    log = lake.read(RUN_LOG, days[-1:]).sort("started_at")
    last = log.row(-1, named=True)
    detail = (
        f"day {days[-1]}: {last['stage']} ended with {last['rows_out']} rows, {last['rejected']} rejected"
    )
    return Check("ok", "last run", f"{detail}, started {last['started_at']:%Y-%m-%d %H:%M} UTC")
