"""The work of the stages, for one process or for many: cleaning, tagging, resolving of a day's rows.

Belongs here: what a batch of each stage is, sharing it out, joining the parts. Does not: processes
(``workers.py``), other engines (``ray_engine.py``), the work itself (``pipeline.clean``, ``pipeline.extract``).

Every function gives the same rows for any number of workers. Days with few pages stay in this process: starting
workers takes two seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.clean.articles import ReadPage, TextsOf, join_articles, read_pages
from pipeline.extract.actor_seeds import ActorSeeds
from pipeline.extract.article_inputs import article_inputs
from pipeline.extract.article_rows import ArticleRows, read_article
from pipeline.extract.attributions import AttributionTables, extract_attributions
from pipeline.extract.countries import Countries
from pipeline.extract.cues import CueLexicon
from pipeline.extract.statements import StatementTables, make_statements
from pipeline.records import Reject
from pipeline.resources.model import Extractor
from pipeline.resources.page_store import PageStore
from pipeline.resources.workers import Done, Handler, Lost, Workers, batches_by_length
from pipeline.schemas import ATTRIBUTIONS, NAMES

FEW_PAGES = 300
FEW_ARTICLES = 60
"""Below these a stage stays in this process: what two workers would save is less than their start costs."""
_BATCH_PAGES, _BATCH_BYTES = 50, 8_000_000
_BATCH_ARTICLES, _BATCH_CHARACTERS = 16, 120_000

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CleanTask:
    """Pages of the page store to pages that were read, and damaged records."""

    data_dir: Path
    outlets: pl.DataFrame
    languages: frozenset[str]

    def open(self) -> Handler:
        """Opens nothing: bodies are read batch by batch."""
        return self.run

    def run(self, rows: Sequence[dict[str, Any]]) -> tuple[list[ReadPage], list[Reject]]:
        """One batch; rows of ``pages``."""
        frame = pl.DataFrame(list(rows), schema_overrides=_page_schema())
        bodies, damaged = PageStore(self.data_dir).read_all(frame)
        return read_pages(bodies, outlets=self.outlets, languages=self.languages), damaged


@dataclass(frozen=True, slots=True)
class TagTask:
    """Articles to attributions and names."""

    seeds_dir: Path

    def open(self) -> Handler:
        """Loads the model."""
        tagger = Extractor(self.seeds_dir).tagger

        def run(rows: Sequence[dict[str, Any]]) -> AttributionTables:
            return extract_attributions(pl.DataFrame(list(rows)), tagger)

        return run


def _page_schema() -> dict[str, Any]:
    from pipeline.schemas import PAGES

    return dict(PAGES.schema)
