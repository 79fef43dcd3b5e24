"""Sightings: the names of an article entered into its discourse before it is walked.

Belongs here: which names are mentions that a pronoun may take up, and the gender that sure pronouns tell.
Does not: resolving (``speakers.py``), rows of the ``mentions`` table (``mention_rows.py``).
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.extract.discourse import Discourse
from pipeline.extract.entities import Entity
from pipeline.extract.layout import Layout
from pipeline.extract.lexicon import lexicon
from pipeline.extract.persona import Name, NameIndex

VOTE_STEPS = 3
"""The narrator's sentences, its own among them, in which a pronoun must have one person only to be sure."""


def sight_names(
    discourse: Discourse,
    names: NameIndex,
    of_name: dict[int, Entity],
    speakers: set[int],
    campaign: Callable[[Entity], Entity],
) -> None:
    """Enter every resolved name, and "the Clinton campaign" beside the names of persons.

    Args:
        discourse: Grows by the mentions.
        names: Names of the article.
        of_name: Actor of each name by its start.
        speakers: Starts of the names that speak.
        campaign: The campaign of a person.
    """
    layout = discourse.layout
    in_title = names.in_titles()
    for name in names.names:
        entity = of_name.get(name.start)
        if entity is None or entity.problem is not None or _is_adjective(layout, name):
            continue
        discourse.sight(
            entity,
            name.start,
            name.end,
            subject=name.is_subject,
            speaker=name.start in speakers and not name.is_possessive,
            topic=name.is_topic and name.start not in in_title,
            introduction=bool(name.roles) and len(name.words) > 1 and name is entity.names[0],
        )
        end = _campaign_end(layout, name) if entity.kind == "person" else None
        if end is not None:
            discourse.sight(campaign(entity), name.start, end, subject=name.is_subject)


def _is_adjective(layout: Layout, name: Name) -> bool:
    """Whether a body or country only says what kind: "the GOP candidate", "Kremlin officials"."""
    after = layout.index(name.end)
    if name.kind == "person" or name.is_possessive or after >= len(layout.tokens):
        return False
    low = layout.tokens[after].low
    return low in lexicon().person_nouns or lexicon().is_plural_people(low)


def _campaign_end(layout: Layout, name: Name) -> int | None:
    """Where "Mrs. Clinton's campaign" ends; None for "the Clinton campaign manager" and all else."""
    words = lexicon()
    after = layout.index(name.end)
    tokens = [t for t in layout.tokens[after : after + 3] if not t.is_possessive]
    if not tokens or "campaign" not in words.body_nouns.get(tokens[0].low, ()):
        return None
    is_manager = len(tokens) > 1 and words.person_noun_ending([tokens[1].low]) is not None
    return None if is_manager else tokens[0].end


def vote_gender(discourse: Discourse) -> None:
    """Let pronouns that can mean one person only say that person's gender."""
    layout, words = discourse.layout, lexicon()
    by_step: dict[int, list[Entity]] = {}
    for entity in discourse.entities:
        for seen in entity.sightings if entity.kind == "person" else ():
            if seen.quotation < 0:
                by_step.setdefault(seen.step, []).append(entity)
    for token in layout.tokens:
        pronoun = words.pronouns.get(token.low)
        if pronoun is None or pronoun.gender not in ("m", "f") or layout.quotation(token.start) >= 0:
            continue
        step = layout.step(token.start)
        near = {id(e): e for back in range(VOTE_STEPS) for e in by_step.get(step - back, ())}
        if len(near) == 1:
            entity = next(iter(near.values()))
            if any(s.start < token.start and step - 1 <= s.step <= step for s in entity.sightings):
                entity.votes[pronoun.gender] += 1
