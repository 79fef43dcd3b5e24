"""``onrecord evaluate``: the shipped extractor against a folder of gold.

Belongs here: running the extractor over gold and laying out the figures. Does not: the measures
(``pipeline.extract.scoring``).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from rich.table import Table

from pipeline.extract.attributions import MODEL_DIR, read_text
from pipeline.extract.gold import read_gold_folder
from pipeline.extract.scoring import Predicted, evaluate
from pipeline.extract.tagger import MODEL_FILE, Tagger


def evaluate_folder(
    folder: Path, model_dir: Path | None = None, *, weights: str = MODEL_FILE
) -> dict[str, Any]:
    """All measures over a gold folder, with the model's version and the speed.

    Raises:
        FileNotFoundError: No gold there, or no model.
    """
    result = _evaluated(folder, model_dir, weights)
    del result["judged"]
    return result


def judged_folder(folder: Path, model_dir: Path) -> list[tuple[float, bool]]:
    """Confidence of each attribution found in a gold folder, with whether it is right."""
    return _evaluated(folder, model_dir, MODEL_FILE)["judged"]


def _evaluated(folder: Path, model_dir: Path | None, weights: str) -> dict[str, Any]:
    documents = read_gold_folder(folder)
    tagger = Tagger(model_dir or MODEL_DIR, weights=weights)
    began = time.process_time()
    predicted = {
        d.name: [
            Predicted([f.speaker] if f.speaker else [], [f.cue] if f.cue else [], f.content, f.confidence)
            for f in read_text(d.text, tagger).found
        ]
        for d in documents
    }
    seconds = time.process_time() - began
    result = evaluate(documents, predicted)
    result["model"] = tagger.version
    result["articles_per_cpu_second"] = len(documents) / seconds if seconds else 0.0
    return result


def evaluation_tables(result: dict[str, Any]) -> list[Table]:
    """The figures for a terminal."""
    spans = Table(
        title=f"{result['documents']} texts, {result['gold']} attributions, model {result['model']}"
    )
    spans.add_column("measure")
    for name in ("precision", "recall", "F1"):
        spans.add_column(name, justify="right")

    def add(label: str, prf: dict[str, float]) -> None:
        spans.add_row(label, *(f"{prf[k]:.3f}" for k in ("P", "R", "F1")))

    add("found", result["found"])
    add("right", result["right"])
    for measure in ("exact", "char"):
        for role, prf in result[measure].items():
            add(f"{measure} {role}", prf)
    kinds = Table(title="recall by statement type")
    for name in ("type", "gold", "found", "right"):
        kinds.add_column(name, justify="left" if name == "type" else "right")
    for kind, row in result["recall_by_type"].items():
        kinds.add_row(kind, str(row["gold"]), f"{row['found']:.3f}", f"{row['right']:.3f}")
    trust = Table(title="confidence and what is right")
    for name in ("confidence", "statements", "mean", "right"):
        trust.add_column(name, justify="right")
    for row in result["reliability"]:
        trust.add_row(
            f"{row['from']:.1f} to {row['to']:.1f}",
            str(row["cases"]),
            f"{row['mean']:.2f}",
            f"{row['right']:.2f}",
        )
    return [spans, kinds, trust]
