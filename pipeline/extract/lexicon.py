"""The resolver's word lists: titles, nouns for people and bodies, pronouns, function and time words.

Belongs here: reading ``lexicons/*.csv`` into sets and maps, and questions of one word or phrase. Does
not: the words themselves (data, see ``lexicons/README.md``), names of actors (``actor_seeds.py``),
reporting words (``cues.py``).
"""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "lexicons"
_LOOSE_CLASSES = frozenset(
    (
        "measure",
        "impression",
        "pronoun_filler",
        "new_group",
        "locative",
        "numbered",
        "post_nominal",
        "reader",
        "naming",
    )
)
"""Classes whose words also stand inside of names and titles."""
MAX_NOUN_WORDS = 3
"""Longest noun of ``person_nouns.csv`` in words ("chief executive officer")."""


@dataclass(frozen=True, slots=True)
class PersonNoun:
    """A noun that stands for one person: its gender where the word tells it, and what it implies.

    ``kind`` is ``role`` (minister), ``relation`` (wife: needs a possessor) or ``generic`` (source, woman:
    hardly ever a second name of somebody named).
    """

    noun: str
    gender: str
    kind: str
    is_a: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A pronoun: person 1 to 3, number and gender (``n`` thing, ``a`` any person) where it tells."""

    word: str
    person: int
    number: str
    gender: str
    kind: str


@dataclass(frozen=True, slots=True)
class Title:
    """A form of address before a name ("Mr", "Sen."), with the role it stands for."""

    gender: str
    role: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word lists; keys are folded by ``fold``."""

    titles: dict[str, Title]
    name_titles: frozenset[str]
    person_nouns: dict[str, PersonNoun]
    person_plurals: dict[str, PersonNoun]
    group_nouns: frozenset[str]
    body_nouns: dict[str, frozenset[str]]
    generic_bodies: frozenset[str]
    owned_bodies: frozenset[str]
    document_nouns: frozenset[str]
    pronouns: dict[str, Pronoun]
    word_classes: dict[str, frozenset[str]]
    modifiers: dict[str, str]
    sports_words: frozenset[str]
    short_forms: frozenset[str]
    closing_initials: frozenset[str]
    time_words: dict[str, tuple[str, int]]
    place_openers: frozenset[str]
    place_closers: frozenset[str]
    company_words: frozenset[str]
    interview_labels: dict[str, str]
    name_contexts: dict[tuple[str, str], dict[str, float]]

    def same_modifier(self, word: str) -> str:
        """``word``, or the one it is another form of ("gop" for "republican")."""
        form = self.modifiers.get(word, "")
        return form.removeprefix("same:") if form.startswith("same:") else word

    def is_a(self, word: str, *classes: str) -> bool:
        """Whether the function word ``word`` is of one of ``classes``."""
        return bool(self.word_classes.get(word, frozenset()) & set(classes))

    def is_plural_people(self, word: str) -> bool:
        """A plural or collective of people: "officials", "police"."""
        return word in self.person_plurals or word in self.group_nouns

    def is_function_word(self, word: str) -> bool:
        """A word that never stands inside a title or a name's pre-modifiers."""
        classes = self.word_classes.get(word, frozenset())
        return bool(classes - _LOOSE_CLASSES) or word in self.pronouns

    def person_noun_ending(self, words: list[str]) -> tuple[PersonNoun, int, bool] | None:
        """The longest person noun that ends ``words``: the noun, its length in words, and if plural."""
        for size in range(min(MAX_NOUN_WORDS, len(words)), 0, -1):
            phrase = " ".join(words[-size:])
            if phrase in self.person_nouns:
                return self.person_nouns[phrase], size, False
            if phrase in self.person_plurals:
                return self.person_plurals[phrase], size, True
        last = words[-1].rpartition("-")[2] if words else ""
        if last and last != words[-1]:
            return self.person_noun_ending([last])
        return None


def fold(text: str) -> str:
    """``text`` in lower case without accents, with plain apostrophes: the form in which words compare."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("‘", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _words(name: str) -> frozenset[str]:
    column = "noun" if name.endswith("nouns.csv") else "word"
    return frozenset(fold(row[column]) for row in _rows(name))


def _classes() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in _rows("function_words.csv"):
        found.setdefault(row["word"], set()).add(row["class"])
    return {word: frozenset(classes) for word, classes in found.items()}


def _contexts() -> dict[tuple[str, str], dict[str, float]]:
    return {
        (row["word"], row["side"]): dict.fromkeys(row["kinds"].split("|"), float(row["weight"]))
        for row in _rows("name_contexts.csv")
    }


@cache
def lexicon() -> Lexicon:
    """The word lists that ship with the package; read once a process."""
    short = _rows("short_forms.csv")
    people = [
        (row, PersonNoun(row["noun"], row["gender"], row["kind"], frozenset(row["is_a"].split("|")) - {""}))
        for row in _rows("person_nouns.csv")
    ]
    return Lexicon(
        titles={row["title"]: Title(row["gender"], row["role"]) for row in _rows("titles.csv")},
        name_titles=frozenset(r["role"] for r in _rows("titles.csv") if r["is_part_of_name"] == "true"),
        person_nouns={fold(row["noun"]): noun for row, noun in people},
        person_plurals={fold(row["plural"]): noun for row, noun in people if row["plural"]},
        group_nouns=_words("group_nouns.csv"),
        body_nouns={fold(row["noun"]): frozenset(row["fits"].split("|")) for row in _rows("body_nouns.csv")},
        generic_bodies=frozenset(
            fold(r["noun"]) for r in _rows("body_nouns.csv") if r["is_generic"] == "true"
        ),
        owned_bodies=frozenset(
            fold(r["noun"]) for r in _rows("body_nouns.csv") if "owned" in r["fits"].split("|")
        ),
        document_nouns=_words("document_nouns.csv"),
        pronouns={
            row["pronoun"]: Pronoun(
                row["pronoun"], int(row["person"]), row["number"], row["gender"], row["kind"]
            )
            for row in _rows("pronouns.csv")
        },
        word_classes=_classes(),
        modifiers={fold(row["word"]): row["class"] for row in _rows("role_modifiers.csv")},
        sports_words=_words("sports_words.csv"),
        short_forms=frozenset(row["word"] for row in short if row["class"] == "short"),
        closing_initials=frozenset(row["word"] for row in short if row["class"] == "closing"),
        time_words={row["word"]: (row["kind"], int(row["value"])) for row in _rows("time_words.csv")},
        place_openers=frozenset(r["word"] for r in _rows("place_words.csv") if r["position"] != "last"),
        place_closers=frozenset(r["word"] for r in _rows("place_words.csv") if r["position"] != "first"),
        company_words=_words("company_words.csv"),
        interview_labels={row["word"]: row["role"] for row in _rows("interview_labels.csv")},
        name_contexts=_contexts(),
    )
