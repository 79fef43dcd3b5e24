"""Pages for benchmarks and stress: variants of the bundled sample's pages with other words, as WARC files.

Belongs here: making pages that have the structure of real ones (navigation, bylines, JSON-LD, quotations with
their cues) and the length of real articles. Does not: measuring. Page ``number`` is the same on every machine.

    python -m benchmarks.pages FOLDER --count 1000 [--per-day 1000] [--first 2022-01-01] [--words 750 750]

A variant keeps the template's markup and the order of two sample articles' paragraphs, about 750 words
unless asked otherwise. Names are renamed by a cast of which there are ``CASTS``, most of the longer words are
exchanged for words with the same ending; reporting words stay. One page in a hundred is another language, an error
page, or cut off.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import html
import io
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.clean.articles import CleanedPage, clean_page

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "seeds" / "sample"
WORDS = (750, 750)
"""Fewest and most words of a page, to the nearest end of a paragraph."""
SHORT = 200
"""A page of fewer words has paragraphs of many articles: the first ones of a dozen would make all pages alike."""
CASTS = 499
"""Casts of names: a prime, so that each template meets all of them."""
EXCHANGED = 0.9
"""Share of the longer words that are exchanged: so many that variants are no near-duplicates of each other."""
FAULTY = 100
FIRST_DAY = dt.date(2022, 1, 1)
BAD = ("lac_matin_barrage.html", "northfield_post_broken.html")
_NO_TEMPLATE = {*BAD, "harbour_gazette_live.html"}
_LATER = dt.datetime(2021, 12, 31, tzinfo=dt.UTC)
_WORD = re.compile(r"[A-Za-z]+")
_FOUR_WORDS = re.compile(r"(?:\S+ ){4}")
_PARAGRAPH = re.compile(r"<p\b[^>]*>.*?</p>", re.DOTALL)
_ISO_DAY = re.compile(r"2021-1[12]-\d\d|2021/1[12]/\d\d")
_SHOWN_DAY = re.compile(
    r"\d{1,2} (?:nov|dec)[a-z]*\.? 2021|(?:nov|dec)[a-z]*\.? \d{1,2},? 2021", re.IGNORECASE
)
_STAY = frozenset(
    "January February March April May June July August September October November December".split()
)
_STAY |= frozenset("Monday Tuesday Wednesday Thursday Friday Saturday Sunday The Mrs Prime Minister".split())
_STEMS = (
    "ash bar beck black brad brook burn can carl chat church cliff cold cran cross dan east eld farn fox gar green "
    "hal hart haw hel hill hol kings lang law lin long marsh mart mill mor nor oak park pem pres ray red rich rock rod "
    "rush sal shel silver stan stock sum thorn ton wal war water wed west whit wil win wood"
).split()
_ENDINGS = "berg bury den er field ford gate ham ington land ley man more son stone ton ville well wick worth".split()
"""Stems and endings of names: two word pieces a name, as the names of real articles have."""


@dataclass(frozen=True)
class Template:
    """A sample page: its markup, the article in it."""

    name: str
    markup: str
    url: str
    headline: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Variant:
    """A made page."""

    number: int
    url: str
    body: bytes
    collected_at: dt.datetime


@cache
def templates() -> tuple[Template, ...]:
    """The sample's articles."""
    with (SAMPLE / "index.csv").open(encoding="utf-8") as file:
        addresses = {row["file"]: row["url"] for row in csv.DictReader(file)}
    found = []
    for path in sorted(SAMPLE.glob("*.html")):
        body = path.read_bytes()
        url = addresses[path.name].partition("?")[0]
        page = clean_page(body, url=url, content_type="text/html", charset="utf-8", collected_at=_LATER)
        if path.name not in _NO_TEMPLATE and isinstance(page, CleanedPage):
            lines = tuple(page.text.split("\n"))
            found.append(Template(path.name, body.decode("utf-8"), url, page.headline or "", lines))
    return tuple(found)


@cache
def _vocabulary() -> tuple[frozenset[str], dict[str, list[str]], frozenset[str]]:
    """Names, other words by ending, and the words that stay (reporting words)."""
    words = {w for t in templates() for line in t.paragraphs for w in _WORD.findall(line)}
    small = {w for w in words if w.islower()}
    names = frozenset(w for w in words if w[0].isupper() and len(w) > 3 and w.lower() not in small)
    with (ROOT / "seeds" / "cues.csv").open(encoding="utf-8") as file:
        cues = {w for row in csv.DictReader(file) for w in _WORD.findall(" ".join(map(str, row.values())))}
    stems = {c[:4] for c in cues if len(c) > 3}
    by_ending: dict[str, list[str]] = defaultdict(list)
    for word in sorted(small):
        if len(word) > 3 and word[:4] not in stems:
            by_ending[word[-1:]].append(word)
    return names - _STAY, dict(by_ending), frozenset(w for group in by_ending.values() for w in group)


def _altered(text: str, number: int, line: int) -> str:
    """A line of page ``number``; all lines of a page have one cast of names."""
    names, by_ending, exchangeable = _vocabulary()
    pick = random.Random(f"{number} {line}")
    cast = number % CASTS

    def other(match: re.Match[str]) -> str:
        word = match.group()
        if word in names:
            return _name(word, cast)
        if word in exchangeable and pick.random() < EXCHANGED:
            return pick.choice(by_ending[word[-1:]])
        return word

    return _WORD.sub(other, text)


def _broken_up(text: str, number: int) -> str:
    """The text with another word after every fourth: so that hardly any five in a row are those of a variant."""
    _, by_ending, _ = _vocabulary()
    pick = random.Random(f"{number} {text}")
    return _FOUR_WORDS.sub(lambda m: m.group() + pick.choice(by_ending[pick.choice("dest")]) + " ", text)


@cache
def _name(word: str, cast: int) -> str:
    pick = random.Random(f"{word} {cast}")
    return (pick.choice(_STEMS) + pick.choice(_ENDINGS)).capitalize()


def article_text(number: int, words: tuple[int, int] = WORDS) -> tuple[str, list[str]]:
    """Headline and paragraphs of page ``number``."""
    least, most = words
    enough = least + number * 37 % (most - least + 1)
    stories = templates()
    first = stories[number % len(stories)]
    second = stories[(number // len(stories) + number + 1) % len(stories)]
    source = [*first.paragraphs, *second.paragraphs, *first.paragraphs]
    if least < SHORT:
        source = random.Random(number).sample([line for story in stories for line in story.paragraphs], k=20)
        enough = enough * 4 // 5  # the fifth word comes between
    lines: list[str] = []
    count = 0
    for line in source:
        more = len(line.split())
        if count + more / 2 > enough and count:
            break
        altered = _altered(line, number, len(lines))
        lines.append(_broken_up(altered, number) if least < SHORT else altered)
        count += more
    return _altered(first.headline, number, -1), lines


def make_page(number: int, *, day: dt.date = FIRST_DAY, words: tuple[int, int] = WORDS) -> Variant:
    """Page ``number``, collected on ``day``."""
    stories = templates()
    template = stories[number % len(stories)]
    seconds = 6 * 3600 + (number * 7) % (14 * 3600)
    at = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(seconds=seconds)
    url = f"{_ISO_DAY.sub(_like(day), template.url).rstrip('/')}-v{number}"
    if number % FAULTY == FAULTY - 1:
        body = _faulty(number, template)
    else:
        headline, lines = article_text(number, words)
        body = _filled(template, headline, lines, url, day).encode()
    return Variant(number, url, body, at)


def _like(day: dt.date):
    def same_form(match: re.Match[str]) -> str:
        return day.isoformat() if "-" in match.group() else day.strftime("%Y/%m/%d")

    return same_form


def _filled(template: Template, headline: str, lines: list[str], url: str, day: dt.date) -> str:
    markup = template.markup.replace(template.url, url)
    for form in (template.headline, html.escape(template.headline, quote=False)):
        markup = markup.replace(form, headline)
    markup = _SHOWN_DAY.sub(f"{day.day} {day:%B} {day.year}", _ISO_DAY.sub(_like(day), markup))
    known = {_plain(line) for line in template.paragraphs}
    places = [m for m in _PARAGRAPH.finditer(markup) if _plain(_text(m.group())) in known]
    out, at, rest = [], 0, list(lines)
    for index, place in enumerate(places):
        last = index == len(places) - 1
        now, rest = (rest, []) if last else (rest[:1], rest[1:])
        out += [markup[at : place.start()], *(f"<p>{html.escape(line, quote=False)}</p>\n" for line in now)]
        at = place.end()
    return "".join([*out, markup[at:]])


def _text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def _plain(text: str) -> str:
    return "".join(_WORD.findall(text))


def _faulty(number: int, template: Template) -> bytes:
    kind = (number // FAULTY) % 3
    if kind == 2:
        return template.markup.encode()[:400]
    return (SAMPLE / BAD[kind]).read_bytes() + f"<!-- {number} -->".encode()


def pages(
    count: int,
    *,
    per_day: int,
    first_day: dt.date = FIRST_DAY,
    start: int = 0,
    words: tuple[int, int] = WORDS,
) -> Iterator[Variant]:
    """Pages from number ``start`` on, ``per_day`` a day."""
    for number in range(start, start + count):
        yield make_page(number, day=first_day + dt.timedelta(days=(number - start) // per_day), words=words)


def write_warcs(
    folder: Path,
    count: int,
    *,
    per_day: int = 1000,
    per_file: int = 500,
    first_day: dt.date = FIRST_DAY,
    start: int = 0,
    words: tuple[int, int] = WORDS,
) -> list[Path]:
    """WARC files as an archive would hold them; a file holds pages of one day."""
    folder.mkdir(parents=True, exist_ok=True)
    groups: dict[tuple[dt.date, int], list[Variant]] = {}
    paths: list[Path] = []
    key = None
    made = pages(count, per_day=per_day, first_day=first_day, start=start, words=words)
    for at, variant in enumerate(made):
        new = (variant.collected_at.date(), (at % per_day) // per_file)
        if key is not None and new != key:
            paths.append(_write_file(folder, key, groups.pop(key)))
        key = new
        groups.setdefault(key, []).append(variant)
    return [*paths, *(_write_file(folder, k, g) for k, g in groups.items())]


def _write_file(folder: Path, key: tuple[dt.date, int], variants: list[Variant]) -> Path:
    path = folder / f"crawl-{key[0]}-{key[1]:03}.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for variant in variants:
            http = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            record = writer.create_warc_record(
                variant.url,
                "response",
                payload=io.BytesIO(variant.body),
                http_headers=http,
                warc_headers_dict={
                    "WARC-Date": variant.collected_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "WARC-Record-ID": f"<urn:onrecord:variant:{variant.number}>",
                },
            )
            writer.write_record(record)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--per-day", type=int, default=1000)
    parser.add_argument("--per-file", type=int, default=500)
    parser.add_argument("--first", type=dt.date.fromisoformat, default=FIRST_DAY)
    parser.add_argument("--words", type=int, nargs=2, default=WORDS, metavar=("LEAST", "MOST"))
    args = parser.parse_args()
    made = write_warcs(
        args.folder,
        args.count,
        per_day=args.per_day,
        per_file=args.per_file,
        first_day=args.first,
        words=tuple(args.words),
    )
    print(f"{args.count} pages in {len(made)} files under {args.folder}")


if __name__ == "__main__":
    main()
