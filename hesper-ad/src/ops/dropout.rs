//! Dropout with a mask that is computed.

use super::MOST_ELEMENTS;
use super::coarsened::{LANES, end, first, grid};
use crate::prelude::*;

/// Dropout `yᵢ = xᵢ/(1 − p)` where `uᵢ ≥ p`, else 0, elementwise over `n` numbers; `dx` is the same of `dy`. `uᵢ` is a number between 0 and 1 that belongs to `i`, and to the
/// integers `seed` and `counter`; the share `p` is the op's own number. What is drawn depends on these alone, the backward pass draws the same again, and no mask is kept.
///
/// Srivastava et al. (2014), scaled in training as `torch.nn.functional.dropout`, whose numbers are others. `uᵢ` is made of the first word of
/// Philox2x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) at the place `(i, counter)` with the key `seed`: give each layer a seed of its
/// own and each step the next `counter`.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// The share of the numbers that become 0, at least 0 and below 1.
    p: f64,
}

/// The multiplier of Philox2x32.
const MULTIPLIER: u32 = 0xd256_d193;

/// What is added to the key in each round: the golden ratio.
const WEYL: u32 = 0x9e37_79b9;

shader! {
    /// The upper 32 bits of a·b, by products of halves.
    fn upper_half(a: u32, b: u32) -> u32 {
        let low = (a & 0xffff).wrapping_mul(b & 0xffff);
        let first = (a >> 16).wrapping_mul(b & 0xffff).wrapping_add(low >> 16);
        let second = (a & 0xffff).wrapping_mul(b >> 16).wrapping_add(first & 0xffff);
        (a >> 16).wrapping_mul(b >> 16).wrapping_add((first >> 16) + (second >> 16))
    }

    /// The first word of Philox2x32-10 at a place.
    fn philox(low: u32, high: u32, seed: u32) -> u32 {
        let (mut first, mut second, mut key) = (low, high, seed);
        for _ in 0..10 {
            let upper = upper_half(MULTIPLIER, first);
            let lower = first.wrapping_mul(MULTIPLIER);
            first = upper ^ key ^ second;
            second = lower;
            key = key.wrapping_add(WEYL);
        }
        first
    }

    /// y = x/kept where what belongs to i is at least least, else 0. The same of dy is dx.
    #[workgroup_size(LANES)]
    pub fn dropout(
        x: &[f32],
        seed: &[u32],
        counter: &[u32],
        y: &mut [f32],
        least: u32,
        kept: f32,
    ) {
        for i in (first()..end(y.len())).step_by(LANES) {
            let word = philox(i, counter[0], seed[0]);
            y[i] = if word >= least { x[i] / kept } else { 0.0 };
        }
    }
}

/// The first word of Philox2x32-10 at a place.
fn drawn([low, high]: [u32; 2], seed: u32) -> u32 {
    let (mut first, mut second, mut key) = (low, high, seed);
    for _ in 0..10 {
        let product = u64::from(MULTIPLIER) * u64::from(first);
        first = (product >> 32) as u32 ^ key ^ second;
        second = product as u32;
        key = key.wrapping_add(WEYL);
    }
    first
}

impl Dropout {
    /// A quarter of the numbers: what the catalogue has.
    pub const EXAMPLE: Dropout = Dropout { p: 0.25 };

    /// Dropout of this share of the numbers, at least 0; what is 1 or more counts as the share that leaves one in 2³², NaN as 0.
    pub fn new(p: f64) -> Dropout {
        let most = 1.0 - 2f64.powi(-32);
        Dropout {
            p: p.max(0.0).min(most),
        }
    }

    /// Gives a kernel its numbers.
    fn give(&self, step: &mut OpStep) {
        step.uniform("least", self.least())
            .uniform("kept", 1.0 - self.p);
    }

    /// The least word whose number is kept.
    fn least(&self) -> u32 {
        (self.p * 2f64.powi(32)).ceil() as u32
    }

    /// `x/(1 − p)` where `u ≥ p`, else 0.
    fn dropped(&self, cx: &Context, x: &Tensor) -> Tensor {
        let word = |name: &str| cx.integers(name).data().first().copied().unwrap_or(0);
        let (seed, counter) = (word("seed"), word("counter"));
        Tensor::from_fn([cx.dim("n")], |[i]| {
            let place = u32::try_from(i).unwrap_or(u32::MAX);
            match drawn([place, counter], seed) >= self.least() {
                true => x[[i]] / (1.0 - self.p),
                false => cx.real(0.0),
            }
        })
    }
}

impl DiffOp for Dropout {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new(format!("Dropout({})", self.p))
            .input("x", ["n"])
            .integer("seed", [], "4294967296")
            .integer("counter", [], "4294967296")
            .output("y", ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [self.dropped(cx, x)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [self.dropped(cx, dy)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = grid(plan.dim("n")?);
        self.give(plan.forward(dropout(), n));
        let backward = plan.backward(dropout(), n);
        self.give(backward.bind("x", "dy").bind("y", "dx"));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().greatest([("n", MOST_ELEMENTS)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers that the authors of Philox publish with their library, Random123.
    #[test]
    fn numbers_are_those_of_philox() {
        for (place, seed, word) in [
            ([0, 0], 0, 0xff1d_ae59),
            ([u32::MAX; 2], u32::MAX, 0x2c3f_628b),
            ([0x243f_6a88, 0x85a3_08d3], 0x1319_8a2e, 0xdd7c_e038),
        ] {
            assert_eq!(drawn(place, seed), word);
        }
    }
}
