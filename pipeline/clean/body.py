"""Body: which container of a page holds the article, and its lines.

Belongs here: weighing the evidence (prose, trafilatura, the page's own ``articleBody``, names of
containers), choosing the region, the lines of it. Does not: telling furniture among those lines
(``lines.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.clean.blocks import Block, Page, is_unspaced
from pipeline.clean.furniture import container_limits
from pipeline.clean.lines import Line

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_REGION_TAGS = frozenset(
    {
        *("html", "body", "main", "article", "section", "div", "td", "center", "form", "details"),
        *("header", "span", "font"),
    }
)
_DESCEND = 0.75
"""A container is left for one of its children that holds at least this share of its weight."""
_DESCEND_FROM_BODY = 0.9
_DESCEND_TO_BODY = 0.55
_LEAST_BODY_SHARE = 0.25
"""A container that is named as the article's body counts from this share of the page's weight."""
_SPARED_BY_QUOTES = frozenset({"share", "embed", "gallery"})
"""Kinds that a container with a block quote is not: posts of social networks set in as text."""
_PLAIN_SHARE = 0.7
"""Share of the weight from which a named body needs no second opinion: asking trafilatura for the
other third of the pages only gave the same texts and half as many pages a second again."""
_UNMARKED = 0.3
_NOT_IN_ARTICLE_BODY = 0.2
_LEAST_STORY = 500
"""Characters between two headlines from which they head two stories."""
_LEAST_ARTICLE_BODY = 300
_WORDS = re.compile(r"\w+")
_WHOLE = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_GRAM = 4
_DEFAULT_LIMIT = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of each block of a page, by its index.

    ``prose`` is how much running text it is (characters, 0 for furniture-like blocks), ``weight`` how
    much of that speaks for its being the article, ``voted`` whether trafilatura or the page's
    ``articleBody`` has it (True for all while nobody was asked). ``out`` says of each node that it is
    furniture, with all that it holds. ``end`` is the block at which the next story of a page of
    several begins.
    """

    prose: list[float]
    weight: list[float]
    voted: list[bool]
    out: list[bool]
    end: int


def weigh(page: Page, article_body: str) -> Evidence:
    """The evidence that the page itself gives.

    Args:
        page: All blocks of the page.
        article_body: ``articleBody`` of the page's structured data, or an empty string.
    """
    end = _next_story(page)
    prose = [_prose(block) if i < end else 0.0 for i, block in enumerate(page.blocks)]
    out = _furniture_nodes(page, prose)
    weight: list[float] = []
    seen: set[str] = set()
    for block, value in zip(page.blocks, prose, strict=True):
        is_new = value > 0 and not out[block.node] and block.text not in seen
        if is_new:
            seen.add(block.text)
        weight.append(value if is_new else 0.0)
    if len(article_body) >= _LEAST_ARTICLE_BODY:
        marked = _marked(page.blocks, article_body)
        weight = [w if m else _NOT_IN_ARTICLE_BODY * w for w, m in zip(weight, marked, strict=True)]
    return Evidence(prose, weight, [True] * len(prose), out, end)


def names_its_body(page: Page, evidence: Evidence) -> bool:
    """Whether most of the weight stands in a container that is named as the article's body."""
    held = _held(page, evidence)
    named = _named_region(page, evidence, held)
    return named is not None and held(named) >= _PLAIN_SHARE * held(0)


def with_reader(page: Page, evidence: Evidence, reader_text: str) -> Evidence:
    """The evidence with the vote of another reader of pages: what it takes for the article."""
    if not reader_text:
        return evidence
    voted = _marked(page.blocks, reader_text)
    weight = [w if v else _UNMARKED * w for w, v in zip(evidence.weight, voted, strict=True)]
    return replace(evidence, weight=weight, voted=voted)


def _next_story(page: Page) -> int:
    """The block of a second headline set like the first: pages that load story after story.

    A second heading of the first level in another class, or in none, is a heading of the same story.
    """
    heads = [n for n in page.nodes if n.tag == "h1" and n.last > n.first and n.names.strip()]
    heads = [n for n in heads if page.blocks[n.first].text.count(" ") >= 2]
    for node in heads[1:]:
        between = sum(len(b.text) for b in page.blocks[heads[0].last : node.first])
        if node.names == heads[0].names and between >= _LEAST_STORY:
            return node.first
    return len(page.blocks)


def _prose(block: Block) -> float:
    """Characters of running text outside of links; nothing for titles, labels and lists of links."""
    density = block.link_density
    if block.tag in HEADINGS or density > 0.5:
        return 0.0
    text = block.text
    words = text.count(" ") + 1
    if is_unspaced(text):
        return 2 * len(text) * (1 - density) if len(text) >= 15 else 0.0
    if words < 6 or (words < 20 and not _WHOLE.search(text)):
        return 0.0
    return len(text) * (1 - density)


def _marked(blocks: Sequence[Block], text: str) -> list[bool]:
    """Which blocks stand in ``text``: most of their word 4-grams, or the whole short line."""
    words = _WORDS.findall(text)
    grams = {tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)}
    lines = {" ".join(_WORDS.findall(line)) for line in text.split("\n")}
    found: list[bool] = []
    for block in blocks:
        own = _WORDS.findall(block.text)
        count = len(own) - _GRAM + 1
        if count < 1:
            found.append(bool(own) and " ".join(own) in lines)
        else:
            hits = sum(tuple(own[i : i + _GRAM]) in grams for i in range(count))
            found.append(hits >= 0.7 * count)
    return found


def _furniture_nodes(page: Page, prose: Sequence[float]) -> list[bool]:
    """For each node, whether it is furniture: by its names, unless too much of the page's prose is in it.

    A kind also fails when its containers together hold too much (every slide of a slide show that
    is the article), not counting those that fail alone.
    """
    upto = _sums(prose)
    total = upto[-1] or 1.0
    limits = container_limits()
    share = [(upto[n.last] - upto[n.first]) / total for n in page.nodes]
    holds_body = _holds_body(page, share)
    quoting = {a for i, n in enumerate(page.nodes) if n.tag == "blockquote" for a in page.ancestors(i)[:4]}

    def kinds_of(i: int) -> list[str]:
        if holds_body[i] or not page.nodes[i].kinds:
            return []
        spared = _SPARED_BY_QUOTES if i in quoting else frozenset[str]()
        return [k for k in page.nodes[i].kinds - spared if share[i] <= limits.get(k, _DEFAULT_LIMIT)]

    together = _outermost_shares(page, kinds_of, share)
    out = [False] * len(page.nodes)
    for i, node in enumerate(page.nodes):
        inherited = node.parent >= 0 and out[node.parent]
        own = any(together[k] <= max(limits.get(k, _DEFAULT_LIMIT), 0.5) for k in kinds_of(i))
        out[i] = inherited or own
    return out


def _holds_body(page: Page, share: Sequence[float]) -> list[bool]:
    """Nodes that are or hold a container marked or plainly named as the body, with text in it."""
    holds = [False] * len(page.nodes)
    for i in range(len(page.nodes) - 1, -1, -1):
        node = page.nodes[i]
        is_body = node.is_marked_body or (node.is_named_body and not node.kinds)
        if is_body and share[i] > 0.01 and "hidden" not in node.kinds:
            holds[i] = True
        if holds[i] and node.parent >= 0 and not node.kinds & {"hidden"}:
            holds[node.parent] = True
    return holds


def _outermost_shares(
    page: Page, kinds_of: Callable[[int], list[str]], share: Sequence[float]
) -> dict[str, float]:
    together: dict[str, float] = dict.fromkeys(container_limits(), 0.0)
    open_kinds: list[frozenset[str]] = []
    for i, node in enumerate(page.nodes):
        above = open_kinds[node.parent] if node.parent >= 0 else frozenset[str]()
        mine = frozenset(kinds_of(i)) if node.kinds else node.kinds
        for kind in mine - above:
            together[kind] = together.get(kind, 0.0) + share[i]
        open_kinds.append(above | mine if mine else above)
    return together


def _sums(values: Sequence[float]) -> list[float]:
    upto = [0.0]
    for value in values:
        upto.append(upto[-1] + value)
    return upto


def _held(page: Page, evidence: Evidence) -> Callable[[int], float]:
    """The weight that a node holds, by its index."""
    upto = _sums(evidence.weight)
    return lambda i: upto[page.nodes[i].last] - upto[page.nodes[i].first]


def choose_region(page: Page, evidence: Evidence) -> int:
    """The node that holds the article: named as its body, or the smallest that holds nearly all weight."""
    held = _held(page, evidence)
    children: dict[int, list[int]] = {}
    holder: list[int] = []  # of each node, the innermost that may be a region: itself or what holds it
    for i, node in enumerate(page.nodes):
        above = holder[node.parent] if node.parent >= 0 else -1
        is_candidate = node.tag in _REGION_TAGS
        holder.append(i if is_candidate else above)
        if is_candidate:
            children.setdefault(above, []).append(i)
    named = _named_region(page, evidence, held)
    region = named or 0
    while children.get(region):
        best = max(children[region], key=held)
        step = _DESCEND if named is None else _DESCEND_FROM_BODY
        if page.nodes[best].is_named_body and not page.nodes[best].kinds:
            step = _DESCEND_TO_BODY
        if held(best) <= 0 or held(best) < step * held(region):
            break
        region = best
    return region


def _named_region(page: Page, evidence: Evidence, held: Callable[[int], float]) -> int | None:
    """What holds all containers of the kind that is named as the body and has the most in it."""
    groups: dict[str, list[int]] = {}
    inside = [False] * len(page.nodes)
    for i, node in enumerate(page.nodes):
        above = node.parent >= 0 and inside[node.parent]
        is_body = node.is_marked_body or (node.is_named_body and not node.kinds)
        inside[i] = above or (is_body and not evidence.out[i])
        if inside[i] and not above and held(i) > 0:
            groups.setdefault("body" if node.is_marked_body else node.names, []).append(i)
    if not groups:
        return None
    best = max(groups.values(), key=lambda group: sum(map(held, group)))
    if sum(map(held, best)) < _LEAST_BODY_SHARE * held(0):
        return None
    return _common(page, best)


def _common(page: Page, nodes: Sequence[int]) -> int:
    """The innermost node that holds all of ``nodes``."""
    paths = [list(reversed(page.ancestors(n))) for n in nodes]
    shared = 0
    for step in zip(*paths, strict=False):
        if len(set(step)) > 1:
            break
        shared = step[0]
    return shared


def region_lines(page: Page, evidence: Evidence, region: int) -> list[Line]:
    """The lines of ``region`` outside of furniture containers, as the line pass reads them."""
    node = page.nodes[region]
    return [
        as_line(page, page.blocks[i], evidence.voted[i])
        for i in range(node.first, min(node.last, evidence.end))
        if not evidence.out[page.blocks[i].node]
    ]


def as_line(page: Page, block: Block, voted: bool) -> Line:
    """``block`` with what the tags around it say."""
    tags = [page.nodes[n].tag for n in page.ancestors(block.node)[:4]]
    return Line(
        block.text,
        is_heading=any(tag in HEADINGS for tag in tags[:2]),
        is_item="li" in tags[:3] or "dd" in tags[:3],
        is_cell="tr" in tags[:1],
        is_paragraph=block.tag == "p",
        is_quote="blockquote" in tags,
        link_density=block.link_density,
        bold=block.bold / max(len(block.text), 1),
        has_image=block.has_image,
        is_voted=voted,
    )
