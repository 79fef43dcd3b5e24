"""Sections of ``docs/benchmarks.md``: each benchmark replaces its own and leaves the others alone."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Ratios are of medians in one run, side by side; seconds belong to the machine named with them. `make bench` makes
this page; each section can be made by itself with the command under its title.
"""


def machine() -> str:
    """The machine in one line."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        model = re.findall(r"^model name\s*:\s*(.+)$", text, re.M)[0]
    except (OSError, IndexError):
        model = platform.processor() or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {model}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, load {load:.1f} at the end"
    )


def put(name: str, title: str, command: str, text: str, *, page: Path = PAGE) -> None:
    """Write or replace a section."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    block = f"{begin}\n## {title}\n\n`{command}` · {machine()}\n\n{text.strip()}\n{end}"
    old = page.read_text(encoding="utf-8") if page.exists() else HEAD
    pattern = re.compile(rf"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    new = pattern.sub(lambda _: block, old) if pattern.search(old) else f"{old.rstrip()}\n\n{block}"
    page.parent.mkdir(exist_ok=True)
    page.write_text(new.rstrip() + "\n", encoding="utf-8")


def table(header: list[str], rows: list[list[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    return "\n".join([*lines, *("| " + " | ".join(str(c) for c in row) + " |" for row in rows)])
