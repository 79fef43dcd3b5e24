"""Blocks: a tree as its lines of text in reading order, each with what its place says about it.

Belongs here: walking the tree once, joining inline text, paragraph breaks, link counting, the kinds
of the containers a line stands in. Does not: choosing among the blocks (``body.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.clean.furniture import container_kinds, is_spoken_hint, names_say
from pipeline.clean.tree import Element, walk

MAX_BLOCKS = 20_000
"""Lines kept of one page; what comes later is left out."""

_DROPPED = frozenset(
    {
        *("script", "style", "noscript", "template", "svg", "math", "canvas", "iframe", "frame", "frameset"),
        *("object", "embed", "applet", "video", "audio", "map", "picture", "source", "track", "button"),
        *("select", "option", "optgroup", "datalist", "textarea", "input", "label", "link", "meta", "head"),
        *("title", "progress", "meter", "param", "base"),
    }
)
_INLINE = frozenset(
    {
        *(
            "a",
            "abbr",
            "acronym",
            "b",
            "bdi",
            "bdo",
            "big",
            "cite",
            "code",
            "data",
            "del",
            "dfn",
            "em",
            "font",
        ),
        *("i", "ins", "kbd", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike"),
        *("strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "img"),
    }
)
_TAG_KINDS = {
    "aside": "aside",
    "nav": "nav",
    "menu": "nav",
    "footer": "footer",
    "dialog": "dialog",
    "figure": "figure",
    "figcaption": "caption",
    "fieldset": "form",
    "form": "form",
    "address": "byline",
}
_ROLE_KINDS = {
    "navigation": "nav",
    "menu": "nav",
    "menubar": "nav",
    "search": "form",
    "dialog": "dialog",
    "alertdialog": "dialog",
    "complementary": "aside",
    "contentinfo": "footer",
    "banner": "banner",
    "tooltip": "dialog",
}
_BOLD = frozenset({"b", "strong"})
_CELLS = frozenset({"td", "th"})
_BODY_NAMES = frozenset({"articlebody", "article:body"})
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|clip\s*:\s*rect\(\s*0|clip-path\s*:\s*inset\(\s*(?:50|100)%"
    r"|(?:left|text-indent)\s*:\s*-9\d\d",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")
_SENTENCE_START = re.compile(r"[\"'“‘«(\[]*[A-ZÀ-ÖØ-ÞĀ-ŽА-Я0-9]")
_LONG_LINE = 60
_MOST_BREAKS = 5
"""Line breaks in a table row of data; a row with more sets paragraphs apart with them."""
_BREAK = "\x1e"
"""Stands for ``<br>`` in gathered text: the source's own newlines are only spaces."""


@dataclass(slots=True)
class Node:
    """A block-level element; its blocks are ``blocks[first:last]`` of the page.

    ``kinds`` are the kinds of furniture that it may be. ``is_marked_body`` is said by the page's own
    markup (microdata), ``is_named_body`` only by its class names.
    """

    parent: int
    tag: str
    names: str
    kinds: frozenset[str]
    is_marked_body: bool
    is_named_body: bool
    element: Element
    first: int = 0
    last: int = 0


@dataclass(slots=True)
class Block:
    """A line of text: ``links`` of its characters stand in links, ``node`` is where it stands."""

    text: str
    links: int
    node: int
    tag: str
    bold: int = 0
    has_image: bool = False

    @property
    def link_density(self) -> float:
        """Share of the text that stands in links."""
        return self.links / max(len(self.text), 1)


@dataclass(slots=True)
class Page:
    """All lines of a page, the block-level elements they stand in, and how many elements it has in all."""

    nodes: list[Node] = field(default_factory=list[Node])
    blocks: list[Block] = field(default_factory=list[Block])
    elements: int = 0

    def ancestors(self, node: int) -> list[int]:
        """``node`` and what holds it, innermost first."""
        out: list[int] = []
        while node >= 0:
            out.append(node)
            node = self.nodes[node].parent
        return out


class _Walker:
    """State of one walk: the open block-level elements and the text gathered since the last break."""

    def __init__(self) -> None:
        self.page = Page()
        self.open = -1
        self.parts: list[str] = []
        self.links = 0
        self.bold = 0
        self.in_link = 0
        self.in_bold = 0
        self.in_row = False
        self.image = False

    def text(self, text: str | None) -> None:
        if not text or (not self.parts and text.isspace()):
            return
        self.parts.append(text)
        if self.in_link or self.in_bold:
            size = len(" ".join(text.split()))
            self.links += size if self.in_link else 0
            self.bold += size if self.in_bold else 0

    def start(self, element: Element, tag: str) -> None:
        if tag == "br":
            self.parts.append(_BREAK)
        elif tag in _INLINE or "-" in tag:
            self.in_link += tag == "a"
            self.image |= tag == "img"
            self.in_bold += tag in _BOLD
            self.text(element.text)
        elif tag in _CELLS and self.in_row:
            self.parts.append(" ")
            self.text(element.text)
        else:
            self.enter(element, tag)
            self.in_row = tag == "tr" and _is_data_row(element)
            self.text(element.text)

    def end(self, element: Element, tag: str, *, was_passed: bool) -> None:
        if was_passed:
            pass
        elif tag in _INLINE or "-" in tag:
            self.in_link -= tag == "a"
            self.in_bold -= tag in _BOLD
        elif tag in _CELLS and self.in_row:
            self.parts.append(" ")
        elif tag != "br":
            self.leave()
            self.in_row = False
        if self.open >= 0:
            self.text(element.tail)

    def flush(self) -> None:
        if not self.parts:
            self.image = False
            return
        lines = _lines("".join(self.parts))
        total = sum(map(len, lines)) or 1
        for line in lines:
            if len(self.page.blocks) < MAX_BLOCKS:
                share = len(line) / total
                links, bold = round(self.links * share), round(self.bold * share)
                tag = self.page.nodes[self.open].tag
                self.page.blocks.append(Block(line, links, self.open, tag, bold, self.image))
        self.parts, self.links, self.bold, self.image = [], 0, 0, False

    def enter(self, element: Element, tag: str) -> None:
        self.flush()
        at = len(self.page.blocks)
        self.page.nodes.append(_node(element, tag, self.open, at))
        self.open = len(self.page.nodes) - 1

    def leave(self) -> None:
        self.flush()
        node = self.page.nodes[self.open]
        node.last = len(self.page.blocks)
        self.open = node.parent


def read_page(root: Element) -> Page:
    """The blocks and nodes of ``root``, in document order; the tree stays as it is."""
    walker = _Walker()
    steps = walk(root, _DROPPED)
    passed: Element | None = None
    for is_start, element in steps:
        tag = element.tag
        walker.page.elements += is_start
        if not is_start:
            walker.end(element, tag, was_passed=tag in _DROPPED or element is passed)
        elif tag == "span" and is_aside(element):
            passed = element
            steps.send(True)
        else:
            walker.start(element, tag)
    return walker.page


def shown_text(element: Element) -> str:
    """The text of an inline run or a heading as it is read: without what is hidden or only spoken."""
    parts: list[str] = []
    steps = walk(element, _DROPPED)
    for is_start, inner in steps:
        if is_start and inner.tag == "span" and is_aside(inner) and inner is not element:
            steps.send(True)
        elif is_start:
            parts.append(f" {inner.text or ''}" if inner.tag == "br" else inner.text or "")
        elif inner is not element:
            parts.append(inner.tail or "")
    return " ".join("".join(parts).split())


def _lines(text: str) -> list[str]:
    """Inline text as lines: two line breaks part paragraphs, one does after a whole sentence."""
    if _BREAK not in text:
        line = " ".join(text.split())
        return [line] if line else []
    lines: list[str] = []
    apart = True
    for piece in text.split(_BREAK):
        line = " ".join(piece.split())
        if not line:
            apart = True
            continue
        if not apart and not (_is_whole(lines[-1]) and _SENTENCE_START.match(line)):
            lines[-1] = f"{lines[-1]} {line}"
        else:
            lines.append(line)
        apart = False
    return lines


def _is_whole(line: str) -> bool:
    return len(line) >= _LONG_LINE and _SENTENCE_END.search(line) is not None


def is_aside(span: Element) -> bool:
    """A piece inside a sentence that is not read with it."""
    names, style, text = span.get("class"), span.get("style"), span.text
    if (names and names_say("inline", names)) or (style and _HIDDEN_STYLE.search(style)):
        return True
    return bool(text and is_spoken_hint(text))


def _is_data_row(row: Element) -> bool:
    """A table row of bare cells is one line; one whose cells hold paragraphs is layout."""
    breaks = 0
    for cell in row:
        for inner in cell.iterdescendants() if cell.tag in _CELLS else ():
            if inner.tag == "br":
                breaks += 1
            elif inner.tag not in _INLINE and inner.tag not in _DROPPED:
                return False
    return breaks <= _MOST_BREAKS


def _node(element: Element, tag: str, parent: int, at: int) -> Node:
    get = element.attrib.get
    names = f"{get('class', '')} {get('id', '')}"
    is_page = tag in ("html", "body")
    kinds = _kinds(tag, "" if is_page else names, get("role", ""), get("data-component", ""))
    style = get("style")
    if get("hidden") is not None or get("aria-hidden") == "true" or (style and _HIDDEN_STYLE.search(style)):
        kinds |= {"hidden"}
    is_marked = get("itemprop", "").lower() in _BODY_NAMES
    return Node(
        parent, tag, names, kinds, is_marked, not is_page and names_say("body", names), element, at, at
    )


@lru_cache(maxsize=20_000)
def _kinds(tag: str, names: str, role: str, component: str) -> frozenset[str]:
    found = {_TAG_KINDS.get(tag), _ROLE_KINDS.get(role)} - {None}
    return frozenset(k for k in found if k) | container_kinds(f"{names} {component}")


def is_unspaced(text: str) -> bool:
    """Whether ``text`` is in a script that puts no spaces between words: Chinese, Japanese, Thai, Burmese."""
    return (
        sum(1 for c in text[:40] if "\u0e00" <= c <= "\u0eff" or "\u1000" <= c <= "\u109f" or c > "\u2e80")
        > 10
    )
