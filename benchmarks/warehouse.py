"""The warehouse under load: a day's increment over a long history, queries, readers while it publishes.

    python benchmarks/warehouse.py increments --lake data --work /tmp/bench --statements 10000 100000 1000000
    python benchmarks/warehouse.py queries    --data /tmp/bench/1000000
    python benchmarks/warehouse.py readers    --data /tmp/bench/10000

``--lake`` is a data folder after a real run. Its articles are repeated with other days and names: in each copy
the letters of all texts are exchanged for others, the same everywhere in the copy, so that lengths, offsets,
repetition and structure stay those of real extraction while copies are different texts. One copy in ten is
printed again by another outlet, as wire stories are. Results are printed as Markdown.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import os
import random
import re
import shutil
import statistics
import string
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.extract.fingerprints import content_key, content_minhash  # noqa: E402  # after the path is set
from pipeline.ids import stable_id  # noqa: E402
from pipeline.resources.publication import publish, query_published  # noqa: E402
from pipeline.schemas import TABLES  # noqa: E402

FIRST_DAY = dt.date(2024, 1, 1)
STATEMENTS_A_DAY = 2_700
REPRINTED = 10
"""One copy in so many is printed again the day after."""
NAMES_SHIFTED = 500
"""So many different casts of actors: the same people come back from day to day."""
PER_ARTICLE = ("attributions", "names", "statements", "mentions")
QUESTIONS = (1, 3, 5, 8, 12)
"""Questions of docs/analysts.md that are asked most."""


class Copies:
    """Copies of the articles of a real lake, as many as wanted, each different."""

    def __init__(self, data_dir: Path) -> None:
        self.base = {
            name: pl.read_parquet(data_dir / "lake" / name / "*" / "*.parquet", hive_partitioning=False)
            for name in ("pages", "articles", "actors", *PER_ARTICLE)
        }
        self.outlets = sorted(self.base["articles"]["outlet_id"].drop_nulls().unique().to_list()) or ["wire"]
        self.statements = self.base["statements"].height

    def rows(self, number: int, day: dt.date) -> dict[str, pl.DataFrame]:
        """All tables of one copy, collected on ``day``; a reprint has the letters of the copy before."""
        is_reprint = number % REPRINTED == REPRINTED - 1
        letters = _letters(number - 1 if is_reprint else number)
        cast = (number - is_reprint) % NAMES_SHIFTED
        out = {name: self._renamed(name, number, cast, day) for name in self.base}
        out["actors"] = out["actors"].with_columns(
            pl.format("{} {}", "actor_name", pl.lit(cast)).alias("actor_name")
        )
        texts = {row["article_id"]: row["text"].translate(letters) for row in out["articles"].to_dicts()}
        out["articles"] = out["articles"].with_columns(
            pl.col("article_id").replace_strict(texts).alias("text"),
            (pl.lit(self.outlets[number % len(self.outlets)]) if is_reprint else pl.col("outlet_id")).alias(
                "outlet_id"
            ),
        )
        for name, spans in {
            "attributions": ("speaker", "cue"),
            "statements": ("speaker", "cue"),
            "mentions": ("mention",),
            "names": ("name",),
        }.items():
            out[name] = self._retold(name, out[name], texts, spans)
        return out

    def _renamed(self, name: str, number: int, cast: int, day: dt.date) -> pl.DataFrame:
        """A table with the ids of the copy, moved to its day."""
        frame = self.base[name]

        def shifted(column: str) -> dict[str, str]:
            salt = cast if "actor" in column else number
            return {
                v: stable_id("copy", column, v, salt) for v in frame[column].drop_nulls().unique().to_list()
            }

        ids = [
            c for c in frame.columns if c.endswith("_id") and c not in ("outlet_id", "wikidata_id", "feed_id")
        ]
        move = pl.lit(day) - pl.col("partition_date")
        # An addressee's id must be the one its actor has as a speaker.
        renamed = [
            pl.col(c).replace_strict(_as_actor(c, shifted, frame, cast), default=None).alias(c) for c in ids
        ]
        times = [(pl.col(c) + move).alias(c) for c, t in frame.schema.items() if isinstance(t, pl.Datetime)]
        days = [(pl.col(c) + move).alias(c) for c in ("article_date", "statement_date") if c in frame.columns]
        return frame.with_columns(*renamed, *times, *days).with_columns(pl.lit(day).alias("partition_date"))

    @staticmethod
    def _retold(
        name: str, frame: pl.DataFrame, texts: dict[str, str], spans: tuple[str, ...]
    ) -> pl.DataFrame:
        """The words of spans as they stand in the copy's texts."""
        rows = frame.to_dicts()
        for row in rows:
            text = texts[row["article_id"]]
            for span in spans:
                prefix, target = {"mention": ("", "mention_text"), "name": ("", "text")}.get(
                    span, (f"{span}_", f"{span}_text")
                )
                start, end = row[f"{prefix}start"], row[f"{prefix}end"]
                row[target] = None if start is None else text[start:end]
            if "content_spans" in row:
                row["content_text"] = " ".join(text[s["start"] : s["end"]] for s in row["content_spans"])
            if "content_key" in row:
                row["content_key"] = content_key(row["content_text"], row["attribution_id"])
                row["content_minhash"] = content_minhash(row["content_text"])
        return pl.DataFrame(rows, schema=TABLES[name].schema)


def _as_actor(column: str, shifted, frame: pl.DataFrame, cast: int) -> dict[str, str]:
    if "actor" not in column:
        return shifted(column)
    return {v: stable_id("copy", "actor_id", v, cast) for v in frame[column].drop_nulls().unique().to_list()}


def _letters(number: int) -> dict[int, str]:
    shuffled = list(string.ascii_lowercase)
    random.Random(number).shuffle(shuffled)  # the copy's own, the same in every run
    small = "".join(shuffled)
    return str.maketrans(string.ascii_lowercase + string.ascii_uppercase, small + small.upper())


def write_history(copies: Copies, data_dir: Path, statements: int) -> dt.date:
    """A lake of about ``statements`` statements; returns the day after its last."""
    number, day = 0, FIRST_DAY
    while number * copies.statements < statements:
        number = write_day(copies, data_dir, day, number)
        day += dt.timedelta(days=1)
    return day


def write_day(copies: Copies, data_dir: Path, day: dt.date, number: int) -> int:
    """One day of copies from ``number`` on; returns the next number."""
    count = max(1, round(STATEMENTS_A_DAY / copies.statements))
    parts = [copies.rows(n, day) for n in range(number, number + count)]
    for name in parts[0]:
        table = TABLES[name]
        frame = pl.concat([part[name] for part in parts]).unique(table.key, keep="first", maintain_order=True)
        _write(data_dir, name, day, table.conform(frame))
    for name in ("feed_entries", "rejects", "run_log"):
        _write(data_dir, name, day, TABLES[name].empty())
    return number + count


def _write(data_dir: Path, name: str, day: dt.date, frame: pl.DataFrame) -> None:
    folder = data_dir / "lake" / name / f"partition_date={day}"
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(folder / "part-0.parquet")


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """What a step took: wall seconds belong to the machine's other work too, CPU seconds do not."""

    wall: float
    cpu: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __str__(self) -> str:
        return f"{self.wall:.1f} ({self.cpu:.1f})"


def cost(action) -> Cost:
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
        day, number = _next(self.data_dir, copies)
        write_day(copies, self.data_dir, day, number)
        self.dbt.append(cost(lambda: dbt_build(self.data_dir, str(day))))
        self.published.append(cost(lambda: publish(self.data_dir, run_id="day", report=None)))

    def a_day(self, kind: str) -> float:
        """Median seconds of a day, both steps together."""
        return statistics.median(getattr(a + b, kind) for a, b in zip(self.dbt, self.published, strict=True))


def increments(lake: Path, work: Path, sizes: list[int], repeat: int) -> None:
    """The same day over histories of several sizes, one after the other in each round."""
    copies = Copies(lake)
    histories = [History.of(work / str(size), copies, size) for size in sizes]
    for _ in range(repeat):
        for history in histories:
            history.add_day(copies)
    print("Seconds: wall (CPU). Ratios to the first line: wall, CPU.\n")
    print("| statements | first build | first publication | a day: dbt | publication | both | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for history in histories:
        ratio = {kind: history.a_day(kind) / histories[0].a_day(kind) for kind in ("wall", "cpu")}
        print(
            f"| {history.statements:,} | {history.first} | {history.first_publication} | {median(history.dbt)} "
            f"| {median(history.published)} | {history.a_day('wall'):.1f} ({history.a_day('cpu'):.1f}) "
            f"| {ratio['wall']:.2f} ({ratio['cpu']:.2f}) |",
            flush=True,
        )


def median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


def timed(action) -> float:
    return cost(action).wall


def _next(data_dir: Path, copies: Copies) -> tuple[dt.date, int]:
    days = sorted(p.name.split("=")[1] for p in (data_dir / "lake" / "articles").iterdir())
    count = max(1, round(STATEMENTS_A_DAY / copies.statements))
    return dt.date.fromisoformat(days[-1]) + dt.timedelta(days=1), len(days) * count


def questions() -> dict[int, tuple[str, str]]:
    text = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
    found = re.findall(r"^### (\d+)\. (.+?)$.*?^```sql\n(.+?)^```", text, re.M | re.S)
    return {int(number): (title, sql) for number, title, sql in found}


def queries(data_dir: Path, repeat: int) -> None:
    """The commonest questions, asked by a fresh connection with two threads, as a BI tool does."""
    [actor] = query_published(
        data_dir,
        "select actor_name from fct_statement join dim_actor using (actor_id) "
        "where actor_type = 'person' group by all order by count(*) desc limit 1",
    ).row(0)
    print("| question | first, ms | median, ms | worst, ms | CPU, ms |\n| --- | --- | --- | --- | --- |")
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
        print(
            f"| {number}. {title} | {wall[0]:.0f} | {statistics.median(wall):.0f} | {max(wall):.0f} "
            f"| {1000 * statistics.mean(t.cpu for t in times):.0f} |",
            flush=True,
        )


READER = """
import json, sys
from pathlib import Path
import duckdb
data_dir = Path(sys.argv[1])
names = ["fct_statement", "actor_statements_daily", "outlet_daily"]
COUNTS = '''select (select count(*) from fct_statement),
    (select sum(statements) from actor_statements_daily)
    + (select count(*) from fct_statement where not is_speech or actor_id is null),
    (select sum(statements + thoughts) from outlet_daily)'''
answers, writing, errors, seen = 0, 0, [], set()
while not (data_dir / "stop").exists():
    try:
        with duckdb.connect(str(data_dir / "published" / "onrecord.duckdb"), read_only=True) as connection:
            a, b, c = connection.execute(COUNTS).fetchone()
        answers += 1
        writing += (data_dir / "writing").exists()
        seen.add(int(a))
        if not a == b == c:
            errors.append(f"a mixture: {a} {b} {c}")
    except Exception as error:
        errors.append(repr(error)[:200])
print(json.dumps({"answers": answers, "writing": writing, "errors": errors, "publications": len(seen)}))
"""


def readers(data_dir: Path, count: int, publications: int) -> None:
    """Readers in a loop while publications follow each other, each with other rows, then while dbt writes."""
    stop, writing = data_dir / "stop", data_dir / "writing"
    stop.unlink(missing_ok=True)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(READER), str(data_dir)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    try:
        for number in range(publications):
            _take_one_article_out(data_dir / "warehouse.duckdb")
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
    print(
        f"{count} readers, {publications} publications, then {writer:.0f} s of dbt writing the warehouse: "
        f"{sum(r['answers'] for r in results):,} answers of up to {max(r['publications'] for r in results)} "
        f"publications, {sum(r['writing'] for r in results):,} of them while dbt wrote; {len(errors)} errors"
    )
    for error in sorted(set(errors))[:5]:
        print("-", error)


def _take_one_article_out(warehouse: Path) -> None:
    """Make the next publication another one: one outlet's day leaves all marts that count it."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("begin")
        [article] = connection.execute("select min(article_id) from marts.fct_statement").fetchone()
        connection.execute("delete from marts.fct_statement where article_id = ?", [article])
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
    commands = parser.add_subparsers(dest="command", required=True)
    grow = commands.add_parser("increments")
    grow.add_argument("--lake", type=Path, required=True)
    grow.add_argument("--work", type=Path, required=True)
    grow.add_argument("--statements", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    grow.add_argument("--repeat", type=int, default=3)
    ask = commands.add_parser("queries")
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--repeat", type=int, default=7)
    read = commands.add_parser("readers")
    read.add_argument("--data", type=Path, required=True)
    read.add_argument("--readers", type=int, default=8)
    read.add_argument("--publications", type=int, default=30)
    return parser.parse_args(values)


def main() -> Iterator[None] | None:
    given = arguments()
    if given.command == "increments":
        increments(given.lake.resolve(), given.work.resolve(), given.statements, given.repeat)
    elif given.command == "queries":
        queries(given.data.resolve(), given.repeat)
    else:
        readers(given.data.resolve(), given.readers, given.publications)


if __name__ == "__main__":
    main()
