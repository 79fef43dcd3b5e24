"""One warehouse for all tests here: built in odd order day by day, built at once, and published."""

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from dbt_runs import Dbt, Worker
from small_lake import DAYS, Piece, frames, pieces, write_day, write_lake, write_seeds

from pipeline.resources.publication import Publication, publish


@dataclass(frozen=True)
class Builds:
    """Two data folders with the same lake: one built day by day, one at once."""

    step_by_step: Path
    at_once: Path
    before: str
    """What reading the project and the builds day by day printed."""
    output: str
    """What the build at once printed, with its tests and unit tests."""
    target: Path
    """dbt's manifest and other artifacts."""


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """One dbt for all tests here."""
    made = Worker()
    yield made
    made.close()


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory, worker: Worker) -> Builds:
    base = tmp_path_factory.mktemp("warehouse")
    write_seeds(base / "seeds")
    # Both are built in one place and then moved: dbt reads its project anew when the place changes.
    dbt = Dbt(worker, base / "data", base / "seeds", base / "target")
    before = _build_step_by_step(dbt)
    step_by_step = dbt.data_dir.rename(base / "step_by_step")
    write_lake(dbt.data_dir)
    output = dbt.must("build")
    return Builds(step_by_step, dbt.data_dir.rename(base / "at_once"), before, output, dbt.target)


def _build_step_by_step(dbt: Dbt) -> str:
    """Late days first, then rows that change and go, and a day that nobody asks to load; what dbt printed."""
    d0, d1, d2, d3, d4 = DAYS
    write_day(dbt.data_dir, d4, _before_the_last_articles(d4))
    write_day(dbt.data_dir, d3, frames(d3))
    write_day(dbt.data_dir, d1, frames(d1, _before_re_extraction()))
    write_day(dbt.data_dir, d2, frames(d2, _before_re_extraction()))
    output = dbt.must("run")
    write_day(dbt.data_dir, d1, frames(d1))
    write_day(dbt.data_dir, d2, frames(d2))
    write_day(dbt.data_dir, d0, frames(d0))
    # What was said on the last day is as it was, but now there are a mention and two articles more, one of them a
    # copy of what was said the day before, and another week lies before it.
    write_day(dbt.data_dir, d4, frames(d4))
    # Days 2 and 4 changed too, but their run was killed before dbt: they must be found by their files.
    return output + dbt.must("run", days=[d0, d1])


def _before_the_last_articles(day: dt.date) -> dict[str, pl.DataFrame]:
    tables = frames(day, [p for p in pieces() if p.name not in ("gazette-copies", "herald-quiet")])
    return tables | {"mentions": tables["mentions"].filter(pl.col("place") != "content")}


def _before_re_extraction() -> list[Piece]:
    """The articles as an earlier extractor saw them: other days, actors and words, and one article more."""
    first = pieces()
    changed = []
    for piece in first:
        says = [say for say in piece.says if say.content != "We are ready"]
        moved = tuple(type(say)(**{**_fields(say), "days_ago": say.days_ago + 5}) for say in says)
        changed.append(type(piece)(**{**_fields(piece), "says": moved}))
    extra = next(p for p in first if p.name == "gazette-petrov")
    changed.append(
        type(extra)(**{**_fields(extra), "name": "gone-later", "outlet": "gone.example", "also_on": None})
    )
    return changed


def _fields(item: object) -> dict[str, object]:
    return {name: getattr(item, name) for name in item.__dataclass_fields__}  # type: ignore[attr-defined]  # a dataclass


@pytest.fixture
def workplace(builds: Builds, worker: Worker) -> Iterator[Dbt]:
    """A copy of the built data folder to spoil, where dbt knows its project already."""
    base = builds.at_once.parent
    dbt = Dbt(worker, base / "data", base / "seeds", builds.target)
    shutil.copytree(builds.at_once, dbt.data_dir, symlinks=True)
    yield dbt
    shutil.rmtree(dbt.data_dir)


@pytest.fixture(scope="session")
def publication(builds: Builds) -> Publication:
    """The warehouse that was built at once, published."""
    return publish(builds.at_once, run_id="test-run", report=None)


@pytest.fixture(scope="session")
def lake(builds: Builds) -> dict[str, pl.DataFrame]:
    """All rows of the lake, by table."""
    root = builds.at_once / "lake"
    return {
        folder.name: pl.concat(
            [pl.read_parquet(f, hive_partitioning=False) for f in sorted(folder.rglob("*.parquet"))]
        )
        for folder in sorted(root.iterdir())
    }
