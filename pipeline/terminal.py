"""What the terminal shows: tables, progress, one-line errors.

Belongs here: rendering with rich. Does not: what is rendered.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table
from rich.text import Text

from pipeline.settings import PROJECT_DIR

EXAMPLE_QUERY = (
    "select actor_name, statements from actor_statements_daily join dim_actor using (actor_id) "
    "where statement_date = '2021-12-01' order by 2 desc"
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
        table.add_column(Text(name), justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in frame.head(limit).iter_rows():
        table.add_row(*(Text("" if v is None else plain(str(v))) for v in row))
    if frame.height > limit:
        table.caption = f"{limit} of {frame.height} rows"
    return table


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with lists and structs as JSON text, for CSV."""
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    return frame.with_columns(
        pl.Series(name, [None if v is None else json.dumps(v, default=str) for v in frame[name].to_list()])
        for name in nested
    )


def plain(text: str) -> str:
    """``text`` without control characters, so that no page can steer the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def statements_table(rows: Sequence[Mapping[str, Any]], *, title: str) -> Table:
    """Statements as a table that reads well at 80 columns."""
    table = Table(
        title=Text(plain(title)), title_justify="left", show_lines=False, pad_edge=False, expand=True
    )
    table.add_column("who", ratio=3, overflow="fold")
    table.add_column("cue", ratio=2, overflow="fold")
    table.add_column("what", ratio=7, overflow="fold")
    table.add_column("when", width=10)
    for row in rows:
        actor = row["actor"]
        speaker = plain(row["speaker"]["text"]) if row["speaker"] else "(no speaker)"
        who = Text(actor["name"] if actor else speaker, style="bold" if actor else "dim")
        if actor and speaker not in (actor["name"], "(no speaker)"):
            who.append(f"\n{speaker}", style="dim")
        what = plain(" … ".join(c["text"] for c in row["content"]))
        style = None if row["is_speech"] else "italic dim"
        cue = Text(plain(row["cue"]["text"]) if row["cue"] else "", style="yellow")
        table.add_row(
            who,
            cue,
            Text(what if len(what) < 220 else what[:217] + "…", style=style or ""),
            row["statement_date"],
        )
    return table


def summary(console: Console, counts: Mapping[str, int], top: pl.DataFrame, data_dir: Path) -> None:
    """The end of a run: leading actors, counts, where things lie, a query to paste."""
    console.print()
    if top.height:
        console.print(frame_table(top, title="Who spoke most"))
    console.print("  ".join(f"[bold]{n}[/bold] {name}" for name, n in counts.items()))
    console.print(f"\npublished  {data_dir / 'published' / 'onrecord.duckdb'}")
    console.print(f"tables     {data_dir / 'published' / 'parquet'}  and  {data_dir / 'published' / 'csv'}")
    flag = "" if data_dir == PROJECT_DIR / "data" else f" --data-dir {data_dir}"
    console.print("\nAsk it yourself:")
    console.print(f'  .venv/bin/onrecord sql{flag} "{EXAMPLE_QUERY}"', soft_wrap=True)
