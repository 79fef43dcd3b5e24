"""Build the gold set ``gold/NAME.txt`` and ``gold/NAME.json`` from ``gold_source/NAME.md``.

    python tests/eval/build_gold.py            write the gold set
    python tests/eval/build_gold.py --show     print every span as it reads, without writing
    python tests/eval/build_gold.py --counts   print how often each pattern occurs, without writing

The markup is described in ``README.md``. Offsets are counted while the markup is taken off, so that
they are right by construction; what a text says about itself is checked against its words.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCE, GOLD = HERE / "gold_source", HERE / "gold"

ROLES = {"s": "speaker", "q": "cue", "c": "content", "a": "addressee"}
ACTOR_TYPES = {"person", "organization", "government", "group"}
RESOLUTIONS = {"name", "pronoun", "nominal", "metonym", "unnamed"}
WORDS = (120, 300)
PATTERNS = {
    # marks
    *("straight", "curly", "angle", "nested-single", "british-single", "continued"),
    # where the speaker stands
    *("before", "after", "middle", "next-sentence", "implied", "interview", "colon"),
    # who speaks
    *(
        "pronoun",
        "relative-pronoun",
        "apposition",
        "joint",
        "same-surname",
        "person-place",
        "metonym",
        "unnamed",
    ),
    # how it is reported
    *(
        "that",
        "bare",
        "two-cues",
        "nominal",
        "according-to",
        "question",
        "nested",
        "addressee",
        "relative-date",
    ),
    # what is not plainly said
    *("refusal", "negated", "thought"),
}
TEXT_PATTERNS = {"scare-quotes", "interview"}
_OPEN, _CLOSE = "\"“«»‘'", "\"”»«’'"
_STRIP = " \n\u00a0,.;:?!"
_REOPENED = re.compile(r"[”»«\"].*[“«»\"]")
_MARKED = re.compile(r"[\"“”«»]|(?<!\w)[‘'](?=\w)")

Spans = list[tuple[int, int]]


class GoldError(Exception):
    """A source file is not as the README asks; the message names file and place."""


@dataclass
class Marked:
    """A text without its markup, and the spans of each role of each statement number."""

    text: str
    spans: dict[int, dict[str, Spans]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))


def unmark(source: str) -> Marked:
    """Take off ``{s1+2 …}`` marks, counting code points."""
    out: list[str] = []
    length = 0
    marked = Marked("")
    opened: list[tuple[str, list[int], int]] = []
    at = 0
    for match in re.finditer(r"\{([sqca])(\d+(?:\+\d+)*)(?: |(?=:))|\}", source):
        piece = source[at : match.start()]
        out.append(piece)
        length += len(piece)
        at = match.end()
        if match.group(1):
            opened.append((ROLES[match.group(1)], [int(n) for n in match.group(2).split("+")], length))
            continue
        if not opened:
            raise GoldError(f"a }} without {{ near {source[max(0, match.start() - 30) : match.start()]!r}")
        role, numbers, start = opened.pop()
        for number in numbers:
            marked.spans[number][role].append((start, length))
    if opened:
        raise GoldError(f"a {opened[-1][0]} of statement {opened[-1][1]} is never closed")
    marked.text = "".join([*out, source[at:]])
    if "{" in marked.text or "}" in marked.text:
        raise GoldError("a brace is left over; a mark is {s1 …}, {q1 …}, {c1 …} or {a1 …}")
    return marked


def statement_type(text: str, content: Spans) -> str:
    """``direct``: all of the content stands in quotation marks; ``mixed``: some of it; ``indirect``: none."""
    parts = [text[s:e].strip(_STRIP) for s, e in content]
    # Each paragraph of a long quotation opens anew and only the last one closes.
    is_quoted = bool(parts) and all(p[:1] in _OPEN for p in parts) and parts[-1][-1] in _CLOSE
    if is_quoted and not any(_REOPENED.search(p[1:-1]) for p in parts):
        return "direct"
    return "mixed" if any(_MARKED.search(p) for p in parts) else "indirect"


def parse_row(line: str, published: str) -> tuple[int, dict[str, Any]]:
    """``N | actor | actor type | statement type | resolution | cue class | … flags | p=patterns``."""
    cells = [cell.strip() for cell in line.split("|")]
    number, actor, actor_type, kind, resolution, cue_class, *flags = cells
    row: dict[str, Any] = {
        "actor": None if actor == "-" else actor,
        "actor_type": None if actor_type == "-" else actor_type,
        "statement_type": kind,
        "resolution": None if resolution == "-" else resolution,
        "statement_date": published,
        "is_speech": True,
        "is_negated": False,
        "cue_class": cue_class,
        "patterns": [],
    }
    for flag in flags:
        key, _, value = flag.partition("=")
        if key == "p":
            row["patterns"] = value.split(",")
        elif key == "date":
            row["statement_date"] = dt.date.fromisoformat(value).isoformat()
        elif key == "precision":
            row["date_precision"] = value
        else:
            for word in key.split(","):
                row |= {"thought": {"is_speech": False}, "negated": {"is_negated": True}}[word]
    return int(number), row


def build(path: Path) -> tuple[str, dict[str, Any]]:
    """Text and gold of one source file.

    Raises:
        GoldError: The file is not as the README asks.
    """
    head, _, rest = path.read_text(encoding="utf-8").partition("\n\n")
    body, _, table = rest.rpartition("\n---")
    try:
        meta = dict(line.split(": ", 1) for line in head.splitlines())
        marked = unmark(body.strip("\n"))
        rows = [parse_row(line, meta["published"]) for line in table.strip().splitlines()]
        statements = [assemble(marked, number, row) for number, row in rows]
        check(marked, meta, [number for number, _ in rows], statements)
    except (GoldError, ValueError, KeyError) as error:
        raise GoldError(f"{path.name}: {error}") from error
    statements.sort(key=lambda s: min(a for a, _ in [*s["content"], *([s["cue"]] if s["cue"] else [])]))
    listed = meta.get("mentioned", "-")
    gold = {
        "document": f"{path.stem}.txt",
        "published": meta["published"],
        "headline": meta["headline"],
        "patterns": [p for p in meta.get("patterns", "").split(", ") if p],
        "mentioned_without_statement": [] if listed == "-" else listed.split("; "),
        "statements": statements,
    }
    return marked.text + "\n", gold


def assemble(marked: Marked, number: int, row: dict[str, Any]) -> dict[str, Any]:
    """One statement in the form of the gold JSON."""
    spans = marked.spans.get(number)
    if spans is None:
        raise GoldError(f"statement {number} stands in the table and not in the text")
    for role in ("speaker", "cue", "addressee"):
        if len(spans.get(role, [])) > 1:
            raise GoldError(f"statement {number} has two spans as its {role}")
    one = {
        role: list(spans[role][0]) if spans.get(role) else None for role in ("speaker", "cue", "addressee")
    }
    out = {key: row[key] for key in ("actor", "actor_type", "statement_type")}
    # "…, the harbour master, said": the comma that ends an apposition is not the speaker's.
    if one["speaker"] and marked.text[one["speaker"][1] - 1] == ",":
        one["speaker"][1] -= 1
    out |= {"speaker": one["speaker"], "cue": one["cue"]}
    out["content"] = [list(span) for span in sorted(spans.get("content", []))]
    out |= {key: row[key] for key in ("resolution", "statement_date")}
    if "date_precision" in row:
        out["date_precision"] = row["date_precision"]
    place = one["addressee"]
    out["addressee"] = marked.text[place[0] : place[1]] if place else None
    out["addressee_span"] = place
    out |= {key: row[key] for key in ("is_negated", "is_speech", "cue_class", "patterns")}
    return out


def check(marked: Marked, meta: dict[str, str], numbers: list[int], statements: list[dict[str, Any]]) -> None:
    """What can be known without reading: every mark is used, every word is known, types fit the marks."""
    unused = set(marked.spans) - set(numbers)
    if unused:
        raise GoldError(f"statement {min(unused)} is marked in the text and not in the table")
    words = len(marked.text.split())
    if not WORDS[0] <= words <= WORDS[1]:
        raise GoldError(f"{words} words; a text has {WORDS[0]} to {WORDS[1]}")
    if (meta.get("none") == "yes") != (not statements):
        raise GoldError("'none: yes' and an empty table go together")
    unknown = {p for p in meta.get("patterns", "").split(", ") if p} - TEXT_PATTERNS
    unknown |= {p for s in statements for p in s["patterns"]} - PATTERNS
    if unknown:
        raise GoldError(f"unknown pattern: {', '.join(sorted(unknown))}")
    actors = {s["actor"] for s in statements}
    for name in meta.get("mentioned", "-").split("; "):
        if name != "-" and (name not in marked.text or name in actors):
            raise GoldError(f"{name!r} is mentioned nowhere, or speaks")
    for number, statement in zip(numbers, statements, strict=True):
        check_statement(marked.text, number, statement)


def check_statement(text: str, number: int, statement: dict[str, Any]) -> None:
    """One statement: roles do not overlap, type, actor type and resolution are as declared."""
    content = [(a, b) for a, b in statement["content"]]
    outside = [statement[key] for key in ("speaker", "cue", "addressee_span") if statement[key]]
    for start, end in outside:
        if any(start < b and a < end for a, b in content):
            raise GoldError(f"statement {number}: {text[start:end]!r} lies inside its own content")
    if not content and statement["cue_class"] != "decline_to_comment":
        raise GoldError(f"statement {number} has no content")
    if content and (found := statement_type(text, content)) != statement["statement_type"]:
        raise GoldError(
            f"statement {number} is declared {statement['statement_type']}, its marks say {found}"
        )
    for key, known in (("actor_type", ACTOR_TYPES), ("resolution", RESOLUTIONS)):
        if statement[key] is not None and statement[key] not in known:
            raise GoldError(f"statement {number}: unknown {key} {statement[key]!r}")
    if (statement["speaker"] is None) != (statement["resolution"] is None):
        raise GoldError(f"statement {number}: a resolution goes with a speaker")


def show(name: str, text: str, gold: dict[str, Any]) -> None:
    """Print each statement as its spans read, for proof-reading."""
    print(f"\n== {name} ({gold['published']}, {len(text.split())} words)")
    for s in gold["statements"]:
        one = {key: text[s[key][0] : s[key][1]] if s[key] else "-" for key in ("speaker", "cue")}
        content = " | ".join(text[a:b] for a, b in s["content"])
        marks = [s["statement_type"], s["cue_class"], str(s["resolution"]), s["statement_date"]]
        marks += [
            "" if s["is_speech"] else "thought",
            "negated" if s["is_negated"] else "",
            s["addressee"] or "",
        ]
        print(f"  {s['actor']}: [{one['speaker']}] [{one['cue']}] {content}")
        print(f"      {' '.join(filter(None, marks))}  {','.join(s['patterns'])}")


def main() -> None:
    """Build all, or show, or count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--counts", action="store_true")
    args = parser.parse_args()
    built = {path.stem: build(path) for path in sorted(SOURCE.glob("*.md"))}
    counts: Counter[str] = Counter()
    for name, (text, gold) in built.items():
        counts.update(p for s in gold["statements"] for p in s["patterns"])
        counts.update(f"text: {p}" for p in gold["patterns"])
        if args.show:
            show(name, text, gold)
        elif not args.counts:
            GOLD.mkdir(exist_ok=True)
            (GOLD / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
            data = json.dumps(gold, ensure_ascii=False, indent=1)
            (GOLD / f"{name}.json").write_text(data + "\n", encoding="utf-8")
    if args.counts:
        for pattern, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            print(f"{count:4} {pattern}")
    total = sum(len(gold["statements"]) for _, gold in built.values())
    print(f"{len(built)} texts, {total} statements")


if __name__ == "__main__":
    main()
