//! Ops of the catalogue whose VJP is wrong.

use crate::faults::wrong::Wrong;
use hesper_ad::ops::{
    AdamW, BiasAdd, Embedding, Gelu, GeluTanh, LayerNorm, Mse, ReluSquaredMul, RmsNorm, Rope,
    ScaledDot, Sgd, Silu, Swiglu,
};
use hesper_ad::prelude::*;

/// Without the second moment's part of `dg`.
pub(crate) fn second_moment_forgotten() -> impl DiffOp {
    Wrong::vjp(AdamW, |op, cx, x, dy| {
        let [dw, _, dm, dv] = op.backward(cx, x, dy);
        let [beta1, rest1] = ["beta1", "rest1"].map(|name| cx.scalar(name));
        let dg = dm.map(|dm| rest1 / beta1 * *dm);
        [dw, dg, dm, dv]
    })
}

pub(crate) fn decay_forgotten() -> impl DiffOp {
    Wrong::vjp(Sgd, |op, cx, x, dy| {
        let [_, dg, dv] = op.backward(cx, x, dy);
        [dy[0].clone(), dg, dv]
    })
}

pub(crate) fn turned_on() -> impl DiffOp {
    Wrong::vjp(Rope::PAIRS, |op, cx, _, dy| op.forward(cx, dy))
}

pub(crate) fn mean_of_rows() -> impl DiffOp {
    Wrong::vjp(BiasAdd, |op, cx, x, dy| {
        let [dx, db] = op.backward(cx, x, dy);
        let rows = cx.count(cx.dim("rows"));
        [dx, db.map(|db| *db / rows)]
    })
}

pub(crate) fn gain_unscaled() -> impl DiffOp {
    Wrong::vjp(RmsNorm, |op, cx, inputs, [dy]| {
        let [dx, _] = op.backward(cx, inputs, [dy]);
        let x = inputs[0];
        let sum = |j| cx.sum((0..cx.dim("rows")).map(|i| dy[[i, j]] * x[[i, j]]));
        [dx, Tensor::from_fn([cx.dim("cols")], |[j]| sum(j))]
    })
}

pub(crate) fn bias_of_first_row() -> impl DiffOp {
    Wrong::vjp(LayerNorm, |op, cx, x, [dy]| {
        let [dx, dgamma, _] = op.backward(cx, x, [dy]);
        let first = Tensor::from_fn([cx.dim("cols")], |[j]| dy[[0, j]]);
        [dx, dgamma, first]
    })
}

pub(crate) fn target_like_input() -> impl DiffOp {
    Wrong::vjp(Mse, |op, cx, x, dy| {
        let [dx, _] = op.backward(cx, x, dy);
        [dx.clone(), dx]
    })
}

pub(crate) fn last_duplicate_only() -> impl DiffOp {
    Wrong::vjp(Embedding, |op, cx, x, [dy]| {
        let [mut last] = op.backward(cx, x, [dy]);
        let ids = cx.integers("ids");
        for (i, id) in ids.data().iter().enumerate() {
            for j in 0..cx.dim("dim") {
                last[[*id as usize, j]] = dy[[i, j]];
            }
        }
        [last]
    })
}

pub(crate) fn key_for_query() -> impl DiffOp {
    Wrong::vjp(ScaledDot, |op, cx, x, dy| {
        let [dq, _] = op.backward(cx, x, dy);
        [dq.clone(), dq]
    })
}

pub(crate) fn factor_two_forgotten() -> impl DiffOp {
    Wrong::vjp(ReluSquaredMul, |op, cx, x, dy| {
        let [dx, dup] = op.backward(cx, x, dy);
        [dx.map(|dx| *dx / 2.0), dup]
    })
}

/// Without `x·φ(x)`.
pub(crate) fn density_forgotten() -> impl DiffOp {
    Wrong::vjp(Gelu, |_, _, [x], [dy]| {
        let normal = |x: &Real| ((*x * std::f64::consts::FRAC_1_SQRT_2).erf() + 1.0) * 0.5;
        [x.zip(dy, |x, dy| normal(x) * *dy)]
    })
}

pub(crate) fn billionth_off() -> impl DiffOp {
    Wrong::vjp(GeluTanh, |op, cx, x, dy| {
        op.backward(cx, x, dy)
            .map(|dx| dx.map(|dx| *dx * 1.000000001))
    })
}

pub(crate) fn gate_unsquashed() -> impl DiffOp {
    Wrong::vjp(Swiglu, |op, cx, inputs, [dy]| {
        let [dx, _] = op.backward(cx, inputs, [dy]);
        [dx, inputs[0].zip(dy, |x, dy| *x * *dy)]
    })
}

pub(crate) fn product_rule_forgotten() -> impl DiffOp {
    Wrong::vjp(Silu, |_, _, [x], [dy]| {
        [x.zip(dy, |x, dy| *dy / ((-*x).exp() + 1.0))]
    })
}
