"""Pages of invention in the styles of the world's outlets: what stands in ``styles/NAME.json`` comes out."""

import datetime as dt
import json
from pathlib import Path

import pytest

from pipeline.clean.articles import CleanedPage, clean_page

STYLES = Path(__file__).with_name("styles")
COLLECTED = dt.datetime(2024, 5, 2, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("path", sorted(STYLES.glob("*.html")), ids=lambda path: path.stem)
def test_styles(path: Path):
    told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    found = clean_page(
        path.read_bytes(), url=told["url"], content_type="text/html", charset=None, collected_at=COLLECTED
    )
    assert isinstance(found, CleanedPage), found
    published = found.published_at.isoformat() if found.published_at else None
    got = {
        "url": found.url,
        "headline": found.headline,
        "authors": found.authors,
        "published_at": published,
        "origin": found.published_origin,
        "language": found.language,
        "paragraphs": found.text.split("\n"),
    }
    assert got == told
