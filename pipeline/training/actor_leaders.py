"""Heads of state and government up to 2014 from a public list of actors in TABARI form.

Belongs here: reading that list, telling leaders from the rest, and their names as news writes them.
Does not: leaders since 2014 and everyone else (hand-written in ``actor_data/``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.training.actor_registry import Registry, fold

OFFICE_AFTER = "1995-01-01"
"""Leaders whose office ended before are history; news of today does not quote them."""
SKIP_STATES = {"US", "SM", "AD", "AI", "AS", "AW", "BM", "CK", "GU", "KY", "MP", "PR", "VI"}
"""Members of Congress for the US, two captains a half-year for San Marino, governors for territories."""
PARTICLES = frozenset(
    re.findall(
        "[a-z]+", "al ben bin bint da das de del della den der di do dos du e el ibn la le ould ter ud ul"
    )
) | {"van", "von", "wa", "y"}
_ELITE = re.compile(r"[A-Z]{3}ELI")
_OFFICE = re.compile(r"([A-Z]{3})GOV(?:\s+([<>]?)(\d{6,8})(?:-(\d{6,8}))?)?\s*")
_HONORIFIC = re.compile(r"^(?:Sir|Dame|Lyonpo|Ratu Sir|Ratu) ")
_INITIALS = re.compile(r"(?:[a-z]\.)+")
_SYLLABLES = {"HK", "KP", "KR", "TW"}
"""States whose given names are written with a hyphen: Kim Young-sam."""
_MONTHS = re.compile(r"\d{4}-\d\d-01")


@dataclass
class Entry:
    """One entry of the list: a name, its other spellings, its dated codes."""

    name: str
    others: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Leader:
    """A head of state or government; dates are empty where the list leaves the office open."""

    name: str
    country: str
    valid_from: str
    valid_to: str


def entries(path: Path) -> Iterator[Entry]:
    """The entries of the list."""
    current: Entry | None = None
    for raw in path.read_text(encoding="latin-1").replace("\x1a", "E").split("\n"):
        line = re.sub(r"[#;].*", "", raw)
        if not line.strip():
            continue
        codes, name = re.findall(r"\[([^\]]*)\]", line), re.sub(r"\[.*", "", line).strip("_ \t+")
        starts = line[0] not in " \t+" and bool(name)
        if starts and (current is None or current.codes):
            if current:
                yield current
            current = Entry(name, codes=codes)
        elif current:
            current.others += [name] if name else []
            current.codes += codes
    if current:
        yield current


def iso_day(text: str) -> str:
    """``990508`` and ``19990508`` as 1999-05-08; two-digit years above 20 are of the 20th century."""
    if len(text) == 6:
        text = ("19" if int(text[:2]) > 20 else "20") + text
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if len(text) == 8 else ""


def display_name(name: str) -> str:
    """``LULA_DA_SILVA`` as Lula da Silva."""
    words = re.split(r"[_\s]+", name.lower().strip("_ "))
    shown = [
        w if i and w in PARTICLES else "-".join(_capital(p) for p in w.split("-"))
        for i, w in enumerate(words)
    ]
    capital = re.compile(r"[ivx]{2,4}|(?:[a-z]\.?)|" + _INITIALS.pattern)
    return " ".join(w.upper() if w not in PARTICLES and capital.fullmatch(w.lower()) else w for w in shown)


def _capital(part: str) -> str:
    if part in ("al", "el", "ul", "ur", "ad", "as"):
        return part
    if match := re.match(r"(mc|d'|o'|n')(.+)", part):
        return match[1].capitalize() + match[2].capitalize()
    return part.capitalize()


def leaders(path: Path, codes: dict[str, str], corrections: list[dict[str, str]]) -> Iterator[Leader]:
    """Leaders in office since ``OFFICE_AFTER``, by name, country and dates put right.

    An office that the list leaves open has no known end (the list was last kept around 2010): such a
    leader counts only with a correction.

    Args:
        path: The list.
        codes: Alpha-2 code by alpha-3 code.
        corrections: Rows ``listed, country, name, from, to, moved_to``; an empty name leaves the person out.
    """
    right = {(r["listed"], r["country"]): r for r in corrections}
    for entry in entries(path):
        terms = [m for c in entry.codes if (m := _OFFICE.fullmatch(c.strip()))]
        if not terms or not any(_ELITE.match(c) for c in entry.codes):
            continue
        country = codes.get(terms[0][1], "")
        if not country or country in SKIP_STATES:
            continue
        leader = _corrected(display_name(entry.name), country, _office(terms), right)
        if leader and len(leader.name.split()) > 1 and not re.search(r"[\d(\"`]", leader.name):
            yield leader


def _corrected(
    listed: str, country: str, office: tuple[str, str], right: dict[tuple[str, str], dict[str, str]]
) -> Leader | None:
    """The leader under the right name, or None for one who does not belong in."""
    row = right.get((listed, country))
    if row and not row["name"]:
        return None
    if row and row["from"]:
        return Leader(row["name"], row["moved_to"] or country, row["from"], row["to"])
    start, end = office
    if not end or end < OFFICE_AFTER:
        return None
    name = row["name"] if row else re.sub(r"\b(al) (?=[A-Z])", r"\1-", _HONORIFIC.sub("", listed))
    name = re.sub(r"^Jean (?=[A-Z]\w+ [A-Z])", "Jean-", name)
    words = name.split()
    if not row and country in _SYLLABLES and len(words) == 3:
        name = f"{words[0]} {words[1]}-{words[2].lower()}"
    return Leader(name, country, start, end)


def _office(terms: list[re.Match[str]]) -> tuple[str, str]:
    """First and last day in office; spans of whole months are cabinet posts, not leadership."""
    spans = [(iso_day(t[3] or ""), iso_day(t[4] or ""), t[2]) for t in terms if t[3]]
    exact = [
        s
        for s in spans
        if not (_MONTHS.fullmatch(s[0]) and (not s[1] or s[1][8:] in ("28", "29", "30", "31")))
    ]
    if not exact or any(mark == ">" for _, _, mark in exact):
        return "", ""
    start, end = min(s[0] for s in exact), max(s[1] or s[0] for s in exact)
    return (start, end) if start <= end else ("", "")


def add(registry: Registry, found: Iterable[Leader], states: dict[str, str]) -> None:
    """Add the leaders who are not there already, under any alias."""
    known = {
        fold(text) for text, owner in registry.aliases if registry.actors[owner]["actor_type"] == "person"
    }
    for leader in found:
        if fold(leader.name) in known or leader.country not in states:
            continue
        known.add(fold(leader.name))
        registry.actor(
            f"person:{fold(leader.name)}",
            leader.name,
            "person",
            country=leader.country,
            role="head of state or government",
            affiliation=states[leader.country],
            dates=(leader.valid_from, leader.valid_to),
        )
        if leader.country in _SYLLABLES and "-" in leader.name:
            key = f"person:{fold(leader.name)}"
            registry.alias(leader.name.replace("-", " ").title(), key)
