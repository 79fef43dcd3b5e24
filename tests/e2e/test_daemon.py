"""Webserver and daemon as an operator runs them: a scheduled run, killed with its daemon and made good."""

import datetime as dt
import shutil
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.services import Services, wait_for
from pipeline.assets.partitions import days_of_tags
from pipeline.definitions import build_defs
from pipeline.resources.collector import Collector
from pipeline.resources.lake import Lake
from pipeline.resources.publication import query_published
from pipeline.running import prepare_home
from pipeline.schedules import is_made
from pipeline.schemas import STATEMENTS
from pipeline.settings import PROJECT_DIR, Settings

pytestmark = pytest.mark.slow
SEED = PROJECT_DIR / "seeds" / "sample" / "seed_article.txt"
EVERY_MINUTE = {"ONRECORD_SCHEDULE_CRON": "* * * * *", "ONRECORD_COLLECT_EVERY_HOURS": "0"}
PUBLISHED = """select count(*), count(distinct statement_id), count(distinct fct_statement.partition_date)
from fct_statement join fct_article using (article_id)"""


@pytest.fixture
def yesterday() -> dt.date:
    return dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)


@pytest.fixture
def services(tmp_path, yesterday, monkeypatch) -> Iterator[Services]:
    """Yesterday's page is stored; nothing is made of it yet."""
    monkeypatch.setenv("DAGSTER_HOME", "")  # what is made below sets it for this process
    data_dir, inputs = tmp_path / "data", tmp_path / "in"
    inputs.mkdir()
    shutil.copy(SEED, inputs)
    settings = Settings(data_dir=data_dir)
    prepare_home(settings)
    defs = build_defs(settings, collector=Collector(settings, default_date=yesterday))
    done = defs.resolve_job_def("collect").execute_in_process(
        run_config={"ops": {"feed_entries": {"config": {"inputs": [str(inputs)]}}}},
        partition_key=yesterday.isoformat(),
    )
    assert done.success
    made = Services(data_dir, EVERY_MINUTE)
    yield made
    made.end()


def days_of(run: dict[str, Any]) -> list[dt.date]:
    return days_of_tags({tag["key"]: tag["value"] for tag in run["tags"]})


def ended(services: Services, run_ids: list[str]) -> list[dict[str, Any]]:
    """These runs in the order of their start, as soon as all have ended."""
    runs = [run for run in services.runs("SUCCESS", "FAILURE", "CANCELED") if run["runId"] in run_ids]
    return sorted(runs, key=lambda run: run["startTime"] or 0) if len(runs) == len(run_ids) else []


def test_a_run_killed_with_its_daemon_is_made_good_and_two_of_one_day_wait_for_each_other(
    services, yesterday
):
    services.start()
    schedule = wait_for("the schedule", services.schedule)
    assert schedule["cronSchedule"] == "* * * * *"
    assert schedule["futureTicks"]["results"]
    lost = wait_for("a run under way", lambda: services.runs("STARTED"))[-1]
    services.stop_schedule()
    ticks = services.schedule()["scheduleState"]["ticks"]
    assert lost["runId"] in [run_id for tick in ticks for run_id in tick["runIds"]]
    assert yesterday in days_of(lost)

    services.kill("dagster-daemon")
    services.start_daemon()
    done = wait_for("the run after it", lambda: services.runs("SUCCESS"))[-1]
    assert lost["runId"] in [run["runId"] for run in services.runs("FAILURE")]
    assert days_of(done) == days_of(lost)
    held = Lake(services.data_dir).read(STATEMENTS, [yesterday]).height
    assert held > 0
    assert query_published(services.data_dir, PUBLISHED).row(0) == (held, held, 1)

    twice = [services.launch("daily", yesterday.isoformat()) for _ in range(2)]
    first, second = wait_for("two runs of one day", lambda: ended(services, twice))
    assert (first["status"], second["status"]) == ("SUCCESS", "SUCCESS")
    assert first["endTime"] <= second["startTime"]
    assert query_published(services.data_dir, PUBLISHED).row(0) == (held, held, 1)
    assert all(code in (0, -signal.SIGTERM) for code in services.stop())

    shutil.rmtree(services.home)  # what was made is known from the lake
    assert is_made(Lake(services.data_dir), yesterday)
