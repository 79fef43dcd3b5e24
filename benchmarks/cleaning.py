"""Measures cleaning on a folder of saved pages with known bodies and metadata.

Belongs here: body, headline, day and author scores, and pages a second. Does not: changing anything.

The folder holds ``articles/`` and ``news/`` (or is one of them), each with ``gold.json`` and the pages
as ``ID.html.gz``. Gold entries give ``url`` and ``body``, those of news also ``title``, ``authors``,
``published_at`` and ``collected_at``.

    python benchmarks/cleaning.py FOLDER [--json]
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

from pipeline.clean.articles import CleanedPage, clean_page

_WORDS = re.compile(r"\w+")
_GRAM = 4
_LATER = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
_LEAST_HEADLINE_F1 = 0.8


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORDS.findall(text)
    if not words:
        return Counter()
    size = min(_GRAM, len(words))
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def body_scores(gold: dict[str, str], found: dict[str, str]) -> dict[str, float]:
    """Mean precision and recall of word 4-grams per page, and the F1 of the means."""
    precisions, recalls = [], []
    for key, text in gold.items():
        wanted, got = shingles(text), shingles(found[key])
        hits = sum((wanted & got).values())
        if got:
            precisions.append(hits / sum(got.values()))
        if wanted:
            recalls.append(hits / sum(wanted.values()))
    precision = sum(precisions) / max(len(precisions), 1)
    recall = sum(recalls) / max(len(recalls), 1)
    return {"precision": precision, "recall": recall, "f1": f1(precision, recall)}


def likeness(a: str, b: str) -> float:
    """F1 of the words of two headlines."""
    x, y = Counter(_WORDS.findall(a.lower())), Counter(_WORDS.findall(b.lower()))
    hits = sum((x & y).values())
    return 2 * hits / (sum(x.values()) + sum(y.values())) if hits else 0.0


def metadata_scores(gold: dict[str, Any], found: dict[str, CleanedPage | None]) -> dict[str, float]:
    """Share of right headlines and days, and F1 of author names."""
    headlines = days = hits = claimed = wanted = 0
    for key, entry in gold.items():
        page = found[key]
        names = {" ".join(_WORDS.findall(a.lower())) for a in entry["authors"] or []}
        wanted += len(names)
        if page is None:
            continue
        headlines += likeness(page.headline or "", entry["title"]) >= _LEAST_HEADLINE_F1
        written = dt.datetime.fromisoformat(entry["published_at"])
        right_days = {written.date(), written.astimezone(dt.UTC).date() if written.tzinfo else written.date()}
        days += bool({page.article_date, page.published_at and page.published_at.date()} & right_days)
        got = {" ".join(_WORDS.findall(a.lower())) for a in page.authors}
        hits += len(names & got)
        claimed += len(got)
    authors = f1(hits / max(claimed, 1), hits / max(wanted, 1))
    return {"headline": headlines / len(gold), "day": days / len(gold), "authors_f1": authors}


def measure(folder: Path, repeats: int) -> dict[str, Any]:
    gold: dict[str, Any] = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    pages: dict[str, bytes] = {}
    for key in gold:
        name = key if key.endswith(".gz") else f"{key}.html.gz"
        pages[key] = gzip.decompress((folder / name).read_bytes())
    found: dict[str, CleanedPage | None] = {}
    rejected: dict[str, str] = {}
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        for key, body in pages.items():
            said = gold[key].get("collected_at")
            collected = dt.datetime.fromisoformat(said).replace(tzinfo=dt.UTC) if said else _LATER
            page = clean_page(
                body, url=gold[key]["url"], content_type="text/html", charset=None, collected_at=collected
            )
            found[key] = page if isinstance(page, CleanedPage) else None
            if not isinstance(page, CleanedPage):
                rejected[key] = f"{page.reason_code}: {page.detail}"
        seconds.append(time.process_time() - start)
    texts = {key: page.text if page else "" for key, page in found.items()}
    out: dict[str, Any] = {
        "pages": len(pages),
        "pages_per_second": len(pages) / min(seconds),
        "body": body_scores({k: g["body"] for k, g in gold.items()}, texts),
        "rejected": rejected,
    }
    if all("title" in entry for entry in gold.values()):
        out |= metadata_scores(gold, found)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of test pages")
    parser.add_argument("--repeats", type=int, default=3, help="runs; the fastest counts")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    folders = [f for f in (options.folder, *sorted(options.folder.iterdir())) if (f / "gold.json").is_file()]
    if not folders:
        parser.error(f"{options.folder}: no gold.json there or one folder down")
    results = {folder.name: measure(folder, options.repeats) for folder in folders}
    pages = sum(r["pages"] for r in results.values())
    speed = pages / sum(r["pages"] / r["pages_per_second"] for r in results.values())
    if options.json:
        print(json.dumps({"sets": results, "pages_per_second": speed}, indent=1))
        return
    for name, r in results.items():
        b = r["body"]
        print(f"{name}: {r['pages']} pages, {r['pages_per_second']:.1f} a second on one core")
        print(f"  body      P {b['precision']:.4f}  R {b['recall']:.4f}  F1 {b['f1']:.4f}")
        if "headline" in r:
            print(f"  headline  {r['headline']:.3f}   day {r['day']:.3f}   authors F1 {r['authors_f1']:.3f}")
        for key, why in r["rejected"].items():
            print(f"  rejected  {key}: {why}")
    print(f"all: {pages} pages, {speed:.1f} a second on one core")


if __name__ == "__main__":
    main()
