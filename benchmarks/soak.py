"""Days of runs with faults at every stage boundary; after each fault a plain run, then every invariant.

Faults: killed as soon as a stage's file is there; a disk that is full (no file may grow over a limit) at different
points; a lake file, or the publication, damaged; pages that come slowly or never over HTTP; a clock that jumps. The
rows after it all must be those of a second data folder that had no fault. ``stress.py`` starts it.
"""

from __future__ import annotations

import datetime as dt
import http.server
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from benchmarks.invariants import COUNTS, broken, lake_digests, published, published_digests
from benchmarks.pages import FAULTY, FIRST_DAY, make_page, write_warcs
from benchmarks.sections import ROOT, table
from benchmarks.watched import onrecord
from pipeline.resources.lake import Lake
from pipeline.schemas import REJECTS

KILL_AT = {
    "feed_entries": "lake/feed_entries/partition_date={day}/part-0.parquet",
    "pages": "lake/pages/partition_date={day}/part-0.parquet",
    "articles": "lake/articles/partition_date={day}/part-0.parquet",
    "attributions": "lake/names/partition_date={day}/part-0.parquet",
    "statements": "lake/actors/partition_date={day}/part-0.parquet",
    "ledger": "lake/run_log/partition_date={day}/part-0.parquet",
    "dbt": "warehouse.duckdb.wal",
    "publication": "published.*.tmp",
}
FULL_AT = (4_000, 60_000, 300_000, 1_500_000)
"""Largest file that can be written, bytes: from the first small table to the warehouse."""
CORRUPT = ("pages", "articles", "attributions", "names", "statements", "rejects")
SLOW_PAGES = 6
SECONDS = 900


@dataclass
class Tally:
    """What happened."""

    faults: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    problems: list[str] = field(default_factory=list)
    answers: int = 0
    mixtures: list[str] = field(default_factory=list)


def soak(work: Path, *, days: int, pages: int, most: int) -> str:
    """Run it all and tell the counts."""
    began = time.monotonic()
    tally = Tally()
    plan = [*(("kill", s) for s in KILL_AT), *(("disk full", n) for n in FULL_AT)]
    plan += [
        *(("corrupt", t) for t in CORRUPT),
        ("corrupt", "published"),
        ("clock jump", ""),
        ("slow network", ""),
    ]
    data_dir, clean_dir = work / "soak", work / "clean"
    all_days = [FIRST_DAY + dt.timedelta(days=n) for n in range(days)]
    with reading(data_dir, tally):
        for number, day in enumerate(all_days):
            warcs = work / "in" / str(day)
            write_warcs(warcs, pages, per_day=pages, first_day=day, start=number * pages)
            mine = plan[number::days] if days < len(plan) else [plan[number % len(plan)]]
            step = max(1, len(mine) // most) if most else 1
            for kind, where in mine[::step][: most or None]:
                one_fault(kind, where, day, warcs, data_dir, tally)
                settle(warcs, data_dir, tally, f"{day} {kind} {where}")
            settle(warcs, data_dir, tally, f"{day} without a fault")
            plain(warcs, clean_dir, tally)
    reasons = Counter(Lake(data_dir).read(REJECTS, all_days)["reason_code"])
    for what, digests in (
        ("lake table", lambda d: lake_digests(d, all_days)),
        ("published table", published_digests),
    ):
        mine, theirs = digests(data_dir), digests(clean_dir)
        tally.problems += [
            f"{what} {n} differs from the folder without faults" for n in theirs if mine.get(n) != theirs[n]
        ]
    return told(tally, days, pages, time.monotonic() - began, reasons)


def one_fault(kind: str, where: object, day: dt.date, warcs: Path, data_dir: Path, tally: Tally) -> None:
    """Make one fault happen."""
    tally.faults[kind] += 1
    made_again(data_dir, day)
    if kind == "kill":
        hit = killed(KILL_AT[str(where)].format(day=day), warcs, data_dir)
    elif kind == "disk full":
        hit = limited(int(str(where)), warcs, data_dir)
    elif kind == "corrupt":
        hit = corrupted(str(where), day, warcs, data_dir, tally)
    elif kind == "clock jump":
        command = [
            sys.executable,
            "-m",
            "benchmarks.clock_jump",
            "run",
            "--input",
            warcs,
            "--data-dir",
            data_dir,
        ]
        hit = ran(command) in (0, 1)
    else:
        hit = slow_network(day, data_dir.parent / "slow", tally)
    tally.runs += 1
    tally.hit[kind] += hit


def made_again(data_dir: Path, day: dt.date) -> None:
    """Forget that the day is done, and its tables, so that the fault meets a run that works."""
    shutil.rmtree(data_dir / ".current", ignore_errors=True)
    for name in ("articles", "attributions", "names", "statements", "mentions", "actors"):
        shutil.rmtree(Lake(data_dir).folder(name, day), ignore_errors=True)


def killed(sign: str, warcs: Path, data_dir: Path) -> bool:
    """Kill a run, hard, as soon as a file that matches ``sign`` is written."""
    began = time.time()
    process = start(onrecord("run", "--input", warcs, "--data-dir", data_dir))
    while process.poll() is None and time.time() - began < SECONDS:
        if any(_written_since(p, began) for p in data_dir.glob(sign)):
            break
        time.sleep(0.005)
    alive = process.poll() is None
    end(process)
    return alive


def _written_since(path: Path, began: float) -> bool:
    try:
        return path.stat().st_mtime >= began
    except OSError:
        return False


def limited(limit: int, warcs: Path, data_dir: Path) -> bool:
    """Run with files that cannot grow over ``limit``: what a full disk is to a writer."""

    def before() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = onrecord("run", "--input", warcs, "--data-dir", data_dir)
    return ran(command, before=before) not in (0, 1)


def corrupted(name: str, day: dt.date, warcs: Path, data_dir: Path, tally: Tally) -> bool:
    """Damage a file of a finished day; the run that meets it must end in one line, or mend it by itself."""
    plain(warcs, data_dir, tally)
    path = (
        published(data_dir).resolve()
        if name == "published"
        else Lake(data_dir).folder(name, day) / "part-0.parquet"
    )
    body = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(body[: len(body) // 2])
    if name == "published":
        return True
    code = ran(onrecord("run", "--input", warcs, "--data-dir", data_dir))
    if code == 3:
        path.unlink(missing_ok=True)  # as its message says
    return True


def slow_network(day: dt.date, data_dir: Path, tally: Tally) -> bool:
    """Pages over HTTP, each in drops, one never; the run takes the good ones and rejects that one.

    In a folder of its own: its pages are not among those of the folder without faults.
    """
    data_dir.mkdir(exist_ok=True)
    numbers = [n for n in range(500_000, 500_000 + SLOW_PAGES) if n % FAULTY != FAULTY - 1]
    bodies = {f"/{n}": make_page(n, day=day).body for n in numbers}
    with serving(bodies) as root:
        listed = data_dir.parent / f"addresses-{day}.list"
        listed.write_text("\n".join([*(root + path for path in bodies), f"{root}/never"]), encoding="utf-8")
        env = {
            "ONRECORD_ALLOW_PRIVATE_ADDRESSES": "true",
            "ONRECORD_HOST_SPACING_SECONDS": "0",
            "ONRECORD_REQUEST_TIMEOUT_SECONDS": "2",
            "ONRECORD_CONTACT": "https://example.org",
        }
        code = ran(onrecord("run", "--date", day, "--input", listed, "--data-dir", data_dir), env=env)
    rejects = Lake(data_dir).read(REJECTS, [day])
    network = [d for d, r in rejects.select("document", "reason_code").iter_rows() if r == "network"]
    if code != 1 or len(network) != 1:
        tally.problems.append(f"{day} slow network: exit code {code}, {len(network)} rejects for the network")
    tally.problems += [f"{day} slow network: {p}" for p in broken(data_dir)]
    return True


@contextmanager
def serving(bodies: dict[str, bytes]) -> Iterator[str]:
    """A slow server on 127.0.0.1."""
    stop = threading.Event()

    class Slow(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bodies.get(self.path)
            if self.path == "/never":
                stop.wait(30)
                return
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            for at in range(0, len(body or b""), 1500):
                self.wfile.write((body or b"")[at : at + 1500])
                stop.wait(0.05)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        stop.set()
        server.shutdown()
        server.server_close()


def settle(warcs: Path, data_dir: Path, tally: Tally, after: str) -> None:
    """A plain run after a fault, and every invariant."""
    plain(warcs, data_dir, tally)
    problems = broken(data_dir) if published(data_dir).exists() else ["nothing is published"]
    tally.problems += [f"{after}: {p}" for p in problems]
    print(f"{after}: {len(problems)} invariants broken", flush=True)


def plain(warcs: Path, data_dir: Path, tally: Tally) -> None:
    tally.runs += 1
    code = ran(onrecord("run", "--input", warcs, "--data-dir", data_dir))
    if code not in (0, 1):
        tally.problems.append(f"a plain run of {warcs.name} ended with {code}")


def start(command: list[object], *, env: dict[str, str] | None = None, before=None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*map(str, command)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env=os.environ | {"NO_COLOR": "1"} | (env or {}),
        start_new_session=True,
        preexec_fn=before,  # no threads hold a lock that the child needs
    )


def end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def ran(command: list[object], *, env: dict[str, str] | None = None, before=None) -> int:
    process = start(command, env=env, before=before)
    try:
        return process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        end(process)
        return -1


@contextmanager
def reading(data_dir: Path, tally: Tally) -> Iterator[None]:
    """Ask the publication all the while, as an analyst's tool does."""
    stop = threading.Event()

    def ask() -> None:
        while not stop.wait(0.5):
            if not published(data_dir).exists():
                continue
            try:
                with duckdb.connect(str(published(data_dir).resolve()), read_only=True) as connection:
                    row = connection.execute(COUNTS).fetchone()
            except duckdb.Error as error:
                if published(data_dir).exists():
                    tally.mixtures.append(
                        str(error).splitlines()[0].replace(f"{data_dir.resolve()}/", "")[:120]
                    )
                continue
            tally.answers += 1
            if row and not int(row[0]) == int(row[1]) + int(row[2]) == int(row[3]):
                tally.mixtures.append(f"counts {row}")

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def told(tally: Tally, days: int, pages: int, seconds: float, reasons: Counter[str]) -> str:
    rows = [[kind, n, tally.hit[kind]] for kind, n in tally.faults.items()]
    # The publication that was damaged on purpose answers with an error until the next run.
    on_purpose = tally.faults["corrupt"] > 0
    state = "BROKEN" if tally.problems else "all hold"
    lines = [
        f"{days} days of {pages} pages, {tally.runs} runs in {seconds / 60:.0f} minutes: invariants {state}.",
        "",
        table(["fault", "injected", "met a run at work"], rows),
        "",
        f"- {tally.answers:,} answers to a reader, {len(tally.mixtures)} errors"
        + (" (the publication was damaged once on purpose)" if on_purpose else ""),
        f"- rejects: {', '.join(f'{c} {n}' for c, n in sorted(reasons.items())) or 'none'}",
        *(f"- {p}" for p in [*tally.problems[:20], *sorted(set(tally.mixtures))[:5]]),
    ]
    return "\n".join(lines)
