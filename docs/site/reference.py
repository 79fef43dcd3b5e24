"""Reference pages made from what they describe: commands, settings, lake tables, published tables, rejects.

Belongs here: turning the code's and dbt's own descriptions into Markdown. Does not: any description.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import typer
import yaml

from pipeline.cli import app
from pipeline.commands.options import EXAMPLES
from pipeline.records import REASONS
from pipeline.resources.publish_tables import TABLES as PUBLISHED
from pipeline.resources.publish_views import VIEWS
from pipeline.schemas import TABLES as LAKE
from pipeline.settings import PROJECT_DIR, Settings

_KINDS = {Path: "path", str: "text", int: "whole number", float: "number", bool: "True or False"}
_LIMITS = (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than"))
MARTS = PROJECT_DIR / "dbt_project" / "models" / "marts"


def commands_page() -> str:
    """Every command with its arguments, options and examples."""
    root = typer.main.get_command(app)
    parts = [
        "# Commands",
        "`onrecord` without arguments says where things stand and the three next things to do. Every command takes "
        "`--help`, and `--debug`, which shows the traceback of an error.",
        "Exit codes: 0 done, 1 done with rejected items (their counts are printed), 2 wrong usage or settings, "
        "3 failed.",
        "`onrecord --install-completion` teaches the shell to complete commands, options, formats and days.",
    ]
    for name, command in _walk(root):
        parts += _command(name, command)
    return _page(parts)


def _walk(group: Any, above: str = "") -> Iterable[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _walk(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


def _command(name: str, command: Any) -> list[str]:
    rows: list[Sequence[str]] = []
    for param in command.params:
        if param.name == "help":
            continue
        label = " ".join(param.opts) if param.param_type_name == "option" else param.metavar
        if param.param_type_name == "option" and param.metavar:
            label += f" {param.metavar}"
        default = param.default if isinstance(param.default, str) else ""
        rows.append((f"`{label}`", param.help or "", f"`{default}`" if default else _need(param)))
    lines = [f"## onrecord {name}", inspect.cleandoc(command.help or "")]
    lines.append(_table(("argument or option", "meaning", "default"), rows))
    shown = [f"{line}\n    # {gives}" for line, gives in EXAMPLES[name]]
    lines.append("```sh\n" + "\n".join(shown) + "\n```")
    return lines


def _need(param: Any) -> str:
    return "required" if param.required else ""


def settings_page() -> str:
    """Every setting, its type, default and meaning."""
    rows: list[Sequence[str]] = []
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, Path):
            default = default.relative_to(PROJECT_DIR)
        kind = _KINDS.get(field.annotation, str(field.annotation))
        limits = ", ".join(
            f"{words} {getattr(limit, sign)}"
            for limit in field.metadata
            for sign, words in _LIMITS
            if hasattr(limit, sign)
        )
        rows.append(
            (
                f"`ONRECORD_{name.upper()}`",
                f"{kind}{f' ({limits})' if limits else ''}",
                "(empty)" if default == "" else f"`{default}`",
                field.description or "",
            )
        )
    return _page(
        [
            "# Settings",
            "Each is an environment variable, read once when a process starts. A value that does not fit is "
            "named by every command, and by `onrecord doctor`.",
            _table(("variable", "type", "default", "meaning"), rows),
        ]
    )


def lake_page() -> str:
    """Every lake table with its grain, key and columns."""
    parts = [
        "# The lake's tables",
        "What each stage makes of each day: Parquet under `data/lake/<table>/partition_date=<day>/`. Analysts "
        "read the [published tables](published.md) instead. All times are UTC; `start` and `end` are half-open "
        "code-point offsets into `articles.text`.",
    ]
    for table in LAKE.values():
        rows = [
            (f"`{name}`", f"{column.dtype}", "yes" if column.nullable else "", column.meaning)
            for name, column in table.columns.items()
        ]
        parts += [
            f"## {table.name}",
            f"{table.grain} Unique in a partition: {_names(table.key)}.",
            _table(("column", "type", "null", "meaning"), rows),
        ]
    return _page(parts)


def published_page() -> str:
    """Every published table and view with its columns, from the marts' own descriptions."""
    parts = [
        "# The published tables",
        "What `data/published/` holds: the same tables in `onrecord.duckdb`, as Parquet and as CSV. "
        "[For analysts](../analysts.md) says what the numbers mean and has a query for each common question. "
        "Column descriptions also stand in the DuckDB file itself: `.columns fct_statement` in `onrecord sql`.",
    ]
    models = mart_models()
    for table in PUBLISHED:
        model = models[table.name]
        rows = [
            (
                f"`{column['name']}`",
                f"{column['data_type']}",
                "" if {"type": "not_null"} in column.get("constraints", []) else "yes",
                _link(column["name"], table.links) + column["description"],
            )
            for column in model["columns"]
        ]
        key = f" Key: {_names(table.key)}." if table.key else ""
        parts += [
            f"## {table.name}",
            f"{model['description'].strip()}{key}",
            _table(("column", "type", "null", "meaning"), rows),
        ]
    for view in VIEWS:
        parts += [
            f"## {view.name}",
            f"A view, in the DuckDB file only. {view.description}",
            _table(("column", "meaning"), [(f"`{name}`", meaning) for name, meaning in view.columns.items()]),
            f"```sql\n{inspect.cleandoc(view.sql)}\n```",
        ]
    return _page(parts)


def mart_models() -> dict[str, dict[str, Any]]:
    """The marts by name, as their yml files describe them."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(MARTS.glob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            found[model["name"]] = model
    return found


def _link(column: str, links: Iterable[tuple[str, str, str]]) -> str:
    return "".join(f"[{table}](#{table}): " for own, table, _ in links if own == column)


def rejects_page() -> str:
    """Every reason for which a thing is rejected."""
    return _page(
        [
            "# Reject reasons",
            "Nothing is dropped in silence: what cannot be processed is a row of `rejects`, with one of these codes.",
            _table(("reason_code", "meaning"), [(f"`{code}`", meaning) for code, meaning in REASONS.items()]),
        ]
    )


PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands_page,
    "reference/settings.md": settings_page,
    "reference/published.md": published_page,
    "reference/lake.md": lake_page,
    "reference/rejects.md": rejects_page,
}
"""Generated pages by their place in the site."""


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(_cell(cell) for cell in cells) + " |"

    return "\n".join([line(head), line(["---"] * len(head)), *map(line, rows)])


def _cell(text: str) -> str:
    """One line, its bars escaped where they are not code (there they need no escape, and would show it)."""
    parts = " ".join(text.split()).split("`")
    return "`".join(part if number % 2 else part.replace("|", "\\|") for number, part in enumerate(parts))


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"
