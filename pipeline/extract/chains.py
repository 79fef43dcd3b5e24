"""Chains: which names of one article are one actor.

Belongs here: joining names by full name, surname, first name, acronym, short form and seed. Does not:
pronouns and nominals (``discourse.py``, ``nominals.py``), joining over articles (``tables.py``).

A name that fits two actors is left unresolved with a reason rather than guessed.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.actor_seeds import SeedHit, ascii_key
from pipeline.extract.entities import Entity, display_name, gender_conflict, only_hit, settle
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import lexicon
from pipeline.extract.meanings import settle_meanings
from pipeline.extract.persona import Name

DOMINANCE = 1.5
"""How many times as much weight the main bearer of a surname needs against the next one."""
KNOWN_BY_SURNAME = 2.5
"""Weight of being the one whom the seeds know by the bare surname."""
LEAST_TITLED = 2
"""Mentions by title and surname from which an article is taken to use no bare surnames."""
LEAST_TYPO = 5
"""Letters that a surname needs for one of them to be a slip ("McLenney" for McClenney)."""
SPORTS_SHARE = 0.01
"""From this share of sports words on, a country's name is taken for a team."""
_SMALL = frozenset(("of", "the", "for", "and", "in", "on", "at", "to", "de", "la", "du", "des"))


def build_chains(layout: Layout, names: Sequence[Name]) -> tuple[list[Entity], dict[int, Entity]]:
    """The named actors of an article.

    Returns:
        All of them, and the actor of each name by the name's start. An actor with a ``problem`` is a
        name that could not be resolved.
    """
    settle_meanings(names)
    builder = _Builder(layout, names)
    builder.full_persons()
    builder.bodies()
    builder.short_persons()
    return builder.finish()


class _Builder:
    def __init__(self, layout: Layout, names: Sequence[Name]) -> None:
        self.layout = layout
        self.names = names
        self.of: dict[int, Entity] = {}
        self.persons: list[Entity] = []
        self.others: list[Entity] = []
        low = [t.low for t in layout.tokens]
        sports = sum(w in lexicon().sports_words for w in low)
        self.is_sports = sports >= max(5, SPORTS_SHARE * len(low))

    def full_persons(self) -> None:
        """Persons named in full: the same last name and first names that agree."""
        for name in self.names:
            if name.kind != "person" or len(name.words) < 2:
                continue
            fitting = [e for e in self.persons if _same_person(e, name)]
            entity = fitting[0] if fitting else None
            if entity is None:
                entity = Entity("person", name.text, name.words)
                self.persons.append(entity)
            self._put(entity, name)

    def bodies(self) -> None:
        """Organisations, states and places, longest names first so that short forms find them."""
        rest = [n for n in self.names if n.kind != "person"]
        for name in sorted(rest, key=lambda n: -len(n.words)):
            if self._is_person_in_disguise(name):
                continue
            entity = self._find_body(name)
            if entity is None:
                entity = self._new_body(name)
                self.others.append(entity)
            self._put(entity, name)

    def short_persons(self) -> None:
        """Surnames and first names; what fits two people goes to the one the article is about, or to none."""
        loose = [
            n for n in self.names if n.start not in self.of and (n.kind == "person" or len(n.words) == 1)
        ]
        # Forms of address first: they tell people of one surname apart.
        for name in sorted(loose, key=lambda n: (not n.gender, n.start)):
            bearers = [e for e in self.persons if name.words[0] in e.words or set(name.words) <= set(e.words)]
            bearers = [e for e in bearers if not gender_conflict(e, name)]
            bearers = [e for e in bearers if name.gender and e.gender == name.gender] or bearers
            bearers = self._introduced(name, bearers)
            surname = [e for e in bearers if e.words[-1] == name.words[-1]]
            self._put(self._choose(name, surname or bearers), name)

    def finish(self) -> tuple[list[Entity], dict[int, Entity]]:
        """Names and seeds of the actors, once all their mentions are known."""
        for entity in [*self.persons, *self.others]:
            if entity.names and entity.problem is None:
                settle(entity)
        found = {id(e): e for n in self.names if (e := self.of.get(n.start)) is not None}
        return list(found.values()), self.of

    def _put(self, entity: Entity, name: Name) -> None:
        self.of[name.start] = entity
        entity.names.append(name)
        seed = only_hit(name) if len(name.words) > 1 else None
        entity.gender = entity.gender or name.gender or (seed.gender or "" if seed else "")
        entity.roles += name.roles
        if len(name.words) > len(entity.words) and entity.kind == "person":
            entity.words = name.words

    def _is_person_in_disguise(self, name: Name) -> bool:
        """A surname that the tagger took for a body or place: a person of that name is in the article."""
        last = name.words[-1]
        if len(name.words) > 1:
            is_person = any(set(name.words) <= set(e.words) and e.words[-1] == last for e in self.persons)
            name.kind = "person" if is_person else name.kind
            return is_person
        bearers = [e for e in self.persons if e.words[-1] == last]
        if not bearers and name.hits and only_hit(name) is None:
            # "Hillary" among several known ones: the first name of somebody in the article.
            bearers = [e for e in self.persons if e.words[0] == last]
        if not bearers:
            near = None if name.hits or name.kind == "place" else self._by_spelling(name)
            name.kind = "person" if near is not None else name.kind
            return near is not None
        place = next((h for h in name.hits if h.actor_type == "government"), None)
        if place is not None and not name.has_title and self._is_place_here(last, place.actor_id):
            if not self._is_in(name):
                self._put(Entity("person", name.text, name.words, problem="person_or_place"), name)
            return not self._is_in(name)
        if place is not None and name.kind == "place" and self._goes_by_title(bearers, last):
            return False
        name.kind = "person"
        return True

    def _goes_by_title(self, bearers: list[Entity], last: str) -> bool:
        """Whether the article says "Mr Washington" throughout: bare "Washington" is the place then."""
        short = [n for n in self.names if n.words == (last,) and (n.kind == "person" or n.has_title)]
        named = {e.words[0] for e in bearers}
        return len(short) >= LEAST_TITLED and len(named) == 1 and all(n.has_title for n in short)

    def _is_place_here(self, word: str, actor: str) -> bool:
        """Whether the article speaks of the place too: "in Jordan", "the Jordanian"."""
        return any(
            (n.words == (word,) and self._is_in(n))
            or any(h.actor_id == actor for h in n.hits if n.words != (word,))
            for n in self.names
        )

    def _is_in(self, name: Name) -> bool:
        """Whether a name stands as a place: "in Jordan", "from Paris"."""
        at = self.layout.index(name.lead) - 1
        return at >= 0 and lexicon().is_a(self.layout.tokens[at].low, "locative")

    def _find_body(self, name: Name) -> Entity | None:
        seed = only_hit(name)
        for entity in self.others:
            if seed is not None and entity.seed is not None:
                if seed.actor_id == entity.seed.actor_id:
                    return entity
                continue
            if entity.words == name.words or _is_acronym(name, entity):
                return entity
        if seed is not None or name.kind == "place" or name.hits:
            return None
        longer = [e for e in self.others if e.kind != "place" and _is_short_form(name.words, e.words)]
        return longer[0] if len(longer) == 1 else None

    def _new_body(self, name: Name) -> Entity:
        seed = only_hit(name)
        kind = {"place": "place", "other": "thing"}.get(name.kind, "organization")
        # One key for places and bodies: what articles disagree about stays one actor.
        entity = Entity(kind, display_name(name), name.words, "org:" + ascii_key(display_name(name)))
        if seed is not None:
            entity.seed, entity.kind, entity.country = seed, seed.actor_type, seed.country_code
            if self.is_sports and seed.actor_type == "government" and seed.alias_type != "metonym":
                entity.problem = "country_or_team"
        elif len({h.actor_id for h in name.hits}) > 1 or any(h.is_ambiguous for h in name.hits):
            entity.problem = "ambiguous_name"
        return entity

    def _choose(self, name: Name, bearers: list[Entity]) -> Entity:
        known = self._by_seed(name)
        if len(bearers) <= 1:
            near = bearers[0] if bearers else self._by_spelling(name)
            return known or near or self._person_by_short_name(name)
        best = self._main_bearer(name, bearers, known)
        return best or Entity("person", name.text, name.words, problem="ambiguous_surname")

    def _by_spelling(self, name: Name) -> Entity | None:
        """The only person named in full whose surname differs by one letter: a slip or another transliteration."""
        word = name.words[-1]
        if len(word) < LEAST_TYPO or len(name.words) > 1 or only_hit(name, "person") is not None:
            return None
        near = [e for e in self.persons if len(e.words) > 1 and _one_letter_apart(e.words[-1], word)]
        return near[0] if len(near) == 1 and not gender_conflict(near[0], name) else None

    def _by_seed(self, name: Name) -> Entity | None:
        """The person of the article whom the seeds mean by a surname ("Putin")."""
        seed = only_hit(name, "person")
        if seed is None:
            return None
        for entity in self.persons:
            if not gender_conflict(entity, name) and seed.actor_id in {
                s.actor_id for n in entity.names if (s := only_hit(n)) is not None
            }:
                return entity
        return None

    def _introduced(self, name: Name, bearers: list[Entity]) -> list[Entity]:
        """Those named in full before ``name``, unless it stands in the headline or nobody is.

        A well-known surname that comes before anybody is named in full means the person of the seeds.
        """
        if self.layout.paragraph(name.start) == 0:
            return bearers
        before = [e for e in bearers if any(n.start < name.start for n in e.names)]
        known_by_surname = [e for e in bearers if len(e.words) == 1]
        if before or known_by_surname or only_hit(name, "person") is None:
            return before or known_by_surname or bearers
        return []

    def _main_bearer(self, name: Name, bearers: list[Entity], known: Entity | None) -> Entity | None:
        """The bearer whom the bare surname means: named before it, and far more often than the others."""
        weights: list[tuple[float, Entity]] = []
        sentence = self.layout.sentence(name.start)
        for entity in bearers:
            weight = 0.3 + sum(
                (1.5 if n.is_subject else 0.4) * (1 if n.start < name.start else 0.3) for n in entity.names
            )
            weight += 1.5 * (self.layout.paragraph(min(n.start for n in entity.names)) == 0)
            weight += KNOWN_BY_SURNAME * (entity is known)
            in_sentence = [n for n in entity.names if self.layout.sentence(n.start) == sentence]
            if any(len(n.words) > 1 and n.start > name.start for n in in_sentence):
                weight *= 0.3
            weights.append((weight, entity))
        weights.sort(key=lambda w: -w[0])
        return weights[0][1] if weights[0][0] >= DOMINANCE * weights[1][0] else None

    def _person_by_short_name(self, name: Name) -> Entity:
        for entity in self.persons:
            if entity.words in (name.words, name.words[-1:]):
                return entity
        seed = only_hit(name, "person")
        body = None if name.has_title or seed is not None else _only_body(name)
        if body is not None:
            name.kind = "organization"
            return self._find_body(name) or self._new_body(name)
        entity = Entity("person", display_name(name), name.words, seed=seed)
        if seed is None and not name.has_title:
            others = {h.actor_type == "person" for h in name.hits if h.alias_type != "demonym"}
            if others:
                entity.problem = "ambiguous_name" if min(others) else "person_or_place"
        self.persons.append(entity)
        return entity


def _only_body(name: Name) -> SeedHit | None:
    """The one body that a name surely means, which the tagger took for a person's ("Breitbart")."""
    sure = [h for h in name.hits if not h.is_ambiguous and h.actor_type == "organization"]
    return sure[0] if len(sure) == 1 and len(name.hits) == 1 else None


def _same_person(entity: Entity, name: Name) -> bool:
    """Whether a full name is that of ``entity``: last names equal, first names or initials agree."""
    a, b = entity.words, name.words
    if a == b:
        return True
    if gender_conflict(entity, name):
        return False
    seed, other = only_hit(name), next((s for n in entity.names if (s := only_hit(n))), None)
    if seed is not None and other is not None:
        return seed.actor_id == other.actor_id
    return _names_agree(a, b)


def _names_agree(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether two full names can be one: "Donald J. Trump" and "Donald Trump", not "Bill" and "Hillary Clinton"."""
    first, second = a[0], b[0]
    if a[-1] != b[-1]:
        return first == second and (set(a) < set(b) or set(b) < set(a))
    if first == second:
        middle = {w for w in a[1:-1] if len(w) > 1}, {w for w in b[1:-1] if len(w) > 1}
        return not (middle[0] and middle[1]) or bool(middle[0] & middle[1])
    initial = 1 in (len(first), len(second)) and first[0] == second[0]
    return initial or second in a or first in b


def _one_letter_apart(a: str, b: str) -> bool:
    """Whether one letter put in, left out or changed makes ``a`` of ``b``; the first is never changed."""
    if abs(len(a) - len(b)) > 1 or a[0] != b[0] or a == b:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return a[at + 1 :] == b[at + 1 :] or a[at:] == b[at + 1 :] or a[at + 1 :] == b[at:]


def _is_acronym(name: Name, entity: Entity) -> bool:
    """Whether "WHO" is made of the initials of "World Health Organization"."""
    if len(name.words) != 1 or not 2 <= len(name.text) <= 8 or not name.text.replace(".", "").isupper():
        return False
    letters = name.words[0]
    every = "".join(w[0] for w in entity.words)
    return len(entity.words) > 1 and letters in (
        every,
        "".join(w[0] for w in entity.words if w not in _SMALL),
    )


def _is_short_form(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether ``short`` is the beginning or the end of ``full``, if only its noun ("the Council")."""
    if len(short) >= len(full):
        return False
    if full[-len(short) :] == short:
        return len(short) > 1 or " ".join(short) in lexicon().body_nouns
    return full[: len(short)] == short
