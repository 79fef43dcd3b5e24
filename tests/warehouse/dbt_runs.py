"""Running dbt over a data folder, in one process that stays, or as operators do in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb

from pipeline.resources.publish_tables import TABLES

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"


def marts(data_dir: Path) -> dict[str, list[tuple]]:
    """All rows of every mart, in one order."""
    path = data_dir / "warehouse.duckdb"
    return _marts(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _marts(path: Path, _changed: int) -> dict[str, list[tuple]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return {
            table.name: connection.execute(f"select * from marts.{table.name} order by all").fetchall()
            for table in TABLES
        }


class Worker:
    """The process of ``dbt_worker.py``."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("dbt_worker.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **request: object) -> tuple[int, str]:
        """Exit code and output of one run."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["code"], answer["output"]

    def close(self) -> None:
        # Not asked to end: it would take its time to put away what nobody needs any more.
        self._process.kill()
        self._process.communicate()


@dataclass(frozen=True)
class Dbt:
    """dbt over one data folder, with its own target so that nothing is left in the project."""

    worker: Worker
    data_dir: Path
    seeds_dir: Path
    target: Path

    def command(self, *args: str) -> list[str]:
        """The command line of a process of its own."""
        return [str(Path(sys.executable).with_name("dbt")), *args, *self._options()]

    def _options(self) -> list[str]:
        return [
            *("--no-use-colors", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(self.target), "--log-path", str(self.target)),
        ]

    def environment(self, days: Iterable[object] = ()) -> dict[str, str]:
        """The environment of a process of its own."""
        return os.environ | self._variables(days)

    def _variables(self, days: Iterable[object]) -> dict[str, str]:
        return {
            "ONRECORD_DATA_DIR": str(self.data_dir),
            "ONRECORD_SEEDS_DIR": str(self.seeds_dir),
            "ONRECORD_PARTITIONS": ",".join(map(str, days)),
        }

    def run(self, *args: str, days: Sequence[object] = ()) -> subprocess.CompletedProcess[str]:
        """Run dbt to its end, whatever that is."""
        code, output = self.worker.ask(
            arguments=args, options=self._options(), environment=self._variables(days)
        )
        return subprocess.CompletedProcess(args, code, output, "")

    def must(self, *args: str, days: Sequence[object] = ()) -> str:
        """Run dbt and expect it to succeed; returns what it printed."""
        done = self.run(*args, days=days)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
