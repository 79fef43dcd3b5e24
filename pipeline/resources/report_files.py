"""The report's files, written into a publication's folder.

Belongs here: reading the tables and texts, writing files, taking over Vega's scripts. Does not: figures and
pages (``pipeline.report``), queries (``report_tables``), the swap (``publication``, ``report_site``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipeline.resources.publish_swap import current, link_or_copy

REPORT = "report"
INDEX = "index.html"


def build_report(folder: Path, *, day: dt.date | None = None) -> Path:
    """Write ``report/`` into a publication's folder, from its own data; returns its ``index.html``.

    Args:
        folder: An unfinished publication in its data folder; its data files are there, its report is not.
        day: The report's day; the newest with articles if not given.
    """
    # Importing Altair takes a second, which commands that only read a publication need not wait for.
    from pipeline.report.charts import script_name
    from pipeline.report.site import build_site, draft
    from pipeline.resources.report_tables import newest_day, read_tables, read_texts

    last = day or newest_day(folder) or dt.datetime.now(dt.UTC).date()
    plan = draft(read_tables(folder, last))
    target = folder / REPORT
    (target / "assets").mkdir(parents=True)
    (target / "data").mkdir()
    vega = target / "assets" / script_name()
    _write_vega(vega, current(folder.parent))
    files = build_site(plan, read_texts(folder, plan.article_ids), vega_bytes=vega.stat().st_size)
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return target / INDEX


def _write_vega(path: Path, before: Path | None) -> None:
    """Vega's scripts, taken over from the report before where it has the same: making them takes seconds."""
    from pipeline.report.charts import vega_script

    known = before / REPORT / "assets" / path.name if before else None
    if known and known.is_file() and known.stat().st_size:
        link_or_copy(known, path)
    else:
        path.write_text(vega_script(), encoding="utf-8", newline="\n")
