//! Dual numbers that tell where a run stands at a kink or a pole.

use crate::dual::{Dual, DualValue};
use crate::tracked::{Bounded, Tracked};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, F64, NoMeaning, RealBinary, RealUnary};
use std::cell::{Cell, RefCell};
use std::panic::Location;

/// A number of the probe.
pub(super) type Value = DualValue<Bounded>;

/// An operation in Rust source, and what kind of one it is.
pub(super) type Place = (&'static Location<'static>, &'static str);

/// Dual numbers with error bounds that watch their decisions, and remember each number whose zero is special: what a comparison compares,
/// what is divided by, what a root or logarithm is taken of.
pub(super) struct Probe {
    inner: Dual<Tracked>,
    line: Cell<&'static Location<'static>>,
    unsettled: Cell<usize>,
    stationary: Cell<usize>,
    zeros: RefCell<Vec<(Place, Value)>>,
}

impl Probe {
    #[track_caller]
    pub(super) fn new() -> Probe {
        Probe {
            inner: Dual::new(Tracked::default()),
            line: Cell::new(Location::caller()),
            unsettled: Cell::default(),
            stationary: Cell::default(),
            zeros: RefCell::default(),
        }
    }

    /// A number that moves with this slope.
    pub(super) fn moving(&self, primal: f64, tangent: f64) -> Value {
        let exact = |x| self.inner.inner.exact(x);
        DualValue {
            primal: exact(primal),
            tangent: exact(tangent),
        }
    }

    /// Error-tracked numbers, for sums of results.
    pub(super) fn tracked(&self) -> &Tracked {
        &self.inner.inner
    }

    /// How many decisions are within rounding, and turn along the line.
    pub(super) fn unsettled(&self) -> usize {
        self.unsettled.get()
    }

    /// How many comparisons are within rounding, and roots are taken of zero, that do not move along the line to first order.
    pub(super) fn stationary(&self) -> usize {
        self.stationary.get()
    }

    /// The numbers whose zeros are special, in the order of the run.
    pub(super) fn take_zeros(&self) -> Vec<(Place, Value)> {
        self.zeros.take()
    }

    fn remember(&self, kind: &'static str, x: Value) {
        if x.primal.value.is_finite() {
            self.zeros.borrow_mut().push(((self.line.get(), kind), x));
        }
    }

    /// A decision on the sign of `x`; with the same slope on both sides it does not matter which way it goes, unless it is `free` to choose
    /// anything.
    fn decide(&self, kind: &'static str, x: Value, free: bool) {
        self.remember(kind, x);
        // Where one side is a mask value, nothing is near; two of them are equal wherever they are.
        if x.primal.value.is_infinite() || x.primal.value.abs() > x.primal.error {
            return;
        }
        let still = is_known(x.tangent) && x.tangent.value.abs() <= x.tangent.error;
        let counter = if still {
            &self.stationary
        } else {
            &self.unsettled
        };
        if free || !still {
            counter.set(counter.get() + 1);
        }
    }

    fn difference(&self, x: Value, y: Value) -> Value {
        if x.primal.is_mask() && y.primal.is_mask() {
            return x;
        }
        self.inner.binary(RealBinary::Subtract, x, y)
    }

    /// How far `x` is from where the function steps.
    fn step(&self, op: RealUnary, x: Value) {
        let step = self.moving(nearest_step(op, x.primal.value), 0.0);
        self.decide("step", self.difference(x, step), true);
    }
}

/// Where a piecewise constant function steps, next to a number.
pub(super) fn nearest_step(op: RealUnary, value: f64) -> f64 {
    match op {
        RealUnary::Sign => 0.0,
        RealUnary::RoundTiesEven => value.floor() + 0.5,
        // At powers of two.
        RealUnary::Exponent => {
            let power = value.abs().log2().round_ties_even();
            power.exp2().copysign(value)
        }
        // Half way to the next number.
        RealUnary::QuantizeToF16 => {
            let near = F64.unary(op, value);
            let spacing = (F64.unary(RealUnary::Exponent, value) - 11.0)
                .max(-24.0)
                .exp2();
            near + (0.5 * spacing).copysign(value - near)
        }
        // The integers.
        _ => value.round_ties_even(),
    }
}

impl Domain for Probe {
    type Value = Value;
    type Mask = bool;

    fn name(&self) -> String {
        self.inner.name()
    }

    fn at(&self, line: &'static Location<'static>) {
        self.line.set(line);
    }

    fn constant(&self, number: Number) -> Value {
        self.inner.constant(number)
    }

    fn neg_infinity(&self) -> Value {
        self.inner.neg_infinity()
    }

    fn from_f32(&self, value: f32) -> Value {
        self.inner.from_f32(value)
    }

    fn from_integer(&self, value: i64) -> Value {
        self.inner.from_integer(value)
    }

    fn to_integer(&self, x: Value, low: i64, high: i64) -> Result<i64, NoMeaning> {
        self.step(RealUnary::Trunc, x);
        self.inner.to_integer(x, low, high)
    }

    fn unary(&self, op: RealUnary, x: Value) -> Value {
        let edge = |at: f64| self.difference(x, self.moving(at.copysign(x.primal.value), 0.0));
        match op {
            RealUnary::Abs => self.decide("abs", x, false),
            RealUnary::Sign
            | RealUnary::Floor
            | RealUnary::Ceil
            | RealUnary::RoundTiesEven
            | RealUnary::Trunc
            | RealUnary::Exponent
            | RealUnary::QuantizeToF16 => self.step(op, x),
            RealUnary::Sqrt | RealUnary::InverseSqrt => self.remember("root", x),
            RealUnary::Ln | RealUnary::Log2 => self.remember("logarithm", x),
            RealUnary::Asin | RealUnary::Acos => self.remember("edge of an angle", edge(1.0)),
            RealUnary::Acosh | RealUnary::Atanh => self.remember("edge of an area", edge(1.0)),
            RealUnary::Negate
            | RealUnary::Exp
            | RealUnary::Exp2
            | RealUnary::Sin
            | RealUnary::Cos
            | RealUnary::Tan
            | RealUnary::Sinh
            | RealUnary::Cosh
            | RealUnary::Tanh
            | RealUnary::Atan
            | RealUnary::Asinh
            | RealUnary::Erf => {}
        }
        let mut result = self.inner.unary(op, x);
        // What stands still has no slope, even where the function has a pole; but two sides may meet there.
        let still = x.tangent.value == 0.0 && x.tangent.error == 0.0;
        if still && result.primal.value.is_finite() && !is_known(result.tangent) {
            result.tangent = self.tracked().exact(0.0);
            self.stationary.set(self.stationary.get() + 1);
        }
        result
    }

    fn binary(&self, op: RealBinary, x: Value, y: Value) -> Value {
        match op {
            RealBinary::Max => self.decide("max", self.difference(x, y), false),
            RealBinary::Min => self.decide("min", self.difference(x, y), false),
            RealBinary::Divide => self.remember("divisor", y),
            RealBinary::Remainder => {
                let quotient = self.inner.binary(RealBinary::Divide, x, y);
                self.step(RealUnary::Trunc, quotient);
            }
            RealBinary::Pow => self.remember("base", x),
            // Nothing is special about the axes but the origin, and half of one.
            RealBinary::Atan2 => {
                self.remember("ordinate", x);
                self.remember("abscissa", y);
            }
            RealBinary::Add | RealBinary::Subtract | RealBinary::Multiply => {}
        }
        self.inner.binary(op, x, y)
    }

    fn compare(&self, op: Comparison, x: Value, y: Value) -> bool {
        self.decide("comparison", self.difference(x, y), true);
        self.inner.compare(op, x, y)
    }

    fn select(&self, mask: bool, on_true: Value, on_false: Value) -> Value {
        self.inner.select(mask, on_true, on_false)
    }
}

/// Whether the value is a number, and something is known of its error.
pub(super) fn is_known(x: Bounded) -> bool {
    x.value.is_finite() && x.error.is_finite()
}
