"""Confidence that means something: the model's own score turned into the share that is right.

Belongs here: fitting, applying and showing the curve. Does not: what is right (``scoring.py``), nor where
the knots are kept (the model's card: another model needs another curve).

Isotonic regression by pooling adjacent violators (Ayer et al., 1955), as Zadrozny and Elkan (2002) use it for
calibration; between the knots the curve is a straight line.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Knots = list[tuple[float, float]]
LEAST = 40
"""Judged cases behind a knot: fewer would make steps of chance."""


def calibrate(score: float, knots: Sequence[tuple[float, float]]) -> float:
    """The share right among cases of ``score``; ``score`` itself where there are no knots."""
    if not knots:
        return score
    return float(np.interp(score, [x for x, _ in knots], [y for _, y in knots]))


def fit(judged: Sequence[tuple[float, bool]]) -> Knots:
    """Knots (score, share right), rising in both, from judged cases.

    Raises:
        ValueError: Fewer judged cases than two knots need.
    """
    if len(judged) < 2 * LEAST:
        raise ValueError(f"{len(judged)} judged cases are too few; a curve needs {2 * LEAST}")
    ordered = sorted(judged)
    blocks: list[list[float]] = []  # sum of scores, sum right, cases
    for at in range(0, len(ordered), LEAST):
        part = ordered[at : at + LEAST]
        if len(part) < LEAST // 2 and blocks:
            _pool(blocks, [sum(s for s, _ in part), sum(r for _, r in part), len(part)])
            continue
        blocks.append([sum(s for s, _ in part), sum(r for _, r in part), len(part)])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            _pool(blocks, blocks.pop())
    return [(round(s / n, 4), round(r / n, 4)) for s, r, n in blocks]


def _pool(blocks: list[list[float]], other: list[float]) -> None:
    blocks[-1] = [a + b for a, b in zip(blocks[-1], other, strict=True)]


def reliability(judged: Sequence[tuple[float, bool]], *, bins: int = 10) -> list[dict[str, float]]:
    """The reliability table: for each tenth of the scale its cases, mean score and share right; empty ones left out."""
    out: list[dict[str, float]] = []
    for k in range(bins):
        low, high = k / bins, (k + 1) / bins
        inside = [(s, r) for s, r in judged if low <= s < high or (k == bins - 1 and s >= high)]
        if inside:
            mean = sum(s for s, _ in inside) / len(inside)
            right = sum(r for _, r in inside) / len(inside)
            out.append({"from": low, "to": high, "cases": len(inside), "mean": mean, "right": right})
    return out
