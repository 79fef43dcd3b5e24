"""Webserver and daemon as an operator runs them: a scheduled run, and one that is killed and made good."""

import datetime as dt
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeline.definitions import build_defs
from pipeline.resources.collector import Collector
from pipeline.resources.lake import Lake
from pipeline.resources.publication import query_published
from pipeline.running import prepare_home
from pipeline.schemas import STATEMENTS
from pipeline.settings import PROJECT_DIR, Settings

pytestmark = [pytest.mark.slow, pytest.mark.services]
BIN = Path(sys.executable).parent
SEED = PROJECT_DIR / "seeds" / "sample" / "seed_article.txt"
PATIENCE_SECONDS = 900
RUNS = "{runsOrError {... on Runs {results {runId jobName status tags {key value}}}}}"
SCHEDULE = """query($s: ScheduleSelector!) {scheduleOrError(scheduleSelector: $s) {
    ... on Schedule {cronSchedule futureTicks(limit: 1) {results {timestamp}}
    scheduleState {id status ticks(limit: 5) {status runIds}}}}}"""
STOP = "mutation($id: String!) {stopRunningSchedule(id: $id) {... on ScheduleStateResult {scheduleState {status}}}}"
SELECTOR = {
    "repositoryLocationName": "pipeline.definitions:defs",
    "repositoryName": "__repository__",
    "scheduleName": "daily_schedule",
}


def wait_for(what: str, found: Callable[[], Any]) -> Any:
    """What ``found`` gives as soon as it gives anything."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            if got := found():
                return got
        except (OSError, KeyError):
            pass  # not up yet
        time.sleep(0.5)
    raise AssertionError(f"waited {PATIENCE_SECONDS} s for {what}")


class Services:
    """A webserver and a daemon on one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.home = data_dir / "dagster"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._env = os.environ | {
            "DAGSTER_HOME": str(self.home),
            "ONRECORD_DATA_DIR": str(data_dir),
            "ONRECORD_SCHEDULE_CRON": "* * * * *",
            "ONRECORD_COLLECT_EVERY_HOURS": "0",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *args: str) -> None:
        log = (self.home / f"{name}.log").open("ab")
        with log:
            self.processes[name] = subprocess.Popen(
                [BIN / name, *args, "-w", str(PROJECT_DIR / "workspace.yaml")],
                cwd=PROJECT_DIR,
                env=self._env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_webserver(self) -> None:
        self.start("dagster-webserver", "-h", "127.0.0.1", "-p", str(self.port))

    def start_daemon(self) -> None:
        self.start("dagster-daemon", "run")

    def kill(self, name: str) -> None:
        """End a service and all it started, as a machine that loses its power does."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> list[int]:
        """Stop every service by its pid; returns how each ended."""
        for process in self.processes.values():
            process.terminate()
        return [process.wait(timeout=120) for process in self.processes.values()]

    def ask(self, query: str, **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["data"]

    def runs(self, *statuses: str) -> list[dict[str, Any]]:
        found = self.ask(RUNS)["runsOrError"]["results"]
        return [r for r in found if r["jobName"] == "daily" and r["status"] in statuses]

    def schedule(self) -> dict[str, Any]:
        return self.ask(SCHEDULE, s=SELECTOR)["scheduleOrError"]

    def stop_schedule(self) -> None:
        self.ask(STOP, id=self.schedule()["scheduleState"]["id"])


@pytest.fixture
def yesterday() -> dt.date:
    return dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)


@pytest.fixture
def services(tmp_path, yesterday, monkeypatch) -> Iterator[Services]:
    """Yesterday's page is stored; nothing is made of it yet."""
    monkeypatch.setenv("DAGSTER_HOME", "")  # what is made below sets it for this process
    data_dir, inputs = tmp_path / "data", tmp_path / "in"
    made = Services(data_dir)
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
    yield made
    for name in list(made.processes):
        if made.processes[name].poll() is None:
            made.kill(name)


def test_the_schedule_ticks_and_the_run_publishes_the_day_that_ended(services, yesterday):
    services.start_webserver()
    services.start_daemon()
    schedule = wait_for("the schedule", services.schedule)
    assert schedule["cronSchedule"] == "* * * * *"
    assert schedule["futureTicks"]["results"]
    wait_for("a run", lambda: services.runs("QUEUED", "STARTING", "STARTED", "SUCCESS", "FAILURE"))
    services.stop_schedule()
    (run,) = wait_for("the run's end", lambda: services.runs("SUCCESS", "FAILURE"))
    assert run["status"] == "SUCCESS"
    assert {"key": "dagster/partition", "value": yesterday.isoformat()} in run["tags"]
    ticks = services.schedule()["scheduleState"]["ticks"]
    assert run["runId"] in [run_id for tick in ticks for run_id in tick["runIds"]]
    data_dir = services.home.parent
    published = query_published(data_dir, "select count(*) n from fct_statement").item()
    assert published == Lake(data_dir).read(STATEMENTS, [yesterday]).height > 0
    assert all(code in (0, -signal.SIGTERM) for code in services.stop())


def test_a_run_whose_daemon_and_process_were_killed_is_made_good(services, yesterday):
    services.start_webserver()
    services.start_daemon()
    wait_for("a run under way", lambda: services.runs("STARTED"))
    services.stop_schedule()
    services.kill("dagster-daemon")
    (lost,) = services.runs("STARTED")
    services.start_daemon()
    done = wait_for("the run after it", lambda: services.runs("SUCCESS"))
    assert lost["runId"] in [r["runId"] for r in services.runs("FAILURE")]
    assert done[0]["runId"] != lost["runId"]
    data_dir = services.home.parent
    counts = query_published(
        data_dir, "select count(*) n, count(distinct statement_id) ids, count(distinct partition_date) days "
        "from fct_statement join fct_article using (article_id)"
    ).row(0)  # fmt: skip
    assert counts == (Lake(data_dir).read(STATEMENTS, [yesterday]).height, counts[0], 1)
    services.stop()


def test_without_dagsters_home_the_days_are_still_known(services, yesterday):
    """The lake tells what was made: history that is lost costs no row and doubles none."""
    from pipeline.schedules import missed_days

    shutil.rmtree(services.home)
    today = yesterday + dt.timedelta(days=1)
    assert missed_days(Lake(services.home.parent), today, 7) == [yesterday]
    assert dg.DagsterInstance.ephemeral().get_runs_count() == 0
