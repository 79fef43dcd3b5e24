"""Asset checks of the lake and the publication: the measures of ``pipeline.checks``, shown by Dagster.

Belongs here: which checks each asset has, and the rows they are given. Does not: measuring.

The checks of lake tables run inside the step that makes the table: its rows are at hand, and a broken
day is not written at all. Checks of dbt models are dbt's tests (``warehouse.py``).
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence

import dagster as dg
import polars as pl

from pipeline.checks import (
    HISTORY_DAYS,
    REJECT_CEILING,
    SPANS,
    UNRESOLVED_CEILING,
    Finding,
    cue_drift,
    feed_silence,
    freshness,
    key_problem,
    schema_problem,
    share,
    span_problem,
    volume,
    worst,
)
from pipeline.resources.collector import Collector
from pipeline.resources.lake import Lake, days_between
from pipeline.schemas import ARTICLES, FEED_ENTRIES, RUN_LOG, STATEMENTS, TABLES
from pipeline.settings import Settings

_MEANING = {
    "schema": "Columns, types and nulls are those of the table, and every row is of its partition.",
    "keys_unique": "No two rows of a partition share the key.",
    "spans_match_text": "Every span is inside its article's text and holds exactly the words stored with it.",
    "volume": "Each outlet's rows against its own earlier weekdays or weekends.",
    "unresolved_share": "Statements whose speaker could not be resolved, against the days before.",
    "reject_share": "What the stage could not process, against the days before.",
    "feed_silence": "Feeds that used to give entries and give none any more.",
    "cue_drift": "Cue classes of the day against those of the days before.",
}
_BLOCKING = ("schema", "keys_unique", "spans_match_text")
_WARNINGS: Mapping[str, tuple[str, ...]] = {
    "feed_entries": ("feed_silence",),
    "pages": ("reject_share",),
    "articles": ("volume", "reject_share"),
    "attributions": ("reject_share",),
    "statements": ("volume", "unresolved_share", "cue_drift"),
}
Measure = Callable[[Lake, Sequence[dt.date]], Finding]


def check_specs(*tables: str) -> list[dg.AssetCheckSpec]:
    """The checks of lake tables; the blocking ones keep a broken day from being written."""
    return [
        dg.AssetCheckSpec(name, asset=table, description=_MEANING[name], blocking=name in _BLOCKING)
        for table in tables
        for name in (*_blocking_of(table), *_WARNINGS.get(table, ()))
    ]


def _blocking_of(table: str) -> tuple[str, ...]:
    return _BLOCKING if table in SPANS else _BLOCKING[:2]


def broken(lake: Lake, day: dt.date, tables: Mapping[str, pl.DataFrame]) -> dict[tuple[str, str], str]:
    """What is wrong with frames that are about to be written, by table and check."""
    problems: dict[tuple[str, str], str | None] = {}
    texts: pl.DataFrame | None = None
    for name, frame in tables.items():
        schema = problems[name, "schema"] = schema_problem(TABLES[name], frame, day)
        if schema:
            continue
        problems[name, "keys_unique"] = key_problem(TABLES[name], frame)
        if name in SPANS and frame.height:
            if texts is None:
                texts = lake.read_columns(ARTICLES, [day], ["article_id", "text"])
            problems[name, "spans_match_text"] = span_problem(name, frame, texts)
    return {key: text for key, text in problems.items() if text}


def blocking_results(
    table: str, days: Sequence[dt.date], problems: Mapping[dt.date, Mapping[tuple[str, str], str]]
) -> list[dg.AssetCheckResult]:
    """Results of a table's blocking checks over the days of a run."""
    results: list[dg.AssetCheckResult] = []
    for name in _blocking_of(table):
        found = {day: told[table, name] for day, told in problems.items() if (table, name) in told}
        text = "; ".join(f"{day}: {problem}" for day, problem in found.items())
        results.append(
            dg.AssetCheckResult(
                passed=not found,
                asset_key=table,
                check_name=name,
                description=f"{text}; not written, the rows before stand" if found else None,
                metadata={"days": len(days), "days_broken": len(found)},
            )
        )
    return results


def warning_results(
    table: str,
    lake: Lake,
    days: Sequence[dt.date],
    rejects: Mapping[dt.date, tuple[int, int]],
    extra: Mapping[str, Measure],
) -> list[dg.AssetCheckResult]:
    """Results of a table's warnings, each with its numbers.

    Args:
        table: The table.
        lake: Where the days before lie.
        days: Days that the run wrote.
        rejects: Rejected and all rows of the stage, by day.
        extra: Measures that need more than the lake, by check.
    """
    results: list[dg.AssetCheckResult] = []
    for name in _WARNINGS.get(table, ()):
        if name == "reject_share":
            finding = _reject_share(table, lake, days, rejects)
        else:
            measure = extra.get(name) or _MEASURES[table, name]
            finding = measure(lake, days)
        results.append(
            dg.AssetCheckResult(
                passed=finding.passed,
                asset_key=table,
                check_name=name,
                severity=dg.AssetCheckSeverity.WARN,
                description=finding.message,
                metadata=dict(finding.numbers),
            )
        )
    return results


def _window(days: Sequence[dt.date]) -> list[dt.date]:
    return list(days_between(days[0] - dt.timedelta(days=HISTORY_DAYS), days[-1]))


def _before(frame: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """Rows of the day and of the history before it."""
    return frame.filter(pl.col("partition_date").is_between(day - dt.timedelta(days=HISTORY_DAYS), day))


def _reject_share(
    stage: str, lake: Lake, days: Sequence[dt.date], counts: Mapping[dt.date, tuple[int, int]]
) -> Finding:
    columns = ["partition_date", "stage", "rows_out", "rejected"]
    log = lake.read_columns(RUN_LOG, _window(days), columns).filter(pl.col("stage") == stage)
    findings: list[tuple[dt.date, Finding]] = []
    for day in [d for d in days if d in counts]:
        past = _before(log, day).filter(pl.col("partition_date") != day)
        gone, kept = int(past["rejected"].sum()), int(past["rows_out"].sum())
        findings.append((day, share("rejected", counts[day], (gone, gone + kept), ceiling=REJECT_CEILING)))
    return worst(findings)


def _articles(lake: Lake, days: Sequence[dt.date]) -> Finding:
    return _volume(
        lake.read_columns(ARTICLES, _window(days), ["partition_date", "outlet_id"]), days, "articles"
    )


def _statement_volume(lake: Lake, days: Sequence[dt.date]) -> Finding:
    rows = lake.read_columns(STATEMENTS, _window(days), ["partition_date", "outlet_id"])
    return _volume(rows, days, "statements")


def _volume(rows: pl.DataFrame, days: Iterable[dt.date], what: str) -> Finding:
    counts = (
        rows.with_columns(pl.col("outlet_id").fill_null("no outlet"))
        .group_by("partition_date", "outlet_id")
        .agg(rows=pl.len())
    )
    return worst([(day, volume(_before(counts, day), day, what=what)) for day in days])


def _unresolved(lake: Lake, days: Sequence[dt.date]) -> Finding:
    rows = lake.read_columns(STATEMENTS, _window(days), ["partition_date", "actor_id", "is_speech"])
    speech = rows.filter("is_speech")

    def cases(frame: pl.DataFrame) -> tuple[int, int]:
        return frame["actor_id"].null_count(), frame.height

    findings: list[tuple[dt.date, Finding]] = []
    for day in days:
        near, now = _before(speech, day), pl.col("partition_date") == day
        finding = share(
            "statements without a resolved speaker",
            cases(near.filter(now)),
            cases(near.filter(~now)),
            ceiling=UNRESOLVED_CEILING,
        )
        findings.append((day, finding))
    return worst(findings)


def _cue_drift(lake: Lake, days: Sequence[dt.date]) -> Finding:
    rows = lake.read_columns(STATEMENTS, _window(days), ["partition_date", "cue_class"])
    rows = rows.with_columns(pl.col("cue_class").fill_null("no cue"))

    def classes(frame: pl.DataFrame) -> dict[str, int]:
        return {str(name): int(n) for name, n in frame["cue_class"].value_counts().iter_rows()}

    findings: list[tuple[dt.date, Finding]] = []
    for day in days:
        near, now = _before(rows, day), pl.col("partition_date") == day
        findings.append((day, cue_drift(classes(near.filter(now)), classes(near.filter(~now)))))
    return worst(findings)


_MEASURES: Mapping[tuple[str, str], Measure] = {
    ("articles", "volume"): _articles,
    ("statements", "volume"): _statement_volume,
    ("statements", "unresolved_share"): _unresolved,
    ("statements", "cue_drift"): _cue_drift,
}


def silence_of(collector: Collector, settings: Settings) -> Mapping[str, Measure]:
    """The measure of silent feeds, which needs the list of feeds that are polled."""

    def measure(lake: Lake, days: Sequence[dt.date]) -> Finding:
        rows = lake.read_columns(FEED_ENTRIES, _window(days), ["partition_date", "feed_id"])
        feeds = collector.feeds["feed_id"].to_list()
        found = [
            (day, feed_silence(_before(rows, day), day, feeds, settings.silent_feed_days)) for day in days
        ]
        return worst(found)

    return {"feed_silence": measure}


@dg.asset_check(
    asset="published",
    name="freshness",
    description="How long ago the last publication was made; also looked at by every poll of the feeds.",
)
def published_freshness(settings: dg.ResourceParam[Settings]) -> dg.AssetCheckResult:
    """A warning with the hours, when no run has published for longer than the settings allow."""
    path = settings.data_dir / "published" / "datapackage.json"
    made = None
    if path.exists():
        made = dt.datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["created"])
    finding = freshness(made, dt.datetime.now(dt.UTC), settings.fresh_hours)
    return dg.AssetCheckResult(
        passed=finding.passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=finding.message,
        metadata=dict(finding.numbers),
    )
