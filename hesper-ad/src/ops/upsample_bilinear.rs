//! Images made larger, linearly between their elements.

use super::window::{is_on, sums};
use crate::prelude::*;

/// Images `x[planes, h, w]` made `factor` times as large along both axes, linearly between the elements: the row `i` of `y` lies at `s = (i + ½)/factor − ½` of `x`, at 0 and `h − 1` at
/// most, and has `1 − t` parts of row `⌊s⌋` and `t` of the next, `t = s − ⌊s⌋`; columns the same. `dx` sums what each element gave. The factor is the op's own number.
///
/// As `torch.nn.functional.interpolate` with a whole `scale_factor`, `mode="bilinear"` and `align_corners=False`; `planes` is the product of batch and channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpsampleBilinear {
    /// How many times as large, at least 1.
    pub factor: usize,
}

shader! {
    /// Between which two places of an axis of n a place of the larger one lies: the first of them, and twice the factor times the part of the second.
    fn between(place: u32, n: u32, factor: u32) -> (u32, u32) {
        // 2·factor·s, not below 0 and not beyond the last place.
        let twice = (2 * place + 1).max(factor) - factor;
        let place = twice.min(2 * factor * (n - 1));
        (place / (2 * factor), place % (2 * factor))
    }

    /// The part that a place of an axis of n has in a place of the larger one.
    fn part_of(place: u32, larger: u32, n: u32, factor: u32) -> f32 {
        let (first, second) = between(larger, n, factor);
        let mut part = 0.0;
        if place == first {
            part = ((2 * factor - second) as f32) / ((2 * factor) as f32);
        } else if place == first + 1 {
            part = (second as f32) / ((2 * factor) as f32);
        }
        part
    }

    /// y = the four neighbours in x, each by its part; one invocation per element of y.
    #[workgroup_size(64)]
    pub fn upsample_bilinear(x: &[f32], y: &mut [f32], h: u32, w: u32, factor: u32) {
        let at = global_index();
        if at < y.len() {
            let (left, right) = between(at % (factor * w), w, factor);
            let (upper, lower) = between(at / (factor * w) % (factor * h), h, factor);
            let plane = at / (factor * w * factor * h);
            let unit = (2 * factor) as f32;
            let t = (lower as f32) / unit;
            let u = (right as f32) / unit;
            let first = (plane * h + upper) * w;
            let second = (plane * h + (upper + 1).min(h - 1)) * w;
            let next = (left + 1).min(w - 1);
            let above = (1.0 - u) * x[first + left] + u * x[first + next];
            let under = (1.0 - u) * x[second + left] + u * x[second + next];
            y[at] = (1.0 - t) * above + t * under;
        }
    }

    /// dx = Σ dy over the elements of y that have a part of the element, each by that; one invocation per element of x.
    #[workgroup_size(64)]
    pub fn upsample_bilinear_backward(dy: &[f32], dx: &mut [f32], h: u32, w: u32, factor: u32) {
        let at = global_index();
        if at < dx.len() {
            let col = at % w;
            let row = at / w % h;
            let plane = at / (w * h);
            let mut sum = 0.0;
            // What lies a place or more away has no part of it.
            for p in 0..3 * factor {
                let i = row * factor + p;
                if is_on(i, factor, factor * h) {
                    let t = part_of(row, i - factor, h, factor);
                    for q in 0..3 * factor {
                        let j = col * factor + q;
                        if is_on(j, factor, factor * w) {
                            let from = (plane * factor * h + i - factor) * (factor * w) + j - factor;
                            sum += t * part_of(col, j - factor, w, factor) * dy[from];
                        }
                    }
                }
            }
            dx[at] = sum;
        }
    }
}

impl UpsampleBilinear {
    /// Three times as large: what the catalogue has.
    pub const EXAMPLE: UpsampleBilinear = UpsampleBilinear { factor: 3 };

    /// The places of an axis of `n` that a place of the larger one has parts of, with these; the last of the axis has no next.
    fn parts(&self, cx: &Context, place: usize, n: usize) -> Vec<(usize, Real)> {
        let unit = 2 * self.factor;
        let twice = (2 * place + 1).saturating_sub(self.factor);
        let twice = twice.min(unit * n.saturating_sub(1));
        let part = |of: usize| cx.count(of) / cx.count(unit);
        let both = [
            (twice / unit, part(unit - twice % unit)),
            (twice / unit + 1, part(twice % unit)),
        ];
        both.into_iter().filter(|(place, _)| *place < n).collect()
    }

    /// Of each element of `y` the elements of `x` that it is made of, with their parts.
    fn terms(&self, cx: &Context) -> Tensor<Vec<([usize; 3], Real)>> {
        let (h, w) = (cx.dim("h"), cx.dim("w"));
        let shape = [cx.dim("planes"), self.factor * h, self.factor * w];
        Tensor::from_fn(shape, |[plane, i, j]| {
            let rows = self.parts(cx, i, h);
            let cols = self.parts(cx, j, w);
            let all = rows
                .iter()
                .flat_map(|row| cols.iter().map(move |col| (row, col)));
            all.map(|((row, t), (col, u))| ([plane, *row, *col], t * u))
                .collect()
        })
    }
}

impl DiffOp for UpsampleBilinear {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let size = |dim: &str| format!("{}*{dim}", self.factor);
        Signature::new(format!("UpsampleBilinear({})", self.factor))
            .input("x", ["planes", "h", "w"])
            .output("y", ["planes", &size("h"), &size("w")])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let terms = self.terms(cx);
        [terms.map(|terms| cx.sum(terms.iter().map(|(at, part)| part * x[*at])))]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let terms = self.terms(cx);
        let all = terms.data().iter().zip(dy.data());
        let given =
            all.flat_map(|(terms, dy)| terms.iter().map(move |(at, part)| (*at, part * dy)));
        let shape = [cx.dim("planes"), cx.dim("h"), cx.dim("w")];
        [sums(cx, shape, given)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("planes")? * plan.dim("h")? * plan.dim("w")?;
        let larger = Grid::cover(n * self.factor * self.factor);
        let forward = plan.forward(upsample_bilinear(), larger);
        forward.uniform("factor", self.factor);
        let backward = plan.backward(upsample_bilinear_backward(), Grid::cover(n));
        backward.uniform("factor", self.factor);
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .greatest([("planes", 1 << 10), ("h", 1 << 9), ("w", 1 << 9)])
            .greatest([("planes", 1), ("h", 1 << 12), ("w", 1 << 12)])
    }
}
