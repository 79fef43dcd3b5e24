"""Rows of one article: its resolved speakers, mentions and actors as plain values for the tables.

Belongs here: from a reading of one article to rows. Does not: anything that spans articles
(``tables.py``).
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from pipeline.extract.actor_seeds import ActorSeeds, folded_text
from pipeline.extract.entities import Entity
from pipeline.extract.cues import CueLexicon, addressee, addressee_in_content, read_cue
from pipeline.extract.fingerprints import content_key, content_minhash, content_words
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import FOLDER, lexicon
from pipeline.extract.persona import Name, RawName, Role
from pipeline.extract.said_on import statement_date
from pipeline.extract.slots import Attribution, Resolved
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
        "role_country": pl.String,
    }
)
STATEMENT_SCHEMA = pl.Schema(
    {
        "attribution_id": pl.String,
        "speaker_ordinal": pl.Int64,
        "article_id": pl.String,
        "entity": pl.Int64,
        "resolution": pl.String,
        "unresolved_reason": pl.String,
        "statement_date": pl.Date,
        "cue_lemma": pl.String,
        "cue_class": pl.String,
        "is_speech": pl.Boolean,
        "is_negated": pl.Boolean,
        "addressee": pl.String,
        "addressee_entity": pl.Int64,
        "word_count": pl.Int64,
        "rule_confidence": pl.Float64,
        "content_minhash": pl.List(pl.UInt32),
        "content_key": pl.String,
    }
)


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """What the resolver needs of one article."""

    article_id: str
    text: str
    article_date: dt.date
    author: str | None
    names: list[RawName]
    hints: dict[int, int]
    attributions: list[Attribution]


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


@cache
def rule_confidence() -> dict[str, float]:
    """How often each resolution rule is right, from ``lexicons/confidence.csv``."""
    with (FOLDER / "confidence.csv").open(encoding="utf-8", newline="") as file:
        return {row["rule"]: float(row["confidence"]) for row in csv.DictReader(file)}


def read_article(article: ArticleInput, rows: ArticleRows, *, seeds: ActorSeeds, cues: CueLexicon) -> None:
    """Resolve one article and add its rows to ``rows``."""
    reading = resolve_speakers(
        article.text, article.names, article.hints, article.attributions, author=article.author
    )
    number: dict[int, int] = {}
    for entity in actors_of(reading):
        number[id(entity)] = len(number)
        rows.entities.append(_entity_row(article, entity, number[id(entity)], seeds))
    by_attribution = {a.attribution_id: a for a in article.attributions}
    for done in reading.resolved:
        rows.statements.append(
            _statement_row(article, by_attribution[done.attribution_id], done, reading, number, cues)
        )
    rows.mentions += _mention_rows(article, reading, number, seeds)


def _entity_row(article: ArticleInput, entity: Entity, number: int, seeds: ActorSeeds) -> tuple[Any, ...]:
    named = entity.kind not in ("unnamed", "group")
    country = entity.country or _country(entity.affiliation, seeds)
    if country is None and not named:
        country = _country_in(entity.name, seeds)
    return (
        article.article_id,
        number,
        entity.actor_id(article.article_id),
        entity.name,
        entity.kind,
        country,
        _country_name(entity.affiliation, seeds),
        entity.seed is not None,
        named and bool(entity.key),
    )


def _country(text: str | None, seeds: ActorSeeds) -> str | None:
    known = seeds.demonyms.get(folded_text(text)) if text else None
    return known[0] if known else None


def _country_name(text: str | None, seeds: ActorSeeds) -> str | None:
    """ "Ukrainian" as "Ukraine"; any other text as it is."""
    known = seeds.demonyms.get(folded_text(text)) if text else None
    return known[1] if known else text


def _country_in(text: str, seeds: ActorSeeds) -> str | None:
    """Country of the first demonym or country name in a phrase ("Russian officials")."""
    words = folded_text(text).split()
    for size in (3, 2, 1):
        for at in range(len(words) - size + 1):
            phrase = " ".join(words[at : at + size])
            known = seeds.demonyms.get(phrase) or seeds.demonyms.get(phrase.removesuffix("s"))
            if known and phrase not in lexicon().pronouns:
                return known[0]
    return None


def _statement_row(
    article: ArticleInput,
    a: Attribution,
    done: Resolved,
    reading: Reading,
    number: dict[int, int],
    cues: CueLexicon,
) -> tuple[Any, ...]:
    text = article.text
    reading_of_cue = read_cue(
        text, a.cue, content=a.content, is_direct=a.statement_type == "direct", lexicon=cues
    )
    target = addressee(text, a.cue, a.speaker, a.content, lexicon=cues) or addressee_in_content(
        text, a.cue, a.content, lexicon=cues
    )
    target_entity = _entity_in(reading, target) if target else None
    return (
        a.attribution_id,
        done.ordinal,
        article.article_id,
        number[id(done.entity)] if done.entity is not None else None,
        done.resolution,
        done.reason,
        statement_date(reading.layout, a.cue, a.content, article.article_date),
        reading_of_cue.lemma,
        reading_of_cue.cue_class,
        reading_of_cue.is_speech,
        reading_of_cue.is_negated,
        text[target[0] : target[1]] if target else None,
        number.get(id(target_entity)) if target_entity is not None else None,
        len(content_words(a.content_text)),
        rule_confidence()[done.rule],
        content_minhash(a.content_text),
        content_key(a.content_text, a.attribution_id),
    )


def _entity_in(reading: Reading, span: tuple[int, int]) -> Entity | None:
    """The actor that an addressee names: its last name, if nothing but titles stands before it."""
    inside = [n for n in reading.names if n.start < span[1] and n.end > span[0] and n.end <= span[1] + 2]
    if not inside or inside[-1].is_possessive:
        return None
    rest = reading.layout.between(inside[-1].end, span[1])
    if any(t.is_word for t in rest):
        return None
    entity = reading.of_name.get(inside[-1].start)
    return entity if entity is not None and entity.problem is None else None


def _mention_rows(
    article: ArticleInput, reading: Reading, number: dict[int, int], seeds: ActorSeeds
) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    heads = _speaker_spans(article, reading)
    for name in reading.names:
        entity = reading.of_name.get(name.start)
        if entity is None or not _counts(name, entity, reading, heads):
            continue
        kind = "metonym" if _is_metonym(name, entity) else "name"
        role = _main_role(name.roles)
        place, attribution = _place(name.start, entity, article, heads)
        rows.append(
            (
                article.article_id,
                None if entity.problem else number[id(entity)],
                name.start,
                name.end,
                article.text[name.start : name.end],
                kind,
                place,
                attribution,
                role.phrase if role else None,
                _country_name(role.affiliation, seeds) if role else None,
                _country(role.affiliation, seeds) if role else None,
            )
        )
    taken = {row[2] for row in rows}
    for done in reading.resolved:
        if done.span is None or done.entity is None or done.span[0] in taken:
            continue
        if done.resolution in ("pronoun", "nominal", "unnamed"):
            taken.add(done.span[0])
            kind = "pronoun" if done.resolution == "pronoun" else "nominal"
            rows.append(
                (
                    article.article_id,
                    number[id(done.entity)],
                    *done.span,
                    article.text[slice(*done.span)],
                    kind,
                    "speaker",
                    done.attribution_id,
                    None,
                    None,
                    None,
                )
            )
    return rows


def _speaker_spans(article: ArticleInput, reading: Reading) -> dict[int, list[tuple[tuple[int, int], str]]]:
    """Spans in which an actor is the speaker, by actor."""
    found: dict[int, list[tuple[tuple[int, int], str]]] = {}
    for done in reading.resolved:
        if done.entity is not None and done.span is not None:
            found.setdefault(id(done.entity), []).append((done.span, done.attribution_id))
    return found


def _counts(name: Name, entity: Entity, reading: Reading, heads: dict[int, list[Any]]) -> bool:
    """Whether a name is a mention of an actor: no bare adjective, no place, no part of another's title."""
    if entity.kind in ("place", "thing"):
        return False
    if name.hits and all(h.alias_type == "demonym" for h in name.hits):
        return False
    if any(n.lead <= name.start < n.start for n in reading.names if n is not name):
        return False
    hit = next((h for h in name.hits if entity.seed and h.actor_id == entity.seed.actor_id), None)
    if hit is not None and hit.alias_type in ("capital", "metonym"):
        at = reading.layout.index(name.lead) - 1
        return at < 0 or not lexicon().is_a(reading.layout.tokens[at].low, "locative")
    return True


def _is_metonym(name: Name, entity: Entity) -> bool:
    return any(
        entity.seed is not None
        and h.actor_id == entity.seed.actor_id
        and h.alias_type in ("metonym", "capital")
        for h in name.hits
    )


def _main_role(roles: list[Role]) -> Role | None:
    """The role that tells most: one with a body before one without."""
    return next((r for r in roles if r.affiliation), roles[0] if roles else None)


def _place(
    start: int, entity: Entity, article: ArticleInput, heads: dict[int, list[Any]]
) -> tuple[str, str | None]:
    for span, attribution in heads.get(id(entity), []):
        if span[0] <= start < span[1]:
            return "speaker", attribution
    around = [(e - s, a.attribution_id) for a in article.attributions for s, e in a.content if s <= start < e]
    return ("content", min(around)[1]) if around else ("elsewhere", None)


__all__ = ["ArticleInput", "ArticleRows", "Layout", "read_article", "rule_confidence"]
