"""Seed tables of actors: reading, checking, and which meanings a name has on a day."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from actor_stories import seeds

from pipeline.extract.actor_seeds import (
    ACTOR_SCHEMA,
    ALIAS_SCHEMA,
    ascii_key,
    folded,
    folded_text,
    load_actor_seeds,
    make_actor_seeds,
    person_key,
    seed_hits,
)
from pipeline.extract.countries import Countries
from pipeline.ids import stable_id

RU = stable_id("actor", "state:ru")


def write(folder, actors, aliases):
    head = ",".join(ACTOR_SCHEMA), ",".join(ALIAS_SCHEMA)
    for name, header, lines in (("actors.csv", head[0], actors), ("actor_aliases.csv", head[1], aliases)):
        (folder / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def test_reads_both_files(tmp_path):
    write(
        tmp_path,
        [
            f"state:ru,{RU},Russia,government,RU,,,,,,",
            "person:a,1,Namib Na,person,NA,Mayor,Riga,,f,2020-01-01,",
        ],
        [f"Moscow,{RU},metonym,false,,,"],
    )
    found = load_actor_seeds(tmp_path)
    assert found.actors.filter(pl.col("key") == "person:a").row(0, named=True)["country_code"] == "NA"
    assert set(found.aliases["folded"]) == {"moscow", "russia", "namib na"}
    assert found.is_known("the MOSCOW")


@pytest.mark.parametrize(
    ("actors", "aliases", "message"),
    [
        ([f"state:ru,{RU},Russia,government,RU,,,,,,"] * 2, [], "actor_id stands twice"),
        ([], ["Moscow,abc,metonym,false,,,"], "aliases of no actor: Moscow"),
        (["person:a,1,A B,person,,,,,,soon,"], [], "not a table of"),
    ],
)
def test_bad_tables_give_one_clear_error(tmp_path, actors, aliases, message):
    write(tmp_path, actors, aliases)
    with pytest.raises(ValueError, match=message):
        load_actor_seeds(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"actors\.csv"):
        load_actor_seeds(tmp_path)


def test_the_version_follows_the_rows():
    same = make_actor_seeds(seeds().actors.reverse(), seeds().aliases.drop("folded").reverse())
    fewer = make_actor_seeds(seeds().actors, seeds().aliases.drop("folded").head(3))
    assert same.version == seeds().version != fewer.version


def hits(text, day=dt.date(2021, 12, 1), of=None):
    frame = pl.DataFrame({"name_row": [0], "text": [text], "article_date": [day]})
    return seed_hits(frame, of or seeds()).rows(named=True)


def test_a_name_meets_its_alias_whatever_case_accents_and_initials():
    assert [h["actor_name"] for h in hits("the KREMLIN’s")] == ["Russia"]
    assert [h["actor_name"] for h in hits("Vladimir V. Putin")] == ["Vladimir Putin"]
    assert hits("Nobody") == []


def test_an_ambiguous_name_has_all_its_meanings():
    assert {h["actor_name"] for h in hits("Times")} == {"The Times", "The New York Times"}


def test_an_alias_counts_on_its_days_only():
    aliases = (
        seeds()
        .aliases.drop("folded")
        .with_columns(valid_to=pl.when(pl.col("alias") == "Kyiv").then(pl.lit(dt.date(2020, 1, 1))))
    )
    dated = make_actor_seeds(seeds().actors, aliases)
    assert hits("Kyiv", dt.date(2019, 1, 1), dated) != []
    assert hits("Kyiv", dt.date(2021, 1, 1), dated) == []


@pytest.mark.parametrize(
    "text",
    [
        "The Hague",
        "the",
        "Donald J. Trump",
        "J. D. Vance",
        "Côte d’Ivoire",
        "AT&T",
        "U.S.",
        "Ukraine's",
        "O'Neil-Bo",
        "",
    ],
)
def test_one_value_folds_as_a_column_does(text):
    frame = pl.DataFrame({"t": [text]}).select(folded("t"))
    assert frame.item() == folded_text(text)


def test_keys():
    assert person_key(["vladimir", "v", "putin"]) == "person:vladimir_putin"
    assert person_key(["jorg", "lovas"]) == "person:jorg_lovas"
    assert ascii_key("Løvås & Søn's Café") == "lovas_son_cafe"


def test_countries():
    countries = Countries(seeds())
    assert countries.code("Ukrainian") == "UA"
    assert countries.name("Ukrainian") == "Ukraine"
    assert countries.name("Brightwater") == "Brightwater"
    assert countries.in_phrase("US and Russian officials") == {"US", "RU"}
    assert countries.in_phrase("officials who told us") == set()
