"""Outlets: which outlet a page is of, by the domain of its address.

Belongs here: matching addresses to ``seeds/outlets.csv``. Does not: reading that file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import polars as pl


def domain_of(url: str | None) -> str | None:
    """The host of ``url`` without ``www.`` and mobile prefixes, or ``None``."""
    try:
        host = (urlsplit(url).hostname or "") if url else ""
    except ValueError:
        return None
    for prefix in ("www.", "m.", "mobile.", "amp."):
        host = host.removeprefix(prefix)
    return host if "." in host else None


@dataclass(frozen=True, slots=True)
class Outlets:
    """Outlets by the domain of their home page; ``names`` by id."""

    by_domain: Mapping[str, tuple[tuple[str, str], ...]] = field(
        default_factory=dict[str, tuple[tuple[str, str], ...]]
    )
    names: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def from_frame(cls, outlets: pl.DataFrame) -> Outlets:
        """Read ``outlet_id``, ``outlet_name`` and ``homepage`` of ``seeds/outlets.csv``."""
        found: dict[str, list[tuple[str, str]]] = {}
        names: dict[str, str] = {}
        for row in outlets.select("outlet_id", "outlet_name", "homepage").iter_rows(named=True):
            names[row["outlet_id"]] = row["outlet_name"] or ""
            homepage: str | None = row["homepage"]
            domain = domain_of(homepage)
            if homepage and domain:
                path = urlsplit(homepage).path.rstrip("/")
                found.setdefault(domain, []).append((path, row["outlet_id"]))
        # The longest path first: two outlets may share a domain.
        ordered = {d: tuple(sorted(rows, key=lambda r: (-len(r[0]), r[1]))) for d, rows in found.items()}
        return cls(ordered, names)

    def find(self, *urls: str | None) -> str | None:
        """The outlet of the first of ``urls`` that has one, else the first domain, else ``None``."""
        for url in urls:
            known = self._known(url)
            if known:
                return known
        return next((d for u in urls if (d := domain_of(u))), None)

    def _known(self, url: str | None) -> str | None:
        domain = domain_of(url)
        path = urlsplit(url or "").path if domain else ""
        while domain and "." in domain:
            rows = self.by_domain.get(domain, ())
            for prefix, outlet_id in rows:
                if len(rows) == 1 or not prefix or path == prefix or path.startswith(f"{prefix}/"):
                    return outlet_id
            domain = domain.partition(".")[2]
        return None

    def names_of(self, outlet_id: str | None) -> tuple[str, ...]:
        """Names of an outlet, for telling them from authors and headlines."""
        if not outlet_id:
            return ()
        found: Iterable[str] = (self.names.get(outlet_id, ""), outlet_id)
        return tuple(n for n in found if n)
