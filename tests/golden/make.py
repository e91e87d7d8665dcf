"""Golden values of the ops, computed by PyTorch (and, for RoPE, Hugging Face Transformers) in float64 on the CPU.

Writes one JSON file per op beside this script: tensors drawn at random and rounded to float32, so that float32 holds them
exactly; constants that are one number as the decimals that users write, which float32 does not hold; outputs and gradients
(autograd, of the sum of outputs times cotangents) in float64.
Draws come from Python's `random`, seeded by the op's name and the case's number.

    pip install torch==2.15.0 transformers==5.24.0
    python make.py
"""

import json
import math
import platform
import random
import re
import struct
import textwrap
from decimal import Decimal
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from transformers.models.gptj.modeling_gptj import apply_rotary_pos_emb as rotate_pairs
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb as rotate_halves

WIDTH = 120


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def normal(scale, middle=0.0):
    return lambda rng: rng.gauss(middle, scale)


def uniform(low, high):
    return lambda rng: rng.uniform(low, high)


def adamw(w, g, m, v, lr, beta1, rest1, beta2, rest2, eps, keep, c1, c2, *, decay, t):
    # The optimizer makes rest1, rest2, keep, c1 and c2 itself.
    w, m, v = w.clone(), m.clone(), v.clone()
    optimizer = torch.optim.AdamW([w], lr, (beta1, beta2), eps, decay, differentiable=True)
    optimizer.state[w] = {"step": torch.tensor(t - 1.0, dtype=torch.float64), "exp_avg": m, "exp_avg_sq": v}
    w.grad = g
    optimizer.step()
    return w, m, v


def sgd(w, g, v, lr, momentum, decay):
    w, v = w.clone(), v.clone()
    optimizer = torch.optim.SGD([w], lr, momentum, weight_decay=decay, differentiable=True)
    optimizer.state[w] = {"momentum_buffer": v}
    w.grad = g
    optimizer.step()
    return w, v


def rope_pairs(x, cos, sin):
    # The library's layout is [batch, rows, heads, width].
    return rotate_pairs(x.transpose(0, 1)[None], sin[None], cos[None])[0].transpose(0, 1)


def rope_halves(x, cos, sin):
    cos, sin = (torch.cat([table, table], -1)[None] for table in (cos, sin))
    return rotate_halves(x[None], x[None], cos, sin)[0][0]


# Cases: the dims, and what the ports hold: a number, numbers, or what draws them; the others draw from normal(1).


def step(t, beta1, beta2, *, lr, decay, **case):
    """What the op is given for a step, each constant of the decimals, and what the optimizer is given besides."""
    exact = [Decimal(str(x)) for x in (lr, beta1, beta2, decay)]
    constants = {"rest1": 1 - exact[1], "rest2": 1 - exact[2], "keep": 1 - exact[0] * exact[3],
                 "c1": 1 - exact[1] ** t, "c2": 1 - exact[2] ** t}
    constants = {name: float(value) for name, value in constants.items()}
    return {"v": uniform(0.06, 2), **case, **constants, "lr": lr, "beta1": beta1, "beta2": beta2,
            "settings": {"decay": decay, "t": t}}


def turned(heads, rows, half, first=0):
    """Tables of the usual angles, of positions from `first`."""
    angles = [(first + i) * 10000 ** (-j / half) for i in range(rows) for j in range(half)]
    return dict(heads=heads, rows=rows, half=half, cos=[*map(math.cos, angles)], sin=[*map(math.sin, angles)])


ROPE = "x[heads,rows,2*half]; cos[rows,half], sin[rows,half] -> y[heads,rows,2*half]"
ROPES = [turned(2, 3, 2), turned(3, 2, 3, first=1), turned(1, 2, 4, first=4093), turned(1, 1, 1, first=2)]
WIDE = [-12.0, -9.1, -6.3, -4.2, -2.9, -1.4, 0.0, 2.7, 5.3, 11.8]
HUGE = [-1e30, -1e20, -1e10, 0.0, 1e-40, 1e10, 1e20, 1e30]
LINES = [dict(n=9), dict(n=10, x=WIDE), dict(n=1), dict(n=8, x=HUGE)]
GATES = [dict(n=9), dict(n=10, x=WIDE, up=normal(4)), dict(n=1, x=0.75)]
ZEROS = [0.5, 0.0, -0.75, 0.0, 2.0, -1e-3]
SHAPES = [dict(rows=3, cols=5), dict(rows=2, cols=7, x=normal(1e-3)), dict(rows=3, cols=4, x=normal(20, 50)),
          dict(rows=2, cols=1), dict(rows=2, cols=5, x=normal(1e25))]
NORMS = [dict(case, eps=1e-5, gamma=normal(0.5, 1)) for case in SHAPES]
MATRICES = [dict(m=2, k=4, n=3), dict(m=3, k=6, n=2, a=normal(100), b=normal(0.01)), dict(m=1, k=1, n=1)]
BATCHES = [dict(case, batch=batch) for case, batch in zip(MATRICES, (2, 1, 3))]

# Name: (library function, function, "inputs; constants; integers -> outputs", cases).
OPS = {
    "Add": ("torch.add", torch.add, "a[n], b[n] -> y[n]", [dict(n=9), dict(n=7, b=normal(1e4)), dict(n=1)]),
    "AdamW": ("torch.optim.AdamW", adamw, "w[n], g[n], m[n], v[n]; lr, beta1, rest1, beta2, rest2, eps, keep, c1, c2 "
              "-> new_w[n], new_m[n], new_v[n]", [
        step(1, 0.9, 0.999, n=7, lr=1e-3, eps=1e-8, decay=0.01),
        step(2, 0.875, 0.9375, n=7, lr=0.25, eps=1e-3, decay=0.125),
        step(5, 0.875, 0.9375, n=6, lr=0.1, eps=0.1, decay=0.0, g=normal(3)),
        step(5, 0.5, 0.75, n=1, lr=0.5, eps=1e-6, decay=0.2),
        step(1000, 0.9, 0.999, n=5, lr=3e-4, eps=1e-8, decay=0.1, v=uniform(0, 1e-6), g=normal(1e-3), m=normal(1e-3))]),
    "Attention": ("torch.nn.functional.scaled_dot_product_attention",
                  lambda q, k, v, s: F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=s),
                  "q[heads,rows,dim], k[heads,keys,dim], v[heads,keys,width]; s -> y[heads,rows,width]", [
        dict(heads=2, rows=3, keys=3, dim=2, width=3, s=2**-0.5),
        dict(heads=1, rows=2, keys=5, dim=4, width=2, s=0.5),
        dict(heads=1, rows=5, keys=2, dim=3, width=3, s=3**-0.5, q=normal(5), k=normal(3)),
        dict(heads=1, rows=1, keys=1, dim=1, width=1, s=1.0)]),
    "BatchMatMul": ("torch.bmm", torch.bmm, "a[batch,m,k], b[batch,k,n] -> y[batch,m,n]", BATCHES),
    "BatchMatMulTransposed": ("torch.bmm", lambda a, b: torch.bmm(a, b.mT),
                              "a[batch,m,k], b[batch,n,k] -> y[batch,m,n]", BATCHES),
    "BiasAdd": ("torch.add", torch.add, "x[rows,cols], b[cols] -> y[rows,cols]", [
        dict(rows=3, cols=5), dict(rows=5, cols=2, b=normal(1e3)), dict(rows=1, cols=4), dict(rows=3, cols=1)]),
    "CausalMask": ("torch.Tensor.masked_fill",
                   lambda x: x.masked_fill(torch.ones(x.shape[1:]).tril() == 0, -math.inf),
                   "x[batch,rows,keys] -> y[batch,rows,keys]", [
        dict(batch=2, rows=3, keys=3), dict(batch=1, rows=2, keys=5, x=normal(1e3)),
        dict(batch=2, rows=4, keys=2), dict(batch=1, rows=1, keys=1)]),
    "Embedding": ("torch.nn.functional.embedding", lambda table, ids: F.embedding(ids, table),
                  "table[vocab,dim];; ids[n] -> y[n,dim]", [
        dict(vocab=5, dim=3, n=6, ids=[3, 0, 3, 1, 0, 3]),
        dict(vocab=3, dim=2, n=7, ids=[2, 2, 1, 2, 2, 0, 2], table=normal(1e3)),
        dict(vocab=4, dim=1, n=1, ids=[3])]),
    "GELU": ("torch.nn.functional.gelu", F.gelu, "x[n] -> y[n]", LINES),
    "GELU(tanh)": ("torch.nn.functional.gelu(approximate='tanh')", lambda x: F.gelu(x, approximate="tanh"),
                   "x[n] -> y[n]", LINES),
    "LayerNorm": ("torch.nn.functional.layer_norm",
                  lambda x, gamma, beta, eps: F.layer_norm(x, gamma.shape, gamma, beta, eps),
                  "x[rows,cols], gamma[cols], beta[cols]; eps -> y[rows,cols]", NORMS),
    "MatMul": ("torch.matmul", torch.matmul, "a[m,k], b[k,n] -> y[m,n]", MATRICES),
    "MSE": ("torch.nn.functional.mse_loss", F.mse_loss, "x[n], t[n] -> y", [
        dict(n=9), dict(n=6, x=normal(100), t=normal(1e-2)), dict(n=1)]),
    "ReLU": ("torch.nn.functional.relu", F.relu, "x[rows,cols] -> y[rows,cols]", [
        dict(rows=3, cols=4), dict(rows=2, cols=3, x=ZEROS), dict(rows=1, cols=1, x=1e-3)]),
    "ReLU²Mul": ("torch.nn.functional.relu, torch.square, torch.mul", lambda x, up: torch.square(F.relu(x)) * up,
                 "x[n], up[n] -> y[n]", [*GATES, dict(n=6, x=ZEROS)]),
    "RMSNorm": ("torch.nn.functional.rms_norm", lambda x, gamma, eps: F.rms_norm(x, gamma.shape, gamma, eps),
                "x[rows,cols], gamma[cols]; eps -> y[rows,cols]", NORMS),
    "RoPE(pairs)": ("transformers.models.gptj.modeling_gptj.apply_rotary_pos_emb", rope_pairs, ROPE, ROPES),
    "RoPE(halves)": ("transformers.models.llama.modeling_llama.apply_rotary_pos_emb", rope_halves, ROPE, ROPES),
    "Scale": ("torch.mul", torch.mul, "x[n]; s -> y[n]", [
        dict(n=9, s=0.7), dict(n=7, s=-1e-3, x=normal(1e3)), dict(n=1, s=3.0)]),
    "ScaledAdd": ("torch.add", lambda a, b, s: torch.add(a, b, alpha=s), "a[n], b[n]; s -> y[n]", [
        dict(n=9, s=0.7), dict(n=7, s=-1e-3, b=normal(1e3)), dict(n=1, s=3.0)]),
    "ScaledDot": ("torch.linalg.vecdot", lambda q, k, s: s * torch.linalg.vecdot(q, k),
                  "q[rows,dim], k[rows,dim]; s -> y[rows]", [
        dict(rows=3, dim=4, s=0.5), dict(rows=2, dim=7, s=0.01, q=normal(30)), dict(rows=2, dim=1, s=1.5)]),
    "SGD": ("torch.optim.SGD", sgd, "w[n], g[n], v[n]; lr, momentum, decay -> new_w[n], new_v[n]", [
        dict(n=8, lr=0.1, momentum=0.9, decay=0.01),
        dict(n=7, lr=0.5, momentum=0.5, decay=0.0, g=normal(30)),
        dict(n=1, lr=0.01, momentum=0.99, decay=0.2)]),
    "SiLU": ("torch.nn.functional.silu", F.silu, "x[n] -> y[n]", LINES),
    "Softmax": ("torch.nn.functional.softmax", lambda x: F.softmax(x, -1), "x[rows,cols] -> y[rows,cols]", [
        dict(rows=3, cols=5), dict(rows=2, cols=7, x=uniform(-60, 60)), dict(rows=1, cols=3), dict(rows=2, cols=1)]),
    "SoftmaxCrossEntropy": ("torch.nn.functional.cross_entropy",
                            lambda x, labels: F.cross_entropy(x, labels, reduction="none"),
                            "x[rows,classes];; labels[rows] -> y[rows]", [
        dict(rows=3, classes=5, labels=[2, 0, 4]),
        dict(rows=4, classes=4, labels=[1, 3, 1, 0], x=uniform(-60, 60)),
        dict(rows=1, classes=3, labels=[1]), dict(rows=2, classes=1, labels=[0, 0]),
        dict(rows=3, classes=2, labels=[0, 0, 1], x=[1e8, 1e8, 10003.0, 10000.0, -1e30, 1e30])]),
    "SwiGLU": ("torch.nn.functional.silu, torch.mul", lambda x, up: F.silu(x) * up, "x[n], up[n] -> y[n]", GATES),
}


def ports(text):
    """Inputs, constants, integers and outputs, each as {name: dims}."""
    before, after = text.split("->")
    groups = [*before.split(";"), "", ""][:3] + [after]
    return [{n: d.split(",") if d else [] for n, d in re.findall(r"(\w+)(?:\[(.*?)\])?", group)} for group in groups]


def compute(function, text, case, rng):
    groups = ports(text)
    names = re.findall(r"[a-z]\w*", " ".join(dim for group in groups for port in group.values() for dim in port))
    dims = {name: case[name] for name in names}

    def shape(port):
        return [math.prod(dims.get(factor) or int(factor) for factor in dim.split("*")) for dim in port]

    def draw(name, port):
        what, count = case.get(name, normal(1)), math.prod(shape(port))
        if callable(what):
            what = [what(rng) for _ in range(count)]
        what = what if isinstance(what, list) else [what]
        assert len(what) == count, name
        decimal = not port and not callable(case.get(name, normal(1)))
        return [x if decimal or isinstance(x, int) else f32(x) for x in what]

    def tensors(kind, data, dtype=torch.float64):
        return [torch.tensor(data[name], dtype=dtype).reshape(shape(port)) for name, port in groups[kind].items()]

    def numbers(kind, results):
        # Adding 0 takes the sign off a zero.
        return {name: [x + 0.0 for x in tensor.flatten().tolist()] for name, tensor in zip(groups[kind], results)}

    inputs, constants, integers = ({name: draw(name, port) for name, port in group.items()} for group in groups[:3])
    cotangents = {name: draw("d" + name, port) for name, port in groups[3].items()}
    variables = [tensor.requires_grad_() for tensor in tensors(0, inputs)]
    fixed = [tensor if tensor.dim() else tensor.item() for tensor in tensors(1, constants)]
    results = function(*variables, *fixed, *tensors(2, integers, torch.int64), **case.get("settings", {}))
    results = results if isinstance(results, tuple) else (results,)
    assert [list(result.shape) for result in results] == [shape(port) for port in groups[3].values()]
    gradients = torch.autograd.grad(results, variables, tensors(3, cotangents))
    return {
        "dims": dims,
        "inputs": inputs,
        "constants": constants,
        "integers": integers,
        **({"settings": case["settings"]} if "settings" in case else {}),
        "cotangents": cotangents,
        "outputs": numbers(3, results),
        "gradients": numbers(0, gradients),
    }


def pretty(value, indent=""):
    inner = indent + "  "
    if isinstance(value, dict) and any(isinstance(x, (dict, list)) for x in value.values()):
        lines = [f"{inner}{json.dumps(key)}: {pretty(x, inner)}" for key, x in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list) and isinstance(value[0], dict):
        return "[\n" + ",\n".join(inner + pretty(x, inner) for x in value) + f"\n{indent}]"
    if isinstance(value, list):
        # JSON has no infinity: it is written as a string.
        text = ", ".join(json.dumps(x if math.isfinite(x) else str(x)) for x in value)
        one = f"[{text}]"
        lines = textwrap.wrap(text, WIDTH - len(inner))
        return one if len(lines) == 1 else "[\n" + "\n".join(inner + line for line in lines) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def main():
    torch.set_num_threads(1)
    for op, (by, function, text, cases) in OPS.items():
        library = {"transformers": transformers.__version__} if by.startswith("transformers") else {}
        content = {
            "op": op,
            "by": by,
            "versions": {"torch": torch.__version__.split("+")[0], **library, "python": platform.python_version()},
            "cases": [compute(function, text, case, random.Random(f"{op} {i}")) for i, case in enumerate(cases)],
        }
        name = re.sub(r"[^a-z0-9]+", "_", op.lower()).strip("_")
        Path(__file__).with_name(f"{name}.json").write_text(pretty(content) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
