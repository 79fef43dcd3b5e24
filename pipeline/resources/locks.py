"""Locks between processes: one run a data folder, one writer of the warehouse.

Belongs here: taking locks and saying who holds them. Does not: Dagster's pools, which queue runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.settings import Settings


class LockedError(Exception):
    """Another process holds what this one needs; says who, where and what to do."""


@contextmanager
def _hold(path: Path, wait: float, what: str) -> Iterator[None]:
    note = path.with_suffix(".pid")
    lock = FileLock(path)
    try:
        lock.acquire(timeout=wait)
    except Timeout as error:
        holder = note.read_text().strip() if note.exists() else "unknown"
        raise LockedError(
            f"{what} is in use by process {holder} ({path}); wait until it ends, or use another --data-dir"
        ) from error
    except OSError as error:
        raise LockedError(
            f"{path}: cannot be written ({error.strerror}); choose a writable --data-dir"
        ) from error
    try:
        note.write_text(str(os.getpid()))
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


@contextmanager
def warehouse_lock(settings: Settings) -> Iterator[None]:
    """The right to write ``warehouse.duckdb``, waited for as long as the settings say.

    Raises:
        LockedError: Another process held it all the while.
    """
    with _hold(settings.data_dir / ".warehouse.lock", settings.lock_wait_seconds, "the warehouse"):
        yield


@contextmanager
def run_lock(settings: Settings) -> Iterator[None]:
    """The right to run the pipeline from the command line on this data folder, at once or not at all.

    Raises:
        LockedError: Another run holds it.
    """
    with _hold(settings.data_dir / ".run.lock", 0.0, f"{settings.data_dir}"):
        yield
