"""Known actors: the seed tables, and which of them a name can mean on a day.

Belongs here: reading and checking the seed files, actor keys and ids, the join of names with aliases.
Does not: choosing among several meanings by the article (``chains.py``).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path

import polars as pl

from pipeline.extract.lexicon import fold
from pipeline.ids import stable_id

ACTOR_SCHEMA = pl.Schema(
    {
        "key": pl.String,
        "actor_id": pl.String,
        "actor_name": pl.String,
        "actor_type": pl.String,
        "country_code": pl.String,
        "role": pl.String,
        "affiliation": pl.String,
        "wikidata_id": pl.String,
        "gender": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
    }
)
ALIAS_SCHEMA = pl.Schema(
    {
        "alias": pl.String,
        "actor_id": pl.String,
        "alias_type": pl.String,
        "is_ambiguous": pl.Boolean,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        "note": pl.String,
    }
)
_TITLES_IN_KEY = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class SeedHit:
    """A known actor that a name can mean, by one alias; ``role`` is the office held on the article's day."""

    actor_id: str
    actor_name: str
    actor_type: str
    alias_type: str
    is_ambiguous: bool
    country_code: str | None
    gender: str | None
    role: str | None = None
    affiliation: str | None = None


@dataclass(frozen=True)
class ActorSeeds:
    """``seeds/actors.csv`` and ``seeds/actor_aliases.csv`` with the folded form of each alias.

    ``version`` is a digest of both: it changes when and only when a row changes.
    """

    actors: pl.DataFrame
    aliases: pl.DataFrame
    version: str

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self.aliases["folded"])

    def is_known(self, name: str) -> bool:
        """Whether some known actor goes by ``name``."""
        return folded_text(name) in self._names

    @cached_property
    def _seats(self) -> frozenset[str]:
        both = self.aliases.join(self.actors.select("actor_id", "actor_type"), on="actor_id")
        people = both.filter(pl.col("actor_type") != "government")["folded"]
        return frozenset(both.filter(pl.col("actor_type") == "government")["folded"]) - frozenset(people)

    def is_seat(self, name: str) -> bool:
        """Whether ``name`` can only mean a government: a state, or a place that stands for it."""
        return folded_text(name) in self._seats

    @cached_property
    def _states(self) -> frozenset[str]:
        states = self.actors.filter(pl.col("key").str.starts_with("state:")).select("actor_id")
        named = self.aliases.filter(pl.col("alias_type").is_in(["name", "acronym"]) & ~pl.col("is_ambiguous"))
        return frozenset(named.join(states, on="actor_id")["folded"]) & self._seats

    def is_state(self, name: str) -> bool:
        """Whether ``name`` is that of a state and of nobody else."""
        return folded_text(name) in self._states

    @cached_property
    def demonyms(self) -> dict[str, tuple[str, str]]:
        """Folded demonym or country name to country code and country name ("russian": RU, Russia)."""
        kinds = self.aliases.filter(pl.col("alias_type").is_in(["demonym", "name", "acronym", "short"]))
        states = self.actors.filter(
            (pl.col("actor_type") == "government") & pl.col("key").str.starts_with("state:")
        ).select("actor_id", "actor_name", "country_code")
        rows = kinds.join(states, on="actor_id").filter(pl.col("country_code").is_not_null())
        rows = rows.unique("folded", keep="first", maintain_order=True)
        return {f: (c, n) for f, c, n in rows.select("folded", "country_code", "actor_name").rows()}


def load_actor_seeds(folder: Path) -> ActorSeeds:
    """The seed tables of ``folder``.

    Raises:
        FileNotFoundError: A file is missing.
        ValueError: A column is missing, a cell does not fit its type, an actor stands twice, or an alias
            names no actor.
    """
    actors = _read(folder / "actors.csv", ACTOR_SCHEMA)
    aliases = _read(folder / "actor_aliases.csv", ALIAS_SCHEMA)
    return make_actor_seeds(actors, aliases)


def make_actor_seeds(actors: pl.DataFrame, aliases: pl.DataFrame) -> ActorSeeds:
    """Seeds from frames of ``ACTOR_SCHEMA`` and ``ALIAS_SCHEMA``; every actor's name is an alias of it."""
    twice = actors.filter(pl.col("actor_id").is_duplicated())["actor_id"].unique().sort().to_list()
    if twice:
        raise ValueError(f"actors.csv: actor_id stands twice: {', '.join(twice[:5])}")
    unknown = aliases.join(actors, on="actor_id", how="anti")["alias"].to_list()
    if unknown:
        raise ValueError(f"actor_aliases.csv: aliases of no actor: {', '.join(unknown[:5])}")
    # A validity of the actor row is that of its office; the person keeps the name after it.
    names = actors.select(
        pl.col("actor_name").alias("alias"),
        "actor_id",
        pl.lit("name").alias("alias_type"),
        pl.lit(False).alias("is_ambiguous"),
        pl.lit(None, pl.Date).alias("valid_from"),
        pl.lit(None, pl.Date).alias("valid_to"),
        pl.lit(None, pl.String).alias("note"),
    )
    listed = aliases.with_columns(folded=folded("alias"))
    own = names.with_columns(folded=folded("alias")).join(listed, on=["folded", "actor_id"], how="anti")
    both = pl.concat([listed, own.select(listed.columns)]).sort("folded", "actor_id", "alias_type")
    digest = hashlib.sha256((actors.sort("actor_id").write_csv() + both.write_csv()).encode()).hexdigest()
    return ActorSeeds(actors, both, digest[:12])


def _read(path: Path, schema: pl.Schema) -> pl.DataFrame:
    if not path.exists():
        raise FileNotFoundError(f"{path}: the seed file is missing")
    try:
        frame = pl.read_csv(path, schema_overrides=dict(schema), encoding="utf8")
        return frame.select(list(schema))
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not a table of {', '.join(schema)}: {error}") from error


def folded(column: str) -> pl.Expr:
    """The form in which names compare: lower case, no accents, no marks but ``&``, no leading "the"."""
    return (
        pl.col(column)
        .str.normalize("NFKD")
        .str.replace_all(r"\p{M}+", "")
        .str.to_lowercase()
        .str.replace_all(r"['’]s\b", "")
        .str.replace_all(r"[.'’`]", "")
        .str.replace_all(r"[^\p{L}\p{N}&]+", " ")
        .str.strip_chars()
        .str.replace(r"^the ", "")
        # "Donald J. Trump" is Donald Trump; initials that begin a name stay.
        .str.replace(r"^(\p{L}{2,}) (?:\p{L} )+", "${1} ")
    )


def ascii_key(text: str) -> str:
    """``text`` as the tail of an actor key: ASCII lower case, words joined by an underscore."""
    plain = fold(text).replace("'s ", " ").replace("'", "").replace(".", "")
    return _TITLES_IN_KEY.sub("_", plain.replace("ß", "ss").replace("ø", "o").replace("ł", "l")).strip("_")


def person_key(words: list[str]) -> str:
    """Key of a person by the words of the full name; lone middle initials do not count."""
    kept = [w for i, w in enumerate(words) if i in (0, len(words) - 1) or len(w.strip(".")) > 1]
    return "person:" + ascii_key(" ".join(kept))


def actor_id(key: str) -> str:
    """Id of the actor of ``key`` ("person:vladimir_putin"), the same as in the seeds."""
    return stable_id("actor", key)


def seed_hits(names: pl.DataFrame, seeds: ActorSeeds) -> pl.DataFrame:
    """Every meaning of every name on its article's day.

    Args:
        names: Has ``name_row``, ``text`` and ``article_date``.
        seeds: Known actors.

    Returns:
        One row per name and alias that fits: ``name_row`` and the fields of ``SeedHit``.
    """
    day = pl.col("article_date")
    hits = names.with_columns(folded=folded("text")).join(
        seeds.aliases.select("folded", "actor_id", "alias_type", "is_ambiguous", "valid_from", "valid_to"),
        on="folded",
    )
    hits = hits.filter(
        (pl.col("valid_from").is_null() | (pl.col("valid_from") <= day))
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= day))
    )
    known = seeds.actors.drop("key", "wikidata_id").rename(
        {"valid_from": "office_from", "valid_to": "office_to"}
    )
    in_office = (pl.col("office_from").is_null() | (pl.col("office_from") <= day)) & (
        pl.col("office_to").is_null() | (pl.col("office_to") >= day)
    )
    return (
        hits.join(known, on="actor_id")
        .with_columns(
            role=pl.when(in_office).then("role"), affiliation=pl.when(in_office).then("affiliation")
        )
        .sort("name_row", "is_ambiguous", "actor_id", "alias_type")
        .unique(["name_row", "actor_id"], keep="first", maintain_order=True)
        .select("name_row", *(f.name for f in fields(SeedHit)))
    )


@lru_cache(maxsize=20_000)
def folded_text(text: str) -> str:
    """``text`` as ``folded`` makes it, for one value."""
    plain = fold(text).replace("'s ", " ").removesuffix("'s").replace(".", "").replace("'", "")
    words = "".join(c if c.isalnum() or c == "&" else " " for c in plain).split()
    if words[:1] == ["the"] and len(words) > 1:
        words = words[1:]
    while len(words) > 2 and len(words[0]) > 1 and len(words[1]) == 1 and words[1].isalpha():
        del words[1]
    return " ".join(words)
