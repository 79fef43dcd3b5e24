"""Nominals: whom a speaker means that is neither a name nor a pronoun.

Belongs here: sending each phrase to what knows its kind of noun. Does not: those kinds (``bodies.py``,
``descriptions.py``, ``groups.py``, ``noun_phrases.py``).
"""

from __future__ import annotations

from pipeline.extract.bodies import Answer, Bodies
from pipeline.extract.descriptions import Descriptions
from pipeline.extract.discourse import Discourse, Place
from pipeline.extract.entities import Entity
from pipeline.extract.groups import Groups
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import lexicon
from pipeline.extract.noun_phrases import NounPhrases
from pipeline.extract.persona import NameIndex
from pipeline.extract.phrases import Phrase


class Nominals:
    """Resolves described speakers against the actors of one article."""

    def __init__(
        self, layout: Layout, discourse: Discourse, names: NameIndex, of_name: dict[int, Entity]
    ) -> None:
        self.phrases = NounPhrases(layout, discourse)
        self.bodies = Bodies(layout, discourse, self.phrases, of_name)
        self.descriptions = Descriptions(discourse, self.phrases)
        self.groups = Groups(layout, discourse, self.phrases, self.descriptions, names, of_name)
        self.layout = layout
        self.names = names
        self.of_name = of_name

    def resolve(self, phrase: Phrase, owner: Entity | None, place: Place) -> Answer:
        """Actor, resolution and rule of a nominal speaker; there always is one, if only an unnamed one.

        Args:
            phrase: The speaker.
            owner: Whose it is ("Clinton's aides").
            place: Where it stands.
        """
        if phrase.head_class == "body":
            return self.bodies.body(phrase, owner, place)
        if phrase.head_class == "document":
            return self.bodies.document(phrase, owner, place)
        if phrase.is_plural or phrase.head_class == "group":
            earlier = self.phrases.earlier_group(phrase, owner, place.start)
            if earlier is not None:
                return earlier, "nominal", "group_again"
            return self.phrases.unnamed(phrase, owner), "unnamed", "unnamed"
        return self.descriptions.person(phrase, owner, place)

    def described_name(self, phrase: Phrase) -> Entity | None:
        """The person whom a description names itself, or in whose apposition it stands.

        "[A man who gave his name only as Pete]" and "Matt Bennett, [a former aide]".
        """
        last = self.names.at(phrase.end - 1)
        if phrase.is_plural or phrase.head_class not in ("person", "unknown"):
            return None
        if last is not None and last.kind == "person" and last.start > phrase.start:
            before = self.layout.tokens[self.layout.index(last.lead) - 1].low
            if lexicon().is_a(before, "naming"):
                return self.of_name.get(last.start)  # "a man who gave his name only as Pete"
        if phrase.head_class != "person":
            return None
        for name in reversed(self.names.overlapping(max(0, phrase.start - 200), phrase.start)):
            if name.kind == "person":
                between = self.layout.text[name.end : phrase.start].strip()
                is_in = between == "," or name.end < phrase.start < name.tail
                return self.of_name.get(name.start) if is_in else None
        return None
