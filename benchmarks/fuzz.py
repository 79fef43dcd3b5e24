"""Fuzzing for as long as asked: the tests of ``tests/fuzz`` with other inputs in every round.

    python -m benchmarks.fuzz [--minutes 20] [--guided-only | --rounds-only]

Half of the time goes to rounds: the whole folder with hypothesis' ``long`` profile and a seed of its own, printed so
that a finding can be made again (``pytest tests/fuzz --hypothesis-profile=long --hypothesis-seed=N``). The other half
to the same properties guided by coverage (``fuzz_guided.py``), if atheris can be installed here; else rounds take all.
Ends at the first finding.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.fuzz_guided import PACKAGES, TARGETS
from benchmarks.sections import ROOT

ATHERIS = "atheris==3.0.0"


def has_atheris() -> bool:
    """Whether atheris is there, after an attempt to install it beside the project's environment."""
    if not (PACKAGES / "atheris").exists():
        uv = str(Path(sys.executable).with_name("uv"))
        command = [
            uv,
            "pip",
            "install",
            "--quiet",
            "--python",
            sys.executable,
            "--target",
            str(PACKAGES),
            ATHERIS,
        ]
        subprocess.run(command, check=False, capture_output=True)
    return (PACKAGES / "atheris").exists()


def in_rounds(seconds: float, seed: int) -> int:
    """Rounds until the time is over, at least one."""
    until = time.monotonic() + seconds
    rounds = 0
    while rounds == 0 or time.monotonic() < until:
        print(f"round {rounds + 1}, seed {seed + rounds}", flush=True)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "tests/fuzz",
            "tests/unit/clean/test_clean_fuzz.py",
            "-q",
            "-x",
        ]
        command += ["--hypothesis-profile=long", f"--hypothesis-seed={seed + rounds}"]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            sys.exit(f"a finding in round {rounds + 1}, seed {seed + rounds}")
        rounds += 1
    return rounds


def guided(seconds: float) -> dict[str, int]:
    """Every target for its share of the time; how many inputs each was given."""
    tried = {}
    for target in TARGETS:
        share = max(1, int(seconds / len(TARGETS)))
        command = [sys.executable, "-m", "benchmarks.fuzz_guided", target, "--seconds", str(share)]
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        said = done.stdout + done.stderr
        if done.returncode:
            sys.exit(f"a finding in {target}:\n{said[-3000:]}")
        units = re.search(r"number_of_executed_units: (\d+)", said)
        tried[target] = int(units.group(1)) if units else 0
        print(f"{target}: {tried[target]:,} inputs in {share} s", flush=True)
    return tried


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--guided-only", action="store_true")
    parser.add_argument("--rounds-only", action="store_true")
    args = parser.parse_args()
    seconds = 60 * args.minutes
    is_guided = not args.rounds_only and has_atheris()
    if not is_guided and not args.rounds_only:
        print("atheris cannot be installed here: rounds only", flush=True)
    if is_guided:
        share = seconds if args.guided_only else seconds / 2
        print(f"{sum(guided(share).values()):,} inputs guided by coverage, no finding", flush=True)
        seconds -= share
    if not args.guided_only:
        print(f"{in_rounds(seconds, args.seed)} rounds, no finding")


if __name__ == "__main__":
    main()
