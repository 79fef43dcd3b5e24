"""Single documents: what cleaning and extraction make of a file, an address or standard input.

Belongs here: the work of ``onrecord clean`` and ``onrecord extract``, without warehouse or Dagster.
Does not: printing (``cli.py``).
"""

from __future__ import annotations

import codecs
import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from pipeline.clean.articles import clean_articles, clean_page
from pipeline.clean.outlets import Outlets
from pipeline.extract.attributions import extract_attributions
from pipeline.extract.statements import make_statements
from pipeline.ids import content_hash, stable_id
from pipeline.records import Reject
from pipeline.resources.collector import Collector
from pipeline.resources.http_collect import fetch_document
from pipeline.resources.model import Extractor
from pipeline.schemas import ARTICLES, PAGES
from pipeline.settings import Settings

STDIN = "-"
_MENDS = {
    "other_language": "add it to ONRECORD_LANGUAGES, or read it all the same with --text",
    "no_text": "if it is plain text, read it as it is with --text",
    "not_article": "if it is one, read its text as it is with --text",
}
"""What a person can do about a document that cleaning rejects."""
_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".txt": "text/plain",
    ".md": "text/plain",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document to read: its name as given, its bytes, and what is known of it."""

    name: str
    body: bytes
    content_type: str
    url: str | None = None
    charset: str | None = None


class DocumentError(Exception):
    """A document cannot be read; one line that says which, why and the mend."""


def load_document(name: str, settings: Settings) -> Document:
    """Bytes of a path, an address or ``-``.

    Raises:
        DocumentError: There is no such file, it cannot be read, or the address was refused or failed.
    """
    if name == STDIN:
        body = sys.stdin.buffer.read()
        return Document(name, body, _guess(body))
    if name.startswith(("http://", "https://")):
        got = fetch_document(name, Collector(settings).policy())
        if isinstance(got, Reject):
            raise DocumentError(f"{name}: {got.detail}; a page saved by hand can be read as a file")
        return Document(name, got.body, got.content_type, got.final_url, got.charset)
    if "://" in name:
        raise DocumentError(f"{name}: only http:// and https:// are fetched; save it and name the file")
    path = Path(name)
    if path.is_dir():
        raise DocumentError(f"{name}: is a folder; name its files, or use `onrecord run --input {name}`")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{name}: cannot be read ({error.strerror}); check the path") from error
    if len(body) > settings.max_page_bytes:
        raise DocumentError(
            f"{name}: {len(body)} bytes, over the cap of {settings.max_page_bytes}; raise ONRECORD_MAX_PAGE_BYTES"
        )
    if _is_binary(body):
        raise DocumentError(
            f"{name}: neither HTML nor text; name a page or a text file (web archives: `onrecord run --input {name}`)"
        )
    return Document(name, body, _TYPES.get(path.suffix.lower()) or _guess(body))


def _is_binary(body: bytes) -> bool:
    """Whether there are zero bytes where no encoding of text has them (UTF-16 and UTF-32 begin with a mark)."""
    return b"\0" in body[:4096] and not body.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\0\0\xfe\xff")
    )


def _guess(body: bytes) -> str:
    return "text/html" if body.lstrip()[:1] == b"<" else "text/plain"


def clean_document(
    document: Document, settings: Settings, outlets: pl.DataFrame, *, published: dt.date | None = None
) -> tuple[pl.DataFrame, list[Reject]]:
    """The article of one document: a frame of one row, or none and the reject."""
    now = dt.datetime.now(dt.UTC)
    digest = content_hash(document.body)
    hint = dt.datetime.combine(published, dt.time(12), dt.UTC) if published else None
    row = {
        "partition_date": now.date(),
        "page_id": stable_id("page", document.url, digest),
        "entry_id": None,
        "outlet_id": None,
        "url": document.url,
        "final_url": document.url,
        "canonical_url": document.url,
        "document": document.name,
        "content_type": document.content_type,
        "charset": document.charset,
        "status": 200,
        "bytes": len(document.body),
        "content_sha256": digest,
        "warc_file": "",
        "warc_offset": 0,
        "hint_headline": None,
        "hint_published_at": hint,
        "collected_at": now,
    }
    page = pl.DataFrame([row], schema=PAGES.schema).with_columns(body=pl.lit(document.body))
    return clean_articles(page, outlets=outlets, languages=settings.language_set)


def cleaned_line(document: Document, settings: Settings, outlets: pl.DataFrame) -> dict[str, Any]:
    """What ``onrecord clean`` prints of one document.

    An article in a language that the settings do not ask for is shown all the same, with the reason.
    """
    page = clean_page(
        document.body,
        url=document.url,
        content_type=document.content_type,
        charset=document.charset,
        collected_at=dt.datetime.now(dt.UTC),
        document=document.name,
        outlets=Outlets.from_frame(outlets),
    )
    line: dict[str, Any] = {"document": document.name, "url": document.url, "outlet": None, "headline": None}
    line |= {"authors": [], "published_at": None, "language": None, "text": None, "rejected": None}
    if isinstance(page, Reject):
        return line | {"rejected": f"{page.reason_code}: {page.detail}"}
    published = page.published_at
    if published and page.published_zone:
        published = _in_zone(published, page.published_zone)
    wanted = page.language in settings.language_set
    return line | {
        "url": page.url or page.canonical_url,
        "outlet": page.outlet_id,
        "headline": page.headline,
        "authors": page.authors,
        "published_at": published.isoformat() if published else None,
        "language": page.language,
        "text": page.text,
        "rejected": None if wanted else f"other_language: {page.language}",
    }


def _in_zone(moment: dt.datetime, zone: str) -> dt.datetime:
    """``moment`` in the zone that the page gave: an offset (+02:00) or a name."""
    try:
        return moment.astimezone(dt.datetime.strptime(zone, "%z").tzinfo)
    except ValueError:
        try:
            return moment.astimezone(ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError):
            return moment


def raw_article(document: Document, *, published: dt.date | None = None) -> pl.DataFrame:
    """The document as an article whose text is the file as it is: offsets are into the file.

    Raises:
        DocumentError: The bytes are not UTF-8.
    """
    try:
        text = document.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{document.name}: not UTF-8 at byte {error.start}; convert it first") from error
    now = dt.datetime.now(dt.UTC)
    page_id = stable_id("page", None, content_hash(document.body))
    row: dict[str, Any] = dict.fromkeys(ARTICLES.columns)
    row |= {
        "partition_date": now.date(),
        "article_id": stable_id("article", page_id),
        "page_id": page_id,
        "document": document.name,
        "authors": [],
        "collected_at": now,
        "article_date": published or now.date(),
        "language": "en",
        "text": text,
        "word_count": len(text.split()),
        "is_live_blog": False,
        "is_opinion": False,
        "is_paywalled": False,
        "is_truncated": False,
        "near_duplicate_group": stable_id("article", page_id),
        "minhash": [],
        "cleaner_version": "as is",
    }
    return pl.DataFrame([row], schema=ARTICLES.schema)


def statements_of(article: pl.DataFrame, extractor: Extractor) -> list[dict[str, Any]]:
    """Statements of one article in the form that ``onrecord extract`` prints, in text order."""
    found = extract_attributions(article, extractor.tagger)
    made = make_statements(
        article, found.attributions, found.names, seeds=extractor.seeds, cues=extractor.cues
    )
    order = found.attributions.select("attribution_id", "ordinal")
    rows = (
        made.statements.join(
            made.actors.select("actor_id", "actor_name", "actor_type"), on="actor_id", how="left"
        )
        .join(order, on="attribution_id", how="left", maintain_order="left")
        .sort("ordinal", "statement_id")
    )
    document = article["document"][0]
    return [_line(document, row) for row in rows.iter_rows(named=True)]


def _line(document: str, row: dict[str, Any]) -> dict[str, Any]:
    def span(role: str) -> dict[str, Any] | None:
        if row[f"{role}_start"] is None:
            return None
        return {"text": row[f"{role}_text"], "start": row[f"{role}_start"], "end": row[f"{role}_end"]}

    actor = {"actor_id": row["actor_id"], "name": row["actor_name"], "actor_type": row["actor_type"]}
    return {
        "document": document,
        "statement_id": row["statement_id"],
        "statement_type": row["statement_type"],
        "speaker": span("speaker"),
        "cue": span("cue"),
        "content": [{"text": "", **c} for c in row["content_spans"]],
        "actor": actor if row["actor_id"] else None,
        "resolution": row["resolution"],
        "addressee": row["addressee"],
        "statement_date": row["statement_date"].isoformat(),
        "cue_lemma": row["cue_lemma"],
        "cue_class": row["cue_class"],
        "is_speech": row["is_speech"],
        "is_negated": row["is_negated"],
        "confidence": row["confidence"],
    }


def _with_mend(reject: Reject) -> str:
    mend = _MENDS.get(reject.reason_code)
    return f"{reject.reason_code}: {reject.detail}" + (f"; {mend}" if mend else "")


@dataclass(frozen=True, slots=True)
class Extracted:
    """One document's outcome: its text and statements, or why there are none."""

    name: str
    article: pl.DataFrame
    statements: list[dict[str, Any]]
    problem: str | None = None


def extract_documents(
    names: Iterable[str],
    *,
    settings: Settings,
    extractor: Extractor,
    published: dt.date | None = None,
    as_is: bool = False,
) -> Iterator[Extracted]:
    """Statements of documents one by one; a document that fails says so and the rest go on."""
    outlets = Collector(settings).outlets
    for name in names:
        try:
            document = load_document(name, settings)
            if as_is:
                article, rejects = raw_article(document, published=published), []
            else:
                article, rejects = clean_document(document, settings, outlets, published=published)
        except DocumentError as error:
            yield Extracted(name, ARTICLES.empty(), [], str(error))
            continue
        if not article.height:
            reason = "; ".join(_with_mend(r) for r in rejects)
            yield Extracted(name, article, [], f"{name}: {reason or 'no article in it'}")
            continue
        lines = statements_of(article, extractor)
        text = article["text"][0]
        for line in lines:
            for part in line["content"]:
                part["text"] = text[part["start"] : part["end"]]
        yield Extracted(name, article, lines)
