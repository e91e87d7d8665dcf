//! What convolutions have in common: their sizes, and the products that they sum.

use super::broadcast_add::broadcast_add;
use super::conv2d::{conv2d, conv2d_db, conv2d_df, conv2d_dx};
use super::conv2d_tiled::{conv2d_df_tiled, conv2d_dx_tiled, conv2d_tiled, invocations};
use super::embedding::embedding_clear;
use super::window::{Window, indices};
use crate::dims::count;
use crate::prelude::*;
use std::convert::Infallible;

/// The sizes of a convolution along two axes, and how its windows slide: what its kernels are given.
pub(super) struct Sizes {
    pub(super) batch: usize,
    pub(super) groups: usize,
    /// Channels of a group: of images, and filters.
    pub(super) channels: [usize; 2],
    pub(super) image: [usize; 2],
    pub(super) positions: [usize; 2],
    pub(super) windows: [Window; 2],
}

/// A product that a convolution sums: the places of an element of the image, one of a filter, and one of what belongs to the positions, images having so
/// many axes.
pub(super) struct Term<const AXES: usize> {
    pub(super) image: [usize; AXES],
    pub(super) filter: [usize; 2],
    pub(super) position: [usize; AXES],
}

impl Sizes {
    /// Adds the dispatches of both passes.
    pub(super) fn plan(&self, plan: &mut OpPlan) {
        let (kernel, grid) = self.to_positions();
        self.give(plan.forward(kernel, grid));
        let (kernel, grid) = self.to_images();
        self.give(plan.backward(kernel, grid));
        self.plan_filters(plan);
        self.plan_bias(plan, self.channels[1], self.positions);
    }

    /// Adds the dispatches of both passes of the transposed convolution, whose `y` is the image.
    pub(super) fn plan_transposed(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let [images, _, _] = self.counts();
        let [cout, cin] = self.channels.map(|channels| channels * self.groups);
        // The convolution's passes have no bias, or have one where none belongs.
        plan.temporary("plain", Type::F32, images)?;
        let (kernel, grid) = self.to_images();
        let forward = self.give(plan.forward(kernel, grid));
        forward.bind("dy", "x").bind("dx", "plain");
        let bias = plan.forward(broadcast_add(), Grid::cover(images));
        bias.bind("x", "plain")
            .uniform("axis", cout)
            .uniform("inner", count(&self.image));
        plan.temporary("zeros", Type::F32, cin)?;
        let clear = plan.backward(embedding_clear(), Grid::cover(cin));
        clear.bind("dtable", "zeros");
        let (kernel, grid) = self.to_positions();
        let dx = self.give(plan.backward(kernel, grid));
        dx.bind("x", "dy").bind("b", "zeros").bind("y", "dx");
        let df = self.plan_filters(plan);
        df.bind("x", "dy").bind("dy", "x");
        self.plan_bias(plan, self.channels[0], self.image);
        Ok(())
    }

    /// What sums over the filters' places: one element of the positions each, or several channels of one.
    fn to_positions(&self) -> (Kernel, Grid) {
        let [_, _, positions] = self.counts();
        chosen(positions, self.channels[1], [conv2d, conv2d_tiled])
    }

    /// What sums over the positions that read an element of the image.
    fn to_images(&self) -> (Kernel, Grid) {
        let [images, _, _] = self.counts();
        chosen(images, self.channels[0], [conv2d_dx, conv2d_dx_tiled])
    }

    /// Adds the dispatch of what sums products of images and positions: `df`.
    fn plan_filters<'p>(&self, plan: &'p mut OpPlan) -> &'p mut OpStep {
        let [_, filters, _] = self.counts();
        let (kernel, grid) = chosen(filters, self.channels[1], [conv2d_df, conv2d_df_tiled]);
        let step = self.give(plan.backward(kernel, grid));
        step.uniform("batch", self.batch)
    }

    /// Adds the dispatch of `db`: of so many channels of a group, and an output that large.
    fn plan_bias(&self, plan: &mut OpPlan, channels: usize, size: [usize; 2]) {
        let step = plan.backward(conv2d_db(), Grid::cover(self.groups * channels));
        step.uniform("batch", self.batch)
            .uniform("positions", count(&size));
    }

    /// How many elements images, filters and positions have; where that overflows, a number that nothing has.
    fn counts(&self) -> [usize; 3] {
        let [cin, cout] = self.channels.map(|channels| channels * self.groups);
        let ([h, w], [hout, wout]) = (self.image, self.positions);
        let [kh, kw] = self.windows.map(|w| w.kernel);
        [
            count(&[self.batch, cin, h, w]),
            count(&[cout, self.channels[0], kh, kw]),
            count(&[self.batch, cout, hout, wout]),
        ]
    }

    /// Gives a kernel all sizes but that of the batch.
    fn give<'p>(&self, step: &'p mut OpStep) -> &'p mut OpStep {
        let [rows, cols] = self.windows;
        step.uniform("groups", self.groups)
            .uniform("cin", self.channels[0])
            .uniform("cout", self.channels[1])
            .uniform("h", self.image[0])
            .uniform("w", self.image[1])
            .uniform("kh", rows.kernel)
            .uniform("kw", cols.kernel)
            .uniform("hout", self.positions[0])
            .uniform("wout", self.positions[1])
            .uniform("stride_h", rows.stride)
            .uniform("stride_w", cols.stride)
            .uniform("padding_h", rows.padding)
            .uniform("padding_w", cols.padding)
            .uniform("dilation_h", rows.dilation)
            .uniform("dilation_w", cols.dilation)
    }

    /// All products: of each element of the positions, channel of the group and place of the window.
    pub(super) fn terms(&self) -> Vec<Term<4>> {
        let [cin, cout] = self.channels;
        let ([rows, cols], [h, w]) = (self.windows, self.image);
        let [hout, wout] = self.positions;
        let mut terms = Vec::new();
        for [n, o, i, j] in indices([self.batch, self.groups * cout, hout, wout]) {
            for [c, p, q] in indices([cin, rows.kernel, cols.kernel]) {
                if let (Some(row), Some(col)) = (rows.place(i, p, h), cols.place(j, q, w)) {
                    terms.push(Term {
                        image: [n, o / cout * cin + c, row, col],
                        filter: [o, (c * rows.kernel + p) * cols.kernel + q],
                        position: [n, o, i, j],
                    });
                }
            }
        }
        terms
    }

    /// All products of images that are one high, and have no axis for it.
    pub(super) fn flat_terms(&self) -> impl Iterator<Item = Term<3>> {
        let flat = |[n, c, _, i]: [usize; 4]| [n, c, i];
        self.terms().into_iter().map(move |term| Term {
            image: flat(term.image),
            filter: term.filter,
            position: flat(term.position),
        })
    }
}

/// The direct kernel for groups of one channel, the tiled one for others, and its grid for so many elements.
fn chosen(
    elements: usize,
    channels: usize,
    [direct, tiled]: [fn() -> Kernel; 2],
) -> (Kernel, Grid) {
    match channels {
        1 => (direct(), Grid::cover(elements)),
        _ => (tiled(), Grid::cover(invocations(elements, channels))),
    }
}

/// Sizes by names that a signature has.
pub(super) fn of_context(cx: &Context) -> impl Fn(&str) -> Result<usize, Infallible> {
    |dim| Ok(cx.dim(dim))
}

/// So many times a dimension of a signature.
pub(super) fn grouped(groups: usize, channels: &str) -> String {
    match groups {
        1 => channels.to_string(),
        groups => format!("{groups}*{channels}"),
    }
}
