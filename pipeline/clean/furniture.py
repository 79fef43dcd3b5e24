"""Furniture: what on a page is not the article, told by names of containers and by single lines.

Belongs here: reading ``furniture.csv`` (every word list, each row with its rationale) and matching
against it. Does not: deciding from place and neighbours (``lines.py``).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_NAME_SCOPES = frozenset({"container", "body", "inline", "path"})
"""Scopes whose patterns are matched against names in words between hyphens."""
_FILE = Path(__file__).with_name("furniture.csv")
_NAME_PARTS = re.compile(r"[\s_:./-]+")
_NAME_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SHORT_WORD = 3
_TOKEN_GAPS = re.compile(r"[\s,.:;|/·•()+&–—-]+")
_MATCHED_CHARS = 600
"""Patterns look at the beginning of a line and at its end, this much of each."""
_LONGEST_HINT = 60
_REPORTS = re.compile(
    r"\b(?:said|says|told|tells|added|adds|wrote|writes|according to|asked|tweeted|warned)\b"
)
_QUOTES = re.compile(r"[“\"„«][^“”\"„«»]{20,}[”\"“»]")
_SOFT_KINDS = frozenset({"promo", "newsletter", "follow", "consent"})
"""Kinds told by wording that a report can use too; a line that quotes or reports is spared."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of ``furniture.csv``.

    ``limit`` is the most words of a line, or the largest share of a page's prose that a container
    may hold, for the rule to hold. ``needs`` are pieces of text in lower case; whatever the pattern finds
    holds one of them. To look for those first is what makes a rule cheap.
    """

    scope: str
    kind: str
    pattern: re.Pattern[str]
    limit: float
    needs: tuple[str, ...] = ("",)

    def fits(self, text: str, low: str) -> bool:
        """Whether the pattern is found in ``text``, whose lower case is ``low``."""
        for need in self.needs:  # a generator would take longer than most patterns
            if need in low:
                break
        else:
            return False
        # A search goes on from every character even if the pattern can only start at the first.
        found = self.pattern.match if self.pattern.pattern.startswith("^") else self.pattern.search
        return found(text) is not None


@lru_cache(maxsize=1)
def rules() -> dict[str, tuple[Rule, ...]]:
    """The rows of ``furniture.csv`` by scope, in file order."""
    found: dict[str, list[Rule]] = {}
    with _FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            pattern = row["pattern"]
            if row["scope"] in _NAME_SCOPES:
                pattern = f"(?<=-)(?:{pattern})(?=-)"
            needs = tuple(row["needs"].split("|"))  # of none, the empty one, which is in every text
            compiled = re.compile(pattern, re.IGNORECASE)
            rule = Rule(row["scope"], row["kind"], compiled, float(row["limit"]), needs)
            found.setdefault(rule.scope, []).append(rule)
    return {scope: tuple(rows) for scope, rows in found.items()}


@lru_cache(maxsize=1)
def container_limits() -> dict[str, float]:
    """Largest share of a page's prose that a container of a kind may hold and still be furniture."""
    return {rule.kind: rule.limit for rule in rules()["container"]}


@lru_cache(maxsize=50_000)
def container_kinds(names: str) -> frozenset[str]:
    """Kinds of furniture that class names and ids speak of."""
    joined = _as_words(names)
    if not _any_container().search(joined):  # nearly all names: one search in place of one a kind
        return frozenset()
    return frozenset(rule.kind for rule in rules()["container"] if rule.pattern.search(joined))


@lru_cache(maxsize=1)
def _any_container() -> re.Pattern[str]:
    return re.compile("|".join(rule.pattern.pattern for rule in rules()["container"]), re.IGNORECASE)


@lru_cache(maxsize=50_000)
def names_say(scope: str, names: str, kind: str | None = None) -> bool:
    """Whether class names, ids or folders of an address match a ``scope`` of ``furniture.csv``.

    ``body``: the article's paragraphs stand in here; ``inline``: a piece of a sentence that is not
    read with it; ``path``: what sort of article.
    """
    joined = _as_words(names)
    return any(r.pattern.search(joined) for r in rules()[scope] if kind is None or r.kind == kind)


def _as_words(names: str) -> str:
    """Names as words between hyphens: "RelatedStories__list" is "-related-stories-list-".

    A short word inside camel case is no word: generated names ("sc-xAdK") are full of them.
    """
    words: list[str] = []
    for part in _NAME_PARTS.split(names):
        pieces = _NAME_WORDS.findall(part)
        if len(pieces) > 1:
            pieces = [p for p in pieces if len(p) > _SHORT_WORD] or [part]
        words += pieces
    return f"-{'-'.join(words).lower()}-"


@lru_cache(maxsize=20_000)  # an outlet's pages share most of their short lines
def line_kind(text: str) -> str | None:
    """Kind of furniture that a line is by its wording alone, or ``None``."""
    words = text.count(" ") + 1
    if len(text) > 2 * _MATCHED_CHARS:
        text = f"{text[:_MATCHED_CHARS]} {text[-_MATCHED_CHARS:]}"
    low = text.lower()
    reports: bool | None = None
    for rule in rules()["line"]:
        if words <= rule.limit and rule.fits(text, low):
            if rule.kind in _SOFT_KINDS:
                reports = bool(_REPORTS.search(text) or _QUOTES.search(text)) if reports is None else reports
                if reports:
                    continue
            return rule.kind
    return _token_kind(text, words)


def _token_kind(text: str, words: int) -> str | None:
    """Kind of a line made of nothing but the words of one list, numbers and marks."""
    for rule in rules()["tokens"]:
        if words > rule.limit:
            continue
        tokens = [t for t in _TOKEN_GAPS.split(text) if t]
        if tokens and all(rule.pattern.fullmatch(t) for t in tokens):
            return rule.kind
    return None


def heading_kind(text: str) -> str | None:
    """Kind of furniture that a heading stands over, or ``None`` for a heading of the article."""
    return _first_kind("heading", text)


def end_kind(text: str) -> str | None:
    """Kind of a line that is furniture at the foot of an article, though not elsewhere."""
    return _first_kind("end", text)


def title_kind(text: str) -> str | None:
    """``error`` or ``login`` for the title of a page that answers with something else."""
    return _first_kind("title", text)


def text_kind(text: str) -> str | None:
    """``paywall`` for a line that says where a page stops for readers who have not paid."""
    return _first_kind("text", text)


def is_junk_section(name: str) -> bool:
    """Whether a section's name is one that systems fill in."""
    return any(rule.pattern.fullmatch(name) for rule in rules()["section"])


def is_spoken_hint(text: str) -> bool:
    """Whether a piece of a sentence is a hint for screen readers ("opens in a new tab")."""
    return len(text) <= _LONGEST_HINT and any(rule.pattern.fullmatch(text) for rule in rules()["hint"])


def _first_kind(scope: str, text: str) -> str | None:
    words = text.count(" ") + 1
    text = text[:_MATCHED_CHARS]
    low = text.lower()
    for rule in rules()[scope]:
        if words <= rule.limit and rule.fits(text, low):
            return rule.kind
    return None
