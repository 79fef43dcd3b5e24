"""What the asset checks measure: frames in, findings out.

Belongs here: pure measures of lake tables and their thresholds, each with its reason. Does not:
Dagster (``assets/checks.py`` shows the findings), reading files, SQL tests of marts (``dbt_project``).

Two kinds: a table that is broken (schema, keys, spans) must not be written; a day that is odd
(volume, shares, silence, drift) is written and reported with its numbers.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipeline.schemas import Table

HISTORY_DAYS = 28
"""Days before a day that it is compared with: four of each weekday."""
MIN_HISTORY = 4
"""Least days of an outlet's history before its volume says anything."""
VOLUME_LOW, VOLUME_HIGH = 0.4, 2.5
"""Share of the usual number of articles below or above which an outlet is reported."""
VOLUME_FLOOR = 5
"""Least difference in articles: two instead of one is no news."""
SHARE_MARGIN = 0.10
"""A share this much above the outlet days before it, beyond chance, is reported."""
UNRESOLVED_CEILING, REJECT_CEILING = 0.5, 0.5
"""Without history, a share above this is reported."""
DRIFT_MARGIN, DRIFT_MIN_STATEMENTS = 0.15, 50
"""Total variation between two days' cue classes beyond chance; fewer statements say nothing."""
_SHOWN = 10

SPANS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "attributions": (
        ("speaker_start", "speaker_end", "speaker_text"),
        ("cue_start", "cue_end", "cue_text"),
    ),
    "statements": (
        ("speaker_start", "speaker_end", "speaker_text"),
        ("cue_start", "cue_end", "cue_text"),
    ),
    "names": (("start", "end", "text"),),
    "mentions": (("start", "end", "mention_text"),),
}
"""Span columns of each table: start, end, the words they stand for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a measure says: whether all is well, one sentence, and the numbers behind it."""

    passed: bool
    message: str
    numbers: Mapping[str, float | int | str] = field(default_factory=dict[str, float | int | str])


# -- broken tables ------------------------------------------------------------------------------------


def schema_problem(table: Table, frame: pl.DataFrame, day: dt.date) -> str | None:
    """Why the frame is not a partition of the table; None if it is one."""
    try:
        fitting = table.conform(frame)
    except (ValueError, pl.exceptions.PolarsError) as error:
        return (str(error).splitlines() or [type(error).__name__])[0]
    strangers = fitting.filter(pl.col("partition_date") != day).height
    return f"{strangers} rows of another day than {day}" if strangers else None


def key_problem(table: Table, frame: pl.DataFrame) -> str | None:
    """How many rows share a key with another one; None if none does."""
    doubled = frame.height - frame.n_unique(table.key) if frame.height else 0
    if not doubled:
        return None
    first = frame.filter(frame.select(table.key).is_duplicated()).select(table.key).row(0)
    key = ", ".join(map(str, first))
    return f"{doubled} rows repeat the key ({', '.join(table.key)}), first {key}"


def span_problem(table_name: str, frame: pl.DataFrame, texts: pl.DataFrame) -> str | None:
    """How many spans do not hold the words they stand for; None if all do.

    Args:
        table_name: A table of ``SPANS``.
        frame: Its rows.
        texts: ``article_id`` and ``text`` of the articles of the same day.
    """
    if not frame.height:
        return None
    joined = frame.join(
        texts.select("article_id", pl.col("text").alias("_text")), on="article_id", how="left"
    )
    wrong = joined.select(
        pl.col("article_id"), *(_mismatch(*names).alias(names[2]) for names in SPANS[table_name])
    )
    if "content_spans" in frame.columns:
        wrong = wrong.with_columns(_content_mismatch(joined).alias("content_text"))
    counts = {name: int(wrong[name].sum()) for name in wrong.columns if name != "article_id"}
    if not any(counts.values()):
        return None
    found = ", ".join(f"{name} {n}" for name, n in counts.items() if n)
    at = wrong.filter(pl.any_horizontal(pl.exclude("article_id")))["article_id"][0]
    return f"{sum(counts.values())} spans do not hold their words ({found}), first in article {at}"


def _mismatch(start: str, end: str, words: str) -> pl.Expr:
    """Whether a span differs from its words; a span that is not there must have none."""
    there = pl.col(start).is_not_null() & pl.col(end).is_not_null()
    length = (pl.col(end) - pl.col(start)).clip(lower_bound=0)
    same = pl.col("_text").str.slice(pl.col(start), length).eq_missing(pl.col(words))
    inside = (pl.col(start) >= 0) & (pl.col(end) > pl.col(start))
    inside &= pl.col(end) <= pl.col("_text").str.len_chars()
    absent = pl.col(start).is_null() & pl.col(end).is_null() & pl.col(words).is_null()
    return pl.when(there).then(~(same & inside.fill_null(value=False))).otherwise(~absent)


def _content_mismatch(joined: pl.DataFrame) -> pl.Series:
    """Whether the parts of each content, joined by a space, differ from ``content_text``."""
    rows = joined.select("_text", "content_spans", "content_text").iter_rows()
    wrong = [
        text is None or " ".join(text[s["start"] : s["end"]] for s in spans or []) != words
        for text, spans, words in rows
    ]
    return pl.Series(wrong, dtype=pl.Boolean)


# -- odd days -----------------------------------------------------------------------------------------


def volume(counts: pl.DataFrame, day: dt.date, *, what: str = "articles") -> Finding:
    """Each outlet's rows of ``day`` against its own earlier days of the same kind (weekday or weekend).

    Args:
        counts: ``partition_date, outlet_id, rows`` of the day and ``HISTORY_DAYS`` days before it.
        day: The day to judge.
        what: What the rows are, for the message.
    """
    weekend = pl.col("partition_date").dt.weekday() > 5
    kind = counts.filter(weekend if day.isoweekday() > 5 else ~weekend)
    collected = sorted({d for d in kind["partition_date"] if d < day})
    today = dict(counts.filter(pl.col("partition_date") == day).select("outlet_id", "rows").iter_rows())
    odd: list[str] = []
    judged = 0
    for (outlet,), own in kind.filter(pl.col("partition_date") < day).group_by("outlet_id"):
        began = min(own["partition_date"].to_list())
        days = [d for d in collected if d >= began]
        if len(days) < MIN_HISTORY:
            continue
        judged += 1
        usual = _median([*own["rows"], *[0] * (len(days) - own.height)])
        now = int(today.get(outlet, 0))
        if abs(now - usual) >= VOLUME_FLOOR and not VOLUME_LOW * usual <= now <= VOLUME_HIGH * usual:
            odd.append(f"{outlet} {now} instead of {usual:g}")
    total = sum(int(n) for n in today.values())
    numbers = {what: total, "outlets_judged": judged, "outlets_odd": len(odd)}
    if odd:
        return Finding(False, f"{what} of {day}: {_list(sorted(odd))}", numbers)
    return Finding(True, f"{total} {what} on {day}; {judged} outlets within their usual volume", numbers)


def share(
    name: str, now: tuple[int, int], before: tuple[int, int], *, ceiling: float, margin: float = SHARE_MARGIN
) -> Finding:
    """A share against the same share of the days before, allowing for chance.

    Args:
        name: What the share is of, for the message.
        now: Cases and total of the day.
        before: Cases and total of the days before.
        ceiling: What is too much when there is no history.
        margin: What is too much above the history.
    """
    cases, total = now
    part = cases / total if total else 0.0
    limit = ceiling
    if before[1]:
        usual = before[0] / before[1]
        limit = usual + margin + 2 * math.sqrt(usual * (1 - usual) / max(total, 1))
    numbers: dict[str, float | int | str] = {
        "share": round(part, 4),
        "cases": cases,
        "total": total,
        "limit": round(min(limit, 1.0), 4),
    }
    if before[1]:
        numbers["share_before"] = round(before[0] / before[1], 4)
    usual_text = f", {before[0] / before[1]:.1%} in the days before" if before[1] else ""
    return Finding(
        part <= limit, f"{cases} of {total} {name} ({part:.1%}{usual_text}; limit {limit:.1%})", numbers
    )


def feed_silence(entries: pl.DataFrame, day: dt.date, feeds: Sequence[str], silent_days: int) -> Finding:
    """Feeds that gave entries in the days before and none in the last ``silent_days`` collected days.

    Args:
        entries: ``partition_date, feed_id`` of the day and ``HISTORY_DAYS`` days before it.
        day: The day to judge.
        feeds: Feeds that are polled; kinds of input (folder, list) are none.
        silent_days: Collected days without an entry that make a feed silent.
    """
    own = entries.filter(pl.col("feed_id").is_in(list(feeds)) & (pl.col("partition_date") <= day))
    collected = sorted(set(own["partition_date"]))[-silent_days:]
    heard = set(own.filter(pl.col("partition_date").is_in(collected))["feed_id"])
    silent = sorted(set(own["feed_id"]) - heard) if len(collected) == silent_days else []
    numbers = {"feeds_heard": len(heard), "feeds_silent": len(silent)}
    if silent:
        return Finding(False, f"silent for {silent_days} days: {_list(silent)}", numbers)
    return Finding(True, f"{len(heard)} feeds gave entries in the last {silent_days} days", numbers)


def cue_drift(now: Mapping[str, int], before: Mapping[str, int]) -> Finding:
    """How far the cue classes of a day are from those of the days before (total variation, 0 to 1).

    A jump usually means that pages changed (a new template hides quotations) or that the model did.
    """
    total, past = sum(now.values()), sum(before.values())
    if min(total, past) < DRIFT_MIN_STATEMENTS:
        text = f"{total} statements against {past}: too few to compare (least {DRIFT_MIN_STATEMENTS})"
        return Finding(True, text, {"statements": total, "statements_before": past})
    classes = sorted({*now, *before})
    moved = {c: now.get(c, 0) / total - before.get(c, 0) / past for c in classes}
    distance = sum(abs(v) for v in moved.values()) / 2
    # The mean distance of a sample of this size from its own source is about half of sqrt(classes / size).
    limit = DRIFT_MARGIN + 0.5 * math.sqrt(len(classes) / min(total, past))
    most = sorted(classes, key=lambda c: -abs(moved[c]))[:3]
    shifts = ", ".join(f"{c} {now.get(c, 0) / total:.0%} ({moved[c]:+.0%})" for c in most)
    numbers = {"distance": round(distance, 4), "limit": round(limit, 4), "statements": total}
    return Finding(distance <= limit, f"distance {distance:.2f}, limit {limit:.2f}; {shifts}", numbers)


def freshness(published_at: dt.datetime | None, now: dt.datetime, limit_hours: float) -> Finding:
    """How old the publication is."""
    if published_at is None:
        return Finding(False, "nothing is published yet", {"limit_hours": limit_hours})
    hours = (now - published_at).total_seconds() / 3600
    numbers = {"hours": round(hours, 1), "limit_hours": limit_hours}
    return Finding(
        hours <= limit_hours,
        f"published {hours:.1f} hours ago, {published_at:%Y-%m-%d %H:%M} UTC (limit {limit_hours:g} hours)",
        numbers,
    )


def worst(findings: Sequence[tuple[dt.date, Finding]]) -> Finding:
    """The findings of several days as one: failed if any failed, with each failed day's message."""
    failed = [(day, f) for day, f in findings if not f.passed]
    if not failed:
        return findings[-1][1] if findings else Finding(True, "no day to judge")
    if len(findings) == 1:
        return failed[0][1]
    text = _list([f"{day}: {f.message}" for day, f in failed], "; ")
    return Finding(
        False, text, {**failed[-1][1].numbers, "days_odd": len(failed), "days_judged": len(findings)}
    )


def _median(values: Sequence[int]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return float(ordered[middle]) if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _list(items: Sequence[str], separator: str = ", ") -> str:
    more = f"{separator}and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return separator.join(items[:_SHOWN]) + more
