"""What goes wrong between the lake and the marts: kills, damaged and missing files, other versions."""

import datetime as dt
import json
import shutil
import signal
import subprocess
from pathlib import Path

import duckdb
import polars as pl
import pytest
from dbt_runs import PROJECT, Dbt, marts
from small_lake import DAYS, frames, pieces, write_day

from pipeline.resources.publication import publish, query_published

pytestmark = pytest.mark.slow

NEW_DAY = DAYS[-1] + dt.timedelta(days=1)
COUNT = "select count(*) as n from fct_statement"


def add_a_day(data_dir: Path) -> None:
    """A new day whose article speaks of days before, and a day that was extracted again with less in it."""
    late = pieces()[0]
    fields = {name: getattr(late, name) for name in late.__dataclass_fields__}
    moved = type(late)(**{**fields, "name": "late-comer", "day": NEW_DAY})
    write_day(data_dir, NEW_DAY, frames(NEW_DAY, [moved]))
    write_day(data_dir, DAYS[1], frames(DAYS[1], [p for p in pieces() if p.name != "herald-harbour-late"]))


@pytest.fixture(scope="module")
def expected(builds, worker):
    """The marts of the lake with the day added, built at once."""
    base = builds.at_once.parent
    dbt = Dbt(worker, base / "data", base / "seeds", builds.target)
    shutil.copytree(builds.at_once / "lake", dbt.data_dir / "lake")
    add_a_day(dbt.data_dir)
    dbt.must("run")
    rows = marts(dbt.data_dir)
    shutil.rmtree(dbt.data_dir)
    return rows


@pytest.mark.parametrize(
    "moment",
    [
        "staging.stg_lake__statements",
        "intermediate.int_contents_linked",
        "intermediate.int_days_fingerprinted",
        "marts.fct_statement",
        "marts.actor_statements_daily",
        "marts.outlet_actor_share",
    ],
)
def test_a_killed_build_is_made_good_by_the_next_whatever_day_it_is_for(workplace, expected, moment):
    publish(workplace.data_dir, run_id="before", report=None)
    add_a_day(workplace.data_dir)
    process = subprocess.Popen(
        workplace.command("run"),
        env=workplace.environment([NEW_DAY, DAYS[1]]) | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if "START" in line and moment in line:
            process.send_signal(signal.SIGKILL)
            break
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert query_published(workplace.data_dir, COUNT)["n"][0] == 24

    workplace.must("run", days=[DAYS[0]])
    assert marts(workplace.data_dir) == expected
    assert publish(workplace.data_dir, run_id="after", report=None).row_counts["fct_statement"] == len(
        expected["fct_statement"]
    )


def test_a_damaged_lake_file_is_named_and_costs_nothing(workplace):
    before = marts(workplace.data_dir)
    publish(workplace.data_dir, run_id="before", report=None)
    [path] = (workplace.data_dir / "lake" / "statements" / f"partition_date={DAYS[0]}").iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    done = workplace.run("run", days=[DAYS[0]])
    assert done.returncode != 0
    assert str(path) in done.stdout
    assert query_published(workplace.data_dir, COUNT)["n"][0] == 24
    path.write_bytes(whole)
    workplace.must("run", days=[DAYS[1]])
    assert marts(workplace.data_dir) == before


def test_a_day_whose_folder_vanished_leaves_when_all_days_are_loaded(workplace):
    before = marts(workplace.data_dir)
    for table in (workplace.data_dir / "lake").iterdir():
        shutil.rmtree(table / f"partition_date={DAYS[3]}", ignore_errors=True)
    workplace.must("run", days=[DAYS[0]])
    assert marts(workplace.data_dir) == before
    workplace.must("run")
    assert {row[-2] for row in marts(workplace.data_dir)["fct_statement"]} == {*DAYS[:3], DAYS[4]}


def test_a_lake_without_files_gives_empty_marts(workplace):
    shutil.rmtree(workplace.data_dir)
    workplace.data_dir.mkdir()
    workplace.must("build", "--exclude-resource-type", "unit_test")
    assert not any(rows for name, rows in marts(workplace.data_dir).items() if name != "dim_outlet")
    assert publish(workplace.data_dir, run_id="empty", report=None).row_counts["fct_statement"] == 0


def change(workplace, table, day, frame_of):
    [path] = (workplace.data_dir / "lake" / table / f"partition_date={day}").iterdir()
    frame_of(pl.read_parquet(path, hive_partitioning=False)).write_parquet(path)


def test_a_column_of_another_type_stops_the_run_with_the_mend(workplace):
    change(workplace, "statements", DAYS[0], lambda f: f.with_columns(pl.col("word_count").cast(pl.String)))
    done = workplace.run("run", days=[DAYS[0]])
    assert done.returncode != 0
    assert "lake table statements does not fit its contract: word_count is VARCHAR, not bigint" in done.stdout
    assert "run those days again" in done.stdout


def test_a_missing_column_stops_the_run_unless_it_may_be_null(workplace):
    before = marts(workplace.data_dir)
    change(workplace, "articles", DAYS[0], lambda f: f.drop("section"))
    workplace.must("run", days=[DAYS[0]])
    assert marts(workplace.data_dir) == before
    change(workplace, "articles", DAYS[0], lambda f: f.drop("language"))
    done = workplace.run("run", days=[DAYS[0]])
    assert "lake table articles does not fit its contract: language is missing" in done.stdout


def test_a_null_where_none_may_be_stops_the_run(workplace):
    change(
        workplace, "statements", DAYS[0], lambda f: f.with_columns(pl.lit(None, pl.String).alias("cue_class"))
    )
    done = workplace.run("run", days=[DAYS[0]])
    assert "NOT NULL constraint failed: stg_lake__statements.cue_class" in done.stdout


def test_rows_of_another_day_stop_the_run(workplace):
    change(workplace, "names", DAYS[0], lambda f: f)
    change(workplace, "articles", DAYS[0], lambda f: f.with_columns(pl.lit(DAYS[1]).alias("partition_date")))
    done = workplace.run("run", days=[DAYS[0]])
    assert f"holds rows of {DAYS[1]}; run that day again" in done.stdout


def test_a_day_that_is_no_date_is_refused(workplace):
    done = workplace.run("run", days=["yesterday"])
    assert "'yesterday' is no ISO date (YYYY-MM-DD)" in done.stdout


def test_a_statement_counted_twice_stops_the_build_before_the_marts(workplace):
    change(workplace, "statements", DAYS[0], lambda f: pl.concat([f, f.head(1)]))
    done = workplace.run("build", "--exclude-resource-type", "unit_test", days=[DAYS[0]])
    assert done.returncode != 0
    assert "unique_in_loaded_days_stg_lake__statements" in done.stdout


def test_a_data_folder_of_the_version_before_is_upgraded_by_the_next_run(workplace, tmp_path):
    """A column and a rule are new: lake files without the column, a warehouse and a publication made without them."""
    before = marts(workplace.data_dir)
    for day in DAYS:
        change(workplace, "articles", day, lambda f: f.drop("section"))
    old = old_version(tmp_path / "dbt_project")
    command = [part.replace(str(PROJECT), str(old)) for part in workplace.command("run", "--full-refresh")]
    command[command.index("--target-path") + 1] = str(tmp_path / "target")
    done = subprocess.run(command, env=workplace.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "section" not in columns(workplace.data_dir)
    assert marts(workplace.data_dir)["actor_statements_daily"] != before["actor_statements_daily"]
    published = publish(workplace.data_dir, run_id="old", report=None)
    ledger = published.folder / ".files.json"
    known = json.loads(ledger.read_text(encoding="utf-8"))
    del known["database"]  # the version before did not keep it
    ledger.write_text(json.dumps(known), encoding="utf-8")

    # One day is asked for; the tables that changed between the versions are made anew all the same.
    workplace.must("run", days=[DAYS[2]])
    # What the older files do not have is null; all else is as if this version had made it.
    without = [tuple(None if v == "Comment" else v for v in row) for row in before["fct_article"]]
    assert marts(workplace.data_dir) == before | {"fct_article": without}
    publish(workplace.data_dir, run_id="new", report=None)
    assert "section" in query_published(workplace.data_dir, "select * from fct_article").columns
    week = query_published(workplace.data_dir, "select * from actor_statements_daily order by all").rows()
    assert week == before["actor_statements_daily"]


def columns(data_dir: Path) -> list[str]:
    with duckdb.connect(str(data_dir / "warehouse.duckdb"), read_only=True) as connection:
        return [row[0] for row in connection.execute("describe marts.fct_article").fetchall()]


def old_version(place: Path) -> Path:
    """This project as it might have been: a column less, and another rule for what a week is."""
    shutil.copytree(PROJECT, place, ignore=shutil.ignore_patterns("target", "logs"))
    for folder, model in (("staging", "stg_lake__articles"), ("marts", "fct_article")):
        path = place / "models" / folder / f"{model}.yml"
        lines = path.read_text(encoding="utf-8").splitlines()
        at = lines.index("      - name: section")
        end = next(n for n in range(at + 1, len(lines)) if lines[n].startswith("      - name: "))
        path.write_text("\n".join(lines[:at] + lines[end:]) + "\n", encoding="utf-8")
    replace(place / "models" / "marts" / "fct_article.sql", "    articles.section,\n", "")
    replace(place / "models" / "marts" / "actor_statements_daily.sql", "interval 6 days", "interval 2 days")
    return place


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
