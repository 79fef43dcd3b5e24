# pyright: basic
# lxml ships no types; this module gives the few things taken from it a typed face.
"""Tree: the markup of a page as elements.

Belongs here: what touches lxml: parsing, walking, queries. Does not: what elements mean.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from typing import Protocol, cast, overload

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # a C module without stubs
from lxml.html import HTMLParser, document_fromstring

TREE_ERRORS: tuple[type[Exception], ...] = (etree.LxmlError,)
"""What lxml raises on trees it cannot work on."""

_ATTRIBUTE = r"""[\s/]++[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+"""
_START_TAG = re.compile(rf"(<[a-zA-Z][^\s/>]{{0,60}}+)(?:{_ATTRIBUTE})*+")
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_REFERENCE = re.compile(
    r"&#(?:[xX]0*(?P<hex>[0-8b-fB-F]|1[0-9a-fA-F]|7[fF]|[89][0-9a-fA-F])"
    r"|0*(?P<number>[0-8]|1[124-9]|2\d|3[01]|12[7-9]|1[345]\d))(?:;|(?![0-9a-fA-F]))"
)
"""Numbers of control characters, which nobody means; those from 128 to 159 are letters and marks of Windows-1252."""
_LONG_TAG = 1_000
_MOST_ATTRIBUTES = 250
"""No element of a news page has more."""


class Element(Protocol):
    """An element of a page, as far as it is used here."""

    @property
    def tag(self) -> str:
        """Name of the element."""
        ...

    @property
    def text(self) -> str | None:
        """Text before its first child."""
        ...

    @property
    def tail(self) -> str | None:
        """Text after it."""
        ...

    @property
    def attrib(self) -> Mapping[str, str]:
        """Its attributes."""
        ...

    @overload
    def get(self, key: str) -> str | None: ...
    @overload
    def get(self, key: str, default: str) -> str: ...
    def get(self, key: str, default: str | None = None) -> str | None:
        """The value of an attribute."""
        ...

    def iter(self, *tags: str) -> Iterator[Element]:
        """Itself and what it holds, in document order."""
        ...

    def iterancestors(self) -> Iterator[Element]:
        """What holds it, innermost first."""
        ...

    def iterdescendants(self) -> Iterator[Element]:
        """What it holds, in document order."""
        ...

    def itertext(self) -> Iterator[str]:
        """All texts in it."""
        ...

    def __iter__(self) -> Iterator[Element]:
        """Its children."""
        ...


class Query:
    """An XPath expression that gives elements."""

    def __init__(self, expression: str) -> None:
        self._query = etree.XPath(expression)

    def __call__(self, start: Element) -> list[Element]:
        """The elements that it finds from ``start``, in document order."""
        return cast("list[Element]", self._query(start))


def parse(text: str) -> Element | None:
    """The tree of ``text``, or ``None`` when nothing in it is a tree.

    libxml2 bounds depth (256) and node size by itself; what lies beyond is left out. Its time grows
    with the square of the attributes of one element, so an element with hundreds of them loses them.
    """
    text = _REFERENCE.sub(_meant, _with_few_attributes(text))
    # Made anew each time: a parser keeps the errors of what it read before.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        return cast("Element", document_fromstring(text.encode("utf-8", "replace"), parser=parser))
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _meant(reference: re.Match[str]) -> str:
    code = int(reference["hex"], 16) if reference["hex"] else int(reference["number"])
    return bytes([code]).decode("cp1252", "ignore") if code >= 128 else ""


def _with_few_attributes(text: str) -> str:
    parts: list[str] = []
    at = 0
    for match in _START_TAG.finditer(text):
        start, end = match.span()
        if end - start > _LONG_TAG and len(_ATTRIBUTES.findall(match.group())) > _MOST_ATTRIBUTES:
            parts += [text[at:start], match[1]]
            at = end
    return "".join([*parts, text[at:]]) if parts else text


def walk(root: Element, dropped: frozenset[str]) -> Generator[tuple[bool, Element], bool | None, None]:
    """Each element of ``root`` twice, in document order: at its start (True) and its end (False).

    Send True after a start to pass over what the element holds; elements of the ``dropped`` names
    are passed over and come at their end only.
    """
    steps = etree.iterwalk(root, events=("start", "end"))
    for event, element in steps:
        if not isinstance(element.tag, str):
            continue
        if event == "start" and element.tag in dropped:
            steps.skip_subtree()
            continue
        if (yield event == "start", element):
            steps.skip_subtree()
            yield event == "start", element


def text_in(element: Element) -> str:
    """All text in ``element``, spaces joined."""
    return " ".join(" ".join(element.itertext()).split())


def parted_text(element: Element) -> str:
    """All text in ``element``, with a bar between elements that touch with no text between them."""
    parts: list[str] = []
    touches = False
    for event, node in etree.iterwalk(element, events=("start", "end")):
        is_start = event == "start"
        text = (node.text if is_start else node.tail if node is not element else None) or ""
        if is_start and touches:
            parts.append(" | ")
        if text.strip():
            parts.append(text)
        touches = not is_start and not text.strip()
    return " ".join(" ".join(parts).split())


def remove(root: Element, tags: frozenset[str]) -> None:
    """Take all elements of the names ``tags`` out of ``root``, keeping the text after them."""
    etree.strip_elements(root, *sorted(tags), with_tail=False)
