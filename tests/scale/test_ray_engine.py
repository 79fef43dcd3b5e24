"""The Ray engine gives the rows of the local one, also when a worker is killed, and goes on where it stopped."""

import datetime as dt
import threading
import time
from pathlib import Path

import psutil
import pytest

from benchmarks.pages import write_warcs
from pipeline.resources.freshness import stage_is_done
from pipeline.resources.lake import Lake
from pipeline.resources.model import Extractor
from pipeline.resources.progress import Silent
from pipeline.resources.ray_engine import Actor, RayEngine, RayEngineError, address_of, fetch_input
from pipeline.resources.workers import Done, Lost
from pipeline.schemas import PAGES, RUN_LOG, TABLES
from pipeline.settings import PROJECT_DIR, Settings

FIRST, LAST = dt.date(2022, 1, 1), dt.date(2022, 1, 2)
PAGES_A_DAY = 24


class Killer(Silent):
    """Kills one worker as soon as tagging has begun."""

    def __init__(self) -> None:
        self.killed: list[int] = []
        self.ended: list[str] = []

    def begin(self, stage: str, day: dt.date) -> None:
        if stage == "attributions" and day == FIRST:
            threading.Thread(target=self._kill, daemon=True).start()

    def end(self, stage: str, day: dt.date, *, rows: int, rejected: int, seconds: float) -> None:
        self.ended.append(f"{day} {stage}")

    def _kill(self) -> None:
        until = time.monotonic() + 120
        while not self.killed and time.monotonic() < until:
            for process in psutil.process_iter(["cmdline"]):
                line = " ".join(process.info["cmdline"] or [])
                if "MapBatches(Actor)" in line and process.cpu_times().user > 2:
                    process.kill()
                    self.killed.append(process.pid)
                    return


def rows(data_dir: Path) -> dict[str, list[str]]:
    lake = Lake(data_dir)
    return {
        name: sorted(map(str, lake.read(table, [FIRST, LAST]).drop("file", strict=False).rows()))
        for name, table in TABLES.items()
        if table is not RUN_LOG
    }


@pytest.mark.slow
@pytest.mark.services
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_ray_gives_the_rows_of_the_local_engine_though_a_worker_is_killed(tmp_path, onrecord, monkeypatch):
    write_warcs(tmp_path / "in", PAGES_A_DAY * 2, per_day=PAGES_A_DAY, first_day=FIRST)
    local = tmp_path / "local"
    assert onrecord("run", "--input", tmp_path / "in", "--data-dir", local).code in (0, 1)

    settings = Settings(data_dir=tmp_path / "ray", seeds_dir=PROJECT_DIR / "seeds", workers=2)
    killer = Killer()
    inputs = [Path(f"file://{tmp_path / 'in'}")]
    engine = RayEngine(settings, Extractor(settings.seeds_dir), killer, inputs)
    assert engine.run(FIRST, LAST) == [FIRST, LAST]
    assert len(killer.killed) == 1
    assert rows(settings.data_dir) == rows(local)
    assert not list((settings.data_dir / ".attempts").iterdir())

    # Again: every stage of every day is done; then one output goes, and only what follows from it is made again.
    (settings.data_dir / "lake/statements" / f"partition_date={LAST}" / "part-0.parquet").unlink()
    assert stage_is_done(settings, "statements", FIRST)
    again = Killer()
    again.begin = lambda stage, day: None
    RayEngine(settings, Extractor(settings.seeds_dir), again, inputs).run(FIRST, LAST)
    assert [e for e in again.ended if "pages" not in e] == [f"{LAST} statements"]
    assert rows(settings.data_dir) == rows(local)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Path("s3://bucket/crawl/a.warc.gz"), "s3://bucket/crawl/a.warc.gz"),
        ("gs://bucket/x", "gs://bucket/x"),
        (Path("file:///data/x"), "file:///data/x"),
        (Path("/data/in"), None),
        (Path("in/pages"), None),
        (Path("c:/pages"), None),
    ],
)
def test_an_argument_is_an_address_or_a_local_path(given, expected):
    assert address_of(given) == expected


def test_a_folder_of_an_object_store_is_copied_once(tmp_path):
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/crawl/a.txt", b"one")
    memory.pipe("/crawl/deep/b.txt", b"two")
    folder = fetch_input("memory://crawl", tmp_path)
    assert (folder / "a.txt").read_bytes() == b"one"
    assert (folder / "deep" / "b.txt").read_bytes() == b"two"
    before = (folder / "a.txt").stat().st_mtime_ns
    memory.pipe("/crawl/deep/b.txt", b"changed")
    assert fetch_input("memory://crawl", tmp_path) == folder
    assert (folder / "a.txt").stat().st_mtime_ns == before
    assert (folder / "deep" / "b.txt").read_bytes() == b"changed"
    assert fetch_input("memory://crawl/a.txt", tmp_path).read_bytes() == b"one"


class Fragile:
    """A task that fails of negative numbers, as a process would that is killed."""

    def open(self):
        return self.run

    @staticmethod
    def run(batch):
        if min(batch) < 0:
            raise InterruptedError
        return [n * n for n in batch]


def test_an_item_that_kills_its_worker_twice_is_given_up(tmp_path):
    import pickle

    actor = Actor(pickle.dumps(Fragile()), str(tmp_path))
    for _ in range(4):  # twice the batch as a whole, then twice the item alone
        with pytest.raises(InterruptedError):
            actor.work(0, [2, -1, 3])
    outcome = actor.work(0, [2, -1, 3])
    assert [one for one in outcome if isinstance(one, Lost)] == [Lost(-1, "its worker process died 2 times")]
    assert [one.result for one in outcome if isinstance(one, Done)] == [[4], [9]]


def test_without_ray_one_line_names_the_extra(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(RayEngineError, match=r"onrecord\[scale\]"):
        RayEngine(settings, Extractor(settings.seeds_dir), Silent()).run(FIRST, LAST)


def test_an_address_that_cannot_be_read_says_so(tmp_path):
    class Inline:
        """Ray in this process."""

        @staticmethod
        def remote(**_):
            return lambda f: type("Remote", (), {"remote": staticmethod(lambda *a: (f, a))})

        @staticmethod
        def get(ref):
            return ref[0](*ref[1])

    settings = Settings(data_dir=tmp_path)
    engine = RayEngine(settings, Extractor(settings.seeds_dir), Silent(), [Path("file:///no/such/folder")])
    engine._ray = Inline
    with pytest.raises(RayEngineError, match="file:///no/such/folder"):
        list(engine._local_inputs())
    assert not Lake(tmp_path).has(PAGES, FIRST)
