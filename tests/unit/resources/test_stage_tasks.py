"""The stages' work gives the same rows in one process and in several, and loses nothing with a worker."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import psutil
import pytest

from pipeline.clean.articles import clean_articles
from pipeline.extract.attributions import extract_attributions
from pipeline.extract.statements import make_statements
from pipeline.resources import stage_tasks
from pipeline.resources.collector import Collector
from pipeline.resources.model import Extractor
from pipeline.resources.stage_tasks import CleanTask, ResolveTask, TagTask, clean_day, resolve_day, tag_day
from pipeline.resources.workers import Done, Lost, Workers
from pipeline.schemas import ARTICLES, PAGES
from pipeline.settings import Settings

ROOT = Path(__file__).parents[3]
DAY = dt.date(2021, 12, 1)
NONE = ARTICLES.empty()


@dataclass(frozen=True)
class World:
    settings: Settings
    collector: Collector
    extractor: Extractor
    pages: pl.DataFrame

    def clean(self, count: int):
        task = CleanTask(self.settings.data_dir, self.collector.outlets, self.settings.language_set)
        with Workers(task, count) as workers:
            return clean_day(self.pages, workers, history=NONE, texts_of=lambda _: {})


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    """The bundled pages, of one day, in a page store."""
    folder = tmp_path_factory.mktemp("in")
    for path in (ROOT / "seeds" / "sample").glob("*.html"):
        (folder / path.name).write_bytes(path.read_bytes())
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), seeds_dir=ROOT / "seeds")
    collector = Collector(settings, default_date=DAY)
    entries, rejects = collector.read_inputs([folder]).of_day(DAY)
    assert not rejects
    pages, _ = collector.collect(DAY, entries, stored=PAGES.empty(), known=PAGES.empty())
    return World(settings, collector, Extractor(settings.seeds_dir), pages)


@pytest.fixture(autouse=True)
def small_days_use_workers_too(monkeypatch):
    monkeypatch.setattr(stage_tasks, "FEW_PAGES", 1)
    monkeypatch.setattr(stage_tasks, "FEW_ARTICLES", 0)
    monkeypatch.setattr(stage_tasks, "_ARTICLES", 3)
    monkeypatch.setattr(stage_tasks, "_PAGES", 4)


def test_one_worker_and_two_give_the_rows_of_the_pure_functions(world):
    bodies, _ = world.collector.read_bodies(world.pages)
    articles, rejects = clean_articles(
        bodies, outlets=world.collector.outlets, languages=world.settings.language_set, history=NONE
    )
    assert articles.height > 10
    for count in (1, 2):
        found, said = world.clean(count)
        assert found.equals(articles)
        assert {r.document for r in said} == {r.document for r in rejects} != set()

    tables = extract_attributions(articles, world.extractor.tagger)
    whole = make_statements(
        articles,
        tables.attributions,
        tables.names,
        seeds=world.extractor.seeds,
        cues=world.extractor.cues,
    )
    assert whole.statements.height > 150
    for count in (1, 2):
        with Workers(TagTask(world.extractor), count) as workers:
            tagged = tag_day(articles, workers)
        assert tagged.attributions.equals(tables.attributions)
        assert tagged.names.equals(tables.names)
        with Workers(ResolveTask(world.extractor), count) as workers:
            resolved = resolve_day(
                articles, tagged.attributions, tagged.names, workers, seeds=world.extractor.seeds
            )
        assert resolved.statements.equals(whole.statements)
        assert resolved.mentions.equals(whole.mentions)
        assert resolved.actors.equals(whole.actors)
        assert resolved.rejects == whole.rejects == []


def test_a_days_rows_are_whole_after_a_worker_was_killed(world):
    expected, _ = world.clean(1)
    task = CleanTask(world.settings.data_dir, world.collector.outlets, world.settings.language_set)
    with Workers(task, 2) as workers:
        parts = []
        for at, done in enumerate(workers.run([[row] for row in world.pages.to_dicts()])):
            assert isinstance(done, Done)
            parts += done.result[0]
            if at == 3:
                psutil.Process(workers.pids()[0]).kill()
        assert workers.deaths == 1
    again, _ = stage_tasks.join_articles(parts, history=NONE, texts_of=lambda _: {})
    assert again.equals(expected)


@dataclass
class Losing:
    """In place of workers: loses the items that it is told to."""

    task: object
    lost: str

    def run(self, batches: Sequence[Sequence[object]]):
        handle = self.task.open()  # type: ignore[attr-defined]  # any of the tasks
        for batch in batches:
            kept = [item for item in batch if self.lost not in str(item)]
            yield from (Lost(item, "its worker process died 2 times") for item in batch if item not in kept)
            if kept:
                yield Done(kept, handle(kept))

    run_here = run


def test_a_page_that_is_lost_is_a_reject_with_its_reason(world):
    task = CleanTask(world.settings.data_dir, world.collector.outlets, world.settings.language_set)
    losing = Losing(task, "meridian_wire_talks")
    articles, rejects = clean_day(world.pages, losing, history=NONE, texts_of=lambda _: {})  # type: ignore[arg-type]  # stands in for workers
    [reject] = [r for r in rejects if r.reason_code == "unreadable"]
    assert reject.document == "meridian_wire_talks.html"
    assert reject.detail == "its worker process died 2 times"
    assert articles.height == world.clean(1)[0].height - 1


def test_an_article_that_is_lost_is_a_reject_with_its_reason(world):
    articles = world.clean(1)[0].head(2)
    gone = articles["article_id"][0]
    made = tag_day(articles, Losing(TagTask(world.extractor), gone))  # type: ignore[arg-type]  # stands in for workers
    [reject] = made.rejects
    assert (reject.stage, reject.reason_code, reject.article_id) == (
        "attributions",
        "extraction_failed",
        gone,
    )
    assert set(made.attributions["article_id"]) == {articles["article_id"][1]}


def test_an_attribution_without_its_article_is_a_reject(world):
    articles = world.clean(1)[0].head(3)
    with Workers(TagTask(world.extractor), 1) as workers:
        tagged = tag_day(articles, workers)
    with Workers(ResolveTask(world.extractor), 1) as workers:
        made = resolve_day(
            articles.head(1), tagged.attributions, tagged.names, workers, seeds=world.extractor.seeds
        )
    whole = make_statements(
        articles.head(1),
        tagged.attributions,
        tagged.names,
        seeds=world.extractor.seeds,
        cues=world.extractor.cues,
    )
    assert made.statements.equals(whole.statements)
    assert len(made.rejects) == len(whole.rejects) > 0
    assert {r.detail for r in made.rejects} == {r.detail for r in whole.rejects}


def test_a_day_without_pages_gives_empty_tables(world):
    with Workers(TagTask(world.extractor), 2) as workers:
        tagged = tag_day(NONE, workers)
    with Workers(ResolveTask(world.extractor), 2) as workers:
        made = resolve_day(NONE, tagged.attributions, tagged.names, workers, seeds=world.extractor.seeds)
    assert made.statements.height == made.actors.height == made.mentions.height == 0
