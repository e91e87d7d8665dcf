//! Elements picked along an axis.

use crate::prelude::*;

/// `y[o, j, i] = x[o, ids[o, j, i], i]` of `x[outer, n, inner]` and integers `ids[outer, m, inner]`; `dx[o, k, i] = Σⱼ dy[o, j, i]` over the `j` with
/// `ids[o, j, i] = k`, 0 where there is none.
///
/// As `torch.gather` along the middle axis, and `take_along_axis` of JAX. An id beyond the axis is an error wherever the host can see it. Kernels, which cannot tell, give −∞ for
/// it, and pass nothing back. Ids may repeat: each element of `dx` looks for its own, so that the sum has one order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gather;

shader! {
    /// y[o, j, i] = x[o, ids[o, j, i], i]; one invocation per element.
    #[workgroup_size(64)]
    pub fn gather(x: &[f32], ids: &[u32], y: &mut [f32], n: u32, m: u32, inner: u32) {
        let at = global_index();
        if at < y.len() {
            let o = at / (m * inner);
            let mut found = neg_infinity();
            if ids[at] < n {
                found = x[(o * n + ids[at]) * inner + at % inner];
            }
            y[at] = found;
        }
    }

    /// dx[o, k, i] = Σ dy[o, j, i] over the j with ids[o, j, i] = k; one invocation per element of dx.
    #[workgroup_size(64)]
    pub fn gather_backward(ids: &[u32], dy: &[f32], dx: &mut [f32], n: u32, m: u32, inner: u32) {
        let at = global_index();
        if at < dx.len() {
            let start = at / (n * inner) * m * inner + at % inner;
            let k = at / inner % n;
            let mut sum = 0.0;
            for j in 0..m {
                if ids[start + j * inner] == k {
                    sum += dy[start + j * inner];
                }
            }
            dx[at] = sum;
        }
    }
}

impl DiffOp for Gather {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Gather")
            .input("x", ["outer", "n", "inner"])
            .integer("ids", ["outer", "m", "inner"], "n")
            .output("y", ["outer", "m", "inner"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [picked(cx, x)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [gathered(cx, dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let lines = plan.dim("outer")? * plan.dim("inner")?;
        let (n, m) = (plan.dim("n")?, plan.dim("m")?);
        plan.forward(gather(), Grid::cover(lines * m));
        plan.backward(gather_backward(), Grid::cover(lines * n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        sampling()
    }
}

/// `x[o, ids[o, j, i], i]` for each id.
pub(super) fn picked(cx: &Context, x: &Tensor) -> Tensor {
    let ids = cx.integers("ids");
    let shape = [cx.dim("outer"), cx.dim("m"), cx.dim("inner")];
    Tensor::from_fn(shape, |[o, j, i]| x[[o, ids[[o, j, i]] as usize, i]])
}

/// `Σⱼ x[o, j, i]` over the `j` with `ids[o, j, i] = k`, for each `k` below `n`.
pub(super) fn gathered(cx: &Context, x: &Tensor) -> Tensor {
    let (ids, m) = (cx.integers("ids"), cx.dim("m"));
    let shape = [cx.dim("outer"), cx.dim("n"), cx.dim("inner")];
    Tensor::from_fn(shape, |[o, k, i]| {
        let places = (0..m).filter(|j| ids[[o, *j, i]] as usize == k);
        cx.sum(places.map(|j| x[[o, j, i]]))
    })
}

/// Sizes up to which the kernels are right.
pub(super) fn sampling() -> Sampling {
    Sampling::default()
        .greatest([
            ("outer", 1 << 12),
            ("n", 1 << 12),
            ("m", 1 << 12),
            ("inner", 1 << 7),
        ])
        .greatest([("outer", 1 << 24), ("n", 128), ("m", 128), ("inner", 1)])
}
