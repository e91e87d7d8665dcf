"""The transformer of `examples/src/lm`, written in PyTorch: its loss, its gradients, and 20 steps of AdamW, at fixed weights and batches.

Writes `transformer.json` beside this script: weights and tokens as drawn by Python's `random`, rounded to float32; the loss of each token of the
first batch and the gradients of their mean in float64; the mean losses of 20 steps in float32, as PyTorch trains.

    pip install torch==2.15.0
    python make.py
"""

import json
import math
import platform
import random
import struct
import textwrap
from pathlib import Path

import torch
import torch.nn.functional as F

WIDTH = 120
BLOCKS, HEADS, HALF = 1, 4, 2
VOCAB, MODEL, HIDDEN, ROWS, BATCH, STEPS = 7, 16, 24, 6, 3, 20
EPS = 1e-5
ADAMW = {"lr": 0.01, "beta1": 0.9, "beta2": 0.95, "eps": 1e-8, "decay": 0.05}
BLOCK = {
    "norm_a": [MODEL], "q": [MODEL, 8 * HALF], "k": [MODEL, 8 * HALF], "v": [MODEL, 8 * HALF], "o": [8 * HALF, MODEL],
    "norm_h": [MODEL], "up": [MODEL, HIDDEN], "down": [HIDDEN, MODEL],
}  # fmt: skip
SHAPES = {
    "table": [VOCAB, MODEL],
    **{f"{name}{block}": shape for block in range(BLOCKS) for name, shape in BLOCK.items()},
    "norm": [MODEL],
    "logits_of": [MODEL, VOCAB],
}


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def heads(x):
    return x.unflatten(2, (HEADS, -1)).transpose(1, 2)


def turned(x):
    """Rotary positions, an element of the first half and its counterpart in the second a pair."""
    row, j = torch.arange(ROWS, dtype=torch.float64)[:, None], torch.arange(HALF, dtype=torch.float64)
    angle = row * 10_000.0 ** (-j / HALF)
    cos, sin = angle.cos().float().to(x.dtype), angle.sin().float().to(x.dtype)
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def losses(p, ids, labels):
    norm = lambda x, gain: F.rms_norm(x, [MODEL], gain, EPS)
    x = F.embedding(ids, p["table"])
    for b in range(BLOCKS):
        normed = norm(x, p[f"norm_a{b}"])
        q, k, v = (heads(normed @ p[f"{name}{b}"]) for name in "qkv")
        found = F.scaled_dot_product_attention(turned(q), turned(k), v, is_causal=True)
        x = x + found.transpose(1, 2).flatten(2) @ p[f"o{b}"]
        x = x + F.gelu(norm(x, p[f"norm_h{b}"]) @ p[f"up{b}"], approximate="tanh") @ p[f"down{b}"]
    return F.cross_entropy((norm(x, p["norm"]) @ p["logits_of"]).flatten(0, 1), labels.flatten(), reduction="none")


def tensors(values, dtype):
    made = {name: torch.tensor(x, dtype=dtype).reshape(SHAPES[name]) for name, x in values.items()}
    return {name: x.requires_grad_() for name, x in made.items()}


def tokens(batch):
    return [torch.tensor(x).reshape(BATCH, ROWS) for x in batch]


def pretty(value, indent=""):
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(key)}: {pretty(x, inner)}" for key, x in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list):
        text = json.dumps(value)
        lines = textwrap.wrap(text[1:-1], WIDTH - len(inner))
        return text if len(lines) < 2 else "[\n" + "\n".join(inner + line for line in lines) + f"\n{indent}]"
    return json.dumps(value)


def main():
    torch.set_num_threads(1)
    rng = random.Random("transformer")
    start = lambda name, n: [f32(rng.uniform(0.5, 1.5) if name.startswith("norm") else rng.gauss(0, 0.4)) for _ in range(n)]
    weights = {name: start(name, math.prod(shape)) for name, shape in SHAPES.items()}
    draw = lambda: [rng.randrange(VOCAB) for _ in range(BATCH * ROWS)]
    batches = [[draw(), draw()] for _ in range(STEPS)]

    exact = tensors(weights, torch.float64)
    first = losses(exact, *tokens(batches[0]))
    gradients = torch.autograd.grad(first.mean(), list(exact.values()))

    trained = tensors(weights, torch.float32)
    optimizer = torch.optim.AdamW(
        trained.values(), ADAMW["lr"], (ADAMW["beta1"], ADAMW["beta2"]), ADAMW["eps"], ADAMW["decay"]
    )
    steps = []
    for batch in batches:
        optimizer.zero_grad()
        loss = losses(trained, *tokens(batch)).mean()
        loss.backward()
        optimizer.step()
        steps.append(loss.item())

    numbers = lambda x: [float(f"{n:.12g}") for n in x.flatten().tolist()]
    content = {
        "by": "torch: embedding, rms_norm, scaled_dot_product_attention, gelu, cross_entropy, AdamW",
        "versions": {"torch": torch.__version__.split("+")[0], "python": platform.python_version()},
        "sizes": {"vocab": VOCAB, "width": MODEL, "hidden": HIDDEN, "rows": ROWS, "batch": BATCH},
        "adamw": ADAMW,
        "weights": weights,
        "ids": [x for ids, _ in batches for x in ids],
        "labels": [x for _, labels in batches for x in labels],
        "losses": numbers(first),
        "gradients": {name: numbers(g) for name, g in zip(SHAPES, gradients)},
        "steps": steps,
    }
    Path(__file__).with_name("transformer.json").write_text(pretty(content) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
