"""Descriptions: whom "the minister", "his lawyer" and "the real estate mogul" mean.

Belongs here: matching nouns for one person with the roles said of somebody, else with whom the text has been
speaking of. Does not: groups (``groups.py``), bodies (``bodies.py``), pronouns (``discourse.py``).
"""

from __future__ import annotations

from pipeline.extract.bodies import SURE_MARGIN, Answer
from pipeline.extract.discourse import Choice, Discourse, Place
from pipeline.extract.entities import Entity
from pipeline.extract.lexicon import lexicon
from pipeline.extract.noun_phrases import DEFINITE, NounPhrases, same_body
from pipeline.extract.persona import Name, Role
from pipeline.extract.phrases import Phrase

MORE_SPOKEN_OF = 1.6
"""Lead that makes "the senator" somebody the text speaks of, rather than somebody titled so elsewhere."""
OTHER_ROLE = 1.5
"""Lead that somebody with another role needs over somebody without one."""
CLEAR_EPITHET = 0.5
"""Lead from which an epithet counts as clear."""
LEAST_EPITHET = 0.15
"""Lead below which an epithet is left unnamed."""
_RANKS = frozenset(("senior", "top", "chief"))


class Descriptions:
    """Resolves nouns for one person against the actors of one article."""

    def __init__(self, discourse: Discourse, phrases: NounPhrases) -> None:
        self.discourse = discourse
        self.phrases = phrases
        self.words = lexicon()

    def person(self, phrase: Phrase, owner: Entity | None, place: Place) -> Answer:
        """The actor of a phrase whose head is a noun for one person."""
        epithet = self._epithet(phrase, owner, place)
        if phrase.determiner in (*DEFINITE, ""):
            choice = self._by_role(phrase, owner, place)
            told = epithet.entity is not None and bool(epithet.entity.roles)
            if choice.entity is not None and (told or epithet.score - choice.score < MORE_SPOKEN_OF):
                return choice.entity, "nominal", "role" if choice.margin >= SURE_MARGIN else "role_close"
            earlier = self.phrases.earlier(phrase, place.start)
            if earlier is not None:
                return earlier, "unnamed", "unnamed_again"
        if epithet.entity is not None:
            rule = "described" if epithet.margin >= CLEAR_EPITHET else "described_close"
            return epithet.entity, "nominal", rule
        return self.phrases.unnamed(phrase, owner), "unnamed", "unnamed"

    def mention(self, phrase: Phrase, owner: Entity | None, place: Place, *, subject: bool) -> Entity | None:
        """Whom a description outside of speakers means; a subject that is nobody known is a new actor."""
        if phrase.determiner in DEFINITE:
            choice = self._by_role(phrase, owner, place)
            if choice.entity is not None:
                return choice.entity
        if not subject or phrase.determiner == "":
            return None
        epithet = self._epithet(phrase, owner, place).entity
        return epithet or self.phrases.earlier(phrase, place.start) or self.phrases.unnamed(phrase, owner)

    def _by_role(self, phrase: Phrase, owner: Entity | None, place: Place) -> Choice:
        """The person of whom such a role was said."""
        found: list[tuple[Entity, list[Role]]] = []
        for entity in self.discourse.entities:
            roles = [r for r in entity.roles if self._role_fits(phrase, r, owner)]
            if entity.kind == "person" and roles and entity is not owner:
                found.append((entity, roles))
        if owner is not None and owner.kind == "person":
            sure = [f for f in found if any(r.is_owned for r in f[1])]
        elif phrase.owner is None and phrase.of is None:
            # "The president" without a country is the one to whom the article gives none: its own.
            sure = [f for f in found if any(r.affiliation is None for r in f[1])]
        else:
            sure = found
        people = [e for e, _ in sure or found]
        return self.discourse.best(people, place, far=True) if people else Choice(None)

    def _role_fits(self, phrase: Phrase, role: Role, owner: Entity | None) -> bool:
        """Whether "the former Ukrainian minister" can be said of somebody with this role."""
        noun = self.words.person_nouns.get(role.noun)
        if role.noun != phrase.head and (noun is None or phrase.head not in noun.is_a):
            return False
        if phrase.is_former and not role.is_former:
            return False
        if owner is not None and owner.kind == "person":
            return role.affiliation is None or same_body(owner.name, role.affiliation)
        asked = {self.words.same_modifier(m) for m in phrase.modifiers if m in self.words.modifiers}
        told = {self.words.same_modifier(w) for w in role.phrase.split()}
        if asked - told - _RANKS and told - {role.noun} and not asked & told:
            return False
        body = phrase.owner if isinstance(phrase.owner, Name) else phrase.of
        return body is None or role.affiliation is None or same_body(body.text, role.affiliation)

    def _epithet(self, phrase: Phrase, owner: Entity | None, place: Place) -> Choice:
        """Whom "the real estate mogul" means: somebody the text has been speaking of, if one stands out."""
        noun = self.words.person_nouns.get(phrase.head)
        is_possessive = isinstance(phrase.owner, Name) and phrase.owner.is_possessive
        # "The GOP candidate" is an epithet, "the GOP's candidate" and "the Trump aide" are somebody's.
        is_owned = owner is not None and (owner.kind == "person" or is_possessive)
        if phrase.determiner != "the" or noun is None or phrase.of is not None or is_owned:
            return Choice(None)
        # "The mother of three" is an epithet, "the mother" somebody's, "the source" nobody's.
        if noun.kind != "role" and not (noun.kind == "relation" and phrase.is_restricted):
            return Choice(None)
        hits = phrase.owner.hits if isinstance(phrase.owner, Name) else ()
        country = next((h.country_code for h in hits), None)
        people = [
            e
            for e in self.discourse.entities
            if e.kind == "person"
            and (not noun.gender or e.gender in ("", noun.gender))
            and not (country and e.country and e.country != country)
        ]
        choice = self.discourse.best(people, place, form=noun.gender)
        # Whoever has another role is less likely meant: the roles said of them did not fit.
        free = [e for e in people if not e.roles]
        if choice.entity is not None and choice.entity.roles and free:
            other = self.discourse.best(free, place, form=noun.gender)
            if other.entity is not None and choice.score - other.score < OTHER_ROLE:
                choice = other
        return choice if choice.margin >= LEAST_EPITHET else Choice(None)
