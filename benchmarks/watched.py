"""Commands run and watched: seconds, CPU seconds, memory and file handles of the whole process tree."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}
EVERY_SECONDS = 0.2
LATER_SECONDS = 1.0
"""Between samples after the first minute: a sample reads all of /proc, which a long run on two cores feels."""


@dataclass
class Watched:
    """What was seen of a command; ``samples`` are (time, MB, file handles, CPU seconds so far) of its tree."""

    code: int
    seconds: float
    cpu_seconds: float
    out: str
    err: str
    samples: list[tuple[float, float, int, float]] = field(default_factory=list)

    def peak_mb(self, first: float = 0.0, last: float = float("inf")) -> float:
        """Greatest memory of the tree between two times."""
        return max((mb for at, mb, _, _ in self.samples if first <= at <= last), default=0.0)

    def cpu_until(self, at: float) -> float:
        """CPU seconds that the tree had used at a time."""
        return max((cpu for when, _, _, cpu in self.samples if when <= at), default=0.0)

    def peak_handles(self) -> int:
        """Most open files of the tree."""
        return max((n for _, _, n, _ in self.samples), default=0)


def cores(count: int) -> set[int]:
    """The first cores that this process may use."""
    return set(sorted(os.sched_getaffinity(0))[:count])


def watch(
    command: Sequence[object],
    *,
    on_cores: int | None = None,
    env: dict[str, str] | None = None,
    cwd: Path = ROOT,
    each: Callable[[subprocess.Popen[str], float], None] | None = None,
) -> Watched:
    """Run a command to its end; ``each`` is called at every sample with the process and the seconds so far."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.time()
        process = subprocess.Popen(
            [*map(str, command)],
            stdout=out,
            stderr=err,
            text=True,
            cwd=cwd,
            env=os.environ | {"NO_COLOR": "1", "COLUMNS": "140"} | (env or {}),
            start_new_session=True,
        )
        if on_cores:
            os.sched_setaffinity(process.pid, cores(on_cores))
        seen = Watched(0, 0.0, 0.0, "", "")
        cpu: dict[tuple[int, float], float] = {}
        stop = threading.Event()
        while process.poll() is None:
            _sample(process.pid, seen, cpu)
            if each:
                each(process, time.time() - began)
            stop.wait(EVERY_SECONDS if time.time() - began < 60 else LATER_SECONDS)
        seen.seconds = time.time() - began
        seen.code, seen.cpu_seconds = process.returncode, sum(cpu.values())
        for name, file in (("out", out), ("err", err)):
            file.seek(0)
            setattr(seen, name, file.read())
    return seen


def _sample(pid: int, seen: Watched, cpu: dict[tuple[int, float], float]) -> None:
    mb, handles = 0.0, 0
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in tree:
        try:
            with process.oneshot():
                mb += process.memory_info().rss / 2**20
                times = process.cpu_times()
                cpu[process.pid, process.create_time()] = times.user + times.system
                handles += process.num_fds()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    seen.samples.append((time.time(), mb, handles, sum(cpu.values())))


def onrecord(*arguments: object) -> list[object]:
    """The command line of this tree."""
    return [sys.executable, "-m", "pipeline.cli", *arguments]
