"""The report: joins figures, stories, cards and templates into the files of a static site.

Belongs here: which pages there are and what each is given. Does not: numbers, looks, reading or writing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.records import REASONS
from pipeline.report import cards, charts, figures, stories
from pipeline.report.environment import environment, static
from pipeline.report.shards import inline_json
from pipeline.report.tables import DAYS, ReportTables
from pipeline.report.voices import pack_voices

LIMIT = 2_900_000
"""Bytes of the whole report, Vega's scripts included."""
LISTED = 100
"""Actors that the list of actors shows without a search."""
OUTLETS = 20
"""Outlets of the open table; the others stand in a closed one."""
CHARTED = 12
_FEW_DAYS = 7
PAGES = {
    "index.html": "Today",
    "actors.html": "Actors",
    "pairs.html": "Who speaks of whom",
    "outlets.html": "Outlets",
    "quotations.html": "Quotations",
    "about.html": "How to read this",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A report whose articles' texts are still to be read.

    Attributes:
        tables: The window's frames.
        found: Statements that may be shown, best first.
    """

    tables: ReportTables
    found: pl.DataFrame

    @property
    def article_ids(self) -> list[str]:
        """Articles whose texts are needed."""
        return self.found["article_id"].unique().sort().to_list()


def draft(tables: ReportTables) -> Draft:
    """The first half: what is to be shown."""
    return Draft(tables, cards.candidates(tables))


def build_site(plan: Draft, texts: Mapping[str, str], *, vega_bytes: int) -> dict[str, str]:
    """The second half: every file but Vega's scripts, by path.

    Args:
        plan: From ``draft``.
        texts: Texts of its articles by id.
        vega_bytes: Size of Vega's scripts, which count against ``LIMIT``.

    Returns:
        Text by path; ``charts.script_name()`` under ``assets/`` is the caller's to write.
    """
    files = {"assets/report.css": static("report.css"), "assets/report.js": static("report.js")}
    common = _common(plan.tables)
    parts = {
        "index.html": _front(plan, texts),
        "actors.html": {"actors": figures.over_window(plan.tables).head(LISTED).rows(named=True)},
        "actor.html": {},
        "pairs.html": _pairs(plan.tables),
        "outlets.html": _outlets(plan.tables),
        "quotations.html": _quotations(plan.tables),
    }
    for name, values in parts.items():
        files[name] = _page(name, common | values)
    spent = vega_bytes + sum(len(text.encode("utf-8")) for text in files.values()) + 20_000
    made = pack_voices(plan.tables, plan.found, texts, max(LIMIT - spent, 0))
    files |= made.files
    rejects = plan.tables["rejects"].sort("rejects", descending=True).rows(named=True)
    files["about.html"] = _page(
        "about.html", common | {"voices": made, "rejects": rejects, "reasons": REASONS}
    )
    return files


def _page(name: str, values: dict[str, Any]) -> str:
    return (
        environment().get_template(f"{name}.j2").render(page=name, title=PAGES.get(name, "Actor"), **values)
    )


def _common(tables: ReportTables) -> dict[str, Any]:
    return {
        "pages": PAGES,
        "window": tables.window,
        "window_days": DAYS,
        "facts": dict.fromkeys(("publication_id", "created", "data_from", "data_to")) | tables.facts,
        "vega": charts.script_name(),
        "month": figures.totals(tables),
    }


def _front(plan: Draft, texts: Mapping[str, str]) -> dict[str, Any]:
    tables = plan.tables
    last = tables.window.last
    leading = figures.leading(tables).rows(named=True)
    lines = figures.series(tables)
    days = figures.by_day(tables)
    spoken = days.filter(pl.col("statements") > 0)["statement_date"]
    first = (
        min(spoken[0], days["statement_date"][-_FEW_DAYS])
        if len(spoken)
        else days["statement_date"][-_FEW_DAYS]
    )
    days = days.filter(pl.col("statement_date") >= first)
    found = stories.peaks(tables)
    picked = cards.picks(plan.found, [row["actor_id"] for row in leading], last)
    names = {row["actor_id"]: row["actor_name"] for row in leading}
    shown = [
        cards.card(row, texts[row["article_id"]], name=names[row["page"]], href=f"actor.html#{row['page']}")
        for row in picked
        if row["article_id"] in texts
    ]
    return {
        "today": figures.totals(tables, last),
        "leading": leading,
        "lines": {row["actor_id"]: _sparkline(lines.get(row["actor_id"], [])) for row in leading},
        "quiet": figures.quiet(tables).rows(named=True),
        "cards": shown,
        "peaks": found,
        "days": days.rows(named=True),
        "days_chart": inline_json(charts.days_chart(days, found)) if len(spoken) else None,
    }


def _pairs(tables: ReportTables) -> dict[str, Any]:
    found = figures.pairs(tables)
    return {
        "matrix": figures.matrix(found),
        "strongest": found.head(25).rows(named=True),
        "speaking": set(tables["actor_days"]["actor_id"]),
    }


def _outlets(tables: ReportTables) -> dict[str, Any]:
    found = figures.outlets(tables)
    charted = found.filter(pl.col("statements") > 0).head(CHARTED)
    voices = figures.grouped(figures.voices(tables), "outlet_id", 5)
    words = figures.cues(tables).filter(figures.is_word("cue_lemma"))
    classes = figures.cues(tables, "cue_class")
    sums = classes.group_by("cue_class").agg(pl.col("statements").sum())
    shown = charted["outlet_id"].to_list()
    return {
        "outlets": found.rows(named=True),
        "open_rows": OUTLETS,
        "voices": voices,
        "largest": max((v["voice_share"] for o in shown for v in voices.get(o, [])), default=1.0),
        "cues": figures.grouped(words, "outlet_id", 6),
        "classes": sums.sort("statements", "cue_class", descending=[True, False])["cue_class"]
        .head(9)
        .to_list(),
        "class_rows": {(row["outlet_id"], row["cue_class"]): row for row in classes.iter_rows(named=True)},
        "charted": charted.rows(named=True),
        "outlets_chart": inline_json(charts.outlets_chart(charted)) if charted.height else None,
    }


def _quotations(tables: ReportTables) -> dict[str, Any]:
    found = stories.families(tables)
    chart = charts.spread_chart(found[:CHARTED]) if found else None
    return {
        "families": found,
        "all_families": tables["families"].height,
        "speaking": set(tables["actor_days"]["actor_id"]),
        "spread_chart": inline_json(chart) if chart else None,
    }


def _sparkline(counts: list[int]) -> str:
    """Points of a small line, 60 wide and 16 high."""
    if not counts:
        return ""
    top = max(max(counts), 1)
    step = 60 / max(len(counts) - 1, 1)
    return " ".join(f"{n * step:.0f},{16 - 15 * c / top:.1f}" for n, c in enumerate(counts))
