"""Does Superset show the publication: a real one, from PyPI, with a chart of actor_statements_daily, and its picture.

    python -m benchmarks.superset --data data [--picture docs/img/superset.png] [--keep FOLDER]

Superset gets an environment and a home of its own in a temporary folder (``--keep``: there, for the next time), listens
on 127.0.0.1 while this runs, and is set up through its REST API alone, as any user could do it. Ends with an error when
a step fails or the chart has other numbers than the publication. Needs Chromium. ``docs/bi.md`` shows the picture.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import textwrap
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from playwright.sync_api import sync_playwright

REQUIREMENTS = (
    "apache-superset",
    "duckdb-engine",
    "duckdb<1.4",
    # What this release forgets to ask for, and a newer cache that it cannot use.
    *("Flask-Caching<2.4", "cachetools", "boto3", "rich"),
)
START_SECONDS = 300
ACTOR_DAYS = """
select statement_date, actor_name, statements
from actor_statements_daily
join dim_actor using (actor_id)
where actor_type <> 'unnamed'
    and statement_date > (select max(statement_date) from actor_statements_daily) - 7
"""
TITLE = "Statements of the last week, six leading actors"
LEADING = 6
SUM = {
    "expressionType": "SQL",
    "sqlExpression": "SUM(statements)",
    "label": "statements",
    "hasCustomLabel": True,
}


@dataclass(frozen=True, slots=True)
class Home:
    """Where Superset lives: its environment, its settings and its own small database."""

    folder: Path
    password: str

    def run(self, *words: str) -> None:
        """One of Superset's set-up commands."""
        command = [str(self.folder / "env" / "bin" / "superset"), *words]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(
                f"superset {words[0]} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}"
            )

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "FLASK_APP": "superset",
            "SUPERSET_HOME": str(self.folder),
            "SUPERSET_CONFIG_PATH": str(self.folder / "superset_config.py"),
        }


def install(folder: Path) -> Home:
    """Superset in its own environment, with an empty home and one user."""
    python = folder / "env" / "bin" / "python"
    if not (folder / "env" / "bin" / "superset").exists():
        venv.create(folder / "env", with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *REQUIREMENTS], check=True)
    (folder / "superset.db").unlink(missing_ok=True)
    settings = f"""
        SECRET_KEY = {secrets.token_urlsafe(42)!r}
        SQLALCHEMY_DATABASE_URI = "sqlite:///{folder / "superset.db"}"
        WTF_CSRF_ENABLED = False
        TALISMAN_ENABLED = False
    """
    (folder / "superset_config.py").write_text(textwrap.dedent(settings), encoding="utf-8")
    home = Home(folder, secrets.token_urlsafe(12))
    home.run("db", "upgrade")
    names = (
        "--username",
        "analyst",
        "--firstname",
        "A",
        "--lastname",
        "Analyst",
        "--email",
        "analyst@localhost",
    )
    home.run("fab", "create-admin", *names, "--password", home.password)
    home.run("init")
    return home


@contextlib.contextmanager
def serving(home: Home) -> Iterator[str]:
    """The address of a running Superset."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(home.folder / "env" / "bin" / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    command += ["--timeout", str(START_SECONDS), "superset.app:create_app()"]
    with (home.folder / "superset.log").open("w") as log:
        process = subprocess.Popen(command, env=home.environment(), stdout=log, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/health", process)
            yield address
        finally:
            process.terminate()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(url, timeout=START_SECONDS).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"Superset does not answer at {url}; its superset.log says why") from None
            time.sleep(0.5)
        else:
            return


class Api:
    """Superset's REST API, logged in."""

    def __init__(self, address: str, password: str) -> None:
        self.address = address
        self.headers = {"Content-Type": "application/json"}
        login = {"username": "analyst", "password": password, "provider": "db"}
        token = self.call("POST", "security/login", login)["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer to one request."""
        request = urllib.request.Request(
            f"{self.address}/api/v1/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers=self.headers,
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")[:1000]
            raise SystemExit(f"Superset refuses {method} {path} ({error.code}): {said}") from None


def register(api: Api, database: Path) -> int:
    """The published file as a database, read-only; its tables must be seen. Returns the database's id."""
    wanted = {
        "database_name": "onrecord",
        "sqlalchemy_uri": f"duckdb:///{database}",
        "extra": json.dumps({"engine_params": {"connect_args": {"read_only": True}}}),
    }
    number = api.call("POST", "database/", wanted)["id"]
    seen = api.call("GET", f"database/{number}/tables/?q=(force:!t,schema_name:main)")["result"]
    names = {table["value"] for table in seen}
    if not {"actor_statements_daily", "dim_actor", "statements_read"} <= names:
        raise SystemExit(f"Superset does not see the tables and views of {database}, only {sorted(names)}")
    print(f"{len(names)} tables and views seen")
    return number


def described(api: Api, database: int) -> None:
    """The table as a dataset: each column must come with its description."""
    wanted = {"database": database, "schema": "main", "table_name": "actor_statements_daily"}
    number = api.call("POST", "dataset/", wanted)["id"]
    columns = api.call("GET", f"dataset/{number}")["result"]["columns"]
    bare = [column["column_name"] for column in columns if not column["description"]]
    if bare or not columns:
        raise SystemExit(f"columns of actor_statements_daily without a description in Superset: {bare}")
    print(f"{len(columns)} columns of actor_statements_daily, all described")


def draw(api: Api, database: int, file: Path) -> int:
    """The dataset and its chart, its numbers checked against the file; returns the chart's id."""
    wanted = {"database": database, "schema": "main", "table_name": "actor_days", "sql": ACTOR_DAYS}
    dataset = api.call("POST", "dataset/", wanted)["id"]
    form = {
        "datasource": f"{dataset}__table",
        "viz_type": "echarts_timeseries_bar",
        "x_axis": "statement_date",
        "time_grain_sqla": "P1D",
        "x_axis_time_format": "%d %b",
        "metrics": [SUM],
        "groupby": ["actor_name"],
        "limit": LEADING,
        "series_limit_metric": SUM,
        "adhoc_filters": [],
        "row_limit": 10_000,
        "stack": "Stack",
        "show_legend": True,
    }
    chart = {
        "slice_name": TITLE,
        "viz_type": form["viz_type"],
        "datasource_id": dataset,
        "datasource_type": "table",
        "params": json.dumps(form),
    }
    number = api.call("POST", "chart/", chart)["id"]
    _check_numbers(api, dataset, file)
    return number


def _check_numbers(api: Api, dataset: int, file: Path) -> None:
    """Statements of each actor, as Superset counts them, against the file's own."""
    query = {"columns": ["actor_name"], "metrics": [SUM], "orderby": [[SUM, False]], "row_limit": 10_000}
    asked = {"datasource": {"id": dataset, "type": "table"}, "queries": [query]}
    rows = api.call("POST", "chart/data", asked)["result"][0]["data"]
    with duckdb.connect(str(file), read_only=True) as connection:
        own = dict(
            connection.execute(
                f"select actor_name, sum(statements) from ({ACTOR_DAYS}) group by actor_name"
            ).fetchall()
        )
    if not own or {row["actor_name"]: int(row["statements"]) for row in rows} != own:
        raise SystemExit(f"Superset counts other statements than the file: {rows[:5]}")
    print(f"{len(own)} actors, {sum(own.values()):,} statements: in the chart's week: as many as in the file")


def take_picture(address: str, password: str, chart: int, picture: Path) -> None:
    """Log in as a person does, open the chart, wait until it is drawn."""
    chromium = next(
        (p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None
    )
    if chromium is None:
        raise SystemExit("no Chromium is installed; install the package chromium, then run again")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1200, "height": 680})
        page.set_default_timeout(1000 * START_SECONDS)
        page.goto(f"{address}/login/")
        page.fill("input[name=username], #username", "analyst")
        page.fill("input[name=password], #password", password)
        page.press("input[name=password], #password", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        page.goto(f"{address}/explore/?slice_id={chart}")
        page.wait_for_selector("[data-test=chart-container] canvas, .chart-container canvas")
        page.wait_for_selector("text=/[0-9]+ rows/")
        page.wait_for_timeout(1500)  # The bars grow for a second.
        page.screenshot(path=str(picture))
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="a data folder with a publication")
    parser.add_argument("--picture", type=Path, default=Path("superset.png"))
    parser.add_argument("--keep", type=Path, help="where Superset stays; a temporary folder if not given")
    args = parser.parse_args()
    database = (args.data / "published").absolute() / "onrecord.duckdb"
    if not database.is_file():
        raise SystemExit(f"nothing is published in {args.data}; run `onrecord run` first")
    with tempfile.TemporaryDirectory() as made:
        folder = (args.keep or Path(made)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        home = install(folder)
        with serving(home) as address:
            api = Api(address, home.password)
            number = register(api, database)
            described(api, number)
            take_picture(address, home.password, draw(api, number, database), args.picture)
    print(f"picture: {args.picture}")


if __name__ == "__main__":
    main()
