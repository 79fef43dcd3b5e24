"""End to end: WARC files to the publication, by the command a person runs; and the same again with nothing new.

    python -m benchmarks.end_to_end [--pages 1000] [--rounds 5] [--sizes 100 1000 10000 [--words 50 80]]

One core and one worker, then two; a round is a fresh data folder, a first run and a rerun. Stages are timed by the
run log, their memory is the process tree's peak while they ran. ``--sizes``: does the cost grow with the pages?
Pages come from ``benchmarks.pages``: the structure of the bundled sample, about 750 words each.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.pages import WORDS, write_warcs
from benchmarks.sections import put, table
from benchmarks.watched import ONE_THREAD, Watched, onrecord, watch
from pipeline.resources.lake import Lake
from pipeline.schemas import RUN_LOG

STAGES = ("feed_entries", "pages", "articles", "attributions", "statements")
REST = "start, dbt, publication"
PER_DAY = 1000


def run(warcs: Path, data_dir: Path, workers: int) -> Watched:
    seen = watch(
        onrecord("run", "--input", warcs, "--data-dir", data_dir),
        on_cores=workers,
        env={"ONRECORD_WORKERS": str(workers), **ONE_THREAD},
    )
    if seen.code not in (0, 1):
        raise SystemExit(f"the run failed ({seen.code}): {seen.err[-2000:]}")
    return seen


def stage_figures(data_dir: Path, seen: Watched) -> dict[str, dict[str, float]]:
    """Seconds and peak memory of each stage, and of what is not a stage."""
    lake = Lake(data_dir)
    log = lake.read(RUN_LOG, lake.days(RUN_LOG))
    found: dict[str, dict[str, float]] = {}
    for stage in STAGES:
        rows = log.filter(pl.col("stage") == stage)
        seconds = float(rows["elapsed_seconds"].sum())
        spans = [
            (r["started_at"].timestamp(), r["started_at"].timestamp() + r["elapsed_seconds"])
            for r in rows.to_dicts()
        ]
        found[stage] = {"seconds": seconds, "mb": max(seen.peak_mb(a, b + 0.5) for a, b in spans)}
    last = max(b for _, b in spans)
    found[REST] = {
        "seconds": seen.seconds - sum(f["seconds"] for f in found.values()),
        "mb": seen.peak_mb(last),
    }
    return found


def median(values: list[float]) -> float:
    return statistics.median(values)


def measure(warcs: Path, work: Path, rounds: int) -> dict[int, list[dict[str, object]]]:
    """Rounds alternate between one core and two."""
    results: dict[int, list[dict[str, object]]] = {1: [], 2: []}
    for number in range(rounds):
        for workers in results:
            data_dir = work / f"round{number}-{workers}"
            first = run(warcs, data_dir, workers)
            again = run(warcs, data_dir, workers)
            results[workers].append(
                {"first": first, "again": again, "stages": stage_figures(data_dir, first)}
            )
            print(
                f"round {number + 1}, {workers} core(s): {first.seconds:.1f} s, again {again.seconds:.1f} s",
                flush=True,
            )
    return results


def report(results: dict[int, list[dict[str, object]]], pages: int, rounds: int) -> str:
    one = results[1]
    total = median([r["first"].seconds for r in one])
    rows = []
    for stage in (*STAGES, REST):
        seconds = median([r["stages"][stage]["seconds"] for r in one])
        mb = median([r["stages"][stage]["mb"] for r in one])
        two = median([r["stages"][stage]["seconds"] for r in results[2]])
        speed = f"{pages / seconds:,.0f}" if stage != REST and seconds > 0 else ""
        rows.append(
            [stage, f"{seconds:.1f}", speed, f"{seconds / total:.0%}", f"{mb:.0f}", f"{seconds / two:.2f}"]
        )
    both = median([r["first"].seconds for r in results[2]])
    shared = ("articles", "attributions", "statements")
    work = [sum(r["stages"][s]["seconds"] for s in shared) for r in one]
    work2 = [sum(r["stages"][s]["seconds"] for s in shared) for r in results[2]]
    again = median([r["again"].seconds for r in one])
    peak = median([r["first"].peak_mb() for r in one])
    rows.append(["all", f"{total:.1f}", f"{pages / total:.1f}", "100%", f"{peak:.0f}", f"{total / both:.2f}"])
    head = [
        "stage",
        "seconds, one core",
        "pages a second",
        "share",
        "peak MB",
        "times as fast on two cores",
    ]
    cpu = median([r["first"].cpu_seconds for r in one])
    return (
        f"{pages} pages, medians of {rounds}. CPU seconds of the run: {cpu:.1f}.\n\n{table(head, rows)}\n\n"
        f"- end to end on one core: **{pages / total:.1f} pages a second** (at least 8)\n"
        f"- cleaning and extraction on two cores: **{median(work) / median(work2):.2f} times** one (at least 1.8)\n"
        f"- the same again with nothing new: {again:.1f} s, **{again / total:.1%}** of the first run (under 10 %)\n"
    )


def sizes(counts: list[int], work: Path, workers: int, words: tuple[int, int]) -> str:
    """Seconds over sizes: the stages', those of start-up, dbt and publication, and what a further page costs."""
    rows, figures = [], []
    before = (0, 0.0)
    for count in counts:
        warcs, data_dir = work / f"warcs-{count}", work / f"size-{count}"
        write_warcs(warcs, count, per_day=PER_DAY, words=words)
        seen = run(warcs, data_dir, workers)
        stages = stage_figures(data_dir, seen)
        staged = sum(f["seconds"] for s, f in stages.items() if s != REST)
        figures.append(staged / count)
        rows.append(
            [
                f"{count:,}",
                f"{seen.seconds:.0f}",
                f"{count / seen.seconds:.1f}",
                f"{1000 * staged / count:.1f}",
                f"{staged / count / figures[0]:.2f}",
                f"{stages[REST]['seconds']:.1f}",
                f"{seen.cpu_seconds:.0f}",
                f"{1000 * (seen.cpu_seconds - before[1]) / (count - before[0]):.1f}" if before[0] else "",
                f"{seen.peak_mb():.0f}",
            ]
        )
        before = (count, seen.cpu_seconds)
        print(f"{count} pages: {seen.seconds:.0f} s", flush=True)
    head = [
        "pages",
        "seconds",
        "pages a second",
        "stages, ms a page",
        "against the first",
        "start, dbt, publication, s",
        "CPU seconds in all",
        "CPU ms of each further page",
        "peak MB",
    ]
    return table(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="*", default=[])
    parser.add_argument("--workers", type=int, default=2, help="for --sizes")
    parser.add_argument(
        "--words", type=int, nargs=2, default=WORDS, metavar=("LEAST", "MOST"), help="for --sizes"
    )
    parser.add_argument("--keep", type=Path, help="folder to work in, kept")
    parser.add_argument("--no-page", action="store_true", help="print only")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        work = args.keep or Path(made)
        work.mkdir(parents=True, exist_ok=True)
        if args.rounds:
            warcs = work / "warcs"
            write_warcs(warcs, args.pages, per_day=PER_DAY)
            text = report(measure(warcs, work, args.rounds), args.pages, args.rounds)
            print(text)
            command = f"python -m benchmarks.end_to_end --pages {args.pages} --rounds {args.rounds}"
            if not args.no_page:
                put("end_to_end", "End to end: WARC files to the publication", command, text)
        if args.sizes:
            words = f"{args.words[0]} to {args.words[1]}" if len(set(args.words)) > 1 else str(args.words[0])
            text = f"Pages of {words} words.\n\n{sizes(args.sizes, work, args.workers, tuple(args.words))}"
            print(text)
            command = (
                f"python -m benchmarks.end_to_end --rounds 0 --sizes {' '.join(map(str, args.sizes))} "
                f"--workers {args.workers} --words {args.words[0]} {args.words[1]}"
            )
            if not args.no_page:
                put("sizes", "Cost from few pages to many", command, text)


if __name__ == "__main__":
    main()
