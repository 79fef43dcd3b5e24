"""Dagster's webserver and daemon as an operator runs them, on one data folder, asked by GraphQL.

Belongs here: starting, asking and ending them. Does not: measuring (``operations.py``) and judging (the tests).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from pipeline.settings import PROJECT_DIR

BIN = Path(sys.executable).parent
PATIENCE_SECONDS = 900
PATIENT = {"DAGSTER_GRPC_TIMEOUT_SECONDS": "300"}
"""On a loaded machine a code server may take longer than Dagster's own 60 s to start a run's process."""
REPOSITORY = {"repositoryLocationName": "pipeline.definitions:defs", "repositoryName": "__repository__"}
QUIET = {"ONRECORD_SCHEDULE_CRON": "0 0 1 1 *", "ONRECORD_COLLECT_EVERY_HOURS": "0"}
"""Settings under which no schedule starts anything."""
_RUNS = """{runsOrError {... on Runs {results {
    runId jobName status startTime endTime creationTime tags {key value}}}}}"""
_SCHEDULE = """query($s: ScheduleSelector!) {scheduleOrError(scheduleSelector: $s) {
    ... on Schedule {cronSchedule futureTicks(limit: 1) {results {timestamp}}
    scheduleState {id status ticks(limit: 5) {status runIds}}}}}"""
_STOP = "mutation($id: String!) {stopRunningSchedule(id: $id) {... on ScheduleStateResult {scheduleState {status}}}}"
_BACKFILL = """mutation($p: LaunchBackfillParams!) {launchPartitionBackfill(backfillParams: $p) {
    __typename ... on LaunchBackfillSuccess {backfillId} ... on PythonError {message}}}"""
_BACKFILL_STATE = """query($id: String!) {partitionBackfillOrError(backfillId: $id) {
    __typename ... on PartitionBackfill {status numPartitions runs(limit: 1000) {id status}
    error {message}}}}"""
_LAUNCH = """mutation($p: ExecutionParams!) {launchPipelineExecution(executionParams: $p) {
    __typename ... on LaunchRunSuccess {run {runId}} ... on PythonError {message}}}"""


def wait_for(what: str, found: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
    """What ``found`` gives as soon as it gives anything; a service that is not up yet gives nothing.

    Raises:
        TimeoutError: It never did.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if got := found():
                return got
        except (OSError, KeyError):
            pass  # not up, or not loaded yet
        time.sleep(0.5)
    raise TimeoutError(f"waited {seconds:.0f} s for {what}")


class Services:
    """A webserver and a daemon on one data folder, whose Dagster home is made already."""

    def __init__(self, data_dir: Path, env: Mapping[str, str] | None = None) -> None:
        self.data_dir, self.home = data_dir, data_dir / "dagster"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        own = {"DAGSTER_HOME": str(self.home), "ONRECORD_DATA_DIR": str(data_dir), **PATIENT}
        self._env = os.environ | own | dict(env or {})
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    # -- starting and ending -------------------------------------------------------------------------

    def start(self) -> None:
        """Start both."""
        self.start_webserver()
        self.start_daemon()

    def start_webserver(self) -> None:
        """Start the webserver on the free port."""
        self._start("dagster-webserver", "-h", "127.0.0.1", "-p", str(self.port))

    def start_daemon(self) -> None:
        """Start the daemon."""
        self._start("dagster-daemon", "run")

    def _start(self, name: str, *args: str) -> None:
        with (self.home / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [BIN / name, *args, "-w", str(PROJECT_DIR / "workspace.yaml")],
                cwd=PROJECT_DIR,
                env=self._env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End a service and all it started, as a machine that loses its power does."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> list[int]:
        """Ask every service to end, by its pid; returns how each ended. What it had started ends with it."""
        ending, self.processes = self.processes, {}
        for process in ending.values():
            process.terminate()
        try:
            return [process.wait(timeout=PATIENCE_SECONDS) for process in ending.values()]
        finally:
            for process in ending.values():
                with suppress(ProcessLookupError):  # a code server that waits for its last heartbeat, if any
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def end(self) -> None:
        """Leave nothing running, whatever happened."""
        for name in list(self.processes):
            self.kill(name)

    def log(self) -> str:
        """What both services and the runs they started printed."""
        found = [*self.home.glob("dagster-*.log"), *self.home.glob("storage/*/compute_logs/*")]
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in found)

    def memory(self) -> dict[str, float]:
        """MB of both services with their code servers, and of all runs under way."""
        out = {"runs": 0.0}
        for name, started in self.processes.items():
            own = 0.0
            for process in [
                psutil.Process(started.pid),
                *psutil.Process(started.pid).children(recursive=True),
            ]:
                try:
                    mb, command = process.memory_info().rss / 2**20, " ".join(process.cmdline())
                    is_run = "execute_run" in command or any(
                        "execute_run" in " ".join(parent.cmdline()) for parent in process.parents()
                    )
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
                if is_run:
                    out["runs"] += mb
                else:
                    own += mb
            out[name.removeprefix("dagster-")] = own
        return out

    # -- asking --------------------------------------------------------------------------------------

    def ask(self, query: str, **variables: Any) -> Any:
        """The data of a GraphQL answer."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            told = json.load(answer)
        if told.get("errors"):
            raise ValueError(f"{self.url}/graphql: {told['errors']}")
        return told["data"]

    def runs(self, *statuses: str, job: str = "daily") -> list[dict[str, Any]]:
        """Runs of a job that have one of the statuses, newest first."""
        found = self.ask(_RUNS)["runsOrError"]["results"]
        return [r for r in found if r["jobName"] == job and r["status"] in statuses]

    def schedule(self, name: str = "daily_schedule") -> dict[str, Any]:
        """A schedule, its state, its latest ticks and the next one."""
        return self.ask(_SCHEDULE, s={**REPOSITORY, "scheduleName": name})["scheduleOrError"]

    def stop_schedule(self, name: str = "daily_schedule") -> None:
        """Switch a schedule off."""
        self.ask(_STOP, id=self.schedule(name)["scheduleState"]["id"])

    def launch(self, job: str, day: str, **tags: str) -> str:
        """Start a run of a job for a day, as the UI does; returns its id."""
        tagged = {"dagster/partition": day, **tags}
        params = {
            "selector": {**REPOSITORY, "jobName": job},
            "mode": "default",
            "executionMetadata": {"tags": [{"key": k, "value": v} for k, v in tagged.items()]},
        }
        told = self.ask(_LAUNCH, p=params)["launchPipelineExecution"]
        if told["__typename"] != "LaunchRunSuccess":
            raise ValueError(f"the run of {day} was not started: {told}")
        return told["run"]["runId"]

    def backfill(self, assets: list[list[str]], days: list[str]) -> str:
        """Start a backfill of assets over days, as the UI does; returns its id."""
        params = {"assetSelection": [{"path": path} for path in assets], "partitionNames": days}
        told = self.ask(_BACKFILL, p=params)["launchPartitionBackfill"]
        if told["__typename"] != "LaunchBackfillSuccess":
            raise ValueError(f"the backfill was not started: {told}")
        return told["backfillId"]

    def backfill_state(self, backfill_id: str) -> dict[str, Any]:
        """A backfill's status and runs."""
        return self.ask(_BACKFILL_STATE, id=backfill_id)["partitionBackfillOrError"]
