"""From trained weights to the shipped folder: ONNX, graph fusion, int8, tokenizer, card.

Belongs here: export and quantization. Does not: training or measuring.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from pathlib import Path

import onnx
import torch

from pipeline.extract.tagger import CARD_FILE, MODEL_FILE, TOKENIZER_FILE
from pipeline.ids import content_hash
from pipeline.training.network import AttributionNet, ExportNet, encoder_folder
from pipeline.training.train import load

OUTPUTS = ("cues", "names", "anchors", "roles", "antecedents")


def export(weights: Path, out: Path, *, window: int, keep_float: bool = False) -> Path:
    """Write the model folder ``out`` from ``weights``; returns the path of the int8 model.

    ``keep_float`` leaves the float model beside it as ``attribution.onnx``, to measure the loss.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    out.mkdir(parents=True, exist_ok=True)
    net = load(weights)
    for module in net.encoder.modules():
        # The exporter's fusion knows GELU by its exact form, and makes the tanh form of it.
        if hasattr(module, "intermediate_act_fn"):
            module.intermediate_act_fn = torch.nn.GELU()
    wrapped = ExportNet(net).eval()
    ids = torch.randint(1000, 2000, (1, 48))
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                wrapped,
                (ids, torch.zeros_like(ids)),
                str(plain),
                input_names=["ids", "kinds"],
                output_names=list(OUTPUTS),
                dynamic_axes={
                    "ids": {1: "pieces"},
                    "kinds": {1: "pieces"},
                    "cues": {0: "pieces"},
                    "names": {0: "pieces"},
                    "anchors": {0: "anchors"},
                    "roles": {0: "anchors", 1: "pieces"},
                    "antecedents": {0: "pieces", 1: "pieces"},
                },
                opset_version=17,
                dynamo=False,
            )
        fused = _fuse(plain, Path(folder) / "fused.onnx", net)
        quantize_dynamic(
            str(fused),
            str(out / MODEL_FILE),
            weight_type=QuantType.QInt8,
            per_channel=True,
            # Shape inference does not see through the fused operators.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        if keep_float:
            shutil.copy(fused, out / "attribution.onnx")
    shutil.copy(encoder_folder() / "tokenizer.json", out / TOKENIZER_FILE)
    digest = content_hash((out / MODEL_FILE).read_bytes())
    card = {"version": digest[:12], "sha256": digest, "window": window}
    (out / CARD_FILE).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return out / MODEL_FILE


def _fuse(plain: Path, fused: Path, net: AttributionNet) -> Path:
    """Attention, layer norm and GELU as single operators: the same sums, fewer passes over memory.

    Not the sum before the layer norm: onnxruntime's operator for both together takes seven times as long
    on a CPU as one for each (measured with 1.31; the tagger switches its own fusion off for the same reason).
    """
    from onnxruntime.transformers import optimizer
    from onnxruntime.transformers.fusion_options import FusionOptions

    block = net.encoder.encoder.layer[0].attention.self  # type: ignore[union-attr,index]  # a BertModel
    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False
    options.enable_skip_layer_norm = False
    options.enable_bias_skip_layer_norm = False
    options.enable_gelu_approximation = True
    model = optimizer.optimize_model(
        str(plain),
        model_type="bert",
        num_heads=block.num_attention_heads,
        hidden_size=block.all_head_size,
        optimization_options=options,
        opt_level=0,
    )
    model.save_model_to_file(str(fused))
    return fused
