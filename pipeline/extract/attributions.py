"""Attributions: who is reported to have said what, as spans of one article.

Belongs here: joining tagger, decoding and quotation marks into the ``attributions`` and ``names``
frames. Does not: actors, dates, cue classes (``statements.py``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.extract.calibration import calibrate
from pipeline.extract.decode import decode
from pipeline.extract.findings import Coverage, Decoding, Found, Span
from pipeline.extract.quotes import Quotation, quotations
from pipeline.extract.tagger import Tagger, WindowScores
from pipeline.ids import stable_id
from pipeline.records import Reject
from pipeline.schemas import ATTRIBUTIONS, NAMES

CODE_VERSION = "1"
MODEL_DIR = Path(__file__).resolve().parent.parent / "models"
"""Folder of the shipped model."""
NAME_TYPES = ("PERSON", "ORGANIZATION", "LOCATION", "MISC")
_PRONOUN = re.compile(
    r"\b(?:he|she|they|it|we|I|him|her|them|us|me|his|their|its|our|my|who|which|himself|herself|themselves|itself)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name or a pronoun in a text; ``antecedent`` is the start of the mention it points to."""

    start: int
    end: int
    kind: str
    score: float
    antecedent: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says: attributions in text order, names in text order, its quotations."""

    found: list[Found]
    names: list[Name]
    quotations: list[Quotation]


@dataclass(frozen=True, slots=True)
class AttributionTables:
    """Frames in the lake's schemas, with what could not be processed."""

    attributions: pl.DataFrame
    names: pl.DataFrame
    rejects: list[Reject] = field(default_factory=list[Reject])


def extractor_version(tagger: Tagger) -> str:
    """What stamps the rows: code and weights."""
    return f"{CODE_VERSION}+{tagger.version}"


def read_text(text: str, tagger: Tagger, rules: Decoding | None = None) -> Reading:
    """Attributions and names of one text; never raises for odd text, time linear in its length.

    Args:
        text: ``articles.text``, or any text; offsets in the result point into it as it is.
        tagger: The model.
        rules: Thresholds; the shipped ones if not given.
    """
    marks = quotations(text)
    names: list[Name] = []

    def passing() -> Iterator[WindowScores]:
        # One window at a time: the scores of a book would not fit into memory.
        for scores in tagger.scores(text, marks):
            names.extend(_names(text, scores))
            yield scores

    found = decode(text, passing(), marks, rules)
    for f in found:
        f.confidence = calibrate(f.confidence, tagger.calibration)
    return Reading(found, sorted(names, key=lambda n: (n.start, n.end)), marks)


def statement_type(text: str, content: Iterable[Span], marks: Coverage | Iterable[Quotation]) -> str:
    """``direct`` if all words of the content are quoted, ``indirect`` if none, else ``mixed``."""
    words = quoted = 0
    inside = marks if isinstance(marks, Coverage) else Coverage((q.start, q.end) for q in marks)
    for start, end in content:
        for word in re.finditer(r"\w+", text[start:end]):
            at = start + word.start()
            words += 1
            quoted += inside.touches(at, at + 1)
    if not quoted:
        return "indirect"
    return "direct" if quoted == words else "mixed"


def extract_attributions(articles: pl.DataFrame, tagger: Tagger) -> AttributionTables:
    """Attributions and names of a frame of articles.

    Args:
        articles: Columns ``partition_date``, ``article_id``, ``document``, ``text`` at least.
        tagger: The model.

    Returns:
        Frames sorted by article and place; a text that cannot be processed is a reject of its own.
    """
    version = extractor_version(tagger)
    attributions: list[dict[str, object]] = []
    names: list[dict[str, object]] = []
    for row in articles.sort("article_id").iter_rows(named=True):
        reading = read_text(row["text"], tagger)
        keys = (row["partition_date"], row["article_id"])
        attributions += _attribution_rows(row["text"], reading, keys, version)
        names += _name_rows(row["text"], reading, keys, version)
    return AttributionTables(
        ATTRIBUTIONS.conform(pl.DataFrame(attributions, schema=ATTRIBUTIONS.schema)).unique(
            "attribution_id", keep="first", maintain_order=True
        ),
        NAMES.conform(pl.DataFrame(names, schema=NAMES.schema)).unique(
            ["article_id", "start", "end"], keep="first", maintain_order=True
        ),
    )


def _attribution_rows(
    text: str, reading: Reading, keys: tuple[dt.date, str], version: str
) -> list[dict[str, object]]:
    day, article_id = keys
    rows: list[dict[str, object]] = []
    quoted = Coverage((q.start, q.end) for q in reading.quotations)
    for ordinal, f in enumerate(reading.found):
        speaker, cue = f.speaker, f.cue
        rows.append(
            {
                "partition_date": day,
                "attribution_id": stable_id("attribution", article_id, cue, f.content),
                "article_id": article_id,
                "ordinal": ordinal,
                "speaker_start": speaker[0] if speaker else None,
                "speaker_end": speaker[1] if speaker else None,
                "speaker_text": text[slice(*speaker)] if speaker else None,
                "cue_start": cue[0] if cue else None,
                "cue_end": cue[1] if cue else None,
                "cue_text": text[slice(*cue)] if cue else None,
                "content_spans": [{"start": s, "end": e} for s, e in f.content],
                "content_text": " ".join(text[s:e] for s, e in f.content),
                "statement_type": statement_type(text, f.content, quoted),
                "confidence": round(f.confidence, 4),
                "extractor_version": version,
            }
        )
    return rows


def _name_rows(
    text: str, reading: Reading, keys: tuple[dt.date, str], version: str
) -> list[dict[str, object]]:
    day, article_id = keys
    return [
        {
            "partition_date": day,
            "article_id": article_id,
            "start": n.start,
            "end": n.end,
            "text": text[n.start : n.end],
            "name_type": n.kind,
            "score": round(n.score, 4),
            "antecedent_start": n.antecedent,
            "extractor_version": version,
        }
        for n in reading.names
    ]


def _names(text: str, scores: WindowScores) -> list[Name]:
    """Names of one window by the best tag of each piece, whole words only, and its pronouns."""
    window = scores.window
    n = len(window.ids)
    if n <= 2:
        return []
    tags: list[int] = scores.names.argmax(-1).tolist()
    out: list[Name] = []
    at = 1
    while at < n - 1:
        if tags[at] == 0:
            at += 1
            continue
        kind = (tags[at] - 1) // 2
        last = at
        while last + 1 < n - 1 and tags[last + 1] == 2 + 2 * kind:
            last += 1
        while last + 1 < n - 1 and _glued(text, scores, last + 1):
            last += 1
        begin = at
        while begin > 1 and _glued(text, scores, begin):
            begin -= 1
        score = float(np.exp(scores.names[at : last + 1].max(-1)).mean())
        out.append(Name(int(window.starts[begin]), int(window.ends[last]), NAME_TYPES[kind], score))
        at = last + 1
    return out + _pronouns(text, scores)


def _glued(text: str, scores: WindowScores, piece: int) -> bool:
    """Whether ``piece`` goes on with the word of the piece before it."""
    window = scores.window
    start = window.starts[piece]
    return bool(start == window.ends[piece - 1] and text[start].isalnum() and text[start - 1].isalnum())


def _pronouns(text: str, scores: WindowScores) -> list[Name]:
    window = scores.window
    first, last = int(window.starts[1]), int(window.ends[-2])
    out: list[Name] = []
    for found in _PRONOUN.finditer(text, first, last):
        if found.group() in ("US", "IT", "WHO"):  # names in capitals
            continue
        piece = int(np.searchsorted(window.starts[1:-1], found.start())) + 1
        if piece >= len(window.ids) - 1 or window.starts[piece] != found.start():
            continue
        row = scores.antecedents[piece, 1 : piece + 1]
        best = int(row.argmax()) + 1
        chance = np.exp(row - row.max())
        score = float(chance[best - 1] / chance.sum())
        out.append(
            Name(
                found.start(),
                found.end(),
                "PRONOUN",
                score,
                int(window.starts[best]) if best != piece else None,
            )
        )
    return out
