"""What MkDocs does beyond its own: generated pages, pages from elsewhere in the repository, dbt's docs.

Belongs here: which files are pages, and links between them. Does not: what reference pages say
(``reference.py``).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from reference import PAGES

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "seeds/README.md": "seeds/index.md",
    "seeds/actors.md": "seeds/actors.md",
    "seeds/sample/README.md": "seeds/sample.md",
    "pipeline/models/README.md": "model_card.md",
}
"""Pages that lie where people look for them in the repository, and their place in the site."""
EXAMPLES = ROOT / "docs" / "examples"
DBT_PAGE = "dbt/index.html"
_LINK = re.compile(r"(!?\[[^\]]*\])\(([^)#:\s]+)(#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Keep where pages of other folders come from, for links; pages without a line in the menu get one."""
    config.extra["origins"] = {place: source for source, place in ELSEWHERE.items()}
    docs = Path(config.docs_dir)
    pages = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    rest = sorted(pages - set(_leaves(config.nav)))
    if rest and config.nav is not None:
        config.nav.append({"Further": rest})
    return config


def _leaves(nav: Any) -> Iterator[str]:
    """Every page that a menu names."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        for below in nav.values():
            yield from _leaves(below)
    elif isinstance(nav, list):
        for below in nav:
            yield from _leaves(below)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, those from elsewhere, the examples and dbt's docs."""
    for place, make in PAGES.items():
        files.append(File.generated(config, place, content=make()))
    for source, place in ELSEWHERE.items():
        files.append(File.generated(config, place, content=(ROOT / source).read_text(encoding="utf-8")))
    for script in sorted(EXAMPLES.glob("*.py")):
        place = f"examples/{script.stem}.md"
        text = notebook_page(script.read_text(encoding="utf-8"), script.relative_to(ROOT))
        config.extra["origins"][place] = script.relative_to(ROOT).as_posix()
        files.append(File.generated(config, place, content=text))
    files.append(File.generated(config, DBT_PAGE, content=dbt_docs()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links as they are in the repository become links of the site; what is not in the site loses its link."""
    place = page.file.src_uri
    origin = PurePosixPath(config.extra["origins"].get(place, f"docs/{place}"))
    if place.startswith("reference/"):
        return markdown

    def mend(match: re.Match[str]) -> str:
        label, target, anchor = match[1], match[2], match[3] or ""
        there = _normal(origin.parent / target)
        if not (ROOT / there).exists() and files.get_file_from_path(_in_site(there)) is None:
            return match[0]  # broken in the repository too: the strict build says so
        goal = _in_site(there)
        if files.get_file_from_path(goal) is None:
            return f"{label[1:-1]} (`{there}`)"
        return f"{label}({_relative(goal, place)}{anchor})"

    return _LINK.sub(mend, markdown)


def _normal(path: PurePosixPath) -> str:
    return Path(os.path.normpath(path)).as_posix()


def _in_site(there: str) -> str:
    """Where a file of the repository stands in the site."""
    if there in ELSEWHERE:
        return ELSEWHERE[there]
    inside = there.removeprefix("docs/")
    return f"{inside.removesuffix('.py')}.md" if inside.startswith("examples/") else inside


def _relative(goal: str, place: str) -> str:
    return Path(os.path.relpath(goal, PurePosixPath(place).parent)).as_posix()


def notebook_page(script: str, path: Path) -> str:
    """A script in percent cells as a page: Markdown cells as text, code cells as code."""
    parts: list[str] = []
    for cell in re.split(r"^# %%", script, flags=re.M)[1:]:
        kind, _, body = cell.partition("\n")
        if "[markdown]" in kind:
            parts.append(
                "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.strip().splitlines())
            )
        elif body.strip():
            parts.append(f"```python\n{body.strip()}\n```")
    parts.append(f"This page is the script `{path.as_posix()}`; a test runs it on the sample's publication.")
    return "\n\n".join(parts) + "\n"


def dbt_docs() -> str:
    """The docs that dbt makes of the warehouse, as one page, made without a warehouse and without the network.

    Raises:
        PluginError: dbt failed; its last words say why.
    """
    with tempfile.TemporaryDirectory(prefix="dbt-docs-") as temporary:
        target, project = Path(temporary), ROOT / "dbt_project"
        places = ["--project-dir", str(project), "--profiles-dir", str(project), "--quiet"]
        places += ["--target-path", str(target / "target"), "--log-path", str(target / "logs")]
        # Compiling would ask the warehouse; descriptions, types and the graph need none.
        for command in (["parse"], ["docs", "generate", "--static", "--empty-catalog", "--no-compile"]):
            done = subprocess.run(
                [str(Path(sys.executable).parent / "dbt"), *command, *places],
                env=os.environ | {"ONRECORD_DATA_DIR": str(target)},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise PluginError(f"dbt {' '.join(command)} failed: {(done.stdout + done.stderr)[-1000:]}")
        page = target / "target" / "static_index.html"
        return page.read_text(encoding="utf-8").replace(str(ROOT), ".").replace(temporary, ".")
