"""Worker processes: the pages of a stage over all cores, each batch by one process.

Belongs here: starting, feeding, watching and ending processes. Does not: what they do with a batch
(``stage_tasks.py``).

A task is a small picklable value; ``open()`` loads what it needs, once a worker, and gives the function that a
batch is handed to. Batches are drawn from their iterator only when a worker is free, so no more of them are in
memory than there are workers. A worker that dies (killed, out of memory, a fault in native code) costs nothing:
its batch is tried again as it was, for articles of a batch tell of each other's names. The items of a batch that
has killed two workers are tried one by one, and an item that kills its worker twice while alone is given back as
``Lost``. What raises in a worker raises here.
"""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import subprocess
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Protocol

KILLS = 2
"""How often a batch may kill a worker before it is taken apart, and an item before it is given up."""
SECONDS_A_BATCH = 120.0
SECONDS_AN_ITEM = 60.0
"""A worker that takes longer than both together hangs and is killed: the slowest page known takes two seconds."""
ONE_THREAD = {
    "POLARS_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}
_POLL_SECONDS = 1.0

atexit.register(gc.unfreeze)  # see _opened: some libraries complain at the end of what is still there

Handler = Callable[[Sequence[Any]], Any]


class Task(Protocol):
    """What a worker does: ``open`` is called once in each worker, the function it gives once a batch."""

    def open(self) -> Handler:
        """Load what the task needs."""
        ...


class WorkerError(Exception):
    """The work itself failed in a worker; the message ends with where."""


@dataclass(frozen=True, slots=True)
class Done:
    """A batch's result."""

    items: Sequence[Any]
    result: Any


@dataclass(frozen=True, slots=True)
class Lost:
    """An item that killed its worker twice, and how the worker ended."""

    item: Any
    reason: str


@dataclass(slots=True)
class _Batch:
    items: Sequence[Any]
    kills: int = 0


@dataclass(slots=True)
class _Worker:
    """A process and our end of its pipe."""

    process: subprocess.Popen[bytes]
    pipe: Connection
    batch: _Batch | None = None
    until: float = 0.0

    def give(self, batch: _Batch) -> bool:
        """Hand a batch over; False if the worker is no more."""
        self.batch = batch
        self.until = time.monotonic() + SECONDS_A_BATCH + SECONDS_AN_ITEM * len(batch.items)
        try:
            self.pipe.send(batch.items)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def end(self) -> str:
        """End the process and say how it ended."""
        self.pipe.close()
        if self.process.poll() is None:
            self.process.kill()
        code = self.process.wait()
        return f"signal {-code}" if code < 0 else f"exit code {code}"


@dataclass(slots=True)
class Workers:
    """A pool of processes for one task; started when first needed, ended by ``close`` or the ``with`` block.

    Args:
        task: What to do.
        count: Processes.
    """

    task: Task
    count: int
    deaths: int = 0
    """Workers that died so far."""
    _all: list[_Worker] = field(default_factory=list[_Worker])
    _here: Handler | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers."""
        for worker in self._all:
            worker.end()
        self._all.clear()

    def pids(self) -> list[int]:
        """Process ids of the workers that live."""
        return [w.process.pid for w in self._all]

    def run_here(self, batches: Iterable[Sequence[Any]]) -> Generator[Done | Lost, None, None]:
        """Results one after the other, made in this process."""
        self._here = self._here or _opened(self.task)
        for batch in batches:
            yield Done(batch, self._here(batch))

    def run(self, batches: Iterable[Sequence[Any]]) -> Generator[Done | Lost, None, None]:
        """Results as they come, in no particular order; in this process if the count is one.

        Raises:
            WorkerError: The task raised in a worker; the workers are ended.
        """
        if self.count == 1:
            yield from self.run_here(batches)
            return
        source = iter(batches)
        again: deque[_Batch] = deque()
        try:
            while True:
                self._feed(source, again)
                busy = [w for w in self._all if w.batch is not None]
                if not busy:
                    return
                ready = wait([w.pipe for w in busy], timeout=_POLL_SECONDS)
                for worker in busy:
                    if worker.pipe in ready:
                        yield from self._receive(worker, again)
                    elif time.monotonic() > worker.until:
                        yield from self._bury(worker, again, "no answer in time")
        except BaseException:
            self.close()
            raise

    def _feed(self, source: Iterator[Sequence[Any]], again: deque[_Batch]) -> None:
        """Give every free worker a batch, starting workers while there are batches and room."""
        while True:
            free = next((w for w in self._all if w.batch is None), None)
            if free is None and len(self._all) >= self.count:
                return
            batch = again.popleft() if again else _next(source)
            if batch is None:
                return
            worker = free or self._start()
            if not worker.give(batch):
                worker.batch = None
                again.appendleft(batch)
                self._remove(worker)

    def _receive(self, worker: _Worker, again: deque[_Batch]) -> Iterator[Done | Lost]:
        batch = worker.batch
        if batch is None:
            return
        try:
            is_done, result = worker.pipe.recv()
        except (EOFError, ConnectionResetError, pickle.UnpicklingError):
            yield from self._bury(worker, again, None)
            return
        if not is_done:
            raise WorkerError(result)
        worker.batch = None
        yield Done(batch.items, result)

    def _bury(self, worker: _Worker, again: deque[_Batch], reason: str | None) -> Iterator[Lost]:
        """Take a dead or hanging worker out; its batch goes back, whole, then item by item, or is given up."""
        batch = worker.batch
        ended = self._remove(worker)
        if batch is None:
            return
        if batch.kills + 1 < KILLS:
            again.append(_Batch(batch.items, batch.kills + 1))
        elif len(batch.items) > 1:
            again.extend(_Batch([item]) for item in batch.items)
        else:
            yield Lost(batch.items[0], f"its worker process died {KILLS} times ({reason or ended})")

    def _remove(self, worker: _Worker) -> str:
        self.deaths += 1
        self._all.remove(worker)
        return worker.end()

    def _start(self) -> _Worker:
        ours, theirs = Pipe()
        # A session of its own: Ctrl-C reaches this process alone, which then ends its workers.
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.resources.workers", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=os.environ | ONE_THREAD,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        ours.send(self.task)
        worker = _Worker(process, ours)
        self._all.append(worker)
        return worker


def _opened(task: Task) -> Handler:
    """The task with all it needs, which lives as long as the process: no collection looks at it again."""
    handler = task.open()
    gc.unfreeze()  # of a task before this one
    gc.collect()
    gc.freeze()
    return handler


def _next(source: Iterator[Sequence[Any]]) -> _Batch | None:
    items = next(source, None)
    return None if items is None else _Batch(items)


def batches_by_length(
    items: Sequence[Any], length: Callable[[Any], int], *, total: int, most: int
) -> Iterator[list[Any]]:
    """Items of like length together, the longest first, so that no worker is left with a long one at the end.

    Args:
        items: What to share out.
        length: How long an item is.
        total: Sum of lengths at which a batch is full.
        most: Items at which a batch is full.
    """
    batch: list[Any] = []
    size = 0
    for item in sorted(items, key=length, reverse=True):
        if batch and (size + length(item) > total or len(batch) >= most):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += length(item)
    if batch:
        yield batch


def worker_count(asked: int) -> int:
    """How many workers to use: as asked, else one a core that this process may use.

    One where pipes cannot be handed to a new process.
    """
    if os.name == "nt":
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return asked or cores


def _serve(pipe: Connection) -> None:
    """A worker's life: take the task, then batch by batch until the pipe is closed."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """What raises ends the worker; its parent hears why and raises it."""
        where = traceback.format_tb(trace)[-1].strip().replace("\n", " ")
        pipe.send((False, f"{kind.__name__}: {error} ({where})"))

    sys.excepthook = tell
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        handle = _opened(pipe.recv())
        while True:
            pipe.send((True, handle(pipe.recv())))


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
