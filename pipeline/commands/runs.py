"""Commands that run the pipeline and look after it: ``run``, ``backfill``, ``report``, ``doctor``.

Belongs here: their arguments and what they print. Does not: running (``pipeline.running``), the report's
pages (``pipeline.resources.report_site``), the checks (``pipeline.diagnosis``).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer
from rich.text import Text

from pipeline.commands.options import (
    DONE,
    FAILED,
    WITH_REJECTS,
    DataDir,
    Inputs,
    UsageProblem,
    choice_option,
    day_option,
    load_settings,
    out,
)
from pipeline.terminal import from_here


def run(
    date: Annotated[dt.date | None, day_option("--date", "The day of inputs that name none.")] = None,
    inputs: Inputs = None,
    data_dir: DataDir = None,
) -> None:
    """Collect, clean, extract, load and publish: the whole pipeline.

    Without --input it polls the feeds for today; a past --date is made again from its stored pages.
    Run it again whenever you like: the same pages give the same rows.
    """
    from pipeline.running import run_pipeline

    rejected = run_pipeline(load_settings(data_dir), day=date, inputs=inputs or [], console=out)
    raise typer.Exit(WITH_REJECTS if rejected else DONE)


def backfill(
    first: Annotated[dt.date, day_option("--from", "First day.")],
    last: Annotated[dt.date, day_option("--to", "Last day.")],
    inputs: Inputs = None,
    data_dir: DataDir = None,
    engine: Annotated[
        str, choice_option("--engine", "Where the work is done: here, or on a Ray cluster.", "local", "ray")
    ] = "local",
) -> None:
    """Make many days again, from their stored pages or from inputs.

    Killed and started again, it goes on: days that are done are not done twice.
    """
    if first > last:
        raise UsageProblem(f"--from {first} is after --to {last}; turn them round")
    from pipeline.running import run_backfill

    rejected = run_backfill(
        load_settings(data_dir), first, last, inputs=inputs or [], console=out, engine=engine
    )
    raise typer.Exit(WITH_REJECTS if rejected else DONE)


def report(
    date: Annotated[
        dt.date | None, day_option("--date", "The day it is about; the newest if not given.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Write the report's pages again, and say where they are.

    They open from disk in any browser, without a server and without the network.
    """
    from pipeline.resources.report_site import write_report

    index = from_here(write_report(load_settings(data_dir), day=date))
    out.print(f"look at  {index}", markup=False, soft_wrap=True)


def doctor(data_dir: DataDir = None) -> None:
    """What is wrong with this installation, and how to mend it."""
    from pipeline.diagnosis import diagnose

    checks = diagnose(load_settings(data_dir))
    styles = {"ok": "green", "warning": "yellow", "wrong": "bold red"}
    width = max(len(check.name) for check in checks)
    for check in checks:
        line = Text(f"{check.state:<8}", style=styles[check.state])
        line.append(f"{check.name:<{width}}  {check.detail}", style="default")
        out.print(line, soft_wrap=True)
    wrong = sum(check.state == "wrong" for check in checks)
    warnings = sum(check.state == "warning" for check in checks)
    out.print(f"\n{_verdict(wrong, warnings)}")
    raise typer.Exit(FAILED if wrong else DONE)


def _verdict(wrong: int, warnings: int) -> str:
    if wrong:
        return f"{wrong} wrong: mend those first, each line says how."
    if warnings:
        return f"Nothing is wrong; {warnings} worth a look."
    return "All is well."
