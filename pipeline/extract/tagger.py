"""The tagger: one pass of the shipped model over a text.

Belongs here: running the ONNX model window by window. Does not: turning scores into attributions
(``decode.py``). The model and its tokenizer lie in one folder that the caller names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from tokenizers import Tokenizer

from pipeline.extract.quotes import Quotation
from pipeline.extract.windows import MAX_PIECES, Ints, Window, make_windows

Floats = npt.NDArray[np.float32]

MODEL_FILE = "attribution.int8.onnx"
TOKENIZER_FILE = "tokenizer.json"
CARD_FILE = "model.json"


@dataclass(frozen=True, slots=True)
class WindowScores:
    """What the model says of one window of n pieces; all but ``antecedents`` are log-probabilities.

    Shapes: ``cues`` [n, 3] (none, begin, inside), ``names`` [n, 9] (none, then begin and inside of
    PERSON, ORGANIZATION, LOCATION, MISC), ``anchors`` [k] (pieces that may begin a cue), ``roles``
    [k, n, 3] (none, speaker, content: what a piece is to that anchor), ``antecedents`` [n, n] (scores:
    which earlier mention the mention that begins here refers to; itself when it is the first).
    """

    window: Window
    cues: Floats
    names: Floats
    anchors: Ints
    roles: Floats
    antecedents: Floats


class Tagger:
    """The shipped model on a CPU; one instance a worker, not shared between threads.

    Args:
        folder: Folder with the model, its tokenizer and its card.
        threads: CPU threads of one pass; 1 where several workers share the cores.

    Raises:
        FileNotFoundError: A file of the model is missing.
    """

    def __init__(self, folder: Path, *, threads: int = 1, weights: str = MODEL_FILE) -> None:
        for name in (weights, TOKENIZER_FILE, CARD_FILE):
            if not (folder / name).exists():
                raise FileNotFoundError(f"{folder / name}: the model is incomplete; install onrecord again")
        options: Any = onnxruntime.SessionOptions()  # pyright: ignore  # the package is untyped
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / weights),
            options,
            providers=["CPUExecutionProvider"],
            # Seven times as slow as a sum and a layer norm one after the other.
            disabled_optimizers=["SkipLayerNormFusion", "BiasSkipLayerNormFusion"],
        )
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.card: dict[str, Any] = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))

    @property
    def version(self) -> str:
        """Version of the weights, from the model's card."""
        return str(self.card["version"])

    @property
    def calibration(self) -> list[tuple[float, float]]:
        """The card's curve from the model's own score to the share that is right (``calibration.py``)."""
        return [(float(score), float(share)) for score, share in self.card.get("calibration", ())]

    def scores(self, text: str, found: list[Quotation] | None = None) -> Iterator[WindowScores]:
        """Scores window by window, in text order; nothing for a text without a word.

        Windows go one by one: on one core that is faster than padded batches.
        """
        limit = int(self.card.get("window", MAX_PIECES))
        for window in make_windows(self._tokenizer, text, limit=limit, found=found):
            feed = {"ids": window.ids[None, :], "kinds": window.kinds[None, :]}
            cues, names, anchors, roles, antecedents = self._session.run(None, feed)
            yield WindowScores(window, cues, names, anchors, roles, antecedents)
