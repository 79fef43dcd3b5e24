"""What is not described fails: every command, option, setting, table and column; every printed command is one."""

import importlib.util
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from pipeline.cli import app
from pipeline.commands.options import EXAMPLES
from pipeline.records import REASONS
from pipeline.resources.publish_tables import TABLES as PUBLISHED
from pipeline.resources.publish_views import VIEWS
from pipeline.schemas import TABLES as LAKE
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "seeds" / "README.md",
    ROOT / "seeds" / "actors.md",
]
DOCS = "\n".join(p.read_text(encoding="utf-8") for p in PAGES)


def reference():
    """The module that makes the reference pages; it lies with the docs, not in a package."""
    path = ROOT / "docs" / "site" / "reference.py"
    spec = importlib.util.spec_from_file_location("docs_reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


REFERENCE = reference()


def commands(group: Any = None, above: str = "") -> Iterator[tuple[str, Any]]:
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


COMMANDS = dict(commands())
PARAMS = [(name, p) for name, c in COMMANDS.items() for p in c.params if p.name != "help"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_described(name):
    assert re.search(rf"onrecord {name}\b", DOCS), f"describe `onrecord {name}` in README.md or docs/"
    assert COMMANDS[name].help
    assert f"## onrecord {name}\n" in REFERENCE.commands_page()


@pytest.mark.parametrize(("name", "param"), PARAMS, ids=lambda v: v if isinstance(v, str) else v.name)
def test_every_option_is_described(name, param):
    assert param.help, f"onrecord {name}: give {param.name} a help text"
    label = param.opts[0] if param.param_type_name == "option" else param.metavar
    section = REFERENCE.commands_page().split(f"## onrecord {name}\n")[1].split("\n## ")[0]
    assert f"`{label}" in section


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples(name):
    assert EXAMPLES[name], f"give onrecord {name} examples in pipeline/commands/options.py"
    assert set(EXAMPLES) == set(COMMANDS)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name):
    assert Settings.model_fields[name].description
    assert f"`ONRECORD_{name.upper()}`" in REFERENCE.settings_page()


def test_no_setting_is_described_that_does_not_exist():
    known = {f"ONRECORD_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\bONRECORD_[A-Z_]+[A-Z]\b", DOCS)) <= known


@pytest.mark.parametrize("code", REASONS)
def test_every_reject_reason_is_described(code):
    assert f"`{code}`" in DOCS
    assert f"`{code}`" in REFERENCE.rejects_page()


@pytest.mark.parametrize("table", LAKE.values(), ids=lambda t: t.name)
def test_every_lake_table_and_column_is_described(table):
    section = REFERENCE.lake_page().split(f"## {table.name}\n")[1].split("\n## ")[0]
    assert table.grain.startswith("One row per ")
    for name, column in table.columns.items():
        assert column.meaning
        assert f"| `{name}` |" in section


@pytest.mark.parametrize("table", PUBLISHED, ids=lambda t: t.name)
def test_every_published_table_and_column_is_described(table):
    model = REFERENCE.mart_models()[table.name]
    section = REFERENCE.published_page().split(f"## {table.name}\n")[1].split("\n## ")[0]
    assert model["description"].startswith("One row per ")
    for column in model["columns"]:
        assert column.get("description"), f"{table.name}.{column['name']}: describe it in its yml"
        assert column.get("data_type"), f"{table.name}.{column['name']}: give it a type"
        assert f"| `{column['name']}` |" in section
    for name in (table.name, *(v.name for v in VIEWS)):
        assert f"`{name}`" in DOCS


def test_no_mart_is_left_out_of_the_publication_and_its_docs():
    assert set(REFERENCE.mart_models()) == {table.name for table in PUBLISHED}


def test_links_in_the_docs_point_to_files():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if target.removeprefix("docs/").startswith("reference/"):
                assert target.removeprefix("docs/") in REFERENCE.PAGES, f"{page.name}: {target}"
            else:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


PLACEHOLDERS = {"D": "2021-12-01", "FOLDER": "seeds", "DATE": "2021-12-01"}


def printed_commands():
    """Every ``onrecord …`` line of code blocks, indented blocks and inline code, and of the examples."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
        lines = [line for block in blocks for line in block.splitlines()]
        lines += re.findall(r"^    (.+)$", text, re.M)
        lines += [" ".join(code.split()) for code in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)]
        for line in lines:
            for part in re.split(r"\s+\|\s+|;\s{2}|&&", line):
                found = re.match(r"\s*(?:\S*/)?onrecord(\s+.*|$)", part)
                if found and not re.match(r"\s*(?:\S+/)+onrecord\s*$", part):
                    yield page.name, re.split(r"\s{2,}|(?:^|\s+)[#>]\s?", found[1].strip())[0]
    for examples in EXAMPLES.values():
        for line, _ in examples:
            yield "EXAMPLES", re.split(r"\s+>\s", line.split("onrecord ", 1)[1])[0]


PRINTED = sorted(set(printed_commands()))


def test_commands_are_found_in_the_docs():
    assert len(PRINTED) > 40
    assert {"README.md", "analysts.md", "operators.md", "EXAMPLES"} <= {page for page, _ in PRINTED}


@pytest.mark.parametrize(("page", "line"), PRINTED, ids=lambda v: str(v)[:60])
def test_every_printed_command_is_accepted(page, line):
    words = [PLACEHOLDERS.get(word, word) for word in shlex.split(line)]
    words = [word for word in words if word not in ("…", "--debug")]
    if {"--help", "--version", "--install-completion"} & set(words):
        words = [word for word in words if not word.startswith("--")]
    command: Any = typer.main.get_command(app)
    context = command.make_context("onrecord", list(words))
    while words and hasattr(command, "commands"):
        name, command, words = command.resolve_command(context, words)
        if not words and " " not in line:
            return  # a command or a group of commands, named on its own
        if not words and hasattr(command, "commands"):
            return
        if "--help" not in line:
            context = command.make_context(name, list(words), parent=context)
