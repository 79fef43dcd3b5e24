"""The confidence curve of a model: ``python -m pipeline.training.calibrate GOLD_DIR MODEL_DIR``.

Belongs here: fitting the curve on a gold folder and writing it into the model's card. It needs no torch, only
gold that the model was not trained on.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from pipeline.evaluation import judged_folder
from pipeline.extract.calibration import Knots, calibrate, fit
from pipeline.extract.tagger import CARD_FILE

SURE = 0.8
"""The confidence from which a reader may rely on a statement."""


def write_calibration(gold: Path, model: Path) -> Knots:
    """Fit the curve of ``model`` on ``gold`` and keep it in the card; prints how it does on a held-out half.

    Raises:
        FileNotFoundError: No gold there, or no model.
        ValueError: Too few attributions to fit a curve.
    """
    path = model / CARD_FILE
    card = json.loads(path.read_text(encoding="utf-8"))
    card.pop("calibration", None)
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")  # the raw scores are wanted
    judged = judged_folder(gold, model)
    for name, learnt, held in (("first", judged[::2], judged[1::2]), ("second", judged[1::2], judged[::2])):
        knots = fit(learnt)
        sure = [right for score, right in held if calibrate(score, knots) >= SURE]
        print(f"learnt on the {name} half: {len(sure)} of {len(held)} others at {SURE} or more,", end=" ")
        print(f"{sum(sure) / max(1, len(sure)):.3f} of them right")
    card["calibration"] = fit(judged)
    path.write_text(json.dumps(card) + "\n", encoding="utf-8")
    return card["calibration"]


def main() -> None:
    """Read the two folders from the command line and write the curve."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training.calibrate", description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("model", type=Path)
    args = parser.parse_args()
    print(write_calibration(args.gold, args.model))


if __name__ == "__main__":
    main()
