"""PyTorch's gradcheck on the rows of gradcheck.txt, or those with the names given: `name TAB seconds` for each, the median of five.

Run by `cargo bench -p hesper-ad --bench gradcheck`, where PyTorch is there.
"""

import math
import pathlib
import statistics
import sys
import time

import torch
import torch.nn.functional as F


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


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float64)
    rows = pathlib.Path(__file__).with_name("gradcheck.txt").read_text().splitlines()
    for row in rows[1:]:
        name, sizes, ports, text = (cell.strip() for cell in row.split("|", 3))
        if sys.argv[1:] and not any(part in name for part in sys.argv[1:]):
            continue
        dims = {key: int(size) for key, size in (item.split("=") for item in sizes.split())}
        ports = dict(port.split(": ") for port in ports.split(", "))
        function = eval(f"lambda {', '.join(ports)}: {text}", globals())
        inputs = [tensor(dims, port) for port in ports.values()]
        times = []
        for _ in range(5):
            start = time.perf_counter()
            assert torch.autograd.gradcheck(function, inputs), name
            times.append(time.perf_counter() - start)
        print(f"{name}\t{statistics.median(times)}", flush=True)


main()
