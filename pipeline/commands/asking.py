"""``onrecord sql``: one query, or a shell, on the published file.

Belongs here: reading queries from arguments, pipes and people. Does not: answering them
(``pipeline.resources.publication``).
"""

from __future__ import annotations

import atexit
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from pipeline.commands.options import DataDir, Failure, format_option, load_settings, out
from pipeline.terminal import fail, flat

if TYPE_CHECKING:
    import polars as pl

Ask: TypeAlias = "Callable[[str], pl.DataFrame]"

_TABLES = r"""
select name, rows, regexp_replace(comment, '^One row per |(:|\.) .*$|\.$', '', 'g') as one_row_is
from (
    select table_name as name, estimated_size as rows, comment from duckdb_tables() where schema_name = 'main'
    union all
    select view_name, null, comment from duckdb_views() where not internal and schema_name = 'main'
)
order by rows is null, name
"""
_COLUMNS = "select column_name, data_type, comment as meaning from duckdb_columns() where table_name = '{}'"
_HELP = """\
.tables           every table and view, and what one row of it is
.columns TABLE    its columns, and what they mean
.help             this
.quit             leave; so does Ctrl-D

Anything else is SQL. A query ends with ; or with an empty line, and may go over several lines.
Tab completes names; the arrow keys bring back earlier queries."""


def sql(
    query: Annotated[str | None, typer.Argument(help="One SQL query; without it, a shell.")] = None,
    format: Annotated[str, format_option("table", "csv", "jsonl")] = "table",
    data_dir: DataDir = None,
) -> None:
    """Query the published file, read-only; works while a run is writing."""
    from pipeline.resources.publication import PublicationError, query_published

    folder = load_settings(data_dir).data_dir

    def ask(text: str) -> pl.DataFrame:
        return query_published(folder, expand(text))

    if query is None and not sys.stdin.isatty():
        query = sys.stdin.read()
    try:
        if query is not None:
            show(ask(query), format)
            return
        tables = ask(_TABLES)
    except PublicationError as error:
        raise Failure(str(error)) from error
    _complete(ask, tables["name"].to_list(), folder / ".sql_history")
    Shell(ask, PublicationError, format).run()


def expand(text: str) -> str:
    """The query that ``.tables`` or ``.columns TABLE`` stands for; any other text as it is."""
    name, _, rest = text.strip().partition(" ")
    if name == ".tables":
        return _TABLES
    if name == ".columns":
        return _COLUMNS.format(rest.strip().replace("'", "''"))
    return text


def show(frame: pl.DataFrame, format: str) -> None:
    """Print an answer."""
    if format == "csv":
        sys.stdout.write(flat(frame).write_csv())
    elif format == "jsonl":
        sys.stdout.write(frame.write_ndjson())
    else:
        from pipeline.commands.views import frame_view

        out.print(frame_view(frame, width=out.width))


class Shell:
    """A prompt that reads queries until its reader leaves.

    Args:
        ask: Answers a query.
        problem: What ``ask`` raises when it cannot.
        format: How answers are printed.
        read: Reads a line after a prompt; ``input``, but for tests.
    """

    def __init__(
        self, ask: Ask, problem: type[Exception], format: str, read: Callable[[str], str] = input
    ) -> None:
        self._ask, self._problem, self._format, self._read = ask, problem, format, read

    def run(self) -> None:
        """Read and answer until the end of input or ``.quit``."""
        out.print(
            "Queries end with ; or an empty line. [bold].tables[/bold] lists the tables, [bold].help[/bold] helps."
        )
        while True:
            try:
                text = self._query()
            except KeyboardInterrupt:
                out.print()
                continue
            except EOFError:
                out.print()
                return
            if text in (".quit", ".exit", "quit", "exit"):
                return
            if text:
                self._answer(text)

    def _query(self) -> str:
        """A command, or the lines of a query up to its end."""
        lines: list[str] = []
        while True:
            line = self._read("    ...> " if lines else "onrecord> ").strip()
            if not lines and (line.startswith(".") or line in ("quit", "exit")):
                return line
            lines += [line] if line else []
            if not line or line.endswith(";"):
                return "\n".join(lines).rstrip("; \n")

    def _answer(self, text: str) -> None:
        if text == ".help":
            out.print(_HELP, markup=False)
            return
        name = text.partition(" ")[0]
        if name.startswith(".") and name not in (".tables", ".columns"):
            fail(f"{name} is no command of this shell; .help lists them")
            return
        began = time.monotonic()
        try:
            frame = self._ask(text)
        except self._problem as error:
            fail(str(error))
            return
        show(frame, self._format)
        if self._format == "table":
            rows = "1 row" if frame.height == 1 else f"{frame.height} rows"
            out.print(f"[dim]{rows}, {time.monotonic() - began:.2f} s[/dim]")


def _complete(ask: Ask, tables: list[str], history: Path) -> None:
    """Names on the Tab key, and a history that lasts."""
    import readline

    columns = ask("select distinct column_name from duckdb_columns() where not internal order by 1")
    words = sorted({*tables, *columns["column_name"].to_list(), ".tables", ".columns", ".help", ".quit"})

    def complete(text: str, state: int) -> str | None:
        found = [word for word in words if word.startswith(text)]
        return found[state] if state < len(found) else None

    readline.set_completer(complete)
    readline.set_completer_delims(" \t\n,()=<>;")
    readline.parse_and_bind("tab: complete")
    try:
        readline.read_history_file(history)
    except OSError:  # the first time there is none
        readline.clear_history()
    readline.set_history_length(1000)
    atexit.register(_save_history, history)


def _save_history(path: Path) -> None:
    import readline

    try:
        readline.write_history_file(path)
    except OSError:  # a read-only data folder: the answers matter, the history does not
        return
