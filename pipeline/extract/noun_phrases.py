"""Noun phrases: where a noun's phrase begins, and the actor of a phrase that names nobody.

Belongs here: "a Russian foreign ministry spokesperson" and "officials familiar with the talks" as actors of
one article. Does not: finding out that they are somebody named (``descriptions.py``).
"""

from __future__ import annotations

from pipeline.extract.actor_seeds import ascii_key
from pipeline.extract.discourse import Discourse
from pipeline.extract.entities import Entity
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import Pronoun, lexicon
from pipeline.extract.phrases import Phrase, head_of

DEFINITE = ("the", "this", "that", "these", "those", "owner", "both")
"""Determiners of a phrase that can be a second mention."""
MAX_PHRASE_TOKENS = 4
"""Tokens before a noun that may belong to its phrase."""


class NounPhrases:
    """Unnamed actors of one article, one a phrase."""

    def __init__(self, layout: Layout, discourse: Discourse) -> None:
        self.layout = layout
        self.discourse = discourse
        self.words = lexicon()
        self._made: dict[str, Entity] = {}

    def begin(self, at: int) -> int:
        """Index of the first token of the noun phrase that ends at token ``at``."""
        tokens = self.layout.tokens
        begin = at
        while begin > 0 and at - begin < MAX_PHRASE_TOKENS:
            before = tokens[begin - 1]
            if not before.is_word or self._ends_phrase(before.low):
                break
            if "\n" in self.layout.text[before.end : tokens[begin].start]:
                break
            begin -= 1
            if self.words.is_a(before.low, "determiner"):
                break
        return begin

    def _ends_phrase(self, low: str) -> bool:
        pronoun = self.words.pronouns.get(low)
        if pronoun is not None and pronoun.kind in ("personal", "relative"):
            return True
        return self.words.is_a(low, "preposition", "conjunction", "verb", "subordinator")

    def at(self, at: int) -> Phrase:
        """The noun phrase that ends at token ``at``, read without its names."""
        tokens = self.layout.tokens
        begin = self.begin(at)
        lows = [t.low for t in tokens[begin : at + 1]]
        head, head_class, is_plural, size = head_of(lows, self.words)
        start, end = tokens[begin].start, tokens[at].end
        return Phrase(
            start,
            end,
            self.layout.text[start:end],
            "nominal",
            head=head,
            head_class=head_class,
            is_plural=is_plural,
            determiner=lows[0] if self.words.is_a(lows[0], "determiner") else "",
            modifiers=tuple(w for w in lows[: len(lows) - size] if not self.words.is_a(w, "determiner")),
        )

    def unnamed(self, phrase: Phrase, owner: Entity | None = None) -> Entity:
        """The actor of a phrase that names nobody: of type ``group`` for several people, else ``unnamed``."""
        text = self._name(phrase, owner)
        key = ascii_key(text)
        if key in self._made:
            return self._made[key]
        is_group = phrase.is_plural or phrase.head_class == "group" or phrase.kind == "pronoun"
        noun = self.words.person_nouns.get(phrase.head)
        entity = Entity(
            "group" if is_group else "unnamed",
            text,
            tuple(text.casefold().split()),
            is_plural=is_group,
            is_human=phrase.head_class == "person" and not is_group,
            head=phrase.head,
            gender=noun.gender if noun else "",
            country=owner.country if owner else None,
            affiliation=self._body(phrase, owner),
        )
        self._made[key] = entity
        return entity

    def _name(self, phrase: Phrase, owner: Entity | None) -> str:
        """The phrase without article and asides, "his" written out where it is known whose."""
        text = " ".join(self.layout.text[phrase.start : phrase.core_end or phrase.end].split())
        if phrase.head_class == "document":
            text = self._off_readers(text)
        first, _, rest = text.partition(" ")
        if owner is not None and isinstance(phrase.owner, Pronoun):
            text = f"{self._possessive(owner)} {rest}"
        elif rest and first.casefold() in ("the", "a", "an", "one") and not rest.startswith("of "):
            text = rest
        return text.removesuffix("'s").removesuffix("’s").rstrip("'’ ,")

    def _possessive(self, owner: Entity) -> str:
        """A name in the possessive, that of a group up to what only describes it ("Tram drivers’")."""
        words = owner.name.split()
        if owner.is_plural:
            cut = next(
                (i for i, w in enumerate(words) if i and self.words.is_a(w, "preposition")), len(words)
            )
            words = words[:cut]
        plural = owner.is_plural and words[-1].endswith("s")
        return " ".join(words) + self.layout.apostrophe + ("" if plural else "s")

    def _off_readers(self, text: str) -> str:
        """A document without who has seen it: "draft of the deal" of "draft of the deal seen by the Post"."""
        words = text.split()
        cut = next((i for i, w in enumerate(words) if i > 1 and self.words.is_a(w, "reader")), len(words))
        while cut > 2 and self.words.is_a(words[cut - 1], "conjunction"):
            cut -= 1
        return " ".join(words[:cut])

    def _body(self, phrase: Phrase, owner: Entity | None) -> str | None:
        """The body that the phrase is of: "Russian foreign ministry", "the Clinton campaign"."""
        tokens = self.layout.between(phrase.start, phrase.end)
        bodies = [i for i, t in enumerate(tokens) if t.low in self.words.body_nouns and t.low != phrase.head]
        name = phrase.of or (None if isinstance(phrase.owner, Pronoun) else phrase.owner)
        if phrase.head_class == "document" and any(self.words.is_a(t.low, "reader") for t in tokens):
            name = None
        if bodies and name is not None and name.start < tokens[bodies[-1]].start:
            return " ".join(self.layout.text[name.start : tokens[bodies[-1]].end].split())
        if owner is not None:
            return owner.name
        return name.text if name is not None else None

    def earlier(self, phrase: Phrase, start: int) -> Entity | None:
        """The unnamed actor that "the official" takes up again."""
        if phrase.head in self.words.pronouns:
            return None
        for entity in reversed(self.discourse.entities):
            if (
                entity.kind in ("unnamed", "group")
                and entity.head == phrase.head
                and entity.is_plural == phrase.is_plural
                and set(phrase.modifiers) <= set(entity.words)
                and is_before(entity, start)
            ):
                return entity
        return None

    def earlier_group(self, phrase: Phrase, owner: Entity | None, start: int) -> Entity | None:
        """The group that "the experts" or "his advisers" takes up again."""
        if phrase.is_restricted or phrase.determiner not in (*DEFINITE, "all"):
            return None
        for entity in reversed(self.discourse.entities):
            of_same = owner is None or entity.affiliation is None or same_body(owner.name, entity.affiliation)
            if entity.is_plural and entity.head == phrase.head and of_same and is_before(entity, start):
                return entity
        return None


def is_before(entity: Entity, start: int) -> bool:
    """Whether the actor was mentioned before ``start``."""
    return bool(entity.sightings) and entity.sightings[0].start < start


def same_body(a: str, b: str) -> bool:
    """Whether two names of a body or country can be one: "Ukraine" and "Ukrainian", "Trump" and "Donald Trump"."""
    x, y = set(a.casefold().split()), set(b.casefold().split())
    return bool(x & y) or any(p[:4] == q[:4] for p in x for q in y)
