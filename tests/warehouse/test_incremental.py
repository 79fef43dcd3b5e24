"""Day by day, in any order, the warehouse ends up the same as built at once."""

import pytest
from dbt_runs import marts

from pipeline.resources.publish_tables import TABLES


@pytest.mark.parametrize("table", [t.name for t in TABLES])
def test_days_in_any_order_give_the_tables_of_a_full_build_row_by_row(builds, table):
    rows = marts(builds.at_once)[table]
    assert rows
    assert marts(builds.step_by_step)[table] == rows


def test_the_full_build_ran_every_test_without_a_warning(builds):
    assert "ERROR=0" in builds.output
    assert "WARN=0" in builds.output
    assert "deprecat" not in (builds.before + builds.output).lower()
    assert "SKIP=0" in builds.output
