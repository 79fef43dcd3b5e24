"""A small invented lake, the same every time: what the stages before dbt would have written.

Texts are built from their parts, so every offset is right. Five days of collection hold: copies of one
quotation over outlets and days (one with small edits), joint speakers, an unnamed and an unresolved
speaker, thoughts, a refusal to comment, an article that speaks of days before, an article without an outlet,
one that was taken in twice, an article without statements, and things that could not be processed.
"""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipeline.extract.fingerprints import content_key, content_minhash
from pipeline.ids import stable_id
from pipeline.records import Reject, rejects_frame
from pipeline.schemas import TABLES

DAYS = tuple(dt.date(2021, 11, 29) + dt.timedelta(days=n) for n in range(5))
OUTLETS = """outlet_id,outlet_name,country_code,language,homepage
gazette,"The Gazette, Invented",GB,en,https://gazette.example
herald,Invented Herald,US,en,https://herald.example
unmet,Unmet Tribune,FR,fr,https://tribune.example
"""
SAMPLE_OUTLETS = """outlet_id,outlet_name,country_code,language,homepage
wire,Invented Wire,CH,en,https://wire.example
never,Never Sampled,CH,en,https://never.example
"""


@dataclass(frozen=True)
class Actor:
    """An invented actor."""

    name: str
    actor_type: str
    country: str | None = None
    role: str | None = None
    affiliation: str | None = None

    @property
    def actor_id(self) -> str:
        return stable_id("actor", self.name)


MARLOW = Actor("Ada Marlow", "person", "GB", "foreign minister", "Albany")
PETROV = Actor("Ivan Petrov", "person", "RU", "spokesman", "Borduria")
ALBANY = Actor("Government of Albany", "government", "GB")
BORDURIA = Actor("Government of Borduria", "government", "RU")
LEAGUE = Actor("League of Ports", "organization", None)
OFFICIAL = Actor("a senior official", "unnamed", "GB")
ACTORS_ALL = (MARLOW, PETROV, ALBANY, BORDURIA, LEAGUE, OFFICIAL)


@dataclass(frozen=True)
class Say:
    """One attribution: who, the cue, the content, and whom the content mentions (by a name in it)."""

    actors: tuple[Actor, ...]
    content: str
    cue: tuple[str, str, str] = ("said", "say", "say")  # text, lemma, class
    kind: str = "direct"
    days_ago: int = 0
    is_speech: bool = True
    is_negated: bool = False
    speaker: str | None = None
    mentions: tuple[tuple[Actor, str], ...] = ()
    addressee: Actor | None = None


@dataclass(frozen=True)
class Piece:
    """One article."""

    name: str
    outlet: str | None
    day: dt.date
    says: tuple[Say, ...] = ()
    published: dt.datetime | None = None
    also_on: dt.date | None = None
    duplicate_of: str | None = None
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def article_id(self) -> str:
        return stable_id("article", self.name)


LONG = "The harbour will stay open to every ship that comes in peace, whatever the weather of politics may be"
LONG_EDITED = "The harbour will stay open to every ship that comes in peace, whatever the weather of politics"
TALKS = "talks with Borduria would begin before the end of the month and would take place in public"


def _at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.UTC)


def pieces() -> list[Piece]:
    """The articles of the lake."""
    d0, d1, d2, d3, d4 = DAYS
    accuse = ("accused", "accuse", "accuse")
    borduria = ((BORDURIA, "Borduria"),)
    return [
        Piece(
            "gazette-harbour",
            "gazette",
            d0,
            (
                Say((MARLOW,), LONG),
                Say((MARLOW,), TALKS, kind="indirect", mentions=borduria),
                Say((PETROV,), "No", ("replied", "reply", "say")),
                Say(
                    (ALBANY, LEAGUE),
                    "the ports of both coasts must be kept free of ice",
                    ("warned", "warn", "warn"),
                    "indirect",
                ),
                Say((OFFICIAL,), "some of the ships had not been seen for days", kind="indirect"),
            ),
            published=_at(d0, 8),
        ),
        Piece(
            "wire-harbour",
            "wire",
            d0,
            (
                Say((MARLOW,), LONG),
                Say(
                    (ALBANY,),
                    "Borduria had broken its word on the straits again",
                    accuse,
                    "mixed",
                    mentions=borduria,
                    addressee=BORDURIA,
                ),
                Say(
                    (BORDURIA,),
                    "this winter will be a calm one",
                    ("hopes", "hope", "want"),
                    "indirect",
                    is_speech=False,
                ),
                Say(
                    (),
                    "nothing had been decided about the lighthouse so far",
                    kind="indirect",
                    speaker="they",
                ),
            ),
            published=_at(d0, 6),
        ),
        Piece(
            "herald-harbour-late",
            "herald",
            d1,
            (
                Say((MARLOW,), LONG_EDITED, days_ago=1),
                Say(
                    (PETROV,), "", ("declined to comment", "decline", "decline"), "indirect", is_negated=True
                ),
                Say((PETROV,), "We are ready", days_ago=0),
            ),
            published=_at(d1, 9),
            duplicate_of="gazette-harbour",
        ),
        Piece(
            "gazette-petrov",
            "gazette",
            d1,
            (
                Say((PETROV,), "We are ready"),
                Say(
                    (PETROV,),
                    "Albany had never once answered a letter from Borduria",
                    accuse,
                    "indirect",
                    mentions=((ALBANY, "Albany"), *borduria),
                    addressee=ALBANY,
                ),
                Say(
                    (OFFICIAL,),
                    "the letters had been answered on the very same day",
                    ("denied", "deny", "deny"),
                    "indirect",
                ),
            ),
            published=_at(d1, 10),
            also_on=d2,
        ),
        Piece("herald-weather", "herald", d2, (), published=_at(d2, 7)),
        Piece(
            "unknown-file",
            None,
            d2,
            (
                Say((MARLOW,), "We are ready"),
                Say((LEAGUE,), "the fees of the small ports would fall by a third", kind="indirect"),
            ),
        ),
        Piece(
            "herald-looks-back",
            "herald",
            d3,
            (
                Say((MARLOW,), LONG, days_ago=3),
                Say(
                    (MARLOW,),
                    "Mr Petrov had asked for the meeting himself",
                    kind="indirect",
                    days_ago=2,
                    mentions=((PETROV, "Mr Petrov"),),
                ),
                Say(
                    (PETROV,),
                    "it was the minister who had asked for it first",
                    ("insisted", "insist", "claim"),
                    "mixed",
                    mentions=((MARLOW, "the minister"),),
                ),
            ),
            published=_at(d3, 12),
            extra={"is_opinion": True, "section": "Comment"},
        ),
        Piece(
            "unlisted-site",
            "news.unlisted.example",
            d3,
            (Say((LEAGUE,), "the fees of the small ports would fall by a third", kind="indirect"),),
            published=_at(d3, 13),
        ),
        Piece(
            "gazette-last",
            "gazette",
            d4,
            (
                Say(
                    (PETROV,),
                    "the pilots of Albany were the best of all he had met",
                    mentions=((ALBANY, "Albany"),),
                ),
            ),
            published=_at(d4, 8),
        ),
        Piece(
            "gazette-copies",
            "gazette",
            d4,
            (
                Say(
                    (PETROV,),
                    "it was the minister who had asked for it first",
                    ("said", "say", "say"),
                    "mixed",
                    days_ago=1,
                ),
            ),
            published=_at(d4, 9),
        ),
        Piece("herald-quiet", "herald", d4, (), published=_at(d4, 10)),
    ]


@dataclass
class _Built:
    """Rows of one article."""

    text: str = "An invented report.\n"
    attributions: list[dict[str, object]] = field(default_factory=list)
    statements: list[dict[str, object]] = field(default_factory=list)
    mentions: list[dict[str, object]] = field(default_factory=list)


def _build(piece: Piece) -> _Built:
    built = _Built()
    article_date = piece.published.date() if piece.published else piece.day
    for ordinal, say in enumerate(piece.says):
        _add(built, piece, article_date, ordinal, say)
    return built


def _append(built: _Built, part: str) -> tuple[int, int]:
    start = len(built.text)
    built.text += part
    return start, len(built.text)


def _add(built: _Built, piece: Piece, article_date: dt.date, ordinal: int, say: Say) -> None:
    speaker = say.speaker or " and ".join(a.name for a in say.actors)
    speaker_start, speaker_end = _append(built, speaker)
    built.text += " "
    cue_start, cue_end = _append(built, say.cue[0])
    built.text += " "
    content = f"“{say.content}”" if say.kind == "direct" else say.content
    spans = []
    if content:
        start, end = _append(built, content)
        spans.append({"start": start, "end": end})
    built.text += ".\n"
    attribution_id = stable_id("attribution", piece.article_id, ordinal)
    shared = {
        "partition_date": piece.day,
        "attribution_id": attribution_id,
        "article_id": piece.article_id,
        "speaker_start": speaker_start,
        "speaker_end": speaker_end,
        "speaker_text": speaker,
        "cue_start": cue_start,
        "cue_end": cue_end,
        "cue_text": say.cue[0],
        "content_spans": spans,
        "content_text": content,
        "statement_type": say.kind,
        "confidence": 0.9,
        "extractor_version": "test-1",
    }
    built.attributions.append({**shared, "ordinal": ordinal})
    for place, actor in enumerate(say.actors or (None,)):
        actor_id = actor_of(piece, actor)
        built.statements.append(
            {
                **shared,
                "statement_id": stable_id("statement", attribution_id, place),
                "outlet_id": piece.outlet,
                "actor_id": actor_id,
                "resolution": "unresolved" if actor is None else "unnamed" if actor is OFFICIAL else "name",
                "unresolved_reason": "no_antecedent" if actor is None else None,
                "statement_date": article_date - dt.timedelta(days=say.days_ago),
                "cue_lemma": say.cue[1],
                "cue_class": say.cue[2],
                "word_count": len(content.split()),
                "is_speech": say.is_speech,
                "is_negated": say.is_negated,
                "addressee": say.addressee.name if say.addressee else None,
                "addressee_actor_id": actor_of(piece, say.addressee),
                "content_minhash": content_minhash(content),
                "content_key": content_key(content, attribution_id),
            }
        )
        if actor is not None:
            built.mentions.append(
                _mention(piece, actor, speaker_start, speaker_end, built.text, "speaker", attribution_id)
            )
    for actor, name in say.mentions:
        start = built.text.index(name, spans[0]["start"])
        built.mentions.append(
            _mention(piece, actor, start, start + len(name), built.text, "content", attribution_id)
        )


def actor_of(piece: Piece, actor: Actor | None) -> str | None:
    """The actor's id; unnamed speakers are not merged over articles."""
    if actor is None:
        return None
    return (
        stable_id("unnamed", piece.article_id, actor.name)
        if actor.actor_type == "unnamed"
        else actor.actor_id
    )


def _mention(
    piece: Piece, actor: Actor, start: int, end: int, text: str, place: str, attribution_id: str
) -> dict[str, object]:
    return {
        "partition_date": piece.day,
        "mention_id": stable_id("mention", piece.article_id, start, end, actor.name),
        "article_id": piece.article_id,
        "actor_id": actor_of(piece, actor),
        "start": start,
        "end": end,
        "mention_text": text[start:end],
        "mention_type": "name" if actor.name in text[start:end] else "nominal",
        "place": place,
        "attribution_id": attribution_id,
        "role": actor.role,
        "affiliation": actor.affiliation,
        "extractor_version": "test-1",
    }


def _article(piece: Piece, built: _Built) -> dict[str, object]:
    published = piece.published
    return {
        "partition_date": piece.day,
        "article_id": piece.article_id,
        "page_id": stable_id("page", piece.name),
        "document": f"{piece.name}.html",
        "url": f"https://{piece.outlet}.example/{piece.name}" if piece.outlet else None,
        "canonical_url": None,
        "outlet_id": piece.outlet,
        "headline": piece.name.replace("-", " ").capitalize(),
        "authors": ["A. Writer"],
        "published_at": published,
        "published_origin": "json_ld" if published else None,
        "published_zone": "UTC" if published else None,
        "modified_at": None,
        "collected_at": _at(piece.day, 20),
        "article_date": published.date() if published else piece.day,
        "language": "en",
        "section": None,
        "text": built.text,
        "word_count": len(built.text.split()),
        "is_live_blog": False,
        "is_opinion": False,
        "is_paywalled": False,
        "is_truncated": False,
        "near_duplicate_group": stable_id("article", piece.duplicate_of)
        if piece.duplicate_of
        else piece.article_id,
        "minhash": [],
        "cleaner_version": "test-1",
        **piece.extra,
    }


def _page(piece: Piece) -> dict[str, object]:
    url = f"https://{piece.outlet}.example/{piece.name}" if piece.outlet else None
    return {
        "partition_date": piece.day,
        "page_id": stable_id("page", piece.name),
        "entry_id": stable_id("entry", piece.name),
        "outlet_id": piece.outlet,
        "url": url,
        "final_url": url,
        "canonical_url": url,
        "document": f"{piece.name}.html",
        "content_type": "text/html",
        "charset": "utf-8",
        "status": 200,
        "bytes": 1000,
        "content_sha256": stable_id("bytes", piece.name),
        "warc_file": f"pages/{piece.day}/pages.warc.gz",
        "warc_offset": 0,
        "hint_headline": None,
        "hint_published_at": None,
        "collected_at": _at(piece.day, 20),
    }


def _entry(piece: Piece) -> dict[str, object]:
    page = _page(piece)
    keep = ("partition_date", "entry_id", "outlet_id", "url", "canonical_url", "collected_at")
    return {k: page[k] for k in keep} | {
        "feed_id": "folder",
        "file": page["document"],
        "title": None,
        "published_at": piece.published,
    }


def _actors(day: dt.date, found: list[tuple[Piece, Actor]]) -> list[dict[str, object]]:
    rows: dict[str, dict[str, object]] = {}
    for piece, actor in found:
        actor_id = actor_of(piece, actor)
        assert actor_id
        rows[actor_id] = {
            "partition_date": day,
            "actor_id": actor_id,
            "actor_name": actor.name,
            "actor_type": actor.actor_type,
            "country_code": actor.country,
            "role": actor.role,
            "affiliation": actor.affiliation,
            "wikidata_id": None,
            "aliases": sorted({actor.name, actor.name.split()[-1]}),
            "is_seed": actor.actor_type in ("government", "organization"),
            "extractor_version": "test-1",
        }
    return [rows[k] for k in sorted(rows)]


def frames(day: dt.date, articles: list[Piece] | None = None) -> dict[str, pl.DataFrame]:
    """All lake tables of a day, as the stages would have written them."""
    on_day = []
    for piece in articles if articles is not None else pieces():
        if piece.day == day:
            on_day.append(piece)
        elif piece.also_on == day:
            on_day.append(
                Piece(
                    piece.name,
                    piece.outlet,
                    day,
                    piece.says,
                    piece.published,
                    None,
                    piece.duplicate_of,
                    piece.extra,
                )
            )
    built = [(piece, _build(piece)) for piece in on_day]
    met = [
        (piece, actor)
        for piece in on_day
        for say in piece.says
        for actor in (
            *say.actors,
            *(a for a, _ in say.mentions),
            *((say.addressee,) if say.addressee else ()),
        )
    ]
    rows: dict[str, list[dict[str, object]]] = {
        "feed_entries": [_entry(p) for p in on_day],
        "pages": [_page(p) for p in on_day],
        "articles": [_article(p, b) for p, b in built],
        "attributions": [r for _, b in built for r in b.attributions],
        "names": [],
        "statements": [r for _, b in built for r in b.statements],
        "mentions": [r for _, b in built for r in b.mentions],
        "actors": _actors(day, met),
        "run_log": [
            _log(day, stage, len(on_day))
            for stage in ("feed_entries", "pages", "articles", "attributions", "statements")
        ],
    }
    rejected = (
        [Reject("articles", "no_text", f"broken-{day}.html", "nothing left after cleaning")]
        if day != DAYS[2]
        else []
    )
    made = {name: TABLES[name].conform(_frame(name, rows[name])) for name in rows}
    return made | {"rejects": rejects_frame(rejected, day)}


def _frame(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    schema = TABLES[name].schema
    return pl.DataFrame([{c: row[c] for c in schema} for row in rows], schema=schema)


def _log(day: dt.date, stage: str, count: int) -> dict[str, object]:
    return {
        "partition_date": day,
        "stage": stage,
        "run_id": f"run-{day}",
        "rows_in": count,
        "rows_out": count,
        "rejected": 1 if stage == "articles" and day != DAYS[2] else 0,
        "version": "test-1",
        "started_at": _at(day, 21),
        "elapsed_seconds": 1.5,
    }


def write_day(data_dir: Path, day: dt.date, tables: dict[str, pl.DataFrame]) -> None:
    """Replace a day of the lake."""
    for name, frame in tables.items():
        folder = data_dir / "lake" / name / f"partition_date={day.isoformat()}"
        folder.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(folder / "part-0.parquet")


def write_lake(data_dir: Path, days: tuple[dt.date, ...] = DAYS) -> None:
    """Write the lake of ``days``."""
    for day in days:
        write_day(data_dir, day, frames(day))


def write_seeds(seeds_dir: Path) -> None:
    """The two outlet files that dbt reads."""
    (seeds_dir / "sample").mkdir(parents=True, exist_ok=True)
    (seeds_dir / "outlets.csv").write_text(OUTLETS, encoding="utf-8")
    (seeds_dir / "sample" / "outlets.csv").write_text(SAMPLE_OUTLETS, encoding="utf-8")
