"""Right actor: statements of gold or predicted attributions, in the form that the actor scorer reads.

  python benchmarks/actors_dev.py GOLD_DIR SEEDS_DIR [--names SILVER.json] [--actors ACTORS_DIR]
      [--predictions PRED.jsonl] [--model MODEL_DIR [--found]] [--date 2016-10-01] > out.jsonl

GOLD_DIR holds NAME.txt with NAME.ann or NAME.json; SEEDS_DIR holds actors.csv, actor_aliases.csv and
cues.csv. Without --predictions the gold speaker, cue and content spans are taken as they are, so that the
figures say how good actor resolution is by itself. --names gives names and coreference chains as JSON,
where the tagger's are not at hand; --model takes the tagger's names, and with --found its attributions too,
which is the whole extraction. With --actors only the articles judged there are written.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.extract.actor_seeds import load_actor_seeds
from pipeline.extract.attributions import AttributionTables, extract_attributions, statement_type
from pipeline.extract.cues import read_lexicon
from pipeline.extract.gold import GoldDocument, read_gold_folder
from pipeline.extract.quotes import quotations
from pipeline.extract.statements import StatementTables, make_statements
from pipeline.extract.tagger import Tagger
from pipeline.schemas import ARTICLES, ATTRIBUTIONS, NAMES

PRONOUN = re.compile(
    r"he|she|they|it|we|i|him|her|them|his|their|its|who|which|himself|herself", re.IGNORECASE
)
NOON = dt.time(12, tzinfo=dt.UTC)


def article_row(document: GoldDocument, day: dt.date) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(ARTICLES.columns)
    return empty | {
        "partition_date": day,
        "article_id": document.name,
        "page_id": document.name,
        "document": document.name,
        "authors": [],
        "collected_at": dt.datetime.combine(day, NOON),
        "article_date": day,
        "language": "en",
        "text": document.text,
        "word_count": len(document.text.split()),
        "is_live_blog": False,
        "is_opinion": False,
        "is_paywalled": False,
        "is_truncated": False,
        "minhash": [],
        "cleaner_version": "gold",
    }


def attribution_row(
    document: GoldDocument, at: int, day: dt.date, roles: dict[str, list[tuple[int, int]]], confidence: float
) -> dict[str, Any]:
    text = document.text

    def span(role: str) -> tuple[int | None, int | None, str | None]:
        if not roles[role]:
            return None, None, None
        start, end = roles[role][0][0], roles[role][-1][1]
        return start, end, text[start:end]

    speaker, cue, content = span("speaker"), span("cue"), roles["content"]
    return {
        "partition_date": day,
        "attribution_id": f"{document.name}:{at:04}",
        "article_id": document.name,
        "ordinal": at,
        "speaker_start": speaker[0],
        "speaker_end": speaker[1],
        "speaker_text": speaker[2],
        "cue_start": cue[0],
        "cue_end": cue[1],
        "cue_text": cue[2],
        "content_spans": [{"start": s, "end": e} for s, e in content],
        "content_text": " ".join(text[s:e] for s, e in content),
        "statement_type": statement_type(text, content, quotations(text)),
        "confidence": confidence,
        "extractor_version": "gold",
    }


def gold_rows(document: GoldDocument, day: dt.date) -> list[dict[str, Any]]:
    order = sorted(document.attributions, key=lambda a: (a.cue or a.content or [(0, 0)])[0])
    return [
        attribution_row(document, i, day, {"speaker": a.speaker, "cue": a.cue, "content": a.content}, 1.0)
        for i, a in enumerate(order)
    ]


def predicted_rows(document: GoldDocument, day: dt.date, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    for line in lines:
        roles = {
            "speaker": [_span(line["speaker"])] if line.get("speaker") else [],
            "cue": [_span(line["cue"])] if line.get("cue") else [],
            "content": [_span(c) for c in line.get("content") or []],
        }
        if json.dumps(roles) not in seen:
            seen.add(json.dumps(roles))
            rows.append(
                attribution_row(document, len(rows), day, roles, float(line.get("confidence") or 1.0))
            )
    return rows


def _span(value: dict[str, Any]) -> tuple[int, int]:
    return int(value["start"]), int(value["end"])


def name_rows(document: GoldDocument, day: dt.date, silver: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of ``names``; a pronoun points to the nearest mention of its chain that is none."""
    text = document.text
    rows: list[tuple[int, int, str, int | None]] = [(*name, None) for name in silver.get("names", [])]
    for chain in silver.get("coreference", []):
        last: int | None = None
        for start, end in sorted(chain):
            if not PRONOUN.fullmatch(text[start:end]):
                last = start
            elif last is not None:
                rows.append((start, end, "PRONOUN", last))
    unique = {(s, e): (kind, antecedent) for s, e, kind, antecedent in rows}
    return [
        {
            "partition_date": day,
            "article_id": document.name,
            "start": s,
            "end": e,
            "text": text[s:e],
            "name_type": kind,
            "score": 1.0,
            "antecedent_start": antecedent,
            "extractor_version": "silver",
        }
        for (s, e), (kind, antecedent) in sorted(unique.items())
    ]


def jsonl(made: StatementTables) -> list[str]:
    named = made.statements.join(
        made.actors.select("actor_id", "actor_name", "actor_type"), on="actor_id", how="left"
    )
    lines: list[str] = []
    for row in named.sort("article_id", "attribution_id").iter_rows(named=True):
        spans = {
            role: {"text": row[f"{role}_text"], "start": row[f"{role}_start"], "end": row[f"{role}_end"]}
            if row[f"{role}_start"] is not None
            else None
            for role in ("speaker", "cue")
        }
        actor = {k: row[k] for k in ("actor_id", "actor_type")} | {"name": row["actor_name"]}
        line = {
            "document": row["article_id"] + ".txt",
            "statement_id": row["statement_id"],
            "statement_type": row["statement_type"],
            **spans,
            "content": row["content_spans"],
            "actor": actor if row["actor_id"] else None,
            "statement_date": row["statement_date"],
        }
        more = ("resolution", "unresolved_reason", "addressee", "cue_lemma", "cue_class", "is_speech")
        line |= {k: row[k] for k in (*more, "is_negated", "confidence")}
        lines.append(json.dumps(line, default=str, ensure_ascii=False))
    return lines


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold", type=Path)
    parser.add_argument("seeds", type=Path)
    parser.add_argument("--cues", type=Path, help="cues.csv; the seeds folder's if not given")
    parser.add_argument("--names", type=Path)
    parser.add_argument("--actors", type=Path)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--found", action="store_true")
    parser.add_argument("--date", type=dt.date.fromisoformat, default=dt.date(2016, 10, 1))
    return parser.parse_args()


def main() -> None:
    args = arguments()
    documents = read_gold_folder(args.gold)
    if args.actors:
        judged = {p.name.removesuffix(".actors.json") for p in args.actors.glob("*.actors.json")}
        documents = [d for d in documents if d.name in judged]
    predicted: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if args.predictions:
        for text in args.predictions.read_text(encoding="utf-8").splitlines():
            predicted[Path(json.loads(text)["document"]).stem].append(json.loads(text))
    silver = json.loads(args.names.read_text(encoding="utf-8")) if args.names else {}
    rows = [
        row
        for d in documents
        for row in (
            predicted_rows(d, args.date, predicted[d.name]) if args.predictions else gold_rows(d, args.date)
        )
    ]
    articles = pl.DataFrame([article_row(d, args.date) for d in documents], schema=ARTICLES.schema)
    attributions = pl.DataFrame(rows, schema=ATTRIBUTIONS.schema)
    names = pl.DataFrame(
        [row for d in documents for row in name_rows(d, args.date, silver.get(d.name, {}))],
        schema=NAMES.schema,
    )
    if args.model:
        tagged: AttributionTables = extract_attributions(articles, Tagger(args.model))
        names = tagged.names
        attributions = tagged.attributions if args.found else attributions
    seeds, cues = load_actor_seeds(args.seeds), read_lexicon(args.cues or args.seeds / "cues.csv")
    began = time.process_time()
    made = make_statements(articles, attributions, names, seeds=seeds, cues=cues)
    spent = time.process_time() - began
    words = int(articles["word_count"].sum())
    sys.stdout.write("\n".join(jsonl(made)) + "\n")
    sys.stderr.write(
        f"{len(documents)} articles, {words} words, {made.statements.height} statements, {made.actors.height} actors, "
        f"{spent * 1000 / max(1, words) * 750:.1f} CPU ms per 750 words\n"
    )


if __name__ == "__main__":
    main()
