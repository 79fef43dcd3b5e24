"""Pages: one page as an article, or the reason why it is none.

Belongs here: the steps of cleaning a single page, from bytes to text and metadata. Does not: what
takes several pages (repetition, near-duplicates: ``articles.py``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.clean import jsonld
from pipeline.clean.authors import find_authors
from pipeline.clean.blocks import Page, read_page
from pipeline.clean.body import choose_region, names_its_body, region_lines, weigh, with_reader
from pipeline.clean.bylines import clean_names, key_of
from pipeline.clean.dates import from_url, local_day
from pipeline.clean.decoding import MAX_BYTES, UnreadableError, decode
from pipeline.clean.furniture import is_junk_section, line_kind
from pipeline.clean.head import Head, read_head
from pipeline.clean.headlines import choose_headline
from pipeline.clean.kinds import Flags, find_flags, why_no_article
from pipeline.clean.language import find_language
from pipeline.clean.lines import Line, mark_furniture, normal
from pipeline.clean.outlets import Outlets
from pipeline.clean.published import Published, choose_published, find_published, from_lines, hinted
from pipeline.clean.reader import reader_text
from pipeline.clean.tree import TREE_ERRORS, Element, parse
from pipeline.records import Reject

STAGE = "articles"
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/xml", "text/xml"})
TEXT_TYPES = frozenset({"text/plain", "text/markdown"})
_LONGEST_SECTION = 80
_AROUND = 12
"""Blocks before the text in which its date may stand."""
_TOP = 4
"""Lines of the text among which its byline may stand."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a page from outside: from its feed, its index or its outlet.

    ``published_origin`` says which of them gave the time: ``feed`` or ``index``.
    """

    headline: str | None = None
    published_at: dt.datetime | None = None
    published_origin: str = "feed"
    outlet_id: str | None = None
    canonical_url: str | None = None


@dataclass(frozen=True, slots=True)
class CleanedPage:
    """A page as an article; fields as in the ``articles`` table. ``lines`` are the paragraphs of ``text``."""

    document: str
    url: str | None
    canonical_url: str | None
    outlet_id: str | None
    headline: str | None
    authors: list[str]
    published_at: dt.datetime | None
    published_origin: str | None
    published_zone: str | None
    modified_at: dt.datetime | None
    article_date: dt.date
    language: str
    section: str | None
    text: str
    word_count: int
    is_live_blog: bool
    is_opinion: bool
    is_paywalled: bool
    is_truncated: bool
    lines: tuple[Line, ...] = field(default=(), repr=False)

    def with_lines(self, lines: Sequence[Line]) -> CleanedPage:
        """The same article with other paragraphs."""
        text = "\n".join(line.text for line in lines)
        return replace(self, text=text, word_count=len(text.split()), lines=tuple(lines))


@dataclass(frozen=True, slots=True)
class _Source:
    """What came with a page."""

    document: str
    url: str | None
    collected_at: dt.datetime
    hints: Hints
    outlets: Outlets
    page_id: str | None

    def reject(self, reason: str, detail: str) -> Reject:
        return Reject(STAGE, reason, self.document, detail, page_id=self.page_id)


def clean_page(
    body: bytes,
    *,
    url: str | None,
    content_type: str,
    charset: str | None,
    collected_at: dt.datetime,
    document: str | None = None,
    page_id: str | None = None,
    hints: Hints | None = None,
    outlets: Outlets | None = None,
    max_bytes: int = MAX_BYTES,
) -> CleanedPage | Reject:
    """The article of a single page; never raises for what a page holds.

    Languages are told, not judged: whoever asks for some only compares ``language``.

    Args:
        body: The page as stored, decompressed.
        url: Address that answered, if there is one.
        content_type: Media type without parameters.
        charset: Character set that the answer declared.
        collected_at: When the page was collected, in UTC; nothing in it is dated later.
        document: Name shown to people; the address if not given.
        page_id: Page, for rejects.
        hints: What feed or index say of it.
        outlets: Known outlets.
        max_bytes: Size over which a page is not parsed.
    """
    source = _Source(
        document or url or "page", url, collected_at, hints or Hints(), outlets or Outlets(), page_id
    )
    if not body or body.isspace():
        return source.reject("empty", "no bytes")
    if len(body) > max_bytes:
        return source.reject("too_large", f"{len(body)} bytes, {max_bytes} are read")
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in HTML_TYPES | TEXT_TYPES:
        return source.reject("wrong_type", kind or "no content type")
    try:
        text = decode(body, charset)
    except UnreadableError as error:
        return source.reject("unreadable", str(error))
    try:
        if kind in TEXT_TYPES:
            return _clean_text(text, source)
        root = parse(text)
        return source.reject("empty", "no markup and no text") if root is None else _clean_tree(root, source)
    except (*TREE_ERRORS, RecursionError, OverflowError) as error:
        # Limits of the parser and of numbers that a broken page can run into.
        return source.reject("unreadable", f"{type(error).__name__}: {error}")


def _clean_tree(root: Element, source: _Source) -> CleanedPage | Reject:
    head = read_head(root, source.url)
    url = head.canonical or source.hints.canonical_url or source.url
    outlet_id = source.hints.outlet_id or source.outlets.find(source.url or head.canonical)
    outlet_names = source.outlets.names_of(outlet_id)
    headline, shown = choose_headline(root, head, outlet_names, source.hints.headline)
    authors = find_authors(root, head, shown, outlet_names)
    page = read_page(root)
    lines, before = _read_lines(root, page, head, headline)
    authors = authors or _shown_byline([*before, *(line.text for line in lines[:_TOP])], outlet_names)
    mark_furniture(lines, headline=headline, authors=authors)
    kept = [line for line in lines if line.furniture is None]
    text = "\n".join(line.text for line in kept)
    why = why_no_article(head, headline=headline, url=source.url, page=page, text=text)
    if why:
        return source.reject(*why)
    section = _section(head)
    flags = find_flags(head, headline=headline or "", section=section, url=url, page=page, text=text)
    published = find_published(
        root,
        head,
        shown,
        lines=[*before, *(line.text for line in lines if line.furniture)],
        urls=(source.url, head.canonical),
        hint=source.hints.published_at,
        hint_origin=source.hints.published_origin,
        collected_at=source.collected_at,
    )
    return _article(
        source,
        kept,
        canonical_url=url,
        outlet_id=outlet_id,
        headline=headline,
        authors=authors,
        published=published,
        declared_language=head.language,
        section=section,
        flags=flags,
    )


def _shown_byline(rows: Sequence[str], outlet_names: Sequence[str]) -> list[str]:
    """The names in the first of ``rows`` that is worded as a byline."""
    byline = next((row for row in rows if line_kind(row) == "byline"), None)
    return clean_names([byline], map(key_of, outlet_names), shown=True) if byline else []


def _clean_text(text: str, source: _Source) -> CleanedPage | Reject:
    """Plain text: the first line that is not empty is the headline, each other one a paragraph."""
    rows = [" ".join(row.split()) for row in text.splitlines()]
    rows = [row for row in rows if row]
    if not rows:
        return source.reject("empty", "no text")
    headline, *rest = rows
    lines = [Line(row) for row in rest]
    head = Head(meta={}, objects=[], articles=[], title=None, canonical=None, language=None)
    outlet_id = source.hints.outlet_id or source.outlets.find(source.url)
    authors = _shown_byline(rest[:_AROUND], source.outlets.names_of(outlet_id))
    mark_furniture(lines, headline=headline, authors=authors)
    kept = [line for line in lines if line.furniture is None]
    body = "\n".join(line.text for line in kept)
    why = why_no_article(head, headline=headline, url=None, page=Page(), text=body)
    if why:
        return source.reject(*why)
    published = choose_published(
        candidates=[
            *hinted(source.hints.published_at, source.hints.published_origin),
            *from_lines([line.text for line in lines if line.furniture]),
            ("url", from_url(source.url)),
        ],
        modified=[],
        collected_at=source.collected_at,
    )
    return _article(
        source,
        kept,
        canonical_url=source.hints.canonical_url or source.url,
        outlet_id=outlet_id,
        headline=headline,
        authors=authors,
        published=published,
        declared_language=None,
        section=None,
        flags=find_flags(head, headline=headline, section=None, url=source.url, page=Page(), text=body),
    )


def _article(
    source: _Source,
    kept: Sequence[Line],
    *,
    canonical_url: str | None,
    outlet_id: str | None,
    headline: str | None,
    authors: list[str],
    published: Published,
    declared_language: str | None,
    section: str | None,
    flags: Flags,
) -> CleanedPage:
    text = "\n".join(line.text for line in kept)
    collected_day = local_day(source.collected_at, published.zone)
    return CleanedPage(
        document=source.document,
        url=source.url,
        canonical_url=canonical_url,
        outlet_id=outlet_id,
        headline=headline,
        authors=authors,
        published_at=published.at,
        published_origin=published.origin,
        published_zone=published.zone,
        modified_at=published.modified_at,
        article_date=min(published.day or collected_day, collected_day),
        language=find_language(f"{headline or ''}\n{text}", declared_language),
        section=section,
        text=text,
        word_count=len(text.split()),
        is_live_blog=flags.is_live_blog,
        is_opinion=flags.is_opinion,
        is_paywalled=flags.is_paywalled,
        is_truncated=flags.is_truncated,
        lines=tuple(kept),
    )


def _read_lines(root: Element, page: Page, head: Head, headline: str | None) -> tuple[list[Line], list[str]]:
    """The lines of the region that holds the article, and the texts between headline and region."""
    evidence = weigh(page, jsonld.article_body(head.objects))
    if not names_its_body(page, evidence):
        evidence = with_reader(page, evidence, reader_text(root, page.elements))
    region = choose_region(page, evidence)
    first = page.nodes[region].first
    before = [block.text for block in page.blocks[max(0, first - _AROUND) : first]]
    key = normal(headline or "")
    at = [i for i, text in enumerate(before) if key and normal(text) == key]
    return region_lines(page, evidence, region), before[at[-1] + 1 :] if at else before


def _section(head: Head) -> str | None:
    """The section as the page names it."""
    declared = [jsonld.as_list(item.get("articleSection"))[:1] for item in head.articles]
    names = [jsonld.text_of(value) for values in declared for value in values]
    names += head.all("article:section", "parsely-section", "og:section", "section", "cxenseparse:section")
    return next((n for n in names if n and len(n) <= _LONGEST_SECTION and not is_junk_section(n)), None)
