//! The mean of each window of an image.

use super::max_pool2d::Pooling;
use super::window::{is_on, meets, past, sums};
use crate::prelude::*;

/// Average pooling of images `x[planes, h, w]`: `y` has, for each position of a window of `kernel` places, the sum of the elements on them, divided by the number of its places; those in
/// the padding count, and are 0. `dx` sums `dy` over the windows that an element is in, divided the same. Kernel, stride and padding are the op's own numbers.
///
/// As `torch.nn.functional.avg_pool2d`, which counts the padding unless `count_include_pad` says otherwise; `planes` is the product of batch and channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvgPool2d {
    /// Places of the window along height and width.
    pub kernel: [usize; 2],
    /// Places between one position and the next.
    pub stride: [usize; 2],
    /// Places that the image is longer at each end.
    pub padding: [usize; 2],
}

shader! {
    /// y = Σ x/(kh·kw) over the elements of each window; one invocation per window.
    #[workgroup_size(64)]
    pub fn avg_pool2d(
        x: &[f32],
        y: &mut [f32],
        h: u32,
        w: u32,
        kh: u32,
        kw: u32,
        hout: u32,
        wout: u32,
        stride_h: u32,
        stride_w: u32,
        padding_h: u32,
        padding_w: u32,
    ) {
        let at = global_index();
        if at < y.len() {
            let row = at / wout % hout * stride_h;
            let col = at % wout * stride_w;
            let plane = at / (wout * hout);
            let mut sum = 0.0;
            for i in row..row + kh {
                for j in col..col + kw {
                    if is_on(i, padding_h, h) && is_on(j, padding_w, w) {
                        let line = plane * h + past(i, padding_h);
                        sum += x[line * w + past(j, padding_w)];
                    }
                }
            }
            y[at] = sum / ((kh * kw) as f32);
        }
    }

    /// dx = Σ dy/(kh·kw) over the windows that the element is in; one invocation per element.
    #[workgroup_size(64)]
    pub fn avg_pool2d_backward(
        dy: &[f32],
        dx: &mut [f32],
        h: u32,
        w: u32,
        kh: u32,
        kw: u32,
        hout: u32,
        wout: u32,
        stride_h: u32,
        stride_w: u32,
        padding_h: u32,
        padding_w: u32,
    ) {
        let at = global_index();
        if at < dx.len() {
            let row = at / w % h + padding_h;
            let col = at % w + padding_w;
            let plane = at / (w * h);
            let mut sum = 0.0;
            for p in 0..kh {
                for q in 0..kw {
                    let (i, j) = (past(row, p) / stride_h, past(col, q) / stride_w);
                    if i < hout && j < wout && meets(row, p, stride_h) && meets(col, q, stride_w) {
                        sum += dy[(plane * hout + i) * wout + j];
                    }
                }
            }
            dx[at] = sum / ((kh * kw) as f32);
        }
    }
}

impl AvgPool2d {
    /// Windows that overlap, every number another along the two axes: what the catalogue has.
    pub const EXAMPLE: AvgPool2d = AvgPool2d {
        kernel: [3, 2],
        stride: [2, 1],
        padding: [1, 1],
    };

    fn pooling(&self) -> Pooling {
        Pooling::new(self.kernel, self.stride, self.padding)
    }

    /// The number of places of a window.
    fn places(&self, cx: &Context) -> Real {
        cx.count(self.kernel[0] * self.kernel[1])
    }
}

impl DiffOp for AvgPool2d {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        self.pooling().signature("AvgPool2D")
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let windows = self.pooling().elements(cx);
        [windows.map(|places| cx.sum(places.iter().map(|at| x[*at])) / self.places(cx))]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let windows = self.pooling().elements(cx);
        let windows = windows.data().iter().zip(dy.data());
        let terms = windows.flat_map(|(places, dy)| places.iter().map(|at| (*at, *dy)));
        let shape = [cx.dim("planes"), cx.dim("h"), cx.dim("w")];
        [sums(cx, shape, terms).map(|sum| sum / self.places(cx))]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.pooling()
            .plan(plan, [avg_pool2d(), avg_pool2d_backward()])
    }

    fn sampling(&self) -> Sampling {
        Pooling::sampling()
    }
}
