"""Tables of statements: what spans articles, as joins and group-bys.

Belongs here: ids, merging actors over articles and with the seeds, the frames in the lake's schemas.
Does not: reading text.
"""

from __future__ import annotations

import polars as pl

from pipeline.extract.actor_seeds import ActorSeeds, folded
from pipeline.ids import stable_id
from pipeline.schemas import ACTORS, MENTIONS, STATEMENTS

_SAME_KIND = {
    "person": ["person"],
    "organization": ["organization", "government"],
    "government": ["government", "organization"],
}


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
    """Table ``mentions``, with ``role_country`` for ``actors_table``."""
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
    seeds: ActorSeeds,
    articles: pl.DataFrame,
    version: str,
) -> pl.DataFrame:
    """Table ``actors``: one row per actor that speaks, is spoken to or is mentioned."""
    met = pl.concat(
        [
            statements.select("actor_id", "partition_date"),
            statements.select(actor_id="addressee_actor_id", partition_date="partition_date"),
            mentions.select("actor_id", "partition_date"),
        ]
    ).filter(pl.col("actor_id").is_not_null())
    days = met.group_by("actor_id").agg(pl.col("partition_date").min())
    own = entities.group_by("actor_id").agg(
        _most("actor_name"),
        _most("actor_type"),
        _most("country_code"),
        _most("affiliation"),
        pl.col("is_seed").any(),
    )
    names = mentions.filter(
        pl.col("mention_type").is_in(["name", "metonym"]) & pl.col("actor_id").is_not_null()
    )
    aliases = names.group_by("actor_id").agg(pl.col("mention_text").unique().sort().alias("aliases"))
    roles = mentions.filter(pl.col("role").is_not_null() & pl.col("actor_id").is_not_null())
    said = roles.group_by("actor_id").agg(
        _most("role").alias("said_role"), _most("affiliation").alias("said_affiliation")
    )
    known = seeds.actors.select(
        "actor_id",
        "wikidata_id",
        seed_role="role",
        seed_affiliation="affiliation",
        seed_country="country_code",
    )
    out = (
        days.join(own, on="actor_id")
        .join(aliases, on="actor_id", how="left")
        .join(said, on="actor_id", how="left")
        .join(known, on="actor_id", how="left")
        .with_columns(
            role=pl.coalesce("seed_role", "said_role"),
            affiliation=pl.coalesce("seed_affiliation", "said_affiliation", "affiliation"),
            country_code=pl.coalesce("seed_country", "country_code"),
            aliases=pl.col("aliases").fill_null(pl.lit([], dtype=pl.List(pl.String))),
            extractor_version=pl.lit(version),
        )
    )
    return ACTORS.conform(out.sort("actor_id"))


def _most(column: str) -> pl.Expr:
    """The most frequent value, the first in order among equals; null where there is none."""
    return pl.col(column).drop_nulls().sort().mode().sort().first()
