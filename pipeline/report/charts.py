"""Charts as Vega-Lite specifications, drawn by Altair.

Belongs here: what is drawn and how. Does not: numbers (``figures``, ``stories``) or the script that draws them.
Colours are names of the stylesheet's variables, so that a chart follows light, dark and print by itself.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from typing import Any

import altair as alt
import polars as pl
import vl_convert

from pipeline.report.shards import script
from pipeline.report.stories import Peak

_SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
_TYPES = ("direct", "mixed", "indirect")
_WIDE_LABEL = 150
_LABEL_ROOM = 18
"""Right of the last tick: half of its label."""
_HOURS = (0, 1, 3, 6, 12, 24, 48, 96, 168, 336, 720)


@lru_cache(maxsize=1)
def vega_script() -> str:
    """Vega, Vega-Lite and Vega-Embed in one file that needs no network; packed, it has less than half its size."""
    return script("vega", vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))


def script_name() -> str:
    """File name of ``vega_script``: the same for the same script."""
    return f"vega-{version('vl-convert-python')}.js"


def days_chart(days: pl.DataFrame, peaks: list[Peak]) -> dict[str, Any]:
    """Statements of each day by type; peaks carry the number of their story."""
    long = days.unpivot(list(_TYPES), index="statement_date", variable_name="kind", value_name="n")
    rows = [{"day": str(d), "kind": k, "n": n, "order": _TYPES.index(k)} for d, k, n in long.rows()]
    # Days as bands: a label stands under its bar, and no reader's time zone moves it.
    x = alt.X("utcyearmonthdate(day):O", title=None)
    x = x.axis(format="%-d %b", labelOverlap="greedy", labelAngle=0, labelSeparation=14, ticks=False)
    bars = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("sum(n):Q", title=None).axis(tickCount=5, tickMinStep=1, domain=False),
            color=alt.Color("kind:N", title=None).scale(
                domain=list(_TYPES), range=[f"var(--{kind})" for kind in _TYPES]
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("utcyearmonthdate(day):O", title="day", format="%-d %B %Y"),
                alt.Tooltip("kind:N", title="type"),
                alt.Tooltip("sum(n):Q", title="statements"),
            ],
        )
    )
    labels = [{"day": str(p.day), "n": p.statements, "label": str(i)} for i, p in enumerate(peaks, 1)]
    marks = (
        alt.Chart(alt.Data(values=labels))
        .mark_text(dy=-9, fontSize=13, fontWeight="bold", color="var(--accent)")
        .encode(x=x, y=alt.Y("n:Q"), text="label:N")
    )
    return _spec(alt.layer(bars, marks), height=230)


def outlets_chart(outlets: pl.DataFrame) -> dict[str, Any]:
    """Share of unnamed speakers and of direct quotation, an outlet a row."""
    kinds = {"unnamed_share": "unnamed", "direct_share": "direct"}
    rows = [
        {"outlet": row["outlet_name"], "what": label, "share": row[column], "of": row["statements"]}
        for row in outlets.iter_rows(named=True)
        for column, label in kinds.items()
        if row[column] is not None
    ]
    names = list(dict.fromkeys(row["outlet"] for row in rows))
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("outlet:N", sort=names, title=None).axis(
            labelLimit=_WIDE_LABEL, labelPadding=10, domain=False, ticks=False, grid=True
        )
    )
    points = base.mark_point(size=90, filled=True, opacity=1).encode(
        x=alt.X("share:Q", title=None).axis(format="%", tickCount=5, domain=False).scale(zero=True),
        color=alt.Color("what:N", title=None).scale(
            domain=list(kinds.values()), range=["var(--accent)", "var(--direct)"]
        ),
        shape=alt.Shape("what:N", title=None).scale(domain=list(kinds.values()), range=["circle", "diamond"]),
        tooltip=[
            alt.Tooltip("outlet:N"),
            alt.Tooltip("what:N"),
            alt.Tooltip("share:Q", format=".0%"),
            alt.Tooltip("of:Q", title="of statements"),
        ],
    )
    return _spec(points, height=26 * len(names))


def spread_chart(families: list[dict[str, Any]]) -> dict[str, Any]:
    """Each quotation a line through time: a dot for each article, counted in hours from the first."""
    rows = [
        {
            "quotation": f"{number}. {family['actor_name'] or 'not resolved'}",
            "hours": round(report["hours"] or 0.0, 2),
            "outlet": report["outlet_name"],
            "headline": report["headline"] or "",
        }
        for number, family in enumerate(families, 1)
        for report in family["reports"]
    ]
    names = list(dict.fromkeys(row["quotation"] for row in rows))
    y = alt.Y("quotation:N", sort=names, title=None).axis(
        labelLimit=_WIDE_LABEL, domain=False, ticks=False, grid=False, labelPadding=12
    )
    # Most copies follow within hours, some after weeks: a scale on which both have room.
    last = max((row["hours"] for row in rows), default=0.0)
    ticks = [hours for hours in _HOURS if hours <= last]
    x = alt.X("hours:Q", title="hours after the first report")
    x = x.axis(values=ticks, domain=False, labelOverlap="greedy").scale(type="symlog", nice=False)
    base = alt.Chart(alt.Data(values=rows))
    lines = base.mark_line(color="var(--rule)", strokeWidth=2).encode(x=x, y=y, detail="quotation:N")
    dots = base.mark_point(size=70, filled=True, color="var(--accent)", opacity=0.85).encode(
        x=x, y=y, tooltip=["outlet:N", "hours:Q", "headline:N"]
    )
    return _spec(alt.layer(lines, dots), height=24 * len(names))


def _spec(chart: Any, *, height: int) -> dict[str, Any]:
    """The chart as a specification that fills its place and takes its colours from the page."""
    made = chart.properties(width="container", height=height, background="transparent", autosize="fit-x")
    made = made.properties(padding={"left": 0, "top": 5, "right": _LABEL_ROOM, "bottom": 5})
    axis = {
        "aria": False,
        "labelFlush": False,
        "labelFont": _SANS,
        "titleFont": _SANS,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": "var(--muted)",
        "titleColor": "var(--muted)",
        "gridColor": "var(--rule)",
        "tickColor": "var(--rule)",
        "domainColor": "var(--rule)",
    }
    legend = {
        "orient": "top",
        "labelFont": _SANS,
        "labelFontSize": 12,
        "labelColor": "var(--ink)",
        "offset": 4,
    }
    config = {
        "view": {"stroke": None},
        "axis": axis,
        # The page describes the whole chart in words; what Vega would say of its parts is noise.
        "legend": legend | {"aria": False},
        "mark": {"aria": False},
        "text": {"font": _SANS},
        "font": _SANS,
    }
    spec: dict[str, Any] = made.to_dict()
    return spec | {"config": config}
