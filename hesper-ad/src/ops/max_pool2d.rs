//! The greatest of each window of an image.

use super::window::{Window, indices, is_on, meets, past, sums, times};
use crate::prelude::*;

/// Max pooling of images `x[planes, h, w]`: `y` has, for each position of a window of `kernel` places, the greatest element on them; what is padded is smaller than all. The cotangent
/// goes to that element; where several are the greatest, to the first of them in row-major order. Kernel, stride and padding are the op's own numbers.
///
/// As `torch.nn.functional.max_pool2d`, `planes` the product of batch and channels. As there, the padding is half of the kernel at most, so that each window has an
/// element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool2d {
    /// Places of the window along height and width.
    pub kernel: [usize; 2],
    /// Places between one position and the next.
    pub stride: [usize; 2],
    /// Places that the image is longer at each end.
    pub padding: [usize; 2],
}

shader! {
    /// The place of the greatest element of a window that begins at `row` and `col` of the padded image, the first of several.
    fn place_of_greatest(
        x: &[f32],
        plane: u32,
        row: u32,
        col: u32,
        h: u32,
        w: u32,
        kh: u32,
        kw: u32,
        padding_h: u32,
        padding_w: u32,
    ) -> u32 {
        let mut place = 0;
        let mut found = false;
        for p in 0..kh {
            for q in 0..kw {
                if is_on(row + p, padding_h, h) && is_on(col + q, padding_w, w) {
                    let i = past(row + p, padding_h);
                    let other = (plane * h + i) * w + past(col + q, padding_w);
                    if !found || x[other] > x[place] {
                        place = other;
                        found = true;
                    }
                }
            }
        }
        place
    }

    /// y = the greatest element of each window; one invocation per window.
    #[workgroup_size(64)]
    pub fn max_pool2d(
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
            y[at] = x[place_of_greatest(x, plane, row, col, h, w, kh, kw, padding_h, padding_w)];
        }
    }

    /// dx = Σ dy over the windows of which the element is the greatest; one invocation per element.
    #[workgroup_size(64)]
    pub fn max_pool2d_backward(
        x: &[f32],
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
                    let stands = meets(row, p, stride_h) && meets(col, q, stride_w);
                    if i < hout && j < wout && stands {
                        let (top, left) = (i * stride_h, j * stride_w);
                        let place = place_of_greatest(x, plane, top, left, h, w, kh, kw, padding_h, padding_w);
                        if place == at {
                            sum += dy[(plane * hout + i) * wout + j];
                        }
                    }
                }
            }
            dx[at] = sum;
        }
    }
}

/// How the windows of a pooling slide, with their sizes: what its kernels are given.
pub(super) struct Pooling {
    windows: [Window; 2],
}

impl Pooling {
    pub(super) fn new(kernel: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> Pooling {
        let window = |axis: usize| Window {
            kernel: kernel[axis],
            stride: stride[axis],
            padding: padding[axis],
            dilation: 1,
        };
        Pooling {
            windows: [window(0), window(1)],
        }
    }

    /// The sizes of `y` along both axes.
    pub(super) fn positions(&self) -> [String; 2] {
        let [rows, cols] = self.windows;
        [rows.positions("h"), cols.positions("w")]
    }

    /// An op with images in and out; its name tells the windows.
    pub(super) fn signature(&self, name: &str) -> Signature {
        let pair = |number: fn(&Window) -> usize| times(self.windows, number);
        let [hout, wout] = self.positions();
        Signature::new(format!(
            "{name}({}, stride {}, padding {})",
            pair(|w| w.kernel),
            pair(|w| w.stride),
            pair(|w| w.padding)
        ))
        .input("x", ["planes", "h", "w"])
        .output("y", ["planes", &hout, &wout])
    }

    /// The elements of the window at each position of `y`, in row-major order.
    pub(super) fn elements(&self, cx: &Context) -> Tensor<Vec<[usize; 3]>> {
        let (h, w) = (cx.dim("h"), cx.dim("w"));
        let [hout, wout] = self.positions().map(|dim| cx.dim(&dim));
        let [rows, cols] = self.windows;
        Tensor::from_fn([cx.dim("planes"), hout, wout], |[plane, i, j]| {
            let places = indices([rows.kernel, cols.kernel]);
            let places =
                places.map(|[p, q]| Some([plane, rows.place(i, p, h)?, cols.place(j, q, w)?]));
            places.flatten().collect()
        })
    }

    /// Adds the dispatches of both passes, an invocation for each element of the result.
    pub(super) fn plan(&self, plan: &mut OpPlan, kernels: [Kernel; 2]) -> Result<(), OpError> {
        let [hout, wout] = self.positions();
        let positions = [plan.dim(&hout)?, plan.dim(&wout)?];
        let planes = plan.dim("planes")?;
        let [forward, backward] = kernels;
        let image = planes * plan.dim("h")? * plan.dim("w")?;
        self.give(
            plan.forward(forward, Grid::cover(planes * positions[0] * positions[1])),
            positions,
        );
        self.give(plan.backward(backward, Grid::cover(image)), positions);
        Ok(())
    }

    fn give(&self, step: &mut OpStep, positions: [usize; 2]) {
        let [rows, cols] = self.windows;
        step.uniform("kh", rows.kernel)
            .uniform("kw", cols.kernel)
            .uniform("hout", positions[0])
            .uniform("wout", positions[1])
            .uniform("stride_h", rows.stride)
            .uniform("stride_w", cols.stride)
            .uniform("padding_h", rows.padding)
            .uniform("padding_w", cols.padding);
    }

    /// Sizes up to which the kernels are right.
    pub(super) fn sampling() -> Sampling {
        Sampling::default()
            .greatest([("planes", 1 << 12), ("h", 1 << 9), ("w", 1 << 9)])
            .greatest([("planes", 1), ("h", 1 << 14), ("w", 1 << 14)])
    }
}

impl MaxPool2d {
    /// Windows that overlap, every number another along the two axes: what the catalogue has.
    pub const EXAMPLE: MaxPool2d = MaxPool2d {
        kernel: [3, 2],
        stride: [2, 1],
        padding: [1, 1],
    };

    fn pooling(&self) -> Pooling {
        Pooling::new(self.kernel, self.stride, self.padding)
    }
}

impl DiffOp for MaxPool2d {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        self.pooling().signature("MaxPool2D")
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let windows = self.pooling().elements(cx);
        [windows.map(|places| cx.max(places.iter().map(|at| x[*at])))]
    }

    fn backward(&self, cx: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let windows = self.pooling().elements(cx);
        let mut terms = Vec::new();
        for (places, dy) in windows.data().iter().zip(dy.data()) {
            let greatest = cx.max(places.iter().map(|at| x[*at]));
            // What is left for elements behind the first that is the greatest.
            let mut left = *dy;
            for at in places {
                terms.push((*at, Real::select(x[*at].eq(greatest), left, 0.0)));
                left = Real::select(x[*at].eq(greatest), 0.0, left);
            }
        }
        let shape = [cx.dim("planes"), cx.dim("h"), cx.dim("w")];
        [sums(cx, shape, terms.into_iter())]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.pooling()
            .plan(plan, [max_pool2d(), max_pool2d_backward()])
    }

    fn sampling(&self) -> Sampling {
        Pooling::sampling()
    }
}
