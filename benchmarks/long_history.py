"""A long history for the warehouse: real extraction output, repeated with other days and names.

In each copy of the articles the letters of all texts are exchanged for others, the same everywhere in the copy, so
that lengths, offsets, repetition and structure stay those of real extraction while copies are different texts. One
copy in ten is printed again by another outlet, as wire stories are.
"""

from __future__ import annotations

import datetime as dt
import random
import string
from collections.abc import Callable
from pathlib import Path

import polars as pl

from pipeline.extract.fingerprints import content_key, content_minhash
from pipeline.ids import stable_id
from pipeline.schemas import TABLES

FIRST_DAY = dt.date(2024, 1, 1)
STATEMENTS_A_DAY = 2_700
REPRINTED = 10
"""One copy in so many is printed again by another outlet."""
NAMES_SHIFTED = 500
"""So many different casts of actors: the same people come back from day to day."""
PER_ARTICLE = ("attributions", "names", "statements", "mentions")


class Copies:
    """Copies of the articles of a real lake, as many as wanted, each different."""

    def __init__(self, data_dir: Path) -> None:
        self.base = {
            name: pl.read_parquet(data_dir / "lake" / name / "*" / "*.parquet", hive_partitioning=False)
            for name in ("pages", "articles", "actors", *PER_ARTICLE)
        }
        self.outlets = sorted(self.base["articles"]["outlet_id"].drop_nulls().unique().to_list()) or ["wire"]
        self.statements = self.base["statements"].height

    def rows(self, number: int, day: dt.date) -> dict[str, pl.DataFrame]:
        """All tables of one copy, collected on ``day``; a reprint has the letters of the copy before."""
        is_reprint = number % REPRINTED == REPRINTED - 1
        letters = _letters(number - 1 if is_reprint else number)
        cast = (number - is_reprint) % NAMES_SHIFTED
        out = {name: self._renamed(name, number, cast, day) for name in self.base}
        out["actors"] = out["actors"].with_columns(
            pl.format("{} {}", "actor_name", pl.lit(cast)).alias("actor_name")
        )
        texts = {row["article_id"]: row["text"].translate(letters) for row in out["articles"].to_dicts()}
        out["articles"] = out["articles"].with_columns(
            pl.col("article_id").replace_strict(texts).alias("text"),
            (pl.lit(self.outlets[number % len(self.outlets)]) if is_reprint else pl.col("outlet_id")).alias(
                "outlet_id"
            ),
        )
        for name, spans in {
            "attributions": ("speaker", "cue"),
            "statements": ("speaker", "cue"),
            "mentions": ("mention",),
            "names": ("name",),
        }.items():
            out[name] = self._retold(name, out[name], texts, spans)
        return out

    def _renamed(self, name: str, number: int, cast: int, day: dt.date) -> pl.DataFrame:
        """A table with the ids of the copy, moved to its day."""
        frame = self.base[name]

        def shifted(column: str) -> dict[str, str]:
            salt = cast if "actor" in column else number
            return {
                v: stable_id("copy", column, v, salt) for v in frame[column].drop_nulls().unique().to_list()
            }

        ids = [
            c for c in frame.columns if c.endswith("_id") and c not in ("outlet_id", "wikidata_id", "feed_id")
        ]
        move = pl.lit(day) - pl.col("partition_date")
        # An addressee's id must be the one its actor has as a speaker.
        renamed = [
            pl.col(c).replace_strict(_as_actor(c, shifted, frame, cast), default=None).alias(c) for c in ids
        ]
        times = [(pl.col(c) + move).alias(c) for c, t in frame.schema.items() if isinstance(t, pl.Datetime)]
        days = [(pl.col(c) + move).alias(c) for c in ("article_date", "statement_date") if c in frame.columns]
        return frame.with_columns(*renamed, *times, *days).with_columns(pl.lit(day).alias("partition_date"))

    @staticmethod
    def _retold(
        name: str, frame: pl.DataFrame, texts: dict[str, str], spans: tuple[str, ...]
    ) -> pl.DataFrame:
        """The words of spans as they stand in the copy's texts."""
        rows = frame.to_dicts()
        for row in rows:
            text = texts[row["article_id"]]
            for span in spans:
                prefix, target = {"mention": ("", "mention_text"), "name": ("", "text")}.get(
                    span, (f"{span}_", f"{span}_text")
                )
                start, end = row[f"{prefix}start"], row[f"{prefix}end"]
                row[target] = None if start is None else text[start:end]
            if "content_spans" in row:
                row["content_text"] = " ".join(text[s["start"] : s["end"]] for s in row["content_spans"])
            if "content_key" in row:
                row["content_key"] = content_key(row["content_text"], row["attribution_id"])
                row["content_minhash"] = content_minhash(row["content_text"])
        return pl.DataFrame(rows, schema=TABLES[name].schema)


def _as_actor(
    column: str, shifted: Callable[[str], dict[str, str]], frame: pl.DataFrame, cast: int
) -> dict[str, str]:
    if "actor" not in column:
        return shifted(column)
    return {v: stable_id("copy", "actor_id", v, cast) for v in frame[column].drop_nulls().unique().to_list()}


def _letters(number: int) -> dict[int, str]:
    shuffled = list(string.ascii_lowercase)
    random.Random(number).shuffle(shuffled)  # the copy's own, the same in every run
    small = "".join(shuffled)
    return str.maketrans(string.ascii_lowercase + string.ascii_uppercase, small + small.upper())


def write_history(copies: Copies, data_dir: Path, statements: int) -> dt.date:
    """A lake of about ``statements`` statements; returns the day after its last."""
    number, day = 0, FIRST_DAY
    while number * copies.statements < statements:
        number = write_day(copies, data_dir, day, number)
        day += dt.timedelta(days=1)
    return day


def write_day(copies: Copies, data_dir: Path, day: dt.date, number: int) -> int:
    """One day of copies from ``number`` on; returns the next number."""
    count = max(1, round(STATEMENTS_A_DAY / copies.statements))
    parts = [copies.rows(n, day) for n in range(number, number + count)]
    for name in parts[0]:
        table = TABLES[name]
        frame = pl.concat([part[name] for part in parts]).unique(table.key, keep="first", maintain_order=True)
        _write(data_dir, name, day, table.conform(frame))
    for name in ("feed_entries", "rejects", "run_log"):
        _write(data_dir, name, day, TABLES[name].empty())
    return number + count


def _write(data_dir: Path, name: str, day: dt.date, frame: pl.DataFrame) -> None:
    folder = data_dir / "lake" / name / f"partition_date={day}"
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(folder / "part-0.parquet")


def next_day(data_dir: Path, copies: Copies) -> tuple[dt.date, int]:
    """The day after the last one of a lake of copies, and the number of its first copy."""
    days = sorted(p.name.split("=")[1] for p in (data_dir / "lake" / "articles").iterdir())
    count = max(1, round(STATEMENTS_A_DAY / copies.statements))
    return dt.date.fromisoformat(days[-1]) + dt.timedelta(days=1), len(days) * count
