"""Kinds: what sort of page it is: an article (opinion, live, paywalled, cut short) or none at all.

Belongs here: flags, and the reasons why a page is no article. Does not: the language (``language.py``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.clean import jsonld
from pipeline.clean.blocks import Block, Page, is_unspaced
from pipeline.clean.furniture import names_say, text_kind, title_kind
from pipeline.clean.head import Head

_LEAST_WORDS = 8
_SHORT = 60
"""Words under which a text needs the page to say that it is an article."""
_CARD = 120
"""Words under which a page of pictures, films or links is not an article with pictures."""
_MANY_LINKS = 25
_LEAST_CARDS = 10
_LED = 0.6
"""Share of a page's texts under a linked title from which it is a list of stories. A report whose
paragraphs alternate with links to other stories has a half at most."""
_OPINION_TYPES = re.compile(r"opinion|analysisnewsarticle$", re.IGNORECASE)
_OPINION_TITLE = re.compile(
    r"^(?:opinion|editorial|comment|column|op-ed|leader|letters?)\s*[:|–—-]", re.IGNORECASE
)
_LIVE_TITLE = re.compile(
    r"^live\s*[:|–—-]|\blive (?:updates|blog|coverage)\b|\bas it happened\b|[–—:-]\s*live\s*$", re.IGNORECASE
)
_VIDEO = re.compile(r"^videoobject$|movie|clip$", re.IGNORECASE)
_GALLERY = re.compile(r"gallery$", re.IGNORECASE)
_CUT_OFF = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])[\"'”’]?$")


@dataclass(frozen=True, slots=True)
class Flags:
    """What kind of article it is."""

    is_live_blog: bool
    is_opinion: bool
    is_paywalled: bool
    is_truncated: bool


def find_flags(
    head: Head, *, headline: str, section: str | None, url: str | None, page: Page, text: str
) -> Flags:
    """The flags of an article with ``text``."""
    kinds = [k for item in head.articles for k in jsonld.types(item)]
    path = _path_words(url)
    is_live = (
        any(k.lower().startswith("liveblog") for k in kinds)
        or names_say("path", path, kind="live")
        or _LIVE_TITLE.search(headline) is not None
    )
    is_opinion = (
        any(_OPINION_TYPES.search(k) and not k.lower().startswith("analysis") for k in kinds)
        or names_say("path", path, kind="opinion")
        or bool(section and names_say("path", section, kind="opinion"))
        or _OPINION_TITLE.search(headline) is not None
    )
    asks = any(text_kind(block.text) == "paywall" for block in page.blocks)
    closed = any(str(item.get("isAccessibleForFree")).strip().lower() == "false" for item in head.articles)
    tier = (head.first("article:content_tier") or "").lower() in ("locked", "paid", "premium")
    cut = is_cut_short(head, text) or (asks and (closed or tier) and len(text.split()) < 4 * _SHORT)
    return Flags(is_live, is_opinion, closed or tier or (asks and cut), cut)


def is_cut_short(head: Head, text: str) -> bool:
    """The text ends in dots, or is far shorter than the page says that its article is."""
    words = len(text.split())
    said = [int(c) for item in head.articles if (c := str(item.get("wordCount", ""))).isdigit()]
    longest = max(said, default=0)
    body_words = len(jsonld.article_body(head.objects).split())
    return bool(_CUT_OFF.search(text)) or max(longest, body_words) > max(2 * words, words + 2 * _SHORT)


def count_words(text: str) -> int:
    """Words of ``text``; two characters are about a word where none are parted by spaces."""
    spaced = len(text.split())
    return max(spaced, len(text) // 2) if is_unspaced(text) else spaced


def why_no_article(
    head: Head, *, headline: str | None, url: str | None, page: Page, text: str
) -> tuple[str, str] | None:
    """A reason code and what was seen, if the page is no article, else ``None``."""
    words = count_words(text)
    titles = [t for t in (headline, head.title) if t]
    for title in titles:
        kind = title_kind(title)
        if kind == "error" and words < _CARD:
            return "not_article", f"an error or a check page: {title}"
        if kind == "login" and words < 2 * _CARD and not _says_article(head):
            return "not_article", f"a page for accounts, offers or rules: {title}"
    if words < _LEAST_WORDS:
        return "no_text", f"{words} words of running text"
    kinds = [k for item in head.objects for k in jsonld.types(item)]
    is_article = _says_article(head)
    if words < _CARD and not is_article:
        shape = head.first("og:type") or ""
        if shape.startswith("video") or any(_VIDEO.search(k) for k in kinds):
            return "not_article", f"a video page with {words} words"
        if any(_GALLERY.search(k) for k in kinds):
            return "not_article", f"a gallery with {words} words"
    return _why_front(head, headline, url, page, words, is_article=is_article)


def _why_front(
    head: Head, headline: str | None, url: str | None, page: Page, words: int, *, is_article: bool
) -> tuple[str, str] | None:
    """Front pages of sites and sections: many linked titles, no one article."""
    links = sum(map(_is_linked_title, page.blocks))
    path = urlsplit(url).path.strip("/") if url else None
    if path == "" or (path is not None and re.fullmatch(r"index\.\w+|home", path)) or head.is_front:
        return "not_article", "the front page of a site"
    if is_article:
        return None
    lists = any(
        jsonld.types(o)[:1] in (["CollectionPage"], ["ItemList"], ["SearchResultsPage"]) for o in head.objects
    )
    if _is_row_of_cards(page):
        return "not_article", f"a section front: most of its {words} words are teasers under linked titles"
    if (lists or head.first("og:type") in (None, "website")) and links >= _MANY_LINKS and words < 2 * _CARD:
        return "not_article", f"a section front: {links} linked titles, {words} words of text"
    if words < _SHORT and (headline is None or links >= _MANY_LINKS):
        return "not_article", f"no headline, or {links} linked titles over {words} words of text"
    return None


def _is_row_of_cards(page: Page) -> bool:
    """Most texts stand under a linked title of their own; those of an article follow one another."""
    texts = [i for i, b in enumerate(page.blocks) if b.link_density < 0.5 and b.text.count(" ") >= 7]
    led = sum(i > 0 and _is_linked_title(page.blocks[i - 1]) for i in texts)
    return len(texts) >= _LEAST_CARDS and led >= _LED * len(texts)


def _is_linked_title(block: Block) -> bool:
    return block.link_density > 0.8 and 3 <= block.text.count(" ") + 1 <= 30


def _says_article(head: Head) -> bool:
    return any(jsonld.describes_article(item) for item in head.objects) or head.first("og:type") in (
        "article",
        "news",
        "blog",
        "post",
    )


def _path_words(url: str | None) -> str:
    """The folders of an address: its last part is the headline, whose words say nothing."""
    try:
        parts: Sequence[str] = urlsplit(url).path.split("/") if url else ()
    except ValueError:
        return ""
    return " ".join(parts[:-1] if len(parts) > 1 and parts[-1] != "" else parts[:-2])
