"""The training loop: seeded, restartable, CPU or GPU.

Belongs here: batches, losses, the schedule, checkpoints. Does not: the network, export, scoring.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.training.corpus import IGNORE, Example, examples, read_split
from pipeline.training.network import (
    AttributionNet,
    build,
    encoder_folder,
    fit,
    measure_importance,
    narrow,
    set_blocks,
)
from pipeline.training.recover import recover


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the result; stored beside the weights."""

    epochs: int = 10
    batch: int = 16
    encoder_rate: float = 3e-4
    head_rate: float = 1.2e-3
    layer_decay: float = 0.9
    warmup: float = 0.06
    weight_decay: float = 0.01
    average: float = 0.997
    seed: int = 0
    shortest: int = 192
    longest: int = 384
    units: int = 1536
    """Hidden units kept in each feed-forward layer."""
    heads: int = 12
    """Attention heads kept in each layer."""
    blocks: tuple[int, ...] = ()
    """Longest block of each layer's attention, 0 for the whole window; empty: as the network began."""
    soft: float = 0.0
    """Share of the teachers' probabilities in the loss; the rest is the annotation."""
    like: float = 0.0
    """Weight of the distance between the hidden states and the first teacher's."""


LOSS = {"cue": 1.0, "role": 1.0, "span": 0.3, "name": 0.3, "antecedent": 0.1, "hidden": 1.0}


def load_tokenizer() -> Tokenizer:
    """The encoder's word pieces, without truncation or padding."""
    tokenizer = Tokenizer.from_file(str(encoder_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def collate(batch: list[Example], device: torch.device) -> dict[str, Tensor]:
    """Pad a batch; anchors of all windows in one list with the row they belong to."""
    n = max(len(e.window.ids) for e in batch)

    def pad(rows: list[np.ndarray], fill: int) -> Tensor:
        out = np.full((len(rows), n), fill, dtype=np.int64)
        for i, row in enumerate(rows):
            out[i, : len(row)] = row
        return torch.from_numpy(out).to(device)

    roles = [row for e in batch for row in e.roles]
    return {
        "ids": pad([e.window.ids for e in batch], 0),
        "kinds": pad([e.window.kinds for e in batch], 0),
        "mask": pad([np.ones_like(e.window.ids) for e in batch], 0),
        "cue": pad([e.cues for e in batch], IGNORE),
        "span": pad([e.spans for e in batch], IGNORE),
        "name": pad([e.names for e in batch], IGNORE),
        "antecedent": pad([e.antecedents for e in batch], IGNORE),
        "row": torch.tensor([i for i, e in enumerate(batch) for _ in e.anchors], device=device),
        "at": torch.tensor([int(a) for e in batch for a in e.anchors], device=device),
        "role": pad(roles, IGNORE) if roles else torch.zeros(0, n, dtype=torch.long, device=device),
    }


def _logits(net: AttributionNet, batch: dict[str, Tensor], h: Tensor) -> dict[str, Tensor]:
    """What each head says of a batch with hidden states ``h``; no ``role`` where no window has a cue."""
    h = net.drop(h)
    out = {"cue": net.cue(h), "span": net.span(h), "name": net.name(h), "antecedent": net.coreference(h)}
    if len(batch["at"]):
        out["role"] = net.pair(h, batch["row"], batch["at"])
    return {head: values.float() for head, values in out.items()}


def soft_targets(teachers: Sequence[AttributionNet], batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Mean probabilities of the teachers on one batch, by head, and as ``hidden`` what the first one knows.

    Not of antecedents, which are scores, nor of the span head, which a shipped teacher has no more.
    """
    with torch.no_grad():
        hidden = [_hidden(teacher, batch) for teacher in teachers]
        said = [_logits(teacher, batch, h) for teacher, h in zip(teachers, hidden, strict=True)]
    heads = [head for head in said[0] if head not in ("antecedent", "span")]
    means = {head: torch.stack([s[head].softmax(-1) for s in said]).mean(0) for head in heads}
    return means | {"hidden": hidden[0].float()}


def _hidden(net: AttributionNet, batch: dict[str, Tensor]) -> Tensor:
    return net.encode(batch["ids"], batch["kinds"], batch["mask"])


def losses(
    net: AttributionNet,
    batch: dict[str, Tensor],
    soft: dict[str, Tensor] | None = None,
    share: float = 0.0,
    like: float = 0.0,
) -> dict[str, Tensor]:
    """The loss of each head on one batch; with ``soft``, ``share`` of it against the teachers.

    With ``like`` above 0 there is ``hidden`` besides: the mean squared distance of the hidden states from
    the teacher's, that many times (Jiao et al., "TinyBERT", 2020, for the last layer alone).
    """
    h = _hidden(net, batch)
    logits = _logits(net, batch, h)
    spoken = (batch["role"] > 0).sum().clamp(min=1)
    out = {head: _annotated(head, values, batch[head], spoken) for head, values in logits.items()}
    for head, target in (soft or {}).items():
        mask = batch["mask"].float()
        if head == "hidden":
            if like:
                far = (h.float() - target).square().mean(-1)
                out[head] = like * (far * mask).sum() / mask.sum()
            continue
        if head == "role":
            mask = mask[batch["row"]]
        taught = -((target * logits[head].log_softmax(-1)).sum(-1) * mask).sum()
        taught = taught / (spoken if head == "role" else mask.sum()) * WEIGHT.get(head, 1.0)
        out[head] = (1 - share) * out[head] + share * taught
    return out


WEIGHT = {"cue": 4.0, "role": 2.0}
"""Rare labels count more."""


def _annotated(head: str, logits: Tensor, gold: Tensor, spoken: Tensor) -> Tensor:
    """The loss of one head against the annotation; zero where a batch has none for it."""
    total = F.cross_entropy(logits.flatten(0, -2), gold.flatten(), ignore_index=IGNORE, reduction="sum")
    count = spoken if head == "role" else (gold != IGNORE).sum().clamp(min=1)
    return total / count * WEIGHT.get(head, 1.0)


def make_batches(data: list[Example], size: int, rng: random.Random) -> list[list[Example]]:
    """Batches of windows of like length, in random order."""
    data = rng.sample(data, len(data))
    out = []
    for i in range(0, len(data), size * 20):
        chunk = sorted(data[i : i + size * 20], key=lambda e: len(e.window.ids))
        out += [chunk[j : j + size] for j in range(0, len(chunk), size)]
    rng.shuffle(out)
    return out


def _optimizer(net: AttributionNet, recipe: Recipe) -> torch.optim.AdamW:
    groups: dict[float, list[nn.Parameter]] = {}
    layers = net.encoder.config.num_hidden_layers
    for name, parameter in net.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = recipe.head_rate
        if name.startswith("encoder."):
            depth = int(name.split("layer.")[1].split(".")[0]) + 1 if "layer." in name else 0
            rate = recipe.encoder_rate * recipe.layer_decay ** (layers - depth)
        groups.setdefault(rate, []).append(parameter)
    return torch.optim.AdamW(
        [{"params": p, "lr": r} for r, p in groups.items()], weight_decay=recipe.weight_decay, fused=True
    )


def load(weights: Path, device: torch.device | str = "cpu") -> AttributionNet:
    """A trained network, however narrow, ready to be used: a weights file, or a folder with a shipped model."""
    if weights.is_dir():
        return recover(weights).to(device).eval()
    values = torch.load(weights, map_location=device, weights_only=True)
    net = fit(build(), values)
    missing, unexpected = net.load_state_dict(values, strict=False)
    left = [k for k in missing if not k.endswith(".block")]  # weights from before there were blocks
    if left or unexpected:
        raise ValueError(f"{weights}: not this network (missing {left}, unexpected {unexpected})")
    return net.to(device).eval()


def _narrowed(
    net: AttributionNet, recipe: Recipe, data: list[Example], device: torch.device
) -> AttributionNet:
    """``net`` with the units and heads that matter most to its loss on ``data``."""
    batches = [collate(data[i : i + 8], device) for i in range(0, len(data), 8)]

    def loss(batch: dict[str, Tensor]) -> Tensor:
        return torch.stack([LOSS[k] * v for k, v in losses(net, batch).items() if k != "span"]).sum()

    narrow(net, units=recipe.units, heads=recipe.heads, importance=measure_importance(net, batches, loss))
    return net.to(device)


def train(
    data_folder: Path,
    out: Path,
    recipe: Recipe,
    *,
    teachers: Sequence[Path] = (),
    start: Path | None = None,
    stop_after: int | None = None,
) -> Path:
    """Train on ``data_folder/train``; writes ``out/weights.pt`` and returns its path.

    With ``teachers`` (trained networks) it learns from their mean probabilities as well as from the
    annotation. ``start`` is a trained network to begin with, made as narrow as the recipe says.

    Restartable: after each epoch the whole state lies in ``out/state.pt``, and a rerun goes on
    from there. ``stop_after`` ends the call after that many epochs of this call.
    """
    out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(recipe.seed)
    tokenizer = load_tokenizer()
    documents, silver = read_split(data_folder, "train")
    taught = [load(path, device) for path in teachers]
    net = build().to(device) if start is None else load(start, device)
    if start is not None:
        sample = examples(tokenizer, documents, silver, limit=288)
        net = _narrowed(net, recipe, random.Random(recipe.seed).sample(sample, min(160, len(sample))), device)
    if recipe.blocks:
        set_blocks(net, recipe.blocks)
    net.train()
    optimizer = _optimizer(net, recipe)
    averaged = {k: v.detach().clone().float() for k, v in net.state_dict().items()}
    steps_an_epoch = math.ceil(len(examples(tokenizer, documents, {}, limit=288)) / recipe.batch)
    steps = recipe.epochs * steps_an_epoch
    first, step = 0, 0
    state_path = out / "state.pt"
    if state_path.exists():
        state = torch.load(state_path, map_location=device, weights_only=False)
        if state["recipe"] != asdict(recipe):
            raise ValueError(f"{state_path} was made by another recipe; train into an empty folder")
        net.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        averaged, first, step = state["averaged"], state["epoch"], state["step"]
    base = [g["lr"] for g in optimizer.param_groups]
    if first:
        base = state["base"]
    began = time.monotonic()
    for epoch in range(first, recipe.epochs):
        rng = random.Random(recipe.seed * 1000 + epoch)
        torch.manual_seed(recipe.seed * 1000 + epoch)
        limit = rng.randrange(recipe.shortest, recipe.longest)
        data = examples(tokenizer, documents, silver, limit=limit)
        for batch in make_batches(data, recipe.batch, rng):
            progress = min(step / steps, 1.0)
            scale = min(1.0, (step + 1) / (recipe.warmup * steps)) * max(0.02, 1 - progress)
            for group, rate in zip(optimizer.param_groups, base, strict=True):
                group["lr"] = rate * scale
            with torch.autocast(device.type, dtype=torch.bfloat16):
                tensors = collate(batch, device)
                soft = soft_targets(taught, tensors) if taught else None
                parts = losses(net, tensors, soft, recipe.soft, recipe.like)
            loss = torch.stack([LOSS[k] * v for k, v in parts.items()]).sum()
            if not torch.isfinite(loss):
                raise ValueError(f"the loss is {float(loss.detach())} at step {step}: {parts}")
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            step += 1
            decay = min(recipe.average, (1 + step) / (10 + step))
            with torch.no_grad():
                for k, v in net.state_dict().items():
                    if v.is_floating_point() and "word_embeddings" not in k:
                        averaged[k].lerp_(v.float(), 1 - decay)
            if step % 20 == 0:
                line = {k: round(float(v.detach()), 4) for k, v in parts.items()}
                line |= {"epoch": epoch, "step": step, "of": steps}
                line["seconds_a_step"] = round((time.monotonic() - began) / 20, 2)
                began = time.monotonic()
                print(json.dumps(line), flush=True)
        state = {
            "recipe": asdict(recipe),
            "net": net.state_dict(),
            "optimizer": optimizer.state_dict(),
            "averaged": averaged,
            "epoch": epoch + 1,
            "step": step,
            "base": base,
        }
        torch.save(state, state_path.with_suffix(".tmp"))
        state_path.with_suffix(".tmp").replace(state_path)
        torch.save(averaged, out / "weights.pt")
        (out / "recipe.json").write_text(json.dumps(asdict(recipe), indent=1))
        if stop_after is not None and epoch + 1 - first >= stop_after:
            break
    return out / "weights.pt"
