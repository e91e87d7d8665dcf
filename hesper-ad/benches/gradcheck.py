"""PyTorch's gradcheck on the rows of gradcheck.txt, or those with the names given: `name TAB seconds` for each, the median of five.

Run by `cargo bench -p hesper-ad --bench gradcheck`, where PyTorch is there.
"""

import math
import pathlib
import random
import statistics
import sys
import time

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests" / "golden"))
import make
from make import normal, uniform


def rotated(x, first, second, join):
    rows, half = x.shape[1], x.shape[2] // 2
    angles = torch.arange(rows, dtype=x.dtype)[:, None] * 0.5 ** torch.arange(half, dtype=x.dtype)
    cos, sin = torch.cos(angles), torch.sin(angles)
    return join(first * cos - second * sin, second * cos + first * sin)


def rope_halves(x):
    half = x.shape[2] // 2
    return rotated(x, x[..., :half], x[..., half:], lambda a, b: torch.cat([a, b], -1))


def rope_pairs(x):
    return rotated(x, x[..., 0::2], x[..., 1::2], lambda a, b: torch.stack([a, b], -1).flatten(-2))


def attention(q, k, v):
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    masked = scores.masked_fill(torch.ones(scores.shape[1:], dtype=torch.bool).triu(1), -math.inf)
    return F.softmax(masked, -1) @ v


def adamw(w, g, m, v):
    new_m, new_v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    step = (new_m / 0.1) / (torch.sqrt(new_v / 0.001) + 1e-8)
    return w * 0.999 - 1e-3 * step, new_m, new_v


def sgd(w, g, v):
    new_v = 0.9 * v + g + 1e-4 * w
    return w - 0.1 * new_v, new_v


def tensor(dims, port):
    """`v: +n` is positive."""
    shape = [dims["half"] * 2 if d == "2*half" else dims[d] for d in port.replace("+", "").split()]
    x = torch.randn(shape, dtype=torch.float64)
    return (x.abs() + 0.1 if "+" in port else x).requires_grad_()


def below(n):
    return lambda rng: rng.randrange(n)


def of_row(dims, cells):
    """The function of a row that names its inputs, and those."""
    ports, text = cells
    ports = dict(port.split(": ") for port in ports.split(", "))
    return eval(f"lambda {', '.join(ports)}: {text}", globals()), [tensor(dims, port) for port in ports.values()]


def golden(name, dims, draws):
    """What the golden values of an op come from, and inputs of that: constants and whole numbers stay as they are."""
    _, function, text, _ = make.OPS[name]
    case = dict(draw.split("=", 1) for draw in draws.split("; ") if draw)
    case = dims | {key: eval(value, globals()) for key, value in case.items()}
    inputs, fixed, _ = make.arguments(text, case, random.Random(name))
    return lambda *x: function(*x, *fixed, **case.get("settings", {})), inputs


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float64)
    rows = pathlib.Path(__file__).with_name("gradcheck.txt").read_text(encoding="utf-8").splitlines()
    for row in (row for row in rows if not row.startswith("#")):
        name, sizes, *cells = (cell.strip() for cell in row.split("|", 3))
        chosen = not sys.argv[1:] or any(part in name for part in sys.argv[1:])
        if not chosen or cells == ["none"]:
            continue
        dims = {key: int(size) for key, size in (item.split("=") for item in sizes.split())}
        function, inputs = of_row(dims, cells) if len(cells) == 2 else golden(name, dims, *cells)
        times = []
        for _ in range(5):
            start = time.perf_counter()
            assert torch.autograd.gradcheck(function, inputs), name
            times.append(time.perf_counter() - start)
        print(f"{name}\t{statistics.median(times)}", flush=True)


main()
