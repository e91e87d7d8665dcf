//! A part of a tensor.

use crate::prelude::*;

/// `x[outer, n, inner]` along its middle axis without the first `skip` and the last `cut` places, which the op's own numbers are; `dx` is `dy` there, and 0 before
/// and behind it.
///
/// Any axis of any tensor is one such: `outer` is the product of the sizes before it, `inner` of those after it. As `torch.narrow`, or `x[skip:-cut]`.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Places that are left out before.
    pub skip: usize,
    /// Places that are left out behind.
    pub cut: usize,
}

shader! {
    /// y = x from the place skip on, of n places kept ones; one invocation per element.
    #[workgroup_size(64)]
    pub fn slice(x: &[f32], y: &mut [f32], n: u32, kept: u32, skip: u32, inner: u32) {
        let i = global_index();
        if i < y.len() {
            let line = i / (kept * inner);
            let at = i % (kept * inner);
            y[i] = x[(line * n + skip) * inner + at];
        }
    }

    /// dx = dy at the places that are kept, else 0; one invocation per element.
    #[workgroup_size(64)]
    pub fn slice_backward(dy: &[f32], dx: &mut [f32], n: u32, kept: u32, skip: u32, inner: u32) {
        let i = global_index();
        if i < dx.len() {
            let line = i / (n * inner);
            let place = i / inner % n;
            let mut slope = 0.0;
            if place >= skip && place < skip + kept {
                slope = dy[(line * kept + place - skip) * inner + i % inner];
            }
            dx[i] = slope;
        }
    }
}

impl Slice {
    /// All but two places before and three behind: what the catalogue has.
    pub const EXAMPLE: Slice = Slice { skip: 2, cut: 3 };

    /// The size of what is kept of the axis.
    fn kept(&self) -> String {
        format!("n-{}", self.skip.saturating_add(self.cut))
    }
}

impl DiffOp for Slice {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Slice")
            .input("x", ["outer", "n", "inner"])
            .output("y", ["outer", &self.kept(), "inner"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let shape = [cx.dim("outer"), cx.dim(&self.kept()), cx.dim("inner")];
        [Tensor::from_fn(shape, |[o, j, i]| x[[o, self.skip + j, i]])]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let (zero, kept) = (cx.real(0.0), cx.dim(&self.kept()));
        let shape = [cx.dim("outer"), cx.dim("n"), cx.dim("inner")];
        [Tensor::from_fn(shape, |[o, j, i]| {
            match j.checked_sub(self.skip).filter(|j| *j < kept) {
                Some(j) => dy[[o, j, i]],
                None => zero,
            }
        })]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (lines, kept) = (plan.dim("outer")? * plan.dim("inner")?, self.kept());
        let (n, len) = (plan.dim("n")?, plan.dim(&kept)?);
        let forward = plan.forward(slice(), Grid::cover(lines * len));
        forward.bind("kept", &kept).uniform("skip", self.skip);
        let backward = plan.backward(slice_backward(), Grid::cover(lines * n));
        backward.bind("kept", &kept).uniform("skip", self.skip);
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("outer", 1 << 12), ("n", 1 << 12), ("inner", 1 << 7)])
            .greatest([("outer", 1 << 24), ("n", 128), ("inner", 1)])
    }
}
