"""Day by day, in any order, the warehouse ends up the same as built at once."""

import duckdb
import pytest

from pipeline.resources.publish_tables import TABLES


@pytest.mark.parametrize("table", [t.name for t in TABLES])
def test_days_in_any_order_give_the_tables_of_a_full_build_row_by_row(builds, table):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{builds.at_once}/warehouse.duckdb' as at_once (read_only)")
        connection.execute(f"attach '{builds.step_by_step}/warehouse.duckdb' as by_step (read_only)")
        rows = {
            name: connection.execute(f"select * from {name}.marts.{table} order by all").fetchall()
            for name in ("at_once", "by_step")
        }
    assert rows["at_once"]
    assert rows["by_step"] == rows["at_once"]


def test_the_full_build_ran_every_test_without_a_warning(builds):
    assert "ERROR=0" in builds.output
    assert "WARN=0" in builds.output
    assert "deprecat" not in builds.output.lower()
    assert "SKIP=0" in builds.output
