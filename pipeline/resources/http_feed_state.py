"""What is remembered between polls of a feed: ETag, Last-Modified, and what it gave today.

Belongs here: the state and its file. Does not: deciding what to ask (``http_feeds.py``). The file
is a convenience: without it, feeds are asked in full once more, and nothing is lost or doubled.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.resources.http_policy import Validators
from pipeline.scrape.feed import FeedEntry, parse_time

VERSION = 1
KEPT_DAYS = 30
"""Feeds not seen for so long are forgotten: indexes name new sitemaps every day."""


class FeedState:
    """Memory of feeds by address."""

    def __init__(self, feeds: dict[str, dict[str, Any]] | None = None) -> None:
        self._feeds = feeds or {}

    @classmethod
    def load(cls, path: Path) -> FeedState:
        """The state in ``path``; an empty one if there is none or it cannot be read."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return cls()
        if (
            not isinstance(data, dict)
            or data.get("version") != VERSION
            or not isinstance(data.get("feeds"), dict)
        ):
            return cls()
        return cls({str(k): v for k, v in data["feeds"].items() if isinstance(v, dict)})

    def save(self, path: Path, now: dt.datetime) -> None:
        """Write the state whole or not at all.

        Raises:
            OSError: It cannot be written.
        """
        oldest = (now.date() - dt.timedelta(days=KEPT_DAYS)).isoformat()
        kept = {k: v for k, v in sorted(self._feeds.items()) if str(v.get("day", "")) >= oldest}
        path.parent.mkdir(parents=True, exist_ok=True)
        tmp = path.parent / f".{path.name}.{uuid.uuid4().hex}"
        try:
            with tmp.open("w", encoding="utf-8") as file:
                json.dump({"version": VERSION, "feeds": kept}, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            tmp.replace(path)
        except OSError:
            tmp.unlink(missing_ok=True)
            raise

    def validators(self, url: str) -> Validators:
        """What the server gave last time."""
        told = self._feeds.get(url, {})
        return Validators(told.get("etag"), told.get("last_modified"))

    def entries_of(self, url: str, day: dt.date) -> list[FeedEntry]:
        """What the feed gave earlier on ``day``."""
        told = self._feeds.get(url, {})
        if told.get("day") != day.isoformat():
            return []
        return [FeedEntry(link, title, parse_time(time)) for link, title, time in told.get("entries", [])]

    def skipped_of(self, url: str, day: dt.date) -> int:
        """How many entries without a usable address the feed had earlier on ``day``."""
        told = self._feeds.get(url, {})
        return told.get("skipped", 0) if told.get("day") == day.isoformat() else 0

    def children_of(self, url: str) -> list[str]:
        """Sitemaps that were chosen of this index last time."""
        return list(self._feeds.get(url, {}).get("children", []))

    def remember(
        self,
        url: str,
        validators: Validators,
        entries: Sequence[FeedEntry],
        children: Sequence[str],
        day: dt.date,
        *,
        skipped: int = 0,
    ) -> None:
        """Keep what the feed gave on ``day``."""
        distinct = {e.url: e for e in reversed(entries)}
        self._feeds[url] = {
            "etag": validators.etag,
            "last_modified": validators.last_modified,
            "day": day.isoformat(),
            "skipped": skipped,
            "children": list(children),
            "entries": [
                [e.url, e.title, e.published_at.isoformat() if e.published_at else None]
                for e in reversed(distinct.values())
            ],
        }


def _is_sound(told: object) -> bool:
    """Whether an entry of the file has the form that ``remember`` gives it."""
    if not isinstance(told, dict):
        return False
    entries, children = told.get("entries"), told.get("children")
    return (
        all(isinstance(told.get(name), str | None) for name in ("etag", "last_modified", "day"))
        and isinstance(told.get("skipped", 0), int)
        and isinstance(children, list)
        and all(isinstance(c, str) for c in children)
        and isinstance(entries, list)
        and all(isinstance(e, list) and len(e) == 3 and isinstance(e[0], str) for e in entries)
    )
