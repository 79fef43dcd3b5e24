"""The cue lexicon: the words of ``seeds/cues.csv`` with the small lists beside this module.

Belongs here: loading the lists, and base forms of English words as far as cues need them. Does not:
reading a cue in its text (``phrase.py``, ``pipeline.extract.cues``).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

CUE_CLASSES = (
    *("say", "claim", "accuse", "deny", "warn", "demand", "promise", "ask", "announce", "praise"),
    *("criticise", "decline_to_comment", "agree", "argue", "explain"),
    *("believe", "want", "feel", "know", "plan", "other"),
)
KINDS = ("verb", "noun", "adjective", "adverb", "preposition", "mark")

_FOLDER = Path(__file__).parent
_ENDINGS = (("ies", "y"), ("ied", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ed", ""))
_REMEMBERED = 50_000
"""Words whose base forms are kept; then they are forgotten, for texts never run out of new words."""
_BRITISH = (("ize", "ise"), ("yze", "yse"), ("ization", "isation"))


@dataclass(frozen=True, slots=True)
class CueEntry:
    """A row of ``seeds/cues.csv``; ``is_inner`` verbs stay thought even with a direct quotation."""

    lemma: str
    kind: str
    cue_class: str
    is_speech: bool
    is_inner: bool


class CueLexicon:
    """The cues of ``seeds/cues.csv`` with the lists that reading them takes."""

    def __init__(self, entries: Iterable[CueEntry]) -> None:
        self._kinds: dict[str, dict[str, CueEntry]] = {}
        self._phrases: dict[str, list[tuple[tuple[str, ...], CueEntry]]] = {}
        for entry in entries:
            self._kinds.setdefault(entry.lemma, {})[entry.kind] = entry
            words = tuple(entry.lemma.split())
            if len(words) > 1:
                self._phrases.setdefault(words[0], []).append((words, entry))
        for found in self._phrases.values():
            found.sort(key=lambda item: -len(item[0]))
        self._irregular = dict(_rows("irregular.csv"))
        self._spelling = dict(_rows("spelling.csv"))
        roles: dict[str, set[str]] = {}
        for role, word in _rows("grammar.csv"):
            roles.setdefault(role, set()).add(word)
        self._roles = roles
        longest_first = {role: sorted(words, key=lambda w: (-len(w), w)) for role, words in roles.items()}
        self._padded = {role: [f" {w} " for w in words] for role, words in longest_first.items()}
        self._listed = set[str]().union(*roles.values())
        self._lemmas: dict[str, tuple[str, ...]] = {}
        self._bases: dict[str, str] = {}

    def __contains__(self, lemma: object) -> bool:
        return lemma in self._kinds

    def __len__(self) -> int:
        return sum(len(kinds) for kinds in self._kinds.values())

    def entry(self, lemma: str, *kinds: str) -> CueEntry | None:
        """The entry of ``lemma`` in the first of ``kinds`` that it has."""
        found = self._kinds.get(lemma, {})
        return next((found[kind] for kind in kinds if kind in found), None)

    def phrases(self, first: str) -> list[tuple[tuple[str, ...], CueEntry]]:
        """Entries of several words that begin with ``first``, longest first."""
        return self._phrases.get(first, [])

    def has_role(self, role: str, *words: str) -> bool:
        """Whether one of ``words`` stands in ``grammar.csv`` under ``role``."""
        return not self._roles[role].isdisjoint(words)

    def padded(self, role: str) -> Sequence[str]:
        """Words and phrases that stand in ``grammar.csv`` under ``role``, longest first, each between blanks."""
        return self._padded[role]

    def lemmas(self, form: str) -> tuple[str, ...]:
        """Base forms that ``form`` (lower case) may have, likeliest first, with British spellings."""
        lemmas = self._lemmas.get(form)
        if lemmas is None:
            if len(self._lemmas) >= _REMEMBERED:
                self._lemmas.clear()
            lemmas = self._lemmas[form] = self._lemmas_of(form)
        return lemmas

    def _lemmas_of(self, form: str) -> tuple[str, ...]:
        found = [self._irregular[form]] if form in self._irregular else []
        for lemma in (form, *_stems(form)):
            found += [lemma, self._spelling.get(lemma) or _british(lemma)]
        return tuple(dict.fromkeys(found))

    def base(self, form: str) -> str:
        """The one base form of ``form`` to compare by: one that the lists know, else the likeliest."""
        base = self._bases.get(form)
        if base is None:
            if len(self._bases) >= _REMEMBERED:
                self._bases.clear()
            lemmas = self.lemmas(form)
            known = (lemma for lemma in lemmas if lemma in self._kinds or lemma in self._listed)
            base = self._bases[form] = next(known, lemmas[min(1, len(lemmas) - 1)])
        return base


def read_lexicon(path: Path) -> CueLexicon:
    """The lexicon of ``path`` (``seeds/cues.csv``).

    Raises:
        ValueError: A row has an unknown class or kind, or no true/false where one belongs.
    """
    entries: list[CueEntry] = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            flags = (row["is_speech"], row["is_inner"])
            if (
                row["cue_class"] not in CUE_CLASSES
                or row["kind"] not in KINDS
                or set(flags) - {"true", "false"}
            ):
                raise ValueError(f"{path}: class, kind or flag of {row['lemma']!r} is none of those known")
            speech, inner = (flag == "true" for flag in flags)
            entries.append(CueEntry(row["lemma"], row["kind"], row["cue_class"], speech, inner))
    return CueLexicon(entries)


def _rows(name: str) -> list[tuple[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [(row[0], row[1]) for row in csv.reader(file)][1:]


def _stems(form: str) -> list[str]:
    """What is left without an English ending, in the ways in which it may have been put on."""
    out: list[str] = []
    for ending, joint in _ENDINGS:
        stem = form.removesuffix(ending)
        if stem == form or len(stem) < 2 or (ending == "s" and stem[-1] in "isu"):
            continue
        if ending not in ("ing", "ed"):
            out.append(stem + joint)
        elif stem[-1] == stem[-2] and stem[-1] not in "aeio":
            out += [stem, stem[:-1]] if stem[-1] in "lsfz" else [stem[:-1], stem]
        else:
            out += [stem + "e", stem] if _drops_e(stem) else [stem, stem + "e"]
    return out


def _drops_e(stem: str) -> bool:
    return stem[-1] in "cgsuvz" or stem[-2:] in {
        "at",
        "ut",
        "it",
        "ir",
        "ur",
        "ar",
        "bl",
        "pl",
        "dl",
        "gl",
        "tl",
    }


def _british(lemma: str) -> str:
    for american, british in _BRITISH:
        if lemma.endswith(american):
            return lemma.removesuffix(american) + british
    return lemma
