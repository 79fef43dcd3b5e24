"""Collecting as the assets see it: entries of a day, pages of a day, bodies of pages.

Belongs here: joining inputs, feeds, fetcher and page store behind four calls. Does not: any of those
(``inputs.py``, ``fetcher.py``, ``page_store.py``, ``http_collect.py``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import polars as pl

from pipeline.records import Reject
from pipeline.resources.fetcher import Fetcher, FetchPolicy
from pipeline.resources.http_collect import collect
from pipeline.resources.http_discovery import add_feed, discover_feeds
from pipeline.resources.http_feeds import check_feeds, poll_feeds
from pipeline.resources.inputs import InputError, Inputs, read_inputs
from pipeline.resources.page_store import PageStore
from pipeline.settings import Settings

COLLECTOR_VERSION = "1"


class DayInputs:
    """What the inputs of a run hold, by day."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs

    def of_day(self, day: dt.date) -> tuple[pl.DataFrame, list[Reject]]:
        """Entries and rejects of ``day``."""
        entries = self._inputs.entries.filter(pl.col("partition_date") == day)
        return entries, [r for d, r in self._inputs.rejects if d == day]

    @property
    def days(self) -> list[dt.date]:
        """Every day with an entry or a reject, in order."""
        found = {*self._inputs.entries["partition_date"].to_list(), *(d for d, _ in self._inputs.rejects)}
        return sorted(found)


class Collector:
    """What the collecting assets call.

    Args:
        settings: Folders, politeness, budgets.
        default_date: Day of inputs that name none; today if not given.
        now: The clock, for tests.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        default_date: dt.date | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._settings, self._default_date, self._now = settings, default_date, now
        self.store = PageStore(settings.data_dir)

    def today(self) -> dt.date:
        """The UTC day that is open."""
        return self._now().date()

    def days_before(self, day: dt.date) -> list[dt.date]:
        """The days before ``day`` in which a known address is not fetched again."""
        return [day - dt.timedelta(days=n) for n in range(1, self._settings.refetch_days + 1)]

    @cached_property
    def outlets(self) -> pl.DataFrame:
        """Outlets of the seeds, those of the sample included."""
        files = [
            self._settings.seeds_dir / "outlets.csv",
            self._settings.seeds_dir / "sample" / "outlets.csv",
        ]
        return pl.concat([pl.read_csv(f, infer_schema=False) for f in files if f.exists()]).unique(
            "outlet_id", keep="first", maintain_order=True
        )

    @cached_property
    def feeds(self) -> pl.DataFrame:
        """Feeds that are to be polled."""
        feeds = pl.read_csv(self._settings.seeds_dir / "feeds.csv", infer_schema=False)
        return feeds.filter(pl.col("is_active") == "true")

    def policy(self) -> FetchPolicy:
        """Politeness and budgets from the settings."""
        s = self._settings
        return FetchPolicy(
            contact=s.contact,
            allow_private_addresses=s.allow_private_addresses,
            host_spacing_seconds=s.host_spacing_seconds,
            host_budget_seconds=s.host_budget_seconds,
            run_budget_seconds=s.run_budget_seconds,
            request_timeout_seconds=s.request_timeout_seconds,
            max_bytes=s.max_page_bytes,
        )

    def read_inputs(self, paths: Sequence[Path]) -> DayInputs:
        """Entries of folders, files, lists and WARC files.

        Raises:
            InputError: An argument cannot be used; one line that says what, where and the mend.
        """
        default = self._default_date or self.today()
        return DayInputs(read_inputs(paths, default_date=default, now=self._now()))

    def poll(self, known: pl.DataFrame) -> tuple[pl.DataFrame, list[Reject]]:
        """Entries that the feeds offer now."""
        state = self._settings.data_dir / "feeds_state.json"
        return poll_feeds(self.feeds, fetcher=Fetcher(self.policy()), state_path=state, now=self._now())

    def check_feeds(self) -> pl.DataFrame:
        """What each active feed says now; nothing is collected."""
        return check_feeds(self.feeds, Fetcher(self.policy()), self._now())

    def add_feed(self, url: str) -> dict[str, str]:
        """Add the first feed of a home page (or the feed itself) to the seeds; the row that was added.

        Raises:
            InputError: No feed was found there, or it is known already.
        """
        found = discover_feeds(url, Fetcher(self.policy()))
        if not found:
            raise InputError(f"{url}: no feed found there; give the address of the feed itself")
        return add_feed(found[0], homepage=url, seeds_dir=self._settings.seeds_dir)

    @staticmethod
    def merge_entries(known: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
        """Known entries first; an entry seen again keeps its first row."""
        return pl.concat([known, new]).unique("entry_id", keep="first", maintain_order=True).sort("entry_id")

    def collect(
        self, day: dt.date, entries: pl.DataFrame, *, stored: pl.DataFrame, known: pl.DataFrame
    ) -> tuple[pl.DataFrame, list[Reject]]:
        """Stored pages of ``day`` with those newly fetched or taken in."""
        return collect(
            day,
            entries,
            stored=stored,
            known=known,
            fetcher=Fetcher(self.policy()),
            store=self.store,
            now=self._now,
        )

    def read_bodies(self, pages: pl.DataFrame) -> tuple[pl.DataFrame, list[Reject]]:
        """``pages`` with their ``body``; damaged records become rejects."""
        return self.store.read_all(pages)
