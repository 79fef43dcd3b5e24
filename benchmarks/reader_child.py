"""One reader of a publication, in a process of its own: asks in a loop until told to stop, then says what it saw.

``benchmarks.warehouse readers`` starts it. A module and no ``python -c``: without a file to its main program DuckDB
takes the process for a person's shell and draws its progress bar into the answers.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import duckdb

COUNTS = """
select (select count(*) from fct_statement),
    (select sum(statements) from actor_statements_daily)
    + (select count(*) from fct_statement where not is_speech or actor_id is null),
    (select sum(statements + thoughts) from outlet_daily)
"""
"""The same number counted in three tables: they differ when an answer mixes two publications."""


def main() -> None:
    data_dir = Path(sys.argv[1])
    if hasattr(os, "nice"):
        # Many readers without a pause would starve the publisher, and few publications would be seen.
        os.nice(10)
    answers, writing, errors, seen = 0, 0, [], set()
    while not (data_dir / "stop").exists():
        try:
            with duckdb.connect(
                str(data_dir / "published" / "onrecord.duckdb"), read_only=True
            ) as connection:
                [(a, b, c)] = connection.execute(COUNTS).fetchall()
            answers += 1
            writing += (data_dir / "writing").exists()
            seen.add(int(a))
            if not a == b == c:
                errors.append(f"a mixture: {a} {b} {c}")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is an error of the reader
            errors.append(repr(error)[:200])
    said = {"answers": answers, "writing": writing, "errors": errors, "counts": sorted(seen)}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
