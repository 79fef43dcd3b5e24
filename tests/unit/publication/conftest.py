"""Small warehouses for the publication's tests."""

from pathlib import Path

import pytest
from marts_maker import NOON, make_warehouse

from pipeline.resources.publication import Publication, publish


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with a warehouse and no publication."""
    make_warehouse(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """One publication that tests read and never change."""
    data_dir = tmp_path_factory.mktemp("published") / "data"
    make_warehouse(data_dir)
    return publish(data_dir, run_id="first-run", now=NOON, report=None)
