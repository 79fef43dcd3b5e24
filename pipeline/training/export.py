"""From trained weights to the shipped folder: ONNX, graph fusion, int8, tokenizer, card.

Belongs here: export and quantization. Does not: training or measuring.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

from pipeline.extract.tagger import CARD_FILE, MODEL_FILE, TOKENIZER_FILE
from pipeline.ids import content_hash
from pipeline.training.network import AttributionNet, ExportNet, blocks_of, encoder_folder
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
    # Fusion knows the library's own attention, over the whole window; the blocks are cut after it.
    blocks = blocks_of(net)
    net.encoder.set_attn_implementation("eager")
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
        model = onnx.load(str(fused))
        cut_attention(model.graph, blocks)
        onnx.save(model, str(fused))
        quantize_dynamic(
            str(fused),
            str(out / MODEL_FILE),
            weight_type=QuantType.QInt8,
            per_channel=True,
            # Shape inference does not see through the fused operators.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        quantized = onnx.load(str(out / MODEL_FILE))
        lighten(quantized.graph)
        onnx.save(quantized, str(out / MODEL_FILE))
        if keep_float:
            shutil.copy(fused, out / "attribution.onnx")
    shutil.copy(encoder_folder() / "tokenizer.json", out / TOKENIZER_FILE)
    digest = content_hash((out / MODEL_FILE).read_bytes())
    card = {"version": digest[:12], "sha256": digest, "window": window}
    (out / CARD_FILE).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return out / MODEL_FILE


def cut_attention(graph: onnx.GraphProto, blocks: Sequence[int]) -> None:
    """Let each attention operator of ``graph`` see only its block of the window (in place); 0: all of it.

    A block is a row of a batch to the operator: the window's n pieces, padded to equal blocks of at most
    that many, go in as [blocks, length, width] and come out as [1, n, width]; a mask hides the padding.
    The length is kept as the initializer ``net.encoder.encoder.layer.I.attention.self.block``, where
    ``recover`` finds it.
    """
    layer = 0
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.op_type == "Attention":
            if blocks[layer]:
                nodes += _in_blocks(graph, node, layer, blocks[layer])
            else:
                nodes.append(node)
            layer += 1
        else:
            nodes.append(node)
    if layer != len(blocks):
        raise ValueError(f"{layer} attention operators for {len(blocks)} layers: the fusion did not find all")
    del graph.node[:]
    graph.node.extend(nodes)


def _in_blocks(graph: onnx.GraphProto, node: onnx.NodeProto, layer: int, block: int) -> list[onnx.NodeProto]:
    """``node`` with its window cut into blocks before it and put together after it."""
    longest = f"net.encoder.encoder.layer.{layer}.attention.self.block"
    width = next(tuple(i.dims)[-1] for i in graph.initializer if i.name == node.input[1]) // 3
    made: list[onnx.NodeProto] = []

    def name(of: str) -> str:
        return f"blocks_{layer}/{of}"

    def number(of: str, value: int | list[int]) -> str:
        graph.initializer.append(numpy_helper.from_array(np.array(value, dtype=np.int64), name(of)))
        return name(of)

    def add(op: str, inputs: list[str], out: str, **attributes: int) -> str:
        made.append(helper.make_node(op, inputs, [name(out)], name=name(out), **attributes))
        return name(out)

    graph.initializer.append(numpy_helper.from_array(np.array([block], dtype=np.int64), longest))
    zero, one = number("zero", [0]), number("one", [1])

    def upwards(of: str, by: str, out: str) -> str:
        return add("Div", [add("Sub", [add("Add", [of, by], f"{out}+"), one], f"{out}-"), by], out)

    n = add("Slice", [add("Shape", [node.input[0]], "shape"), one, number("two", [2])], "n")
    count = upwards(n, longest, "count")
    length = upwards(n, count, "length")
    whole = add("Mul", [count, length], "whole")
    extra = add("Sub", [whole, n], "extra")
    pads = add("Concat", [number("before", [0] * 4), extra, zero], "pads", axis=0)
    padded = add("Pad", [node.input[0], pads], "padded")
    rows = add("Concat", [count, length], "rows", axis=0)
    cut = add("Reshape", [padded, add("Concat", [rows, number("all", [-1])], "cut_shape", axis=0)], "cut")
    places = add("CumSum", [add("Expand", [one, whole], "ones"), number("axis", 0)], "places")
    seen = add("Cast", [add("LessOrEqual", [places, n], "within")], "seen", to=onnx.TensorProto.INT32)
    node.input[0] = cut
    while len(node.input) < 4:
        node.input.append("")
    node.input[3] = add("Reshape", [seen, rows], "mask")
    out, node.output[0] = node.output[0], name("attended")
    made.append(node)
    joined = add("Reshape", [node.output[0], number("joined_shape", [1, -1, width])], "joined")
    made.append(helper.make_node("Slice", [joined, zero, n, one], [out], name=name("out")))
    return made


def lighten(graph: onnx.GraphProto) -> None:
    """The same outputs, bit for bit, for a twentieth less time (in place, on the quantized graph).

    The pair head looks at each piece with its neighbours: five shifted copies of one tensor, joined and then
    quantized. Quantized first, a byte takes the place of a float in every copy; zero is always within the range
    of ``DynamicQuantizeLinear``, so the scale stays. And pieces are not copied for each anchor: they broadcast.
    """
    from onnxruntime.transformers.onnx_model import OnnxModel

    pad, join, quantize = _neighbours(graph)
    joined, _, zero = quantize.output
    quantize.input[0], quantize.output[0] = pad.input[0], f"{joined}_alone"
    pad.input[0], join.output[0] = quantize.output[0], joined
    pad.input[2] = zero
    (copied,) = (node for node in graph.node if node.name == "/pair/Gather")
    for node in graph.node:
        node.input[:] = [copied.input[0] if name == copied.output[0] else name for name in node.input]
    graph.node.remove(copied)
    OnnxModel.graph_topological_sort(graph)


def _neighbours(graph: onnx.GraphProto) -> tuple[onnx.NodeProto, onnx.NodeProto, onnx.NodeProto]:
    """The padding of what is shifted, the joining of the shifted copies, and the quantizing of all of them."""
    maker = {output: node for node in graph.node for output in node.output}
    for quantize in graph.node:
        join = maker.get(quantize.input[0]) if quantize.op_type == "DynamicQuantizeLinear" else None
        if join is not None and join.op_type == "Concat":
            parts = [maker[name] for name in join.input]
            (pad,) = {part.input[0] for part in parts if part.op_type == "Slice"}
            return maker[pad], join, quantize
    raise ValueError("no joined copies are quantized: the pair head is not what it was")


def _fuse(plain: Path, fused: Path, net: AttributionNet) -> Path:
    """Attention, layer norm and GELU as single operators: the same sums, fewer passes over memory.

    Not the sum before the layer norm: onnxruntime's operator for both together takes seven times as long
    on a CPU as one for each (measured with 1.31; the tagger switches its own fusion off for the same reason).
    """
    from onnxruntime.transformers import optimizer
    from onnxruntime.transformers.fusion_options import FusionOptions

    block = net.encoder.encoder.layer[0].attention.self
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
