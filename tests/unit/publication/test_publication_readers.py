"""Readers in other processes, in a loop, while publication follows publication."""

import json
import subprocess
import sys
import textwrap

from marts_maker import make_warehouse

from pipeline.resources.publication import publish

READER = """
import json, sys
from pathlib import Path
import duckdb
from pipeline.resources.publication import query_published

TWO = "select (select count(*) from {}), (select count(*) from {})"
data_dir = Path(sys.argv[1])
stop = data_dir / "stop"
seen, errors, answers = set(), [], 0
while True:
    last = stop.exists()
    try:
        a, b = query_published(data_dir, TWO.format("fct_statement", "dim_actor")).row(0)
        # A BI tool opens the link itself.
        with duckdb.connect(str(data_dir / "published" / "onrecord.duckdb"), read_only=True) as connection:
            c, d = connection.execute(TWO.format("fct_mention", "cue_usage")).fetchone()
        answers += 1
        seen.update((a, c))
        if a != b or c != d:
            errors.append(f"a mixture: {a} {b} {c} {d}")
    except Exception as error:
        errors.append(repr(error))
    if answers == 1:
        print("reading", flush=True)
    if last:
        break
print(json.dumps({"answers": answers, "errors": errors, "seen": sorted(seen)}))
"""


def test_readers_never_fail_and_never_see_two_publications_at_once(data_dir):
    publish(data_dir, run_id="start", report=None)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(READER), str(data_dir)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == "reading\n"
    for number in range(4):
        make_warehouse(data_dir, days=41 + number)
        publish(data_dir, run_id=f"run-{number}", report=None)
    (data_dir / "stop").touch()
    results = [json.loads(reader.communicate()[0].splitlines()[-1]) for reader in readers]
    assert [r["errors"] for r in results] == [[], []]
    assert all(r["seen"][-1] == 44 for r in results)
    assert sum(r["answers"] for r in results) > 4
