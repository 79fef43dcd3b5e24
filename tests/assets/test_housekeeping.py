"""Old runs and logs go; the history of what was made stays."""

import datetime as dt
from pathlib import Path

import dagster as dg

from pipeline.assets.housekeeping import prune


def add(instance: dg.DagsterInstance, home: Path, job: str, status: dg.DagsterRunStatus) -> str:
    run = dg.DagsterRun(job_name=job, status=status)
    instance.run_storage.add_run(run)
    logs = home / "storage" / run.run_id
    logs.mkdir(parents=True)
    (logs / "out").write_text("lines")
    return run.run_id


def test_only_ended_old_runs_go_and_those_that_made_days_stay_in_the_history(tmp_path):
    status = dg.DagsterRunStatus
    with dg.DagsterInstance.ephemeral() as instance:
        made = add(instance, tmp_path, "daily", status.SUCCESS)
        polled = add(instance, tmp_path, "collect", status.SUCCESS)
        failed = add(instance, tmp_path, "daily", status.FAILURE)
        running = add(instance, tmp_path, "daily", status.STARTED)
        now = dt.datetime.now(dt.UTC)
        assert prune(instance, tmp_path, now - dt.timedelta(days=1)) == (0, 0), "nothing is old yet"
        assert prune(instance, tmp_path, now + dt.timedelta(days=1)) == (2, 3)
        assert {run.run_id for run in instance.get_runs()} == {made, running}
    assert [p.name for p in (tmp_path / "storage").iterdir()] == [running]
    assert {polled, failed}.isdisjoint({made, running})
