//! Transposed convolution along one axis.

use super::convolution::{Sizes, grouped, of_context};
use super::window::{ONE, Window, indices, sums};
use crate::prelude::*;

/// Transposed convolution of sequences `x[batch, groups·cin, n]` with filters `f[groups·cin, cout·k]` and a bias `b[groups·cout]`:
/// `y[·, g·cout + c, i·s + p·d − padding] = b[g·cout + c] + Σ f[o, (c, p)]·x[·, o, i]` over the `cin` channels `o` of the group `g`, and the places of the filter and of the sequence
/// that meet there. It is what [`Conv1d`](super::Conv1d) passes back to its sequences; size of the filters, stride `s`, padding, dilation `d` and the number of groups are the op's own numbers, as
/// those of that convolution. `y` is `(n − 1)·s + d·(k − 1) + 1 − 2·padding` long and some more, the output padding.
///
/// As `torch.nn.functional.conv_transpose1d`, whose filters lie `cin`, `cout`, `k`. `dx` is the convolution of `dy`, `df` sums `x·dy` over the sequences and positions, `db` sums `dy` over all of a channel. Its
/// kernels are those of [`Conv2d`](super::Conv2d), of images that are one high. Where the padding leaves nothing, `y` has no elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvTranspose1d {
    /// How filters slide along `y`.
    pub window: Window,
    /// Elements that `y` has besides; below the stride, or the dilation.
    pub output_padding: usize,
    /// Groups of channels, at least 1: filters of one read the channels of that alone.
    pub groups: usize,
}

impl ConvTranspose1d {
    /// Places that meet twice and are set apart, padding at both ends, one that is added, and groups: what the catalogue has.
    pub const EXAMPLE: ConvTranspose1d = ConvTranspose1d {
        window: Window {
            kernel: 3,
            stride: 2,
            padding: 1,
            dilation: 1,
        },
        output_padding: 1,
        groups: 2,
    };

    /// The size of `y` along the axis, as a dimension of a signature.
    fn size(&self) -> String {
        self.window.span("n", self.output_padding)
    }

    /// The sizes of the convolution, whose image is `y`, one high.
    fn sizes<E>(&self, dim: impl Fn(&str) -> Result<usize, E>) -> Result<Sizes, E> {
        Ok(Sizes {
            batch: dim("batch")?,
            groups: self.groups,
            channels: [dim("cout")?, dim("cin")?],
            image: [1, dim(&self.size())?],
            positions: [1, dim("n")?],
            windows: [ONE, self.window],
        })
    }
}

impl DiffOp for ConvTranspose1d {
    type Inputs<V> = [V; 3];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let (cin, cout) = (grouped(self.groups, "cin"), grouped(self.groups, "cout"));
        let Window {
            kernel,
            stride,
            padding,
            dilation,
        } = self.window;
        let name = format!(
            "ConvTranspose1D({kernel}, stride {stride}, padding {padding}, output padding {}, dilation {dilation}, groups {})",
            self.output_padding, self.groups
        );
        Signature::new(name)
            .input("x", ["batch", &cin, "n"])
            .input("f", [&cin, &grouped(kernel, "cout")])
            .input("b", [&cout])
            .output("y", ["batch", &cout, &self.size()])
    }

    fn forward(&self, cx: &mut Context, [x, f, b]: [&Tensor; 3]) -> [Tensor; 1] {
        let Ok(sizes) = self.sizes(of_context(cx));
        let shape = [sizes.batch, self.groups * cx.dim("cout"), sizes.image[1]];
        let terms = sizes.flat_terms();
        let products = terms.map(|t| (t.image, f[t.filter] * x[t.position]));
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
        let (cin, cout) = (self.groups * cx.dim("cin"), cx.dim("cout"));
        let terms = || sizes.flat_terms();
        let dx = terms().map(|t| (t.position, f[t.filter] * dy[t.image]));
        let df = terms().map(|t| (t.filter, x[t.position] * dy[t.image]));
        let all = indices([sizes.batch, self.groups * cout, sizes.image[1]]);
        let db = all.map(|at| ([at[1]], dy[at]));
        [
            sums(cx, [sizes.batch, cin, sizes.positions[1]], dx),
            sums(cx, [cin, cout * self.window.kernel], df),
            sums(cx, [self.groups * cout], db),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.sizes(|dim| plan.dim(dim))?.plan_transposed(plan)
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("batch", 32), ("cin", 128), ("cout", 128), ("n", 1 << 12)])
    }
}
