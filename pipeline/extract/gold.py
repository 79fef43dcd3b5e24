"""Gold annotations: brat standoff and the JSON form of this project's gold sets.

Belongs here: reading gold. Does not: scoring (``scoring.py``).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Spans = list[tuple[int, int]]
_BRAT_ROLES = {"Source": "speaker", "Cue": "cue", "Content": "content"}


@dataclass(frozen=True, slots=True)
class GoldAttribution:
    """One gold attribution; spans are half-open code-point offsets into the text.

    ``extra`` holds what a JSON gold set says beyond the spans (actor, dates, type).
    """

    speaker: Spans
    cue: Spans
    content: Spans
    extra: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A text with its gold attributions, in the order of the gold file."""

    name: str
    text: str
    attributions: list[GoldAttribution]
    meta: dict[str, Any] = field(default_factory=dict[str, Any])


def read_text(path: Path) -> str:
    """The file as it is: no newline translation, since offsets count every code point."""
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def read_brat(path: Path) -> list[GoldAttribution]:
    """Attributions of one ``.ann`` file: ``T`` lines are spans, ``E`` lines join them."""
    spans: dict[str, Spans] = {}
    found: list[GoldAttribution] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        parts = line.split("\t")
        if line.startswith("T") and len(parts) > 1:
            offsets = parts[1].split(" ", 1)[1]
            spans[parts[0]] = [(int(a), int(b)) for a, b in (s.split() for s in offsets.split(";"))]
        elif line.startswith("E") and len(parts) > 1:
            roles: dict[str, Spans] = defaultdict(list)
            for role, target in (item.split(":") for item in parts[1].split()):
                name = _BRAT_ROLES.get(re.sub(r"\d+$", "", role))
                if name and target in spans:
                    roles[name] += spans[target]
            found.append(
                GoldAttribution(sorted(roles["speaker"]), sorted(roles["cue"]), sorted(roles["content"]))
            )
    return found


def read_json(path: Path) -> GoldDocument:
    """One gold document: ``NAME.json`` beside ``NAME.txt`` (see ``tests/eval/README.md``)."""
    raw = json.loads(path.read_text(encoding="utf-8"))

    def spans(value: Any) -> Spans:
        if not value:
            return []
        return [(a, b) for a, b in value] if isinstance(value[0], list) else [(value[0], value[1])]

    attributions = [
        GoldAttribution(
            spans(s.get("speaker")),
            spans(s.get("cue")),
            spans(s.get("content")),
            {k: v for k, v in s.items() if k not in ("speaker", "cue", "content")},
        )
        for s in raw["statements"]
    ]
    meta = {k: v for k, v in raw.items() if k != "statements"}
    return GoldDocument(path.stem, read_text(path.with_suffix(".txt")), attributions, meta)


def read_brat_folder(folder: Path) -> list[GoldDocument]:
    """Every ``NAME.txt`` of ``folder`` that has ``NAME.ann``, by name."""
    return [
        GoldDocument(path.stem, read_text(path), read_brat(path.with_suffix(".ann")))
        for path in sorted(folder.glob("*.txt"))
        if path.with_suffix(".ann").exists()
    ]


def read_gold_folder(folder: Path) -> list[GoldDocument]:
    """Gold of either form in ``folder``.

    Raises:
        FileNotFoundError: There is no folder, or no text with gold beside it.
    """
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{folder}: no such folder; give one with NAME.txt beside NAME.ann or NAME.json"
        )
    found = read_brat_folder(folder)
    found += [
        read_json(path)
        for path in sorted(folder.glob("*.json"))
        if path.with_suffix(".txt").exists() and not path.with_suffix(".ann").exists()
    ]
    if not found:
        raise FileNotFoundError(f"{folder}: no gold here; it takes NAME.txt beside NAME.ann or NAME.json")
    return found
