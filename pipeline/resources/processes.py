"""Processes: whether one still lives, and the right of one to work on a day.

Belongs here: what the operating system knows of processes, and a lock a day. Does not: the lock of the
warehouse and of a run (``locks.py``), Dagster's runs (``sensors.py``).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.resources.locks import LockedError
from pipeline.settings import Settings

_PROC = Path("/proc")
_START_FIELD = 19
"""Place of the start time among the fields of ``/proc/<pid>/stat`` that follow the name."""


def is_alive(pid: int, seen_at: float) -> bool:
    """Whether the process that had this id at a time (seconds since 1970) still runs.

    Ids are given anew, after a restart of the machine from the beginning: a process that started
    after it was seen is another one.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's process; when it started can be read all the same
    started = started_at(pid)
    return started is None or started <= seen_at + 1


def started_at(pid: int) -> float | None:
    """When a process started, seconds since 1970; None where the system does not tell."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        boot = next(
            int(line.split()[1])
            for line in (_PROC / "stat").read_text(encoding="utf-8").splitlines()
            if line.startswith("btime ")
        )
        if fields[0] == "Z":
            return float("inf")  # ended, only not yet collected by its parent
        return boot + int(fields[_START_FIELD]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, StopIteration):
        return None


@contextmanager
def day_lock(settings: Settings, day: dt.date) -> Iterator[None]:
    """The right to write a day's files; the operating system gives it back when its holder dies.

    Raises:
        LockedError: Another process held it for longer than the settings allow to wait.
    """
    folder = settings.data_dir / ".days"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day.isoformat()}.lock"
    lock = FileLock(path)
    try:
        lock.acquire(timeout=settings.lock_wait_seconds)
    except Timeout as error:
        raise LockedError(
            f"{day} is being made by another run, still after {settings.lock_wait_seconds:.0f} s ({path}); "
            "wait until that run ends, then run again"
        ) from error
    try:
        yield
    finally:
        lock.release()
