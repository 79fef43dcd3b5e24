"""Nominals: whom "the minister", "his advisers", "the campaign" and "who" mean.

Belongs here: matching descriptions with roles said of somebody, and making unnamed actors. Does not:
personal pronouns (``discourse.py``).
"""

from __future__ import annotations

from pipeline.extract.actor_seeds import ascii_key
from pipeline.extract.chains import Entity
from pipeline.extract.discourse import Choice, Discourse, Place
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import Pronoun, lexicon
from pipeline.extract.persona import Name, Role, begins_clause
from pipeline.extract.phrases import Phrase, head_of

_DEFINITE = ("the", "this", "that", "these", "those", "owner", "both")
_FITS = {
    "state": ("government",),
    "company": ("organization",),
    "organization": ("organization",),
    "party": ("organization",),
    "media": ("organization",),
    "body": ("organization", "government"),
    "campaign": ("organization",),
    "place": ("place",),
}
RELATIVE_WINDOW = 14
"""Tokens before a relative pronoun among which its noun is sought."""
LEAST_BODY = 0.8
"""Least score of the body that "the company" or "the group" may mean."""
MORE_SPOKEN_OF = 1.6
"""Lead that makes "the senator" somebody the text speaks of, rather than somebody titled so elsewhere."""
OTHER_ROLE = 1.5
"""Lead that somebody with another role needs over somebody without one."""
GROUP_TOKENS = 90
"""How many tokens back "they" looks for a group that no statement has named."""
GROUP_SENTENCES = 4
"""How far back "all", "some" and "the experts" look for their group."""


class Nominals:
    """Resolves descriptions against the actors of one article."""

    def __init__(self, layout: Layout, discourse: Discourse, of_name: dict[int, Entity]) -> None:
        self.layout = layout
        self.discourse = discourse
        self.of_name = of_name
        self.words = lexicon()
        self.made: dict[str, Entity] = {}

    def resolve(self, phrase: Phrase, owner: Entity | None, place: Place) -> tuple[Entity | None, str, str]:
        """``(actor, resolution, rule)`` of a nominal speaker; without an actor the rule is the reason."""
        if phrase.head_class == "body":
            return self._body(phrase, owner, place)
        if phrase.head_class == "document":
            return self._document(phrase, owner, place)
        if phrase.is_plural or phrase.head_class == "group":
            earlier = self._earlier_group(phrase, owner, place)
            return (earlier, "nominal", "group_again") if earlier else (self.unnamed(phrase, owner), "unnamed", "unnamed")
        return self._person(phrase, owner, place)

    # -- bodies -----------------------------------------------------------------

    def _body(self, phrase: Phrase, owner: Entity | None, place: Place) -> tuple[Entity | None, str, str]:
        fits = self.words.body_nouns.get(phrase.head, frozenset())
        if phrase.is_plural:
            return self.unnamed(phrase, owner), "unnamed", "unnamed"
        if "campaign" in fits and phrase.head in ("campaign", "camp", "team") and owner is not None and owner.kind == "person":
            return self.campaign(owner), "name", "campaign"
        if phrase.is_proper and phrase.of is not None:
            return self._proper_body(phrase, phrase.of), "name", "body_of_name"
        owner_name = phrase.owner if isinstance(phrase.owner, Name) else None
        if owner_name is not None:
            return self._body_of(phrase, owner_name, owner), "name", "body_of_name"
        if phrase.determiner in ("the", "this", "that", ""):
            choice = self._definite_body(phrase, fits, place)
            if choice.entity is not None:
                return choice.entity, "nominal", "body" if choice.margin >= 0.7 else "body_close"
        return self.unnamed(phrase, owner), "unnamed", "unnamed"

    def campaign(self, owner: Entity) -> Entity:
        """The campaign of a person: "the Clinton campaign", "Mrs Clinton's camp"."""
        surname = owner.name.split()[-1] if owner.name else ""
        name = f"{surname} campaign"
        entity = self.made.get(name)
        if entity is None:
            for known in self.discourse.entities:
                if known.name.casefold() == name.casefold():
                    entity = known
                    break
            else:
                entity = Entity("organization", name, tuple(name.lower().split()), "org:" + ascii_key(name), head="campaign")
                entity.affiliation = owner.name
            self.made[name] = entity
        return entity

    def _body_of(self, phrase: Phrase, name: Name, owner: Entity | None) -> Entity:
        start = name.start
        text = " ".join(self.layout.text[start : phrase.end].split())
        text = text.split(",")[0]
        folded = text.casefold()
        entity = self.made.get(folded)
        if entity is None:
            entity = Entity("organization", text, tuple(folded.split()), "org:" + ascii_key(text), head=phrase.head)
            if owner is not None:
                entity.country, entity.affiliation = owner.country, owner.name
            self.made[folded] = entity
        return entity

    def _proper_body(self, phrase: Phrase, of: Name) -> Entity:
        """A body named in capitals of which the tagger saw a part: "Center for Federal Tax Policy"."""
        tokens = self.layout.between(phrase.start, of.end)
        begin = next((t.start for t in tokens if t.is_capital and t.low != "the"), phrase.start)
        text = " ".join(self.layout.text[begin : of.end].split())
        entity = self.made.get(text.casefold())
        if entity is None:
            entity = Entity("organization", text, tuple(text.casefold().split()), "org:" + ascii_key(text))
            self.made[text.casefold()] = entity
        return entity

    def _definite_body(self, phrase: Phrase, fits: frozenset[str], place: Place) -> Choice:
        kinds = {k for f in fits for k in _FITS.get(f, ())}
        pool = [e for e in self.discourse.entities if e.kind in kinds and self._is_before(e, place.start)]
        if "place" in fits:
            return _most_seen(pool)
        named = [e for e in pool if phrase.head in e.words or e.head == phrase.head]
        if named:
            return self.discourse.best(named, place, far=True)
        if phrase.head not in self.words.generic_bodies or phrase.owner is not None:
            return Choice(None)  # "the court", "the board": only one whose name says so
        choice = self.discourse.best([e for e in pool if not e.head and self._is_kind(e, fits)], place)
        return choice if choice.score >= LEAST_BODY else Choice(None)

    def _is_kind(self, entity: Entity, fits: frozenset[str]) -> bool:
        """Whether the words of a name allow it to be such a body: a fund is no company's name."""
        told = [self.words.body_nouns[w] for w in entity.words if w in self.words.body_nouns]
        return not told or any(fits & kinds for kinds in told)

    @staticmethod
    def _is_before(entity: Entity, start: int) -> bool:
        return any(s.start < start for s in entity.sightings)

    # -- documents --------------------------------------------------------------

    def _document(self, phrase: Phrase, owner: Entity | None, place: Place) -> tuple[Entity | None, str, str]:
        """A poll, report or speech speaks for who made it."""
        if owner is not None and owner.problem is None:
            return owner, "name" if isinstance(phrase.owner, Name) else "pronoun", "document_of"
        if phrase.of is not None and phrase.of.kind in ("organization", "person"):
            entity = self.of_name.get(phrase.of.start)
            if entity is not None and entity.problem is None and self._is_by(phrase):
                return entity, "name", "document_of"
        earlier = self._earlier_unnamed(phrase, place) if phrase.determiner in _DEFINITE else None
        return earlier or self.unnamed(phrase, owner), "unnamed", "unnamed_again" if earlier else "unnamed"

    def _is_by(self, phrase: Phrase) -> bool:
        assert phrase.of is not None
        at = self.layout.index(phrase.of.lead)
        before = self.layout.tokens[max(0, at - 3) : at]
        # "A report by X", "the speech Mrs X delivered".
        return any(t.low in ("by", "from", "of") for t in before) or before[-1].low == phrase.head

    # -- persons ----------------------------------------------------------------

    def _person(self, phrase: Phrase, owner: Entity | None, place: Place) -> tuple[Entity | None, str, str]:
        noun = self.words.person_nouns.get(phrase.head)
        may_describe = self._may_describe(phrase, owner)
        if phrase.determiner in (*_DEFINITE, ""):
            choice = self._by_role(phrase, owner, place)
            other = self._described(phrase, noun.gender, place) if may_describe and noun else Choice(None)
            told = other.entity is not None and bool(other.entity.roles)
            if choice.entity is not None and (told or other.score - choice.score < MORE_SPOKEN_OF):
                return choice.entity, "nominal", "role" if choice.margin >= 0.7 else "role_close"
            earlier = self._earlier_unnamed(phrase, place)
            if earlier is not None:
                return earlier, "unnamed", "unnamed_again"
        if may_describe and noun is not None:
            choice = self._described(phrase, noun.gender, place)
            if choice.entity is not None:
                return choice.entity, "nominal", "described" if choice.margin >= 0.5 else "described_close"
        return self.unnamed(phrase, owner), "unnamed", "unnamed"

    def _may_describe(self, phrase: Phrase, owner: Entity | None) -> bool:
        """Whether "the real estate mogul" may be a second name for somebody already spoken of."""
        noun = self.words.person_nouns.get(phrase.head)
        adjective = owner is None or owner.kind in ("place", "government", "thing")
        if phrase.determiner != "the" or noun is None or phrase.of is not None or not adjective:
            return False
        # "The mother of three" is an epithet, "the mother" somebody's.
        return noun.kind == "role" or (noun.kind == "relation" and phrase.is_restricted)

    def mention(self, phrase: Phrase, owner: Entity | None, place: Place, *, subject: bool) -> Entity | None:
        """Whom a description outside of speakers means: somebody with that role, or a new unnamed subject."""
        noun = self.words.person_nouns.get(phrase.head)
        if phrase.determiner in _DEFINITE:
            choice = self._by_role(phrase, owner, place)
            if choice.entity is not None:
                return choice.entity
        if not subject or noun is None or phrase.determiner == "":
            return None
        described = self._described(phrase, noun.gender, place).entity if self._may_describe(phrase, owner) else None
        if described is not None:
            return described
        return self._earlier_unnamed(phrase, place) or self.unnamed(phrase, owner)

    def _by_role(self, phrase: Phrase, owner: Entity | None, place: Place) -> Choice:
        found = [
            e for e in self.discourse.entities
            if e.kind == "person" and any(self._role_fits(phrase, r, owner, place.start) for r in e.roles)
        ]
        if phrase.owner is None and phrase.of is None:
            # "The president" without a country is the one whom the article gives none: its own.
            home = [
                e for e in found
                if any(r.affiliation is None for r in e.roles if self._role_fits(phrase, r, owner, place.start))
            ]
            found = home or found
        owned = [e for e in found if any(r.is_owned for r in e.roles if self._role_fits(phrase, r, owner, place.start))]
        if owner is not None and owner.kind == "person":
            found = [e for e in owned or found if e is not owner]
        return self.discourse.best(found, place, far=True) if found else Choice(None)

    def _role_fits(self, phrase: Phrase, role: Role, owner: Entity | None, start: int) -> bool:
        noun = self.words.person_nouns.get(role.noun)
        same = role.noun == phrase.head or (noun is not None and phrase.head in noun.is_a)
        if not same or role.at > start + 2000:
            return False
        if phrase.is_former and not role.is_former:
            return False
        if owner is not None and owner.kind == "person":
            return role.affiliation is None or _same_body(owner.name, role.affiliation)
        asked = {self.words.same_modifier(m) for m in phrase.modifiers if m in self.words.modifiers}
        told = {self.words.same_modifier(w) for w in role.phrase.split()}
        kinds = asked - told - {"senior", "top", "chief"}
        if asked and told - {role.noun} and kinds and not asked & told:
            return False
        body = phrase.owner.text if isinstance(phrase.owner, Name) else (phrase.of.text if phrase.of else None)
        if body and role.affiliation and not _same_body(body, role.affiliation):
            return False
        return True

    def _described(self, phrase: Phrase, gender: str, place: Place) -> Choice:
        """"The real estate mogul": the person the text has been speaking of, if one stands out."""
        pronoun = Pronoun("", 3, "singular", gender if gender in ("m", "f") else "a", "personal")
        hits = phrase.owner.hits if isinstance(phrase.owner, Name) else ()
        country = next((h.country_code for h in hits), None)
        people = [
            e for e in self.discourse.entities
            if e.kind == "person"
            and e.gender in ("", pronoun.gender if gender else e.gender)
            and not (country and e.country and e.country != country)
        ]
        # Whoever has another role is less likely meant: the roles said of them did not fit.
        free = [e for e in people if not e.roles]
        choice = self.discourse.best(people, place, gender=gender)
        if choice.entity is not None and choice.entity.roles and free:
            other = self.discourse.best(free, place, gender=gender)
            if other.entity is not None and choice.score - other.score < OTHER_ROLE:
                choice = other
        return choice if choice.entity is not None and choice.margin >= 0.15 else Choice(None)

    def _earlier_unnamed(self, phrase: Phrase, place: Place) -> Entity | None:
        for entity in reversed(self.discourse.entities):
            same = entity.kind in ("unnamed", "group") and entity.head == phrase.head
            same = same and entity.is_plural == phrase.is_plural and set(phrase.modifiers) <= set(entity.words)
            if same and phrase.head not in self.words.pronouns and self._is_before(entity, place.start):
                return entity
        return None

    # -- groups -----------------------------------------------------------------

    def _earlier_group(self, phrase: Phrase, owner: Entity | None, place: Place) -> Entity | None:
        if phrase.is_restricted or phrase.determiner not in (*_DEFINITE, "all"):
            return None
        for entity in reversed(self.discourse.entities):
            same_owner = owner is None or entity.affiliation is None or _same_body(owner.name, entity.affiliation)
            if entity.is_plural and entity.head == phrase.head and same_owner and self._is_before(entity, place.start):
                return entity
        return None

    def quantity(self, start: int) -> Choice:
        """"All", "some", "many": the group spoken of in the sentences before."""
        token = self.layout.tokens[self.layout.index(start)].low
        if token in ("others", "another", "everyone", "everybody", "nobody", "anyone", "someone", "those", "these"):
            return Choice(None)
        sentence = self.layout.sentence(start)
        for entity in reversed(self.discourse.entities):
            seen = [s for s in entity.sightings if s.start < start]
            if entity.is_plural and seen and sentence - max(s.sentence for s in seen) <= GROUP_SENTENCES:
                return Choice(entity, 0.5)
        return Choice(None)

    def unnamed(self, phrase: Phrase, owner: Entity | None = None) -> Entity:
        """The actor of a phrase that names nobody; one a phrase and article."""
        text = _bare(" ".join(self.layout.text[phrase.start : phrase.core_end or phrase.end].split()))
        if owner is not None and isinstance(phrase.owner, Pronoun):
            text = f"{owner.name}'s {text.partition(' ')[2]}"
        key = ascii_key(text)
        entity = self.made.get("unnamed " + key)
        if entity is not None:
            return entity
        plural = phrase.is_plural or phrase.head_class == "group" or phrase.kind == "pronoun"
        noun = self.words.person_nouns.get(phrase.head)
        entity = Entity("group" if plural else "unnamed", text, tuple(text.casefold().split()), "", is_plural=plural, head=phrase.head)
        entity.gender = noun.gender if noun else ""
        entity.is_human = phrase.head_class == "person" and not plural
        body = owner.name if owner else None
        if body is None and phrase.of is not None:
            body = phrase.of.text
        entity.affiliation = body
        if owner is not None:
            entity.country = owner.country
        self.made["unnamed " + key] = entity
        return entity

    # -- relative pronouns --------------------------------------------------------

    def relative(self, start: int, pronoun: Pronoun) -> Choice:
        """What "who" or "which" stands for: the nearest fitting name or noun before it in its sentence."""
        lay = self.layout
        at = lay.index(start)
        begin = max(lay.index(lay.sentence_span(start)[0]), at - RELATIVE_WINDOW)
        wants_person = pronoun.gender == "a"
        for i in range(at - 1, begin - 1, -1):
            token = lay.tokens[i]
            if not token.is_word or token.is_possessive:
                continue
            described = self._owner_of_apposition(token.start)
            if described is not None and wants_person:
                return Choice(described, 1.0)
            entity, name = self._name_at(token.start)
            if name is not None:
                if name.is_possessive:
                    continue
                if wants_person and name.kind != "person" and self._is_human_noun(i):
                    return Choice(self._noun_phrase_actor(i), 1.0)
                if entity is not None and entity.problem is None and (entity.kind == "person") == wants_person:
                    return Choice(entity, 1.0)
                continue
            if wants_person and self._is_human_noun(i):
                return Choice(self._noun_phrase_actor(i), 1.0)
            if wants_person and i == at - 1 and token.low.endswith("s") and not self._is_loose(token.low):
                return Choice(self._noun_phrase_actor(i), 0.5)
        last = lay.tokens[at - 1] if at > begin else None
        if last is None or not last.is_word or self._is_loose(last.low):
            return Choice(None, 0.0, "no_antecedent")
        return Choice(self._noun_phrase_actor(at - 1), 0.3)

    def _is_loose(self, low: str) -> bool:
        """A word that heads no noun phrase."""
        return self.words.is_function_word(low) and low not in ("those", "others", "some") or low.endswith("ly")

    def group_before(self, start: int, least: float) -> Entity | None:
        """The group spoken of before "they": the nearest plural of people that outweighs ``least``."""
        lay, weights = self.layout, self.discourse.weights
        step = lay.step(start)
        best, found = least, -1
        for i in range(lay.index(start) - 1, max(-1, lay.index(start) - GROUP_TOKENS), -1):
            token = lay.tokens[i]
            back = step - lay.step(token.start)
            if back > GROUP_SENTENCES:
                break
            if not self._is_plural_people(token.low) or lay.quotation(token.start) >= 0:
                continue
            first = self.phrase_begin(i)
            weight = weights.subject if begins_clause(lay, lay.tokens[first].start) else weights.mention
            score = weight - weights.sentence * back
            score -= weights.paragraph * (lay.paragraph(start) - lay.paragraph(token.start))
            if score > best:
                best, found = score, i
        return self._noun_phrase_actor(found) if found >= 0 else None

    def _is_plural_people(self, low: str) -> bool:
        return low in self.words.person_plurals or low in self.words.group_nouns

    def _name_at(self, offset: int) -> tuple[Entity | None, Name | None]:
        for entity in self.discourse.entities:
            for name in entity.names:
                if name.start <= offset < name.end:
                    return entity, name
        return None, None

    def _owner_of_apposition(self, offset: int) -> Entity | None:
        """The person in whose apposition ``offset`` lies: "Neera Tanden, an ally of Mrs Clinton, who"."""
        for entity in self.discourse.entities:
            if any(name.end < offset < name.tail for name in entity.names):
                return entity
        return None

    def _is_human_noun(self, at: int) -> bool:
        low = self.layout.tokens[at].low
        return low in self.words.person_nouns or low in self.words.person_plurals or low in self.words.group_nouns

    def phrase_begin(self, at: int) -> int:
        """Index of the first token of the noun phrase that ends at ``at``."""
        tokens = self.layout.tokens
        begin = at
        while begin > 0 and at - begin < 4:
            before = tokens[begin - 1]
            stop = not before.is_word or self.words.is_a(before.low, "preposition", "conjunction", "verb", "subordinator")
            pronoun = self.words.pronouns.get(before.low)
            stop = stop or (pronoun is not None and pronoun.kind in ("personal", "relative"))
            if stop or "\n" in self.layout.text[before.end : tokens[begin].start]:
                break
            begin -= 1
            if self.words.is_a(before.low, "determiner"):
                break
        return begin

    def _noun_phrase_actor(self, at: int) -> Entity:
        tokens = self.layout.tokens
        begin = self.phrase_begin(at)
        lows = [t.low for t in tokens[begin : at + 1]]
        head, head_class, plural, _ = head_of(lows, self.words)
        text = self.layout.text[tokens[begin].start : tokens[at].end]
        determiner = lows[0] if self.words.is_a(lows[0], "determiner") else ""
        phrase = Phrase(
            tokens[begin].start, tokens[at].end, text, "nominal", head=head, head_class=head_class,
            is_plural=plural, determiner=determiner,
        )
        if determiner == "the" and not plural:
            place = Place(tokens[begin].start)
            entity, _, _ = self._person(phrase, None, place)
            if entity is not None:
                return entity
        return self.unnamed(phrase)


def _most_seen(places: list[Entity]) -> Choice:
    """"The city": the place that the article is about, if one is named more than the others."""
    ranked = sorted(places, key=lambda e: -len(e.sightings))
    counts = [len(e.sightings) for e in ranked[:2]] + [0, 0]
    return Choice(ranked[0], 0.5) if counts[0] >= 2 and counts[0] > counts[1] else Choice(None)


def _bare(text: str) -> str:
    """``text`` without a leading article."""
    first, _, rest = text.partition(" ")
    bare = rest if rest and first.casefold() in ("the", "a", "an") else text
    return bare.removesuffix("'s").removesuffix("’s").rstrip("'’ ,")


def _same_body(a: str, b: str) -> bool:
    x, y = set(a.casefold().split()), set(b.casefold().split())
    return bool(x & y) or any(p[:4] == q[:4] for p in x for q in y)
