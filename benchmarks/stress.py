"""Stress: many pages in one run, and days of runs with faults at every stage boundary.

    python -m benchmarks.stress pages --count 100000 [--per-day 1000] [--words 100 150] [--workers 2] [--full-rerun]
    python -m benchmarks.stress soak --days 10 [--pages 40]

``pages``: is memory flat, do file handles stay, does a second run change nothing. ``soak``: each fault is followed
by a plain run and by a check of every invariant, and a reader asks the publication all the while.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import polars as pl

from benchmarks.end_to_end import REST, STAGES, stage_figures
from benchmarks.invariants import broken, counts, lake_digests, published_digests
from benchmarks.pages import write_warcs
from benchmarks.sections import put, table
from benchmarks.soak import soak
from benchmarks.watched import Watched, onrecord, watch
from pipeline.resources.lake import Lake
from pipeline.schemas import ARTICLES, REJECTS, RUN_LOG

FLAT = 1.15
"""Growth of memory from the second to the last quarter of a stage that counts as flat."""


def run_pages(
    count: int, per_day: int, workers: int, work: Path, *, full_rerun: bool, words: tuple[int, int]
) -> str:
    warcs, data_dir = work / "warcs", work / "data"
    began = time.monotonic()
    write_warcs(warcs, count, per_day=per_day, words=words)
    print(f"{count} pages made in {time.monotonic() - began:.0f} s", flush=True)
    env = {"ONRECORD_WORKERS": str(workers)}
    command = onrecord("run", "--input", warcs, "--data-dir", data_dir)
    first = watch(command, on_cores=workers, env=env)
    if first.code not in (0, 1):
        raise SystemExit(f"the run failed ({first.code}): {first.err[-2000:]}")
    lake = Lake(data_dir)
    days = lake.days(ARTICLES)
    before = (lake_digests(data_dir, days), published_digests(data_dir))
    again = watch(command, on_cores=workers, env=env)
    same = (lake_digests(data_dir, days), published_digests(data_dir)) == before
    lines = [
        f"Pages of {words[0]} to {words[1]} words. " + report(count, workers, first, data_dir),
        f"- CPU ms a page over all stages, days in fifths: {growth(first, data_dir)}",
        f"- rerun: {again.seconds:.0f} s, rows the same: {same}",
    ]
    if full_rerun:
        for path in (data_dir / ".current").glob("*"):
            path.unlink()
        full = watch(command, on_cores=workers, env=env)
        same = (lake_digests(data_dir, days), published_digests(data_dir)) == before
        lines.append(f"- everything made again: {full.seconds:.0f} s, rows the same: {same}")
    problems = broken(data_dir)
    articles = sum(lake.read_columns(ARTICLES, [d], ["article_id"]).height for d in days)
    rejects = lake.read(REJECTS, lake.days(RUN_LOG)).height
    facts = counts(data_dir)[0]
    lines.append(f"- {articles:,} articles, {rejects:,} rejects, {facts:,} statements in {len(days)} days")
    lines.append(f"- invariants broken: {len(problems)} {'; '.join(problems[:5])}".rstrip())
    return "\n".join(lines)


def growth(seen: Watched, data_dir: Path) -> str:
    """CPU milliseconds a page in each fifth of the days, whose share of the others' is the linearity."""
    log = Lake(data_dir).read(RUN_LOG, Lake(data_dir).days(RUN_LOG))
    days = sorted(log["partition_date"].unique().to_list())
    cost = dict.fromkeys(days, 0.0)
    pages = dict.fromkeys(days, 0)
    for row in log.filter(pl.col("stage").is_in(STAGES)).iter_rows(named=True):
        start = row["started_at"].timestamp()
        spent = seen.cpu_until(start + row["elapsed_seconds"]) - seen.cpu_until(start)
        cost[row["partition_date"]] += spent
        if row["stage"] == "pages":
            pages[row["partition_date"]] += row["rows_out"]
    cuts = [len(days) * fifth // 5 for fifth in range(6)]
    parts = [days[a:b] for a, b in pairwise(cuts) if a < b]
    return " · ".join(f"{1000 * sum(cost[d] for d in p) / sum(pages[d] for d in p):.1f}" for p in parts)


def report(count: int, workers: int, seen: Watched, data_dir: Path) -> str:
    """Memory and handles by stage: the median of its second quarter, with all workers up, against its last."""
    lake = Lake(data_dir)
    log = lake.read(RUN_LOG, lake.days(RUN_LOG)).to_dicts()
    rows = []
    figures = stage_figures(data_dir, seen)
    for stage, f in figures.items():
        spans = [r for r in log if r["stage"] == stage]
        if stage == REST or not spans:
            continue
        # While days of this stage were made: between them, in a long run, lie other stages and publications.
        at_work = [
            (r["started_at"].timestamp(), r["started_at"].timestamp() + r["elapsed_seconds"]) for r in spans
        ]
        inside = [s for s in seen.samples if any(start <= s[0] <= end for start, end in at_work)]
        quarter = max(1, len(inside) // 4)
        parts = [part for part in (inside[quarter : 2 * quarter], inside[-quarter:]) if part]
        mb = [statistics.median(s[1] for s in part) for part in parts]
        handles = [statistics.median(s[2] for s in part) for part in parts]
        if len(mb) == 2:
            rows.append(
                [
                    stage,
                    f"{f['seconds']:.0f}",
                    f"{count / max(f['seconds'], 0.001):,.0f}",
                    f"{mb[0]:.0f} → {mb[1]:.0f}",
                    f"{f['mb']:.0f}",
                    f"{handles[0]:.0f} → {handles[1]:.0f}",
                    "yes" if mb[1] <= FLAT * mb[0] + 50 and handles[1] <= handles[0] + 5 else "NO",
                ]
            )
    head = ["stage", "seconds", "pages a second", "MB, second → last quarter", "peak MB", "files", "flat"]
    return (
        f"{count:,} pages, {workers} workers: {seen.seconds:,.0f} s ({seen.cpu_seconds:,.0f} CPU s), "
        f"peak {seen.peak_mb():.0f} MB (all processes), at most {seen.peak_handles()} open files.\n\n"
        f"{table(head, rows)}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--no-page", action="store_true", help="print only")
    commands = parser.add_subparsers(dest="command", required=True)
    many = commands.add_parser("pages")
    many.add_argument("--count", type=int, default=100_000)
    many.add_argument("--per-day", type=int, default=1000)
    many.add_argument("--workers", type=int, default=2)
    many.add_argument("--words", type=int, nargs=2, default=(100, 150), metavar=("LEAST", "MOST"))
    many.add_argument("--full-rerun", action="store_true")
    many.add_argument("--keep", type=Path)
    long = commands.add_parser("soak")
    long.add_argument("--days", type=int, default=10)
    long.add_argument("--pages", type=int, default=40)
    long.add_argument("--faults", type=int, default=0, help="at most so many faults a day; 0: all")
    long.add_argument("--keep", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        work = (args.keep or Path(made)).absolute()
        work.mkdir(parents=True, exist_ok=True)
        if args.command == "pages":
            text = run_pages(
                args.count,
                args.per_day,
                args.workers,
                work,
                full_rerun=args.full_rerun,
                words=tuple(args.words),
            )
            words = f"{args.words[0]} {args.words[1]}"
            command = f"pages --count {args.count} --words {words} --workers {args.workers}"
            title = "Many pages in one run"
        else:
            text = soak(work, days=args.days, pages=args.pages, most=args.faults)
            title, command = "Days of faults", f"soak --days {args.days} --pages {args.pages}"
    print(text)
    if not args.no_page:
        put(f"stress_{args.command}", title, f"python -m benchmarks.stress {command}", text)
    if "BROKEN" in text or "| NO |" in text or "rows the same: False" in text:
        sys.exit(1)


if __name__ == "__main__":
    main()
