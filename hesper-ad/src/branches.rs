//! A domain that remembers which way its decisions went.

use hesper_shader::Number;
use hesper_shader::domain::{
    Character, Comparison, Domain, Format, NoMeaning, RealBinary, RealUnary,
};
use std::cell::Cell;
use std::panic::Location;

/// An inner domain, plus a fingerprint of every decision on data made in it: comparisons, `max`, `min`, `abs`, steps.
///
/// Two runs with equal fingerprints went the same way at every kink, so a smooth formula connects them. Finite differences
/// across a kink mean nothing; this tells them from those that do, without the op naming its kinks.
#[derive(Clone, Debug, Default)]
pub struct Branches<D> {
    inner: D,
    fingerprint: Cell<u64>,
}

impl<D: Domain<Mask = bool>> Branches<D> {
    /// Watches the decisions made in `inner`.
    pub fn new(inner: D) -> Branches<D> {
        Branches {
            inner,
            fingerprint: Cell::new(0),
        }
    }

    /// The fingerprint of the decisions since the last call.
    pub fn take(&self) -> u64 {
        self.fingerprint.take()
    }

    fn note(&self, decision: u64) {
        // The multiplier of FNV-1a; any odd number with well spread bits would do.
        let mixed = (self.fingerprint.get() ^ (decision + 1)).wrapping_mul(0x0100_0000_01b3);
        self.fingerprint.set(mixed.rotate_left(23));
    }

    fn less(&self, x: D::Value, y: D::Value) -> u64 {
        self.inner.compare(Comparison::Less, x, y).into()
    }
}

impl<D: Domain<Mask = bool>> Domain for Branches<D> {
    type Value = D::Value;
    type Mask = bool;

    fn name(&self) -> String {
        self.inner.name()
    }

    fn at(&self, line: &'static Location<'static>) {
        self.inner.at(line);
    }

    fn enter_workgroup(&self) {
        self.inner.enter_workgroup();
    }

    fn left_loop(&self, line: &'static Location<'static>, iterations: u64) {
        self.inner.left_loop(line, iterations);
    }

    fn constant(&self, number: Number) -> D::Value {
        self.inner.constant(number)
    }

    fn neg_infinity(&self) -> D::Value {
        self.inner.neg_infinity()
    }

    fn from_f32(&self, value: f32) -> D::Value {
        self.inner.from_f32(value)
    }

    fn from_integer(&self, value: i64) -> D::Value {
        self.inner.from_integer(value)
    }

    fn round(&self, format: Format, value: D::Value) -> D::Value {
        self.inner.round(format, value)
    }

    fn within(&self, format: Format) -> bool {
        self.inner.within(format)
    }

    fn to_integer(&self, value: D::Value, low: i64, high: i64) -> Result<i64, NoMeaning> {
        let integer = self.inner.to_integer(value, low, high)?;
        self.note(integer as u64);
        Ok(integer)
    }

    fn to_bits(&self, value: D::Value) -> Result<u32, NoMeaning> {
        self.inner.to_bits(value)
    }

    fn unary(&self, op: RealUnary, x: D::Value) -> D::Value {
        let result = self.inner.unary(op, x);
        match op.character() {
            Character::Smooth => {}
            Character::Kinked => self.note(self.less(x, self.constant(Number::ZERO))),
            Character::Stepped => {
                // Steps are integers, and those of binary16 multiples of 2⁻²⁴.
                let step = self.inner.scale(result, 24);
                let step = self.inner.to_integer(step, i64::MIN, i64::MAX);
                self.note(step.unwrap_or(0) as u64);
            }
        }
        result
    }

    fn binary(&self, op: RealBinary, x: D::Value, y: D::Value) -> D::Value {
        match op.character() {
            Character::Smooth => {}
            Character::Kinked => self.note(self.less(x, y)),
            // The remainder steps where its quotient does.
            Character::Stepped => {
                let whole = self.inner.binary(RealBinary::Divide, x, y);
                self.unary(RealUnary::Trunc, whole);
            }
        }
        self.inner.binary(op, x, y)
    }

    fn compare(&self, op: Comparison, x: D::Value, y: D::Value) -> bool {
        let decision = self.inner.compare(op, x, y);
        self.note(decision.into());
        decision
    }

    fn select(&self, mask: bool, on_true: D::Value, on_false: D::Value) -> D::Value {
        self.inner.select(mask, on_true, on_false)
    }

    fn mul_add(&self, x: D::Value, y: D::Value, z: D::Value) -> D::Value {
        self.inner.mul_add(x, y, z)
    }

    fn sum(&self, terms: &[D::Value]) -> D::Value {
        self.inner.sum(terms)
    }

    fn powi(&self, x: D::Value, n: i32) -> D::Value {
        self.inner.powi(x, n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_shader::domain::F64;

    #[test]
    fn fingerprints_tell_sides_apart() {
        type Run = fn(&Branches<F64>, f64);
        let cases: [(Run, f64, f64); 5] = [
            (|d, x| _ = d.compare(Comparison::Greater, x, 0.0), -1.0, 1.0),
            (|d, x| _ = d.binary(RealBinary::Max, x, 0.0), -1.0, 1.0),
            (|d, x| _ = d.unary(RealUnary::Abs, x), -1.0, 1.0),
            (|d, x| _ = d.unary(RealUnary::Floor, x), 1.9, 2.1),
            (|d, x| _ = d.binary(RealBinary::Remainder, x, 2.0), 1.9, 2.1),
        ];
        for (i, (run, below, above)) in cases.into_iter().enumerate() {
            let domain = Branches::new(F64);
            let taken: Vec<u64> = [below, above, below]
                .into_iter()
                .map(|x| {
                    run(&domain, x);
                    domain.take()
                })
                .collect();
            assert_ne!(taken[0], taken[1], "case {i}");
            assert_eq!(taken[0], taken[2], "case {i}");
        }
    }
}
