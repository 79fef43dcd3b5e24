"""Small stories for the tests of actor resolution: a marked text, its statements, and who speaks.

Names are marked ``[P:Dmytro Kuleba]``, ``[O:NATO]``, ``[L:Russia]`` or ``[M:Ukrainian]``, as the tagger would
find them. Statements are given by speaker and cue, in text order.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import polars as pl

from pipeline.extract.actor_seeds import ACTOR_SCHEMA, ALIAS_SCHEMA, ActorSeeds, make_actor_seeds
from pipeline.extract.attributions import statement_type
from pipeline.extract.cues import CueLexicon, read_lexicon
from pipeline.extract.layout import Layout
from pipeline.extract.quotes import quotations
from pipeline.extract.statements import StatementTables, make_statements
from pipeline.ids import stable_id
from pipeline.schemas import ARTICLES, ATTRIBUTIONS, NAMES

WEDNESDAY = dt.date(2021, 12, 1)
_MARK = re.compile(r"\[([POLM]):([^\]]+)\]")
_TYPES = {"P": "PERSON", "O": "ORGANIZATION", "L": "LOCATION", "M": "MISC"}
_PRONOUN = re.compile(r"\b(?:he|she|they|it|we|I|his|her|their|its|who|which)\b", re.IGNORECASE)

ACTORS = [
    # key, name, type, country, role, gender
    ("state:ru", "Russia", "government", "RU", None, None),
    ("state:ua", "Ukraine", "government", "UA", None, None),
    ("state:us", "United States", "government", "US", None, None),
    ("state:gb", "United Kingdom", "government", "GB", None, None),
    ("state:fr", "France", "government", "FR", None, None),
    ("state:jo", "Jordan", "government", "JO", None, None),
    ("org:nato", "NATO", "organization", None, None, None),
    ("org:eu", "European Union", "organization", None, None, None),
    ("gov:ru_foreign_ministry", "Ministry of Foreign Affairs of Russia", "organization", "RU", None, None),
    ("court:us", "Supreme Court of the United States", "organization", "US", None, None),
    ("court:gb", "Supreme Court of the United Kingdom", "organization", "GB", None, None),
    ("media:nyt", "The New York Times", "organization", "US", None, None),
    ("media:times", "The Times", "organization", "GB", None, None),
    ("person:vladimir_putin", "Vladimir Putin", "person", "RU", "President", "m"),
    ("person:hillary_clinton", "Hillary Clinton", "person", "US", None, "f"),
    ("person:bill_clinton", "Bill Clinton", "person", "US", None, "m"),
    ("person:bernie_sanders", "Bernie Sanders", "person", "US", "Senator", "m"),
]
ALIASES = [
    ("state:ru", "demonym", "Russian"),
    ("state:ua", "demonym", "Ukrainian"),
    ("state:us", "demonym", "American"),
    ("state:us", "acronym", "US"),
    ("state:jo", "demonym", "Jordanian"),
    ("state:ru", "metonym", "Kremlin"),
    ("state:ru", "metonym", "Moscow"),
    ("state:ua", "metonym", "Kyiv"),
    ("state:gb", "metonym", "Downing Street"),
    ("state:fr", "metonym", "Paris"),
    ("org:eu", "acronym", "EU"),
    ("org:eu", "metonym", "Brussels"),
    ("gov:ru_foreign_ministry", "name", "Russian Foreign Ministry"),
    ("court:us", "short", "Supreme Court"),
    ("court:gb", "short", "Supreme Court"),
    ("media:nyt", "short", "Times"),
    ("media:times", "short", "Times"),
    ("person:vladimir_putin", "short", "Putin"),
    ("person:hillary_clinton", "short", "Clinton"),
    ("person:bill_clinton", "short", "Clinton"),
]
_AMBIGUOUS = {"Supreme Court", "Times", "Clinton"}


@cache
def seeds() -> ActorSeeds:
    """A few known actors."""
    actors = [
        (key, stable_id("actor", key), name, kind, country, role, None, None, gender, None, None)
        for key, name, kind, country, role, gender in ACTORS
    ]
    aliases = [
        (alias, stable_id("actor", key), kind, alias in _AMBIGUOUS, None, None, None)
        for key, kind, alias in ALIASES
    ]
    return make_actor_seeds(
        pl.DataFrame(actors, schema=ACTOR_SCHEMA, orient="row"),
        pl.DataFrame(aliases, schema=ALIAS_SCHEMA, orient="row"),
    )


@cache
def cues() -> CueLexicon:
    """The project's reporting words."""
    return read_lexicon(Path(__file__).parents[3] / "seeds" / "cues.csv")


class Story:
    """A marked text with its statements; ``who`` says whom each was given to."""

    def __init__(
        self,
        marked: str,
        *said: tuple[str | None, str | None],
        article_id: str = "a",
        authors: Sequence[str] = (),
        hints: Mapping[int, int] | None = None,
    ) -> None:
        self.text, self.names = _unmark(marked)
        self.layout = Layout(self.text)
        self.day = WEDNESDAY
        self.article_id = article_id
        self.authors = list(authors)
        self.hints = hints or {}
        self.outlet_id: str | None = None
        self.rows = []
        at = 0
        for speaker, cue in said:
            at = self._add(speaker, cue, at)

    def _add(self, speaker: str | None, cue: str | None, at: int) -> int:
        text = self.text
        cue_at = text.index(cue, at) if cue else at
        cue_span = (cue_at, cue_at + len(cue)) if cue else None
        speaker_span = self._speaker(speaker, cue_at) if speaker else None
        edges = [s for s in (speaker_span, cue_span) if s]
        content = (
            self._content(min(s for s, _ in edges), max(e for _, e in edges))
            if edges
            else self._next_quote(at)
        )
        self.rows.append(
            {
                "partition_date": self.day,
                "attribution_id": f"{self.article_id}:{len(self.rows)}",
                "article_id": self.article_id,
                "ordinal": len(self.rows),
                "speaker_start": speaker_span[0] if speaker_span else None,
                "speaker_end": speaker_span[1] if speaker_span else None,
                "speaker_text": speaker,
                "cue_start": cue_span[0] if cue_span else None,
                "cue_end": cue_span[1] if cue_span else None,
                "cue_text": cue,
                "content_spans": [{"start": s, "end": e} for s, e in content],
                "content_text": " ".join(text[s:e] for s, e in content),
                "statement_type": statement_type(text, content, quotations(text)),
                "confidence": 1.0,
                "extractor_version": "test",
            }
        )
        return cue_span[1] if cue_span else content[-1][1]

    def _speaker(self, speaker: str, cue_at: int) -> tuple[int, int]:
        """The speaker's place nearest to the cue."""
        starts = [m.start() for m in re.finditer(re.escape(speaker), self.text)]
        start = min(starts, key=lambda s: abs(s - cue_at))
        return start, start + len(speaker)

    def _content(self, start: int, end: int) -> list[tuple[int, int]]:
        """The quotation before the speaker, else what follows to the sentence's end."""
        for q in self.layout.quotations:
            if q.end in (start - 1, start):
                return [(q.start, q.end)]
        begin, stop = self.layout.sentence_span(end - 1)
        that = self.text.find(" that ", end, stop)
        end = that if that >= 0 else end
        return [(end, stop)] if stop - end > 1 else [(begin, start)]

    def _next_quote(self, at: int) -> list[tuple[int, int]]:
        return [next((q.start, q.end) for q in self.layout.quotations if q.start >= at)]

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Articles, attributions and names."""
        article = dict.fromkeys(ARTICLES.columns) | {
            "partition_date": self.day,
            "article_id": self.article_id,
            "document": self.article_id,
            "article_date": self.day,
            "text": self.text,
            "authors": self.authors,
            "outlet_id": self.outlet_id,
        }
        names = [
            (self.day, self.article_id, s, e, self.text[s:e], kind, 1.0, None, "test")
            for s, e, kind in self.names
        ]
        names += [
            (self.day, self.article_id, m.start(), m.end(), m.group(), "PRONOUN", 0.5, hint, "test")
            for m in _PRONOUN.finditer(self.text)
            if (hint := self.hints.get(m.start())) is not None
        ]
        return (
            pl.DataFrame([article], schema=ARTICLES.schema),
            pl.DataFrame(self.rows, schema=ATTRIBUTIONS.schema),
            pl.DataFrame(names, schema=NAMES.schema, orient="row"),
        )

    def made(self) -> StatementTables:
        """The tables of this story alone."""
        return make_statements(*self.frames(), seeds=seeds(), cues=cues())

    def who(self) -> list[str | None]:
        """Name of the actor of each statement, in order; the reason in brackets where there is none."""
        return who(self.made())


def who(made: StatementTables) -> list[str | None]:
    """Names of the speakers, or "(reason)"."""
    named = made.statements.join(
        made.actors.select("actor_id", "actor_name").unique("actor_id"), on="actor_id", how="left"
    )
    named = named.with_row_index().sort("index")
    return [
        n if n is not None else f"({r})"
        for n, r in named.select("actor_name", "unresolved_reason").iter_rows()
    ]


def together(*stories: Story) -> StatementTables:
    """The tables of several stories made in one go."""
    frames = [pl.concat(f) for f in zip(*(s.frames() for s in stories), strict=True)]
    return make_statements(*frames, seeds=seeds(), cues=cues())


def _unmark(marked: str) -> tuple[str, list[tuple[int, int, str]]]:
    out, names, last = "", [], 0
    for match in _MARK.finditer(marked):
        out += marked[last : match.start()]
        names.append((len(out), len(out) + len(match.group(2)), _TYPES[match.group(1)]))
        out += match.group(2)
        last = match.end()
    return out + marked[last:], names
