"""Tables of statements: what spans articles, as joins and group-bys.

Belongs here: ids, merging actors over articles and with the seeds, the frames in the lake's schemas.
Does not: reading text.
"""

from __future__ import annotations

import polars as pl

from pipeline.extract.actor_seeds import ActorSeeds, folded
from pipeline.ids import stable_id
from pipeline.schemas import ACTORS, MENTIONS, STATEMENTS


def known_by_name(entities: pl.DataFrame, seeds: ActorSeeds) -> pl.DataFrame:
    """Actors of articles, those whose full name is an alias of one known actor replaced by it.

    Names that were put together from several words ("Russian foreign ministry") meet the seeds here.
    """
    sure = seeds.aliases.filter(~pl.col("is_ambiguous") & (pl.col("alias_type") != "demonym"))
    sure = sure.filter(pl.col("actor_id").n_unique().over("folded") == 1).unique("folded")
    known = sure.select("folded", seed_id="actor_id").join(
        seeds.actors.select(
            seed_id="actor_id", seed_name="actor_name", seed_type="actor_type", seed_country="country_code"
        ),
        on="seed_id",
    )
    joined = entities.with_columns(folded=folded("actor_name")).join(known, on="folded", how="left")
    fits = (
        pl.col("is_named")
        & pl.col("seed_id").is_not_null()
        & ((pl.col("actor_type") == "person") == (pl.col("seed_type") == "person"))
    )
    return joined.with_columns(
        actor_id=pl.when(fits).then("seed_id").otherwise("actor_id"),
        actor_name=pl.when(fits).then("seed_name").otherwise("actor_name"),
        actor_type=pl.when(fits).then("seed_type").otherwise("actor_type"),
        country_code=pl.when(fits).then("seed_country").otherwise("country_code"),
        is_seed=pl.col("is_seed") | fits,
    ).select(entities.columns)


def mentions_table(
    rows: pl.DataFrame, entities: pl.DataFrame, articles: pl.DataFrame, version: str
) -> pl.DataFrame:
    """Table ``mentions``."""
    keyed = rows.join(
        entities.select("article_id", "entity", "actor_id"), on=["article_id", "entity"], how="left"
    )
    keyed = keyed.join(articles.select("article_id", "partition_date"), on="article_id").unique(
        ["article_id", "start", "end"], keep="first", maintain_order=True
    )
    ids = [stable_id("mention", *key) for key in keyed.select("article_id", "start", "end").iter_rows()]
    out = keyed.with_columns(mention_id=pl.Series(ids, dtype=pl.String), extractor_version=pl.lit(version))
    return MENTIONS.conform(out.sort("article_id", "start", "end"))


def statements_table(
    rows: pl.DataFrame,
    entities: pl.DataFrame,
    attributions: pl.DataFrame,
    articles: pl.DataFrame,
    version: str,
) -> pl.DataFrame:
    """Table ``statements``."""
    ids = entities.select("article_id", "entity", "actor_id")
    joined = (
        rows.join(ids, on=["article_id", "entity"], how="left")
        .join(
            ids.rename({"entity": "addressee_entity", "actor_id": "addressee_actor_id"}),
            on=["article_id", "addressee_entity"],
            how="left",
        )
        .join(attributions.drop("partition_date", "article_id"), on="attribution_id")
        .join(articles.select("article_id", "partition_date", "outlet_id"), on="article_id")
    )
    # Two conjuncts that turn out to be one actor are one statement.
    joined = joined.sort("article_id", "ordinal", "attribution_id", "speaker_ordinal").filter(
        pl.col("actor_id").is_null() | pl.struct("attribution_id", "actor_id").is_first_distinct()
    )
    keys = [
        stable_id("statement", *key) for key in joined.select("attribution_id", "speaker_ordinal").iter_rows()
    ]
    out = joined.with_columns(
        statement_id=pl.Series(keys, dtype=pl.String),
        confidence=(pl.col("confidence") * pl.col("rule_confidence")).round(4),
        extractor_version=pl.col("extractor_version") + "+" + pl.lit(version),
    )
    return STATEMENTS.conform(out)


def actors_table(
    statements: pl.DataFrame,
    mentions: pl.DataFrame,
    entities: pl.DataFrame,
    articles: pl.DataFrame,
    *,
    seeds: ActorSeeds,
    version: str,
) -> pl.DataFrame:
    """Table ``actors``: one row per day and actor that speaks, is spoken to or is mentioned."""
    day = ["partition_date", "actor_id"]
    met = pl.concat(
        [
            statements.select(day),
            statements.select("partition_date", actor_id="addressee_actor_id"),
            mentions.select(day),
        ]
    )
    met = met.filter(pl.col("actor_id").is_not_null()).unique()
    own = entities.join(articles.select("article_id", "partition_date"), on="article_id").group_by(day)
    own = own.agg(
        *(_most(c) for c in ("actor_name", "actor_type", "country_code", "affiliation")),
        pl.col("is_seed").any(),
    )
    named = mentions.filter(pl.col("actor_id").is_not_null())
    aliases = named.filter(pl.col("mention_type").is_in(["name", "metonym"])).group_by(day)
    roles = named.filter(pl.col("role").is_not_null()).group_by(day)
    joined = (
        met.join(own, on=day)
        .join(aliases.agg(aliases=pl.col("mention_text").unique().sort()), on=day, how="left")
        .join(roles.agg(_most("role"), said_affiliation=_most("affiliation")), on=day, how="left")
        .join(_offices(seeds), on="actor_id", how="left")
    )
    return ACTORS.conform(_with_office(joined, version).sort(day))


def _with_office(joined: pl.DataFrame, version: str) -> pl.DataFrame:
    """Role and body from the seeds on the days of that office, else as the articles give them."""
    in_office = pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col("partition_date"))
    in_office &= pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("partition_date"))
    has_office = in_office & pl.col("seed_role").is_not_null()
    return joined.with_columns(
        role=pl.when(has_office).then("seed_role").otherwise("role"),
        affiliation=pl.when(has_office)
        .then("seed_affiliation")
        .otherwise(pl.coalesce("said_affiliation", "affiliation")),
        country_code=pl.coalesce("seed_country", "country_code"),
        aliases=pl.col("aliases").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        extractor_version=pl.lit(version),
    )


def _offices(seeds: ActorSeeds) -> pl.DataFrame:
    """What the seeds know of an actor, its office with the days on which it was held."""
    return seeds.actors.select(
        "actor_id",
        "wikidata_id",
        "valid_from",
        "valid_to",
        seed_role="role",
        seed_affiliation="affiliation",
        seed_country="country_code",
    )


def _most(column: str) -> pl.Expr:
    """The most frequent value, the first in order among equals; null where there is none."""
    return pl.col(column).drop_nulls().sort().mode().sort().first()
