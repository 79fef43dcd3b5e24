"""The shipped model on the gold set: figures that only go up (``python tests/eval/measure.py --pin``)."""

from __future__ import annotations

import json

import pytest
from measure import FLOORS, SEEDS, figures

from pipeline.resources.model import Extractor

PINNED: dict[str, float] = json.loads(FLOORS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def measured() -> dict[str, float]:
    return figures(Extractor(SEEDS))


def test_every_figure_has_a_floor(measured: dict[str, float]) -> None:
    assert set(measured) == set(PINNED)


@pytest.mark.parametrize("name", sorted(PINNED))
def test_no_figure_falls_below_its_floor(measured: dict[str, float], name: str) -> None:
    assert measured[name] >= PINNED[name], (
        f"{name}: {measured[name]:.3f}; see python tests/eval/measure.py --wrong"
    )
