"""Headlines: the title of an article as its publisher words it.

Belongs here: collecting and choosing candidates, taking the outlet's name off. Does not: repeated
headlines inside the text (``lines.py``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline.clean import dates, jsonld
from pipeline.clean.blocks import shown_text
from pipeline.clean.furniture import container_kinds
from pipeline.clean.head import DOMAIN_END, Head
from pipeline.clean.lines import normal
from pipeline.clean.tree import Element, text_in

_SEPARATOR = re.compile(r"\s+(?:[|–—•·»«:›‹⋆*~]|-{1,2}|::)\s+|\s*[|｜：_]\s*")
_SPACE = re.compile(r"\s+")
_SHARED = (
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "title",
    "cxenseparse:title",
    "headline",
)
_SITE_WORDS = re.compile(
    r"\b(?:news|times|post|herald|guardian|telegraph|today|online|tv|radio|magazine|journal|blog)\b|\.\w{2,4}\b",
    re.IGNORECASE,
)
_ALIKE = 0.8
_CORROBORATED = 0.6
_SHORTEST = 2
_LONGEST = 400


def likeness(a: str, b: str) -> float:
    """F1 of the words of two headlines."""
    x, y = Counter(normal(a).split()), Counter(normal(b).split())
    shared = sum((x & y).values())
    return 2 * shared / (sum(x.values()) + sum(y.values())) if shared else 0.0


def choose_headline(
    root: Element, head: Head, outlets: Iterable[str], hint: str | None
) -> tuple[str | None, Element | None]:
    """The headline, and the element that shows it if one does.

    Candidates that say the same (the shown heading, the title for sharing, the ``headline`` of the
    structured data, the page's title) vote together; of the winners the shown one is taken. A
    declared headline that says much more than a shown one in the form of a label replaces it.

    Args:
        root: The page.
        head: What it says about itself.
        outlets: Names of the outlet.
        hint: Headline that the feed gave.
    """
    names = [*outlets, *head.names]
    shared = [t for c in head.all(*_SHARED)[:3] if (t := without_outlet(c, names))]
    title = without_outlet(head.title, names) if head.title else None
    declared = _declared(head, names)
    others = [t for t in (*shared, declared, title, hint) if t]
    best, element = _most_alike(_headings(root), others)
    ballot = [
        (best, 1.5),
        *((t, 1.2 / (i + 1)) for i, t in enumerate(shared)),
        (declared, 1.2),
        (title, 0.6),
        (hint, 0.6),
    ]
    chosen = _elect([(text, weight) for text, weight in ballot if text])
    if declared and title and chosen and _says_more(declared, chosen) and likeness(declared, title) >= _ALIKE:
        chosen = declared
    return chosen, element


def _elect(ballot: Sequence[tuple[str, float]]) -> str | None:
    """The first text of the group of alike texts that has most weight."""
    best: tuple[float, str] | None = None
    for text, _ in ballot:
        weight = sum(w for other, w in ballot if likeness(text, other) >= _ALIKE or _is_cut(other, text))
        if best is None or weight > best[0] + 1e-9:
            best = (weight, text)
    return best[1] if best else None


def _says_more(full: str, short: str) -> bool:
    return len(full.split()) >= 1.5 * len(short.split())


def without_outlet(text: str, names: Sequence[str]) -> str | None:
    """``text`` without the outlet's name (and section) after or before a separator."""
    text = _SPACE.sub(" ", text).strip()
    known = {normal(n) for name in names for n in (name, DOMAIN_END.sub("", name))}
    for _ in range(4):
        cuts = list(_SEPARATOR.finditer(text))
        if not cuts:
            break
        before, after = text[: cuts[-1].start()], text[cuts[-1].end() :]
        first, rest = text[: cuts[0].start()], text[cuts[0].end() :]
        if _is_outlet(after, before, known) or (before and dates.is_bare_day(after)):
            text = before
        elif normal(first) in known and rest:
            text = rest
        else:
            break
    return text.strip() or None


def _is_outlet(part: str, rest: str, known: set[str]) -> bool:
    key = normal(part)
    if not rest or len(part.split()) > 6:
        return False
    squeezed = key.replace(" ", "")
    same = any(
        squeezed == k.replace(" ", "") or key.startswith(f"{k} ") or k.endswith(f" {key}") for k in known if k
    )
    return same or (
        len(rest.split()) >= 4 and len(part.split()) <= 4 and _SITE_WORDS.search(part) is not None
    )


def _headings(root: Element) -> list[tuple[str, Element]]:
    """Texts of first-level headings outside of furniture, in page order; second-level ones if none."""
    for tag in ("h1", "h2"):
        found: list[tuple[str, Element]] = []
        for element in root.iter(tag):
            text = shown_text(element)
            names = f"{element.get('class', '')} {element.get('id', '')}"
            if (
                _SHORTEST < len(text) <= _LONGEST
                and "logo" not in names
                and "hidden" not in container_kinds(names)
            ):
                found.append((text, element))
        if found:
            return found
    return []


def _most_alike(
    shown: Sequence[tuple[str, Element]], others: Sequence[str]
) -> tuple[str | None, Element | None]:
    """The heading most like one of ``others``; a lone heading needs no likeness."""
    best: tuple[float, str, Element] | None = None
    for text, element in shown:
        score = max((likeness(text, o) for o in others), default=0.0)
        if best is None or score > best[0]:
            best = (score, text, element)
    if best is None:
        return None, None
    score, text, element = best
    text = _without_kicker(element, others) or text
    if score >= _CORROBORATED or not others:
        return text, element
    inside = next((o for o in others if normal(o) and normal(o) in normal(text)), None)
    if inside is not None:  # a kicker stands in the same heading
        return inside, element
    if element.tag == "h1" and len(shown) == 1 and len(text.split()) >= 4:
        return text, element
    return None, None


def _without_kicker(element: Element, others: Sequence[str]) -> str | None:
    """The title of ``others`` that a part of the heading is, or that all its parts together are.

    Headings of several parts hold a kicker too, or leave it to the style sheet to set one off.
    """
    elements = [part for part in element.iterdescendants() if part.tag != "br"]
    if not elements:
        return None
    titles = {normal(title): title for title in reversed(others)}
    found = (titles.get(normal(text)) for text in (*map(shown_text, elements), text_in(element)) if text)
    return next((title for title in found if title), None)


def _declared(head: Head, names: Sequence[str]) -> str | None:
    """The ``headline`` of the page's structured data."""
    found = (jsonld.text_of(item.get("headline")) for item in head.articles if jsonld.describes_article(item))
    return next((t for f in found if f and (t := without_outlet(f, names))), None)


def _is_cut(short: str, full: str) -> bool:
    """``short`` is the beginning of ``full``."""
    bare = short.rstrip(" .…")
    return len(bare) >= 30 and len(full) > len(bare) and normal(full).startswith(normal(bare))
