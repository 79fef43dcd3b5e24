"""Failures are told by the channels that are set, and runs whose process is gone are found."""

import datetime as dt
import json
import os
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest
from dagster._core.events import EngineEventData  # what a run process reports, not exported
from pydantic import SecretStr

from pipeline.resources.locks import LockedError
from pipeline.resources.processes import day_lock, is_alive, started_at
from pipeline.sensors import Alert, build_failure_sensor, describe_failure, fail_lost_runs, send
from pipeline.settings import Settings

RUN = dg.DagsterRun(
    job_name="daily", run_id="4f1d2c3b-0000-0000-0000-000000000000", tags={"dagster/partition": "2026-11-20"}
)


@pytest.fixture
def alert() -> Alert:
    return describe_failure(RUN, ["articles: disk full"], "http://ui.example/")


class Server:
    """A server of one answer on 127.0.0.1 that keeps what it was sent."""

    def __init__(self, server: socketserver.TCPServer) -> None:
        self.server, self.port = server, server.server_address[1]
        self.got: list[str] = []


@pytest.fixture
def webhook() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            kept.got.append(body)
            self.send_response(404 if self.path == "/gone" else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    kept = Server(HTTPServer(("127.0.0.1", 0), Handler))
    thread = threading.Thread(target=kept.server.serve_forever)
    thread.start()
    yield kept
    kept.server.shutdown()
    thread.join()
    kept.server.server_close()


@pytest.fixture
def mail() -> Iterator[Server]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            def say(line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

            say("220 ready")
            in_data = False
            while line := self.rfile.readline().decode().rstrip("\r\n") or in_data:
                text = "" if line is True else str(line)
                if in_data:
                    kept.got.append(text)
                    if text == ".":
                        in_data = False
                        say("250 taken")
                elif text.upper().startswith("DATA"):
                    in_data = True
                    say("354 go on")
                elif text.upper().startswith("QUIT"):
                    say("221 bye")
                    return
                else:
                    say("250 ok")

    kept = Server(socketserver.TCPServer(("127.0.0.1", 0), Handler))
    thread = threading.Thread(target=kept.server.serve_forever)
    thread.start()
    yield kept
    kept.server.shutdown()
    thread.join()
    kept.server.server_close()


def test_an_alert_says_what_failed_when_why_and_where_to_look(alert):
    assert alert.title == "onrecord: daily failed for 2026-11-20"
    assert alert.text.splitlines() == [
        "onrecord: daily failed for 2026-11-20",
        "articles: disk full",
        f"http://ui.example/runs/{RUN.run_id}",
    ]


def test_nothing_set_nothing_sent(alert, monkeypatch):
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("something was sent")

    monkeypatch.setattr("httpx.post", refuse)
    monkeypatch.setattr("smtplib.SMTP", refuse)
    assert send(Settings(), alert) == []


def test_the_webhook_gets_json_with_a_text(alert, webhook):
    settings = Settings(alert_webhook=SecretStr(f"http://127.0.0.1:{webhook.port}/hook"))
    assert send(settings, alert) == []
    (body,) = map(json.loads, webhook.got)
    assert body["text"] == alert.text
    assert (body["job"], body["days"], body["run_id"]) == ("daily", ["2026-11-20"], RUN.run_id)


def test_mail_goes_to_every_address(alert, mail):
    settings = Settings(
        alert_email="a@example.org, b@example.org", smtp_host="127.0.0.1", smtp_port=mail.port
    )
    assert send(settings, alert) == []
    assert "Subject: onrecord: daily failed for 2026-11-20" in mail.got
    assert "To: a@example.org, b@example.org" in mail.got
    assert "articles: disk full" in mail.got


def test_one_channel_that_fails_does_not_stop_the_other(alert, webhook, mail):
    settings = Settings(
        alert_webhook=SecretStr(f"http://127.0.0.1:{webhook.port}/gone"),
        alert_email="a@example.org",
        smtp_host="127.0.0.1",
        smtp_port=mail.port,
    )
    (problem,) = send(settings, alert)
    assert problem.startswith("webhook: Client error '404")
    assert "articles: disk full" in mail.got


@dg.job
def breaks() -> None:
    @dg.op
    def disk_full() -> None:
        raise OSError("no space left")

    disk_full()


@pytest.mark.parametrize(("retried", "told"), [("false", 1), ("true", 0)])
def test_a_run_that_failed_for_good_is_told_and_one_that_is_tried_again_is_not(webhook, retried, told):
    settings = Settings(alert_webhook=SecretStr(f"http://127.0.0.1:{webhook.port}/hook"))
    sensor = build_failure_sensor(settings)
    with dg.DagsterInstance.ephemeral() as instance:
        tags = {"dagster/partition": "2026-11-20", "dagster/will_retry": retried}
        failed = breaks.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
        context = dg.build_run_status_sensor_context(
            sensor_name=sensor.name,
            dagster_instance=instance,
            dagster_run=failed.dagster_run,
            dagster_event=failed.get_run_failure_event(),
        ).for_run_failure()
        sensor(context)
    bodies = [json.loads(body) for body in webhook.got]
    assert len(bodies) == told
    for body in bodies:
        assert body["text"].splitlines()[:2] == [
            "onrecord: breaks failed for 2026-11-20",
            "disk_full: OSError: no space left",
        ]
        assert body["url"].endswith(f"/runs/{failed.run_id}")


def test_secrets_are_not_shown():
    settings = Settings(
        alert_webhook=SecretStr("http://hook.example/secret"), smtp_password=SecretStr("hush")
    )
    assert "secret" not in repr(settings)
    assert "hush" not in repr(settings)


def test_a_process_is_alive_until_it_ends_and_an_id_given_anew_is_another():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    now = time.time()
    assert is_alive(process.pid, now + 5)
    started = started_at(process.pid)
    if started is not None:
        assert abs(started - now) < 30
        assert not is_alive(process.pid, started - 100), "the id belonged to an earlier process"
    process.kill()
    process.communicate()
    assert not is_alive(process.pid, time.time())


def started_run(instance: dg.DagsterInstance, pid: int, tags: dict[str, str] | None = None) -> str:
    """A run that counts as running in the process ``pid``."""
    run = dg.DagsterRun(job_name="daily", status=dg.DagsterRunStatus.STARTED, tags=tags or {})
    instance.run_storage.add_run(run)
    data = EngineEventData(metadata={"pid": dg.MetadataValue.text(str(pid))})
    instance.report_engine_event("Started process for run", run, data)
    return run.run_id


def test_runs_whose_process_is_gone_are_marked_as_failed():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with dg.DagsterInstance.ephemeral() as instance:
        lost = started_run(instance, gone.pid)
        alive = started_run(instance, os.getpid())
        elsewhere = started_run(instance, gone.pid, {".dagster/onrecord_host": "another machine"})
        silent = dg.DagsterRun(job_name="daily", status=dg.DagsterRunStatus.STARTED)
        instance.run_storage.add_run(silent)
        assert fail_lost_runs(instance) == [lost]
        status = {run.run_id: run.status for run in instance.get_runs()}
    assert status[lost] is dg.DagsterRunStatus.FAILURE
    for run_id in (alive, elsewhere, silent.run_id):
        assert status[run_id] is dg.DagsterRunStatus.STARTED


def test_two_runs_of_a_day_wait_for_one_another_and_a_killed_one_holds_nothing(tmp_path):
    day = dt.date(2026, 11, 20)
    settings = Settings(data_dir=tmp_path, lock_wait_seconds=0.2)
    code = (
        "import sys, datetime as dt; from pathlib import Path; from pipeline.settings import Settings; "
        "from pipeline.resources.processes import day_lock\n"
        "with day_lock(Settings(data_dir=Path(sys.argv[1])), dt.date(2026, 11, 20)): print('held', flush=True); input()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline().strip() == "held"
    with pytest.raises(LockedError, match="2026-11-20 is being made by another run"), day_lock(settings, day):
        pass
    with day_lock(settings, day + dt.timedelta(days=1)):
        pass
    other.kill()
    other.communicate()
    with day_lock(settings, day):
        pass
