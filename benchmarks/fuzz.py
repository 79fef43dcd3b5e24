"""Fuzzing for as long as asked: the tests of ``tests/fuzz`` with other inputs in every round.

    python -m benchmarks.fuzz [--minutes 20]

Every round is the whole folder with hypothesis' ``long`` profile and its own seed, printed so that a finding can be
made again (``pytest tests/fuzz --hypothesis-profile=long --hypothesis-seed=N``). Ends at the first finding.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from benchmarks.sections import ROOT


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    args = parser.parse_args()
    until = time.monotonic() + 60 * args.minutes
    rounds = 0
    while rounds == 0 or time.monotonic() < until:
        seed = args.seed + rounds
        print(f"round {rounds + 1}, seed {seed}", flush=True)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "tests/fuzz",
            "tests/unit/clean/test_clean_fuzz.py",
            "-q",
            "-x",
        ]
        command += ["--hypothesis-profile=long", f"--hypothesis-seed={seed}"]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            sys.exit(f"a finding in round {rounds + 1}, seed {seed}")
        rounds += 1
    print(f"{rounds} rounds in {args.minutes:.0f} minutes, no finding")


if __name__ == "__main__":
    main()
