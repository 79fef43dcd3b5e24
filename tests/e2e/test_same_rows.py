"""The same rows in every process: nothing in the extraction follows the order of a set of strings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (29, 42, 77, 89)
"""Made pages with names that lend each other their kind: their actors once followed the order of a set."""
SCRIPT = f"""
import datetime as dt, hashlib
from pathlib import Path
import polars as pl
from benchmarks.pages import article_text
from pipeline.extract.attributions import MODEL_DIR, extract_attributions
from pipeline.extract.cues import read_lexicon
from pipeline.extract.statements import load_actor_seeds, make_statements
from pipeline.extract.tagger import Tagger
from pipeline.schemas import ARTICLES

day = dt.date(2022, 1, 1)
rows = [
    {{"partition_date": day, "article_id": f"{{n:016x}}", "document": str(n), "article_date": day,
      "text": "\\n".join(article_text(n)[1]), "word_count": 750}}
    for n in {PAGES}
]
articles = ARTICLES.empty().clear(len(rows)).with_columns(
    pl.Series(name, [row[name] for row in rows], dtype=ARTICLES.schema[name]) for name in rows[0]
)
found = extract_attributions(articles, Tagger(MODEL_DIR))
seeds = Path("seeds")
made = make_statements(
    articles, found.attributions, found.names, seeds=load_actor_seeds(seeds), cues=read_lexicon(seeds / "cues.csv")
)
for frame in (found.attributions, found.names, made.statements, made.mentions, made.actors):
    print(frame.height, hashlib.sha256(frame.write_ndjson().encode()).hexdigest())
"""


def rows(hash_seed: int) -> list[str]:
    """Row counts and digests of the tables, made by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def first() -> list[str]:
    """Of one order of strings in sets."""
    return rows(0)


@pytest.mark.parametrize("hash_seed", [1, 2])
def test_every_process_makes_the_same_rows(first: list[str], hash_seed: int) -> None:
    assert all(int(line.split()[0]) > 50 for line in first)
    assert rows(hash_seed) == first
