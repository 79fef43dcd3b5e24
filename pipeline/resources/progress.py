"""Progress: what a person at the terminal, or a log, hears while a run works.

Belongs here: the channel and its plain form. Does not: the terminal's bars (``cli``).
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Progress(Protocol):
    """Hears of each stage and day."""

    def begin(self, stage: str, day: dt.date) -> None:
        """A stage takes up a day."""
        ...

    def end(self, stage: str, day: dt.date, *, rows: int, rejected: int, seconds: float) -> None:
        """A stage is done with a day."""
        ...

    def note(self, text: str) -> None:
        """Anything else worth a line."""
        ...


class Silent:
    """Says nothing: runs in the Dagster UI report by metadata."""

    def begin(self, stage: str, day: dt.date) -> None:
        """Nothing."""

    def end(self, stage: str, day: dt.date, *, rows: int, rejected: int, seconds: float) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""
