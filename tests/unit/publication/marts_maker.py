"""A small warehouse made without dbt: the marts' columns from their yml, rows made of a seed."""

import datetime as dt
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

MARTS = Path(__file__).parents[3] / "dbt_project" / "models" / "marts"


@cache
def mart_models() -> dict[str, dict[str, Any]]:
    """Every mart as its yml describes it."""
    found = {}
    for path in sorted(MARTS.glob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            found[model["name"]] = model
    return found


def make_warehouse(data_dir: Path, *, days: int = 40, note: str = "first") -> None:
    """Write ``warehouse.duckdb`` with one row a day in every mart; ``note`` goes into every text."""
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = data_dir / "warehouse.new"
    shutil.copyfile(_made(days, note), fresh)
    fresh.replace(data_dir / "warehouse.duckdb")


_FOLDER = tempfile.TemporaryDirectory(prefix="marts", ignore_cleanup_errors=True)


@cache
def _made(days: int, note: str) -> Path:
    """A warehouse file, made once for all tests that want the same."""
    path = Path(_FOLDER.name) / f"{days}-{note}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("begin")
        connection.execute("create schema marts")
        connection.execute("create schema staging")
        connection.execute("create table staging.stg_lake__articles as select 1 as never_published")
        for model in mart_models().values():
            _make_table(connection, model, days, note)
        connection.execute("commit")
    return path


def _make_table(connection: duckdb.DuckDBPyConnection, model: dict[str, Any], days: int, note: str) -> None:
    table = f"marts.{model['name']}"
    columns = model["columns"]
    definitions = [
        f"{c['name']} {c['data_type']}{' not null' if c.get('constraints') else ''}" for c in columns
    ]
    connection.execute(f"create table {table} ({', '.join(definitions)})")
    connection.execute(f"comment on table {table} is {_text(model['description'].strip())}")
    for column in columns:
        connection.execute(f"comment on column {table}.{column['name']} is {_text(column['description'])}")
    values = ", ".join(_value(c, note) for c in columns)
    # Rows come in an order that has nothing to do with the one they are published in.
    connection.execute(f"insert into {table} select {values} from range({days}) as r (n) order by hash(n)")


def _value(column: dict[str, Any], note: str) -> str:
    name, kind = column["name"], column["data_type"]
    if kind == "date":
        return "date '2021-11-20' + n::integer"
    if kind == "timestamp with time zone":
        return "timestamptz '2021-11-20 08:30:00.25+00' + n * interval 1 day"
    if kind == "varchar[]":
        return f"['{note} \"quoted\"', 'x,' || n]"
    if kind.startswith("struct"):
        return "[{'start': n, 'end': n + 1}]"
    if kind == "varchar":
        value = (
            f"'{note} ' || n || chr(10) || 'naïve, “quoted” \"line\"'"
            if name.endswith("text")
            else "'k' || n"
        )
        return value if column.get("constraints") else f"if(n % 7 = 0, null, {value})"
    return {"boolean": "n % 2 = 0", "double": "n / 8.0"}.get(kind, f"n::{kind}")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


NOON = dt.datetime(2021, 12, 31, 12, tzinfo=dt.UTC)
