import datetime as dt

import pytest

from pipeline.clean import dates
from pipeline.clean.head import read_head
from pipeline.clean.published import puts_day_first
from pipeline.clean.tree import parse

UTC = dt.UTC
COLLECTED = dt.datetime(2024, 5, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at", "zone"),
    [
        ("2023-04-28T18:23:00+0000", "2023-04-28T18:23:00", "+00:00"),
        ("2024-04-28 07:00:00Z", "2024-04-28T07:00:00", "+00:00"),
        ("2024-04-25 04:21:02.000000-0400", "2024-04-25T08:21:02", "-04:00"),
        ("2019-11-19 02:24:00 UTC", "2019-11-19T02:24:00", "+00:00"),
        ("20 Nov 2019 08:02 GMT", "2019-11-20T08:02:00", "+00:00"),
        ("Wed Nov 20 2019 08:00:58 GMT+0530", "2019-11-20T02:30:58", "+05:30"),
        ("Tue, 28 Apr 2024 10:00:00 +0200", "2024-04-28T08:00:00", "+02:00"),
        ("01:38:07 PM IST Nov 20, 2019", "2019-11-20T08:08:07", "+05:30"),
        ("Published Fri, Nov. 15, 2019 8:03 am ET", "2019-11-15T13:03:00", "-05:00"),
        ("June 26, 2023 5 AM PT", "2023-06-26T12:00:00", "-07:00"),
        ("12:30 a.m. BST, May 1 2024", "2024-04-30T23:30:00", "+01:00"),
        ("November 19, 2019", "2019-11-19T00:00:00", None),
        ("May 15th, 2023", "2023-05-15T00:00:00", None),
        ("21:17 18.11.2019", "2019-11-18T21:17:00", None),
        ("28/04/2024", "2024-04-28T00:00:00", None),
        ("1574103293000", "2019-11-18T18:54:53", "+00:00"),
        ("1574103293.25", "2019-11-18T18:54:53", "+00:00"),
        ("28. Mai 2024, 14:30 Uhr", "2024-05-28T14:30:00", None),
        ("Publié le 1er février 2024 à 06h05", "2024-02-01T06:05:00", None),
        ("28 de abril, 2024 - 14:30 CEST", "2024-04-28T12:30:00", "+02:00"),
        ("28 ENE 2024 - 14:30 CET", "2024-01-28T13:30:00", "+01:00"),
        ("28 kwietnia 2024", "2024-04-28T00:00:00", None),
        ("28 квітня 2024", "2024-04-28T00:00:00", None),
        ("28 Nisan 2024", "2024-04-28T00:00:00", None),
        ("2024年4月28日 14時30分", "2024-04-28T14:30:00", None),
        ("Sun Apr 28 10:00:00 EDT 2024", "2024-04-28T14:00:00", "-04:00"),
        ("2024-04-28T10:00:00[Europe/Berlin]", "2024-04-28T08:00:00", "+02:00"),
        ("2024-04-28T10:00:00[Nowhere/City]", "2024-04-28T10:00:00", None),
        ("2024-04-28 10:00 (GMT+8)", "2024-04-28T02:00:00", "+08:00"),
        ("28/04/2024 - 14:30 GMT+2", "2024-04-28T12:30:00", "+02:00"),
        ("Monday, 11 Mar 2024 11:30 PM MYT", "2024-03-11T15:30:00", "+08:00"),
    ],
)
def test_reads_dates_as_pages_write_them(text, at, zone):
    moment = dates.read(text)
    assert moment is not None
    assert moment.at == dt.datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert moment.zone == zone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "05/04/2024",
        "0001-01-01T00:00:00Z",
        "2024-13-45",
        "© 2024-05-01 Example",
        "May 2024",
        "Copyright May 1, 2024",
        "99999999999999",
        "2024-02-30",
        "00:00-YY-DD-MM",
        "28 Remarks 2024",
    ],
)
def test_what_is_no_full_date_gives_none(text):
    assert dates.read(text) is None


def test_figures_in_either_order():
    for day_first, month in ((True, 4), (False, 5), (None, None)):
        moment = dates.read("05/04/2024", day_first=day_first)
        assert (moment.at.month if moment else None) == month
    moment = dates.read("28/04/2024", day_first=False)
    assert moment is not None
    assert moment.at.day == 28


@pytest.mark.parametrize(
    ("markup", "url", "day_first"),
    [
        ("<html lang=en-GB>", None, True),
        ("<html lang=en-US>", "https://example.com/a", False),
        ("<html lang=en-US>", "https://example.in/a", None),
        ("<html lang=en>", "https://example.co.nz/a", True),
        ("<html lang=en>", "https://example.co/a", None),
        ("<html lang=en><meta property=og:locale content=en_IE>", "https://example.com/a", True),
        ("<html lang=de>", None, True),
        ("<html>", "https://example.com/a", None),
    ],
)
def test_the_order_of_a_pages_country(markup, url, day_first):
    root = parse(f"{markup}<p>Text</p>")
    assert root is not None
    assert puts_day_first(read_head(root, url), url) is day_first


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://example.com/2024/04/28/story", "2024-04-28"),
        ("https://example.com/news/2023/apr/28/story/", "2023-04-28"),
        ("https://example.com/story/2023-06-26/100-years", "2023-06-26"),
        ("https://example.com/story-20240428.html", "2024-04-28"),
        ("https://example.com/article/123456", None),
        ("https://example.com/2024/99/28/story", None),
        (None, None),
    ],
)
def test_days_in_addresses(url, day):
    moment = dates.from_url(url)
    assert (moment.at.date().isoformat() if moment else None) == day


def test_never_later_than_collection():
    def at(hours, zone):
        moment = dates.bounded(dates.Moment(COLLECTED + dt.timedelta(hours=hours), zone, True), COLLECTED)
        return moment.at if moment else None

    assert at(0.1, "+00:00") == COLLECTED  # a clock that runs ahead
    assert at(9, None) == COLLECTED  # a clock without zone from the east
    assert at(2, "+00:00") is None
    assert at(30, None) is None


def test_a_finer_candidate_that_agrees_replaces_a_coarse_one():
    day, zoned = dates.read("2024-05-01"), dates.read("2024-05-01T09:30:00+02:00")
    naive, other = dates.read("2024-05-01T09:30:00"), dates.read("2024-03-01T09:30:00+02:00")
    assert dates.choose([("json_ld", day), ("meta", zoned)], COLLECTED) == (zoned, "meta")
    assert dates.choose([("json_ld", naive), ("meta", zoned)], COLLECTED) == (zoned, "meta")
    assert dates.choose([("json_ld", day), ("meta", other)], COLLECTED) == (day, "json_ld")
    assert dates.choose([("json_ld", None), ("text", day)], COLLECTED) == (day, "text")
    assert dates.choose([("meta", None)], COLLECTED) is None


def test_the_day_is_the_writers():
    moment = dates.read("2024-05-02T01:00:00+10:00")
    assert moment is not None
    assert (moment.at.date(), moment.day) == (dt.date(2024, 5, 1), dt.date(2024, 5, 2))
