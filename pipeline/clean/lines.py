"""Lines: which lines of a text region are the article and which are furniture among them.

Belongs here: the pass over an article's lines in order (wording, links, repeats, neighbours, place),
the same for pages of HTML and of plain text. Does not: finding the region (``body.py``), repetition
over an outlet's pages (``repetition.py``), the word lists (``furniture.csv``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.clean.furniture import end_kind, heading_kind, line_kind

_WORDS = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?…。！？:;,][\"'”’»)\]*]*$")
_NAME = re.compile(r"[A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+){1,3}")
_LETTERS = re.compile(r"[^\W\d_]")
_MOST_TITLE_WORDS = 22
_MOST_QUOTES = 200
"""Headings and quotes looked for in the other lines; each costs a pass over the text."""
_MOST_CAPTION_WORDS = 12
_LEAST_REPEATED = 25
"""Characters from which a line that stands inside another one is a pull quote of it."""
_COMPANY = frozenset({"promo", "newsletter", "consent", "share", "follow", "ad"})
"""Kinds that stand in boxes, so that the title beside them belongs to the box."""
_NO_HEADINGS = frozenset({"caption", "credit", "dateline", "byline", "legal"})
_FOOT_LINES = 4
_END_LINES = 6
"""Lines at the end where notes about the writer stand."""


@dataclass(slots=True)
class Line:
    """A line and what its markup says; for plain text only ``text`` is known.

    ``furniture`` is the reason why it is not of the article, once one is found.
    """

    text: str
    is_heading: bool = False
    is_item: bool = False
    is_cell: bool = False
    is_paragraph: bool = True
    is_quote: bool = False
    link_density: float = 0.0
    bold: float = 0.0
    has_image: bool = False
    is_voted: bool = True
    furniture: str | None = None

    @property
    def words(self) -> int:
        """Words, roughly: gaps plus one."""
        return self.text.count(" ") + 1

    @property
    def is_sentence(self) -> bool:
        """It ends as a sentence or a clause does, or is long enough to be one."""
        return _SENTENCE_END.search(self.text) is not None or self.words > _MOST_TITLE_WORDS

    @property
    def is_title(self) -> bool:
        """It reads like a headline: several words, no end of sentence."""
        return 3 <= self.words <= _MOST_TITLE_WORDS and not self.is_sentence


def normal(text: str) -> str:
    """``text`` as bare words in lower case, for comparing."""
    return " ".join(_WORDS.findall(text.lower()))


def mark_furniture(lines: Sequence[Line], *, headline: str | None, authors: Iterable[str] = ()) -> None:
    """Set ``furniture`` on each of ``lines`` that is not of the article.

    Args:
        lines: The region's lines in reading order; changed in place.
        headline: The article's headline, whose repetition is furniture.
        authors: Names of the byline, for notes about the writer.
    """
    _by_wording(lines)
    _by_links(lines)
    _by_shape(lines)
    _repeats(lines, headline)
    _about_the_writer(lines, [a for a in authors if " " in a])
    _about_sections(lines)
    _beside_furniture(lines)
    _orphan_headings(lines)


def _free(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.furniture is None]


def _by_wording(lines: Sequence[Line]) -> None:
    for line in lines:
        kind = line_kind(line.text)
        if line.is_heading:  # "Putin speaks to Reuters" is a heading, no caption
            kind = heading_kind(line.text) or (kind if kind not in _NO_HEADINGS else None)
        line.furniture = kind
        if line.furniture is None and not _LETTERS.search(line.text):
            line.furniture = "no_letters"


def _by_links(lines: Sequence[Line]) -> None:
    """Lines that are one link: other stories. A whole sentence set as a link stays, if it stands alone."""
    linked = [line for line in _free(lines) if line.link_density >= 0.8 and not line.is_cell]
    for line in linked:
        shouts = line.text.isupper() and line.words >= 3
        if not line.is_sentence or shouts or line.is_item or (line.is_heading and line.link_density > 0.9):
            line.furniture = "link"
    for run in (lines, lines[::-1]):
        before: Line | None = None
        for line in run:
            near = before is not None and before.furniture in ("link", "promo")
            if near and line.furniture is None and line.link_density >= 0.95:
                line.furniture = "link"
            before = line


def _by_shape(lines: Sequence[Line]) -> None:
    """Scraps: short lines outside paragraphs, headings and lists that no sentence is in."""
    for line in _free(lines):
        if line.has_image and line.words <= _MOST_CAPTION_WORDS and not (line.is_sentence or line.is_heading):
            line.furniture = "caption"
            continue
        scrap = not (line.is_heading or line.is_item or line.is_cell or line.is_quote or line.is_sentence)
        if scrap and line.words <= 8 and not line.is_voted and line.bold < 0.9:
            line.furniture = "scrap"


def _repeats(lines: Sequence[Line], headline: str | None) -> None:
    """The headline again, a line twice in a row, and pull quotes: headings and quotes out of a paragraph.

    Other copies stay: recipes, schedules and forms repeat themselves.
    """
    title = normal(headline) if headline else None
    before: str | None = None
    free = _free(lines)
    looked_at = 0
    for line in free:
        key = normal(line.text)
        if key == title or (key == before and len(key) >= _LEAST_REPEATED):
            line.furniture = "repeated"
        elif (line.is_quote or line.is_heading) and len(key) >= _LEAST_REPEATED and looked_at < _MOST_QUOTES:
            looked_at += 1
            bare = line.text.strip("\"'“”‘’«»… .")
            if any(
                bare in other.text and len(other.text) > len(bare) + 10 for other in free if other is not line
            ):
                line.furniture = "pullquote"
        before = key


def _about_the_writer(lines: Sequence[Line], authors: Sequence[str]) -> None:
    """A note at the end that opens with the writer's name, and lines that are nothing but the byline."""
    for line in _free(lines)[-_END_LINES:]:
        if authors and line.words <= 60 and line.text.startswith(tuple(authors)):
            line.furniture = "writer"
    for i, line in enumerate(_free(lines)[::-1][:_FOOT_LINES]):
        kind = end_kind(line.text)
        if kind == "writer" and i > 0 and _speaks_of(line, lines):
            continue
        line.furniture = kind
    names = {normal(a) for a in authors}
    for line in _free(lines):
        if normal(line.text) in names:
            line.furniture = "byline"


def _speaks_of(note: Line, lines: Sequence[Line]) -> bool:
    """The surname that a note at the foot opens with stands in the text too: it is of the story."""
    name = _NAME.match(note.text)
    surname = name.group().split()[-1] if name else None
    return surname is not None and any(surname in line.text for line in lines if line is not note)


def _about_sections(lines: Sequence[Line]) -> None:
    """From a heading "About …" in the last part of a text on, it is a portrait of the company."""
    for i in range(len(lines) // 2, len(lines)):
        title = lines[i].is_heading or lines[i].bold > 0.9 or lines[i].is_title
        if title and heading_kind(lines[i].text) == "about" and lines[i].words <= 8:
            for line in lines[i:]:
                line.furniture = line.furniture or "about"
            return


def _beside_furniture(lines: Sequence[Line]) -> None:
    """Headline-like lines without end that touch furniture belong to it."""
    for run in (lines, lines[::-1]):
        before: Line | None = None
        for line in run:
            near = before is not None and before.furniture in _COMPANY
            if near and line.furniture is None and _could_be_title_of_other_story(line):
                line.furniture = "beside"
            before = line


def _could_be_title_of_other_story(line: Line) -> bool:
    return (
        line.is_title
        and not (line.is_heading or line.is_item or line.is_cell or line.is_quote)
        and line.bold < 0.9
    )


def _orphan_headings(lines: Sequence[Line]) -> None:
    """Headings that stand over nothing that is left: at the end, or before furniture alone."""
    under = False
    for line in reversed(lines):
        is_heading = line.is_heading or (line.bold > 0.9 and not line.is_sentence)
        if line.furniture is not None:
            continue
        if is_heading and not under:
            line.furniture = "heading"
        elif not is_heading:
            under = True
