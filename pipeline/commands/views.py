"""What the commands show: statements, articles, answers, feeds, next steps.

Belongs here: laying values out for a terminal, from 60 columns up. Does not: printing, or what is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import polars as pl
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipeline.terminal import folded, frame_table, plain, shown

MAX_WIDTH = 110
"""Longer lines are hard to read."""
MAX_CONTENT = 240
"""Characters of content shown; the other formats have all of it."""
MAX_SPEAKER = 40
DOUBTFUL = 0.5
"""Below this confidence a statement says so."""
MAX_RECORDS = 20
_LEAST = 14
"""A column of text is not squeezed below this width; the rows become records before."""

Row = Mapping[str, Any]


def statements_view(rows: Sequence[Row], *, title: str, day: dt.date, width: int) -> RenderableType:
    """Statements as a script: who on the left, the cue, and what was said; one block a speaker.

    Args:
        rows: As ``onrecord extract`` prints them, in text order.
        title: Headline or name of the document.
        day: The article's day; statements of other days say theirs.
        width: Columns of the terminal.
    """
    grid = Table.grid(padding=(0, 2, 0, 0))
    whole = min(width, MAX_WIDTH)
    who, cue = (20, 13) if whole >= 76 else (14, 10)
    grid.add_column(width=who, overflow="fold")
    grid.add_column(width=cue, overflow="fold")
    grid.add_column(width=whole - who - cue - 4, overflow="fold")
    for _, block in groupby(rows, key=_speaker):
        grid.add_row()
        name: str | None = None
        for row in block:
            grid.add_row(*_statement(row, day, shown_before=name is not None))
            name = _speaker(row)
    return Group(Text(plain(title), style="bold"), _count(rows, day), grid, Text())


def _speaker(row: Row) -> str:
    if row["actor"]:
        return plain(row["actor"]["name"])
    return plain(row["speaker"]["text"]) if row["speaker"] else "(nobody named)"


def _count(rows: Sequence[Row], day: dt.date) -> Text:
    if not rows:
        return Text(f"no statements found · {day}", style="dim")
    kinds = [row["statement_type"] for row in rows]
    parts = [
        "1 statement" if len(rows) == 1 else f"{len(rows)} statements",
        *(f"{kinds.count(kind)} {kind}" for kind in ("direct", "mixed", "indirect") if kind in kinds),
        str(day),
    ]
    return Text(" · ".join(parts), style="dim")


def _statement(row: Row, day: dt.date, *, shown_before: bool) -> tuple[Text, Text, Text]:
    who = Text()
    name = _speaker(row)
    if not shown_before:
        who.append(name, style="bold" if row["actor"] else "italic")
    written = plain(row["speaker"]["text"]) if row["speaker"] else ""
    if row["actor"] and written and written != name:
        role = " ".join(written.replace(name, "").split()).strip(" ,")
        who.append("\n" if who else "").append(
            _cut(written if shown_before else role, MAX_SPEAKER), style="dim"
        )
    content = _cut(plain(" … ".join(part["text"] for part in row["content"])), MAX_CONTENT)
    what = Text(content, style="" if row["is_speech"] else "italic")
    if notes := _notes(row, day):
        what.append("\n" if content else "").append(f"({'; '.join(notes)})", style="dim")
    cue = plain(row["cue"]["text"]).rstrip(" :,") if row["cue"] else ""
    return who, Text(cue, style="yellow"), what


def _notes(row: Row, day: dt.date) -> list[str]:
    notes: list[str] = []
    if row.get("addressee"):
        notes.append(f"to {_cut(plain(row['addressee']), MAX_SPEAKER)}")
    if row["statement_date"] != day.isoformat():
        notes.append(f"on {row['statement_date']}")
    if not row["is_speech"]:
        notes.append("a thought")
    if row.get("is_negated"):
        notes.append("negated")
    if row["confidence"] < DOUBTFUL:
        notes.append(f"doubtful: confidence {row['confidence']:.2f}")
    return notes


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def article_view(line: Row, *, width: int) -> RenderableType:
    """A cleaned page, as ``onrecord clean`` prints it, to be read."""
    whole = min(width, MAX_WIDTH)
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column()
    facts.add_column(overflow="fold")
    for name in ("document", "url", "outlet", "authors", "published_at", "language", "rejected"):
        value = line[name]
        if value and not (name == "url" and value == line["document"]):
            text = ", ".join(value) if isinstance(value, list) else str(value)
            facts.add_row(
                Text(name, style="dim"), Text(plain(text), style="red" if name == "rejected" else "")
            )
    parts: list[RenderableType] = [facts]
    if line["headline"]:
        parts = [Text(plain(line["headline"]), style="bold"), facts]
    for paragraph in (line["text"] or "").split("\n"):
        if paragraph.strip():
            parts.append(Padding(Text(plain(paragraph)), (1, max(0, width - whole), 0, 0)))
    return Group(*parts, Text())


def frame_view(frame: pl.DataFrame, *, width: int, limit: int = 200) -> RenderableType:
    """An answer as a table where its columns fit side by side, else one row under the other."""
    if not frame.height:
        return Text("no rows", style="dim")
    least = sum(_least_width(frame[name], limit) for name in frame.columns) + 3 * frame.width + 1
    if least <= width:
        return frame_table(frame, limit=limit)
    return _records(frame, min(limit, MAX_RECORDS))


def _least_width(column: pl.Series, limit: int) -> int:
    """What a column needs: its values, text down to a readable width, and the longest part of its name."""
    name = max(map(len, folded(column.name, 0).split("\n")))
    values = max((len(shown(value)) for value in column.head(limit)), default=0)
    folds = column.dtype == pl.String or column.dtype.is_nested()
    return max(name, min(values, _LEAST) if folds and values > 16 else values)


def _records(frame: pl.DataFrame, limit: int) -> RenderableType:
    parts: list[RenderableType] = []
    for number, row in enumerate(frame.head(limit).iter_rows(named=True), 1):
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in row.items():
            grid.add_row(Text(name, style="dim"), Text(plain(shown(value))))
        parts += [Rule(f"{number} of {frame.height}", align="left", style="dim"), grid]
    if frame.height > limit:
        note = (
            f"{limit} of {frame.height} rows; name fewer columns for a table, or add `--format csv` for all"
        )
        parts.append(Text(note, style="dim"))
    return Group(*parts)


def feeds_view(frame: pl.DataFrame, *, now: dt.datetime) -> RenderableType:
    """Feeds that are alive in a table; below it those that are not, with address and reason."""
    alive, dead = frame.filter(pl.col("alive")), frame.filter(~pl.col("alive"))
    parts: list[RenderableType] = []
    if alive.height:
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("feed", overflow="fold")
        for name in ("entries", "to collect", "newest"):
            table.add_column(name, justify="right")
        table.add_column("", overflow="fold", style="dim")
        for row in alive.iter_rows(named=True):
            note = "" if row["detail"] == "ok" else plain(row["detail"])
            table.add_row(
                row["feed_id"], f"{row['entries']}", f"{row['would_collect']}", _age(row["newest"], now), note
            )
        parts += [table, Text()]
    for row in dead.iter_rows(named=True):
        parts.append(Text.assemble((row["feed_id"], "bold red"), f"  {plain(row['url'])}"))
        parts.append(Text(f"    {plain(row['detail'])}"))
    pages = int(alive["would_collect"].sum())
    collect = f"{pages} {'page' if pages == 1 else 'pages'} to collect"
    parts.append(Text(f"{alive.height} of {frame.height} feeds are alive, {collect}"))
    if dead.height:
        parts.append(
            Text("A feed that stays dead: correct its url in seeds/feeds.csv, or set is_active to false.")
        )
    return Group(*parts)


def _age(moment: dt.datetime | None, now: dt.datetime) -> str:
    if moment is None:
        return "undated"
    hours = (now - moment).total_seconds() / 3600
    if hours < 1:
        return f"{max(0, round(hours * 60))} min ago"
    return f"{round(hours)} h ago" if hours < 48 else f"{round(hours / 24)} days ago"


def steps_view(line: str, steps: Sequence[tuple[str, str]]) -> RenderableType:
    """Where things stand, and numbered commands with what each gives."""
    parts: list[RenderableType] = [Text("onrecord: who said what, when.", style="bold"), Text(), Text(line)]
    parts += [Text("Next:"), Text()]
    for number, (command, gives) in enumerate(steps, 1):
        parts.append(Text.assemble((f"  {number}  ", "dim"), (command, "cyan")))
        parts += [Text(f"     {gives}", style="dim"), Text()]
    return Group(*parts)
