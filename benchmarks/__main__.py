"""``make bench``: every benchmark whose data is at hand, written to ``docs/benchmarks.md``.

    python -m benchmarks [--texts FOLDER] [--pages FOLDER] [--peer PYTHON]

``--texts``: annotated articles (.txt); ``--pages``: saved pages with ``gold.json``; ``--peer``: an interpreter with
spaCy and its small English model. Collecting and the warehouse need nothing but this project; the warehouse uses the
last run's data folder and is left out where there is none.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def measure(title: str, module: str, *args: object) -> str:
    print(f"{title} …", flush=True)
    command = [sys.executable, str(ROOT / "benchmarks" / f"{module}.py"), *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    text = done.stdout.strip() if done.returncode == 0 else f"failed: {done.stderr.strip()[-500:]}"
    print(text, flush=True)
    return f"## {title}\n\n`{module}.py`\n\n```\n{text}\n```\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--peer")
    args = parser.parse_args()
    parts = [
        "# Benchmarks\n\nRatios side by side in one run; seconds belong to the machine named here.\n",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}\n",
    ]
    if args.texts:
        peer = ["--peer", args.peer] if args.peer else []
        parts.append(measure("Extraction", "extraction", args.texts, *peer))
    if args.pages:
        parts.append(measure("Cleaning", "cleaning", args.pages))
    parts.append(measure("Collecting", "collect"))
    if (ROOT / "data" / "lake").exists():
        with tempfile.TemporaryDirectory() as work:
            sizes = ["--statements", 10_000, 100_000]
            parts.append(
                measure(
                    "Warehouse", "warehouse", "increments", "--lake", ROOT / "data", "--work", work, *sizes
                )
            )
    (ROOT / "docs" / "benchmarks.md").write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
