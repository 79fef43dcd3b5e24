"""A dbt that stays: starting it and reading the project cost ten times what running it over the small lake does.

Reads one request a line (arguments and environment), runs dbt in this process, and answers on one line. Started by
``dbt_runs.Worker``; what is proved of a process of its own (kills) does not come here.
"""

import contextlib
import io
import json
import os
import sys
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner


def main() -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    manifest = None
    for line in sys.stdin:
        request = json.loads(line)
        os.environ.update(request["environment"])
        done, output = None, ""
        if manifest is None:
            done, output = invoke(dbtRunner(), ["parse", *request["options"]])
            manifest = done.result
        if done is None or done.success:
            done, text = invoke(dbtRunner(manifest=manifest), [*request["arguments"], *request["options"]])
            output += text
        print(json.dumps({"code": 0 if done.success else 1, "output": output}), file=answers, flush=True)


def invoke(runner: dbtRunner, arguments: list[str]) -> tuple[Any, str]:
    """What dbt came to, and what it printed."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        done = runner.invoke(arguments)
        # Else the warehouse stays open, and nobody else can read it.
        DuckDBConnectionManager.close_all_connections()
    return done, output.getvalue() + (f"\n{done.exception}" if done.exception else "")


if __name__ == "__main__":
    main()
