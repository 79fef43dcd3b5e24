"""Shared fixtures: no network but 127.0.0.0/8, and one run of the sample for many tests."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "seeds" / "sample"


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Any connection that leaves this machine fails at once."""
    real = socket.socket.connect

    def connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(
            ("127.", "::1")
        ):
            raise AssertionError(f"a test tried to reach {address}")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


def command(*args: object, env: dict[str, str] | None = None, cwd: Path = ROOT) -> Outcome:
    """Run ``onrecord`` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "120"} | (env or {}),
        timeout=600,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def onrecord() -> Callable[..., Outcome]:
    """The command line, as a person runs it."""
    return command


@dataclass(frozen=True)
class SampleRun:
    """A finished run of the bundled articles."""

    data_dir: Path
    outcome: Outcome


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory) -> SampleRun:
    """The main job on the bundled articles, once a session; tests read it and never write to it."""
    data_dir = tmp_path_factory.mktemp("sample") / "data"
    return SampleRun(data_dir, command("run", "--input", SAMPLE, "--data-dir", data_dir))
