"""The Ray engine: the lake's days made by a cluster, with the same work and the same rows as in one process.

Belongs here: inputs from object storage, actor pools of Ray Data, resuming, retries. Does not: the work
(``stage_tasks.py``), the warehouse (dbt loads the lake as after any run). Ray is an extra and is imported only when
asked for.

Every node must see the data folder under the same path. Days are taken in chunks; in a chunk each stage goes over
all pages of all its days at once, and each day is written as soon as the stage is done. A killed run goes on with
the first stage of a day that is not recorded as done. Ray starts lost workers anew and gives their batch to another
one; a batch that has died twice is worked off item by item, and an item that kills its worker twice is rejected.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import pickle
import re
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.clean.articles import CLEANER_VERSION
from pipeline.extract.attributions import extractor_version
from pipeline.extract.statements import statements_version
from pipeline.ids import stable_id
from pipeline.records import Reject, rejects_frame
from pipeline.resources import freshness, stage_tasks
from pipeline.resources.collector import COLLECTOR_VERSION, Collector
from pipeline.resources.inputs import Inputs, read_inputs
from pipeline.resources.lake import Lake, days_between
from pipeline.resources.progress import Progress
from pipeline.resources.workers import KILLS, ONE_THREAD, Done, Handler, Lost, Task, worker_count
from pipeline.schemas import ARTICLES, ATTRIBUTIONS, FEED_ENTRIES, NAMES, PAGES, REJECTS, RUN_LOG, TABLES
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.resources.model import Extractor

CHUNK_PAGES = 20_000
"""Pages of the days that go through a stage together: what the driver holds in memory."""
STAGING = ".staging"
ATTEMPTS = ".attempts"
_ADDRESS = re.compile(r"^([a-z][a-z0-9+.-]+):/{1,3}")


class RayEngineError(Exception):
    """The Ray engine cannot work; says why and the mend."""


def address_of(path: Path | str) -> str | None:
    """The object store's address that an argument names, or None for a local path.

    Paths lose one of the two slashes of an address; it is put back.
    """
    text = str(path)
    found = _ADDRESS.match(text)
    if found is None:
        return None
    return f"{found[1]}://{'/' if found[1] == 'file' else ''}{text[found.end() :].lstrip('/')}"


@dataclass(slots=True)
class RayEngine:
    """A backfill by Ray.

    Args:
        settings: Of this run.
        extractor: Model and seeds.
        progress: Hears of each stage and day.
        inputs: Local paths or addresses that fsspec knows (``s3://…``); none: the stored pages of the days.
    """

    settings: Settings
    extractor: Extractor
    progress: Progress
    inputs: Sequence[Path] = ()
    run_id: str = field(default_factory=lambda: f"ray-{uuid.uuid4().hex[:12]}")
    _lake: Lake = field(init=False)
    _ray: Any = field(init=False, default=None)
    _began: float = field(init=False, default=0.0)
    """When the present stage began."""

    def __post_init__(self) -> None:
        self._lake = Lake(self.settings.data_dir)

    def run(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """Make every day from ``first`` to ``last`` that has anything; returns those days.

        Raises:
            RayEngineError: Ray is not installed, or an input cannot be reached.
            InputError: An input holds nothing.
        """
        self._ray = start_ray(self.settings)
        try:
            days = self._collect(first, last)
            for chunk in self._chunks(days):
                self._clean(chunk)
                self._tag(chunk)
                self._resolve(chunk)
            for day in days:
                for table in (REJECTS, RUN_LOG):
                    self._lake.gather(table, day)
            return days
        finally:
            self._ray.shutdown()

    def _collect(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """Entries and pages: an input is a task, then a day is a task."""
        wanted = days_between(first, last)
        if not self.inputs:
            return [day for day in wanted if self._lake.has(PAGES, day)]
        read = self._ray.remote(max_retries=KILLS)(_read_input)
        parts = self._ray.get([read.remote(first, path) for path in self._local_inputs()])
        entries = pl.concat([p.entries for p in parts]).unique("entry_id", keep="first", maintain_order=True)
        rejects = [r for p in parts for r in p.rejects]
        held = {*entries["partition_date"].to_list(), *(day for day, _ in rejects)}
        days = [day for day in wanted if day in held]
        store = self._ray.remote(max_retries=KILLS)(_store_day)
        waiting = {}
        for day in days:
            offered = (
                entries.filter(pl.col("partition_date") == day).sort("entry_id"),
                [r for d, r in rejects if d == day],
            )
            self.progress.begin("pages", day)
            waiting[store.remote(self.settings, day, offered, self.run_id)] = day
        for ref, day in waiting.items():
            rows, rejected, seconds = self._ray.get(ref)
            self.progress.end("pages", day, rows=rows, rejected=rejected, seconds=seconds)
        return days

    def _local_inputs(self) -> Iterator[Path]:
        """Inputs as local paths; those of an object store are fetched into the staging folder first."""
        fetch = self._ray.remote(max_retries=KILLS)(fetch_input)
        staging = self.settings.data_dir / STAGING
        refs = {p: fetch.remote(a, staging) for p in self.inputs if (a := address_of(p))}
        for path in self.inputs:
            try:
                yield self._ray.get(refs[path]) if path in refs else path.resolve()
            except (OSError, ImportError, ValueError) as error:
                reason = " ".join(str(error).split())[:300]
                raise RayEngineError(f"{address_of(path)}: cannot be read ({reason})") from error

    def _chunks(self, days: Sequence[dt.date]) -> Iterator[list[dt.date]]:
        chunk: list[dt.date] = []
        pages = 0
        for day in days:
            here = self._lake.read_columns(PAGES, [day], ["page_id"]).height
            if chunk and pages + here > CHUNK_PAGES:
                yield chunk
                chunk, pages = [], 0
            chunk.append(day)
            pages += here
        if chunk:
            yield chunk

    def _clean(self, days: Sequence[dt.date]) -> None:
        collector = Collector(self.settings)
        task = stage_tasks.CleanTask(self.settings.data_dir, collector.outlets, self.settings.language_set)
        todo = {d: self._lake.read(PAGES, [d]) for d in days if not self._is_done("articles", d)}
        batches = {d: stage_tasks.page_batches(pages) for d, pages in todo.items()}
        for day, done in self._by_day("articles", task, batches):
            before = collector.days_before(day)
            history = self._lake.read_columns(ARTICLES, before, stage_tasks.HISTORY)
            articles, rejects = stage_tasks.join_pages(
                done, history=history, texts_of=stage_tasks.texts_of_days(self._lake, before)
            )
            self._write("articles", day, {"articles": articles}, rejects, todo[day].height, CLEANER_VERSION)

    def _tag(self, days: Sequence[dt.date]) -> None:
        task = stage_tasks.TagTask(self.extractor)
        todo = {d: self._lake.read(ARTICLES, [d]) for d in days if not self._is_done("attributions", d)}
        batches = {d: stage_tasks.article_batches(articles) for d, articles in todo.items()}
        for day, done in self._by_day("attributions", task, batches):
            made = stage_tasks.join_tagged(done)
            tables = {"attributions": made.attributions, "names": made.names}
            version = extractor_version(self.extractor.tagger)
            self._write("attributions", day, tables, made.rejects, todo[day].height, version)

    def _resolve(self, days: Sequence[dt.date]) -> None:
        task = stage_tasks.ResolveTask(self.extractor)
        todo = {
            d: [self._lake.read(t, [d]) for t in (ARTICLES, ATTRIBUTIONS, NAMES)]
            for d in days
            if not self._is_done("statements", d)
        }
        batches = {d: stage_tasks.resolvable_batches(*tables) for d, tables in todo.items()}
        for day, done in self._by_day("statements", task, batches):
            articles, attributions, _ = todo[day]
            made = stage_tasks.join_resolved(done, articles, attributions, self.extractor.seeds)
            tables = {"statements": made.statements, "mentions": made.mentions, "actors": made.actors}
            version = statements_version(self.extractor.seeds)
            self._write("statements", day, tables, made.rejects, attributions.height, version)

    def _by_day(
        self, stage: str, task: Task, batches: Mapping[dt.date, Iterable[Sequence[Any]]]
    ) -> Iterator[tuple[dt.date, list[Done | Lost]]]:
        """All batches of all days through one actor pool; a day as soon as it and the days before it are through."""
        items = [(day, list(batch)) for day, found in batches.items() for batch in found]
        left = dict.fromkeys(batches, 0)
        for day, _ in items:
            left[day] += 1
        results: dict[dt.date, list[Done | Lost]] = defaultdict(list)
        waiting = list(batches)
        self._began = time.monotonic()
        for day in waiting:
            self.progress.begin(stage, day)
        outcomes = pool(task, items, self.settings) if items else iter(())
        while waiting:
            while waiting and not left[waiting[0]]:
                day = waiting.pop(0)
                yield day, results.pop(day, [])
            if waiting:
                at, some = next(outcomes)
                day = items[at][0]
                results[day] += some
                left[day] -= 1

    def _is_done(self, stage: str, day: dt.date) -> bool:
        return freshness.stage_is_done(self.settings, stage, day)

    def _write(
        self,
        stage: str,
        day: dt.date,
        tables: dict[str, pl.DataFrame],
        rejects: Sequence[Reject],
        rows_in: int,
        version: str,
    ) -> None:
        _write_tables(self.settings, self.run_id, stage, day, tables, rejects, rows_in, version)
        freshness.stage_done(self.settings, stage, day)
        rows = next(iter(tables.values())).height
        self.progress.end(
            stage, day, rows=rows, rejected=len(rejects), seconds=time.monotonic() - self._began
        )


def start_ray(settings: Settings) -> Any:
    """The Ray module, joined to the cluster of ``RAY_ADDRESS`` or to one of this machine.

    Raises:
        RayEngineError: Ray is not installed.
    """
    os.environ.setdefault("RAY_DATA_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise RayEngineError(
            "the Ray engine needs the extra `scale`: pip install 'onrecord[scale]', or use --engine local"
        ) from error
    local: dict[str, Any] = (
        {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": worker_count(settings.workers)}
    )
    ray.init(
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
        ignore_reinit_error=True,
        runtime_env={"env_vars": ONE_THREAD},
        **local,
    )
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = False
    return ray


def pool(
    task: Task, items: Sequence[tuple[dt.date, Sequence[Any]]], settings: Settings
) -> Iterator[tuple[int, list[Done | Lost]]]:
    """Results of all batches by one pool of actors, each with the place of its batch, as they come.

    Ray Data holds no more batches in flight than the actors and its object store take.
    """
    import ray
    import ray.data

    attempts = settings.data_dir / ATTEMPTS / uuid.uuid4().hex
    attempts.mkdir(parents=True)
    rows = [{"at": at, "batch": pickle.dumps(batch)} for at, (_, batch) in enumerate(items)]
    most = max(1, min(len(items), int(ray.cluster_resources().get("CPU", 1))))
    made = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        Actor,
        fn_constructor_args=(pickle.dumps(task), str(attempts)),
        batch_size=1,
        batch_format="numpy",
        num_cpus=1,
        concurrency=(
            1,
            most,
        ),  # actors of a pool are started anew, and their batches tried again, without end
    )
    try:
        for row in made.iter_rows():
            yield int(row["at"]), pickle.loads(row["result"])  # noqa: S301  # our own actors wrote it
    finally:
        for path in attempts.glob("*"):
            path.unlink(missing_ok=True)
        attempts.rmdir()


class Actor:
    """A worker of a Ray Data pool: what ``Workers`` are to one machine.

    Ray gives a dead worker's batch to another one again and again; a mark on the shared folder, left before a
    batch and taken away after it, tells that one which have died before.
    """

    def __init__(self, task: bytes, attempts: str) -> None:
        self._handle: Handler = pickle.loads(task).open()  # noqa: S301  # our own driver wrote it
        self._attempts = Path(attempts)

    def __call__(self, rows: dict[str, Any]) -> dict[str, list[Any]]:
        """Work off batches; rows of ``at`` and ``batch`` to rows of ``at`` and ``result``."""
        out: list[bytes] = []
        for at, batch in zip(rows["at"], rows["batch"], strict=True):
            out.append(pickle.dumps(self.work(int(at), pickle.loads(batch))))  # noqa: S301  # as above
        return {"at": list(rows["at"]), "result": out}

    def work(self, at: int, batch: Sequence[Any]) -> list[Done | Lost]:
        """One batch; item by item if it has died twice."""
        mark = self._attempts / str(at)
        if _tried(mark) < KILLS:
            result: list[Done | Lost] = [Done(batch, self._handle(batch))]
        else:
            result = [self._alone(self._attempts / f"{at}-{place}", item) for place, item in enumerate(batch)]
        mark.unlink(missing_ok=True)
        return result

    def _alone(self, mark: Path, item: Any) -> Done | Lost:
        died = _tried(mark)
        if died >= KILLS:
            return Lost(item, f"its worker process died {died} times")
        done = Done([item], self._handle([item]))
        mark.unlink(missing_ok=True)
        return done


def _tried(mark: Path) -> int:
    """How often a batch was begun before; notes that it is begun now."""
    with mark.open("ab") as file:
        before = file.tell()
        file.write(b"x")
        file.flush()
        os.fsync(file.fileno())
    return before


def fetch_input(address: str, staging: Path) -> Path:
    """Copy a file or folder of an object store to the staging folder; what is there already is not copied again."""
    import fsspec

    system, root = fsspec.core.url_to_fs(address)
    target = staging / stable_id("input", address)
    names = system.find(root) if system.isdir(root) else [root]
    base = root if system.isdir(root) else root.rpartition("/")[0]
    for name in names:
        path = target / name.removeprefix(base).lstrip("/")
        if path.exists() and path.stat().st_size == system.size(name):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".tmp-{uuid.uuid4().hex}")
        system.get_file(name, str(part))
        part.replace(path)
    return target if system.isdir(root) else target / root.rpartition("/")[2]


def _read_input(default_date: dt.date, path: Path) -> Inputs:
    return read_inputs([path], default_date=default_date, now=dt.datetime.now(dt.UTC))


def _store_day(
    settings: Settings, day: dt.date, offered: freshness.Offered, run_id: str
) -> tuple[int, int, float]:
    """Entries and pages of a day, as the assets ``feed_entries`` and ``pages`` make them."""
    began = time.monotonic()
    lake, collector = Lake(settings.data_dir), Collector(settings)
    entries, rejects = offered
    both = collector.merge_entries(lake.read(FEED_ENTRIES, [day]), entries)
    rows_in = entries.height + len(rejects)
    _write_tables(
        settings, run_id, "feed_entries", day, {"feed_entries": both}, rejects, rows_in, COLLECTOR_VERSION
    )
    known = lake.read_columns(PAGES, collector.days_before(day), ["canonical_url", "url", "page_id"])
    pages, more = collector.collect(day, both, stored=lake.read(PAGES, [day]), known=known)
    _write_tables(settings, run_id, "pages", day, {"pages": pages}, more, both.height, COLLECTOR_VERSION)
    return pages.height, len(rejects) + len(more), time.monotonic() - began


def _write_tables(
    settings: Settings,
    run_id: str,
    stage: str,
    day: dt.date,
    tables: dict[str, pl.DataFrame],
    rejects: Sequence[Reject],
    rows_in: int,
    version: str,
    seconds: float = 0.0,
) -> None:
    """A stage's tables, rejects and line of the run log, as ``run_stage`` writes them."""
    lake = Lake(settings.data_dir)
    for name, frame in tables.items():
        lake.write(TABLES[name], day, frame)
    rows = rejects_frame(rejects, day)
    lake.write_stage(REJECTS, stage, day, rows)
    log = {
        "partition_date": day,
        "stage": stage,
        "run_id": run_id,
        "rows_in": rows_in,
        "rows_out": next(iter(tables.values())).height,
        "rejected": rows.height,
        "version": version,
        "started_at": dt.datetime.now(dt.UTC),
        "elapsed_seconds": round(seconds, 3),
    }
    lake.write_stage(RUN_LOG, stage, day, pl.DataFrame([log], schema=RUN_LOG.schema))
