"""What Dagster costs: importing it, loading the definitions, starting a step, a run, the services.

Belongs here: those measures; ``benchmarks.operations`` runs them. Does not: the work itself.
"""

from __future__ import annotations

import itertools
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.sample_days import FIRST, store_pages, write_days
from benchmarks.sections import ROOT, table
from benchmarks.services import QUIET, Services, wait_for
from pipeline.assets.warehouse import DBT
from pipeline.running import open_instance
from pipeline.settings import Settings


def cpu_seconds(command: list[object], **env: str) -> float:
    """CPU seconds of a command and all it starts: they hardly depend on what else the machine does."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*map(str, command)], check=True, cwd=ROOT, env=os.environ | env, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def median_of(rounds: int, measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(rounds))


def python(code: str) -> float:
    """CPU seconds of a piece of code in a fresh process."""
    return cpu_seconds([sys.executable, "-c", code])


_STEPS = """
import os, sys, time
import dagster as dg
from pipeline.jobs import executor
from pipeline.settings import Settings

def build():
    ops = [dg.op(name=f"step{n}")(lambda: None) for n in range(int(sys.argv[1]))]
    @dg.job(executor_def=executor(Settings()))
    def steps():
        for op in ops:
            op()
    return steps

if __name__ == "__main__":
    os.environ["DAGSTER_HOME"] = sys.argv[2]
    with dg.DagsterInstance.get() as instance:
        done = dg.execute_job(dg.reconstructable(build), instance=instance)
        assert done.success
"""


def steps(work: Path, count: int, processes: int) -> float:
    """CPU seconds of a run of empty steps."""
    home, module = work / "home", work / "empty_steps.py"
    home.mkdir(exist_ok=True)
    module.write_text(_STEPS, encoding="utf-8")
    return cpu_seconds([sys.executable, module, count, home], ONRECORD_STEP_PROCESSES=str(processes))


def overhead(work: Path, rounds: int) -> str:
    """What starting Dagster, loading the definitions and starting a step cost."""
    bare = median_of(rounds, lambda: python("pass"))
    dagster = median_of(rounds, lambda: python("import dagster"))
    load = "from pipeline.definitions import build_defs; build_defs().resolve_job_def('daily')"
    loaded = median_of(rounds, lambda: python(load))
    inside = (steps(work, 41, 1) - steps(work, 1, 1)) / 40
    apart = (steps(work, 4, 2) - steps(work, 1, 2)) / 3
    dbt = median_of(rounds, lambda: cpu_seconds([DBT, "--version"]))
    lines = [
        ["import of Dagster", f"{dagster - bare:.1f}"],
        ["definitions loaded, the import included; once a service and a run", f"{loaded - bare:.1f}"],
        ["a step in the run's process (the default)", f"{inside:.2f}"],
        ["a step in a process of its own (`ONRECORD_STEP_PROCESSES=2`), Dagster alone", f"{apart:.1f}"],
        ["dbt's start, before it does anything", f"{dbt:.1f}"],
    ]
    return f"Medians of {rounds}.\n\n{table(['what', 'CPU seconds'], lines)}\n"


def day(work: Path) -> str:
    """A day of the sample in the services, from their start to its publication."""
    rows, used = service_figures(work)
    most = ", ".join(f"{name} {mb:.0f} MB" for name, mb in sorted(used.items()) if mb)
    return f"{table(['what', 'seconds'], rows)}\n\nMost memory, code servers included: {most}.\n"


def service_figures(work: Path) -> tuple[list[list[str]], dict[str, float]]:
    """Services from their start to an answer, and a day of the sample from the click to the publication."""
    data_dir, inputs = work / "data", work / "in"
    write_days(inputs, 1)
    store_pages(data_dir, inputs, 1)
    services = Services(data_dir, QUIET)
    began = time.monotonic()
    services.start()
    try:
        wait_for("the services", services.schedule)
        up = time.monotonic() - began
        run_id = services.launch("daily", FIRST.isoformat())
        peak: dict[str, float] = {}

        def ended() -> list[dict[str, Any]]:
            for name, mb in services.memory().items():
                peak[name] = max(peak.get(name, 0), mb)
            return [r for r in services.runs("SUCCESS", "FAILURE") if r["runId"] == run_id]

        (run,) = wait_for("the run", ended)
    finally:
        services.stop()
    assert run["status"] == "SUCCESS"
    with open_instance(Settings(data_dir=data_dir)) as instance:
        stats = instance.get_run_step_stats(run_id)
    spans = sorted((s.start_time, s.end_time, s.step_key) for s in stats if s.start_time and s.end_time)
    slow = {key: end - start for start, end, key in spans}
    between = sum(max(0.0, b[0] - a[1]) for a, b in itertools.pairwise(spans))
    dbt = slow["dbt_models"]
    rows = [
        ["webserver and daemon, started together, until the UI answers", f"{up:.1f}"],
        [
            "a day of the sample, from the click to its run's start (queue, process, definitions)",
            f"{run['startTime'] - run['creationTime']:.1f}",
        ],
        ["from the run's start to its first step", f"{spans[0][0] - run['startTime']:.1f}"],
        [f"between its {len(spans)} steps, in all", f"{between:.1f}"],
        [
            "its five stages",
            f"{sum(v for k, v in slow.items() if k not in ('dbt_models', 'published', 'ledger')):.1f}",
        ],
        ["dbt", f"{dbt:.1f}"],
        ["the publication with its report", f"{slow['published']:.1f}"],
        ["the run in all", f"{run['endTime'] - run['startTime']:.1f}"],
    ]
    return rows, peak
