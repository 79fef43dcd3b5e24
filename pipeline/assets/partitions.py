"""The one partitioning: UTC days of collection.

Belongs here: the partitions definition and reading a run's days. Does not: what is done on a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from pipeline.resources.lake import days_between

PARTITION = "dagster/partition"
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"
FIRST_DAY = "2015-01-01"
DAILY = dg.DailyPartitionsDefinition(start_date=FIRST_DAY, end_offset=1)
"""UTC days from ``FIRST_DAY`` to today; today is open while it lasts."""
ONE_RUN = dg.BackfillPolicy.single_run()
"""A range of days is one run: the model is loaded once and dbt starts once."""


def days_of(context: dg.AssetExecutionContext) -> list[dt.date]:
    """The days that this run is to make, in order."""
    return [dt.date.fromisoformat(key) for key in sorted(context.partition_keys)]


def days_of_tags(tags: Mapping[str, str]) -> list[dt.date]:
    """The days that a run with these tags makes; none if it names none."""
    if RANGE_START in tags and RANGE_END in tags:
        first, last = (dt.date.fromisoformat(tags[name]) for name in (RANGE_START, RANGE_END))
        return list(days_between(first, last))
    return [dt.date.fromisoformat(tags[PARTITION])] if PARTITION in tags else []
