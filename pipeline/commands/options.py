"""What the commands share: exit codes, errors, options that check and complete their values, examples.

Belongs here: anything that two commands use. Does not: a command.
"""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from pipeline.terminal import err

if TYPE_CHECKING:
    from pipeline.settings import Settings

DONE, WITH_REJECTS, USAGE, FAILED = 0, 1, 2, 3
out = Console(highlight=False)


class UsageProblem(Exception):
    """Wrong arguments or settings: exit code 2."""


class Failure(Exception):
    """The work failed: exit code 3."""


def load_settings(data_dir: Path | None = None) -> Settings:
    """The settings of the environment, with another data folder if one is given.

    Raises:
        UsageProblem: A variable has a value that does not fit.
    """
    import pydantic

    from pipeline.settings import get_settings

    try:
        settings = get_settings()
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        name = "ONRECORD_" + "_".join(str(p) for p in first["loc"]).upper()
        raise UsageProblem(f"{name}: {first['msg']}; mend that environment variable") from error
    return settings.model_copy(update={"data_dir": data_dir.absolute()}) if data_dir else settings


def parse_day(text: str | dt.date) -> dt.date:
    """A day as people type it.

    Raises:
        UsageProblem: It is none.
    """
    if isinstance(text, dt.date):
        return text
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageProblem(f"{text!r} is no date; write it as YYYY-MM-DD") from error


def known_days(incomplete: str) -> list[str]:
    """Days that the lake holds, newest first: what the shell offers after ``--date``."""
    try:
        folders = sorted((load_settings().data_dir / "lake" / "articles").glob("partition_date=*"))
    except UsageProblem:
        return []
    days = [folder.name.partition("=")[2] for folder in reversed(folders)]
    return [day for day in days if day.startswith(incomplete)]


def day_option(flag: str, what: str) -> Any:
    """An option whose value is a day."""
    return typer.Option(flag, help=what, parser=parse_day, metavar="YYYY-MM-DD", autocompletion=known_days)


def format_option(*formats: str) -> Any:
    """The option ``--format``, its first value the one for people."""
    return choice_option("--format", "How to print it.", *formats)


def choice_option(flag: str, what: str, *choices: str) -> Any:
    """An option that takes one of a few words."""

    def check(value: str) -> str:
        if value not in choices:
            wanted = f"{', '.join(choices[:-1])} or {choices[-1]}"
            raise UsageProblem(f"{flag} {value!r} is unknown; use {wanted}")
        return value

    def complete(incomplete: str) -> list[str]:
        return [choice for choice in choices if choice.startswith(incomplete)]

    return typer.Option(flag, help=what, metavar="|".join(choices), callback=check, autocompletion=complete)


def waiting(what: str) -> AbstractContextManager[object]:
    """A moving line on a terminal while something takes its time; nothing elsewhere."""
    return err.status(escape(what)) if err.is_terminal else nullcontext()


DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Folder for everything made at run time: data/, or what ONRECORD_DATA_DIR says.",
        metavar="FOLDER",
    ),
]
Inputs = Annotated[
    list[Path] | None,
    typer.Option(
        "--input", help="Folder, file, list of addresses or WARC file; again for more.", metavar="PATH"
    ),
]
Documents = Annotated[
    list[str],
    typer.Argument(help="Files, addresses, or - for standard input.", metavar="FILE|URL|-…"),
]

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "run": (
        ("onrecord run --input seeds/sample", "the bundled articles, offline"),
        ("onrecord run", "today's news from the feeds of seeds/feeds.csv"),
        ("onrecord run --input ~/clippings --date 2021-12-01", "your own files, of that day"),
        ("onrecord run --date 2021-12-01", "a past day again, from its stored pages"),
    ),
    "backfill": (
        ("onrecord backfill --from 2021-11-30 --to 2021-12-02", "three days again, from their stored pages"),
        (
            "onrecord backfill --from 2021-11-01 --to 2021-11-30 --input archive.warc.gz",
            "a month out of a web archive",
        ),
        (
            "onrecord backfill --from 2021-11-01 --to 2021-11-30 --engine ray",
            "over the machines of a Ray cluster",
        ),
    ),
    "extract": (
        ("onrecord extract seeds/sample/seed_article.txt --published 2021-12-01", "a table to read"),
        ("onrecord extract page.html --format html > seen.html", "the article with its statements marked"),
        ("onrecord extract https://example.org/news/1 --format jsonl", "one statement a line, with offsets"),
        ("cat notes.txt | onrecord extract - --text", "any text, taken as it is"),
    ),
    "clean": (
        ("onrecord clean page.html", "headline, authors, date and paragraphs"),
        ("onrecord clean pages/one.html pages/two.html --format jsonl", "several, one a line"),
    ),
    "evaluate": (
        ("onrecord evaluate tests/eval/gold", "the project's own gold set"),
        ("onrecord evaluate tests/eval/gold --format json", "the same for a machine"),
    ),
    "sql": (
        ("onrecord sql", "a shell; `.help` in it says more"),
        ("onrecord sql .tables", "every table, and what one row of it is"),
        ('onrecord sql ".columns fct_statement"', "its columns, and what they mean"),
        ('onrecord sql "select * from actors_weekly limit 5"', "one answer"),
        ('onrecord sql "select * from fct_statement" --format csv > statements.csv', "for a spreadsheet"),
    ),
    "report": (
        ("onrecord report", "the newest day; says where the pages are"),
        ("onrecord report --date 2021-12-01", "as of another day"),
    ),
    "doctor": (("onrecord doctor", "each line ends with the mend"),),
    "feeds check": (
        ("onrecord feeds check", "one line a feed, those that fail with their reason"),
        ("onrecord feeds check --format csv > feeds_today.csv", "the same for a spreadsheet"),
    ),
    "feeds add": (
        ("onrecord feeds add https://www.example.org/", "finds the site's feeds, adds the first"),
        ("onrecord feeds add https://www.example.org/world/rss.xml", "adds this one"),
    ),
}
"""Examples of each command: what to type, and what it gives. The help, the docs and their tests read them."""


def examples(command: str) -> str:
    """The examples of a command, as the end of its help."""
    lines = ["[bold]Examples[/bold]"]
    for line, gives in EXAMPLES[command]:
        lines.append(f"  [cyan]{escape(line)}[/cyan]")
        lines.append(f"    [dim]{escape(gives)}[/dim]")
    return "\n".join(lines)
