//! What convolutions have in common: their sizes, and the products that they sum.

use super::conv2d::{conv2d, conv2d_db, conv2d_df, conv2d_dx};
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

/// A product that a convolution sums: the places of an element of the image, one of a filter, and one of what belongs to the positions.
pub(super) struct Term {
    pub(super) image: [usize; 4],
    pub(super) filter: [usize; 2],
    pub(super) position: [usize; 4],
}

impl Sizes {
    /// Adds the dispatches of both passes.
    pub(super) fn plan(&self, plan: &mut OpPlan) {
        let [images, _, positions] = self.counts();
        self.give(plan.forward(conv2d(), Grid::cover(positions)));
        self.give(plan.backward(conv2d_dx(), Grid::cover(images)));
        self.plan_filters(plan);
        self.plan_bias(plan, self.channels[1], self.positions);
    }

    /// Adds the dispatch of what sums products of images and positions: `df`.
    pub(super) fn plan_filters<'p>(&self, plan: &'p mut OpPlan) -> &'p mut OpStep {
        let [_, filters, _] = self.counts();
        let step = self.give(plan.backward(conv2d_df(), Grid::cover(filters)));
        step.uniform("batch", self.batch)
    }

    /// Adds the dispatch of `db`: of so many channels of a group, and an output that large.
    pub(super) fn plan_bias(&self, plan: &mut OpPlan, channels: usize, size: [usize; 2]) {
        let step = plan.backward(conv2d_db(), Grid::cover(self.groups * channels));
        step.uniform("batch", self.batch)
            .uniform("positions", count(&size));
    }

    /// How many elements images, filters and positions have; where that overflows, a number that nothing has.
    pub(super) fn counts(&self) -> [usize; 3] {
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
    pub(super) fn give<'p>(&self, step: &'p mut OpStep) -> &'p mut OpStep {
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
    pub(super) fn terms(&self) -> Vec<Term> {
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
