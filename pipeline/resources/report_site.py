"""The report of the present publication, written again.

Belongs here: what ``onrecord report`` calls. Does not: the files (``report_files``) or the swap
(``publication``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipeline.resources.publication import PublicationError, republish
from pipeline.resources.publish_swap import current
from pipeline.resources.report_files import INDEX, REPORT, build_report
from pipeline.settings import Settings


class NoPublication(PublicationError):
    """There is nothing to report on yet; says where and what to run."""


def write_report(settings: Settings, *, day: dt.date | None = None) -> Path:
    """Write the report of the present publication again and swap it in whole; returns its ``index.html``.

    Readers see the old report or the new one, never a mixture. The data stay the same files.

    Args:
        settings: Whose data folder holds the publication.
        day: The report's day; the newest with articles if not given.

    Raises:
        NoPublication: Nothing is published yet.
        PublicationError: Another process publishes, or the disk is full or read-only.
    """
    data_dir = settings.data_dir.resolve()
    if current(data_dir) is None:
        raise NoPublication(f"nothing is published in {data_dir} yet; run `onrecord run` first")
    place = republish(data_dir, without=REPORT, add=lambda folder: build_report(folder, day=day))
    return place / REPORT / INDEX
