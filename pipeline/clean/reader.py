# pyright: basic
# trafilatura's signatures are written in lxml's types, which have no stubs.
"""Reader: trafilatura's opinion on where a page's article is.

Belongs here: calling trafilatura within bounds. Does not: weighing its vote (``body.py``).
"""

from __future__ import annotations

import logging
from typing import cast

import trafilatura
from lxml.html import HtmlElement

from pipeline.clean.tree import TREE_ERRORS, Element, remove

MOST_ELEMENTS = 15_000
"""Its passes are not linear in the number of elements; larger pages go without its vote."""
_NO_TEXT = frozenset(
    {
        *("script", "style", "noscript", "template", "svg", "iframe", "canvas", "meta", "link"),
        *("button", "select", "textarea", "input", "video", "audio", "object", "embed"),
    }
)
_ERRORS = (
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
    RecursionError,
    AssertionError,
    *TREE_ERRORS,
)
"""What its passes can raise on broken trees; the vote is then missing, nothing else."""

# Its warnings ("discarding data") speak of single pages, which are counted as rejects here.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def reader_text(root: Element, elements: int) -> str:
    """What trafilatura takes for the article; empty where it fails or the page is too large for it.

    Takes what is no text out of ``root`` first: most of a page's elements, and trafilatura copies
    the tree several times.
    """
    if elements > MOST_ELEMENTS:
        return ""
    remove(root, _NO_TEXT)
    try:
        found = trafilatura.bare_extraction(
            cast("HtmlElement", root), fast=True, favor_precision=True, include_comments=False
        )
    except _ERRORS:
        return ""
    text = getattr(found, "text", None)
    return text if isinstance(text, str) else ""
