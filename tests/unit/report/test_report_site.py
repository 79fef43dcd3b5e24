"""Writing the report: from a publication's file, swapped in whole, again without touching the data."""

import datetime as dt
import json

import pytest
from report_maker import DAY, Said, write_publication

from pipeline.report import charts
from pipeline.resources.publication import PublicationError
from pipeline.resources.publish_swap import current
from pipeline.resources.report_files import build_report
from pipeline.resources.report_site import NoPublication, write_report
from pipeline.resources.report_tables import newest_day, read_tables, read_texts
from pipeline.settings import Settings


@pytest.fixture(autouse=True)
def small_vega(monkeypatch):
    """Vega's scripts take seconds to bundle and are the same every time."""
    monkeypatch.setattr(charts, "vega_script", lambda: "window.vegaEmbed = () => Promise.resolve();")


@pytest.fixture
def settings(tmp_path):
    write_publication(
        tmp_path, [Said(mentions=("Cy",)), Said(actor="Bo", day=DAY - dt.timedelta(days=1), article="a2")]
    )
    return Settings(data_dir=tmp_path)


def test_tables_and_texts_are_read_for_the_newest_day(settings):
    folder = settings.data_dir / "published"
    assert newest_day(folder) == DAY
    tables = read_tables(folder, DAY)
    assert tables["statements"].height == 2
    assert tables.facts["publication_id"] == "000001-test"
    assert tables["spoken_of"].rows() == [("s00000", "Cy")]
    assert tables["rejects"].rows() == [("no_text", 1)]
    assert read_texts(folder, ["a1"]) == {"a1": "“the harbour stays open tonight,” Ada Lund said."}


def test_the_report_lies_in_the_publication_and_its_data_stay(settings):
    data = (settings.data_dir / "published" / "onrecord.duckdb").read_bytes()
    index = write_report(settings)
    assert index == settings.data_dir.resolve() / "published" / "report" / "index.html"
    assert "Thursday, 2 December 2021" in index.read_text(encoding="utf-8")
    assert (settings.data_dir / "published" / "onrecord.duckdb").read_bytes() == data


def test_written_again_it_is_a_new_publication_of_the_same_data(settings):
    first = write_report(settings)
    before = current(settings.data_dir)
    write_report(settings, day=DAY - dt.timedelta(days=1))
    now = current(settings.data_dir)
    assert before
    assert now
    assert now != before
    assert "Thursday, 2 December" in (before / "report" / "index.html").read_text(encoding="utf-8")
    assert "Wednesday, 1 December" in first.read_text(encoding="utf-8")
    package = json.loads((now / "datapackage.json").read_text(encoding="utf-8"))
    assert package["id"] == now.name == "000003-test"
    assert package["created"] == "2021-12-02T12:00:00+00:00"


def test_a_day_far_from_the_data_tells_where_they_are(settings):
    page = write_report(settings, day=dt.date(2030, 1, 1)).read_text(encoding="utf-8")
    assert "Nothing is on record for this day" in page
    assert "onrecord report --date 2021-12-02" in page


def test_before_the_first_publication_there_is_one_line(tmp_path):
    with pytest.raises(NoPublication, match=r"nothing is published in .* yet; run `onrecord run` first"):
        write_report(Settings(data_dir=tmp_path / "none"))
    assert issubclass(NoPublication, PublicationError)


def test_a_report_that_fails_leaves_the_one_before(settings, monkeypatch):
    index = write_report(settings)
    text = index.read_text(encoding="utf-8")

    def broken(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.report.site.static", broken)
    with pytest.raises(PublicationError, match="No space left"):
        write_report(settings)
    assert index.read_text(encoding="utf-8") == text
    assert not list(settings.data_dir.glob("published.*.tmp"))


def test_vegas_scripts_are_made_once(settings, monkeypatch):
    write_report(settings)
    monkeypatch.setattr(charts, "vega_script", lambda: pytest.fail("made again"))
    write_report(settings)
    name = charts.script_name()
    assert (settings.data_dir / "published" / "report" / "assets" / name).stat().st_size > 10


def test_a_publication_without_articles_has_a_report(tmp_path):
    folder = write_publication(tmp_path, [])
    assert "Nothing is on record" in build_report(folder).read_text(encoding="utf-8")
