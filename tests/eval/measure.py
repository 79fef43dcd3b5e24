"""What the shipped extractor makes of the gold set: spans and resolved statements.

``python tests/eval/measure.py`` prints the figures; ``--pin`` raises the floors to them, ``--wrong`` lists
what differs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

from pipeline.documents import Document, raw_article, statements_of
from pipeline.evaluation import evaluate_folder
from pipeline.extract.scoring import normalise_spans, overlap
from pipeline.resources.model import Extractor

HERE = Path(__file__).parent
GOLD = HERE / "gold"
FLOORS = HERE / "floors.json"
SEEDS = HERE.parents[1] / "seeds"
SLACK = 0.01
"""Pinned below what was measured: processors round differently."""


def _chars(text: str, spans: list[list[int]]) -> frozenset[int]:
    plain = normalise_spans(text, [(s, e) for s, e in spans])
    return frozenset(i for s, e in plain for i in range(s, e))


def pairs(extractor: Extractor) -> list[tuple[str, dict[str, Any], dict[str, Any] | None]]:
    """Each gold statement with what was found for it: the best overlap of a half or more, or None."""
    out: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = []
    for path in sorted(GOLD.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        body = path.with_suffix(".txt").read_bytes()
        text = body.decode("utf-8")
        published = dt.date.fromisoformat(gold["published"])
        article = raw_article(Document(path.stem, body, "text/plain"), published=published)
        found = [
            (_chars(text, [[c["start"], c["end"]] for c in line["content"]]), line)
            for line in statements_of(article, extractor)
        ]
        for statement in gold["statements"]:
            wanted = _chars(text, statement["content"])
            fitting = [(overlap(wanted, chars), line) for chars, line in found]
            fitting = [(share, line) for share, line in fitting if share >= 0.5]
            # Joint speakers share their content: the one with the wanted actor is meant.
            fitting.sort(key=lambda f: (_same_actor(statement, f[1]), f[0]), reverse=True)
            out.append((path.stem, statement, fitting[0][1] if fitting else None))
    return out


def _same_actor(gold: dict[str, Any], line: dict[str, Any]) -> bool:
    name = line["actor"]["name"] if line["actor"] else None
    if name is None or gold["actor"] is None:
        return name == gold["actor"]
    a, b = (
        n.casefold().removeprefix("the ").removeprefix("a ").removeprefix("an ")
        for n in (name, gold["actor"])
    )
    return a == b or (gold["resolution"] == "unnamed" and (a in b or b in a))


def figures(extractor: Extractor) -> dict[str, float]:
    """Shares of 1, by name."""
    spans = evaluate_folder(GOLD)
    out = {
        "found F1": spans["found"]["F1"],
        "right F1": spans["right"]["F1"],
        "content characters F1": spans["char"]["content"]["F1"],
        "direct, right recall": spans["recall_by_type"]["direct"]["right"],
    }
    hits: Counter[str] = Counter()
    tries: Counter[str] = Counter()
    for _, gold, line in pairs(extractor):
        if line is None:
            continue
        for field, right in {
            "actor": _same_actor(gold, line),
            f"actor by {gold['resolution']}": _same_actor(gold, line),
            "statement_type": line["statement_type"] == gold["statement_type"],
            "statement_date": line["statement_date"] == gold["statement_date"],
            "is_speech": line["is_speech"] == gold["is_speech"],
            "is_negated": line["is_negated"] == gold["is_negated"],
            "cue_class": line["cue_class"] == gold["cue_class"],
        }.items():
            tries[field] += 1
            hits[field] += right
    return out | {
        f"{field} of found": hits[field] / tries[field] for field in sorted(tries) if tries[field] >= 10
    }


def pin(measured: dict[str, float]) -> None:
    """Floors only go up."""
    old = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    floors = {k: max(round(v - SLACK, 3), old.get(k, 0.0)) for k, v in measured.items()}
    FLOORS.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pin", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    args = parser.parse_args()
    extractor = Extractor(SEEDS)
    if args.wrong:
        for name, gold, line in pairs(extractor):
            said = line and (line["actor"] or {}).get("name")
            if line is None:
                print(name, "NOT FOUND", gold["actor"], gold["content"], gold["patterns"])
                continue
            if not _same_actor(gold, line):
                print(
                    name,
                    "ACTOR",
                    gold["actor"],
                    "|",
                    said,
                    gold["resolution"],
                    line["resolution"],
                    gold["patterns"],
                )
            for field in ("statement_type", "statement_date", "is_speech", "is_negated", "cue_class"):
                if line[field] != gold[field]:
                    print(
                        name,
                        field,
                        "gold",
                        gold[field],
                        "said",
                        line[field],
                        line["cue"] and line["cue"]["text"],
                    )
        return
    measured = figures(extractor)
    for name, value in measured.items():
        print(f"{name:32} {value:.3f}")
    if args.pin:
        pin(measured)


if __name__ == "__main__":
    main()
