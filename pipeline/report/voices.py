"""Pages of actors: one piece of markup for each, packed into a few data files within a byte budget.

Belongs here: what an actor's page says, the index for the search, filling the budget. Does not: the choice of
statements (``cards``), the pages around (``site``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl
from markupsafe import Markup

from pipeline.report.cards import UNNAMED, UNRESOLVED, card
from pipeline.report.environment import macros
from pipeline.report.figures import grouped, over_window, pairs, printed, said, series
from pipeline.report.shards import script
from pipeline.report.tables import ReportTables

SHARD = 300_000
"""Characters of a data file before packing: some 80 KB on disk."""
_RATIO = 0.33
"""Packed over plain size to begin with; months measured 0.22 to 0.31, and the first packing tells."""
_SLACK = 0.985
_FULL = 0.97
"""A budget filled this far is full."""
_TRIES = 4
_NAMES = 5
_FEW = 2
_ALIASES = 8
_CROWD = 2_000
"""Actors from which every page names only few others, so that there is room for words."""
_HEARD = 4
"""Statements from which a page tells of whom the actor speaks and where; with fewer they say it themselves."""
_LOUD = 30
"""Statements from which a page names all it can, however crowded the report is."""
_POOLS = {UNNAMED: "Unnamed speakers", UNRESOLVED: "Speakers not resolved"}


@dataclass(frozen=True, slots=True)
class Voices:
    """Data files of the actors' pages.

    Attributes:
        files: Text by path.
        shown: Statements on them.
        known: Different statements in all.
        actors: Pages.
    """

    files: dict[str, str]
    shown: int
    known: int
    actors: int


def pack_voices(tables: ReportTables, found: pl.DataFrame, texts: Mapping[str, str], budget: int) -> Voices:
    """Pages of all actors with statements in the window, within ``budget`` bytes.

    Args:
        tables: The window's frames.
        found: ``cards.candidates``, best first.
        texts: Texts of articles by id; a statement whose text is missing is left out.
        budget: Most bytes of all data files together.
    """
    heads = _heads(tables, found)
    bare = sum(len(head.html) for head in heads.values())
    source = _cards(found, texts)
    chosen: list[_Card] = []
    files: dict[str, str] = {}
    size, ratio, more = 0, _RATIO, True
    for _ in range(_TRIES):
        more = _fill(chosen, source, budget * _SLACK / ratio - bare)
        files = _files(heads, chosen)
        size = sum(len(text) for text in files.values())
        if not more or size > _FULL * budget:
            break
        ratio = size / max(bare + sum(len(card.html) for card in chosen), 1)
    while size > budget and chosen:
        chosen = chosen[: int(len(chosen) * min(budget / size, 0.97))]
        files = _files(heads, chosen)
        size = sum(len(text) for text in files.values())
    known = found.group_by("page").agg(pl.col("page_statements").first())["page_statements"].sum()
    return Voices(files, len(chosen), int(known), len(heads))


@dataclass(frozen=True, slots=True)
class _Head:
    """An actor's page without its statements, and its line in the index."""

    html: str
    line: list[Any]
    known: int


class _Card(NamedTuple):
    """A statement's markup, and whose page and which article it is of."""

    page: str
    article_id: str
    html: str


def _cards(found: pl.DataFrame, texts: Mapping[str, str]) -> Iterator[_Card]:
    """The statements as markup, best first."""
    for row in found.iter_rows(named=True):
        text = texts.get(row["article_id"])
        if text is not None:
            yield _Card(row["page"], row["article_id"], str(card(row, text)))


def _fill(chosen: list[_Card], source: Iterator[_Card], room: float) -> bool:
    """Take statements while they fit into ``room`` characters; False when there are no more."""
    room -= sum(len(card.html) for card in chosen)
    while room > 0:
        taken = next(source, None)
        if taken is None:
            return False
        chosen.append(taken)
        room -= len(taken.html)
    return True


def _files(heads: Mapping[str, _Head], chosen: Iterable[_Card]) -> dict[str, str]:
    by_page: dict[str, list[_Card]] = {}
    for one in chosen:
        by_page.setdefault(one.page, []).append(one)
    files: dict[str, str] = {}
    place: dict[str, int] = {}
    shard: list[list[Any]] = []
    size = 0
    parts = macros("actor_parts.html.j2")
    # Pages of one article side by side: what they repeat of it then packs to nothing, a seventh of all.
    for page in sorted(heads, key=lambda page: by_page[page][0].article_id if page in by_page else ""):
        own = [Markup(one.html) for one in by_page.get(page, [])]  # noqa: S704 - made by card, whose parts are escaped there
        html = heads[page].html + str(parts.statements(own, heads[page].known, page))
        if shard and size + len(html) > SHARD:
            files[f"data/s{len(files)}.js"] = script(f"s{len(files)}", shard)
            shard, size = [], 0
        shard.append([page, html])
        size += len(html)
        place[page] = len(files)
    if shard:
        files[f"data/s{len(files)}.js"] = script(f"s{len(files)}", shard)
    index = [[page, place[page], *head.line] for page, head in heads.items()]
    files["data/actors.js"] = script("actors", {"shards": len(files), "actors": index})
    return files


def _heads(tables: ReportTables, found: pl.DataFrame) -> dict[str, _Head]:
    """The upper part of every page, most statements first, pooled speakers last."""
    known = dict(found.group_by("page").agg(pl.col("page_statements").first()).rows())
    sums = over_window(tables)
    around = _Around(tables, crowded=sums.height > _CROWD)
    has_page = set(sums["actor_id"])
    parts = macros("actor_parts.html.j2")
    heads: dict[str, _Head] = {}
    for row in sums.iter_rows(named=True):
        actor_id, name = row["actor_id"], row["actor_name"]
        beside = around.of(row)
        place = (row["country_code"] or "", row["role"] or "")
        line = [name, row["actor_type"], *place, row["statements"], beside["aliases"]]
        heads[actor_id] = _Head(str(parts.head(row, beside, has_page)), line, known.get(actor_id, 0))
    for page, name in _POOLS.items():
        if page in known:
            count = _pool_size(tables, page)
            heads[page] = _Head(
                str(parts.pool(name, page, count)), [name, "pooled", "", "", count, []], known[page]
            )
    return heads


class _Around:
    """What a page tells besides the actor's own numbers: other names, days, and whom it is heard with."""

    def __init__(self, tables: ReportTables, *, crowded: bool) -> None:
        links = pairs(tables)
        self._most = _FEW if crowded else _NAMES
        self._window = tables.window
        self._days = series(tables)
        self._aliases = dict(tables["actors"].select("actor_id", "aliases").rows())
        self._speaks_of = grouped(links, "actor_id", _NAMES)
        self._spoken_of_by = grouped(links, "mentioned_actor_id", _NAMES)
        self._quoted_in = grouped(_quoted_in(tables), "actor_id", _NAMES)

    def of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """For one row of ``over_window``."""
        actor_id = row["actor_id"]
        heard = row["statements"] >= _HEARD
        most = _NAMES if row["statements"] >= _LOUD else self._most if heard else _FEW
        aliases = self._aliases.get(actor_id) or []
        return {
            "speaks_of": self._speaks_of.get(actor_id, [])[:most] if heard else [],
            "spoken_of_by": self._spoken_of_by.get(actor_id, [])[:most],
            "quoted_in": self._quoted_in.get(actor_id, [])[:most] if heard else [],
            "aliases": [a for a in aliases if a != row["actor_name"]][:_ALIASES],
            "first": self._window.first,
            "last": self._window.last,
            "bars": _bars(self._days.get(actor_id, [])),
        }


def _quoted_in(tables: ReportTables) -> pl.DataFrame:
    return (
        printed(tables)
        .filter(pl.col("actor_id").is_not_null())
        .group_by("actor_id", "outlet_id")
        .agg(pl.len().alias("statements"))
        .join(tables["outlets"], on="outlet_id", how="left")
        .with_columns(outlet_name=pl.coalesce("outlet_name", "outlet_id", pl.lit("outlet not known")))
        .sort("statements", "outlet_name", descending=[True, False])
    )


def _pool_size(tables: ReportTables, page: str) -> int:
    statements = said(tables)
    test = pl.col("actor_id").is_null() if page == UNRESOLVED else pl.col("actor_type") == "unnamed"
    return statements.filter(test).height


def _bars(counts: list[int]) -> str:
    """Days as one path of upright lines, 8 wide and at most 40 high; empty where there is little to see."""
    if sum(counts) < _HEARD:
        return ""
    top = max(counts)
    return "".join(f"M{8 * n + 4} 42v-{max(round(40 * c / top), 2)}" for n, c in enumerate(counts) if c)
