"""Build ``seeds/actors.csv`` and ``seeds/actor_aliases.csv`` once, from open facts and hand-written data.

Belongs here: joining the hand-written tables of ``actor_data/`` with facts of two packages and one
public list of leaders, by rules that are the same for every state. Does not: resolving mentions (see
``pipeline/extract``). The seeds are edited by hand afterwards; where every fact is from stands in
``seeds/actors.md``. Run it in a throwaway environment that has ``countryinfo`` and ``rigour``::

    python -m pipeline.training.build_actors --countries Phoenix.Countries.actors.txt --out seeds
"""

from __future__ import annotations

import argparse
import collections
import csv
import json
import re
from importlib import resources
from pathlib import Path

from pipeline.training import actor_leaders
from pipeline.training.actor_registry import Registry, fold, split_aliases

DATA = Path(__file__).parent / "actor_data"
PEOPLE_FILES = ("us_people", "uk_people", "ukraine_russia_people", "europe_people", "world_people")
BODY_FILES = (
    "international",
    "us_bodies",
    "uk_bodies",
    "national_bodies",
    "parties",
    "companies",
    "media",
    "civil_society",
    "armed_groups",
)
REGION_STATES = ("us", "ca", "au", "de", "in")
CITY_REGIONS = ("de-be", "de-hb", "de-hh")
KEY_KINDS = {
    "parliament": "gov",
    "bank": "gov",
    "court": "gov",
    "thinktank": "org",
    "pollster": "org",
    "ngo": "org",
}
OFFICES = {
    "senator": ("US senator from {}", "US Senate"),
    "representative": ("US representative from {}", "US House of Representatives"),
}
# Package facts that are wrong or stand for a wider realm than the state that speaks.
WIKIDATA_FIXES = {"dk": "Q35", "nl": "Q55", "ge-ab": ""}
OFFICIAL_NAME = re.compile(
    r"^(Republic|Kingdom|Principality|Commonwealth|Sultanate|Union|State) of [A-Z][A-Za-z ]+$"
)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one hand-written table."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def load_packages() -> tuple[dict[str, dict], dict]:
    """Country facts of ``countryinfo`` by alpha-2 code, territories of ``rigour`` by lower-case code."""
    from rigour.territories import get_territories

    facts = {}
    for path in sorted((resources.files("countryinfo") / "data").iterdir(), key=lambda p: p.name):
        info = json.loads(path.read_text(encoding="utf-8")) if path.name.endswith(".json") else {}
        if code := (info.get("ISO") or {}).get("alpha2"):
            facts[code.upper()] = info
    return facts, {t.code: t for t in get_territories()}


def with_article(code: str, name: str) -> str:
    """``name`` as it follows "of": the Netherlands, but Ukraine."""
    plural = {
        "NL",
        "PH",
        "AE",
        "US",
        "GB",
        "MV",
        "BS",
        "GM",
        "CF",
        "CD",
        "CG",
        "CZ",
        "DO",
        "KM",
        "SC",
        "SB",
        "MH",
    }
    return f"the {name}" if code in plural else name


class States:
    """Names and demonyms of the states, for the rules that build on them."""

    def __init__(self, facts: dict[str, dict], territories: dict) -> None:
        self.facts, self.territories = facts, territories
        self.names: dict[str, str] = {}
        self.demonyms: dict[str, list[str]] = {}
        self.sovereign: list[str] = []

    def add(self, registry: Registry, row: dict[str, str]) -> None:
        """One state with its names, capital, demonyms and seats of government."""
        code = row["code"]
        info, territory = self.facts.get(code, {}), self.territories.get(code.lower())
        name = row["name"] or info.get("name") or territory.name
        demonyms = row["demonyms"] or (info.get("demonym") or "").replace(",", ";")
        self.names[code] = name
        if row["sovereign"]:
            self.sovereign.append(code)
        self.demonyms[code] = [d.strip() for d in demonyms.split(";") if d.strip() not in ("", "-")]
        key = f"state:{code.lower()}"
        wikidata = WIKIDATA_FIXES.get(code.lower(), getattr(territory, "qid", "") or "")
        registry.actor(key, name, "government", country=code, role="", wikidata=wikidata)
        for alias in split_aliases(row["other_names"]):
            registry.alias(alias, key)
        for other in info.get("altSpellings") or []:
            if OFFICIAL_NAME.match(other) and other != name:
                registry.alias(other, key)
        self._governing(registry, key, code)
        capital = row["capital"] or (info.get("capital") or "")
        if capital and capital != "-":
            kind = "metonym" if row["metonym"] else "capital"
            registry.alias(f"{kind[0]}:{capital}", key, note="capital")
        for alias in split_aliases(row["metonyms"]):
            other = re.match(r"[ft]:", alias)
            note = (
                "other or former name of the capital"
                if other
                else "seat of government, or a city that stands for it"
            )
            registry.alias(f"m:{alias[2:] if other else alias}", key, note=note)
        # Last: "Vatican" stands for the state before it is an adjective.
        for demonym in self.demonyms[code]:
            registry.alias(f"d:{demonym}", key)

    def _governing(self, registry: Registry, key: str, code: str) -> None:
        name = self.names[code]
        for form in [name, *self.demonyms[code]]:
            registry.alias(f"{form} government", key, note="government")
        registry.alias(f"Government of {with_article(code, name)}", key, note="government")

    def forms(self, code: str) -> list[str]:
        """What stands before a body's name: Ukraine (foreign ministry), Ukrainian (foreign ministry)."""
        return [self.names[code], *self.demonyms[code]]


def add_regions(registry: Registry, states: States) -> None:
    """States and provinces of federations, nations of the United Kingdom, regions much in the news."""
    by_name = {t.name: t for t in states.territories.values() if len(t.code) > 2}
    for row in rows("regions"):
        code, name = row["code"], row["name"]
        key = f"state:{code.lower()}"
        qid = WIKIDATA_FIXES.get(code.lower(), getattr(by_name.get(name), "qid", "") or "")
        registry.actor(
            key, name, "government", country=code[:2], wikidata=qid, affiliation=states.names[code[:2]]
        )
        for field, mark in (("other_names", ""), ("demonyms", "d:"), ("metonyms", "m:")):
            for alias in split_aliases(row[field]):
                registry.alias(mark + alias, key)
        for form in [name, *row["demonyms"].split(";")]:
            if form:
                registry.alias(f"{form} government", key, note="government")
    for code, territory in sorted(states.territories.items()):
        if len(code) == 2 or code.split("-")[0] not in REGION_STATES or code in CITY_REGIONS:
            continue
        country = code.split("-")[0].upper()
        plain = re.sub(r" \(.*\)$", "", territory.name)
        clash = plain in states.names.values() or plain in ("Washington", "New York")
        name = f"{plain} (US state)" if clash else plain
        key = f"region:{code}"
        registry.actor(
            key,
            name,
            "government",
            country=country,
            wikidata=territory.qid,
            affiliation=states.names[country],
        )
        registry.alias(plain, key)
        registry.alias(
            f"State of {plain}" if country == "US" else f"{plain} government", key, note="government"
        )


def add_ministries(registry: Registry, states: States) -> None:
    """Ministries by a regular rule, with the exceptions of ``ministries.csv``."""
    exceptions = {(r["code"], r["kind"]): r for r in rows("ministries")}
    for rule in rows("ministry_rules"):
        codes = states.sovereign if rule["states"] == "all" else rule["states"].split()
        for code in sorted(c for c in codes if c in states.names):
            exception = exceptions.get((code, rule["kind"]))
            if exception and exception["name"] == "-":
                continue
            _add_ministry(registry, states, code, rule, exception)


def _add_ministry(
    registry: Registry, states: States, code: str, rule: dict[str, str], exception: dict[str, str] | None
) -> None:
    regular = f"{rule['name']} of {with_article(code, states.names[code])}"
    name = exception["name"] if exception else regular
    role = "ministry" if rule["kind"] != "military" else "armed forces"
    key = f"gov:{code.lower()}_{rule['kind']}"
    if rule["kind"] != "military":
        key += "_ministry"
    registry.actor(key, name, "organization", country=code, role=role, affiliation=states.names[code])
    registry.alias(regular, key)
    for alias in split_aliases(exception["aliases"] if exception else ""):
        registry.alias(alias, key)
    for form in states.forms(code):
        for short in rule["shorts"].split(";"):
            registry.alias(f"{form} {short}", key)
    if rule["kind"] != "military":
        for demonym in states.demonyms[code]:
            registry.alias(f"{demonym} {rule['name']}", key)
            registry.alias(f"{demonym} {rule['name'].replace('Defence', 'Defense')}", key)


def add_bodies(registry: Registry, states: States) -> None:
    """Organisations of all kinds; parliaments and central banks also by the name of their state."""
    seen: collections.Counter[tuple[str, str]] = collections.Counter()
    general = {"parliament": "parliament", "bank": "central bank"}
    for table in BODY_FILES:
        for row in rows(table):
            kind, name, code = row["kind"], row["name"], row["country"]
            key = f"{KEY_KINDS.get(kind, kind)}:{fold(name)}"
            actor_type = {"state": "government", "group": "group"}.get(kind, "organization")
            role = {"bank": "central bank", "gov": "", "org": "", "state": ""}.get(
                kind, ROLE_OF_KIND.get(kind, kind)
            )
            affiliation = row["affiliation"] or (
                states.names.get(code, "") if kind in ("parliament", "bank", "court") else ""
            )
            registry.actor(
                key,
                name,
                actor_type,
                country=code,
                role=role,
                affiliation=affiliation,
                wikidata=row["wikidata"],
            )
            for alias in split_aliases(row["aliases"]):
                registry.alias(alias, key)
            seen[kind, code] += 1
            if kind in general and code in states.names and seen[kind, code] == 1:
                for form in states.forms(code):
                    registry.alias(f"{form} {general[kind]}", key)


ROLE_OF_KIND = {
    "party": "political party",
    "media": "news outlet",
    "armed": "armed group",
    "ngo": "association",
    "thinktank": "think tank",
    "university": "research institution",
    "group": "politicians as a group",
}


def add_people(registry: Registry, states: States) -> None:
    """People of the hand-written tables; a later table takes over the role of an earlier one."""
    for row in rows("us_elected"):
        place = states.territories.get(f"us-{row['state'].lower()}")
        where = (
            re.sub(r" \(.*\)$", "", place.name)
            if place
            else {"VI": "the US Virgin Islands"}.get(row["state"], row["state"])
        )
        role, affiliation = OFFICES.get(row["office"], (row["office"] + " of {}", where))
        registry.person(row | {"country": "US", "role": role.format(where), "affiliation": affiliation})
    for table in PEOPLE_FILES:
        for row in rows(table):
            registry.person(row)


def main() -> None:
    """Write both seeds; prints what they hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--countries", type=Path, required=True, help="Phoenix.Countries.actors.txt")
    parser.add_argument("--out", type=Path, default=Path("seeds"))
    args = parser.parse_args()
    registry = Registry()
    states = States(*load_packages())
    for row in rows("states"):
        states.add(registry, row)
    add_regions(registry, states)
    add_ministries(registry, states)
    add_bodies(registry, states)
    add_people(registry, states)
    codes = {(i.get("ISO") or {}).get("alpha3", "").upper(): c for c, i in states.facts.items()}
    found = actor_leaders.leaders(args.countries, codes, rows("leader_names"))
    actor_leaders.add(registry, found, states.names)
    registry.finish(rows("ambiguous"), rows("alias_dates"))
    registry.show(rows("display_names"))
    registry.write(args.out)


if __name__ == "__main__":
    main()
