//! Convolution along one axis.

use super::convolution::{Sizes, grouped};
use super::window::{Window, indices, sums};
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

/// What slides along an axis of one.
const ONE: Window = Window {
    kernel: 1,
    stride: 1,
    padding: 0,
    dilation: 1,
};

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

    /// All terms of `y`.
    fn terms(&self, cx: &Context) -> Vec<Term> {
        let (cin, cout, n) = (cx.dim("cin"), cx.dim("cout"), cx.dim("n"));
        let positions = cx.dim(&self.positions());
        let mut terms = Vec::new();
        for [b, o, i] in indices([cx.dim("batch"), self.groups * cout, positions]) {
            for [c, p] in indices([cin, self.window.kernel]) {
                if let Some(place) = self.window.place(i, p, n) {
                    terms.push(Term {
                        y: [b, o, i],
                        f: [o, c * self.window.kernel + p],
                        x: [b, o / cout * cin + c, place],
                    });
                }
            }
        }
        terms
    }
}

/// A product that `y` sums: the places of the three elements.
struct Term {
    y: [usize; 3],
    f: [usize; 2],
    x: [usize; 3],
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
        let positions = cx.dim(&self.positions());
        let shape = [cx.dim("batch"), self.groups * cx.dim("cout"), positions];
        let terms = self.terms(cx);
        let products = terms.iter().map(|t| (t.y, f[t.f] * x[t.x]));
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
        let terms = self.terms(cx);
        let dx = terms.iter().map(|t| (t.x, f[t.f] * dy[t.y]));
        let df = terms.iter().map(|t| (t.f, x[t.x] * dy[t.y]));
        let all = indices([cx.dim("batch"), cout, cx.dim(&self.positions())]);
        let db = all.map(|at| ([at[1]], dy[at]));
        [
            sums(cx, sequences, dx),
            sums(cx, [cout, cin * self.window.kernel], df),
            sums(cx, [cout], db),
        ]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let sizes = Sizes {
            batch: plan.dim("batch")?,
            groups: self.groups,
            channels: [plan.dim("cin")?, plan.dim("cout")?],
            image: [1, plan.dim("n")?],
            positions: [1, plan.dim(&self.positions())?],
            windows: [ONE, self.window],
        };
        sizes.plan(plan);
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("batch", 32), ("cin", 256), ("cout", 256), ("n", 1 << 12)])
    }
}
