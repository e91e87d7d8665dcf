//! Ops of the catalogue with one thing wrong: a VJP, or a plan that uses the right kernels wrongly.

use super::refused;
use hesper_ad::ops::columns::{ROWS_AT_ONCE, blocks, sum_columns};
use hesper_ad::ops::{
    AdamW, Add, BiasAdd, Embedding, Gelu, GeluTanh, LayerNorm, Mse, ReluSquaredMul, RmsNorm, Rope,
    ScaledDot, Sgd, Silu, Swiglu, bias_add, embedding, layer_norm, mse, rms_norm, scaled_dot, silu,
};
use hesper_ad::prelude::*;

/// An op with another plan.
struct Planned<O> {
    op: O,
    plan: fn(&mut OpPlan) -> Result<(), OpError>,
}

impl<O: DiffOp> DiffOp for Planned<O> {
    type Inputs<V> = O::Inputs<V>;
    type Outputs<V> = O::Outputs<V>;

    fn signature(&self) -> Signature {
        self.op.signature()
    }

    fn forward(&self, cx: &mut Context, inputs: O::Inputs<&Tensor>) -> O::Outputs<Tensor> {
        self.op.forward(cx, inputs)
    }

    fn backward(
        &self,
        cx: &mut Context,
        inputs: O::Inputs<&Tensor>,
        cotangents: O::Outputs<&Tensor>,
    ) -> O::Inputs<Tensor> {
        self.op.backward(cx, inputs, cotangents)
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        (self.plan)(plan)
    }

    fn sampling(&self) -> Sampling {
        self.op.sampling()
    }
}

/// Defines ops whose VJP is another's, and then changed.
macro_rules! wrong_vjps {
    ($($name:ident: $ty:ty = $op:expr, |$cx:ident, $inputs:pat_param, $cotangents:pat_param, $results:pat_param| $wrong:expr;)*) => {$(
        struct $name;

        impl DiffOp for $name {
            type Inputs<V> = <$ty as DiffOp>::Inputs<V>;
            type Outputs<V> = <$ty as DiffOp>::Outputs<V>;

            fn signature(&self) -> Signature {
                $op.signature()
            }

            fn forward(
                &self,
                cx: &mut Context,
                inputs: Self::Inputs<&Tensor>,
            ) -> Self::Outputs<Tensor> {
                $op.forward(cx, inputs)
            }

            fn backward(
                &self,
                $cx: &mut Context,
                inputs: Self::Inputs<&Tensor>,
                cotangents: Self::Outputs<&Tensor>,
            ) -> Self::Inputs<Tensor> {
                let $results = $op.backward($cx, inputs, cotangents);
                let ($inputs, $cotangents) = (inputs, cotangents);
                $wrong
            }

            fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
                $op.plan(plan)
            }

            fn sampling(&self) -> Sampling {
                $op.sampling()
            }
        }
    )*};
}

wrong_vjps! {
    SecondMomentForgotten: AdamW = AdamW, |cx, _, _, [dw, _, dm, dv]| {
        let [beta1, rest1] = ["beta1", "rest1"].map(|name| cx.scalar(name));
        let dg = dm.map(|dm| rest1 / beta1 * *dm);
        [dw, dg, dm, dv]
    };
    DecayForgotten: Sgd = Sgd, |_cx, _, [dnew_w, _], [_, dg, dv]| [dnew_w.clone(), dg, dv];
    TurnedOn: Rope = Rope::PAIRS, |cx, _, [dy], _| Rope::PAIRS.forward(cx, [dy]);
    MeanOfRows: BiasAdd = BiasAdd, |cx, _, _, [dx, db]| {
        let rows = cx.count(cx.dim("rows"));
        [dx, db.map(|db| *db / rows)]
    };
    GainUnscaled: RmsNorm = RmsNorm, |cx, [x, _], [dy], [dx, _]| {
        let sum = |j| cx.sum((0..cx.dim("rows")).map(|i| dy[[i, j]] * x[[i, j]]));
        [dx, Tensor::from_fn([cx.dim("cols")], |[j]| sum(j))]
    };
    BiasOfFirstRow: LayerNorm = LayerNorm, |cx, _, [dy], [dx, dgamma, _]| {
        [dx, dgamma, Tensor::from_fn([cx.dim("cols")], |[j]| dy[[0, j]])]
    };
    TargetLikeInput: Mse = Mse, |_cx, _, _, [dx, _]| [dx.clone(), dx];
    LastDuplicateOnly: Embedding = Embedding, |cx, _, [dy], [dtable]| {
        let ids = cx.integers("ids");
        let mut last = dtable;
        for (i, id) in ids.data().iter().enumerate() {
            for j in 0..cx.dim("dim") {
                last[[*id as usize, j]] = dy[[i, j]];
            }
        }
        [last]
    };
    KeyForQuery: ScaledDot = ScaledDot, |_cx, _, _, [dq, _]| [dq.clone(), dq];
    FactorTwoForgotten: ReluSquaredMul = ReluSquaredMul, |_cx, _, _, [dx, dup]| [dx.map(|dx| *dx / 2.0), dup];
    DensityForgotten: Gelu = Gelu, |_cx, [x], [dy], _| {
        let normal = |x: &Real| ((*x * std::f64::consts::FRAC_1_SQRT_2).erf() + 1.0) * 0.5;
        [x.zip(dy, |x, dy| normal(x) * *dy)]
    };
    BillionthOff: GeluTanh = GeluTanh, |_cx, _, _, [dx]| [dx.map(|dx| *dx * 1.000000001)];
    GateUnsquashed: Swiglu = Swiglu, |_cx, [x, _], [dy], [dx, _]| [dx, x.zip(dy, |x, dy| *x * *dy)];
    ProductRuleForgotten: Silu = Silu, |_cx, [x], [dy], _| {
        [x.zip(dy, |x, dy| *dy / ((-*x).exp() + 1.0))]
    };
}

#[test]
fn wrong_vjps_of_the_catalogue_are_refused() {
    let differences = "finite differences";
    let cases: [(&dyn Op, &str, &str); 14] = [
        (
            &SecondMomentForgotten,
            "dg without the second moment's part",
            differences,
        ),
        (
            &DecayForgotten,
            "weight decay not differentiated",
            differences,
        ),
        (&TurnedOn, "cotangent turned on, not back", differences),
        (&MeanOfRows, "mean for the sum over rows", differences),
        (&GainUnscaled, "dgamma without r", differences),
        (&BiasOfFirstRow, "dbeta of the first row", differences),
        (
            &TargetLikeInput,
            "the target's cotangent without its sign",
            differences,
        ),
        (&LastDuplicateOnly, "duplicate ids dropped", "dual numbers"),
        (&KeyForQuery, "dk is dq", differences),
        (
            &FactorTwoForgotten,
            "the 2 of a square forgotten",
            "known point",
        ),
        (&DensityForgotten, "x·φ(x) forgotten", differences),
        (&BillionthOff, "a billionth off", "dual numbers"),
        (&GateUnsquashed, "dup without σ", differences),
        (
            &ProductRuleForgotten,
            "half of the product rule",
            differences,
        ),
    ];
    for (op, fault, check) in cases {
        refused(op, fault, check, "");
    }
}

shader! {
    /// All places add to the rows of their ids at once.
    #[workgroup_size(64)]
    fn embedding_race(ids: &[u32], dy: &[f32], dtable: &mut [f32], dim: u32) {
        let i = global_index();
        if i < dy.len() {
            dtable[ids[i / dim] * dim + i % dim] += dy[i];
        }
    }

    /// One row of the table is not found.
    #[workgroup_size(64)]
    fn embedding_but_one(#[comptime] first: u32, table: &[f32], ids: &[u32], y: &mut [f32], vocab: u32, dim: u32) {
        let i = global_index();
        if i < y.len() {
            let id = ids[i / dim];
            let lost = if first == 1 { 0 } else { vocab - 1 };
            y[i] = if vocab > 1 && id == lost { 0.0 } else { table[id * dim + i % dim] };
        }
    }

    /// The last of equal ids instead of their sum.
    #[workgroup_size(64)]
    fn embedding_last(ids: &[u32], dy: &[f32], dtable: &mut [f32], n: u32, dim: u32) {
        let i = global_index();
        if i < dtable.len() {
            dtable[i] = 0.0;
            for j in 0..n {
                if ids[j] == i / dim {
                    dtable[i] = dy[j * dim + i % dim];
                }
            }
        }
    }

    /// Nesterov's variant: new_w = w − lr·(g + momentum·new_v).
    #[workgroup_size(64)]
    fn nesterov(w: &[f32], g: &[f32], v: &[f32], new_w: &mut [f32], new_v: &mut [f32], lr: f32, momentum: f32, decay: f32) {
        let i = global_index();
        if i < new_w.len() {
            let gradient = g[i] + decay * w[i];
            let velocity = momentum * v[i] + gradient;
            new_v[i] = velocity;
            new_w[i] = w[i] - lr * (gradient + momentum * velocity);
        }
    }
}

/// The backward kernels of an embedding.
const RIGHT: [fn() -> Kernel; 2] = [embedding::embedding_clear, embedding::embedding_scatter];

/// The two stages of a sum over the rows of `dy`, the first of blocks of so many rows, the second of so many blocks.
fn bias_in_stages(plan: &mut OpPlan, second: impl Fn(usize) -> usize) -> Result<(), OpError> {
    let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
    plan.forward(bias_add::bias_add(), Grid::cover(rows * cols));
    plan.backward(bias_add::bias_add_backward(), Grid::cover(rows * cols));
    plan.temporary("partial", Type::F32, blocks(rows) * cols)?;
    sum_columns(plan, "dy", "partial", [rows, cols], ROWS_AT_ONCE);
    let count = second(blocks(rows));
    sum_columns(plan, "partial", "db", [count, cols], count);
    Ok(())
}

fn short_blocks(plan: &mut OpPlan) -> Result<(), OpError> {
    let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
    plan.forward(rms_norm::rms_norm(), Grid::workgroups(rows));
    plan.backward(rms_norm::rms_norm_backward(), Grid::workgroups(rows));
    plan.temporary("partial", Type::F32, blocks(rows) * cols)?;
    let first = plan.backward(
        rms_norm::rms_norm_dgamma(),
        Grid::cover(blocks(rows) * cols),
    );
    first.uniform("height", ROWS_AT_ONCE - 1);
    sum_columns(
        plan,
        "partial",
        "dgamma",
        [blocks(rows), cols],
        blocks(rows),
    );
    Ok(())
}

fn swapped_sums(plan: &mut OpPlan) -> Result<(), OpError> {
    let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
    plan.forward(layer_norm::layer_norm(), Grid::workgroups(rows));
    plan.backward(layer_norm::layer_norm_backward(), Grid::workgroups(rows));
    plan.temporary("gammas", Type::F32, blocks(rows) * cols)?;
    plan.temporary("betas", Type::F32, blocks(rows) * cols)?;
    let first = plan.backward(
        layer_norm::layer_norm_dgamma_dbeta(),
        Grid::cover(blocks(rows) * cols),
    );
    first.uniform("height", ROWS_AT_ONCE);
    sum_columns(plan, "gammas", "dbeta", [blocks(rows), cols], blocks(rows));
    sum_columns(plan, "betas", "dgamma", [blocks(rows), cols], blocks(rows));
    Ok(())
}

/// The plan of MSE with so many of its workgroups, divided by the size of a dimension or so.
fn mse_plan(
    plan: &mut OpPlan,
    groups: impl Fn(usize) -> usize,
    by_chunks: bool,
) -> Result<(), OpError> {
    let n = plan.dim("n")?;
    let chunks = n.div_ceil(1024);
    plan.temporary("partial", Type::F32, chunks)?;
    plan.forward(mse::mse_partial(), Grid::workgroups(groups(chunks)));
    let total = plan.forward(mse::mse(), Grid::workgroups(1));
    if by_chunks {
        total.uniform("n", chunks);
    }
    plan.backward(mse::mse_backward(), Grid::cover(n));
    Ok(())
}

fn embedding_plan<const N: usize>(
    plan: &mut OpPlan,
    forward: Kernel,
    backward: [Kernel; N],
) -> Result<(), OpError> {
    let (vocab, dim, n) = (plan.dim("vocab")?, plan.dim("dim")?, plan.dim("n")?);
    plan.forward(forward, Grid::cover(n * dim));
    for kernel in backward {
        plan.backward(kernel, Grid::cover(n.max(vocab) * dim));
    }
    Ok(())
}

fn exchanged(plan: &mut OpPlan) -> Result<(), OpError> {
    let (rows, dim) = (plan.dim("rows")?, plan.dim("dim")?);
    plan.forward(scaled_dot::scaled_dot(), Grid::workgroups(rows));
    let backward = plan.backward(scaled_dot::scaled_dot_backward(), Grid::cover(rows * dim));
    backward.bind("dq", "dk").bind("dk", "dq");
    Ok(())
}

fn without_gate(plan: &mut OpPlan) -> Result<(), OpError> {
    let n = plan.dim("n")?;
    Swiglu.plan(plan)?;
    plan.forward(silu::silu(), Grid::cover(n));
    Ok(())
}

fn nesterov_step(plan: &mut OpPlan) -> Result<(), OpError> {
    let n = plan.dim("n")?;
    Sgd.plan(plan)?;
    plan.forward(nesterov(), Grid::cover(n));
    Ok(())
}

fn half_an_addition(plan: &mut OpPlan) -> Result<(), OpError> {
    let n = plan.dim("n")?;
    plan.forward(hesper_ad::ops::add::add(), Grid::cover(n));
    let copy = plan.backward(bias_add::bias_add_backward(), Grid::cover(n));
    copy.bind("dx", "da");
    Ok(())
}

#[test]
fn wrong_plans_of_the_catalogue_are_refused() {
    fn planned<O>(op: O, plan: fn(&mut OpPlan) -> Result<(), OpError>) -> Planned<O> {
        Planned { op, plan }
    }
    let (forward, backward) = ("forward kernel", "backward kernel");
    let cases: [(Box<dyn Op>, &str, &str, &str); 17] = [
        (
            Box::new(planned(BiasAdd, |plan| bias_in_stages(plan, |_| 1))),
            "blocks after the first forgotten",
            backward,
            "db: ",
        ),
        (
            Box::new(planned(BiasAdd, |plan| {
                bias_in_stages(plan, |blocks| blocks + 1)
            })),
            "a block too many",
            backward,
            "its length is",
        ),
        (
            Box::new(planned(RmsNorm, short_blocks)),
            "blocks a row short",
            backward,
            "dgamma: ",
        ),
        (
            Box::new(planned(LayerNorm, swapped_sums)),
            "dgamma and dbeta exchanged",
            backward,
            "dbeta: ",
        ),
        (
            Box::new(planned(Mse, |plan| mse_plan(plan, |_| 1, false))),
            "numbers after 1024 forgotten",
            forward,
            "nothing has written",
        ),
        (
            Box::new(planned(Mse, |plan| mse_plan(plan, |chunks| chunks, true))),
            "divided by the number of chunks",
            forward,
            "y: ",
        ),
        (
            Box::new(planned(Embedding, |plan| {
                embedding_plan(plan, embedding_but_one(1), RIGHT.map(|k| k()))
            })),
            "first row lost",
            forward,
            "y: ",
        ),
        (
            Box::new(planned(Embedding, |plan| {
                embedding_plan(plan, embedding_but_one(0), RIGHT.map(|k| k()))
            })),
            "last row lost",
            forward,
            "y: ",
        ),
        (
            Box::new(planned(Embedding, |plan| {
                embedding_plan(
                    plan,
                    embedding::embedding(),
                    [embedding::embedding_scatter()],
                )
            })),
            "rows without ids not cleared",
            backward,
            "dtable: ",
        ),
        (
            Box::new(planned(Embedding, |plan| {
                embedding_plan(
                    plan,
                    embedding::embedding(),
                    [embedding::embedding_clear(), embedding_race()],
                )
            })),
            "places add at once",
            backward,
            "race",
        ),
        (
            Box::new(planned(Embedding, |plan| {
                embedding_plan(plan, embedding::embedding(), [embedding_last()])
            })),
            "last of equal ids",
            backward,
            "dtable: ",
        ),
        (
            Box::new(planned(ScaledDot, exchanged)),
            "dq and dk exchanged",
            backward,
            "dk: ",
        ),
        (
            Box::new(planned(Swiglu, without_gate)),
            "up forgotten",
            forward,
            "y: ",
        ),
        (
            Box::new(planned(Sgd, nesterov_step)),
            "Nesterov's step",
            forward,
            "new_w: ",
        ),
        (
            Box::new(planned(Rope::HALVES, |plan| Rope::PAIRS.plan(plan))),
            "the other pairing",
            forward,
            "y: ",
        ),
        (
            Box::new(planned(Gelu, |plan| GeluTanh.plan(plan))),
            "the other form of GELU",
            forward,
            "y: ",
        ),
        (
            Box::new(planned(Add, half_an_addition)),
            "a cotangent not written",
            "",
            "writes `db`",
        ),
    ];
    for (op, fault, check, reason) in cases {
        refused(&*op, fault, check, reason);
    }
}
