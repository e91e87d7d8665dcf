//! Two tensors behind each other.

use crate::prelude::*;

/// `a[outer, m, inner]` and `b[outer, n, inner]` behind each other along the middle axis, `y[outer, m+n, inner]`; `da` and `db` are the parts of `dy`.
///
/// Any axis of any tensors that agree in the other sizes is one such: `outer` is the product of the sizes before it, `inner` of those after it. As `torch.cat`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Concat;

shader! {
    /// y = a, then b along the axis; one invocation per element.
    #[workgroup_size(64)]
    pub fn concat(a: &[f32], b: &[f32], y: &mut [f32], m: u32, n: u32, inner: u32) {
        let i = global_index();
        if i < y.len() {
            let line = i / ((m + n) * inner);
            let at = i % ((m + n) * inner);
            y[i] = if at < m * inner {
                a[line * m * inner + at]
            } else {
                b[line * n * inner + at - m * inner]
            };
        }
    }

    /// da and db are the parts of dy; one invocation per element of dy.
    #[workgroup_size(64)]
    pub fn concat_backward(
        dy: &[f32],
        da: &mut [f32],
        db: &mut [f32],
        m: u32,
        n: u32,
        inner: u32,
    ) {
        let i = global_index();
        if i < dy.len() {
            let line = i / ((m + n) * inner);
            let at = i % ((m + n) * inner);
            if at < m * inner {
                da[line * m * inner + at] = dy[i];
            } else {
                db[line * n * inner + at - m * inner] = dy[i];
            }
        }
    }
}

impl DiffOp for Concat {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Concat")
            .input("a", ["outer", "m", "inner"])
            .input("b", ["outer", "n", "inner"])
            .output("y", ["outer", "m+n", "inner"])
    }

    fn forward(&self, cx: &mut Context, [a, b]: [&Tensor; 2]) -> [Tensor; 1] {
        let (m, n) = (cx.dim("m"), cx.dim("n"));
        let shape = [cx.dim("outer"), m + n, cx.dim("inner")];
        [Tensor::from_fn(shape, |[o, j, i]| {
            if j < m {
                a[[o, j, i]]
            } else {
                b[[o, j - m, i]]
            }
        })]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 2], [dy]: [&Tensor; 1]) -> [Tensor; 2] {
        let (m, n) = (cx.dim("m"), cx.dim("n"));
        let part = |first: usize, len: usize| {
            Tensor::from_fn([cx.dim("outer"), len, cx.dim("inner")], |[o, j, i]| {
                dy[[o, first + j, i]]
            })
        };
        [part(0, m), part(m, n)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("outer")? * plan.dim("m+n")? * plan.dim("inner")?;
        plan.forward(concat(), Grid::cover(n));
        plan.backward(concat_backward(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([
                ("outer", 1 << 12),
                ("m", 1 << 11),
                ("n", 1 << 11),
                ("inner", 1 << 7),
            ])
            .greatest([("outer", 1 << 24), ("m", 64), ("n", 64), ("inner", 1)])
    }
}
