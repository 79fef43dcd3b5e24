from __future__ import annotations

import random

import pytest

from pipeline.extract.calibration import LEAST, calibrate, fit, reliability


def overconfident(cases: int = 4000) -> list[tuple[float, bool]]:
    rng = random.Random(7)
    scores = [rng.random() for _ in range(cases)]
    return [(s, rng.random() < s * s) for s in scores]


def test_the_curve_brings_scores_to_the_share_that_is_right() -> None:
    knots = fit(overconfident())
    for score in (0.3, 0.5, 0.7, 0.9):
        assert calibrate(score, knots) == pytest.approx(score * score, abs=0.08)


def test_the_curve_never_falls() -> None:
    knots = fit(overconfident(1500))
    assert [x for x, _ in knots] == sorted(x for x, _ in knots)
    assert [y for _, y in knots] == sorted(y for _, y in knots)


def test_scores_beyond_the_knots_stay_at_the_ends() -> None:
    assert calibrate(0.0, [(0.2, 0.1), (0.9, 0.8)]) == 0.1
    assert calibrate(1.0, [(0.2, 0.1), (0.9, 0.8)]) == 0.8
    assert calibrate(0.55, [(0.2, 0.1), (0.9, 0.8)]) == pytest.approx(0.45)


def test_without_a_curve_the_score_stands() -> None:
    assert calibrate(0.42, []) == 0.42


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit([(0.5, True)] * (2 * LEAST - 1))


def test_one_sided_cases_make_one_level() -> None:
    knots = fit([(i / 200, True) for i in range(200)])
    assert {y for _, y in knots} == {1.0}


def test_reliability_counts_every_case_once() -> None:
    judged = overconfident(500)
    table = reliability([*judged, (1.0, True)])
    assert sum(row["cases"] for row in table) == 501
    assert table[-1]["to"] == 1.0
    assert all(row["from"] <= row["mean"] <= row["to"] for row in table)
