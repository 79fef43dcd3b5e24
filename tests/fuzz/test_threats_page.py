"""The threat note names tests; each of them must exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = sorted(set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "threats.md").read_text(encoding="utf-8"))))
EXISTING = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^\s*def (test_\w+)", path.read_text(encoding="utf-8"), re.M)
}


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_exists(name):
    assert name in EXISTING


def test_the_note_names_tests_for_every_threat():
    rows = re.findall(r"^\| .+ \|$", (ROOT / "docs" / "threats.md").read_text(encoding="utf-8"), re.M)
    threats = [r for r in rows if not r.startswith(("| tries", "| ---"))]
    assert len(threats) > 20
    assert all("`test_" in row for row in threats)
