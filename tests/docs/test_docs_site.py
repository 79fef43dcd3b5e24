"""The docs build strictly into a site that needs no network."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
LOADED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=\"?([^\s\">]+)", re.I)
"""What a page fetches; links to be followed are not among it."""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_there(site):
    for page in (
        *("index", "analysts", "operators", "bi", "contributors", "quality", "changelog", "model_card"),
        *("reference/commands", "reference/settings", "reference/published", "reference/lake"),
        *("seeds/index", "seeds/actors", "examples/who_speaks_in_their_own_words", "dbt/index"),
    ):
        assert (site / f"{page}.html").stat().st_size > 2000, page


def test_nothing_is_fetched_from_elsewhere(site):
    for page in site.rglob("*.html"):
        for address in LOADED.findall(page.read_text(encoding="utf-8")):
            assert not re.match(r"(https?:)?//", address), f"{page.relative_to(site)}: {address}"


def test_what_pages_load_is_in_the_site(site):
    for page in [p for p in site.rglob("*.html") if p.name != "404.html" and "dbt" not in p.parts]:
        for address in LOADED.findall(page.read_text(encoding="utf-8")):
            if not address.startswith(("data:", "#")):
                assert (page.parent / address.split("#")[0].split("?")[0]).exists(), f"{page.name}: {address}"


def test_dbts_docs_are_whole_and_name_no_folder_of_this_machine(site):
    text = (site / "dbt" / "index.html").read_text(encoding="utf-8")
    assert "model.onrecord.actor_statements_daily" in text
    assert "chance that content, speaker and actor are right" in text
    assert str(ROOT) not in text


def test_links_between_folders_are_turned(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    for target in ("analysts.html", "seeds/actors.html", "model_card.html", "changelog.html"):
        assert f'href="{target}"' in text
