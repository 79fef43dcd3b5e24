"""Commands that read single documents and gold: ``extract``, ``clean``, ``evaluate``.

Belongs here: their arguments and what they print. Does not: the reading (``pipeline.documents``,
``pipeline.evaluation``).
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.commands.options import (
    DONE,
    FAILED,
    WITH_REJECTS,
    Documents,
    UsageProblem,
    day_option,
    format_option,
    load_settings,
    out,
    waiting,
)
from pipeline.terminal import fail


def extract(
    documents: Documents,
    format: Annotated[str, format_option("table", "jsonl", "html")] = "table",
    published: Annotated[
        dt.date | None, day_option("--published", "Day the article appeared; dates in it count from there.")
    ] = None,
    text: Annotated[
        bool,
        typer.Option("--text", help="Take the file as the text, uncleaned; offsets are into it.", metavar=""),
    ] = False,
) -> None:
    """Who says what in single documents, at once, without the warehouse."""
    from pipeline.documents import extract_documents
    from pipeline.resources.model import Extractor

    settings = load_settings()
    problems = 0
    with waiting("loading the model and the known actors"):
        extractor = Extractor(settings.seeds_dir)
    found = extract_documents(
        documents, settings=settings, extractor=extractor, published=published, as_is=text
    )
    for name in documents:
        with waiting(f"reading {name}"):
            one = next(found)
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
    title = one.article["headline"][0] or ("standard input" if one.name == "-" else one.name)
    if format == "html":
        from pipeline.report.highlight import highlight

        sys.stdout.write(highlight(one.article["text"][0], one.statements, title=title))
        return
    from pipeline.commands.views import statements_view

    out.print(
        statements_view(one.statements, title=title, day=one.article["article_date"][0], width=out.width)
    )


def clean(
    documents: Documents,
    format: Annotated[str, format_option("table", "jsonl")] = "table",
) -> None:
    """What cleaning makes of single pages: headline, authors, date, language, paragraphs."""
    from pipeline.commands.views import article_view
    from pipeline.documents import DocumentError, cleaned_line, load_document
    from pipeline.resources.collector import Collector

    settings = load_settings()
    outlets = Collector(settings).outlets
    problems = 0
    for name in documents:
        try:
            with waiting(f"reading {name}"):
                line = cleaned_line(load_document(name, settings), settings, outlets)
        except DocumentError as error:
            fail(str(error))
            problems += 1
            continue
        problems += line["rejected"] is not None
        if format == "jsonl":
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        else:
            out.print(article_view(line, width=out.width))
    raise typer.Exit(FAILED if problems == len(documents) else WITH_REJECTS if problems else DONE)


def evaluate(
    gold: Annotated[
        Path, typer.Argument(help="Folder with NAME.txt beside NAME.ann or NAME.json.", metavar="GOLD_DIR")
    ],
    format: Annotated[str, format_option("table", "json")] = "table",
    model: Annotated[
        Path | None,
        typer.Option("--model", help="Another model folder than the shipped one.", metavar="FOLDER"),
    ] = None,
) -> None:
    """Precision, recall and F1 of extraction against texts that people annotated."""
    from pipeline.evaluation import evaluate_folder, evaluation_tables

    try:
        with waiting(f"reading the texts of {gold}"):
            result = evaluate_folder(gold, model)
    except FileNotFoundError as error:
        raise UsageProblem(str(error)) from error
    if format == "json":
        sys.stdout.write(json.dumps(result, indent=1) + "\n")
        return
    for table in evaluation_tables(result):
        out.print(table)
