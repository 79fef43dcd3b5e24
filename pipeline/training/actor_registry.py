"""The actors and aliases under construction: keys, alias types, ambiguity, and the two CSV files.

Belongs here: what is the same for every source of actors. Does not: any source (see
``build_actors.py`` and ``actor_leaders.py``).
"""

from __future__ import annotations

import collections
import csv
import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path

from pipeline.ids import stable_id

ACTOR_COLUMNS = (
    "actor_id",
    "key",
    "actor_name",
    "actor_type",
    "country_code",
    "role",
    "affiliation",
    "wikidata_id",
    "gender",
    "valid_from",
    "valid_to",
)
ALIAS_COLUMNS = ("alias", "actor_id", "alias_type", "is_ambiguous", "valid_from", "valid_to", "note")
MARKS = {
    "a": "acronym",
    "c": "capital",
    "d": "demonym",
    "f": "former",
    "m": "metonym",
    "n": "name",
    "s": "short",
    "t": "transliteration",
}
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "æ": "ae", "Æ": "Ae"}
    | {"þ": "th", "Þ": "Th", "ð": "d", "œ": "oe", "ə": "a", "Ə": "A", "–": "-", "’": "'"}
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_NO_MARKS = str.maketrans("", "", "'.")
_UMLAUT_STATES = {"DE", "AT", "CH"}
_ACRONYM = re.compile(r"(?:[A-Z]\.){2,}|[A-Z][A-Za-z0-9&+/-]{1,9}")


def ascii_form(text: str) -> str:
    """``text`` with plain Latin letters: Erdoğan as Erdogan."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def fold(text: str) -> str:
    """A readable key part: lower case ASCII words joined by underscores."""
    return "_".join(
        re.findall(r"[a-z0-9]+", ascii_form(text).lower().replace("+", " plus").translate(_NO_MARKS))
    )


def match_form(alias: str) -> str:
    """What decides whether two aliases are one: case, accents, marks, "the" and "'s" do not count."""
    plain = re.sub(r"'s\b|[.']", "", ascii_form(alias).casefold())
    return re.sub(r"^the ", "", re.sub(r"[^\w&]+", " ", plain).strip())


def split_aliases(cell: str) -> list[str]:
    """The aliases of a cell, with their marks (``f:`` former, trailing ``*`` ambiguous)."""
    return [a.strip() for a in cell.split(";") if a.strip()]


def is_acronym(alias: str, others: Iterable[str] = ()) -> bool:
    """Whether ``alias`` is written as an acronym, or is the word form (Nato) of one of ``others``."""
    if not _ACRONYM.fullmatch(alias):
        return False
    capitals = sum(c.isupper() for c in alias)
    letters = sum(c.isalpha() for c in alias)
    return (capitals >= 2 and capitals * 2 >= letters) or alias.upper() in set(others)


def day(value: str, *, end: bool = False) -> str:
    """A date; a year alone stands for its first or, as an end, its last day."""
    return value + ("-12-31" if end else "-01-01") if re.fullmatch(r"\d{4}", value) else value


class Registry:
    """Actors by key and aliases by text and key."""

    def __init__(self) -> None:
        self.actors: dict[str, dict[str, str]] = {}
        self.aliases: dict[tuple[str, str], dict[str, str]] = {}

    def actor(
        self,
        key: str,
        name: str,
        actor_type: str,
        *,
        country: str = "",
        role: str = "",
        affiliation: str = "",
        wikidata: str = "",
        gender: str = "",
        dates: tuple[str, str] = ("", ""),
    ) -> None:
        """Add an actor and its own name as an alias.

        Raises:
            ValueError: The key is taken.
        """
        if key in self.actors:
            raise ValueError(f"two actors with the key {key}")
        self.actors[key] = {
            "actor_id": stable_id("actor", key),
            "key": key,
            "actor_name": name,
            "actor_type": actor_type,
            "country_code": country,
            "role": role,
            "affiliation": affiliation,
            "wikidata_id": wikidata,
            "gender": gender,
            "valid_from": day(dates[0]),
            "valid_to": day(dates[1], end=True),
        }
        self.alias(name, key, canonical=True)

    def person(self, row: dict[str, str]) -> None:
        """Add a person, or give one that is there already the role of ``row``."""
        key = f"person:{fold(row['name'])}"
        wikidata = row["wikidata"]
        if key in self.actors:
            wikidata = wikidata or self.actors[key]["wikidata_id"]
            row = row | {"gender": row["gender"] or self.actors[key]["gender"]}
            del self.actors[key]
        self.actor(
            key,
            row["name"],
            "person",
            country=row["country"],
            role=row["role"],
            affiliation=row["affiliation"],
            wikidata=wikidata,
            gender=row["gender"],
            dates=(row["from"], row["to"]),
        )
        for alias in split_aliases(row["aliases"]):
            self.alias(alias, key)

    def alias(self, text: str, key: str, *, note: str = "", canonical: bool = False) -> None:
        """Add an alias; its type is marked, or told from how it relates to the name."""
        marked = re.match(r"([acdfmnst]):(.+)", text)
        kind = MARKS[marked[1]] if marked else ""
        text = (marked[2] if marked else text).strip()
        flagged = text.endswith("*")
        text = text.rstrip("*").strip()
        # The first rule that gives an alias decides its type: "US" is a name before it is a demonym.
        fresh = {
            "alias": text,
            "type": "name" if canonical else kind,
            "flag": "",
            "note": "",
            "from": "",
            "to": "",
        }
        row = self.aliases.setdefault((text, key), fresh)
        row["flag"] = "1" if flagged else row["flag"]
        row["note"] = row["note"] or note

    def finish(self, ambiguous: list[dict[str, str]], dates: list[dict[str, str]]) -> None:
        """Guess missing types, add plain-letter forms, flag the ambiguous, set dates."""
        self._drop_second_governments()
        self._guess_types()
        self._plain_letters()
        self._flag(ambiguous)
        by_name = {a["actor_name"]: k for k, a in self.actors.items()}
        for row in dates:
            entry = self.aliases[row["alias"], by_name[row["name"]]]
            entry["from"], entry["to"] = row["valid_from"], row["valid_to"]

    def show(self, names: list[dict[str, str]]) -> None:
        """Let reports show a body by the letters that everybody knows it by; keys and aliases stay."""
        for row in names:
            self.actors[row["key"]]["actor_name"] = row["name"]

    def _drop_second_governments(self) -> None:
        """Where the government is an actor of its own (Scottish Government), the land is not called so."""
        names = {match_form(a["actor_name"]): k for k, a in self.actors.items()}
        for (text, key), row in list(self.aliases.items()):
            if row["note"] == "government" and names.get(match_form(text), key) != key:
                del self.aliases[text, key]

    def _guess_types(self) -> None:
        acronyms = collections.defaultdict(set)
        for text, key in self.aliases:
            if is_acronym(text):
                acronyms[key].add(text)
        for (text, key), row in self.aliases.items():
            actor = self.actors[key]
            if (
                actor["actor_type"] != "person"
                and is_acronym(text, acronyms[key])
                and row["type"] in ("", "name")
            ):
                row["type"] = "acronym"
            elif not row["type"]:
                row["type"] = (
                    _person_type(text, actor) if actor["actor_type"] == "person" else _body_type(text, actor)
                )

    def _plain_letters(self) -> None:
        for (text, key), row in list(self.aliases.items()):
            forms = {ascii_form(text)}
            if self.actors[key]["country_code"] in _UMLAUT_STATES:
                forms.add(ascii_form(text.translate(_UMLAUTS)))
            if re.search("[øØ]", text):
                forms.add(ascii_form(text.replace("ø", "oe").replace("Ø", "Oe")))
            for form in forms - {text}:
                if (form, key) not in self.aliases:
                    kind = (
                        row["type"]
                        if row["type"] in ("demonym", "capital", "metonym", "former")
                        else "transliteration"
                    )
                    self.aliases[form, key] = row | {"alias": form, "type": kind}

    def _flag(self, ambiguous: list[dict[str, str]]) -> None:
        reasons = {match_form(r["alias"]): r["reason"] for r in ambiguous}
        if unknown := reasons.keys() - {match_form(t) for t, _ in self.aliases}:
            raise ValueError(f"ambiguous.csv has words that are no alias: {', '.join(sorted(unknown))}")
        owners = collections.defaultdict(set)
        for text, key in self.aliases:
            owners[match_form(text)].add(key)
        flagged = {match_form(t) for (t, _), row in self.aliases.items() if row["flag"]}
        for (text, _), row in self.aliases.items():
            form = match_form(text)
            if form in reasons or form in flagged or len(owners[form]) > 1:
                row["flag"] = "1"
                row["note"] = row["note"] or reasons.get(form, "")

    def write(self, folder: Path) -> None:
        """Write both files, sorted by key and by alias."""
        folder.mkdir(parents=True, exist_ok=True)
        actors = [self.actors[k] for k in sorted(self.actors)]
        _write(folder / "actors.csv", ACTOR_COLUMNS, actors)
        lines = [
            {
                "alias": row["alias"],
                "actor_id": self.actors[key]["actor_id"],
                "alias_type": row["type"],
                "is_ambiguous": "true" if row["flag"] else "false",
                "valid_from": row["from"],
                "valid_to": row["to"],
                "note": row["note"],
            }
            for (_, key), row in sorted(self.aliases.items())
        ]
        _write(folder / "actor_aliases.csv", ALIAS_COLUMNS, lines)


def _person_type(text: str, actor: dict[str, str]) -> str:
    """Short for one word, transliteration for the same words spelt otherwise, else name."""
    words, name = ascii_form(text).casefold().split(), ascii_form(actor["actor_name"]).casefold().split()
    if len(words) == 1:
        alike = max((SequenceMatcher(None, words[0], n).ratio() for n in name), default=0)
        return "short" if words[0] in name or alike < 0.6 else "transliteration"
    if actor["country_code"] not in ("US", "GB") and len(words) == len(name):
        pairs = [
            SequenceMatcher(None, a.strip("."), b.strip(".")).ratio()
            for a, b in zip(words, name, strict=True)
        ]
        if min(pairs) > 0.4 and not any(w.endswith(".") for w in words):
            return "transliteration"
    return "name"


def _body_type(text: str, actor: dict[str, str]) -> str:
    """Short for words of the name in their order, else name."""
    words, name = text.casefold().split(), iter(actor["actor_name"].casefold().split())
    shorter = len(words) < len(actor["actor_name"].split())
    return "short" if shorter and all(w in name for w in words) else "name"


def _write(path: Path, columns: tuple[str, ...], lines: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
