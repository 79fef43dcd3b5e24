"""Small publications for the report's tests: statements in, the marts' columns out."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipeline.report.tables import SCHEMAS, ReportTables, Window

DAY = dt.date(2021, 12, 2)
NOON = dt.datetime(2021, 12, 2, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Said:
    """One statement: its article's text is ``“content,” speaker cue.`` and nothing else."""

    actor: str = "Ada Lund"
    content: str = "the harbour stays open tonight"
    speaker: str = "Ada Lund"
    cue: str = "said"
    day: dt.date = DAY
    outlet: str | None = "gazette"
    article: str = "a1"
    headline: str | None = "Harbour stays open"
    url: str | None = "https://gazette.example/harbour"
    actor_type: str | None = "person"
    kind: str = "direct"
    family: str | None = None
    group: str | None = None
    cue_class: str = "say"
    mentions: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"“{self.content},” {self.speaker} {self.cue}."


def texts_of(said: Iterable[Said]) -> dict[str, str]:
    """Texts of the articles, a paragraph for each statement."""
    out: dict[str, list[str]] = {}
    for one in said:
        out.setdefault(one.article, []).append(one.words)
    return {article: "\n".join(lines) for article, lines in out.items()}


def frames_of(said: list[Said]) -> dict[str, pl.DataFrame]:
    """Every frame of the report, counted as the marts count."""
    statements = _statements(said)
    rows: dict[str, list[dict]] = {
        "statements": statements,
        "actors": _actors(said),
        "outlets": [
            {"outlet_id": o, "outlet_name": o.title()} for o in sorted({s.outlet for s in said if s.outlet})
        ],
        "articles": [
            {
                "article_id": s.article,
                "outlet_id": s.outlet,
                "headline": s.headline,
                "url": s.url,
                "article_date": s.day,
                "near_duplicate_group": s.group or s.article,
            }
            for s in {s.article: s for s in said}.values()
        ],
        "pairs": [
            {"actor_id": s.actor, "mentioned_actor_id": m, "statement_date": s.day, "statements": 1}
            for s in said
            for m in s.mentions
        ],
        "spoken_of": [
            {"statement_id": one["statement_id"], "mentioned_actor_id": m}
            for one, s in zip(statements, said, strict=True)
            for m in s.mentions
        ],
        "rejects": [],
    }
    frame = pl.DataFrame(statements, schema=SCHEMAS["statements"])
    made = {name: pl.DataFrame(data, schema=SCHEMAS[name]) for name, data in rows.items()}
    return made | _marts(frame, made["actors"], made["articles"]) | _families(frame)


def report_tables(said: list[Said], *, last: dt.date = DAY) -> ReportTables:
    """What ``read_tables`` would give."""
    return ReportTables(Window.ending(last), frames_of(said), {"publication_id": "000001-test"})


def _statements(said: list[Said]) -> list[dict]:
    out = []
    at: dict[str, int] = {}
    for n, s in enumerate(said):
        start = at.get(s.article, 0)
        at[s.article] = start + len(s.words) + 1
        speaker = start + len(s.content) + 4
        cue = speaker + len(s.speaker) + 1
        out.append(
            {
                "statement_id": f"s{n:05}",
                "article_id": s.article,
                "outlet_id": s.outlet,
                "actor_id": s.actor if s.actor_type else None,
                "family_id": s.family or f"f{n:05}",
                "statement_date": s.day,
                "article_date": s.day,
                "statement_type": s.kind,
                "resolution": "name" if s.actor_type else "unresolved",
                "speaker_text": s.speaker,
                "cue_lemma": s.cue,
                "cue_class": s.cue_class,
                "is_negated": False,
                "addressee": None,
                "confidence": 0.9,
                "word_count": len(s.content.split()),
                "speaker_start": speaker,
                "speaker_end": speaker + len(s.speaker),
                "cue_start": cue,
                "cue_end": cue + len(s.cue),
                "content_spans": [{"start": start, "end": start + len(s.content) + 3}],
            }
        )
    return out


def _actors(said: list[Said]) -> list[dict]:
    known = {s.actor: s.actor_type for s in said if s.actor_type}
    known |= {m: "person" for s in said for m in s.mentions if m not in known}
    return [
        {
            "actor_id": actor,
            "actor_name": actor,
            "actor_type": kind,
            "country_code": None,
            "role": None,
            "affiliation": None,
            "aliases": [actor],
        }
        for actor, kind in known.items()
    ]


def _marts(statements: pl.DataFrame, actors: pl.DataFrame, articles: pl.DataFrame) -> dict[str, pl.DataFrame]:
    kinds = [
        (pl.col("statement_type") == k).sum().alias(f"{k}_statements")
        for k in ("direct", "mixed", "indirect")
    ]
    days = (
        statements.filter(pl.col("actor_id").is_not_null())
        .group_by("actor_id", "statement_date")
        .agg(
            pl.len().alias("statements"),
            pl.col("family_id").n_unique().alias("distinct_statements"),
            *kinds,
            pl.col("word_count").sum().alias("words_quoted"),
        )
        .with_columns(
            (pl.col("statements") / 7).alias("statements_mean_7d"), pl.lit(2.4).alias("statements_z_7d")
        )
    )
    typed = statements.join(actors.select("actor_id", "actor_type"), on="actor_id", how="left")
    counts = typed.group_by("outlet_id", "article_date").agg(
        pl.len().alias("statements"),
        kinds[0],
        (pl.col("actor_type") != "unnamed").sum().alias("named_statements"),
        (pl.col("actor_type") == "unnamed").sum().alias("unnamed_statements"),
        pl.col("actor_id").is_null().sum().alias("unresolved_statements"),
    )
    printed = articles.group_by("outlet_id", "article_date").agg(pl.len().alias("articles"))
    outlets = printed.join(counts, on=["outlet_id", "article_date"], how="left", nulls_equal=True).fill_null(
        0
    )
    return {
        "actor_days": days.select(pl.col(c).cast(t) for c, t in SCHEMAS["actor_days"].items()),
        "outlet_days": outlets.select(pl.col(c).cast(t) for c, t in SCHEMAS["outlet_days"].items()),
    }


def _families(statements: pl.DataFrame) -> dict[str, pl.DataFrame]:
    families, reports = [], []
    statements = statements.filter(pl.col("article_id").n_unique().over("family_id") > 1)
    for (family,), rows in statements.partition_by("family_id", as_dict=True, maintain_order=True).items():
        articles = rows.unique("article_id", maintain_order=True)
        first = articles.row(0, named=True)
        families.append(
            {
                "family_id": family,
                "actor_id": first["actor_id"],
                "first_outlet_id": first["outlet_id"],
                "content_text": f"words of {family}",
                "word_count": first["word_count"],
                "first_seen_at": NOON,
                "spread_hours": articles.height - 1.0,
                "articles": articles.height,
                "outlets": articles["outlet_id"].n_unique(),
                "versions": 1,
            }
        )
        reports += [
            {
                "family_id": family,
                "article_id": row["article_id"],
                "outlet_id": row["outlet_id"],
                "headline": f"headline of {row['article_id']}",
                "url": "https://x.example/",
                "seen_at": NOON + dt.timedelta(hours=n),
            }
            for n, row in enumerate(articles.iter_rows(named=True))
        ]
    return {
        "families": pl.DataFrame(families, schema=SCHEMAS["families"]),
        "family_reports": pl.DataFrame(reports, schema=SCHEMAS["family_reports"]),
    }


def write_publication(data_dir: Path, said: list[Said]) -> Path:
    """A publication with the tables that the report reads; returns its folder."""
    frames, texts = frames_of(said), texts_of(said)
    folder = data_dir / "publications" / "000001-test"
    folder.mkdir(parents=True)
    tables = {
        "dim_actor": frames["actors"],
        "dim_outlet": frames["outlets"],
        "dim_date": pl.DataFrame({"date_day": [DAY]}),
        "fct_article": frames["articles"].with_columns(
            text=pl.col("article_id").replace_strict(texts, default="", return_dtype=pl.String),
            published_at=pl.lit(NOON),
            collected_at=pl.lit(NOON),
        ),
        "fct_statement": frames["statements"].with_columns(
            is_speech=pl.lit(value=True), attribution_id="statement_id"
        ),
        "fct_mention": frames["spoken_of"].select(
            attribution_id="statement_id", actor_id="mentioned_actor_id", place=pl.lit("content")
        ),
        "actor_statements_daily": frames["actor_days"],
        "actor_pairs_daily": frames["pairs"],
        "outlet_daily": frames["outlet_days"],
        "quotation_families": frames["families"].with_columns(first_article_date=pl.lit(DAY)),
        "rejects": pl.DataFrame(
            {"reason_code": ["no_text"], "partition_date": [DAY]},
        ),
    }
    with duckdb.connect(str(folder / "onrecord.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(f"create table {name} as from frame")
            connection.unregister("frame")
    package = {"id": "000001-test", "run_id": "test", "created": "2021-12-02T12:00:00+00:00"}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    (folder / ".publication_id").write_text("000001-test", encoding="utf-8")
    (data_dir / "published").symlink_to(Path("publications") / "000001-test", target_is_directory=True)
    return folder
