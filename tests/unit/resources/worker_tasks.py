"""Tasks for the tests of worker processes; a module of its own so that those processes can import it."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Square:
    """Squares numbers; says in a folder what happened: a file for each worker, a line for each batch."""

    folder: Path

    def open(self):
        log = self.folder / f"worker-{os.getpid()}"
        log.touch()

        def run(batch: Sequence[int]) -> list[int]:
            with log.open("a") as file:
                file.write(f"{len(batch)}\n")
            return [n * n for n in batch]

        return run


@dataclass(frozen=True)
class Deadly:
    """Dies of negative numbers for good, and of zero as long as it finds its folder without a mark."""

    folder: Path

    def open(self):
        return self.run

    def run(self, batch: Sequence[int]) -> list[int]:
        for n in batch:
            mark = self.folder / f"mark{n}"
            if n < 0 or (n == 0 and not mark.exists()):
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return [n * n for n in batch]


@dataclass(frozen=True)
class Raising:
    """Fails as code fails."""

    def open(self):
        return self.run

    def run(self, batch: Sequence[int]) -> list[int]:
        return [1 // n for n in batch]


@dataclass(frozen=True)
class Stuck:
    """Never answers."""

    def open(self):
        return self.run

    def run(self, batch: Sequence[int]) -> list[int]:
        signal.pause()
        return list(batch)
