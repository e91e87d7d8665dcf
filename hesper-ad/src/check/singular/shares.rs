//! What a slope may be at a kink: forward along a line, where every kink may take any share of either side.
//!
//! Slopes go through each operation by its derivative. Where `max`, `min`, `|x|` or a selection stands at its threshold, any mean of the slopes
//! on both sides may go on: so the slopes of a run are a set. It holds the generalised derivative (Clarke, *Optimization and Nonsmooth
//! Analysis*, 1983), and whatever the chain rule makes of the operations with one number or another at each kink (Bolte and Pauwels,
//! "Conservative set valued fields", Math. Program. 188, 2021).
//!
//! A set is kept as `c + Σ aₖ·sₖ ± e` with shares `sₖ` from −1 to 1 that all numbers of the run have in common. Where one share would multiply
//! another, the smallest interval around both sides is taken instead: sets may come out too large, never too small.

use super::probe::nearest_step;
use crate::tracked::{Bounded, Tracked, UNIT_F64};
use hesper_shader::Number;
use hesper_shader::domain::{
    Arithmetic, Comparison, Domain, NoMeaning, RealBinary, RealUnary, Value,
};
use std::cell::{Cell, RefCell};

/// A number, and what its slope may be: by position among the run's slopes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moving {
    pub(super) primal: Bounded,
    slope: usize,
}

impl Value for Moving {}

/// The slope of what does not move with the line.
const STILL: usize = 0;

/// A set of slopes.
#[derive(Clone, Debug, Default)]
struct Slopes {
    centre: f64,
    /// The factor of each share, in the order of the shares.
    terms: Vec<(usize, f64)>,
    /// Infinite where nothing is known.
    error: f64,
}

impl Slopes {
    fn width(&self) -> f64 {
        self.terms.iter().map(|(_, factor)| factor.abs()).sum()
    }

    fn range(&self) -> [f64; 2] {
        let reach = self.width() + self.error;
        [self.centre - reach, self.centre + reach]
    }
}

/// A comparison's outcome, and whether it is near its threshold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    said: bool,
    near: bool,
}

/// Error-tracked numbers with sets of slopes.
pub(super) struct Shares {
    tracked: Tracked,
    slopes: RefCell<Vec<Slopes>>,
    shares: Cell<usize>,
    /// Whether the shares of equal operands are each at most all, and need not be all together.
    apart: bool,
}

impl Shares {
    /// No number yet. Equal operands of `max` and `min` may each have all where they share `apart`.
    pub(super) fn new(apart: bool) -> Shares {
        Shares {
            tracked: Tracked::default(),
            slopes: RefCell::new(vec![Slopes::default()]),
            shares: Cell::new(0),
            apart,
        }
    }

    /// A number that moves with this slope; one that does not where it is zero.
    pub(super) fn moving(&self, primal: f64, slope: f64) -> Moving {
        let centre = slope;
        let slopes = Slopes {
            centre,
            ..Slopes::default()
        };
        Moving {
            primal: self.tracked.exact(primal),
            slope: if slope == 0.0 {
                STILL
            } else {
                self.keep(slopes)
            },
        }
    }

    /// The slopes that `Σ weight·number` may have; none where nothing is known.
    pub(super) fn range(&self, numbers: impl Iterator<Item = (Moving, f64)>) -> Option<[f64; 2]> {
        let parts: Vec<(usize, Bounded)> = numbers
            .map(|(x, weight)| (x.slope, self.tracked.exact(weight)))
            .collect();
        let sum = self.sum_of(&parts);
        let range = self.slopes.borrow().get(sum)?.range();
        range.iter().all(|end| end.is_finite()).then_some(range)
    }

    fn keep(&self, slopes: Slopes) -> usize {
        let mut all = self.slopes.borrow_mut();
        all.push(slopes);
        all.len() - 1
    }

    fn fixed(&self, primal: Bounded) -> Moving {
        let slope = STILL;
        Moving { primal, slope }
    }

    fn fresh_share(&self) -> usize {
        let share = self.shares.get();
        self.shares.set(share + 1);
        share
    }

    /// `Σ factor·slope`.
    fn sum_of(&self, parts: &[(usize, Bounded)]) -> usize {
        let moving = || parts.iter().filter(|(slope, _)| *slope != STILL);
        if moving().next().is_none() {
            return STILL;
        }
        let sum = {
            let all = self.slopes.borrow();
            moving().fold(Slopes::default(), |sum, (slope, factor)| {
                added(sum, &all[*slope], *factor)
            })
        };
        self.keep(sum)
    }

    /// Any mean of two slopes.
    fn between(&self, x: usize, y: usize) -> usize {
        let (one, minus) = (self.tracked.exact(1.0), self.tracked.exact(-1.0));
        let apart = self.sum_of(&[(x, one), (y, minus)]);
        let half = self.tracked.exact(0.5);
        let middle = self.sum_of(&[(x, half), (y, half)]);
        let (apart, mut middle) = {
            let all = self.slopes.borrow();
            (all[apart].clone(), all[middle].clone())
        };
        let is_number = apart.terms.iter().all(|(_, factor)| *factor == 0.0);
        if is_number && apart.centre == 0.0 && apart.error == 0.0 {
            return x.max(y);
        }
        if is_number {
            middle.terms.push((self.fresh_share(), 0.5 * apart.centre));
            middle.error += 0.5 * apart.error;
            return self.keep(middle);
        }
        let [x, y] = [x, y].map(|slope| self.slopes.borrow()[slope].range());
        self.anything([x[0].min(y[0]), x[1].max(y[1])])
    }

    /// Any slope in an interval.
    fn anything(&self, [low, high]: [f64; 2]) -> usize {
        let centre = 0.5 * (low + high);
        let half = 0.5 * (high - low);
        let known = half.is_finite();
        self.keep(Slopes {
            centre: if known { centre } else { 0.0 },
            terms: vec![(self.fresh_share(), if known { half } else { 0.0 })],
            error: if known { 0.0 } else { f64::INFINITY },
        })
    }

    /// Any share of each of two slopes.
    fn some_of_each(&self, x: usize, y: usize) -> usize {
        let [x, y] = [x, y].map(|slope| self.between(STILL, slope));
        let one = self.tracked.exact(1.0);
        self.sum_of(&[(x, one), (y, one)])
    }

    /// Whether two numbers are equal, but for rounding; mask values are nowhere near anything.
    fn is_near(&self, x: Moving, y: Moving) -> bool {
        let apart = (x.primal.value - y.primal.value).abs();
        let room = x.primal.error + y.primal.error;
        // Of a NaN nothing is known.
        !x.primal.value.is_infinite()
            && !y.primal.value.is_infinite()
            && (apart.is_nan() || apart <= room)
    }

    /// One of two numbers, at the threshold between them.
    fn either(&self, said: Bounded, other: Bounded, slope: usize) -> Moving {
        let gap = (said.value - other.value).abs();
        // Where they differ it jumps, and may be anything between.
        let primal = match gap <= said.error + other.error || !gap.is_finite() {
            true => said,
            false => Bounded {
                value: 0.5 * (said.value + other.value),
                error: 0.5 * gap + said.error.max(other.error),
            },
        };
        Moving { primal, slope }
    }

    /// A piecewise constant function: at a step, anything between its neighbours.
    fn step(&self, op: RealUnary, x: Bounded) -> Bounded {
        let y = self.tracked.unary(op, x);
        let step = nearest_step(op, x.value);
        if (x.value - step).abs() > x.error {
            return y;
        }
        let beside = |side: f64| {
            let by = step.abs().max(f64::MIN_POSITIVE) * side * 4.0 * UNIT_F64;
            self.tracked.unary(op, self.tracked.exact(step + by)).value
        };
        let jump = [beside(1.0), beside(-1.0)].map(|z| (z - y.value).abs());
        Bounded {
            value: y.value,
            error: y.error + jump[0].max(jump[1]),
        }
    }

    fn of_kink(&self, op: RealBinary, x: Moving, y: Moving) -> Moving {
        let primal = self.tracked.binary(op, x.primal, y.primal);
        if self.is_near(x, y) {
            let slope = match self.apart {
                true => self.some_of_each(x.slope, y.slope),
                false => self.between(x.slope, y.slope),
            };
            return Moving { primal, slope };
        }
        let first = match op {
            RealBinary::Max => x.primal.value > y.primal.value,
            _ => x.primal.value < y.primal.value,
        };
        let slope = if first { x.slope } else { y.slope };
        Moving { primal, slope }
    }
}

/// A sum of slopes with `factor` times others added.
fn added(mut sum: Slopes, more: &Slopes, factor: Bounded) -> Slopes {
    let reach = more.centre.abs() + more.width();
    let size = (factor.value.abs() + factor.error) * (reach + more.error);
    let known = factor.value.is_finite() && size.is_finite();
    if !known {
        sum.error = f64::INFINITY;
        return sum;
    }
    sum.centre += factor.value * more.centre;
    // A few roundings of what was added, and of the sum.
    let rounding = 4.0 * UNIT_F64 * (size + sum.centre.abs() + sum.width());
    sum.error += factor.value.abs() * more.error + factor.error * (reach + more.error) + rounding;
    for (share, part) in &more.terms {
        let part = factor.value * part;
        match sum.terms.binary_search_by_key(share, |(share, _)| *share) {
            Ok(at) => sum.terms[at].1 += part,
            Err(at) => sum.terms.insert(at, (*share, part)),
        }
    }
    sum
}

impl Domain for Shares {
    type Value = Moving;
    type Mask = Outcome;

    fn name(&self) -> String {
        "sets of slopes".to_string()
    }

    fn constant(&self, number: Number) -> Moving {
        self.fixed(self.tracked.constant(number))
    }

    fn neg_infinity(&self) -> Moving {
        self.fixed(self.tracked.neg_infinity())
    }

    fn from_f32(&self, value: f32) -> Moving {
        self.fixed(self.tracked.from_f32(value))
    }

    fn from_integer(&self, value: i64) -> Moving {
        self.fixed(self.tracked.from_integer(value))
    }

    fn to_integer(&self, x: Moving, low: i64, high: i64) -> Result<i64, NoMeaning> {
        self.tracked.to_integer(x.primal, low, high)
    }

    fn unary(&self, op: RealUnary, x: Moving) -> Moving {
        use hesper_shader::domain::Character::Stepped;
        if op.character() == Stepped {
            return self.fixed(self.step(op, x.primal));
        }
        let primal = self.tracked.unary(op, x.primal);
        if op == RealUnary::Abs && x.primal.value.abs() <= x.primal.error {
            let minus = self.sum_of(&[(x.slope, self.tracked.exact(-1.0))]);
            let slope = self.between(x.slope, minus);
            return Moving { primal, slope };
        }
        let one = self.tracked.exact(1.0);
        let by = op.derivative(&self.tracked, [x.primal, primal], one);
        let slope = by.map_or(STILL, |by| self.sum_of(&[(x.slope, by)]));
        Moving { primal, slope }
    }

    fn binary(&self, op: RealBinary, x: Moving, y: Moving) -> Moving {
        if matches!(op, RealBinary::Max | RealBinary::Min) {
            return self.of_kink(op, x, y);
        }
        let primal = self.tracked.binary(op, x.primal, y.primal);
        if x.slope == STILL && y.slope == STILL {
            return self.fixed(primal);
        }
        let (at, one) = ([x.primal, y.primal, primal], self.tracked.exact(1.0));
        // What stands still is asked for no derivative: it may have none.
        let by = |slope: usize, by: &dyn Fn() -> Bounded| match slope {
            STILL => self.tracked.integer(0),
            _ => by(),
        };
        let slope = self.sum_of(&[
            (
                x.slope,
                by(x.slope, &|| op.by_first(&self.tracked, at, one)),
            ),
            (
                y.slope,
                by(y.slope, &|| op.by_second(&self.tracked, at, one)),
            ),
        ]);
        Moving { primal, slope }
    }

    fn compare(&self, op: Comparison, x: Moving, y: Moving) -> Outcome {
        Outcome {
            said: self.tracked.compare(op, x.primal, y.primal),
            near: self.is_near(x, y),
        }
    }

    fn select(&self, mask: Outcome, on_true: Moving, on_false: Moving) -> Moving {
        let (said, other) = match mask.said {
            true => (on_true, on_false),
            false => (on_false, on_true),
        };
        if !mask.near {
            return said;
        }
        let slope = self.between(said.slope, other.slope);
        self.either(said.primal, other.primal, slope)
    }

    fn powi(&self, x: Moving, n: i32) -> Moving {
        let primal = self.tracked.powi(x.primal, n);
        let slope = match n {
            0 => STILL,
            n => {
                let less = self.tracked.powi(x.primal, n - 1);
                let times = self.tracked.integer(n.into());
                let by = self.tracked.binary(RealBinary::Multiply, times, less);
                self.sum_of(&[(x.slope, by)])
            }
        };
        Moving { primal, slope }
    }

    fn sum(&self, terms: &[Moving]) -> Moving {
        let primals: Vec<Bounded> = terms.iter().map(|x| x.primal).collect();
        let one = self.tracked.exact(1.0);
        let parts: Vec<_> = terms.iter().map(|x| (x.slope, one)).collect();
        Moving {
            primal: self.tracked.sum(&primals),
            slope: self.sum_of(&parts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Real;
    use crate::tape::evaluate;

    #[test]
    fn slopes_are_those_of_any_share() {
        type Case = (fn(Real, Real) -> Real, [f64; 2]);
        // Along (1, 1) from (0, 0).
        let cases: [Case; 12] = [
            (|x, _| x.max(0.0), [0.0, 1.0]),
            (|x, _| x.max(-x), [-1.0, 1.0]),
            (|x, y| x.max(y), [1.0, 1.0]),
            (|x, y| x.max(y).max(0.0), [0.0, 1.0]),
            (|x, y| x.max(y * 3.0), [1.0, 3.0]),
            (|x, _| x.max(0.0) - (-x).max(0.0), [0.0, 2.0]),
            // One share, wherever it is read.
            (
                |x, _| {
                    let part = x.max(0.0);
                    part - part * 0.5
                },
                [0.0, 0.5],
            ),
            (|x, _| Real::select(x.gt(0.0), x * 2.0, x), [1.0, 2.0]),
            (|x, _| Real::select(x.gt(0.0), x + 1.0, x), [1.0, 1.0]),
            (|x, y| (x.max(0.0) + 1.0) * (y + 2.0), [1.0, 3.0]),
            (|x, _| x.max(1.0) + x.min(-1.0) + x, [1.0, 1.0]),
            (
                |x, _| Real::select(x.gt(0.0), 1.0, x * 0.0 - 1.0) * x,
                [-1.0, 1.0],
            ),
        ];
        for (i, (f, want)) in cases.into_iter().enumerate() {
            let shares = Shares::new(false);
            let at = shares.moving(0.0, 1.0);
            let [y] = evaluate(&shares, [at, at], |[x, y]| [f(x, y)]);
            let range = shares.range([(y, 1.0)].into_iter()).unwrap();
            let near = range.iter().zip(want).all(|(x, y)| (x - y).abs() < 1e-12);
            assert!(near, "case {i}: {range:?}, not {want:?}");
        }
    }

    #[test]
    fn of_poles_nothing_is_known() {
        let shares = Shares::new(false);
        let at = shares.moving(0.0, 1.0);
        let [y] = evaluate(&shares, [at], |[x]| [(x * x).sqrt()]);
        assert_eq!(shares.range([(y, 1.0)].into_iter()), None);
    }

    #[test]
    fn each_of_the_equal_may_have_all_where_that_is_declared() {
        let shares = Shares::new(true);
        let at = shares.moving(0.0, 1.0);
        let [y] = evaluate(&shares, [at, at], |[x, y]| [x.max(y)]);
        let [low, high] = shares.range([(y, 1.0)].into_iter()).unwrap();
        assert!(low.abs() < 1e-12 && (high - 2.0).abs() < 1e-12);
    }
}
