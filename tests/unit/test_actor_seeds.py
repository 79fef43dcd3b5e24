"""The actor seeds as they stand: ids, codes, ambiguity, and spot checks of what a reader expects."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import polars as pl
import pytest

from pipeline.ids import stable_id

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
TYPES = {"person", "organization", "government", "group"}
ALIAS_TYPES = {"name", "short", "transliteration", "demonym", "capital", "metonym", "acronym", "former"}
ACTOR_COLUMNS = [
    *("actor_id", "key", "actor_name", "actor_type", "country_code", "role", "affiliation"),
    *("wikidata_id", "gender", "valid_from", "valid_to"),
]
ALIAS_COLUMNS = ["alias", "actor_id", "alias_type", "is_ambiguous", "valid_from", "valid_to", "note"]
# ISO 3166-1 alpha-2, and XK, which news and statistics use for Kosovo.
COUNTRIES = set(
    re.findall(
        "[A-Z]{2}",
        """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
    ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
    HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
    LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
    NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
    UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK
    """,
    )
)
UN_MEMBERS = set(
    re.findall(
        "[A-Z]{2}",
        """
    AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH
    CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN
    GQ GR GT GW GY HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP
    NR NZ OM PA PE PG PH PK PL PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV
    SY SZ TD TG TH TJ TL TM TN TO TR TT TV TZ UA UG US UY UZ VC VE VN VU WS YE ZA ZM ZW
    """,
    )
)
SPOT_CHECKS = [
    ("Kyiv", "state:ua", "metonym"),
    ("Kiev", "state:ua", "metonym"),
    ("Ukrainian", "state:ua", "demonym"),
    ("Ukrainian government", "state:ua", "name"),
    ("Kremlin", "state:ru", "metonym"),
    ("Moscow", "state:ru", "metonym"),
    ("Russian Federation", "state:ru", "name"),
    ("Russian", "state:ru", "demonym"),
    ("Downing Street", "state:gb", "metonym"),
    ("UK", "state:gb", "acronym"),
    ("Britain", "state:gb", "name"),
    ("Washington", "state:us", "metonym"),
    ("U.S.", "state:us", "acronym"),
    ("Brussels", "org:european_union", "metonym"),
    ("EU", "org:european_union", "acronym"),
    ("Pentagon", "gov:department_of_defense", "metonym"),
    ("White House", "gov:white_house", "name"),
    ("State Department", "gov:department_of_state", "name"),
    ("Capitol Hill", "gov:us_congress", "metonym"),
    ("Beijing", "state:cn", "metonym"),
    ("Tehran", "state:ir", "metonym"),
    ("Tel Aviv", "state:il", "metonym"),
    ("Pyongyang", "state:kp", "metonym"),
    ("Vatican", "state:va", "metonym"),
    ("Swaziland", "state:sz", "former"),
    ("Czechia", "state:cz", "name"),
    ("NATO", "org:nato", "acronym"),
    ("Nato", "org:nato", "acronym"),
    ("UN", "org:united_nations", "acronym"),
    ("WHO", "org:world_health_organization", "acronym"),
    ("Russian Foreign Ministry", "gov:ru_foreign_ministry", "name"),
    ("Ukrainian Defence Ministry", "gov:ua_defence_ministry", "name"),
    ("Ukrainian Defense Ministry", "gov:ua_defence_ministry", "name"),
    ("Quai d'Orsay", "gov:fr_foreign_ministry", "metonym"),
    ("Verkhovna Rada", "gov:verkhovna_rada", "name"),
    ("Ukrainian parliament", "gov:verkhovna_rada", "name"),
    ("Fed", "gov:federal_reserve", "short"),
    ("FBI", "gov:federal_bureau_of_investigation", "acronym"),
    ("Putin", "person:vladimir_putin", "short"),
    ("Vladimir Putin", "person:vladimir_putin", "name"),
    ("Trump", "person:donald_trump", "short"),
    ("Donald J. Trump", "person:donald_trump", "name"),
    ("Obama", "person:barack_obama", "short"),
    ("Merkel", "person:angela_merkel", "short"),
    ("Zelensky", "person:volodymyr_zelenskiy", "transliteration"),
    ("Zelenskyy", "person:volodymyr_zelenskiy", "transliteration"),
    ("Volodymyr Zelensky", "person:volodymyr_zelenskiy", "transliteration"),
    ("Dmitro Kuleba", "person:dmytro_kuleba", "transliteration"),
    ("Sergey Lavrov", "person:sergei_lavrov", "transliteration"),
    ("Lukashenka", "person:alexander_lukashenko", "transliteration"),
    ("Hillary Rodham Clinton", "person:hillary_clinton", "name"),
    ("Recep Tayyip Erdogan", "person:recep_tayyip_erdogan", "transliteration"),
    ("Jeppe Kofod", "person:jeppe_kofod", "name"),
    ("GOP", "party:republican_party", "acronym"),
    ("Republicans", "group:republicans", "name"),
    ("Clinton campaign", "org:clinton_campaign", "name"),
    ("AfD", "party:alternative_for_germany", "acronym"),
    ("Facebook", "company:meta", "name"),
    ("New York Times", "media:new_york_times", "name"),
    ("ISIS", "armed:islamic_state", "acronym"),
    ("Taliban", "armed:taliban", "name"),
    ("Human Rights Watch", "org:human_rights_watch", "name"),
]
AMBIGUOUS = ["Georgia", "Paris", "Washington", "Jordan", "Chad", "Congress", "Labour", "Clinton", "Dominican"]
SURE = [
    "Kyiv",
    "Moscow",
    "Kremlin",
    "Brussels",
    "US",
    "WHO",
    "NATO",
    "China",
    "Putin",
    "Zelenskiy",
    "Republicans",
]


@pytest.fixture(scope="module")
def actors() -> pl.DataFrame:
    return pl.read_csv(SEEDS / "actors.csv", infer_schema=False)


@pytest.fixture(scope="module")
def aliases() -> pl.DataFrame:
    return pl.read_csv(SEEDS / "actor_aliases.csv", infer_schema=False)


def plain(text: str) -> str:
    """How resolution compares names: case, accents, marks, "the" and "'s" do not count."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = re.sub(r"[^\w&]+", " ", re.sub(r"'s\b|[.']", "", bare)).split()
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def test_tables_have_the_columns_that_readers_rely_on(actors, aliases):
    assert actors.columns == ACTOR_COLUMNS
    assert aliases.columns == ALIAS_COLUMNS


def test_there_are_enough_actors_of_every_kind(actors):
    counts = dict(actors["actor_type"].value_counts().iter_rows())
    assert actors.height >= 3200
    assert set(counts) == TYPES
    assert counts["person"] >= 2000
    assert counts["organization"] >= 2000
    assert counts["government"] >= 195


def test_ids_follow_from_keys_and_neither_stands_twice(actors):
    assert actors["key"].is_unique().all()
    assert actors["actor_id"].is_unique().all()
    assert actors["actor_id"].to_list() == [stable_id("actor", key) for key in actors["key"]]


def test_keys_are_readable(actors):
    odd = actors.filter(~pl.col("key").str.contains(r"^[a-z]+:[a-z0-9_-]+$"))["key"].to_list()
    assert odd == []


def test_ids_of_well_known_actors_never_change(actors):
    ids = dict(actors.select("key", "actor_id").iter_rows())
    assert ids["state:ru"] == "87694bfebcf159c1"
    assert ids["state:ua"] == "06b2b2d1bde503ba"
    assert ids["state:us"] == "424150676f83e0d0"


def test_every_row_has_a_clean_name_and_valid_codes(actors):
    assert actors["actor_name"].null_count() == 0
    assert set(actors["actor_type"]) <= TYPES
    assert set(actors["country_code"].drop_nulls()) <= COUNTRIES
    assert set(actors["gender"].drop_nulls()) <= {"f", "m"}
    unclean = actors.filter(pl.col("actor_name").str.contains(r"[_\[\]\x00-\x1f*;]|  |^\s|\s$"))
    assert unclean["actor_name"].to_list() == []
    shouted = actors.filter(
        (pl.col("actor_type") == "person") & pl.col("actor_name").str.contains(r"^[A-Z]{4,} [A-Z]{4,}")
    )
    assert shouted["actor_name"].to_list() == []


def test_gender_is_given_to_people_alone(actors):
    others = actors.filter(pl.col("gender").is_not_null() & (pl.col("actor_type") != "person"))
    assert others.is_empty()


def test_wikidata_items_look_like_items_and_belong_to_one_actor(actors):
    items = actors.filter(pl.col("wikidata_id").is_not_null())
    assert items.filter(~pl.col("wikidata_id").str.contains(r"^Q[1-9]\d*$")).is_empty()
    assert items.filter(pl.col("wikidata_id").is_duplicated())["key"].to_list() == []


def test_all_members_of_the_united_nations_are_there(actors):
    states = actors.filter(pl.col("key").str.contains(r"^state:[a-z]{2}$"))
    assert len(UN_MEMBERS) == 193
    assert set(UN_MEMBERS) - set(states["country_code"]) == set()
    assert states.filter(pl.col("key") != "state:" + pl.col("country_code").str.to_lowercase()).is_empty()


@pytest.mark.parametrize("table", ["actors", "aliases"])
def test_dates_are_days_in_order(table, request):
    frame = request.getfixturevalue(table)
    dates = frame.select(pl.col("valid_from", "valid_to").str.to_date("%Y-%m-%d", strict=True))
    assert dates.filter(pl.col("valid_from") > pl.col("valid_to")).is_empty()


def test_every_alias_names_an_actor_and_every_actor_has_its_name(actors, aliases):
    assert aliases.join(actors, on="actor_id", how="anti").is_empty()
    named = aliases.select("actor_id", actor_name="alias")
    assert actors.join(named, on=["actor_id", "actor_name"], how="anti")["key"].to_list() == []


def test_aliases_have_known_types_and_stand_once_an_actor(aliases):
    assert aliases["alias"].null_count() == 0
    assert set(aliases["alias_type"]) == ALIAS_TYPES
    assert set(aliases["is_ambiguous"]) == {"true", "false"}
    assert not aliases.select("alias", "actor_id").is_duplicated().any()


def test_an_alias_of_two_actors_is_flagged_on_all_its_rows(aliases):
    forms = aliases.with_columns(form=pl.col("alias").map_elements(plain, return_dtype=pl.String))
    shared = forms.filter(pl.col("actor_id").n_unique().over("form") > 1)
    assert shared.filter(pl.col("is_ambiguous") == "false")["alias"].to_list() == []
    mixed = forms.filter(pl.col("is_ambiguous").n_unique().over("form") > 1)
    assert mixed["alias"].to_list() == []


def test_demonyms_are_of_governments_alone(actors, aliases):
    wrong = aliases.filter(pl.col("alias_type") == "demonym").join(
        actors.filter(pl.col("actor_type") == "government"), on="actor_id", how="anti"
    )
    assert wrong.is_empty()


def test_every_sovereign_state_has_a_capital_or_metonym_and_a_foreign_ministry(actors, aliases):
    keyed = aliases.join(actors.select("actor_id", "key"), on="actor_id")
    seats = set(keyed.filter(pl.col("alias_type").is_in(["capital", "metonym"]))["key"])
    ministries = set(actors.filter(pl.col("key").str.ends_with("_foreign_ministry"))["country_code"])
    # A capital of the state's own name, or one that English-language news uses for another actor.
    assert {c for c in UN_MEMBERS if f"state:{c.lower()}" not in seats} == {"BE", "DJ", "LU", "MC", "SM"}
    # These two have departments of their own name.
    assert set(UN_MEMBERS) - ministries == {"GB", "US"}


def test_files_are_sorted(actors, aliases):
    assert actors["key"].to_list() == sorted(actors["key"])
    assert aliases["alias"].to_list() == sorted(aliases["alias"])


@pytest.mark.parametrize(
    ("alias", "key", "alias_type"), SPOT_CHECKS, ids=[f"{a}-{k}" for a, k, _ in SPOT_CHECKS]
)
def test_alias_means_the_actor_a_reader_expects(actors, aliases, alias, key, alias_type):
    rows = aliases.filter(pl.col("alias") == alias).join(actors.select("actor_id", "key"), on="actor_id")
    assert (key, alias_type) in set(rows.select("key", "alias_type").iter_rows())


@pytest.mark.parametrize("alias", AMBIGUOUS)
def test_alias_with_two_readings_is_flagged(aliases, alias):
    rows = aliases.filter(pl.col("alias") == alias)
    assert not rows.is_empty()
    assert set(rows["is_ambiguous"]) == {"true"}


@pytest.mark.parametrize("alias", SURE)
def test_alias_with_one_reading_is_not_flagged(aliases, alias):
    rows = aliases.filter(pl.col("alias") == alias)
    assert rows.height == 1
    assert rows["is_ambiguous"].to_list() == ["false"]


@pytest.mark.parametrize(
    ("key", "day", "role"),
    [
        ("person:barack_obama", "2012-06-01", "President"),
        ("person:jens_stoltenberg", "2021-12-01", "Secretary-General"),
        ("person:dmytro_kuleba", "2021-12-01", "Foreign Minister"),
        ("person:angela_merkel", "2015-01-01", "Chancellor"),
        ("person:loretta_lynch", "2016-07-01", "Attorney General"),
    ],
)
def test_office_covers_the_day(actors, key, day, role):
    row = actors.filter(pl.col("key") == key).row(0, named=True)
    assert row["role"] == role
    assert row["valid_from"] <= day <= (row["valid_to"] or "9999-12-31")
