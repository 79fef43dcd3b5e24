"""``onrecord`` without arguments: where things stand, and the three next things to do.

Belongs here: reading the state from small files, in a moment, and saying it. Does not: checks that take time
or need Dagster or DuckDB (``onrecord doctor``).
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.resources.processes import is_alive
from pipeline.settings import Settings
from pipeline.terminal import from_here, program

Kind = Literal["nothing", "running", "failed", "published"]


@dataclass(frozen=True, slots=True)
class State:
    """Where a data folder stands.

    Attributes:
        kind: What matters most to the person who asks.
        line: The state in one line.
    """

    kind: Kind
    line: str


def state_of(settings: Settings) -> State:
    """Where the data folder stands: running, failed, published, or nothing yet."""
    folder = settings.data_dir
    published = _published(folder)
    if (pid := _holder(folder / ".run.pid")) is not None:
        return State(
            "running",
            f"A run is going on (process {pid})." + (f" Until it ends: {published}" if published else ""),
        )
    last = _last_run(folder)
    if last and last[0] != "SUCCESS":
        verb = "failed" if last[0] == "FAILURE" else "was stopped, if it is not going on in the Dagster UI"
        return State(
            "failed",
            f"The last run ({last[1]}) {verb}. "
            + (f"Still there: {published}" if published else "Nothing is published yet."),
        )
    if published:
        return State("published", published[0].upper() + published[1:])
    return State("nothing", f"Nothing has been run in {from_here(folder)} yet.")


def next_steps(settings: Settings, state: State) -> list[tuple[str, str]]:
    """Three commands, the best first, each with what it gives."""
    me, folder = program(), settings.data_dir
    sample = from_here(settings.seeds_dir / "sample")
    if state.kind == "nothing":
        return [
            (
                f"{me} run --input {sample}",
                "the whole pipeline on the bundled articles, offline, in a minute",
            ),
            (f"{me} extract {sample / 'seed_article.txt'}", "who says what in one article, at once"),
            (f"{me} doctor", "is this installation ready for the daily run"),
        ]
    if state.kind == "failed":
        return [
            (f"{me} doctor", "what is wrong, and how to mend it"),
            (f"tail {from_here(folder / 'dagster' / 'last_run.log')}", "what dbt and the steps said last"),
            (f"{me} run", "again: what is stored stands; give the same --input if the run had one"),
        ]
    third = (f"{me} run", "today's news, from the feeds of seeds/feeds.csv")
    if state.kind == "running":
        third = (f"{me} doctor", "how far it is, and what went wrong before")
    index = folder / "published" / "report" / "index.html"
    look = (f"{me} report", "the report: writes its pages and says where they are")
    if index.exists():
        opener = next((name for name in ("xdg-open", "open") if shutil.which(name)), None)
        look = (
            f"{opener} {from_here(index)}" if opener else index.absolute().as_uri(),
            "the report, in a browser",
        )
    question = "from actors_weekly select actor_name, statements order by 2 desc limit 9"
    return [look, (f'{me} sql "{question}"', "ask it; without a query, a shell"), third]


def _holder(note: Path) -> int | None:
    """The process that a lock's note names, if it still runs."""
    try:
        pid, since = int(note.read_text(encoding="utf-8")), note.stat().st_mtime
    except (OSError, ValueError):
        return None
    return pid if is_alive(pid, since) else None


def _published(folder: Path) -> str:
    """The publication in half a sentence, or nothing."""
    try:
        package = json.loads((folder / "published" / "datapackage.json").read_text(encoding="utf-8"))
        counts, made = package["row_counts"], dt.datetime.fromisoformat(package["created"])
        articles, statements = int(counts["fct_article"]), int(counts["fct_statement"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return (
        f"{statements:,} statements of {articles:,} articles, published {made:%Y-%m-%d %H:%M} UTC "
        f"in {from_here(folder / 'published')}."
    )


def _last_run(folder: Path) -> tuple[str, str] | None:
    """Status and time of the newest run in Dagster's history, read without Dagster (it takes seconds to import)."""
    path = folder / "dagster" / "history" / "runs.db"
    if not path.exists():
        return None
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1)
        ) as connection:
            row = connection.execute(
                "select status, create_timestamp from runs order by id desc limit 1"
            ).fetchone()
    except sqlite3.Error:  # another version's history; the doctor looks closer
        return None
    return (str(row[0]), f"{str(row[1])[:16]} UTC") if row else None
