"""The warehouse under load: a day's increment over a long history, queries, readers while it publishes.

    python -m benchmarks.warehouse increments --lake data --work /tmp/bench --statements 10000 100000 1000000
    python -m benchmarks.warehouse queries    --data /tmp/bench/1000000
    python -m benchmarks.warehouse readers    --data /tmp/bench/10000

``--lake`` is a data folder after a real run, whose articles are repeated (``long_history``). Each command replaces its
section of ``docs/benchmarks.md``; ``--no-page`` prints only.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.long_history import STATEMENTS_A_DAY, Copies, next_day, write_day, write_history
from benchmarks.sections import ROOT, put, table
from pipeline.resources.publication import publish, query_published

QUESTIONS = (1, 3, 5, 8, 12)
"""Questions of docs/analysts.md that are asked most."""


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """What a step took: wall seconds belong to the machine's other work too, CPU seconds do not."""

    wall: float
    cpu: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __str__(self) -> str:
        return f"{self.wall:.1f} ({self.cpu:.1f})"


def cost(action: Callable[[], object]) -> Cost:
    """Seconds of ``action``, its child processes counted in."""

    def cpu() -> float:
        used = os.times()
        return used.user + used.system + used.children_user + used.children_system

    start, cpu_start = time.perf_counter(), cpu()
    action()
    return Cost(time.perf_counter() - start, cpu() - cpu_start)


BUILD = ("build", "--exclude-resource-type", "unit_test")
"""What a run does: models and data tests."""


def dbt_build(data_dir: Path, days: str = "", verb: tuple[str, ...] = BUILD) -> None:
    """Run dbt over a data folder."""
    command = [str(Path(sys.executable).with_name("dbt")), *verb]
    command += ["--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT / "dbt_project")]
    command += ["--target-path", str(data_dir / "target"), "--log-path", str(data_dir / "target")]
    env = os.environ | {"ONRECORD_DATA_DIR": str(data_dir), "ONRECORD_PARTITIONS": days}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout[-4000:])


@dataclasses.dataclass(slots=True)
class History:
    """A data folder of some size, and what building it and its days took."""

    data_dir: Path
    statements: int
    first: Cost
    first_publication: Cost
    dbt: list[Cost] = dataclasses.field(default_factory=list)
    published: list[Cost] = dataclasses.field(default_factory=list)

    @classmethod
    def of(cls, data_dir: Path, copies: Copies, size: int) -> History:
        """The history of ``size`` statements, its lake made unless it is there, its warehouse always."""
        if not (data_dir / "whole").exists():
            shutil.rmtree(data_dir, ignore_errors=True)
            write_history(copies, data_dir, size)
            (data_dir / "whole").touch()
        for made in ("publications", "target"):
            shutil.rmtree(data_dir / made, ignore_errors=True)
        (data_dir / "warehouse.duckdb").unlink(missing_ok=True)
        build = cost(lambda: dbt_build(data_dir))
        publication = cost(lambda: publish(data_dir, run_id="first", report=None))
        [rows] = query_published(data_dir, "select count(*) from fct_statement").row(0)
        return cls(data_dir, rows, build, publication)

    def add_day(self, copies: Copies) -> None:
        """What a daily run does after extraction: dbt for one new day, and a publication."""
        day, number = next_day(self.data_dir, copies)
        write_day(copies, self.data_dir, day, number)
        self.dbt.append(cost(lambda: dbt_build(self.data_dir, str(day))))
        self.published.append(cost(lambda: publish(self.data_dir, run_id="day", report=None)))

    def a_day(self, kind: str) -> float:
        """Median seconds of a day, both steps together."""
        return statistics.median(getattr(a + b, kind) for a, b in zip(self.dbt, self.published, strict=True))


def increments(lake: Path, work: Path, sizes: list[int], repeat: int) -> str:
    """The same day over histories of several sizes, one after the other in each round."""
    copies = Copies(lake)
    histories = [History.of(work / str(size), copies, size) for size in sizes]
    for _ in range(repeat):
        for history in histories:
            history.add_day(copies)
    head = ["statements", "first build", "first publication", "a day: dbt", "publication", "both", "ratio"]
    rows: list[list[object]] = []
    for history in histories:
        ratio = Cost(*(history.a_day(kind) / histories[0].a_day(kind) for kind in ("wall", "cpu")))
        rows.append(
            [
                f"{history.statements:,}",
                *(history.first, history.first_publication, median(history.dbt), median(history.published)),
                Cost(history.a_day("wall"), history.a_day("cpu")),
                f"{ratio.wall:.2f} ({ratio.cpu:.2f})",
            ]
        )
    return (
        f"A day of {STATEMENTS_A_DAY:,} statements after histories of real extraction output, its days and names "
        "shifted. Seconds: wall (CPU); medians of "
        f"{repeat}; ratios to the first line. dbt: models and data tests.\n\n{table(head, rows)}"
    )


def median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


def timed(action: Callable[[], object]) -> float:
    return cost(action).wall


def questions() -> dict[int, tuple[str, str]]:
    text = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
    found = re.findall(r"^### (\d+)\. (.+?)$.*?^```sql\n(.+?)^```", text, re.M | re.S)
    return {int(number): (title, sql) for number, title, sql in found}


def queries(data_dir: Path, repeat: int) -> str:
    """The commonest questions, asked by a fresh connection with two threads, as a BI tool does."""
    [actor] = query_published(
        data_dir,
        "select actor_name from fct_statement join dim_actor using (actor_id) "
        "where actor_type = 'person' group by all order by count(*) desc limit 1",
    ).row(0)
    rows: list[list[object]] = []
    for number, (title, sql) in questions().items():
        if number not in QUESTIONS:
            continue
        asked = sql.replace("Dmytro Kuleba", actor.replace("'", "''"))
        times: list[Cost] = []
        for _ in range(repeat):
            with duckdb.connect(
                str(data_dir / "published" / "onrecord.duckdb"), read_only=True
            ) as connection:
                connection.execute("set threads = 2")
                times.append(cost(lambda c=connection, q=asked: c.execute(q).fetchall()))
        wall = [1000 * t.wall for t in times]
        rows.append(
            [
                f"{number}. {title}",
                *(f"{ms:.0f}" for ms in (wall[0], statistics.median(wall), max(wall))),
                f"{1000 * statistics.mean(t.cpu for t in times):.0f}",
            ]
        )
    [statements] = query_published(data_dir, "select count(*) from fct_statement").row(0)
    head = ["question of docs/analysts.md", "first, ms", "median, ms", "worst, ms", "CPU, ms"]
    return (
        f"The five that are asked most, of a publication of {statements:,} statements, by {repeat} fresh "
        f"connections each with two threads.\n\n{table(head, rows)}"
    )


def readers(data_dir: Path, count: int, publications: int) -> str:
    """Readers in a loop while publications follow each other, each with other rows, then while dbt writes."""
    stop, writing = data_dir / "stop", data_dir / "writing"
    stop.unlink(missing_ok=True)
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.reader_child", str(data_dir)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        for number in range(publications):
            _take_statements_out(data_dir / "warehouse.duckdb", publications - number)
            publish(data_dir, run_id=f"run-{number}", report=None)
        writing.touch()
        # Everything anew: what was taken out comes back.
        writer = timed(lambda: dbt_build(data_dir, verb=("run", "--full-refresh")))
    finally:
        writing.unlink(missing_ok=True)
        stop.touch()
        results = [json.loads(process.communicate()[0]) for process in processes]
        stop.unlink()
    errors = [error for result in results for error in result["errors"]]
    said = (
        f"{count} readers, {publications} publications, then {writer:.0f} s of dbt writing the warehouse: "
        f"{sum(r['answers'] for r in results):,} answers, from {len(set().union(*(r['counts'] for r in results)))} "
        f"of the publications, {sum(r['writing'] for r in results):,} of them while dbt wrote; {len(errors)} errors."
    )
    return "\n".join([said, "", *(f"- {error}" for error in sorted(set(errors))[:5])]).strip()


def _take_statements_out(warehouse: Path, publications: int) -> None:
    """Make the next of so many publications another one: some statements leave all marts that count them."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("begin")
        [(rows,)] = connection.execute("select count(*) from marts.fct_statement").fetchall()
        if rows <= publications:
            raise SystemExit(f"{warehouse} has {rows} statements, too few to tell the publications apart")
        connection.execute(
            "delete from marts.fct_statement where statement_id in "
            "(select statement_id from marts.fct_statement order by statement_id limit ?)",
            [rows // (publications + 1)],
        )
        connection.execute(
            "create or replace temp table left_over as select actor_id, statement_date, count(*) as n "
            "from marts.fct_statement where is_speech and actor_id is not null group by all"
        )
        connection.execute(
            "update marts.actor_statements_daily as d set statements = coalesce((select n from left_over as l "
            "where l.actor_id = d.actor_id and l.statement_date = d.statement_date), 0)"
        )
        connection.execute(
            "update marts.outlet_daily as d set "
            "statements = (select count(*) from marts.fct_statement as f where f.is_speech "
            "and f.outlet_id is not distinct from d.outlet_id and f.article_date = d.article_date), "
            "thoughts = (select count(*) from marts.fct_statement as f where not f.is_speech "
            "and f.outlet_id is not distinct from d.outlet_id and f.article_date = d.article_date)"
        )
        connection.execute("commit")


def arguments(values: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--no-page", action="store_true", help="print only")
    commands = parser.add_subparsers(dest="command", required=True)
    grow = commands.add_parser("increments")
    grow.add_argument("--lake", type=Path, required=True)
    grow.add_argument("--work", type=Path, required=True)
    grow.add_argument("--statements", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    grow.add_argument("--repeat", type=int, default=3)
    ask = commands.add_parser("queries")
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--repeat", type=int, default=9)
    read = commands.add_parser("readers")
    read.add_argument("--data", type=Path, required=True)
    read.add_argument("--readers", type=int, default=8)
    read.add_argument("--publications", type=int, default=30)
    return parser.parse_args(values)


def main() -> None:
    given = arguments()
    if given.command == "increments":
        text = increments(given.lake.resolve(), given.work.resolve(), given.statements, given.repeat)
        title, command = "A day's increment over a long history", f"--statements {_words(given.statements)}"
    elif given.command == "queries":
        text = queries(given.data.resolve(), given.repeat)
        title, command = "Questions over a long history", "--data FOLDER"
    else:
        text = readers(given.data.resolve(), given.readers, given.publications)
        title, command = "Readers while publications follow each other", "--data FOLDER"
    print(text)
    if not given.no_page:
        put(
            f"warehouse_{given.command}",
            title,
            f"python -m benchmarks.warehouse {given.command} {command}",
            text,
        )


def _words(values: list[int]) -> str:
    return " ".join(map(str, values))


if __name__ == "__main__":
    main()
