"""Running dbt as operators do: a process of its own, over a data folder."""

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


@dataclass(frozen=True)
class Dbt:
    """dbt over one data folder, with its own target so that nothing is left in the project."""

    data_dir: Path
    seeds_dir: Path
    target: Path

    def command(self, *args: str) -> list[str]:
        return [
            str(Path(sys.executable).with_name("dbt")),
            "--no-use-colors",
            *args,
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(self.target), "--log-path", str(self.target)),
        ]

    def environment(self, days: Iterable[object] = ()) -> dict[str, str]:
        return os.environ | {
            "ONRECORD_DATA_DIR": str(self.data_dir),
            "ONRECORD_SEEDS_DIR": str(self.seeds_dir),
            "ONRECORD_PARTITIONS": ",".join(map(str, days)),
        }

    def run(self, *args: str, days: Sequence[object] = ()) -> subprocess.CompletedProcess[str]:
        """Run dbt to its end, whatever that is."""
        return subprocess.run(
            self.command(*args),
            env=self.environment(days),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def must(self, *args: str, days: Sequence[object] = ()) -> str:
        """Run dbt and expect it to succeed; returns what it printed."""
        done = self.run(*args, days=days)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
