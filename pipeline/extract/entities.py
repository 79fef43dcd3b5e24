"""Entities: the actors of one article as values, named or not, with where they were mentioned.

Belongs here: the value, its id, its gender as far as the text tells, choosing its name. Does not: which
names are one actor (``chains.py``), whom a pronoun means (``discourse.py``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from pipeline.extract.actor_seeds import SeedHit, actor_id, ascii_key, person_key
from pipeline.extract.lexicon import fold, lexicon
from pipeline.extract.persona import Name, Role
from pipeline.ids import stable_id


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place where an actor is mentioned, as pronoun resolution weighs it.

    ``step`` numbers the narrator's sentences, ``quotation`` the quotation it lies in (-1 for none);
    ``is_topic`` marks a possessive that begins a clause ("Sanders's plan …"), ``is_introduction`` a full
    name with a role beside it, the first of its bearer.
    """

    start: int
    end: int
    step: int
    paragraph: int
    quotation: int
    is_subject: bool
    is_speaker: bool = False
    is_topic: bool = False
    is_introduction: bool = False


Resolution = Literal["name", "pronoun", "nominal", "metonym", "unnamed", "unresolved"]
"""How a speaker was found; the column ``resolution``."""
Unresolved = Literal[
    "no_speaker",
    "no_antecedent",
    "unknown_name",
    "ambiguous_name",
    "ambiguous_surname",
    "person_or_place",
    "country_or_team",
]
"""Why there is no actor; the column ``unresolved_reason``. dbt refuses any other."""


@dataclass(slots=True)
class Entity:
    """One actor of one article.

    ``kind`` is an actor type, or ``place`` and ``thing`` for names that are no actor until they speak.
    ``key`` is the actor key of a named actor that stands in no seed, "" where the actor exists in this
    article alone. ``head`` is the noun of a described actor. ``problem`` says why it cannot be resolved.
    ``votes`` count pronouns that can mean nobody else, by gender. ``sightings`` are in text order.
    """

    kind: str
    name: str
    words: tuple[str, ...] = ()
    key: str = ""
    seed: SeedHit | None = None
    gender: str = ""
    is_plural: bool = False
    is_human: bool = False
    head: str = ""
    country: str | None = None
    affiliation: str | None = None
    problem: Unresolved | None = None
    roles: list[Role] = field(default_factory=list[Role])
    sightings: list[Sighting] = field(default_factory=list[Sighting])
    names: list[Name] = field(default_factory=list[Name])
    votes: Counter[str] = field(default_factory=Counter[str])

    @property
    def is_person(self) -> bool:
        """A single human being, named or not."""
        return self.kind == "person" or (self.kind == "unnamed" and self.is_human)

    def voted_gender(self, least: int) -> str:
        """The gender that at least so many sure pronouns gave it; "" where they disagree."""
        m, f = self.votes["m"], self.votes["f"]
        if m > 2 * f and m >= least:
            return "m"
        return "f" if f > 2 * m and f >= least else ""

    def actor_id(self, article_id: str) -> str:
        """Id of the actor: the seed's, that of its key, or one of this article alone."""
        if self.seed is not None:
            return self.seed.actor_id
        if self.key:
            return actor_id(self.key)
        kind = "person" if self.kind == "person" else "unnamed"
        return stable_id("actor", kind, article_id, ascii_key(self.name))


def only_hit(name: Name, kind: str = "") -> SeedHit | None:
    """The one known actor that a name means; None where it could be several, or none is sure."""
    hits = [h for h in name.hits if h.alias_type != "demonym"]
    if "person" in (name.kind, kind):
        hits = [h for h in hits if h.actor_type == "person"]
    elif any(h.actor_type != "person" for h in hits):
        hits = [h for h in hits if h.actor_type != "person"]
    sure = [h for h in hits if not h.is_ambiguous]
    return sure[0] if len({h.actor_id for h in sure}) == 1 else None


def gender_conflict(entity: Entity, name: Name) -> bool:
    """Whether the form of address of ``name`` cannot be that of ``entity``."""
    return bool(entity.gender and name.gender and entity.gender != name.gender)


def display_name(name: Name) -> str:
    """The name as a reader expects it: no "the", no shouting, "Prince" where it is part of the name."""
    text = " ".join((name.full or name.text).split())
    text = text[4:] if text[:4].casefold() == "the " else text
    if name.kind != "person":
        return text
    if text.isupper() and len(text) > 4:
        text = text.title()
    kept = [r.noun for r in name.roles if r.noun in lexicon().name_titles]
    return f"{kept[-1].title()} {text}" if kept and len(name.words) == 1 else text


def _seed_roles(seed: SeedHit) -> list[Role]:
    """The office that the seeds know, for "the senator" where the article does not say it."""
    ends = lexicon().person_noun_ending(fold(seed.role).split()) if seed.role else None
    if ends is None or seed.role is None:
        return []
    return [Role(ends[0].noun, fold(seed.role), seed.affiliation, False, 0)]


def settle(entity: Entity) -> None:
    """Give an actor its name, key and seed from all the names it goes by."""
    if entity.kind != "person":
        entity.name = entity.seed.actor_name if entity.seed else entity.name
        return
    full = [n for n in entity.names if len(n.words) > 1]
    counts = Counter(display_name(n) for n in (full or entity.names))
    entity.name = max(counts, key=lambda t: (" " in t, counts[t], len(t), t))
    seeds = {s.actor_id: s for n in (full or entity.names) if (s := only_hit(n)) is not None}
    if len(seeds) == 1:
        entity.seed = next(iter(seeds.values()))
        entity.name = entity.seed.actor_name
        entity.gender = entity.gender or (entity.seed.gender or "")
        entity.country = entity.seed.country_code
        entity.roles += _seed_roles(entity.seed)
    elif full:
        entity.key = person_key(list(next(n for n in full if display_name(n) == entity.name).words))
    elif " " in entity.name:
        entity.key = "person:" + ascii_key(entity.name)
