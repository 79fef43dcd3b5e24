"""Operations in Dagster's own services: a year backfilled, days side by side, and what starting costs.

    python -m benchmarks.operations year [--days 365] [--pages-a-day 2] [--keep FOLDER]
    python -m benchmarks.operations side-by-side [--days 8]
    python -m benchmarks.operations overhead | day

Webserver and daemon are started as an operator has them, and asked by GraphQL as the UI asks. The pages are shifted
copies of the bundled sample: its three days over and over, with their dates and addresses moved.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.invariants import broken, counts
from benchmarks.overhead import day, overhead
from benchmarks.sample_days import FIRST, store_pages, write_days
from benchmarks.sections import put, table
from benchmarks.services import QUIET, Services, wait_for
from pipeline.definitions import build_defs
from pipeline.resources.lake import Lake, days_between
from pipeline.running import open_instance
from pipeline.schemas import RUN_LOG, STATEMENTS
from pipeline.settings import Settings

ENDED = ("COMPLETED", "COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED", "CANCELED")
HOURS = 3
_LOCK_WORDS = re.compile(
    r"could not set lock|conflicting lock|database is locked|LockedError|is in use by", re.I
)


def lake_and_warehouse() -> list[list[str]]:
    """Every asset that can be made, as the UI's "Materialize all" selects."""
    graph = build_defs().resolve_asset_graph()
    return [list(key.path) for key in sorted(graph.materializable_asset_keys)]


def judged(services: Services, days: list[dt.date]) -> list[str]:
    """What is wrong after a backfill; empty when nothing is."""
    lake = Lake(services.data_dir)
    problems = broken(services.data_dir)
    problems += [f"{d} was not made" for d in days if not lake.has(RUN_LOG, d)]
    problems += [f"locks: {line}" for line in services.log().splitlines() if _LOCK_WORDS.search(line)]
    return problems


def year(work: Path, days: int, a_day: int | None) -> str:
    """A backfill of all assets over so many days, started as the UI starts it."""
    data_dir, inputs = work / "data", work / "in"
    pages = write_days(inputs, days, a_day=a_day)
    stored = store_pages(data_dir, inputs, days)
    wanted = list(days_between(FIRST, FIRST + dt.timedelta(days=days - 1)))
    print(f"{pages} pages of {days} days stored in {stored:.0f} s", flush=True)
    services = Services(data_dir, QUIET)
    services.start()
    try:
        wait_for("the services", services.schedule)
        peak: dict[str, float] = {}
        began = time.monotonic()
        started = services.backfill(lake_and_warehouse(), [d.isoformat() for d in wanted])

        def ended() -> dict[str, Any] | None:
            for name, mb in services.memory().items():
                peak[name] = max(peak.get(name, 0), mb)
            state = services.backfill_state(started)
            return state if state["status"] in ENDED else None

        state = wait_for("the backfill", ended, seconds=HOURS * 3600)
        seconds = time.monotonic() - began
        ended_runs = services.runs("SUCCESS", "FAILURE", "CANCELED", job="__ASSET_JOB")
        runs = sorted((r for r in ended_runs if r["startTime"]), key=lambda r: r["startTime"])
        problems = judged(services, wanted)
    finally:
        services.stop()
    lines = [
        ["pages stored before it", f"{stored:.0f} s"],
        *(
            [f"run {n}", f"{r['endTime'] - r['startTime']:.0f} s, {r['status']}"]
            for n, r in enumerate(runs, 1)
        ),
        ["stages", stage_seconds(data_dir, wanted)],
        ["in all", f"{seconds:.0f} s, {state['status']}"],
        ["statements in the lake", Lake(data_dir).read_columns(STATEMENTS, wanted, ["statement_id"]).height],
        ["statements published", counts(data_dir)[0]],
        ["most memory", ", ".join(f"{n} {mb:.0f} MB" for n, mb in sorted(peak.items()))],
        ["problems, lock errors among them", len(problems)],
    ]
    told = "".join(f"\n- BROKEN: {p}" for p in problems[:20])
    return f"{days} days, {pages} pages, from their stored pages.\n\n{table(['what', ''], lines)}\n{told}"


def stage_seconds(data_dir: Path, days: list[dt.date]) -> str:
    """Seconds of each stage, from the run log."""
    log = Lake(data_dir).read(RUN_LOG, days).group_by("stage").agg(pl.sum("elapsed_seconds"))
    return ", ".join(f"{name} {seconds:.0f} s" for name, seconds in sorted(log.iter_rows()))


# -- days side by side --------------------------------------------------------------------------------


def side_by_side(work: Path, days: int) -> str:
    """Days as runs of their own, all asked for at once, one of them twice; then the same days in one run."""
    data_dir, inputs = work / "data", work / "in"
    pages = write_days(inputs, days)
    store_pages(data_dir, inputs, days)
    wanted = list(days_between(FIRST, FIRST + dt.timedelta(days=days - 1)))
    services = Services(data_dir, QUIET)
    services.start()
    try:
        wait_for("the services", services.schedule)
        began = time.monotonic()
        # The first day twice: the second run of it must wait, and change nothing.
        ids = {services.launch("daily", day.isoformat()) for day in [wanted[0], *wanted]}
        ended = ("SUCCESS", "FAILURE", "CANCELED")

        def all_ended() -> list[dict[str, Any]]:
            runs = {r["runId"]: r for r in services.runs(*ended)}
            # A run that failed and is tried again has ended when that one has.
            ids.update(again for i in ids & set(runs) for again in retried(runs[i]))
            return [runs[i] for i in ids] if ids <= set(runs) else []

        runs = wait_for("the runs", all_ended, seconds=HOURS * 3600)
        apart = time.monotonic() - began
        rows, most = (
            counts(data_dir)[0],
            most_at_once((r["startTime"], r["endTime"]) for r in runs if r["startTime"]),
        )
        problems = judged(services, wanted)
        began = time.monotonic()
        started = services.backfill(lake_and_warehouse(), [d.isoformat() for d in wanted])

        def finished() -> dict[str, Any] | None:
            state = services.backfill_state(started)
            return state if state["status"] in ENDED else None

        state = wait_for("the backfill", finished, seconds=HOURS * 3600)
        together = time.monotonic() - began
        problems += judged(services, wanted)
        if counts(data_dir)[0] != rows:
            problems.append(f"{rows} statements by runs side by side, {counts(data_dir)[0]} by one run")
    finally:
        services.stop()
    writing, others = side_by_side_steps(data_dir, ids)
    if writing > 1:
        problems.append(f"{writing} steps wrote the warehouse at one time")
    statuses = [f"{n} {status}" for status, n in sorted(Counter(r["status"] for r in runs).items())]
    lines = [
        [f"{days} runs, a day each, and one of them again", f"{apart:.0f} s", ", ".join(statuses), most],
        ["one backfill of the same days", f"{together:.0f} s", state["status"], 1],
    ]
    told = "".join(f"\n- BROKEN: {p}" for p in problems[:20])
    return (
        f"{days} days, {pages} pages; {rows} statements published by either way.\n\n"
        f"{table(['how', 'seconds', 'ended as', 'most runs at once'], lines)}\n\n"
        f"Of the runs side by side, at most {others} lake steps went on at one time, and {writing} step that writes "
        f"the warehouse. Problems, lock errors among them: {len(problems)}\n{told}"
    )


def retried(run: dict[str, Any]) -> set[str]:
    """The run that Dagster starts in place of a failed one, if any."""
    return {tag["value"] for tag in run["tags"] if tag["key"] == "dagster/auto_retry_run_id"}


def side_by_side_steps(data_dir: Path, run_ids: set[str]) -> tuple[int, int]:
    """The most steps that wrote the warehouse at one time, and the most others."""
    writing: list[tuple[float, float]] = []
    others: list[tuple[float, float]] = []
    with open_instance(Settings(data_dir=data_dir)) as instance:
        for run_id in run_ids:
            for step in instance.get_run_step_stats(run_id):
                if step.start_time and step.end_time:
                    kind = writing if step.step_key in ("dbt_models", "published") else others
                    kind.append((step.start_time, step.end_time))
    return most_at_once(writing), most_at_once(others)


def most_at_once(spans: Iterable[tuple[float, float]]) -> int:
    """The most of these spans of time that share a moment."""
    marks = sorted(mark for start, end in spans for mark in ((start, 1), (end, -1)))
    return max(itertools.accumulate(step for _, step in marks), default=0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["year", "side-by-side", "overhead", "day"])
    parser.add_argument("--days", type=int, default=0)
    parser.add_argument(
        "--pages-a-day", type=int, help="at most so many pages a day of the year; all if not given"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="folder to work in, kept")
    parser.add_argument("--no-page", action="store_true", help="print only")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        work = (args.keep or Path(made)).absolute()
        work.mkdir(parents=True, exist_ok=True)
        if args.what == "year":
            title, text = "A year backfilled from the UI", year(work, args.days or 365, args.pages_a_day)
        elif args.what == "side-by-side":
            title, text = "Days side by side", side_by_side(work, args.days or 8)
        elif args.what == "day":
            title, text = "A day from the click to the publication", day(work)
        else:
            title, text = "What Dagster costs", overhead(work, args.rounds)
    print(text)
    if not args.no_page:
        put(
            f"operations_{args.what}",
            title,
            f"python -m benchmarks.operations {' '.join(sys.argv[1:])}",
            text,
        )
    if "BROKEN" in text:
        sys.exit(1)


if __name__ == "__main__":
    main()
