//! Convolution along one axis.

use super::convolution::{Sizes, grouped, of_context};
use super::window::{ONE, Window, indices, sums};
use crate::prelude::*;

/// Convolution, without turning the filters, of sequences `x[batch, groups·cin, n]` with filters `f[groups·cout, cin·k]` and a bias `b[groups·cout]`:
/// `y[·, o, i] = b[o] + Σ f[o, (c, p)]·x[·, g·cin + c, i·s + p·d − padding]` over the `cin` channels of the filter's group `g` and its places, `x` being 0 in the padding. Size of
/// the filters, stride `s`, padding, dilation `d` and the number of groups are the op's own numbers; within a filter lie `cin` and `k` as in PyTorch, the last the closest.
///
/// As `torch.nn.functional.conv1d`. `dx` sums over the filters and places that read an element, `df` over the sequences and positions, `db` over all of a channel. Its
/// kernels are those of [`Conv2d`](super::Conv2d), of images that are one high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv1d {
    /// How filters slide.
    pub window: Window,
    /// Groups of channels, at least 1: filters of one read the channels of that alone.
    pub groups: usize,
}

impl Conv1d {
    /// Every number another than for a plain convolution: what the catalogue has.
    pub const EXAMPLE: Conv1d = Conv1d {
        window: Window {
            kernel: 3,
            stride: 2,
            padding: 3,
            dilation: 2,
        },
        groups: 2,
    };

    /// The size of `y` along the axis.
    fn positions(&self) -> String {
        self.window.positions("n")
    }

    /// The sizes of images that are one high.
    fn sizes<E>(&self, dim: impl Fn(&str) -> Result<usize, E>) -> Result<Sizes, E> {
        Ok(Sizes {
            batch: dim("batch")?,
            groups: self.groups,
            channels: [dim("cin")?, dim("cout")?],
            image: [1, dim("n")?],
            positions: [1, dim(&self.positions())?],
            windows: [ONE, self.window],
        })
    }
}

impl DiffOp for Conv1d {
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
            "Conv1D({kernel}, stride {stride}, padding {padding}, dilation {dilation}, groups {})",
            self.groups
        );
        Signature::new(name)
            .input("x", ["batch", &cin, "n"])
            .input("f", [&cout, &grouped(kernel, "cin")])
            .input("b", [&cout])
            .output("y", ["batch", &cout, &self.positions()])
    }

    fn forward(&self, cx: &mut Context, [x, f, b]: [&Tensor; 3]) -> [Tensor; 1] {
        let Ok(sizes) = self.sizes(of_context(cx));
        let positions = cx.dim(&self.positions());
        let shape = [cx.dim("batch"), self.groups * cx.dim("cout"), positions];
        let terms = sizes.flat_terms();
        let products = terms.map(|t| (t.position, f[t.filter] * x[t.image]));
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
        let sequences = [cx.dim("batch"), self.groups * cin, cx.dim("n")];
        let Ok(sizes) = self.sizes(of_context(cx));
        let terms = || sizes.flat_terms();
        let dx = terms().map(|t| (t.image, f[t.filter] * dy[t.position]));
        let df = terms().map(|t| (t.filter, x[t.image] * dy[t.position]));
        let all = indices([cx.dim("batch"), cout, cx.dim(&self.positions())]);
        let db = all.map(|at| ([at[1]], dy[at]));
        [
            sums(cx, sequences, dx),
            sums(cx, [cout, cin * self.window.kernel], df),
            sums(cx, [cout], db),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        self.sizes(|dim| plan.dim(dim))?.plan(plan);
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("batch", 32), ("cin", 256), ("cout", 256), ("n", 1 << 12)])
    }
}
