"""Sensors: what looks after runs while nobody watches.

Belongs here: telling of failures, and finding runs whose process is gone. Does not: schedules, checks.
"""

from __future__ import annotations

import json
import platform
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

import dagster as dg
import httpx

from pipeline.jobs import HOST, days_of_tags
from pipeline.resources.processes import is_alive
from pipeline.settings import Settings

_TIMEOUT_SECONDS = 10
_WILL_RETRY = "dagster/will_retry"


@dataclass(frozen=True, slots=True)
class Alert:
    """A failed run in words."""

    title: str
    text: str
    run_id: str
    job: str
    days: Sequence[str]
    link: str


def describe_failure(run: dg.DagsterRun, reasons: Sequence[str], ui_url: str) -> Alert:
    """What is told of a failed run: job, days, reasons, where to look."""
    days = [day.isoformat() for day in days_of_tags(run.tags)]
    span = f"{days[0]} to {days[-1]}" if len(days) > 1 else "".join(days)
    title = f"onrecord: {run.job_name} failed" + (f" for {span}" if span else "")
    link = f"{ui_url.rstrip('/')}/runs/{run.run_id}"
    text = "\n".join([title, *reasons, link])
    return Alert(title, text, run.run_id, run.job_name, days, link)


def send_webhook(settings: Settings, alert: Alert) -> None:
    """Post the alert as JSON; ``text`` is what chat services show.

    Raises:
        httpx.HTTPError: It was not taken.
    """
    body = {
        "text": alert.text,
        "job": alert.job,
        "run_id": alert.run_id,
        "days": alert.days,
        "url": alert.link,
    }
    answer = httpx.post(settings.alert_webhook.get_secret_value(), json=body, timeout=_TIMEOUT_SECONDS)
    answer.raise_for_status()


def send_email(settings: Settings, alert: Alert) -> None:
    """Mail the alert.

    Raises:
        OSError: The mail server did not take it (``smtplib``'s errors among them).
    """
    message = EmailMessage()
    message["Subject"] = alert.title
    message["From"] = settings.alert_sender
    message["To"] = ", ".join(settings.alert_addresses)
    message.set_content(alert.text)
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_SECONDS) as server:
        if settings.smtp_tls:
            server.starttls()
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)


def send(settings: Settings, alert: Alert) -> list[str]:
    """Send by every channel that is set; returns what went wrong, for one must not stop the other."""
    problems: list[str] = []
    if settings.alert_webhook.get_secret_value():
        try:
            send_webhook(settings, alert)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            problems.append(f"webhook: {error or type(error).__name__}")
    if settings.alert_addresses:
        try:
            send_email(settings, alert)
        except OSError as error:
            problems.append(f"mail by {settings.smtp_host}:{settings.smtp_port}: {error}")
    return problems


def build_failure_sensor(settings: Settings) -> dg.SensorDefinition:
    """Tells of every run that failed for good, by the channels of the settings; on by default."""

    @dg.run_failure_sensor(
        name="alert_on_failure",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells of runs that failed for good, by webhook and mail; sends nothing if neither is set.",
    )
    def alert_on_failure(context: dg.RunFailureSensorContext) -> None:
        run = context.instance.get_run_by_id(context.dagster_run.run_id) or context.dagster_run
        if run.tags.get(_WILL_RETRY) == "true":
            context.log.info(f"run {run.run_id} failed and is tried again")
            return
        reasons = [_reason(event) for event in context.get_step_failure_events()]
        alert = describe_failure(
            run, reasons or [context.failure_event.message or "no reason"], settings.ui_url
        )
        for problem in send(settings, alert):
            context.log.error(f"the alert about run {run.run_id} was not sent: {problem}")

    return alert_on_failure


def _reason(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    text = error.message.strip() if error else "unknown error"
    return f"{event.step_key}: {' '.join(text.split())}"[:1000]


def lost_runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Runs that count as running on this machine but whose process is gone: killed, or before a restart."""
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING])
    runs = instance.get_runs(filters=started)
    return [r for r in runs if r.tags.get(HOST, platform.node()) == platform.node() and _is_lost(instance, r)]


def _is_lost(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    records = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
    seen = [
        (int(str(entry.value)), record.timestamp)
        for record in records
        if record.event_log_entry.dagster_event is not None
        for name, entry in record.event_log_entry.dagster_event.engine_event_data.metadata.items()
        if name == "pid"
    ]
    return bool(seen) and not any(is_alive(pid, at) for pid, at in seen)


def fail_lost_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark lost runs as failed, so that they are told of and tried again, and free the pools they held."""
    failed: list[str] = []
    for run in lost_runs(instance):
        instance.report_run_failed(
            run, "The process of this run is gone: it was killed, or the machine restarted."
        )
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        failed.append(run.run_id)
    return failed


@dg.sensor(
    name="lost_runs",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks runs whose process is gone as failed, so that they are tried again and hold no pool.",
)
def lost_runs_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look for lost runs twice a minute."""
    failed = fail_lost_runs(context.instance)
    return dg.SkipReason(f"marked as failed: {json.dumps(failed)}" if failed else "no run is lost")


def build_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """All sensors of the settings."""
    return [build_failure_sensor(settings), lost_runs_sensor]
