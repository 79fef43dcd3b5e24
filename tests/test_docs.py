"""What is not described fails: every command, setting and lake column."""

import re
from pathlib import Path

import pytest

from pipeline.cli import app
from pipeline.records import REASONS
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = "\n".join(
    p.read_text(encoding="utf-8") for p in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
)
COMMANDS = ["feeds", *(c.name or c.callback.__name__ for c in app.registered_commands if c.callback)]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_described(name):
    assert re.search(rf"onrecord {name}\b", DOCS), f"describe `onrecord {name}` in README.md or docs/"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name):
    assert f"ONRECORD_{name.upper()}" in DOCS


@pytest.mark.parametrize("code", REASONS)
def test_every_reject_reason_is_described(code):
    assert f"`{code}`" in DOCS


def test_links_in_the_docs_point_to_files():
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
