"""Metadata that an operator reads: previews, a small plot, links.

Belongs here: how numbers and rows look in the Dagster UI. Does not: counting (``stage.py``).
"""

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from pipeline.settings import Settings

PREVIEW_ROWS = 5
PLOT_DAYS = 30
SHOWN_REJECTS = 10
_BARS = "▁▂▃▄▅▆▇█"
_PREVIEW_WIDTH = 60
_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|!#~"})
"""Cells come from web pages: nothing in them may become a link, an image or markup."""


def preview_markdown(frame: pl.DataFrame | None) -> str:
    """A few rows as a Markdown table, long cells cut; "no rows" for none."""
    if frame is None or not frame.height:
        return "no rows"
    shown = frame.select(c for c, dtype in frame.schema.items() if dtype != pl.List(pl.UInt32))
    return preview_rows(shown, PREVIEW_ROWS)


def preview_rows(frame: pl.DataFrame, rows: int) -> str:
    """The first rows of a frame as a Markdown table."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + " --- |" * frame.width]
    lines += ["| " + " | ".join(_cell(v) for v in row) + " |" for row in frame.head(rows).iter_rows()]
    return "\n".join(lines)


def _cell(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    cut = text if len(text) <= _PREVIEW_WIDTH else text[:_PREVIEW_WIDTH] + "…"
    return cut.translate(_SPECIAL)


def counts_markdown(rows_in: int, rows_out: int, reasons: Mapping[str, int]) -> str:
    """Counts in, out and rejected by reason as a Markdown table."""
    lines = ["| | rows |", "| --- | ---: |", f"| in | {rows_in} |", f"| out | {rows_out} |"]
    lines += [f"| rejected: {code.translate(_SPECIAL)} | {n} |" for code, n in sorted(reasons.items())]
    return "\n".join(lines if reasons else [*lines, "| rejected | 0 |"])


def reasons_markdown(reasons: Mapping[str, int]) -> str:
    """Rejects by reason as a Markdown table; "none" for none."""
    lines = [f"| {code.translate(_SPECIAL)} | {n} |" for code, n in sorted(reasons.items())]
    return "\n".join(["| reason | rows |", "| --- | ---: |", *lines]) if lines else "none"


def rejects_markdown(rejects: pl.DataFrame) -> str:
    """The first rejects of a run, and where all of them are."""
    if not rejects.height:
        return "none"
    table = preview_rows(rejects.select("partition_date", "reason_code", "document", "detail"), SHOWN_REJECTS)
    more = "" if rejects.height <= SHOWN_REJECTS else f"\n\n{rejects.height - SHOWN_REJECTS} more."
    return f"{table}{more}\n\nAll: [asset lake / rejects](/assets/lake/rejects), table `rejects`."


def sparkline(counts: Mapping[dt.date, int], last: dt.date) -> str:
    """Rows a day over the 30 days up to ``last`` in one line; a dot is a day without a partition."""
    days = [last - dt.timedelta(days=n) for n in range(PLOT_DAYS - 1, -1, -1)]
    most = max((counts.get(day, 0) for day in days), default=0) or 1
    line = "".join(_BARS[counts[d] * (len(_BARS) - 1) // most] if d in counts else "·" for d in days)
    return f"{line}  (0 to {most}; last {counts.get(last, 0)})"


def plot_markdown(counts: Mapping[dt.date, int], last: dt.date, what: str) -> str:
    """Rows a day over the 30 days up to ``last``, as a PNG inside Markdown.

    The specification goes to the renderer as it is: a charting library in between takes two seconds
    to import and adds nothing here.
    """
    import vl_convert  # an embedded script engine: loaded only by a process that draws

    days = [last - dt.timedelta(days=n) for n in range(PLOT_DAYS - 1, -1, -1)]
    values = [
        {"day": day.isoformat(), "rows": counts.get(day, 0), "now": day == last, "made": day in counts}
        for day in days
    ]
    png = vl_convert.vegalite_to_png(_plot(values, what), scale=1)
    encoded = base64.b64encode(png).decode("ascii")
    return f"![{what} a day over 30 days](data:image/png;base64,{encoded})"


def _plot(values: Sequence[Mapping[str, object]], what: str) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 460,
        "height": 110,
        "background": "white",
        "title": {"text": f"{what} a day, last {PLOT_DAYS} days", "fontSize": 11, "anchor": "start"},
        "data": {"values": list(values)},
        "mark": {"type": "bar", "width": 11},
        "encoding": {
            "x": {
                "field": "day",
                "type": "temporal",
                "title": None,
                "axis": {"format": "%d %b", "tickCount": 8, "grid": False},
            },
            "y": {"field": "rows", "type": "quantitative", "title": None, "axis": {"tickCount": 4}},
            "color": {
                "condition": {"test": "datum.now", "value": "#1d4ed8"},
                "value": "#93b4f5",
            },
        },
    }


def links(settings: Settings) -> dict[str, dg.MetadataValue]:
    """Where the report and the rejects are."""
    report: dg.MetadataValue
    if settings.report_url:
        report = dg.MetadataValue.url(settings.report_url)
    else:
        report = dg.MetadataValue.path(Path(settings.data_dir / "published" / "report" / "index.html"))
    return {
        "report": report,
        "reject_list": dg.MetadataValue.md("[lake / rejects](/assets/lake/rejects)"),
    }
