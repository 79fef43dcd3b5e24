"""From a data folder to the shipped model: ``python -m pipeline.training DATA OUT``.

Belongs here: the one command. DATA holds ``train/``, ``dev/`` and ``silver_*.json`` (PolNeAR in brat
format); OUT gets checkpoints, and ``OUT/model`` the folder that replaces ``pipeline/models``. Stopped
anywhere and started again, it goes on after the last finished epoch. See ``docs/training.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

# Without these, glibc gives every large buffer back to the system and asks for it again:
# measured 2.1 s a step with, 4.5 s without.
_MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": "8000000000",
    "MALLOC_TRIM_THRESHOLD_": "16000000000",
    "MALLOC_TOP_PAD_": "500000000",
}


def main() -> int:
    """Train, export, measure on dev; prints the figures of the float and the int8 model."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training", description=__doc__)
    parser.add_argument(
        "data", type=Path, help="folder with train/, dev/, silver_train.json, silver_dev.json"
    )
    parser.add_argument("out", type=Path, help="folder for checkpoints and the model")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--teacher", type=Path, action="append", default=[], help="weights to learn from")
    parser.add_argument("--start", type=Path, help="weights, or a folder with a model, to begin with")
    parser.add_argument("--units", type=int, default=1536, help="feed-forward units kept in each layer")
    parser.add_argument("--heads", type=int, default=12, help="attention heads kept in each layer")
    parser.add_argument(
        "--blocks",
        type=int,
        nargs="*",
        default=[],
        help="longest block of each layer's attention, 0 for none",
    )
    parser.add_argument("--like", type=float, default=0.0, help="weight of likeness to the teacher inside")
    parser.add_argument("--soft", type=float, default=0.6, help="the teachers' share of a student's loss")
    parser.add_argument("--rate", type=float, default=3e-4, help="learning rate of the encoder")
    parser.add_argument("--window", type=int, default=320, help="pieces in a window when in use")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    if any(os.environ.get(k) != v for k, v in _MALLOC.items()):
        return subprocess.call(
            [sys.executable, "-m", "pipeline.training", *sys.argv[1:]], env=os.environ | _MALLOC
        )
    import torch

    from pipeline.training.export import export
    from pipeline.training.train import Recipe, train

    torch.set_num_threads(args.threads)
    recipe = Recipe(
        epochs=args.epochs,
        seed=args.seed,
        encoder_rate=args.rate,
        head_rate=args.rate * (4 if not args.teacher else 3),
        units=args.units,
        heads=args.heads,
        blocks=tuple(args.blocks),
        like=args.like if args.teacher else 0.0,
        soft=args.soft if args.teacher else 0.0,
    )
    print({f.name: getattr(recipe, f.name) for f in fields(recipe)})
    weights = train(args.data, args.out, recipe, teachers=args.teacher, start=args.start)
    export(weights, args.out / "model", window=args.window, keep_float=True)
    _measure(args.data / "dev", args.out / "model")
    return 0


def _measure(dev: Path, model: Path) -> None:
    from pipeline.evaluation import evaluate_folder
    from pipeline.extract.tagger import MODEL_FILE
    from pipeline.training.calibrate import write_calibration

    for name in ("attribution.onnx", MODEL_FILE):
        result = evaluate_folder(dev, model, weights=name)
        print(name, json.dumps({k: round(result[k]["F1"], 4) for k in ("found", "right")}))
    (model / "attribution.onnx").unlink()
    write_calibration(dev, model)


if __name__ == "__main__":
    raise SystemExit(main())
