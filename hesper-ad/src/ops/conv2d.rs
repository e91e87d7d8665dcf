//! Convolution along two axes.

use super::convolution::{Sizes, grouped, of_context};
use super::window::{Window, indices, is_on, meets, past, sums, times};
use crate::prelude::*;

/// Convolution, without turning the filters, of images `x[batch, groups·cin, h, w]` with filters `f[groups·cout, cin·kh·kw]` and a bias `b[groups·cout]`:
/// `y[·, o, i, j] = b[o] + Σ f[o, (c, p, q)]·x[·, g·cin + c, i·sₕ + p·dₕ − pₕ, j·s_w + q·d_w − p_w]` over the `cin` channels of the filter's group `g` and its places, `x` being 0 in
/// the padding. Size of the filters, stride `s`, padding
/// `p`, dilation `d` and the number of groups are the op's own numbers; within a filter lie `cin`, `kh` and `kw` as in PyTorch, the last the closest.
///
/// As `torch.nn.functional.conv2d`. `dx` sums over the filters and places that read an element, `df` over the images and positions, `db` over all of a channel. An
/// invocation computes four channels of `y`, `dx` or `df` at a place; of groups of one channel, one element. Where a window is larger than a padded image, `y` has no elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2d {
    /// How filters slide along the height.
    pub rows: Window,
    /// How filters slide along the width.
    pub cols: Window,
    /// Groups of channels, at least 1: filters of one read the channels of that alone.
    pub groups: usize,
}

shader! {
    /// Invocations per workgroup: what a subgroup of most GPUs has.
    const BLOCK: u32 = 32;

    /// y = b + Σ f·x over the channels of the group and the places of the window; one invocation per element of y.
    #[workgroup_size(BLOCK)]
    pub fn conv2d(
        x: &[f32],
        f: &[f32],
        b: &[f32],
        y: &mut [f32],
        groups: u32,
        cin: u32,
        cout: u32,
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
        dilation_h: u32,
        dilation_w: u32,
    ) {
        let at = global_index();
        if at < y.len() {
            let j = at % wout;
            let i = at / wout % hout;
            let o = at / (wout * hout) % (groups * cout);
            // The first channel that the filter reads.
            let first = (at / (wout * hout * groups * cout) * groups + o / cout) * cin;
            let (plane, places) = (h * w, kh * kw);
            let mut sum = b[o];
            for p in 0..kh {
                let row = i * stride_h + p * dilation_h;
                if is_on(row, padding_h, h) {
                    for q in 0..kw {
                        let col = j * stride_w + q * dilation_w;
                        if is_on(col, padding_w, w) {
                            let read = (first * h + past(row, padding_h)) * w + past(col, padding_w);
                            let place = (o * cin * kh + p) * kw + q;
                            for c in 0..cin {
                                sum += f[place + c * places] * x[read + c * plane];
                            }
                        }
                    }
                }
            }
            y[at] = sum;
        }
    }

    /// dx = Σ f·dy over the filters of the group and the places of the window that read the element; one invocation per element of x.
    #[workgroup_size(BLOCK)]
    pub fn conv2d_dx(
        f: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        groups: u32,
        cin: u32,
        cout: u32,
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
        dilation_h: u32,
        dilation_w: u32,
    ) {
        let at = global_index();
        if at < dx.len() {
            let col = at % w + padding_w;
            let row = at / w % h + padding_h;
            let channel = at / (w * h) % (groups * cin);
            let image = at / (w * h * groups * cin);
            // The first filter that reads the channel.
            let first = channel / cin * cout;
            let (filter, plane) = (cin * kh * kw, hout * wout);
            let mut sum = 0.0;
            for p in 0..kh {
                let i = past(row, p * dilation_h) / stride_h;
                if i < hout && meets(row, p * dilation_h, stride_h) {
                    for q in 0..kw {
                        let j = past(col, q * dilation_w) / stride_w;
                        if j < wout && meets(col, q * dilation_w, stride_w) {
                            let given = ((image * groups * cout + first) * hout + i) * wout + j;
                            let place = ((first * cin + channel % cin) * kh + p) * kw + q;
                            for o in 0..cout {
                                sum += f[place + o * filter] * dy[given + o * plane];
                            }
                        }
                    }
                }
            }
            dx[at] = sum;
        }
    }

    /// df = Σ x·dy over the images and the positions of the window; one invocation per element of f.
    #[workgroup_size(BLOCK)]
    pub fn conv2d_df(
        x: &[f32],
        dy: &[f32],
        df: &mut [f32],
        batch: u32,
        groups: u32,
        cin: u32,
        cout: u32,
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
        dilation_h: u32,
        dilation_w: u32,
    ) {
        let at = global_index();
        if at < df.len() {
            let q = at % kw;
            let p = at / kw % kh;
            let c = at / (kw * kh) % cin;
            let o = at / (kw * kh * cin);
            let mut sum = 0.0;
            for image in 0..batch {
                let channel = (image * groups + o / cout) * cin + c;
                for i in 0..hout {
                    let row = i * stride_h + p * dilation_h;
                    if is_on(row, padding_h, h) {
                        let read = (channel * h + past(row, padding_h)) * w;
                        let given = ((image * groups * cout + o) * hout + i) * wout;
                        for j in 0..wout {
                            let col = j * stride_w + q * dilation_w;
                            if is_on(col, padding_w, w) {
                                sum += x[read + past(col, padding_w)] * dy[given + j];
                            }
                        }
                    }
                }
            }
            df[at] = sum;
        }
    }

    /// db = Σ dy over the images and the positions; one invocation per channel.
    #[workgroup_size(BLOCK)]
    pub fn conv2d_db(dy: &[f32], db: &mut [f32], batch: u32, positions: u32) {
        let channel = global_index();
        if channel < db.len() {
            let mut sum = 0.0;
            for image in 0..batch {
                let first = (image * db.len() + channel) * positions;
                for at in first..first + positions {
                    sum += dy[at];
                }
            }
            db[channel] = sum;
        }
    }
}

impl Conv2d {
    /// Every number of the windows another than for a plain convolution, and along the other axis: what the catalogue has. Groups are those of
    /// [`Conv1d::EXAMPLE`](super::Conv1d::EXAMPLE), whose kernels are the same.
    pub const EXAMPLE: Conv2d = Conv2d {
        rows: Window {
            kernel: 2,
            stride: 2,
            padding: 1,
            dilation: 2,
        },
        cols: Window {
            kernel: 3,
            stride: 3,
            padding: 2,
            dilation: 1,
        },
        groups: 1,
    };

    /// The sizes of `y` along both axes.
    fn positions(&self) -> [String; 2] {
        [self.rows.positions("h"), self.cols.positions("w")]
    }

    /// Places of a filter.
    fn kernel(&self) -> usize {
        self.rows.kernel * self.cols.kernel
    }

    /// All sizes, of those that the signature names.
    fn sizes<E>(&self, dim: impl Fn(&str) -> Result<usize, E>) -> Result<Sizes, E> {
        let [hout, wout] = self.positions();
        Ok(Sizes {
            batch: dim("batch")?,
            groups: self.groups,
            channels: [dim("cin")?, dim("cout")?],
            image: [dim("h")?, dim("w")?],
            positions: [dim(&hout)?, dim(&wout)?],
            windows: [self.rows, self.cols],
        })
    }
}

impl DiffOp for Conv2d {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let (cin, cout) = (grouped(self.groups, "cin"), grouped(self.groups, "cout"));
        let [hout, wout] = self.positions();
        let pair = |number: fn(&Window) -> usize| times([self.rows, self.cols], number);
        let name = format!(
            "Conv2D({}, stride {}, padding {}, dilation {}, groups {})",
            pair(|w| w.kernel),
            pair(|w| w.stride),
            pair(|w| w.padding),
            pair(|w| w.dilation),
            self.groups
        );
        Signature::new(name)
            .input("x", ["batch", &cin, "h", "w"])
            .input("f", [&cout, &grouped(self.kernel(), "cin")])
            .input("b", [&cout])
            .output("y", ["batch", &cout, &hout, &wout])
    }

    fn forward(&self, cx: &mut Context, [x, f, b]: [&Tensor; 3]) -> [Tensor; 1] {
        let [hout, wout] = self.positions().map(|dim| cx.dim(&dim));
        let shape = [cx.dim("batch"), self.groups * cx.dim("cout"), hout, wout];
        let Ok(sizes) = self.sizes(of_context(cx));
        let terms = sizes.terms();
        let products = terms.iter().map(|t| (t.position, f[t.filter] * x[t.image]));
        let biases = indices(shape).map(|at| (at, b[[at[1]]]));
        [sums(cx, shape, biases.chain(products))]
    }

    fn backward(
        &self,
        cx: &mut Context,
        [x, f, _]: [&Tensor; 3],
        [dy]: [&Tensor; 1],
    ) -> [Tensor; 3] {
        let (cin, cout) = (cx.dim("cin"), self.groups * cx.dim("cout"));
        let images = [cx.dim("batch"), self.groups * cin, cx.dim("h"), cx.dim("w")];
        let filters = [cout, cin * self.kernel()];
        let [hout, wout] = self.positions().map(|dim| cx.dim(&dim));
        let Ok(sizes) = self.sizes(of_context(cx));
        let terms = sizes.terms();
        let dx = terms
            .iter()
            .map(|t| (t.image, f[t.filter] * dy[t.position]));
        let df = terms
            .iter()
            .map(|t| (t.filter, x[t.image] * dy[t.position]));
        let (dx, df) = (sums(cx, images, dx), sums(cx, filters, df));
        let all = indices([cx.dim("batch"), cout, hout, wout]);
        let db = sums(cx, [cout], all.map(|at| ([at[1]], dy[at])));
        [dx, df, db]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.sizes(|dim| plan.dim(dim))?.plan(plan);
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([
            ("batch", 32),
            ("cin", 64),
            ("h", 1 << 8),
            ("w", 1 << 8),
            ("cout", 64),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A filter for each channel, of which no number is the catalogue's.
    #[test]
    fn depthwise_convolutions_and_groups_pass_their_checks() {
        let cols = Window {
            kernel: 2,
            stride: 1,
            padding: 0,
            dilation: 2,
        };
        for (groups, cin, cout) in [(3, 1, 1), (3, 1, 2), (2, 2, 3)] {
            let op = Conv2d {
                rows: Window {
                    kernel: 3,
                    stride: 1,
                    padding: 1,
                    dilation: 1,
                },
                cols,
                groups,
            };
            let sizes = [
                ("batch", 2),
                ("cin", cin),
                ("cout", cout),
                ("h", 4),
                ("w", 5),
            ];
            let certificate = op.verify_at(&Dims::new(sizes), &Options::default());
            assert!(certificate.is_pass(), "{certificate}");
        }
    }
}
