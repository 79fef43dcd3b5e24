"""A real browser, and a report of the sample to open in it, from disk and without network."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from viewports import DESKTOP

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = next(
    (p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """Headless Chromium, one a module: while it is open, Playwright's event loop would be in other tests' way."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@dataclass
class Reader:
    """A person with a browser: opens files, and notes what went wrong."""

    context: object
    root: Path
    page: object = None
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, name: str):
        """Open a page of the report, with its query or fragment."""
        if self.page is not None:
            self.page.close()
        self.page = self.context.new_page()
        self.page.on(
            "console", lambda m: self.problems.append(m.text) if m.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda e: self.problems.append(str(e)))
        self.page.on("dialog", lambda d: (self.problems.append(f"dialog {d.message}"), d.dismiss()))
        self.page.on("request", lambda r: self.requests.append(r.url))
        file, mark, rest = name.partition("#") if "#" in name else name.partition("?")
        self.page.goto((self.root / file).as_uri() + mark + rest)
        self.page.wait_for_load_state("load")
        for _ in range(self.page.locator("figure[data-chart]").count()):
            self.page.wait_for_selector("figure[data-chart] svg")
        return self.page


@pytest.fixture
def read(browser) -> Iterator:
    """``read(folder, width, scheme)``: a reader of a report; on leaving, nothing may have gone wrong."""
    readers: list[Reader] = []

    def start(root: Path, viewport: dict | None = None, scheme: str = "light", **options) -> Reader:
        context = browser.new_context(viewport=viewport or DESKTOP, color_scheme=scheme, **options)
        readers.append(Reader(context, root.resolve()))
        return readers[-1]

    yield start
    for reader in readers:
        reader.context.close()
        assert not reader.problems
        assert all(url.startswith(("file:", "data:", "blob:")) for url in reader.requests), reader.requests
