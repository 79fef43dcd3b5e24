"""Readers in other processes, in a loop, while publication follows publication and while the warehouse is held.

``python -m benchmarks.warehouse readers`` is the long form: thirty publications, and dbt as the writer.
"""

import json
import subprocess
import sys
import textwrap

import duckdb
from marts_maker import make_warehouse

from pipeline.resources.publication import publish

READERS, PUBLICATIONS = 8, 6
READER = """
import json, sys
from pathlib import Path
import duckdb

TWO = "select (select count(*) from {}), (select count(*) from {})"
data_dir, kind = Path(sys.argv[1]), sys.argv[2]
if kind == "ours":
    from pipeline.resources.publication import query_published

def ask(*tables):
    if kind == "ours":
        return query_published(data_dir, TWO.format(*tables)).row(0)
    # A BI tool opens the link itself.
    with duckdb.connect(str(data_dir / "published" / "onrecord.duckdb"), read_only=True) as connection:
        return connection.execute(TWO.format(*tables)).fetchone()

seen, errors, said = set(), [], set()
answers = 0
while True:
    signs = [sign for sign in ("start", "held", "stop") if sign == "start" or (data_dir / sign).exists()]
    try:
        for tables in (("fct_statement", "dim_actor"), ("fct_mention", "cue_usage")):
            a, b = ask(*tables)
            seen.add(a)
            if a != b:
                errors.append(f"a mixture: {a} {b}")
        answers += 1
    except Exception as error:
        errors.append(repr(error))
    for sign in signs:
        if sign not in said and sign != "stop":
            said.add(sign)
            print(sign, flush=True)
    if "stop" in signs:
        break
print(json.dumps({"answers": answers, "errors": errors, "seen": sorted(seen)}))
"""


def wait_for(readers, sign):
    """Until every reader has said it."""
    for reader in readers:
        assert reader.stdout.readline() == f"{sign}\n"


def test_readers_never_fail_and_never_see_two_publications_at_once(data_dir, tmp_path):
    publish(data_dir, run_id="start", report=None)
    # A file and no ``python -c``: without one DuckDB takes the process for a person's shell and draws its progress bar.
    script = tmp_path / "reader.py"
    script.write_text(textwrap.dedent(READER), encoding="utf-8")
    command = [sys.executable, str(script), str(data_dir)]
    readers = [
        subprocess.Popen([*command, "ours" if n < 2 else "bi"], stdout=subprocess.PIPE, text=True)
        for n in range(READERS)
    ]
    wait_for(readers, "start")
    for number in range(PUBLICATIONS):
        make_warehouse(data_dir, days=41 + number)
        publish(data_dir, run_id=f"run-{number}", report=None)
    # A writer in this process: nobody else can open the warehouse now, not even to read.
    with duckdb.connect(str(data_dir / "warehouse.duckdb")) as writer:
        writer.execute("create table marts.unfinished as select 1 as n")
        (data_dir / "held").touch()
        wait_for(readers, "held")
    (data_dir / "stop").touch()
    results = [json.loads(reader.communicate()[0]) for reader in readers]
    assert [r["errors"] for r in results] == [[]] * READERS
    assert all(r["seen"][-1] == 40 + PUBLICATIONS for r in results)
    assert all(r["answers"] >= 3 for r in results)
