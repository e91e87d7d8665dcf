//! Transposed convolution along two axes.

use super::convolution::{Sizes, grouped, of_context};
use super::window::{Window, indices, sums, times};
use crate::prelude::*;

/// Transposed convolution of images `x[batch, groups·cin, h, w]` with filters `f[groups·cin, cout·kh·kw]` and a bias `b[groups·cout]`:
/// `y[·, g·cout + c, i·sₕ + p·dₕ − pₕ, j·s_w + q·d_w − p_w] = b[g·cout + c] + Σ f[o, (c, p, q)]·x[·, o, i, j]` over the `cin` channels `o` of the group `g`, and the places of the filter and of the image that meet
/// there. It is what [`Conv2d`](super::Conv2d) passes back to its images; size of the filters, stride `s`, padding `p`, dilation `d` and the number of groups are the op's own numbers, as those
/// of that convolution. `y` is `(h − 1)·sₕ + dₕ·(kh − 1) + 1 − 2·pₕ` high and some rows more, the output padding.
///
/// As `torch.nn.functional.conv_transpose2d`, whose filters lie `cin`, `cout`, `kh`, `kw`. `dx` is the convolution of `dy`, `df` sums `x·dy` over the images and positions, `db` sums `dy` over all of a channel. Kernels are
/// those of the convolution. Where the padding leaves nothing, `y` has no elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvTranspose2d {
    /// How filters slide along the height of `y`.
    pub rows: Window,
    /// How filters slide along the width of `y`.
    pub cols: Window,
    /// Rows and columns that `y` has besides; below the stride, or the dilation.
    pub output_padding: [usize; 2],
    /// Groups of channels, at least 1: filters of one read the channels of that alone.
    pub groups: usize,
}

impl ConvTranspose2d {
    /// Rows that meet twice, columns that are set apart, and one of both that is added: what the catalogue has.
    pub const EXAMPLE: ConvTranspose2d = ConvTranspose2d {
        rows: Window {
            kernel: 2,
            stride: 1,
            padding: 1,
            dilation: 2,
        },
        cols: Window {
            kernel: 1,
            stride: 2,
            padding: 0,
            dilation: 1,
        },
        output_padding: [1, 1],
        groups: 1,
    };

    /// The sizes of `y` along both axes, as dimensions of a signature.
    fn size(&self) -> [String; 2] {
        let [below, beside] = self.output_padding;
        [self.rows.span("h", below), self.cols.span("w", beside)]
    }

    /// The sizes of the convolution, whose image is `y`.
    fn sizes<E>(&self, dim: impl Fn(&str) -> Result<usize, E>) -> Result<Sizes, E> {
        let [hout, wout] = self.size();
        Ok(Sizes {
            batch: dim("batch")?,
            groups: self.groups,
            channels: [dim("cout")?, dim("cin")?],
            image: [dim(&hout)?, dim(&wout)?],
            positions: [dim("h")?, dim("w")?],
            windows: [self.rows, self.cols],
        })
    }
}

impl DiffOp for ConvTranspose2d {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let (cin, cout) = (grouped(self.groups, "cin"), grouped(self.groups, "cout"));
        let [hout, wout] = self.size();
        let pair = |number: fn(&Window) -> usize| times([self.rows, self.cols], number);
        let [below, beside] = self.output_padding;
        let name = format!(
            "ConvTranspose2D({}, stride {}, padding {}, output padding {below}×{beside}, dilation {}, groups {})",
            pair(|w| w.kernel),
            pair(|w| w.stride),
            pair(|w| w.padding),
            pair(|w| w.dilation),
            self.groups
        );
        let filter = grouped(self.rows.kernel * self.cols.kernel, "cout");
        Signature::new(name)
            .input("x", ["batch", &cin, "h", "w"])
            .input("f", [&cin, &filter])
            .input("b", [&cout])
            .output("y", ["batch", &cout, &hout, &wout])
    }

    fn forward(&self, cx: &mut Context, [x, f, b]: [&Tensor; 3]) -> [Tensor; 1] {
        let Ok(sizes) = self.sizes(of_context(cx));
        let [h, w] = sizes.image;
        let shape = [sizes.batch, self.groups * cx.dim("cout"), h, w];
        let terms = sizes.terms();
        let products = terms.iter().map(|t| (t.image, f[t.filter] * x[t.position]));
        let biases = indices(shape).map(|at| (at, b[[at[1]]]));
        [sums(cx, shape, biases.chain(products))]
    }

    fn backward(
        &self,
        cx: &mut Context,
        [x, f, _]: [&Tensor; 3],
        [dy]: [&Tensor; 1],
    ) -> [Tensor; 3] {
        let Ok(sizes) = self.sizes(of_context(cx));
        let ([h, w], [rows, cols]) = (sizes.positions, sizes.image);
        let (cin, cout) = (self.groups * cx.dim("cin"), cx.dim("cout"));
        let filters = [cin, cout * self.rows.kernel * self.cols.kernel];
        let terms = sizes.terms();
        let dx = terms
            .iter()
            .map(|t| (t.position, f[t.filter] * dy[t.image]));
        let df = terms
            .iter()
            .map(|t| (t.filter, x[t.position] * dy[t.image]));
        let all = indices([sizes.batch, self.groups * cout, rows, cols]);
        let db = all.map(|at| ([at[1]], dy[at]));
        [
            sums(cx, [sizes.batch, cin, h, w], dx),
            sums(cx, filters, df),
            sums(cx, [self.groups * cout], db),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.sizes(|dim| plan.dim(dim))?.plan_transposed(plan)
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([
            ("batch", 32),
            ("cin", 64),
            ("h", 1 << 6),
            ("w", 1 << 7),
            ("cout", 64),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Window = Window {
        kernel: 2,
        stride: 1,
        padding: 0,
        dilation: 1,
    };

    /// What is enlarged, also with gaps, and groups.
    #[test]
    fn groups_and_plain_windows_pass_their_checks() {
        let strided = |stride| Window { stride, ..PLAIN };
        let same = Window {
            kernel: 3,
            padding: 1,
            ..PLAIN
        };
        for (cols, output_padding, groups, [cin, cout]) in [
            (PLAIN, [0, 0], 3, [1, 1]),
            (strided(3), [0, 1], 2, [2, 1]),
            (same, [1, 0], 2, [1, 3]),
        ] {
            let op = ConvTranspose2d {
                rows: strided(2),
                cols,
                output_padding,
                groups,
            };
            let sizes = [
                ("batch", 2),
                ("cin", cin),
                ("cout", cout),
                ("h", 2),
                ("w", 3),
            ];
            let certificate = op.verify_at(&Dims::new(sizes), &Options::default());
            assert!(certificate.is_pass(), "{certificate}");
        }
    }
}
