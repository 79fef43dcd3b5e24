"""What the docs' build does beyond MkDocs: menu, links, examples as pages."""

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

SITE = Path(__file__).parents[2] / "docs" / "site"


@pytest.fixture(scope="module")
def hooks() -> Any:
    sys.path.insert(0, str(SITE))
    try:
        yield importlib.import_module("hooks")
    finally:
        sys.path.remove(str(SITE))


def mended(hooks, markdown: str, place: str, *, pages: tuple[str, ...]) -> str:
    origins = {place: source for source, place in hooks.ELSEWHERE.items()}
    return hooks.on_page_markdown(
        markdown,
        page=SimpleNamespace(file=SimpleNamespace(src_uri=place)),
        config=SimpleNamespace(extra={"origins": origins}),
        files=SimpleNamespace(get_file_from_path=lambda path: path if path in pages else None),
    )


@pytest.mark.parametrize(
    ("place", "link", "becomes"),
    [
        ("index.md", "[a](docs/analysts.md)", "[a](analysts.md)"),
        ("index.md", "[a](docs/analysts.md#questions)", "[a](analysts.md#questions)"),
        ("index.md", "![a](docs/img/superset.png)", "![a](img/superset.png)"),
        ("analysts.md", "[a](../README.md)", "[a](index.md)"),
        ("analysts.md", "[a](../seeds/actors.md)", "[a](seeds/actors.md)"),
        ("seeds/actors.md", "[a](../docs/analysts.md)", "[a](../analysts.md)"),
        ("analysts.md", "[a](reference/settings.md)", "[a](reference/settings.md)"),
        ("analysts.md", "[the lock](../requirements.lock)", "the lock (`requirements.lock`)"),
        ("analysts.md", "[a](no_such_page.md)", "[a](no_such_page.md)"),
        ("analysts.md", "[a](https://example.org/x)", "[a](https://example.org/x)"),
    ],
)
def test_links_become_links_of_the_site(hooks, place, link, becomes):
    pages = ("index.md", "analysts.md", "img/superset.png", "seeds/actors.md", "reference/settings.md")
    assert mended(hooks, link, place, pages=pages) == becomes


def test_a_page_without_a_line_in_the_menu_gets_one(hooks, tmp_path):
    for name in ("a.md", "b.md", "deep/c.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("# x\n", encoding="utf-8")
    config = SimpleNamespace(docs_dir=str(tmp_path), nav=["a.md", {"S": [{"T": "made.md"}]}], extra={})
    assert hooks.on_config(config).nav[-1] == {"Further": ["b.md", "deep/c.md"]}


def test_cells_of_a_script_become_text_and_code(hooks):
    script = "# preamble\n\n# %% [markdown]\n# # Title\n#\n# Words.\n\n# %%\nprint(1)\n\n# %%\n"
    page = hooks.notebook_page(script, Path("docs/examples/x.py"))
    assert page.startswith("# Title\n\nWords.\n\n```python\nprint(1)\n```\n")
    assert "preamble" not in page
    assert "docs/examples/x.py" in page
