"""The one partitioning: UTC days of collection.

Belongs here: the partitions definition and reading a run's days. Does not: what is done on a day.
"""

from __future__ import annotations

import datetime as dt

import dagster as dg

FIRST_DAY = "2015-01-01"
DAILY = dg.DailyPartitionsDefinition(start_date=FIRST_DAY, end_offset=1)
"""UTC days from ``FIRST_DAY`` to today; today is open while it lasts."""
ONE_RUN = dg.BackfillPolicy.single_run()
"""A range of days is one run: the model is loaded once and dbt starts once."""


def days_of(context: dg.AssetExecutionContext) -> list[dt.date]:
    """The days that this run is to make, in order."""
    return [dt.date.fromisoformat(key) for key in sorted(context.partition_keys)]
