"""What every stage does around its one call, run in process with made-up rows."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from pipeline.assets.catalogue import column_lineage, describe
from pipeline.assets.checks import check_specs
from pipeline.assets.partitions import DAILY, ONE_RUN
from pipeline.assets.report import plot_markdown, preview_markdown, sparkline
from pipeline.assets.stage import StageResult, run_stage
from pipeline.records import Reject
from pipeline.resources.lake import Lake
from pipeline.resources.progress import Silent
from pipeline.schemas import ARTICLES, NAMES, REJECTS, RUN_LOG, TABLES
from pipeline.settings import Settings

DAY = dt.date(2026, 11, 20)
NEXT = DAY + dt.timedelta(days=1)


def article(day: dt.date) -> pl.DataFrame:
    row = dict.fromkeys(ARTICLES.columns) | {
        "partition_date": day,
        "article_id": f"a{day:%d}",
        "page_id": "p",
        "document": "d",
        "authors": [],
        "collected_at": dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
        "article_date": day,
        "language": "en",
        "text": "Zoë said no.",
        "word_count": 3,
        "is_live_blog": False,
        "is_opinion": False,
        "is_paywalled": False,
        "is_truncated": False,
        "near_duplicate_group": "g",
        "minhash": [1],
        "cleaner_version": "1",
    }
    return pl.DataFrame([row], schema=ARTICLES.schema)


def name(day: dt.date, words: str = "Zoë") -> pl.DataFrame:
    row = {"partition_date": day, "article_id": f"a{day:%d}", "start": 0, "end": 3, "text": words}
    more = {"name_type": "PERSON", "score": 1.0, "antecedent_start": None, "extractor_version": "1"}
    return pl.DataFrame([row | more], schema=NAMES.schema)


Make = Callable[[dt.date], StageResult]


def run(data_dir: Path, make: Make, first: dt.date = DAY, last: dt.date = DAY) -> dg.ExecuteInProcessResult:
    """An asset ``names`` of ``make``, for the days from ``first`` to ``last``."""
    settings, lake = Settings(data_dir=data_dir), Lake(data_dir)

    @dg.asset(
        name="names",
        partitions_def=DAILY,
        backfill_policy=ONE_RUN,
        output_required=False,
        check_specs=check_specs("names"),
        **describe("names"),
    )
    def names(context: dg.AssetExecutionContext):
        yield from run_stage(
            context, stage="attributions", lake=lake, progress=Silent(), settings=settings, make=make
        )

    assets: list[Any] = [names]  # what the decorator returns is typed as the function
    job = dg.Definitions(assets=assets, jobs=[dg.define_asset_job("one", selection=assets)])
    tags = {
        "dagster/asset_partition_range_start": first.isoformat(),
        "dagster/asset_partition_range_end": last.isoformat(),
    }
    return job.resolve_job_def("one").execute_in_process(tags=tags, raise_on_error=False)


@pytest.fixture
def lake(tmp_path) -> Lake:
    made = Lake(tmp_path)
    for day in (DAY, NEXT):
        made.write(ARTICLES, day, article(day))
    return made


def good(day: dt.date) -> StageResult:
    return StageResult(
        {"names": name(day)}, [Reject("attributions", "extraction_failed", "d", "odd")], 2, "v1"
    )


def bad(day: dt.date) -> StageResult:
    return StageResult({"names": name(day, "Bob" if day == NEXT else "Zoë")}, [], 2, "v2")


def test_a_day_is_written_logged_and_reported(lake, tmp_path):
    result = run(tmp_path, good)
    assert result.success
    assert lake.read(NAMES, [DAY]).height == 1
    (log,) = lake.gather(RUN_LOG, DAY).iter_rows(named=True)
    assert (log["stage"], log["rows_in"], log["rows_out"], log["rejected"], log["version"]) == (
        "attributions",
        2,
        1,
        1,
        "v1",
    )
    assert lake.gather(REJECTS, DAY)["reason_code"].to_list() == ["extraction_failed"]
    (event,) = result.get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert metadata["dagster/row_count"].value == 1
    assert metadata["reject_share"].value == 0.5
    assert metadata["version"].value == "v1"
    assert "| rejected: extraction\\_failed | 1 |" in str(metadata["counts"].value)
    assert "Zoë" in str(metadata["preview"].value)
    assert "/assets/lake/rejects" in str(metadata["reject_list"].value)
    assert str(metadata["report"].value).endswith("published/report/index.html")
    assert isinstance(metadata["elapsed_seconds"], dg.FloatMetadataValue)
    assert "dagster/column_lineage" in metadata
    assert all(e.passed for e in result.get_asset_check_evaluations())


def test_each_day_of_a_range_has_its_own_numbers(lake, tmp_path):
    def one_then_none(day: dt.date) -> StageResult:
        return StageResult({"names": name(day) if day == DAY else NAMES.empty()}, [], 1, "v1")

    result = run(tmp_path, one_then_none, DAY, NEXT)
    rows = {
        e.materialization.partition: e.materialization.metadata["dagster/row_count"].value
        for e in result.get_asset_materialization_events()
    }
    assert rows == {"2026-11-20": 1, "2026-11-21": 0}


def test_a_broken_day_is_not_written_and_its_check_says_why(lake, tmp_path):
    assert run(tmp_path, good, DAY, NEXT).success
    result = run(tmp_path, bad, DAY, NEXT)
    assert not result.success
    assert lake.read(NAMES, [NEXT])["text"].to_list() == ["Zoë"], "the rows before stand"
    assert set(lake.gather(RUN_LOG, NEXT)["version"]) == {"v1"}
    failed = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert [(e.check_name, e.blocking) for e in failed] == [("spans_match_text", True)]
    assert failed[0].description == (
        "2026-11-21: 1 spans do not hold their words (text 1), first in article a21; "
        "not written, the rows before stand"
    )
    assert not result.get_asset_materialization_events()


def test_repeated_keys_and_a_wrong_schema_block_too(tmp_path):
    def doubled(day: dt.date) -> StageResult:
        return StageResult({"names": pl.concat([name(day), name(day)])}, [], 2, "v1")

    def other_day(day: dt.date) -> StageResult:
        return StageResult({"names": name(NEXT)}, [], 2, "v1")

    Lake(tmp_path).write(ARTICLES, DAY, article(DAY))
    for make, check in ((doubled, "keys_unique"), (other_day, "schema")):
        result = run(tmp_path, make)
        assert not result.success
        assert check in [e.check_name for e in result.get_asset_check_evaluations() if not e.passed]
        assert not Lake(tmp_path).has(NAMES, DAY)


def test_cells_of_a_preview_hold_no_markup():
    shown = preview_markdown(
        pl.DataFrame({"a": ["![x](http://t.example/p.gif) <img> | `y`\nz"], "b": [None]})
    )
    assert shown.splitlines()[-1] == (r"| \!\[x\](http://t.example/p.gif) \<img\> \| \`y\` z |  |")
    assert preview_markdown(None) == "no rows"


def test_a_month_in_one_line_marks_days_without_partition():
    line = sparkline({DAY: 8, DAY - dt.timedelta(days=1): 0, DAY - dt.timedelta(days=40): 99}, DAY)
    assert line == "·" * 28 + "▁█  (0 to 8; last 8)"


def test_the_plot_is_a_png_inside_markdown():
    plot = plot_markdown({DAY: 3}, DAY, "statements")
    assert plot.startswith("![statements a day over 30 days](data:image/png;base64,iVBOR")
    assert len(plot) < 60_000


@pytest.mark.parametrize(
    "table", ["articles", "attributions", "names", "statements", "mentions", "actors", "pages"]
)
def test_column_lineage_names_columns_that_exist(table):
    lineage = column_lineage(table)
    assert lineage is not None
    for column, deps in lineage.deps_by_column.items():
        assert column in TABLES[table].columns
        for dep in deps:
            assert dep.column_name in TABLES[dep.asset_key.path[-1]].columns
