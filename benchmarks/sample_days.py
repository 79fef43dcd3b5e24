"""Many days of the bundled sample: its three days over and over, with their dates and addresses moved.

Belongs here: making such pages and storing them as polls would have. Does not: measuring (``operations.py``).
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import time
from pathlib import Path

from benchmarks.pages import SAMPLE
from pipeline.definitions import build_defs
from pipeline.resources.collector import Collector
from pipeline.running import open_instance, prepare_home
from pipeline.settings import Settings

FIRST = dt.date(2023, 1, 1)
SAMPLE_DAYS = (dt.date(2021, 11, 30), dt.date(2021, 12, 1), dt.date(2021, 12, 2))
_DATE = re.compile(
    r"(?P<y>2021)(?P<sep>[-/])(?P<m>1[12])(?P=sep)(?P<d>\d\d)"
    r"|(?P<month>November|December) (?P<day>\d{1,2}), 2021"
)
_MONTHS = {"November": 11, "December": 12}


def shifted(text: str, by: dt.timedelta) -> str:
    """The text with every date of the sample's days moved."""

    def moved(match: re.Match[str]) -> str:
        if match["sep"]:
            day = dt.date(int(match["y"]), int(match["m"]), int(match["d"])) + by
            return day.strftime(f"%Y{match['sep']}%m{match['sep']}%d")
        day = dt.date(2021, _MONTHS[match["month"]], int(match["day"])) + by
        return f"{day:%B} {day.day}, {day.year}"

    return _DATE.sub(moved, text)


def write_days(folder: Path, days: int, *, first: dt.date = FIRST, a_day: int | None = None) -> int:
    """Copies of the sample for so many days from ``first`` on, as an input folder; returns how many pages.

    Args:
        folder: The input folder, made here.
        days: How many days.
        first: The first of them.
        a_day: At most so many pages a day; None: all.
    """
    folder.mkdir(parents=True)
    with (SAMPLE / "index.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    out: list[dict[str, str]] = []
    for number in range(days):
        source = SAMPLE_DAYS[number % len(SAMPLE_DAYS)]
        by = first + dt.timedelta(days=number) - source
        for row in [r for r in rows if r["collected_at"].startswith(source.isoformat())][:a_day]:
            name = f"{number:03}-{row['file']}"
            # One page is broken on purpose; its bytes stay as they are.
            text = (SAMPLE / row["file"]).read_bytes().decode("utf-8", "surrogateescape")
            url, _, query = row["url"].partition("?")
            moved = shifted(url, by).rstrip("/") + f"-d{number}" if url else ""
            if url:
                text = text.replace(url, moved)
            (folder / name).write_bytes(shifted(text, by).encode("utf-8", "surrogateescape"))
            address = f"{moved}?{query}" if query else moved
            times = {k: shifted(row[k], by) for k in ("published_at", "collected_at")}
            out.append({**row, **times, "file": name, "url": address})
    with (folder / "index.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(out)
    return len(out)


def store_pages(data_dir: Path, inputs: Path, days: int, *, first: dt.date = FIRST) -> float:
    """Store the pages of all days, as polls would have; nothing is made of them. Returns the seconds."""
    settings = Settings(data_dir=data_dir)
    prepare_home(settings)
    defs = build_defs(settings, collector=Collector(settings, default_date=first))
    last = first + dt.timedelta(days=days - 1)
    began = time.monotonic()
    with open_instance(settings) as instance:
        done = defs.resolve_job_def("collect").execute_in_process(
            instance=instance,
            run_config={
                "ops": {"feed_entries": {"config": {"inputs": [str(inputs)]}}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            tags={
                "dagster/asset_partition_range_start": first.isoformat(),
                "dagster/asset_partition_range_end": last.isoformat(),
            },
        )
    assert done.success
    return time.monotonic() - began
