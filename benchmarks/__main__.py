"""``make bench``: every benchmark whose data is at hand, each a section of ``docs/benchmarks.md``.

    python -m benchmarks [--quick] [--texts FOLDER] [--pages FOLDER] [--rounds 5]

End to end, peers, collecting and the warehouse need nothing but this project and PyPI (for the peers).
``--texts``: annotated articles (.txt); ``--pages``: saved pages with ``gold.json``; ``--quick``: few pages and one
round, to see that all of it works. The long runs have commands of their own: ``python -m benchmarks.stress``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.sections import ROOT, put


def module(name: str, *args: object) -> None:
    """A benchmark that writes its own section."""
    print(f"{name} …", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *map(str, args)], cwd=ROOT, check=False
    )
    if done.returncode:
        print(f"{name} failed with {done.returncode}", flush=True)


def script(title: str, name: str, *args: object) -> None:
    """A benchmark that prints its figures."""
    print(f"{title} …", flush=True)
    command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    text = (
        done.stdout.strip()
        if done.returncode == 0
        else f"failed:\n{(done.stderr.strip() or done.stdout.strip())[-2000:]}"
    )
    print(text, flush=True)
    body = text if text.startswith("|") else f"```\n{text}\n```"
    put(name, title, f"python benchmarks/{name}.py", body)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    rounds = 1 if args.quick else args.rounds
    module("end_to_end", "--pages", 60 if args.quick else 1000, "--rounds", rounds)
    module("peers", "--pages", 20 if args.quick else 200, "--rounds", rounds)
    if args.texts:
        script("Extraction of annotated articles", "extraction", args.texts, "--rounds", rounds)
    if args.pages:
        script("Cleaning of saved pages", "cleaning", args.pages)
    if not args.quick:
        script("Collecting", "collect")
    if (ROOT / "data" / "lake").exists() and not args.quick:
        with tempfile.TemporaryDirectory() as work:
            sizes = ["--statements", 10_000, 100_000]
            module("warehouse", "increments", "--lake", ROOT / "data", "--work", work, *sizes)


if __name__ == "__main__":
    main()
