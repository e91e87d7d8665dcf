"""Golden values of the ops, computed by PyTorch (and, for RoPE, Hugging Face Transformers) in float64 on the CPU.

Writes one JSON file per op beside this script: tensors drawn at random and rounded to float32, so that float32 holds them
exactly; constants that are one number as the decimals that users write, which float32 does not hold; outputs and gradients
(autograd, of the sum of outputs times cotangents) in float64.
Draws come from Python's `random`, seeded by the op's name and the case's number.

    pip install torch==2.15.0 transformers==5.24.0
    python make.py            # all files
    python make.py ReLU SiLU  # those of some ops
"""

import json
import math
import platform
import random
import re
import struct
import sys
import textwrap
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import torch
import torch.nn.functional as F

WIDTH = 120


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def half(rng):
    return struct.unpack("e", struct.pack("e", rng.gauss(0, 1)))[0]


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


def adam(w, g, m, v, s, lr, beta1, rest1, beta2, rest2, eps, keep, c1, c2, *, decay, t):
    # The optimizer makes rest1, rest2, keep, c1 and c2 itself; its decay is s.
    w, m, v = w.clone(), m.clone(), v.clone()
    optimizer = torch.optim.Adam([w], lr, (beta1, beta2), eps, s, differentiable=True)
    optimizer.state[w] = {"step": torch.tensor(t - 1.0, dtype=torch.float64), "exp_avg": m, "exp_avg_sq": v}
    w.grad = g
    optimizer.step()
    return w, m, v


def rms_prop(w, g, v, lr, alpha, rest, eps):
    # The optimizer makes rest itself.
    w, v = w.clone(), v.clone()
    optimizer = torch.optim.RMSprop([w], lr, alpha, eps, differentiable=True)
    optimizer.state[w] = {"step": torch.tensor(0.0, dtype=torch.float64), "square_avg": v}
    w.grad = g
    optimizer.step()
    return w, v


def lion(w, g, m, lr, beta1, rest1, beta2, rest2, keep):
    return w * keep - lr * torch.sign(beta1 * m + rest1 * g), beta2 * m + rest2 * g


def sgd_nesterov(w, g, v, lr, momentum, decay):
    return sgd(w, g, v, lr, momentum, 1.0, decay, nesterov=True)


def batch_norm(x, gamma, beta, eps):
    y = F.batch_norm(x, None, None, gamma, beta, True, eps=eps)
    return y, x.mean((0, 2)), x.var((0, 2), correction=0)


def group_norm(x, gamma, beta, eps):
    batch, groups, channels, inner = x.shape
    y = F.group_norm(x.reshape(batch, groups * channels, inner), groups, gamma.flatten(), beta.flatten(), eps)
    return y.reshape(x.shape)


def sgd(w, g, v, lr, momentum, rest, decay, *, dampening=0.0, is_first=False, nesterov=False):
    # The optimizer makes rest itself.
    def stepped(state, dampening):
        new_w = w.clone()
        optimizer = torch.optim.SGD([new_w], lr, momentum, dampening, decay, nesterov, differentiable=True)
        optimizer.state[new_w] = state
        new_w.grad = g
        optimizer.step()
        return new_w, state["momentum_buffer"]

    if is_first:
        # Its first step dampens nothing, but autograd does not see the velocity that it makes: with a velocity of zeros it does.
        made, kept = stepped({}, dampening), stepped({"momentum_buffer": v.clone()}, 0.0)
        assert all(torch.equal(a, b) for a, b in zip(made, kept))
        return kept
    return stepped({"momentum_buffer": v.clone()}, dampening)


def rope_pairs(x, cos, sin):
    # The library's layout is [batch, rows, heads, width].
    from transformers.models.gptj.modeling_gptj import apply_rotary_pos_emb as rotate_pairs

    return rotate_pairs(x.transpose(0, 1)[None], sin[None], cos[None])[0].transpose(0, 1)


def rope_halves(x, cos, sin):
    cos, sin = (torch.cat([table, table], -1)[None] for table in (cos, sin))
    from transformers.models.llama.modeling_llama import apply_rotary_pos_emb as rotate_halves

    return rotate_halves(x[None], x[None], cos, sin)[0][0]


def grouped_attention(q, k, v, s, lengths, causal=True):
    q, k, v = (x.unflatten(0, (len(lengths), -1)) for x in (q, k, v))
    keys = torch.arange(k.shape[2])
    last = torch.arange(q.shape[2])[:, None] + k.shape[2] - q.shape[2] if causal else k.shape[2]
    mask = (keys <= last) & (keys < lengths[:, None, None, None])
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=s, enable_gqa=True).flatten(0, 1)


def selective_scan(x, a, b, w):
    h, ys = torch.zeros_like(a[:, 0]), []
    for x, a, b, w in zip(*(tensor.unbind(1) for tensor in (x, a, b, w))):
        h = a * h + b[:, None] * x[..., None]
        ys.append(torch.einsum("ecn,en->ec", h, w))
    return torch.stack(ys, 1)


def multi_head_attention(x, wq, bq, wk, bk, wv, bv, wo, bo, s, lengths, *, heads, causal):
    # The function scales by 1/sqrt(dim) itself, which s is.
    rows = x.shape[1]
    assert abs(s - (wq.shape[1] // heads) ** -0.5) < 1e-12
    y, _ = F.multi_head_attention_forward(
        *[x.transpose(0, 1)] * 3, x.shape[2], heads, torch.cat([wq, wk, wv], 1).T, torch.cat([bq, bk, bv]), None, None, False, 0.0,
        wo.T, bo, key_padding_mask=torch.arange(rows) >= lengths[:, None], need_weights=False,
        attn_mask=torch.ones(rows, rows, dtype=torch.bool).triu(1) if causal else None)
    return y.transpose(0, 1)


def unit_norm(x, eps):
    return F.normalize(x, dim=0, eps=eps)


def newton_schulz(x):
    gram = x @ x.mT
    return 3.4445 * x - 4.775 * gram @ x + 2.0315 * gram @ gram @ x


def moment(g, m, beta, rest):
    new_m = m.lerp(g, 1 - beta)
    return new_m, g.lerp(new_m, beta)


def muon_step(w, u, lr, keep):
    return w * keep - lr * math.sqrt(max(1, w.shape[1] / w.shape[0])) * u


def muon(w, g, m, beta, rest, eps, lr, keep, *, decay):
    # The optimizer's own steps in float64; its iteration rounds to bfloat16, which is not differentiable and is compared with coarsely.
    new_m, u = moment(g, m, beta, rest)
    x = u / u.norm().clamp(min=eps)
    for _ in range(5):
        x = newton_schulz(x)
    new_w = muon_step(w, x, lr, keep)
    # It has a row for each output.
    weights = torch.nn.Parameter(w.detach().T.contiguous())
    optimizer = torch.optim.Muon([weights], lr, decay, beta, eps=eps)
    optimizer.state[weights]["momentum_buffer"] = m.detach().T.clone()
    weights.grad = g.detach().T.contiguous()
    optimizer.step()
    assert torch.allclose(optimizer.state[weights]["momentum_buffer"].T, new_m, atol=1e-12)
    assert torch.allclose(weights.T, new_w, atol=0.05 * lr), (weights.T - new_w).abs().max() / lr
    return new_w, new_m


def philox(low, high, key):
    """The first word of Philox2x32-10."""
    for _ in range(10):
        product = 0xD256D193 * low
        low, high, key = product >> 32 ^ key ^ high, product & 0xFFFFFFFF, (key + 0x9E3779B9) & 0xFFFFFFFF
    return low


def dropout(x, p, seed, counter):
    u = [philox(i, int(counter), int(seed)) / 2**32 for i in range(len(x))]
    return torch.where(torch.tensor(u, dtype=torch.float64) >= p, x / (1 - p), 0.0)


def cross_entropy(reduction):
    def function(x, w, smoothing, labels):
        return F.cross_entropy(x, labels, w, ignore_index=x.shape[1], reduction=reduction, label_smoothing=smoothing)
    return function


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
TIES = [dict(n=9), dict(n=5, a=[1.0, 2.0, 0.0, -1.0, 7.0], b=[1.0, 0.0, 3.0, -1.0, 7.0]), dict(n=8, a=HUGE)]
LINES3 = [dict(outer=2, axis=3, inner=2), dict(outer=1, axis=5, inner=1), dict(outer=2, axis=1, inner=3), dict(outer=1, axis=4, inner=2, x=normal(1e3))]
POOLED = "x[planes,h,w] -> y[planes,(h-1)/2+1,w+1]"
IMAGES = [dict(planes=2, h=5, w=4), dict(planes=1, h=4, w=2), dict(planes=1, h=3, w=3, x=[0.0] * 9),
          dict(planes=1, h=1, w=3, x=[-1.0, -1.0, -2.0]), dict(planes=1, h=2, w=3, x=[1.0, 3.0, 3.0, 3.0, 0.0, 3.0])]
LABELLED = [dict(rows=3, classes=5, w=uniform(0.5, 2), smoothing=0.1, labels=[2, 0, 4]),
            dict(rows=2, classes=3, w=[1.0, 1.0, 1.0], smoothing=0.0, labels=[2, 3], x=[0.5, -1.0, 2.0, 1.0, 0.0, -1.0]),
            dict(rows=2, classes=3, w=[1.0, 1.0, 1.0], smoothing=0.1, labels=[2, 3], x=[0.5, -1.0, 2.0, 1.0, 0.0, -1.0]),
            dict(rows=2, classes=3, w=[1.0, 2.0, 4.0], smoothing=0.0, labels=[2, 0], x=[0.5, -1.0, 2.0, 1.0, 0.0, -1.0]),
            dict(rows=1, classes=3, w=[1.0, 2.0, 4.0], smoothing=0.0, labels=[1], x=[-math.inf, 0.0, 1.0]),
            dict(rows=4, classes=2, w=uniform(0.5, 2), smoothing=0.25, labels=[2, 1, 2, 0], x=uniform(-60, 60))]
ENLARGED = [dict(planes=2, h=3, w=2), dict(planes=1, h=1, w=4), dict(planes=1, h=1, w=1)]
ZEROS = [0.5, 0.0, -0.75, 0.0, 2.0, -1e-3]
SHAPES = [dict(rows=3, cols=5), dict(rows=2, cols=7, x=normal(1e-3)), dict(rows=3, cols=4, x=normal(20, 50)),
          dict(rows=2, cols=1), dict(rows=2, cols=5, x=normal(1e25))]
NORMS = [dict(case, eps=1e-5, gamma=normal(0.5, 1)) for case in SHAPES]
# What halves hold, so that nothing is rounded; the cotangents too, for autograd rounds those on their way through `half`.
HALVES = [dict(n=7, x=half, dy=half), dict(n=5, x=[0.0, 65504.0, -2048.0, 6.103515625e-05, 1.0009765625], dy=half), dict(n=1, x=half, dy=half)]
MATRICES = [dict(m=2, k=4, n=3), dict(m=3, k=6, n=2, a=normal(100), b=normal(0.01)), dict(m=1, k=1, n=1)]
BATCHES = [dict(case, batch=batch) for case, batch in zip(MATRICES, (2, 1, 3))]

# Name: (library function, function, "inputs; constants; integers -> outputs", cases).
HEADS = [dict(batch=2, rows=2, dim=2), dict(batch=1, rows=3, dim=1), dict(batch=1, rows=1, dim=2)]

OPS = {
    "Abs": ("torch.abs", torch.abs, "x[n] -> y[n]", [dict(n=9), dict(n=6, x=ZEROS), dict(n=8, x=HUGE)]),
    "Adam": ("torch.optim.Adam", adam, "w[n], g[n], m[n], v[n]; s, lr, beta1, rest1, beta2, rest2, eps, keep, c1, c2 "
             "-> new_w[n], new_m[n], new_v[n]", [
        step(2, 0.875, 0.9375, n=7, lr=0.25, eps=1e-3, decay=0.0, s=0.05),
        step(1, 0.9, 0.999, n=4, lr=0.1, eps=1e-8, decay=0.0, s=0.05, w=[0.5, -1.25, 2.0, 0.25], g=[0.1, -0.2, 0.3, 0.5],
             m=[0.0] * 4, v=[0.0] * 4),
        step(5, 0.5, 0.75, n=1, lr=0.5, eps=1e-6, decay=0.0, s=0.0)]),
    "AdamW": ("torch.optim.AdamW", adamw, "w[n], g[n], m[n], v[n]; lr, beta1, rest1, beta2, rest2, eps, keep, c1, c2 "
              "-> new_w[n], new_m[n], new_v[n]", [
        step(1, 0.9, 0.999, n=7, lr=1e-3, eps=1e-8, decay=0.01),
        step(2, 0.875, 0.9375, n=7, lr=0.25, eps=1e-3, decay=0.125),
        step(5, 0.875, 0.9375, n=6, lr=0.1, eps=0.1, decay=0.0, g=normal(3)),
        step(5, 0.5, 0.75, n=1, lr=0.5, eps=1e-6, decay=0.2),
        step(1000, 0.9, 0.999, n=5, lr=3e-4, eps=1e-8, decay=0.1, v=uniform(0, 1e-6), g=normal(1e-3), m=normal(1e-3))]),
    "Add": ("torch.add", torch.add, "a[n], b[n] -> y[n]", [dict(n=9), dict(n=7, b=normal(1e4)), dict(n=1)]),
    "ALiBi": ("torch.add", lambda x, slopes: x + slopes[:, None, None] * (
        torch.arange(x.shape[2]) - torch.arange(x.shape[1])[:, None]), "x[heads,rows,keys]; slopes[heads] -> y[heads,rows,keys]", [
        dict(heads=2, rows=3, keys=3, slopes=[0.5, 0.25]), dict(heads=1, rows=2, keys=4, slopes=[2**-8]),
        dict(heads=2, rows=3, keys=1, slopes=uniform(0, 1))]),
    "Attention": ("torch.nn.functional.scaled_dot_product_attention",
                  lambda q, k, v, s: F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=s),
                  "q[heads,rows,dim], k[heads,keys,dim], v[heads,keys,width]; s -> y[heads,rows,width]", [
        dict(heads=2, rows=3, keys=3, dim=2, width=3, s=2**-0.5),
        dict(heads=1, rows=2, keys=5, dim=4, width=2, s=0.5),
        dict(heads=1, rows=5, keys=2, dim=3, width=3, s=3**-0.5, q=normal(5), k=normal(3)),
        dict(heads=1, rows=1, keys=1, dim=1, width=1, s=1.0)]),
    "AvgPool2D(3×2, stride 2×1, padding 1×1)": ("torch.nn.functional.avg_pool2d",
        lambda x: F.avg_pool2d(x, (3, 2), (2, 1), (1, 1)), POOLED, IMAGES),
    "BatchMatMul": ("torch.bmm", torch.bmm, "a[batch,m,k], b[batch,k,n] -> y[batch,m,n]", BATCHES),
    "BatchMatMulTransposed": ("torch.bmm", lambda a, b: torch.bmm(a, b.mT),
                              "a[batch,m,k], b[batch,n,k] -> y[batch,m,n]", BATCHES),
    "BatchNorm": ("torch.nn.functional.batch_norm, torch.mean, torch.var", batch_norm,
                  "x[outer,axis,inner], gamma[axis], beta[axis]; eps -> y[outer,axis,inner], mean[axis], variance[axis]", [
        dict(outer=3, axis=2, inner=2, eps=1e-5), dict(outer=2, axis=3, inner=1, eps=1e-5, x=normal(20, 50)),
        dict(outer=3, axis=2, inner=1, eps=1e-5, x=[1.0, 0.0, 2.0, 0.0, 6.0, 0.0])]),
    "BatchNormEvaluation": ("torch.nn.functional.batch_norm",
                            lambda x, gamma, beta, m, v, eps: F.batch_norm(x, m, v, gamma, beta, False, eps=eps),
                            "x[outer,axis,inner], gamma[axis], beta[axis]; m[axis], v[axis], eps -> y[outer,axis,inner]", [
        dict(outer=3, axis=2, inner=2, eps=1e-5, v=uniform(0.1, 2)), dict(outer=1, axis=3, inner=1, eps=1e-3, v=[0.0, 1.0, 4.0])]),
    "BiasAdd": ("torch.add", torch.add, "x[rows,cols], b[cols] -> y[rows,cols]", [
        dict(rows=3, cols=5), dict(rows=5, cols=2, b=normal(1e3)), dict(rows=1, cols=4), dict(rows=3, cols=1)]),
    "BinaryCrossEntropy": ("torch.nn.functional.binary_cross_entropy_with_logits",
                           lambda x, t, w: F.binary_cross_entropy_with_logits(
                               x, t, pos_weight=torch.tensor([w], dtype=torch.float64), reduction="none"),
                           "x[n]; t[n], w -> y[n]", [
        dict(n=9, t=uniform(0, 1), w=1.0), dict(n=10, x=WIDE, t=[0.0, 1.0] * 5, w=2.5),
        dict(n=5, x=[1000.0, 1000.0, -1000.0, -1000.0, 0.0], t=[0.0, 1.0, 0.0, 1.0, 1.0], w=3.0)]),
    "BroadcastAdd": ("torch.add", lambda x, b: x + b[:, None], "x[outer,axis,inner], b[axis] -> y[outer,axis,inner]", LINES3),
    "BroadcastMul": ("torch.mul", lambda x, b: x * b[:, None], "x[outer,axis,inner], b[axis] -> y[outer,axis,inner]", LINES3),
    "CausalMask": ("torch.Tensor.masked_fill",
                   lambda x: x.masked_fill(torch.ones(x.shape[1:]).tril() == 0, -math.inf),
                   "x[batch,rows,keys] -> y[batch,rows,keys]", [
        dict(batch=2, rows=3, keys=3), dict(batch=1, rows=2, keys=5, x=normal(1e3)),
        dict(batch=2, rows=4, keys=2), dict(batch=1, rows=1, keys=1)]),
    "Clamp": ("torch.clamp", torch.clamp, "x[n]; low, high -> y[n]", [
        dict(n=9, low=-0.7, high=0.4), dict(n=5, low=0.0, high=1.0, x=[0.0, 1.0, 0.5, -1.0, 2.0]), dict(n=1, low=-1.0, high=-0.5)]),
    "Concat": ("torch.cat", lambda a, b: torch.cat([a, b], 1), "a[outer,m,inner], b[outer,n,inner] -> y[outer,m+n,inner]", [
        dict(outer=2, m=2, n=3, inner=2), dict(outer=1, m=4, n=1, inner=3), dict(outer=3, m=1, n=1, inner=1)]),
    "Conv1D(3, stride 2, padding 3, dilation 2, groups 2)": (
        "torch.nn.functional.conv1d", lambda x, f, b: F.conv1d(x, f.reshape(len(f), -1, 3), b, 2, 3, 2, 2),
        "x[batch,2*cin,n], f[2*cout,3*cin], b[2*cout] -> y[batch,2*cout,(n+1)/2+1]", [
        dict(batch=2, cin=2, n=7, cout=2), dict(batch=1, cin=1, n=1, cout=1), dict(batch=1, cin=1, n=8, cout=3)]),
    "Conv2D(2×3, stride 2×3, padding 1×2, dilation 2×1, groups 1)": (
        "torch.nn.functional.conv2d", lambda x, f, b: F.conv2d(x, f.reshape(len(f), -1, 2, 3), b, (2, 3), (1, 2), (2, 1)),
        "x[batch,cin,h,w], f[cout,6*cin], b[cout] -> y[batch,cout,(h-1)/2+1,(w+1)/3+1]", [
        dict(batch=2, cin=1, h=4, w=3, cout=2), dict(batch=1, cin=2, h=3, w=5, cout=1), dict(batch=1, cin=1, h=1, w=1, cout=1)]),
    "Conv2D(3×3, stride 1×1, padding 1×1, dilation 1×1, groups 3)": (
        "torch.nn.functional.conv2d", lambda x, f, b: F.conv2d(x, f.reshape(len(f), -1, 3, 3), b, 1, 1, 1, 3),
        "x[batch,3*cin,h,w], f[3*cout,9*cin], b[3*cout] -> y[batch,3*cout,h,w]", [
        dict(batch=2, cin=1, h=3, w=4, cout=1), dict(batch=1, cin=1, h=2, w=1, cout=2), dict(batch=1, cin=2, h=1, w=3, cout=1)]),
    "ConvTranspose1D(3, stride 2, padding 1, output padding 1, dilation 1, groups 2)": (
        "torch.nn.functional.conv_transpose1d",
        lambda x, f, b: F.conv_transpose1d(x, f.reshape(len(f), -1, 3), b, 2, 1, 1, 2),
        "x[batch,2*cin,n], f[2*cin,3*cout], b[2*cout] -> y[batch,2*cout,2*n]", [
        dict(batch=2, cin=1, n=4, cout=2), dict(batch=1, cin=2, n=1, cout=1), dict(batch=1, cin=1, n=5, cout=1)]),
    "ConvTranspose2D(2×1, stride 1×2, padding 1×0, output padding 1×1, dilation 2×1, groups 1)": (
        "torch.nn.functional.conv_transpose2d",
        lambda x, f, b: F.conv_transpose2d(x, f.reshape(len(f), -1, 2, 1), b, (1, 2), (1, 0), (1, 1), 1, (2, 1)),
        "x[batch,cin,h,w], f[cin,2*cout], b[cout] -> y[batch,cout,h+1,2*w]", [
        dict(batch=2, cin=1, h=2, w=3, cout=2), dict(batch=1, cin=2, h=3, w=2, cout=1), dict(batch=1, cin=1, h=1, w=1, cout=1)]),
    "ConvTranspose2D(2×2, stride 1×2, padding 1×0, output padding 1×0, dilation 2×1, groups 1)": (
        "torch.nn.functional.conv_transpose2d",
        lambda x, f, b: F.conv_transpose2d(x, f.reshape(len(f), -1, 2, 2), b, (1, 2), (1, 0), (1, 0), 1, (2, 1)),
        "x[batch,cin,h,w], f[cin,4*cout], b[cout] -> y[batch,cout,h+1,2*w]", [
        dict(batch=2, cin=1, h=2, w=3, cout=2), dict(batch=1, cin=2, h=3, w=2, cout=1), dict(batch=1, cin=1, h=1, w=1, cout=1)]),
    "ConvTranspose2D(2×2, stride 2×2, padding 0×0, output padding 0×0, dilation 1×1, groups 2)": (
        "torch.nn.functional.conv_transpose2d", lambda x, f, b: F.conv_transpose2d(x, f.reshape(len(f), -1, 2, 2), b, 2, groups=2),
        "x[batch,2*cin,h,w], f[2*cin,4*cout], b[2*cout] -> y[batch,2*cout,2*h,2*w]", [
        dict(batch=2, cin=1, h=2, w=2, cout=2), dict(batch=1, cin=2, h=1, w=3, cout=1)]),
    "CrossEntropy(mean)": ("torch.nn.functional.cross_entropy", cross_entropy("mean"),
                           "x[rows,classes]; w[classes], smoothing; labels[rows] -> y", LABELLED),
    "CrossEntropy(sum)": ("torch.nn.functional.cross_entropy", cross_entropy("sum"),
                          "x[rows,classes]; w[classes], smoothing; labels[rows] -> y", LABELLED),
    "CumulativeSum": ("torch.cumsum", lambda x: torch.cumsum(x, 1), "x[outer,axis,inner] -> y[outer,axis,inner]", LINES3),
    "Div": ("torch.div", torch.div, "a[n], b[n] -> y[n]", [
        dict(n=9), dict(n=7, b=normal(1e4)), dict(n=4, a=[0.0, 3.0, -1e30, 1e20], b=[2.0, -0.125, 1e30, 1e-5])]),
    "Dropout(0.25)": ("torch.where, torch.div", lambda x, seed, counter: dropout(x, 0.25, seed, counter),
                      "x[n];; seed, counter -> y[n]", [
        dict(n=12, seed=1234, counter=0), dict(n=12, seed=4294967295, counter=7), dict(n=3, seed=0, counter=1),
        dict(n=9, seed=3000000000, counter=4000000000)]),
    "Embedding": ("torch.nn.functional.embedding", lambda table, ids: F.embedding(ids, table),
                  "table[vocab,dim];; ids[n] -> y[n,dim]", [
        dict(vocab=5, dim=3, n=6, ids=[3, 0, 3, 1, 0, 3]),
        dict(vocab=3, dim=2, n=7, ids=[2, 2, 1, 2, 2, 0, 2], table=normal(1e3)),
        dict(vocab=4, dim=1, n=1, ids=[3])]),
    "Exp": ("torch.exp", torch.exp, "x[n] -> y[n]", [dict(n=9), dict(n=10, x=WIDE), dict(n=3, x=[-80.0, 0.0, 80.0])]),
    "Flatten": ("torch.flatten", lambda x: torch.flatten(x, 1), "x[batch,channels,h,w] -> y[batch,channels*h*w]", [
        dict(batch=2, channels=3, h=2, w=4), dict(batch=1, channels=1, h=3, w=1), dict(batch=3, channels=2, h=1, w=1)]),
    "Gather": ("torch.gather", lambda x, ids: torch.gather(x, 1, ids),
               "x[outer,n,inner];; ids[outer,m,inner] -> y[outer,m,inner]", [
        dict(outer=2, n=3, m=2, inner=2, ids=[0, 2, 2, 1, 1, 1, 1, 0]), dict(outer=1, n=2, m=4, inner=1, ids=[1, 1, 0, 1]),
        dict(outer=1, n=1, m=1, inner=1, ids=[0])]),
    "GELU": ("torch.nn.functional.gelu", F.gelu, "x[n] -> y[n]", LINES),
    "GELU(tanh)": ("torch.nn.functional.gelu(approximate='tanh')", lambda x: F.gelu(x, approximate="tanh"),
                   "x[n] -> y[n]", LINES),
    "GroupedAttention(heads 2, group 2)": (
        "torch.nn.functional.scaled_dot_product_attention(enable_gqa=True)", grouped_attention,
        "q[4*batch,queries,dim], k[2*batch,keys,dim], v[2*batch,keys,width]; s; lengths[batch] -> y[4*batch,queries,width]", [
        dict(batch=2, queries=3, keys=3, dim=2, width=3, s=2**-0.5, lengths=[3, 2]),
        dict(batch=1, queries=2, keys=5, dim=3, width=2, s=0.5, lengths=[5]),
        dict(batch=2, queries=4, keys=2, dim=1, width=1, s=1.0, lengths=[1, 2], q=normal(5), k=normal(3)),
        dict(batch=2, queries=1, keys=3, dim=2, width=1, s=0.7, lengths=[0, 1])]),
    "GroupedAttention(heads 1, group 3, not causal)": (
        "torch.nn.functional.scaled_dot_product_attention(enable_gqa=True)",
        lambda q, k, v, s, lengths: grouped_attention(q, k, v, s, lengths, causal=False),
        "q[3*batch,queries,dim], k[batch,keys,dim], v[batch,keys,width]; s; lengths[batch] -> y[3*batch,queries,width]", [
        dict(batch=2, queries=2, keys=4, dim=2, width=3, s=2**-0.5, lengths=[4, 2]),
        dict(batch=3, queries=3, keys=2, dim=1, width=2, s=1.0, lengths=[0, 2, 1])]),
    "GroupNorm": ("torch.nn.functional.group_norm", group_norm,
                  "x[batch,groups,channels,inner], gamma[groups,channels], beta[groups,channels]; eps "
                  "-> y[batch,groups,channels,inner]", [
        dict(batch=2, groups=2, channels=2, inner=3, eps=1e-5), dict(batch=1, groups=1, channels=3, inner=1, eps=1e-5, x=normal(20, 50)),
        dict(batch=2, groups=3, channels=1, inner=2, eps=1e-3), dict(batch=1, groups=2, channels=2, inner=2, eps=1e-5, x=[1.0] * 8)]),
    "Huber": ("torch.nn.functional.huber_loss", lambda x, t, delta: F.huber_loss(x, t, "none", delta), "x[n], t[n]; delta -> y[n]", [
        dict(n=9, delta=1.0), dict(n=3, delta=2.0, x=[2.0, -2.0, 0.0], t=[0.0, 0.0, 0.0]), dict(n=7, delta=0.3, x=normal(100))]),
    "Hypot": ("torch.hypot", torch.hypot, "a[n], b[n] -> y[n]", [
        dict(n=9), dict(n=6, a=ZEROS), dict(n=5, a=[1e15, -1e-15, 3e10, 3.0, 1e10], b=[1e15, 1e-15, -4e10, -4.0, 1e-10]), dict(n=1)]),
    "KLDivergence": ("torch.nn.functional.kl_div", lambda x, t: F.kl_div(x, t, reduction="none"), "x[n]; t[n] -> y[n]", [
        dict(n=9, t=uniform(0, 1)), dict(n=4, t=[0.0, 1.0, 0.5, 0.0], x=[-1.0, -2.0, 0.0, 0.0]), dict(n=1, t=[0.25])]),
    "L2Normalize": ("torch.nn.functional.normalize", lambda x, eps: F.normalize(x, eps=eps), "x[rows,cols]; eps -> y[rows,cols]", [
        dict(rows=3, cols=5, eps=1e-12), dict(rows=2, cols=1, eps=0.5), dict(rows=2, cols=2, eps=1e-3, x=[0.0, 0.0, 3.0, 4.0]),
        dict(rows=2, cols=3, eps=2.0, x=normal(0.1))]),
    "LayerNorm": ("torch.nn.functional.layer_norm",
                  lambda x, gamma, beta, eps: F.layer_norm(x, gamma.shape, gamma, beta, eps),
                  "x[rows,cols], gamma[cols], beta[cols]; eps -> y[rows,cols]", NORMS),
    "Linear": ("torch.nn.functional.linear", lambda x, w, b: F.linear(x, w.mT, b), "x[m,k], w[k,n], b[n] -> y[m,n]", [
        dict(m=2, k=4, n=3), dict(m=3, k=6, n=2, x=normal(100), w=normal(0.01)), dict(m=1, k=1, n=1)]),
    "Lion": ("torch.sign", lion, "w[n], g[n], m[n]; lr, beta1, rest1, beta2, rest2, keep -> new_w[n], new_m[n]", [
        dict(n=7, lr=1e-3, beta1=0.9, rest1=0.1, beta2=0.99, rest2=0.01, keep=0.9999),
        dict(n=3, lr=0.1, beta1=0.5, rest1=0.5, beta2=0.75, rest2=0.25, keep=1.0, g=[1.0, 0.0, -2.0], m=[-1.0, 0.0, 0.0])]),
    "Log": ("torch.log", torch.log, "x[n] -> y[n]", [
        dict(n=9, x=uniform(0.01, 9)), dict(n=5, x=[1.0, 1e-30, 1e30, 0.999, 1.001]), dict(n=1, x=2.0)]),
    "LogSoftmax": ("torch.nn.functional.log_softmax", lambda x: F.log_softmax(x, -1), "x[rows,cols] -> y[rows,cols]", [
        dict(rows=3, cols=5), dict(rows=2, cols=7, x=uniform(-60, 60)), dict(rows=2, cols=1),
        dict(rows=2, cols=3, x=[-math.inf, 0.0, 1.0, 1e8, 1e8, -1e8])]),
    "LogSumExp": ("torch.logsumexp", lambda x: torch.logsumexp(x, -1), "x[rows,cols] -> y[rows]", [
        dict(rows=3, cols=5), dict(rows=2, cols=7, x=uniform(-60, 60)), dict(rows=2, cols=1),
        dict(rows=2, cols=3, x=[-math.inf, 0.0, 1.0, 100.0, 100.0, -100.0])]),
    "LoRALinear": ("torch.nn.functional.linear",
                   lambda x, w, a, b, s: F.linear(x, w.mT) + s * F.linear(F.linear(x, a.mT), b.mT),
                   "x[m,k], w[k,n], a[k,rank], b[rank,n]; s -> y[m,n]", [
        dict(m=2, k=4, n=3, rank=2, s=0.5), dict(m=3, k=2, n=4, rank=1, s=16.0, b=[0.0] * 4), dict(m=1, k=1, n=1, rank=1, s=1.0)]),
    "Masked": ("torch.Tensor.masked_fill", lambda x, mask: x.masked_fill(mask == 0, -math.inf),
               "x[batch,rows,keys];; mask[rows,keys] -> y[batch,rows,keys]", [
        dict(batch=2, rows=2, keys=3, mask=[1, 0, 1, 0, 1, 0]), dict(batch=1, rows=3, keys=1, mask=[1, 0, 1])]),
    "MatMul": ("torch.matmul", torch.matmul, "a[m,k], b[k,n] -> y[m,n]", MATRICES),
    "MatMulF16": ("torch.matmul", torch.matmul, "a[m,k], b[k,n] -> y[m,n]", [dict(case, b=half) for case in MATRICES]),
    "Max": ("torch.amax", lambda x: torch.amax(x, 1), "x[outer,axis,inner] -> y[outer,inner]", [
        *LINES3, dict(outer=2, axis=3, inner=1, x=[1.0, 1.0, 0.0, 2.0, 2.0, 2.0])]),
    "Maximum": ("torch.maximum", torch.maximum, "a[n], b[n] -> y[n]", TIES),
    "MaxPool2D(3×2, stride 2×1, padding 1×1)": ("torch.nn.functional.max_pool2d",
        lambda x: F.max_pool2d(x, (3, 2), (2, 1), (1, 1)), POOLED, IMAGES),
    "Mean": ("torch.mean", lambda x: torch.mean(x, 1), "x[outer,axis,inner] -> y[outer,inner]", LINES3),
    "MergeHeads(3)": ("torch.Tensor.unflatten, transpose, flatten",
                      lambda x: x.unflatten(0, (-1, 3)).transpose(1, 2).flatten(2),
                      "x[3*batch,rows,dim] -> y[batch,rows,3*dim]", HEADS),
    "Minimum": ("torch.minimum", torch.minimum, "a[n], b[n] -> y[n]", TIES),
    "MSE": ("torch.nn.functional.mse_loss", F.mse_loss, "x[n], t[n] -> y", [
        dict(n=9), dict(n=6, x=normal(100), t=normal(1e-2)), dict(n=1)]),
    "Moment": ("torch.lerp", moment, "g[n], m[n]; beta, rest -> new_m[n], u[n]", [
        dict(n=8, beta=0.95, rest=0.05), dict(n=5, beta=0.5, rest=0.5, m=[0.0] * 5), dict(n=1, beta=0.9, rest=0.1, g=normal(1e3))]),
    "Mul": ("torch.mul", torch.mul, "a[n], b[n] -> y[n]", [dict(n=9), dict(n=7, b=normal(1e4)), dict(n=6, a=ZEROS)]),
    "MultiHeadAttention(heads 2, causal)": (
        "torch.nn.functional.multi_head_attention_forward",
        lambda *x: multi_head_attention(*x, heads=2, causal=True),
        "x[batch,rows,width], wq[width,2*dim], bq[2*dim], wk[width,2*dim], bk[2*dim], wv[width,2*dim], bv[2*dim], wo[2*dim,width], bo[width]; "
        "s; lengths[batch] -> y[batch,rows,width]", [
        dict(batch=2, rows=3, width=4, dim=2, s=0.5**0.5, lengths=[3, 2]), dict(batch=1, rows=4, width=2, dim=1, s=1.0, lengths=[4])]),
    "Muon": ("torch.optim.Muon", muon, "w[rows,cols], g[rows,cols], m[rows,cols]; beta, rest, eps, lr, keep "
             "-> new_w[rows,cols], new_m[rows,cols]", [
        dict(rows=3, cols=4, beta=0.95, rest=0.05, eps=1e-7, lr=0.02, keep=0.998, settings=dict(decay=0.1)),
        dict(rows=4, cols=2, beta=0.9, rest=0.1, eps=1e-7, lr=0.5, keep=1.0, m=[0.0] * 8, settings=dict(decay=0.0)),
        dict(rows=2, cols=2, beta=0.75, rest=0.25, eps=1e-7, lr=0.1, keep=0.98, g=normal(30), settings=dict(decay=0.2)),
        dict(rows=1, cols=3, beta=0.95, rest=0.05, eps=1e-7, lr=0.1, keep=1.0, settings=dict(decay=0.0))]),
    "MuonStep": ("torch.sub", muon_step, "w[rows,cols], u[rows,cols]; lr, keep -> new_w[rows,cols]", [
        dict(rows=2, cols=3, lr=0.02, keep=0.998), dict(rows=3, cols=1, lr=0.5, keep=1.0), dict(rows=1, cols=5, lr=0.1, keep=0.9)]),
    "Neg": ("torch.neg", torch.neg, "x[n] -> y[n]", [dict(n=9), dict(n=6, x=ZEROS), dict(n=8, x=HUGE)]),
    "NewtonSchulz": ("torch.matmul", newton_schulz, "x[rows,cols] -> y[rows,cols]", [
        dict(rows=3, cols=4, x=normal(0.3)), dict(rows=4, cols=2, x=normal(0.3)), dict(rows=2, cols=2, x=[1.0, 0.0, 0.0, 0.5]),
        dict(rows=1, cols=1, x=[-0.25])]),
    "Norm": ("torch.linalg.vector_norm", torch.linalg.vector_norm, "x[n] -> y", [
        dict(n=9), dict(n=4, x=[0.0] * 4), dict(n=3, x=[3e15, -4e15, 0.0]), dict(n=3, x=[3e-15, 0.0, -4e-15]),
        dict(n=1, x=[-2.5])]),
    "ReLU": ("torch.nn.functional.relu", F.relu, "x[rows,cols] -> y[rows,cols]", [
        dict(rows=3, cols=4), dict(rows=2, cols=3, x=ZEROS), dict(rows=1, cols=1, x=1e-3)]),
    "ReLU²Mul": ("torch.nn.functional.relu, torch.square, torch.mul", lambda x, up: torch.square(F.relu(x)) * up,
                 "x[n], up[n] -> y[n]", [*GATES, dict(n=6, x=ZEROS)]),
    "RMSNorm": ("torch.nn.functional.rms_norm", lambda x, gamma, eps: F.rms_norm(x, gamma.shape, gamma, eps),
                "x[rows,cols], gamma[cols]; eps -> y[rows,cols]", NORMS),
    "RMSprop": ("torch.optim.RMSprop", rms_prop, "w[n], g[n], v[n]; lr, alpha, rest, eps -> new_w[n], new_v[n]", [
        dict(n=7, lr=0.01, alpha=0.99, rest=0.01, eps=1e-8, v=uniform(0.06, 2)),
        dict(n=4, lr=0.1, alpha=0.9, rest=0.1, eps=0.01, w=[0.5, -1.25, 2.0, 0.25], g=[0.1, -0.2, 0.3, 0.5], v=[0.0] * 4),
        dict(n=1, lr=0.5, alpha=0.5, rest=0.5, eps=1e-3, v=[0.25])]),
    "RoPE(halves)": ("transformers.models.llama.modeling_llama.apply_rotary_pos_emb", rope_halves, ROPE, ROPES),
    "RoPE(pairs)": ("transformers.models.gptj.modeling_gptj.apply_rotary_pos_emb", rope_pairs, ROPE, ROPES),
    "Scale": ("torch.mul", torch.mul, "x[n]; s -> y[n]", [
        dict(n=9, s=0.7), dict(n=7, s=-1e-3, x=normal(1e3)), dict(n=1, s=3.0)]),
    "ScaledAdd": ("torch.add", lambda a, b, s: torch.add(a, b, alpha=s), "a[n], b[n]; s -> y[n]", [
        dict(n=9, s=0.7), dict(n=7, s=-1e-3, b=normal(1e3)), dict(n=1, s=3.0)]),
    "ScaledDot": ("torch.linalg.vecdot", lambda q, k, s: s * torch.linalg.vecdot(q, k),
                  "q[rows,dim], k[rows,dim]; s -> y[rows]", [
        dict(rows=3, dim=4, s=0.5), dict(rows=2, dim=7, s=0.01, q=normal(30)), dict(rows=2, dim=1, s=1.5)]),
    "ScatterAdd": ("torch.scatter_add", lambda x, src, ids: torch.scatter_add(x, 1, ids, src),
                   "x[outer,n,inner], src[outer,m,inner];; ids[outer,m,inner] -> y[outer,n,inner]", [
        dict(outer=2, n=3, m=2, inner=2, ids=[0, 2, 2, 1, 1, 1, 1, 0]), dict(outer=1, n=2, m=4, inner=1, ids=[1, 1, 1, 1]),
        dict(outer=1, n=1, m=1, inner=1, ids=[0])]),
    "SelectiveScan": ("torch.einsum", selective_scan,
                      "x[batch,steps,channels], a[batch,steps,channels,states], b[batch,steps,states], w[batch,steps,states] "
                      "-> y[batch,steps,channels]", [
        dict(batch=2, steps=4, channels=2, states=3, a=uniform(0, 1)), dict(batch=1, steps=1, channels=3, states=2),
        dict(batch=1, steps=9, channels=1, states=1, a=uniform(0.9, 1)), dict(batch=2, steps=3, channels=3, states=1)]),
    "SGD": ("torch.optim.SGD", sgd, "w[n], g[n], v[n]; lr, momentum, rest, decay -> new_w[n], new_v[n]", [
        dict(n=8, lr=0.1, momentum=0.9, rest=1.0, decay=0.01),
        dict(n=7, lr=0.5, momentum=0.5, rest=1.0, decay=0.0, g=normal(30)),
        dict(n=1, lr=0.01, momentum=0.99, rest=1.0, decay=0.2),
        dict(n=6, lr=0.1, momentum=0.9, rest=0.1, decay=0.01, settings=dict(dampening=0.9)),
        dict(n=5, lr=0.1, momentum=0.9, rest=1.0, decay=0.01, v=[0.0] * 5, settings=dict(dampening=0.9, is_first=True))]),
    "SGDNesterov": ("torch.optim.SGD", sgd_nesterov, "w[n], g[n], v[n]; lr, momentum, decay -> new_w[n], new_v[n]", [
        dict(n=8, lr=0.1, momentum=0.9, decay=0.01), dict(n=7, lr=0.5, momentum=0.5, decay=0.0, g=normal(30)),
        dict(n=4, lr=0.1, momentum=0.9, decay=0.0, w=[0.5, -1.25, 2.0, 0.0], g=[0.1, -0.2, 0.3, 0.0], v=[0.0] * 4)]),
    "Sigmoid": ("torch.sigmoid", torch.sigmoid, "x[n] -> y[n]", LINES),
    "SiLU": ("torch.nn.functional.silu", F.silu, "x[n] -> y[n]", LINES),
    "Slice": ("torch.narrow", lambda x: torch.narrow(x, 1, 2, x.shape[1] - 5), "x[outer,n,inner] -> y[outer,n-5,inner]", [
        dict(outer=2, n=7, inner=2), dict(outer=1, n=9, inner=1), dict(outer=2, n=6, inner=3)]),
    "Softcap": ("torch.mul, torch.tanh, torch.div", lambda x, cap: cap * torch.tanh(x / cap), "x[n]; cap -> y[n]", [
        dict(n=9, cap=30.0, x=normal(20)), dict(n=10, cap=2.5, x=WIDE), dict(n=6, cap=0.7, x=ZEROS), dict(n=8, cap=50.0, x=HUGE)]),
    "Softmax": ("torch.nn.functional.softmax", lambda x: F.softmax(x, -1), "x[rows,cols] -> y[rows,cols]", [
        dict(rows=3, cols=5), dict(rows=2, cols=7, x=uniform(-60, 60)), dict(rows=1, cols=3), dict(rows=2, cols=1)]),
    "SoftmaxCrossEntropy": ("torch.nn.functional.cross_entropy",
                            lambda x, labels: F.cross_entropy(x, labels, reduction="none"),
                            "x[rows,classes];; labels[rows] -> y[rows]", [
        dict(rows=3, classes=5, labels=[2, 0, 4]),
        dict(rows=4, classes=4, labels=[1, 3, 1, 0], x=uniform(-60, 60)),
        dict(rows=1, classes=3, labels=[1]), dict(rows=2, classes=1, labels=[0, 0]),
        dict(rows=3, classes=2, labels=[0, 0, 1], x=[1e8, 1e8, 10003.0, 10000.0, -1e30, 1e30])]),
    "Softplus": ("torch.nn.functional.softplus", F.softplus, "x[n] -> y[n]", [
        dict(n=9), dict(n=10, x=WIDE), dict(n=6, x=ZEROS), dict(n=5, x=[1e30, -1e30, 100.0, -100.0, 45.0])]),
    "SplitHeads(3)": ("torch.Tensor.unflatten, transpose, flatten",
                      lambda x: x.unflatten(2, (3, -1)).transpose(1, 2).flatten(0, 1),
                      "x[batch,rows,3*dim] -> y[3*batch,rows,dim]", HEADS),
    "Sqrt": ("torch.sqrt", torch.sqrt, "x[n] -> y[n]", [
        dict(n=9, x=uniform(0.01, 9)), dict(n=5, x=[1.0, 1e-30, 1e30, 0.25, 2.0]), dict(n=1, x=4.0)]),
    "Sum": ("torch.sum", lambda x: torch.sum(x, 1), "x[outer,axis,inner] -> y[outer,inner]", LINES3),
    "SwiGLU": ("torch.nn.functional.silu, torch.mul", lambda x, up: F.silu(x) * up, "x[n], up[n] -> y[n]", GATES),
    "Tanh": ("torch.tanh", torch.tanh, "x[n] -> y[n]", [*LINES, dict(n=6, x=[0.0, 4.0, -4.0, 4.5, -4.5, 1e-3])]),
    "ToF16": ("torch.Tensor.half", lambda x: x.half().double(), "x[n] -> y[n]", HALVES),
    "ToF32": ("torch.Tensor.float", lambda x: x.float().double(), "x[n] -> y[n]", HALVES),
    "TokenEmbedding": ("torch.nn.functional.embedding", lambda table, ids: F.embedding(ids, table),
                       "table[vocab,dim];; ids[batch,rows] -> y[batch,rows,dim]", [
        dict(vocab=5, dim=3, batch=2, rows=3, ids=[3, 0, 3, 1, 0, 3]),
        dict(vocab=3, dim=1, batch=1, rows=4, ids=[2, 2, 2, 0], table=normal(1e3)),
        dict(vocab=1, dim=2, batch=3, rows=1, ids=[0, 0, 0])]),
    "Transpose": ("torch.transpose", lambda x: x.mT, "x[batch,rows,cols] -> y[batch,cols,rows]", [
        dict(batch=2, rows=3, cols=2), dict(batch=1, rows=1, cols=4), dict(batch=3, rows=1, cols=1)]),
    "UnitNorm": ("torch.nn.functional.normalize", unit_norm, "x[n]; eps -> y[n]", [
        dict(n=7, eps=1e-7), dict(n=4, eps=1.0, x=[0.25, -0.5, 0.0, 0.125]), dict(n=3, eps=1e-12, x=[3e15, -4e15, 0.0]),
        dict(n=3, eps=1e-7, x=[0.0] * 3), dict(n=1, eps=1e-7)]),
    "UpsampleBilinear(3)": ("torch.nn.functional.interpolate(mode='bilinear')",
                            lambda x: F.interpolate(x[None], scale_factor=3, mode="bilinear")[0],
                            "x[planes,h,w] -> y[planes,3*h,3*w]", ENLARGED),
    "UpsampleNearest(3)": ("torch.nn.functional.interpolate(mode='nearest')",
                           lambda x: F.interpolate(x[None], scale_factor=3, mode="nearest")[0],
                           "x[planes,h,w] -> y[planes,3*h,3*w]", ENLARGED),
    "Where": ("torch.where", lambda a, b, mask: torch.where(mask == 1, a, b), "a[n], b[n];; mask[n] -> y[n]", [
        dict(n=7, mask=[0, 1, 1, 0, 1, 0, 0]), dict(n=3, mask=[0, 1, 0], a=[1e30, 2.0, -1e30]), dict(n=1, mask=[1])]),
}


def ports(text):
    """Inputs, constants, integers and outputs, each as {name: dims}."""
    before, after = text.split("->")
    groups = [*before.split(";"), "", ""][:3] + [after]
    return [{n: d.split(",") if d else [] for n, d in re.findall(r"(\w+)(?:\[(.*?)\])?", group)} for group in groups]


def arguments(text, case, rng):
    """Inputs, then constants and whole numbers, and all numbers by name."""
    groups = ports(text)
    shape = shapes(groups, case)

    def draw(name, port):
        what, count = case.get(name, normal(1)), math.prod(shape(port))
        if callable(what):
            what = [what(rng) for _ in range(count)]
        what = what if isinstance(what, list) else [what]
        assert len(what) == count, name
        decimal = not port and not callable(case.get(name, normal(1)))
        return [x if decimal or isinstance(x, int) else f32(x) for x in what]

    def tensors(kind, dtype=torch.float64):
        return [torch.tensor(data[kind][name], dtype=dtype).reshape(shape(port)) for name, port in groups[kind].items()]

    data = [{name: draw(name, port) for name, port in group.items()} for group in groups[:3]]
    data.append({name: draw("d" + name, port) for name, port in groups[3].items()})
    variables = [tensor.requires_grad_() for tensor in tensors(0)]
    constants = [tensor if tensor.dim() else tensor.item() for tensor in tensors(1)]
    return variables, [*constants, *tensors(2, torch.int64)], (data, tensors(3))


def sizes(groups, case):
    names = re.findall(r"[a-z]\w*", " ".join(dim for group in groups for port in group.values() for dim in port))
    return {name: case[name] for name in names}


def shapes(groups, case):
    dims = sizes(groups, case)
    return lambda port: [eval(dim.replace("/", "//"), {}, dims) for dim in port]


def compute(function, text, case, rng):
    groups = ports(text)
    shape = shapes(groups, case)
    variables, fixed, ((inputs, constants, integers, cotangents), seeds) = arguments(text, case, rng)

    def numbers(kind, results):
        # Adding 0 takes the sign off a zero.
        return {name: [x + 0.0 for x in tensor.flatten().tolist()] for name, tensor in zip(groups[kind], results)}

    results = function(*variables, *fixed, **case.get("settings", {}))
    results = results if isinstance(results, tuple) else (results,)
    assert [list(result.shape) for result in results] == [shape(port) for port in groups[3].values()]
    gradients = torch.autograd.grad(results, variables, seeds)
    return {
        "dims": sizes(groups, case),
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
    for op in sys.argv[1:] or OPS:
        by, function, text, cases = OPS[op]
        library = {"transformers": version("transformers")} if by.startswith("transformers") else {}
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
