"""The example in the docs runs on the sample's publication and finds what it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "who_speaks_in_their_own_words.py"


def test_the_example_finds_what_it_says(sample_run, tmp_path):
    chart = tmp_path / "finding.svg"
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), str(sample_run.data_dir / "published"), str(chart)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = re.search(r"People are quoted in (\d+)%.+bodies in (\d+)%.+in ([\d.]+)% of tries", done.stdout)
    assert found, done.stdout
    people, bodies, chance = map(float, found.groups())
    assert people > 2 * bodies
    assert chance < 5
    assert "Who speaks in their own words" in chart.read_text(encoding="utf-8")
