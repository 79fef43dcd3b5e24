"""Rows of one article: its speakers, mentions and actors as plain values for the tables.

Belongs here: from a reading of one article to rows. Does not: anything that spans articles
(``tables.py``).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from pipeline.extract.article_inputs import ArticleInput
from pipeline.extract.countries import Countries
from pipeline.extract.cues import CueLexicon, addressee, addressee_in_content, read_cue
from pipeline.extract.entities import Entity
from pipeline.extract.fingerprints import content_key, content_minhash, content_words
from pipeline.extract.lexicon import FOLDER
from pipeline.extract.mention_rows import mention_rows
from pipeline.extract.said_on import statement_date
from pipeline.extract.slots import Attribution, Resolved, Span
from pipeline.extract.speakers import Reading, actors_of, resolve_speakers

ENTITY_SCHEMA = pl.Schema(
    {
        "article_id": pl.String,
        "entity": pl.Int64,
        "actor_id": pl.String,
        "actor_name": pl.String,
        "actor_type": pl.String,
        "country_code": pl.String,
        "affiliation": pl.String,
        "is_seed": pl.Boolean,
        "is_named": pl.Boolean,
    }
)
MENTION_SCHEMA = pl.Schema(
    {
        "article_id": pl.String,
        "entity": pl.Int64,
        "start": pl.Int64,
        "end": pl.Int64,
        "mention_text": pl.String,
        "mention_type": pl.String,
        "place": pl.String,
        "attribution_id": pl.String,
        "role": pl.String,
        "affiliation": pl.String,
    }
)
STATEMENT_SCHEMA = pl.Schema(
    {
        "article_id": pl.String,
        "attribution_id": pl.String,
        "speaker_ordinal": pl.Int64,
        "entity": pl.Int64,
        "resolution": pl.String,
        "unresolved_reason": pl.String,
        "rule_confidence": pl.Float64,
        "statement_date": pl.Date,
        "cue_lemma": pl.String,
        "cue_class": pl.String,
        "is_speech": pl.Boolean,
        "is_negated": pl.Boolean,
        "addressee": pl.String,
        "addressee_entity": pl.Int64,
        "word_count": pl.Int64,
        "content_minhash": pl.List(pl.UInt32),
        "content_key": pl.String,
    }
)


@dataclass(slots=True)
class ArticleRows:
    """Rows gathered over articles; ``entity`` numbers an article's actors."""

    entities: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    mentions: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    statements: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])

    def entity_frame(self) -> pl.DataFrame:
        """One row per article and actor."""
        return pl.DataFrame(self.entities, schema=ENTITY_SCHEMA, orient="row")

    def mention_frame(self) -> pl.DataFrame:
        """One row per mention."""
        return pl.DataFrame(self.mentions, schema=MENTION_SCHEMA, orient="row")

    def statement_frame(self) -> pl.DataFrame:
        """One row per attribution and speaker."""
        return pl.DataFrame(self.statements, schema=STATEMENT_SCHEMA, orient="row")


_ACTOR_TYPES = {"place": "government", "thing": "organization"}
"""What a name is as an actor, also where it is only spoken to ("told the Hague")."""


@cache
def rule_confidence() -> dict[str, float]:
    """How often each resolution rule is right, from ``lexicons/confidence.csv``."""
    with (FOLDER / "confidence.csv").open(encoding="utf-8", newline="") as file:
        return {row["rule"]: float(row["confidence"]) for row in csv.DictReader(file)}


def read_article(article: ArticleInput, rows: ArticleRows, *, countries: Countries, cues: CueLexicon) -> None:
    """Resolve one article and add its rows to ``rows``."""
    key = article.article_id
    reading = resolve_speakers(
        article.text, article.names, article.hints, article.attributions, author=article.author
    )
    number: dict[int, int] = {}
    for entity in actors_of(reading):
        number[id(entity)] = len(number)
        rows.entities.append((key, number[id(entity)], *_entity_row(key, entity, countries)))
    # What is said is read once an attribution, whoever says it.
    said = {a.attribution_id: _said_row(article, a, reading, number, cues) for a in article.attributions}
    for done in reading.resolved:
        rows.statements.append((key, *_speaker_row(done, number), *said[done.attribution_id]))
    for row in mention_rows(article.text, article.attributions, reading, number, countries):
        rows.mentions.append((key, *row))


def _entity_row(article_id: str, entity: Entity, countries: Countries) -> tuple[Any, ...]:
    is_named = entity.kind not in ("unnamed", "group")
    told: set[str] = set() if is_named else countries.in_phrase(entity.name)
    country = next(iter(told), None) or entity.country or countries.code(entity.affiliation)
    is_mixed = len(told) > 1  # "US and Ukrainian officials" are of no one country
    return (
        entity.actor_id(article_id),
        entity.name,
        _ACTOR_TYPES.get(entity.kind, entity.kind),
        None if is_mixed else country,
        None if is_mixed else countries.name(entity.affiliation),
        entity.seed is not None,
        is_named and bool(entity.key),
    )


def _speaker_row(done: Resolved, number: dict[int, int]) -> tuple[Any, ...]:
    return (
        done.attribution_id,
        done.ordinal,
        number[id(done.entity)] if done.entity is not None else None,
        done.resolution,
        done.reason,
        rule_confidence()[done.rule if done.entity is not None else "unresolved"],
    )


def _said_row(
    article: ArticleInput, a: Attribution, reading: Reading, number: dict[int, int], cues: CueLexicon
) -> tuple[Any, ...]:
    text = article.text
    cue = read_cue(text, a.cue, content=a.content, is_direct=a.statement_type == "direct", lexicon=cues)
    target = addressee(text, a.cue, a.speaker, a.content, lexicon=cues)
    target = target or addressee_in_content(text, a.cue, a.content, lexicon=cues)
    listener = _named_in(reading, target) if target else None
    return (
        statement_date(reading.layout, a.cue, a.content, article.article_date),
        cue.lemma,
        cue.cue_class,
        cue.is_speech,
        cue.is_negated,
        text[slice(*target)] if target else None,
        number[id(listener)] if listener is not None else None,
        len(content_words(a.content_text)),
        content_minhash(a.content_text),
        content_key(a.content_text, a.attribution_id),
    )


def _named_in(reading: Reading, span: Span) -> Entity | None:
    """The actor that an addressee names: the name that ends it, not one in "Mr Putin's aides"."""
    inside = reading.index.overlapping(*span)
    if not inside or inside[-1].is_possessive:
        return None
    if any(t.is_word for t in reading.layout.between(inside[-1].end, span[1])):
        return None
    entity = reading.of_name.get(inside[-1].start)
    return entity if entity is not None and entity.problem is None and entity.kind != "thing" else None
