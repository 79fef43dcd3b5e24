"""Running the pipeline from the command line: the same job as Dagster's, in this process.

Belongs here: locks, days, the summary at the end. Does not: the job (``jobs.py``), what there is to do
(``freshness.py``). Dagster is imported only when there is something to do: that takes seconds.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from filelock import FileLock
from rich.console import Console

from pipeline.resources.collector import Collector
from pipeline.resources.freshness import left_to_do, remember
from pipeline.resources.lake import Lake, days_between
from pipeline.resources.locks import run_lock
from pipeline.resources.progress import Progress
from pipeline.resources.publication import query_published
from pipeline.resources.publish_swap import current
from pipeline.schemas import ARTICLES, REJECTS, STATEMENTS
from pipeline.settings import PROJECT_DIR, Settings, get_settings
from pipeline.terminal import TerminalProgress, summary

if TYPE_CHECKING:
    import dagster as dg

_INSTANCE_FILE = PROJECT_DIR / "pipeline" / "dagster.yaml"
MIN_FREE_BYTES = 200_000_000
DAYS_A_RUN = 31
"""Days of a backfill that are made, loaded and published together; a killed backfill goes on after the last of them."""
TOP = """
select actor_name, actor_type, sum(statements) as statements, sum(distinct_statements) as distinct_statements,
       count(distinct statement_date) as days
from actor_statements_daily join dim_actor using (actor_id)
where actor_type not in ('unnamed')
group by all order by statements desc, actor_name limit 12
"""
BUSIEST = """
select statement_date from actor_statements_daily
group by all order by sum(statements) desc, statement_date limit 1
"""


class DataDirError(Exception):
    """The data folder cannot be used; says why and what to do."""


def check_data_dir(settings: Settings) -> None:
    """Make sure that the data folder is there, writable and has room.

    Raises:
        DataDirError: It is not.
    """
    folder = settings.data_dir
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise DataDirError(
            f"{folder}: cannot be written ({error.strerror}); choose a writable folder with --data-dir"
        ) from error
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise DataDirError(
            f"{folder}: {free // 1_000_000} MB free, {MIN_FREE_BYTES // 1_000_000} MB needed; "
            "free some or use --data-dir"
        )


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Dagster's run history under the data folder, telemetry off."""
    import dagster as dg

    home = settings.data_dir / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not config.exists():
        shutil.copy(_INSTANCE_FILE, config)
    os.environ["DAGSTER_HOME"] = str(home)
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    with FileLock(home / ".making.lock"):  # two processes that make the databases at once break them
        return dg.DagsterInstance.from_config(str(home))


def prepare_home(settings: Settings) -> None:
    """Dagster's home with the shipped instance file and its databases, before services open it.

    Webserver and daemon make missing databases, each for itself: started together on an empty home
    they leave databases behind that neither can read.
    """
    home = settings.data_dir / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(_INSTANCE_FILE, home / "dagster.yaml")
    with open_instance(settings):
        pass


def run_pipeline(settings: Settings, *, day: dt.date | None, inputs: Sequence[Path], console: Console) -> int:
    """End to end; returns how many items were rejected.

    Raises:
        InputError: An input cannot be used.
        DataDirError, LockedError, RunFailure: It could not run or a step failed.
    """
    collector = Collector(settings, default_date=day)
    days = collector.read_inputs(inputs).days if inputs else [day or collector.today()]
    return _run(settings, days, inputs=inputs, console=console, collector=collector)


def run_backfill(
    settings: Settings,
    first: dt.date,
    last: dt.date,
    *,
    inputs: Sequence[Path],
    console: Console,
    engine: str = "local",
) -> int:
    """Every day from ``first`` to ``last`` that has anything; returns how many items were rejected."""
    if engine == "ray":
        return _run_by_ray(settings, first, last, inputs=inputs, console=console)
    collector = Collector(settings, default_date=first)
    days: Sequence[dt.date] = days_between(first, last)
    if inputs:
        held = set(collector.read_inputs(inputs).days)
        days = [d for d in days if d in held]
    return _run(settings, days, inputs=inputs, console=console, collector=collector)


def _run(
    settings: Settings,
    days: Sequence[dt.date],
    *,
    inputs: Sequence[Path],
    console: Console,
    collector: Collector,
) -> int:
    check_data_dir(settings)
    days = sorted(set(days))
    read = collector.read_inputs(inputs) if inputs else None
    offered = {day: read.of_day(day) for day in days} if read else {}
    with run_lock(settings), TerminalProgress(console) as progress:
        is_polled = not inputs and collector.today() in days
        todo = days if is_polled else left_to_do(settings, days, offered)
        if not todo:
            progress.note("nothing new: what is published stands")
        for at in range(0, len(todo), DAYS_A_RUN):
            some = todo[at : at + DAYS_A_RUN]
            _make(settings, some, inputs=inputs, console=console, collector=collector, progress=progress)
            remember(settings, some, offered)
    return _summarise(settings, days, console)


def _run_by_ray(
    settings: Settings, first: dt.date, last: dt.date, *, inputs: Sequence[Path], console: Console
) -> int:
    """The lake by Ray, then the warehouse and the publication as after any run."""
    from pipeline.resources.model import Extractor
    from pipeline.resources.ray_engine import RayEngine

    check_data_dir(settings)
    with run_lock(settings), TerminalProgress(console) as progress:
        engine = RayEngine(settings, Extractor(settings.seeds_dir), progress, inputs)
        days = engine.run(first, last)
        if days:
            collector = Collector(settings, default_date=first)
            _make(
                settings,
                days,
                inputs=(),
                console=console,
                collector=collector,
                progress=progress,
                only_load=True,
            )
    return _summarise(settings, days, console)


def _make(
    settings: Settings,
    days: Sequence[dt.date],
    *,
    inputs: Sequence[Path],
    console: Console,
    collector: Collector,
    progress: Progress,
    only_load: bool = False,
) -> None:
    """One run of the job."""
    from pipeline.definitions import build_defs
    from pipeline.jobs import run_days
    from pipeline.schedules import busy_days
    from pipeline.sensors import fail_lost_runs

    defs = build_defs(settings, progress=progress, collector=collector)
    log = settings.data_dir / "dagster" / "last_run.log"
    with open_instance(settings) as instance, log.open("w", encoding="utf-8") as file:
        # dbt's own lines go to a file; the console keeps the real standard output.
        console.file = sys.stdout
        fail_lost_runs(instance)  # a run that was killed must not hold the warehouse's pool
        if not busy_days(instance):
            Lake(settings.data_dir).clear_leftovers()
        with redirect_stdout(file):
            run_days(defs, days, instance=instance, inputs=inputs, only_load=only_load)


def _summarise(settings: Settings, days: Sequence[dt.date], console: Console) -> int:
    lake = Lake(settings.data_dir)
    rejects = lake.read(REJECTS, days)
    statements = lake.read_columns(STATEMENTS, days, ["is_speech"])
    counts = {
        "articles": lake.read_columns(ARTICLES, days, ["article_id"]).height,
        "statements": statements.filter(pl.col("is_speech")).height,
        "thoughts": statements.filter(~pl.col("is_speech")).height,
        "rejects": rejects.height,
    }
    if not any(counts.values()) and current(settings.data_dir) is None:
        console.print("no pages are stored for these days, and feeds tell only of today: nothing to publish")
        return 0
    [(day,)] = query_published(settings.data_dir, BUSIEST).rows() or [(None,)]
    summary(console, counts, query_published(settings.data_dir, TOP), settings.data_dir, day=day)
    if rejects.height:
        reasons = rejects.group_by("reason_code").len().sort("reason_code")
        text = ", ".join(f"{code} {n}" for code, n in reasons.iter_rows())
        console.print(f"\n{rejects.height} rejected ({text}); see the table rejects", soft_wrap=True)
    return rejects.height


if __name__ == "__main__":  # what `make dev` and the services do before they start
    prepare_home(get_settings())
