"""Inputs: the frames taken apart, one value per article with its names and their meanings.

Belongs here: grouping rows by article, mending names, the join with the seeds. Does not: resolving.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipeline.extract.actor_seeds import ActorSeeds, SeedHit, seed_hits
from pipeline.extract.lexicon import fold
from pipeline.extract.name_kinds import NameKinds
from pipeline.extract.name_runs import completed, full_names, whole_names
from pipeline.extract.name_spans import NameSpan, mend_names
from pipeline.extract.persona import RawName
from pipeline.extract.slots import Attribution, Span
from pipeline.extract.unseen_names import unseen_names

_NAME_SCHEMA = pl.Schema({"name_row": pl.Int64, "text": pl.String, "article_date": pl.Date})


@dataclass(slots=True)
class ArticleInput:
    """What the resolver needs of one article; ``hints`` lead from a pronoun to the mention it may mean."""

    article_id: str
    text: str
    article_date: dt.date
    author: str | None = None
    outlet: str = ""
    names: list[RawName] = field(default_factory=list[RawName])
    hints: dict[int, int] = field(default_factory=dict[int, int])
    attributions: list[Attribution] = field(default_factory=list[Attribution])


def article_inputs(
    articles: pl.DataFrame, attributions: pl.DataFrame, names: pl.DataFrame, seeds: ActorSeeds
) -> Iterator[ArticleInput]:
    """One value per article, by id.

    Args:
        articles: Table ``articles``.
        attributions: Table ``attributions``; spans fit the texts.
        names: Table ``names``.
        seeds: Known actors.
    """
    inputs = {
        row["article_id"]: ArticleInput(
            row["article_id"],
            row["text"],
            row["article_date"],
            _author(row["authors"]),
            " ".join((row["outlet_id"] or "").split("_")),
        )
        for row in articles.sort("article_id").iter_rows(named=True)
    }
    for row in attributions.sort("article_id", "ordinal").iter_rows(named=True):
        inputs[row["article_id"]].attributions.append(_attribution(row))
    spans: dict[str, list[NameSpan]] = {key: [] for key in inputs}
    columns = ("article_id", "start", "end", "name_type", "score", "antecedent_start")
    for article, start, end, name_type, score, antecedent in names.select(columns).iter_rows():
        if article not in inputs:
            continue
        if name_type != "PRONOUN":
            spans[article].append(NameSpan(start, end, name_type, score))
        elif antecedent is not None:
            inputs[article].hints[start] = antecedent
    kinds = NameKinds(seeds.is_known, seeds.is_seat, seeds.is_state)
    for article in inputs.values():
        spans[article.article_id] = _mended(article, spans[article.article_id], seeds)
    people = full_names((a.text, spans[a.article_id]) for a in inputs.values())
    for article in inputs.values():
        spans[article.article_id] = completed(article.text, spans[article.article_id], people)
        kinds.observe(article.article_id, article.text, spans[article.article_id])
    mended = [
        (a, span) for a in inputs.values() for span in kinds.typed(a.article_id, a.text, spans[a.article_id])
    ]
    hits = _meanings(mended, seeds)
    for row, (article, span) in enumerate(mended):
        article.names.append(_raw_name(article, span, tuple(hits.get(row, ()))))
    yield from inputs.values()


def _raw_name(article: ArticleInput, span: NameSpan, hits: tuple[SeedHit, ...]) -> RawName:
    """A name with its meanings; "the Post" is the outlet itself in the Northfield Post."""
    word = fold(article.text[span.start : span.end]).removeprefix("the ")
    own = article.outlet.split()
    if len(own) < 2 or own[-1] != word:
        return RawName(span.start, span.end, span.name_type, span.score, hits)
    hits = tuple(h for h in hits if fold(h.actor_name).removeprefix("the ") == article.outlet)
    full = "" if hits else article.outlet.title()
    return RawName(span.start, span.end, "ORGANIZATION", span.score, hits, full)


def _author(authors: list[str] | None) -> str | None:
    return authors[0] if authors and len(authors) == 1 else None


def _mended(article: ArticleInput, spans: list[NameSpan], seeds: ActorSeeds) -> list[NameSpan]:
    speakers = [a.speaker for a in article.attributions if a.speaker is not None]
    cues = [a.cue[0] for a in article.attributions if a.cue is not None]
    whole = whole_names(article.text, spans, is_known=seeds.is_known)
    names = mend_names(article.text, whole, speakers=speakers, cues=cues, is_known=seeds.is_known)
    unseen = unseen_names(article.text, speakers, names)
    return mend_names(article.text, [*names, *unseen], is_known=seeds.is_known) if unseen else names


def _meanings(names: list[tuple[ArticleInput, NameSpan]], seeds: ActorSeeds) -> dict[int, list[SeedHit]]:
    """Known actors that each name can mean on its article's day, by row of ``names``."""
    frame = pl.DataFrame(
        [(row, a.text[s.start : s.end], a.article_date) for row, (a, s) in enumerate(names)],
        schema=_NAME_SCHEMA,
        orient="row",
    )
    hits: dict[int, list[SeedHit]] = {}
    for row, *fields in seed_hits(frame, seeds).iter_rows():
        hits.setdefault(row, []).append(SeedHit(*fields))
    return hits


def _attribution(row: dict[str, Any]) -> Attribution:
    def span(name: str) -> Span | None:
        start: int | None = row[f"{name}_start"]
        end: int | None = row[f"{name}_end"]
        return (start, end) if start is not None and end is not None else None

    spans: list[dict[str, int]] = row["content_spans"]
    return Attribution(
        row["attribution_id"],
        span("speaker"),
        span("cue"),
        tuple((s["start"], s["end"]) for s in spans),
        row["statement_type"],
        row["content_text"],
    )
