"""Does the publication open in other programs: older DuckDB releases, SQLAlchemy, Frictionless.

    python -m benchmarks.clients --data data [--keep FOLDER]

Each client is installed from PyPI into an environment of its own, because each wants another DuckDB than ours.
Ends with 1 when one of them fails. ``docs/bi.md`` says what came of it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import textwrap
import venv
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sections import table


@dataclass(frozen=True, slots=True)
class Client:
    """A program that reads the publication.

    Attributes:
        name: For the table.
        requirements: What pip installs.
        script: Python that gets the folder of the publication as its argument, prints what it found in one line,
            and fails when something is missing.
    """

    name: str
    requirements: tuple[str, ...]
    script: str


READS_ALL = """
    import sys, duckdb
    connection = duckdb.connect(sys.argv[1] + "/onrecord.duckdb", read_only=True)
    names = [n for (n,) in connection.execute("select table_name from information_schema.tables").fetchall()]
    rows = sum(len(connection.execute(f"select * from {n}").fetchall()) for n in names)
    bare = connection.execute(
        "select table_name from duckdb_tables() where comment is null union all "
        "select view_name from duckdb_views() where not internal and comment is null union all "
        "select table_name || '.' || column_name from duckdb_columns() where not internal and comment is null"
    ).fetchall()
    assert not bare, f"without a description: {bare[:5]}"
    print(f"{len(names)} tables and views, {rows:,} rows read, all described")
"""
INSPECTS = """
    import sys
    from sqlalchemy import create_engine, inspect, text
    from sqlalchemy.pool import NullPool
    engine = create_engine(
        f"duckdb:///{sys.argv[1]}/onrecord.duckdb", connect_args={"read_only": True}, poolclass=NullPool
    )
    seen = inspect(engine)
    tables, views = seen.get_table_names(), seen.get_view_names()
    columns = [(name, column) for name in tables + views for column in seen.get_columns(name)]
    bare = [f"{name}.{column['name']}" for name, column in columns if not column["comment"]]
    bare += [name for name in tables + views if not seen.get_table_comment(name)["text"]]
    assert not bare, f"without a description: {bare[:5]}"
    assert seen.get_pk_constraint("dim_actor")["constrained_columns"] == ["actor_id"]
    query = "select count(*) from actor_statements_daily join dim_actor using (actor_id)"
    with engine.connect() as connection:
        rows = connection.execute(text(query)).scalar_one()
    assert rows
    print(f"{len(tables)} tables, {len(views)} views, {len(columns)} columns, all described; {rows:,} rows joined")
"""
VALIDATES = """
    import sys
    from frictionless import validate
    report = validate(sys.argv[1] + "/datapackage.json")
    wrong = [(t.name, e.message) for t in report.tasks for e in t.errors] + [e.message for e in report.errors]
    assert report.valid, wrong[:5]
    print(f"{len(report.tasks)} resources valid: fields, types, keys, links, sizes, hashes")
"""
CLIENTS = (
    Client("DuckDB 1.2.2", ("duckdb==1.2.2", "pytz"), READS_ALL),
    Client("DuckDB 1.5.6", ("duckdb==1.5.6", "pytz"), READS_ALL),
    Client("SQLAlchemy 2, duckdb-sqlalchemy", ("duckdb-sqlalchemy", "duckdb==1.5.6", "pytz"), INSPECTS),
    Client("Frictionless", ("frictionless",), VALIDATES),
)


def tried(client: Client, published: Path, environment: Path) -> tuple[bool, str]:
    """Whether the client reads the publication, and what it printed."""
    python = environment / "bin" / "python"
    if not python.exists():
        venv.create(environment, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *client.requirements], check=True)
    command = [str(python), "-c", textwrap.dedent(client.script), str(published)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return not done.returncode, (done.stdout if not done.returncode else done.stderr).strip().splitlines()[-1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--keep", type=Path, help="where the environments stay; a temporary folder if not given"
    )
    args = parser.parse_args()
    published = (args.data / "published").resolve()
    with tempfile.TemporaryDirectory() as made:
        place = (args.keep or Path(made)).absolute()
        results = [(c, *tried(c, published, place / str(n))) for n, c in enumerate(CLIENTS)]
    print(
        table(
            ["client", "reads it", "found"],
            [[c.name, "yes" if ok else "NO", said] for c, ok, said in results],
        )
    )
    sys.exit(0 if all(ok for _, ok, _ in results) else 1)


if __name__ == "__main__":
    main()
