"""What the terminal shows: tables, progress, one-line errors.

Belongs here: rendering with rich. Does not: what is rendered.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    # Polars and pydantic take most of a second to import, which completion of a word cannot afford.
    import polars as pl

EXAMPLE_QUERY = (
    "select actor_name, statements from actor_statements_daily join dim_actor using (actor_id) "
    "where statement_date = '{day}' order by 2 desc"
)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class TerminalProgress:
    """Progress of a run: a moving line on a terminal, plain lines elsewhere.

    Use as a context manager around the run.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None

    def __enter__(self) -> TerminalProgress:
        if self._console.is_terminal:
            self._status = self._console.status("starting")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status:
            self._status.stop()

    def begin(self, stage: str, day: dt.date) -> None:
        """A stage takes up a day."""
        if self._status:
            self._status.update(f"{day} {stage}")

    def end(self, stage: str, day: dt.date, *, rows: int, rejected: int, seconds: float) -> None:
        """A stage is done with a day."""
        tail = f", {rejected} rejected" if rejected else ""
        self._console.print(f"{day}  {stage:<13} {rows:>6} rows{tail}  [dim]{seconds:.1f} s[/dim]")

    def note(self, text: str) -> None:
        """Any other line."""
        if self._status:
            self._status.update(text)
        else:
            self._console.print(text)


def fail(message: str) -> None:
    """One line on standard error."""
    err.print(f"[bold red]onrecord:[/bold red] {escape(' '.join(message.split()))}")


def frame_table(frame: pl.DataFrame, *, title: str | None = None, limit: int = 200) -> Table:
    """A frame as a rich table; long frames are cut and say so, control characters are shown as spaces."""
    table = Table(title=title, title_justify="left", caption_justify="left")
    for name, dtype in frame.schema.items():
        widest = max((len(shown(v)) for v in frame[name].head(limit)), default=0)
        table.add_column(
            Text(folded(name, widest)), justify="right" if dtype.is_numeric() else "left", overflow="fold"
        )
    for row in frame.head(limit).iter_rows():
        table.add_row(*(Text(plain(shown(v)), style="dim" if v is None else "") for v in row))
    if frame.height > limit:
        table.caption = f"{limit} of {frame.height} rows"
    return table


def shown(value: object) -> str:
    """A value as people read it: floats to four places, times to the second, lists without their marks."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return str(round(value, 4))
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list):
        return ", ".join(map(str, cast("list[object]", value)))
    return str(value)


def folded(name: str, width: int) -> str:
    """A column's name over several lines, broken after underscores, where its values are narrower."""
    lines = [""]
    for part in re.findall(r"[^_]*_?", name)[:-1]:
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def program() -> str:
    """How this program is called from here: by its name if the shell finds it, else by its path."""
    if shutil.which("onrecord"):
        return "onrecord"
    return str(from_here(Path(sys.executable).parent / "onrecord"))


def from_here(path: Path) -> Path:
    """``path`` as a person in the current folder would write it."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except (ValueError, OSError):  # elsewhere, or the current folder is gone
        return path


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with lists and structs as JSON text, for CSV."""
    import polars as pl

    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    return frame.with_columns(
        pl.Series(name, [None if v is None else json.dumps(v, default=str) for v in frame[name].to_list()])
        for name in nested
    )


def plain(text: str) -> str:
    """``text`` without control characters, so that no page can steer the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def summary(
    console: Console, counts: Mapping[str, int], top: pl.DataFrame, data_dir: Path, *, day: object = None
) -> None:
    """The end of a run: leading actors, counts, where things lie, a query of ``day`` to paste."""
    from pipeline.settings import PROJECT_DIR

    console.print()
    if top.height:
        console.print(frame_table(top, title="Who spoke most"))
    console.print("  ".join(f"[bold]{n}[/bold] {name}" for name, n in counts.items()))
    published = from_here(data_dir / "published")
    report = published / "report" / "index.html"
    console.print()
    if report.exists():
        console.print(f"look at  {report}", markup=False, soft_wrap=True)
    console.print(f"query    {published / 'onrecord.duckdb'}", markup=False, soft_wrap=True)
    console.print(f"files    {published / 'parquet'}, {published / 'csv'}", markup=False, soft_wrap=True)
    flag = "" if data_dir == PROJECT_DIR / "data" else f" --data-dir {from_here(data_dir)}"
    if day:
        query = EXAMPLE_QUERY.format(day=day)
        console.print(f'\nAsk it yourself:\n  {program()} sql{flag} "{query}"', markup=False, soft_wrap=True)
