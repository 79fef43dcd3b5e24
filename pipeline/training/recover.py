"""Float weights of a shipped model folder, so that training can go on from it.

Belongs here: reading the int8 ONNX file back into the network's parameters. Does not: training.
Int8 weights times their scales are the float weights to within half a step of each channel; the word
embeddings are never trained, and come from the base encoder as they are. The span head is not shipped
(it is used in training only), so it starts anew.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from pipeline.extract.tagger import MODEL_FILE
from pipeline.training.network import AttributionNet, build, fit

_PREFIX = "net."
_SUFFIX = "_quantized"


def recover(folder: Path) -> AttributionNet:
    """The network of ``folder`` (``pipeline/models`` or a training run's ``model``), in float.

    Raises:
        FileNotFoundError: No model lies there.
        ValueError: The file holds weights that this network has no place for.
    """
    graph = onnx.load(str(folder / MODEL_FILE)).graph
    arrays = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    values = {k.removeprefix(_PREFIX): _tensor(v) for k, v in arrays.items() if k.startswith(_PREFIX)}
    values |= _matrices(graph, arrays)
    values = {k: v for k, v in values.items() if not k.endswith((_SUFFIX, "_scale", "_zero_point"))}
    net = fit(build(), values)
    values.pop("encoder.embeddings.word_embeddings.weight", None)
    missing, unexpected = net.load_state_dict(values, strict=False)
    # A layer whose attention sees the whole window has no block in the file.
    kept = ("word_embeddings.weight", ".block")
    left = [k for k in missing if not k.endswith(kept) and not k.startswith("span.")]
    if left or unexpected:
        raise ValueError(f"{folder / MODEL_FILE}: not this network (missing {left}, unexpected {unexpected})")
    return net


def _tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(array))


def _float(name: str, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """The float values of the quantized array ``name``; scales belong to its last axis."""
    zero = arrays[f"{name}_zero_point"].astype(np.float32)
    return (arrays[name + _SUFFIX].astype(np.float32) - zero) * arrays[f"{name}_scale"]


def _matrices(graph: onnx.GraphProto, arrays: dict[str, np.ndarray]) -> dict[str, Tensor]:
    """Weights by parameter name; the node that uses a matrix carries its module's path."""
    out: dict[str, Tensor] = {}
    attention = 0
    for node in graph.node:
        names = [n.removesuffix(_SUFFIX) for n in node.input if n.endswith(_SUFFIX) and n in arrays]
        if not names:
            continue
        weight = _float(names[0], arrays)
        if node.op_type == "QAttention":
            path = f"encoder.encoder.layer.{attention}.attention.self"
            bias = arrays[f"Attention_{attention}_qkv_bias"]
            parts = zip(("query", "key", "value"), np.split(weight, 3, 1), np.split(bias, 3), strict=True)
            for part, w, b in parts:
                out[f"{path}.{part}.weight"], out[f"{path}.{part}.bias"] = _tensor(w.T), _tensor(b)
            attention += 1
        elif node.op_type == "Gather":
            out[names[0].removeprefix(_PREFIX)] = _tensor(weight)
        else:
            path = node.name.strip("/").rsplit("/", 1)[0].replace("/", ".")
            out[f"{path}.weight"] = _tensor(weight.T)
    return out
