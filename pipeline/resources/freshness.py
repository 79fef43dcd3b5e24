"""Freshness: whether a run would make anything that is not there already.

Belongs here: what a finished run leaves as its record, and comparing it with the present. Does not: deciding what
is then left out (``running.py``).

A day is current when everything that its rows follow from is as it was (what its inputs offer, code, model, seeds,
settings, earlier days) and everything that it made is still there, byte for byte. The publication is current when
no file of the lake, the warehouse or the publication itself has changed since it was made. Anything that cannot be
read counts as changed: then the day is made again, which is always right and only slower.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipeline.records import Reject
from pipeline.resources.publish_swap import LINK, current
from pipeline.settings import PROJECT_DIR, Settings

FOLDER = ".current"
_PUBLICATION = "publication"
_PACKAGES = ("polars", "duckdb", "dbt-core", "dbt-duckdb", "onnxruntime", "tokenizers", "trafilatura", "lxml")
_UNUSED_SETTINGS = frozenset({"data_dir", "seeds_dir", "contact", "workers"})
"""Settings that change no row; every other one, also of those to come, does."""
_CODE = (("pipeline", "*"), ("dbt_project", "*.sql"), ("dbt_project", "*.yml"))
_NO_CODE = frozenset({"__pycache__", "training", "target", "logs", "dbt_packages"})

_PASSING = ("network", "http_status", "budget", "robots")
"""Reasons that may be gone at the next try."""

STAGES = {
    "articles": (("pages",), ("articles",)),
    "attributions": (("articles",), ("attributions", "names")),
    "statements": (("articles", "attributions", "names"), ("statements", "mentions", "actors")),
}
"""Tables that a stage reads and those that it makes."""

Offered = tuple[pl.DataFrame, Sequence[Reject]]
"""What the inputs of a run offer for a day: entries and rejects."""


def left_to_do(
    settings: Settings, days: Sequence[dt.date], offered: Mapping[dt.date, Offered]
) -> list[dt.date]:
    """Those of ``days`` that a run must make; none if it would change nothing.

    From the first day that is not current all later ones are made: they are compared with the days before them.

    Args:
        settings: The settings of the run.
        days: The days to make, in order.
        offered: What the inputs offer, by day; empty for days that are made again from their stored pages.
    """
    done = 0
    while done < len(days) and _is_current(settings, days[done], offered.get(days[done])):
        done += 1
    if done and not set(days[:done]) <= _loaded_days(settings):
        return list(days)
    if done < len(days):
        return list(days[done:])
    is_published = _read(settings, _PUBLICATION) == publication_record(settings)
    # One day brings the load and the publication with it.
    return [] if is_published else list(days[-1:])


def remember(settings: Settings, days: Iterable[dt.date], offered: Mapping[dt.date, Offered]) -> None:
    """Leave the record of a run over ``days`` that has just ended well."""
    for day in days:
        _write(settings, str(day), day_record(settings, day, offered.get(day)))
    _write(settings, _PUBLICATION, publication_record(settings))


def _is_current(settings: Settings, day: dt.date, offered: Offered | None) -> bool:
    record = _read(settings, str(day))
    return (
        record is not None
        and not _may_answer_now(settings, day)
        and record == day_record(settings, day, offered)
    )


def _may_answer_now(settings: Settings, day: dt.date) -> bool:
    """Whether the day has addresses that did not answer and are to be asked again."""
    path = settings.data_dir / "lake" / ".stages" / "rejects" / str(day) / "pages.parquet"
    try:
        return pl.read_parquet(path)["reason_code"].is_in(_PASSING).any()
    except (OSError, pl.exceptions.PolarsError):
        return True


def _loaded_days(settings: Settings) -> set[dt.date]:
    """Days that the warehouse holds; none if it cannot be read."""
    path = settings.data_dir / "warehouse.duckdb"
    if not path.is_file():
        return set()
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute(
                "select distinct partition_date from staging.stg_lake__run_log"
            ).fetchall()
    except duckdb.Error:
        return set()
    return {day for (day,) in rows}


def stage_is_done(settings: Settings, stage: str, day: dt.date) -> bool:
    """Whether a stage of a day has nothing to do: its inputs, versions and outputs are as it left them."""
    record = _read(settings, f"{day}-{stage}")
    return record is not None and record == stage_record(settings, stage, day)


def stage_done(settings: Settings, stage: str, day: dt.date) -> None:
    """Note that a stage of a day has written all that it makes."""
    _write(settings, f"{day}-{stage}", stage_record(settings, stage, day))


def stage_record(settings: Settings, stage: str, day: dt.date) -> dict[str, Any]:
    """What a stage's rows of ``day`` follow from, and the files that it made."""
    reads, makes = STAGES[stage]
    inputs = _of_day(settings.data_dir, day, tables=reads)
    if stage == "articles":
        inputs += _history(settings, day)
    outputs = [settings.data_dir / "lake" / ".stages" / "rejects" / str(day) / f"{stage}.parquet"]
    outputs += [
        settings.data_dir / "lake" / table / f"partition_date={day}" / "part-0.parquet" for table in makes
    ]
    return {
        "versions": versions(settings),
        "inputs": _digest(_contents(inputs, settings.data_dir)),
        "files": dict(_contents((p for p in outputs if p.exists()), settings.data_dir))
        | {p.name: "missing" for p in outputs if not p.exists()},
    }


def day_record(settings: Settings, day: dt.date, offered: Offered | None) -> dict[str, Any]:
    """What the rows of ``day`` follow from, and the files that were made of it."""
    made = _of_day(settings.data_dir, day)
    history = _history(settings, day)
    return {
        "versions": versions(settings),
        "offered": None if offered is None else _offered_digest(offered),
        "history": _digest(_contents(history, settings.data_dir)),
        "files": dict(_contents(made, settings.data_dir)),
    }


def publication_record(settings: Settings) -> dict[str, Any]:
    """Names, sizes and times of all files that the publication was made from, and of its own."""
    data_dir = settings.data_dir
    folder = current(data_dir)
    published = sorted(p for p in folder.rglob("*") if p.is_file()) if folder else []
    lake = sorted((data_dir / "lake").glob("*/partition_date=*/*.parquet"))
    warehouse = data_dir / "warehouse.duckdb"
    return {
        "versions": versions(settings),
        "publication": folder.name if folder else None,
        "is_link": (data_dir / LINK).is_symlink(),
        "files": _digest(_stamps([*published, *lake, warehouse], data_dir)),
    }


def versions(settings: Settings) -> str:
    """Code, model, seeds, settings and the packages that rows depend on, as one digest."""
    values = {k: v for k, v in settings.model_dump(mode="json").items() if k not in _UNUSED_SETTINGS}
    seeds = sorted(p for p in settings.seeds_dir.rglob("*.csv") if p.is_file())
    parts = [
        ("code", code_digest()),
        ("seeds", _digest(_contents(seeds, settings.seeds_dir))),
        ("settings", json.dumps(values, sort_keys=True)),
        *((name, version(name)) for name in _PACKAGES),
    ]
    return _digest(parts)


@cache
def code_digest() -> str:
    """Everything of this project that can change a row, read once a process."""
    files = {
        path
        for root, pattern in _CODE
        for path in (PROJECT_DIR / root).rglob(pattern)
        if path.is_file() and not _NO_CODE & set(path.relative_to(PROJECT_DIR).parts)
    }
    return _digest(_contents(sorted(files), PROJECT_DIR))


def _of_day(data_dir: Path, day: dt.date, tables: Sequence[str] = ("*",)) -> list[Path]:
    """Files of a day: of the lake and, unless ``tables`` are named, of its stages and its page store."""
    patterns = [f"lake/{table}/partition_date={day}/*" for table in tables]
    if tuple(tables) == ("*",):
        patterns += [f"lake/.stages/*/{day}/*", f"pages/{day}/*"]
    return sorted(p for pattern in patterns for p in data_dir.glob(pattern) if p.is_file())


def _history(settings: Settings, day: dt.date) -> list[Path]:
    """Files of the earlier days that a day is compared with."""
    before = [day - dt.timedelta(days=n) for n in range(1, settings.refetch_days + 1)]
    return [p for d in before for p in _of_day(settings.data_dir, d, tables=("articles", "pages"))]


def _offered_digest(offered: Offered) -> str:
    entries, rejects = offered
    # The time of the run is no part of what is offered.
    columns = [c for c in entries.columns if c not in ("collected_at", "partition_date")]
    rows = [repr(row) for row in entries.select(columns).sort("entry_id").iter_rows()]
    return _digest([("entry", r) for r in rows] + [("reject", repr(r)) for r in sorted(rejects, key=repr)])


def _contents(paths: Iterable[Path], root: Path) -> Iterator[tuple[str, str]]:
    for path in paths:
        with path.open("rb") as file:
            yield path.relative_to(root).as_posix(), hashlib.file_digest(file, "sha256").hexdigest()


def _stamps(paths: Iterable[Path], root: Path) -> Iterator[tuple[str, str]]:
    for path in paths:
        found = path.stat() if path.exists() else None
        yield os.path.relpath(path, root), f"{found.st_size} {found.st_mtime_ns}" if found else "missing"


def _digest(parts: Iterable[tuple[str, str]]) -> str:
    digest = hashlib.sha256()
    for name, value in parts:
        digest.update(f"{name}\x1f{value}\x1e".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _read(settings: Settings, name: str) -> dict[str, Any] | None:
    try:
        return json.loads((settings.data_dir / FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write(settings: Settings, name: str, record: dict[str, Any]) -> None:
    path = settings.data_dir / FOLDER / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    tmp = path.with_name(f".tmp-{uuid.uuid4().hex}")
    tmp.write_text(json.dumps(record), encoding="utf-8")
    tmp.replace(path)
