"""Meanings: names that could mean several known actors, settled by the rest of the article.

Belongs here: choosing among the seeds' meanings of one name. Does not: joining names (``chains.py``). A name
that stays open keeps all its meanings, and is left unresolved later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.extract.actor_seeds import SeedHit
from pipeline.extract.entities import only_hit
from pipeline.extract.persona import Name

HOME_LEAD = 2.0
"""How many times as often the article's own country must be named as the next one."""
_TYPES = {"organization": ("organization", "group"), "place": ("government",), "person": ("person",)}


def settle_meanings(names: Sequence[Name]) -> None:
    """Leave one meaning to each ambiguous name that the article settles (in place).

    What settles it, in this order: the form of address ("Mrs Clinton"), an actor of that name named in full
    in the article, the article's country ("the Supreme Court"), the kind of name that the tagger saw, and a
    clause that a seat of government begins ("Washington has accused").
    """
    sure = [hit for name in names if (hit := only_hit(name)) is not None]
    known = {hit.actor_id for hit in sure}
    home = _home(sure)
    for name in names:
        if not name.hits or only_hit(name) is not None:
            continue
        pool = _pool(name)
        tests = (
            [h for h in pool if name.gender and h.gender == name.gender],
            [h for h in pool if h.actor_id in known],
            [h for h in pool if home is not None and name.kind != "person" and h.country_code == home],
            pool if len(pool) == 1 and pool[0].actor_type in _TYPES.get(name.kind, ()) else [],
            [h for h in pool if name.is_subject and name.kind == "place" and h.alias_type == "metonym"],
        )
        for found in tests:
            if len({h.actor_id for h in found}) == 1:
                name.hits = (replace(found[0], is_ambiguous=False),)
                break


def _pool(name: Name) -> list[SeedHit]:
    hits = [h for h in name.hits if h.alias_type != "demonym"]
    if name.kind == "person":
        return [h for h in hits if h.actor_type == "person"]
    return [h for h in hits if h.actor_type != "person"] or hits


def _home(sure: Sequence[SeedHit]) -> str | None:
    """The country of most actors that are sure; None where two are level."""
    counts = Counter(h.country_code for h in sure if h.country_code).most_common(2)
    if not counts or (len(counts) > 1 and counts[0][1] < HOME_LEAD * counts[1][1]):
        return None
    return counts[0][0]
