"""The work of the stages, for one process or for many: cleaning, tagging, resolving the rows of a day.

Belongs here: what a batch of each stage is, sharing it out, joining the parts. Does not: processes
(``workers.py``), other engines (``ray_engine.py``), the work itself (``pipeline.clean``, ``pipeline.extract``).

Every function gives the same rows for any number of workers and any batches. A day of few pages stays in this
process, for starting workers takes two seconds.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.clean.articles import ReadPage, TextsOf, join_articles, read_pages
from pipeline.extract.actor_seeds import ActorSeeds
from pipeline.extract.article_inputs import article_inputs
from pipeline.extract.article_rows import ArticleRows, read_article
from pipeline.extract.attributions import AttributionTables, extract_attributions
from pipeline.extract.countries import Countries
from pipeline.extract.statements import StatementTables, statements_version
from pipeline.extract.statements import _usable as usable_attributions
from pipeline.extract.tables import actors_table, known_by_name, mentions_table, statements_table
from pipeline.records import Reject
from pipeline.resources.lake import Lake
from pipeline.resources.model import Extractor
from pipeline.resources.page_store import PageStore
from pipeline.resources.workers import Done, Handler, Lost, Workers, batches_by_length
from pipeline.schemas import ARTICLES, ATTRIBUTIONS, MENTIONS, NAMES, PAGES, STATEMENTS

FEW_PAGES = 300
FEW_ARTICLES = 60
"""Below these a stage stays in this process: two workers would save less than their start costs."""
NOTE_SECONDS = 10.0
_PAGES, _BYTES = 40, 4_000_000
_ARTICLES, _CHARACTERS = 16, 80_000
_RESOLVED, _WORDS = 100, 60_000
_CHEAPER = 5
"""Resolving an article takes about a fifth of tagging it."""
HISTORY = ["article_id", "minhash", "collected_at", "near_duplicate_group", "outlet_id"]
"""What cleaning needs of earlier days, to tell copies and updates."""

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CleanTask:
    """Rows of ``pages`` to pages that were read, and rejects of damaged records."""

    data_dir: Path
    outlets: pl.DataFrame
    languages: frozenset[str]

    def open(self) -> Handler:
        """Opens nothing: bodies are read batch by batch, so that only a batch of them is in memory."""
        return self.run

    def run(self, rows: Sequence[dict[str, Any]]) -> tuple[list[ReadPage], list[Reject]]:
        """One batch."""
        bodies, damaged = PageStore(self.data_dir).read_all(pl.DataFrame(list(rows), schema=PAGES.schema))
        return read_pages(bodies, outlets=self.outlets, languages=self.languages), damaged


@dataclass(frozen=True, slots=True)
class TagTask:
    """Articles to attributions and names."""

    extractor: Extractor

    def open(self) -> Handler:
        """Loads the model."""
        tagger = self.extractor.tagger
        return lambda rows: extract_attributions(pl.DataFrame(list(rows)), tagger)


@dataclass(frozen=True, slots=True)
class Resolvable:
    """An article with what was found in it; frames of ``articles``, ``attributions`` and ``names``."""

    article: pl.DataFrame
    attributions: pl.DataFrame
    names: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Resolved:
    """Statements and mentions of some articles, and their actors before they are counted over the day."""

    statements: pl.DataFrame
    mentions: pl.DataFrame
    entities: pl.DataFrame
    rejects: list[Reject] = field(default_factory=list[Reject])


@dataclass(frozen=True, slots=True)
class ResolveTask:
    """Articles with their attributions and names to statements and mentions."""

    extractor: Extractor

    def open(self) -> Handler:
        """Loads the seeds."""
        seeds, cues = self.extractor.seeds, self.extractor.cues
        version = statements_version(seeds)
        countries = Countries(seeds)

        def run(batch: Sequence[Resolvable]) -> Resolved:
            articles, names = pl.concat(b.article for b in batch), pl.concat(b.names for b in batch)
            found, rejects = usable_attributions(articles, pl.concat(b.attributions for b in batch))
            rows = ArticleRows()
            for article in article_inputs(articles, found, names, seeds):
                read_article(article, rows, countries=countries, cues=cues)
            entities = known_by_name(rows.entity_frame(), seeds)
            return Resolved(
                statements_table(rows.statement_frame(), entities, found, articles, version),
                mentions_table(rows.mention_frame(), entities, articles, version),
                entities,
                rejects,
            )

        return run


def clean_day(
    pages: pl.DataFrame,
    workers: Workers,
    *,
    history: pl.DataFrame,
    texts_of: TextsOf,
    note: Note = lambda _: None,
) -> tuple[pl.DataFrame, list[Reject]]:
    """Articles of a day and what was rejected.

    Args:
        pages: Rows of ``pages``.
        workers: Of a ``CleanTask``.
        history: As for ``clean_articles``.
        texts_of: As for ``clean_articles``.
        note: Hears how far it is.
    """
    done = _done(workers, page_batches(pages), pages.height, few=FEW_PAGES, note=note, what="pages cleaned")
    return join_pages(done, history=history, texts_of=texts_of)


def page_batches(pages: pl.DataFrame) -> Iterator[list[dict[str, Any]]]:
    """Batches for a ``CleanTask``."""
    return batches_by_length(pages.to_dicts(), lambda r: r["bytes"], total=_BYTES, most=_PAGES)


def join_pages(
    done: Iterable[Done | Lost], *, history: pl.DataFrame, texts_of: TextsOf
) -> tuple[pl.DataFrame, list[Reject]]:
    """Articles of a day from the results of its batches."""
    read: list[ReadPage] = []
    rejects: list[Reject] = []
    for one in done:
        if isinstance(one, Lost):
            row = one.item
            rejects.append(Reject("articles", "unreadable", row["document"], one.reason, row["page_id"]))
        else:
            read += one.result[0]
            rejects += one.result[1]
    articles, more = join_articles(read, history=history, texts_of=texts_of)
    return articles, [*rejects, *more]


def texts_of_days(lake: Lake, days: Sequence[dt.date]) -> TextsOf:
    """Texts of articles of ``days``, the latest first, read a day at a time: few of them are asked for."""

    def texts(ids: Collection[str]) -> dict[str, str]:
        left, found = set(ids), dict[str, str]()
        for day in sorted(days, reverse=True):
            if not left:
                break
            frame = lake.read_columns(ARTICLES, [day], ["article_id", "text"])
            found |= dict(frame.filter(pl.col("article_id").is_in(left)).iter_rows())
            left -= found.keys()
        return found

    return texts


def tag_day(articles: pl.DataFrame, workers: Workers, *, note: Note = lambda _: None) -> AttributionTables:
    """Attributions and names of a day, as ``extract_attributions`` gives them.

    Args:
        articles: Table ``articles``.
        workers: Of a ``TagTask``.
        note: Hears how far it is.
    """
    batches = article_batches(articles)
    return join_tagged(
        _done(workers, batches, articles.height, few=FEW_ARTICLES, note=note, what="articles read")
    )


def article_batches(articles: pl.DataFrame) -> Iterator[list[dict[str, Any]]]:
    """Batches for a ``TagTask``."""
    items = articles.select("partition_date", "article_id", "document", "text").to_dicts()
    return batches_by_length(items, lambda r: len(r["text"]), total=_CHARACTERS, most=_ARTICLES)


def join_tagged(done: Iterable[Done | Lost]) -> AttributionTables:
    """Attributions and names of a day from the results of its batches."""
    attributions, names = [ATTRIBUTIONS.empty()], [NAMES.empty()]
    rejects: list[Reject] = []
    for one in done:
        if isinstance(one, Lost):
            rejects.append(_lost("attributions", one.item["document"], one.item["article_id"], one.reason))
        else:
            attributions.append(one.result.attributions)
            names.append(one.result.names)
            rejects += one.result.rejects
    return AttributionTables(_by_article(attributions), _by_article(names), rejects)


def resolve_day(
    articles: pl.DataFrame,
    attributions: pl.DataFrame,
    names: pl.DataFrame,
    workers: Workers,
    *,
    seeds: ActorSeeds,
    note: Note = lambda _: None,
) -> StatementTables:
    """Statements, mentions and actors of a day, as ``make_statements`` gives them.

    Args:
        articles: Table ``articles``.
        attributions: Table ``attributions`` of these articles.
        names: Table ``names`` of these articles.
        workers: Of a ``ResolveTask``.
        seeds: Known actors.
        note: Hears how far it is.
    """
    batches = resolvable_batches(articles, attributions, names)
    few = FEW_ARTICLES * _CHEAPER
    done = _done(workers, batches, articles.height, few=few, note=note, what="articles resolved")
    return join_resolved(done, articles, attributions, seeds)


def resolvable_batches(
    articles: pl.DataFrame, attributions: pl.DataFrame, names: pl.DataFrame
) -> Iterator[list[Resolvable]]:
    """Batches for a ``ResolveTask``."""
    items = _resolvable(articles.drop("minhash"), attributions, names)
    return batches_by_length(items, lambda i: i.article["word_count"][0], total=_WORDS, most=_RESOLVED)


def join_resolved(
    done: Iterable[Done | Lost], articles: pl.DataFrame, attributions: pl.DataFrame, seeds: ActorSeeds
) -> StatementTables:
    """Statements, mentions and actors of a day from the results of its batches.

    An attribution whose article is not among ``articles`` is a reject.
    """
    stray = attributions.join(articles, on="article_id", how="anti")
    rejects = usable_attributions(articles, stray)[1]
    parts: list[Resolved] = []
    for one in done:
        if isinstance(one, Lost):
            row = one.item.article.row(0, named=True)
            rejects.append(_lost("statements", row["document"], row["article_id"], one.reason))
        else:
            parts.append(one.result)
            rejects += one.result.rejects
    statements = _by_article([STATEMENTS.empty(), *(p.statements for p in parts)])
    mentions = _by_article([MENTIONS.empty(), *(p.mentions for p in parts)])
    entities = _by_article([ArticleRows().entity_frame(), *(p.entities for p in parts)])
    version = statements_version(seeds)
    actors = actors_table(statements, mentions, entities, articles, seeds=seeds, version=version)
    return StatementTables(statements, mentions, actors, rejects)


def _resolvable(articles: pl.DataFrame, attributions: pl.DataFrame, names: pl.DataFrame) -> list[Resolvable]:
    """One value an article, in the order of their ids."""
    found = attributions.partition_by("article_id", as_dict=True, maintain_order=True)
    named = names.partition_by("article_id", as_dict=True, maintain_order=True)
    none, nameless = ATTRIBUTIONS.empty(), NAMES.empty()
    return [
        Resolvable(frame, found.get(key, none), named.get(key, nameless))
        for key, frame in articles.sort("article_id")
        .partition_by("article_id", as_dict=True, maintain_order=True)
        .items()
    ]


def _by_article(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All rows, articles by id, the rows of an article in their order."""
    return pl.concat(frames).sort("article_id", maintain_order=True)


def _lost(stage: str, document: str, article_id: str, reason: str) -> Reject:
    return Reject(stage, "extraction_failed", document, reason, article_id=article_id)


def _done(
    workers: Workers, batches: Iterable[Sequence[Any]], total: int, *, few: int, note: Note, what: str
) -> Iterator[Done | Lost]:
    """Results of all batches, in this process when there are few items; tells how far it is now and then."""
    count, told = 0, time.monotonic()
    for one in workers.run_here(batches) if total < few else workers.run(batches):
        yield one
        count += 1 if isinstance(one, Lost) else len(one.items)
        if time.monotonic() - told > NOTE_SECONDS:
            told = time.monotonic()
            note(f"{count} of {total} {what}")
