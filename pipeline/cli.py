"""The command line: ``onrecord``.

Belongs here: arguments, exit codes, one-line errors. Does not: any work of its own. Dagster and dbt are
imported only by the commands that run the pipeline, for their import takes seconds.

Exit codes: 0 done, 1 done with rejected items, 2 wrong usage or settings, 3 failed.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pydantic
import typer
from rich.console import Console
from typer.exceptions import TyperException

from pipeline.settings import Settings, get_settings
from pipeline.terminal import fail, flat, frame_table, plain, statements_table

DONE, WITH_REJECTS, USAGE, FAILED = 0, 1, 2, 3

app = typer.Typer(
    name="onrecord",
    help="Who said what, when: news articles in, a statement warehouse out.",
    no_args_is_help=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
feeds_app = typer.Typer(help="The feeds of seeds/feeds.csv.", no_args_is_help=True)
app.add_typer(feeds_app, name="feeds")
out = Console(highlight=False)

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder for everything made at run time.", show_default="data/"),
]
Day = Annotated[str | None, typer.Option("--date", help="A day, YYYY-MM-DD.")]


class UsageProblem(Exception):
    """Wrong arguments or settings: exit code 2."""


class Failure(Exception):
    """The work failed: exit code 3."""


def _settings(data_dir: Path | None = None) -> Settings:
    try:
        settings = get_settings()
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        name = "ONRECORD_" + "_".join(str(p) for p in first["loc"]).upper()
        raise UsageProblem(f"{name}: {first['msg']}; mend that environment variable") from error
    return settings.model_copy(update={"data_dir": data_dir.absolute()}) if data_dir else settings


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageProblem(f"{text!r} is no date; write it as YYYY-MM-DD") from error


@app.callback()
def start(ctx: typer.Context) -> None:
    """Who said what, when."""
    if ctx.invoked_subcommand is None:
        out.print(
            "onrecord: who said what, when.\n\n"
            "  onrecord run --input seeds/sample    the whole pipeline on the bundled articles\n"
            "  onrecord extract FILE                who says what in one article\n"
            "  onrecord sql                         query what was published\n\n"
            "onrecord --help lists every command."
        )


@app.command()
def run(
    date: Day = None,
    inputs: Annotated[
        list[Path] | None,
        typer.Option("--input", help="Folder, file, list of addresses or WARC file; again for more."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Collect, clean, extract, load and publish.

    Without --input, polls the feeds for today; a past --date is made again from its stored pages.

    Examples: `onrecord run --input seeds/sample` · `onrecord run --date 2021-12-01`
    """
    from pipeline.running import run_pipeline

    settings = _settings(data_dir)
    rejected = run_pipeline(settings, day=_date(date), inputs=inputs or [], console=out)
    raise typer.Exit(WITH_REJECTS if rejected else DONE)


@app.command()
def backfill(
    first: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", help="Last day, YYYY-MM-DD.")],
    inputs: Annotated[list[Path] | None, typer.Option("--input", help="Where pages come from.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Make many days again, from their stored pages or from inputs; restartable.

    Example: `onrecord backfill --from 2021-11-30 --to 2021-12-02`
    """
    begin, end = _date(first), _date(last)
    if begin is None or end is None or begin > end:
        raise UsageProblem(f"--from {first} is after --to {last}; turn them round")
    from pipeline.running import run_backfill

    rejected = run_backfill(_settings(data_dir), begin, end, inputs=inputs or [], console=out)
    raise typer.Exit(WITH_REJECTS if rejected else DONE)


@app.command()
def extract(
    documents: Annotated[list[str], typer.Argument(help="Files, addresses, or - for standard input.")],
    format: Annotated[str, typer.Option("--format", help="table, jsonl or html.")] = "table",
    published: Annotated[
        str | None, typer.Option("--published", help="Day the article appeared, YYYY-MM-DD.")
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Take the file as the text; offsets are into it.")
    ] = False,
) -> None:
    """Who says what in single documents, at once, without the warehouse.

    Example: `onrecord extract seeds/sample/seed_article.txt --published 2021-12-01`
    """
    from pipeline.documents import extract_documents
    from pipeline.resources.model import Extractor

    if format not in ("table", "jsonl", "html"):
        raise UsageProblem(f"--format {format!r} is unknown; use table, jsonl or html")
    settings = _settings()
    problems = 0
    for one in extract_documents(
        documents,
        settings=settings,
        extractor=Extractor(settings.seeds_dir),
        published=_date(published),
        as_is=text,
    ):
        if one.problem:
            fail(one.problem)
            problems += 1
        else:
            _show_extracted(one, format)
    if problems == len(documents):
        raise typer.Exit(FAILED)
    raise typer.Exit(WITH_REJECTS if problems else DONE)


def _show_extracted(one: Any, format: str) -> None:
    if format == "jsonl":
        for line in one.statements:
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    title = one.article["headline"][0] or one.name
    if format == "html":
        from pipeline.report.highlight import highlight

        sys.stdout.write(highlight(one.article["text"][0], one.statements, title=title))
        return
    out.print(statements_table(one.statements, title=f"{title} — {len(one.statements)} statements"))


@app.command()
def clean(
    documents: Annotated[list[str], typer.Argument(help="Files, addresses, or - for standard input.")],
    format: Annotated[str, typer.Option("--format", help="table or jsonl.")] = "table",
) -> None:
    """What cleaning makes of single pages.

    Example: `onrecord clean page.html --format jsonl`
    """
    from pipeline.documents import DocumentError, cleaned_line, load_document
    from pipeline.resources.collector import Collector

    if format not in ("table", "jsonl"):
        raise UsageProblem(f"--format {format!r} is unknown; use table or jsonl")
    settings = _settings()
    outlets = Collector(settings).outlets
    problems = 0
    for name in documents:
        try:
            line = cleaned_line(load_document(name, settings), settings, outlets)
        except DocumentError as error:
            fail(str(error))
            problems += 1
            continue
        problems += line["rejected"] is not None
        _show_cleaned(line, format)
    raise typer.Exit(FAILED if problems == len(documents) else WITH_REJECTS if problems else DONE)


def _show_cleaned(line: dict[str, Any], format: str) -> None:
    if format == "jsonl":
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    for key, value in line.items():
        if key != "text" and value:
            out.print(f"{key:<13} {plain(str(value))}", markup=False)
    if line["text"]:
        out.print()
        for paragraph in line["text"].split("\n"):
            out.print(plain(paragraph), markup=False)


@app.command()
def evaluate(
    gold: Annotated[Path, typer.Argument(help="Folder with NAME.txt beside NAME.ann or NAME.json.")],
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    model: Annotated[
        Path | None, typer.Option("--model", help="Another model folder than the shipped one.")
    ] = None,
) -> None:
    """Precision, recall and F1 of extraction against gold.

    Example: `onrecord evaluate tests/eval/gold`
    """
    from pipeline.evaluation import evaluate_folder, evaluation_tables

    if format not in ("table", "json"):
        raise UsageProblem(f"--format {format!r} is unknown; use table or json")
    try:
        result = evaluate_folder(gold, model)
    except FileNotFoundError as error:
        raise UsageProblem(str(error)) from error
    if format == "json":
        sys.stdout.write(json.dumps(result, indent=1) + "\n")
        return
    for table in evaluation_tables(result):
        out.print(table)


@app.command()
def sql(
    query: Annotated[str | None, typer.Argument(help="One SQL query; without it, a shell.")] = None,
    format: Annotated[str, typer.Option("--format", help="table, csv or jsonl.")] = "table",
    data_dir: DataDir = None,
) -> None:
    """Query the published file, read-only; works while a run is writing.

    Example: `onrecord sql "select * from actor_statements_daily limit 5"`
    """
    from pipeline.resources.publication import PublicationError, query_published

    settings = _settings(data_dir)
    if format not in ("table", "csv", "jsonl"):
        raise UsageProblem(f"--format {format!r} is unknown; use table, csv or jsonl")

    def ask(text: str) -> None:
        frame = query_published(settings.data_dir, text)
        if format == "csv":
            sys.stdout.write(flat(frame).write_csv())
        elif format == "jsonl":
            sys.stdout.write(frame.write_ndjson())
        else:
            out.print(frame_table(frame))

    if query is not None:
        try:
            ask(query)
        except PublicationError as error:
            raise Failure(str(error)) from error
        return
    _shell(ask, PublicationError)


def _shell(ask: Any, problem: type[Exception]) -> None:
    import readline  # noqa: F401  # importing it gives input() history and editing

    out.print("One query a line; empty line or Ctrl-D ends. `show tables` lists the tables.")
    while True:
        try:
            text = input("onrecord> ").strip()
        except (EOFError, KeyboardInterrupt):
            out.print()
            return
        if not text:
            return
        try:
            ask(text)
        except problem as error:
            fail(str(error))


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """What is wrong with this installation, and how to mend it."""
    from pipeline.diagnosis import diagnose

    checks = diagnose(_settings(data_dir))
    marks = {"ok": "[green]ok[/green]", "warning": "[yellow]warning[/yellow]", "wrong": "[red]wrong[/red]"}
    for check in checks:
        out.print(f"{marks[check.state]:<25} {check.name:<16} {check.detail}", soft_wrap=True)
    raise typer.Exit(FAILED if any(c.state == "wrong" for c in checks) else DONE)


@feeds_app.command("check")
def feeds_check(data_dir: DataDir = None) -> None:
    """Is each feed alive, how many entries, the newest, what would be collected."""
    from pipeline.resources.collector import Collector

    frame = Collector(_settings(data_dir)).check_feeds()
    out.print(frame_table(frame))
    raise typer.Exit(DONE if frame["alive"].all() else WITH_REJECTS)


@feeds_app.command("add")
def feeds_add(
    url: Annotated[str, typer.Argument(help="Home page or feed.")], data_dir: DataDir = None
) -> None:
    """Find the feeds of a home page and add the first to seeds/feeds.csv."""
    from pipeline.resources.collector import Collector

    added = Collector(_settings(data_dir)).add_feed(url)
    out.print(f"added {added['feed_id']}: {added['url']}", markup=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; errors are one line, ``--debug`` shows the traceback."""
    args = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in args
    if debug:
        args.remove("--debug")
    try:
        code = app(args, standalone_mode=False)
    except TyperException as error:
        where = getattr(getattr(error, "ctx", None), "command_path", "onrecord")
        fail(f"{getattr(error, 'format_message', error.__str__)()} (see `{where} --help`)")
        code = USAGE
    except UsageProblem as error:
        fail(str(error))
        code = USAGE
    except (KeyboardInterrupt, typer.Abort):
        fail("stopped; what is stored stands, run again to go on")
        code = FAILED
    except Exception as error:  # the last line of defence: one line, not a traceback
        if debug:
            raise
        code = _explain(error)
    sys.stdout.flush()
    sys.exit(code if isinstance(code, int) else DONE)


def _explain(error: Exception) -> int:
    """One line for any error, and its exit code."""
    from pipeline.resources.inputs import InputError

    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, InputError):
        fail(text)
        return USAGE
    known = type(error).__module__.startswith("pipeline.")
    fail(text if known else f"{text} ({type(error).__name__}; --debug shows where)")
    return FAILED


if __name__ == "__main__":
    main()
