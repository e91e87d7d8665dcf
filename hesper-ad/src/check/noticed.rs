//! Numbers of which no NaN is lost.

use hesper_shader::Number;
use hesper_shader::domain::{
    Character, Comparison, Domain, Format, NoMeaning, RealBinary, RealUnary,
};
use std::panic::Location;

/// A domain in which `max`, `min` and `sign` of NaN are NaN. Rust gives the other operand, WGSL lets a device give either: a kernel whose
/// result hangs on that is wrong somewhere, however right it looks here.
pub(super) struct Noticed<D>(pub(super) D);

impl<D: Domain<Mask = bool>> Noticed<D> {
    fn is_nan(&self, x: D::Value) -> bool {
        self.0.compare(Comparison::NotEqual, x, x)
    }
}

impl<D: Domain<Mask = bool>> Domain for Noticed<D> {
    type Value = D::Value;
    type Mask = bool;

    fn name(&self) -> String {
        self.0.name()
    }

    fn at(&self, line: &'static Location<'static>) {
        self.0.at(line);
    }

    fn constant(&self, number: Number) -> D::Value {
        self.0.constant(number)
    }

    fn neg_infinity(&self) -> D::Value {
        self.0.neg_infinity()
    }

    fn from_f32(&self, value: f32) -> D::Value {
        self.0.from_f32(value)
    }

    fn from_integer(&self, value: i64) -> D::Value {
        self.0.from_integer(value)
    }

    fn round(&self, format: Format, value: D::Value) -> D::Value {
        self.0.round(format, value)
    }

    fn within(&self, format: Format) -> bool {
        self.0.within(format)
    }

    fn to_integer(&self, value: D::Value, low: i64, high: i64) -> Result<i64, NoMeaning> {
        self.0.to_integer(value, low, high)
    }

    fn to_bits(&self, value: D::Value) -> Result<u32, NoMeaning> {
        self.0.to_bits(value)
    }

    fn unary(&self, op: RealUnary, x: D::Value) -> D::Value {
        match op.character() {
            Character::Stepped if self.is_nan(x) => x,
            _ => self.0.unary(op, x),
        }
    }

    fn binary(&self, op: RealBinary, x: D::Value, y: D::Value) -> D::Value {
        match op.character() {
            Character::Kinked if self.is_nan(x) => x,
            Character::Kinked if self.is_nan(y) => y,
            _ => self.0.binary(op, x, y),
        }
    }

    fn compare(&self, op: Comparison, x: D::Value, y: D::Value) -> bool {
        self.0.compare(op, x, y)
    }

    fn select(&self, mask: bool, on_true: D::Value, on_false: D::Value) -> D::Value {
        self.0.select(mask, on_true, on_false)
    }

    fn mul_add(&self, x: D::Value, y: D::Value, z: D::Value) -> D::Value {
        self.0.mul_add(x, y, z)
    }

    // Whole columns, as the domain within has them, but where NaN matters.

    fn unary_column(&self, op: RealUnary, x: &[D::Value], active: &[bool], out: &mut [D::Value]) {
        self.0.unary_column(op, x, active, out);
        if op.character() == Character::Stepped {
            for (out, x) in out.iter_mut().zip(x).filter(|(_, x)| self.is_nan(**x)) {
                *out = *x;
            }
        }
    }

    fn binary_column(
        &self,
        op: RealBinary,
        x: &[D::Value],
        y: &[D::Value],
        active: &[bool],
        out: &mut [D::Value],
    ) {
        self.0.binary_column(op, x, y, active, out);
        if op.character() == Character::Kinked {
            for ((out, x), y) in out.iter_mut().zip(x).zip(y) {
                if self.is_nan(*x) {
                    *out = *x;
                } else if self.is_nan(*y) {
                    *out = *y;
                }
            }
        }
    }

    fn mul_add_column(
        &self,
        x: &[D::Value],
        y: &[D::Value],
        z: &[D::Value],
        active: &[bool],
        out: &mut [D::Value],
    ) {
        self.0.mul_add_column(x, y, z, active, out);
    }

    fn compare_column(
        &self,
        op: Comparison,
        x: &[D::Value],
        y: &[D::Value],
        active: &[bool],
        out: &mut [bool],
    ) {
        self.0.compare_column(op, x, y, active, out);
    }

    fn select_column(
        &self,
        mask: &[bool],
        on_true: &[D::Value],
        on_false: &[D::Value],
        active: &[bool],
        out: &mut [D::Value],
    ) {
        self.0.select_column(mask, on_true, on_false, active, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_shader::domain::{F32, F64};

    #[test]
    fn no_nan_is_lost() {
        let nan = f32::NAN;
        let d = Noticed(F32);
        for op in [RealBinary::Max, RealBinary::Min] {
            let mut out = [0.0; 3];
            d.binary_column(op, &[nan, 1.0, 1.0], &[1.0, nan, 2.0], &[true; 3], &mut out);
            assert_eq!(out.map(f32::is_nan), [true, true, false]);
            assert!(d.binary(op, nan, 1.0).is_nan() && d.binary(op, 1.0, nan).is_nan());
            assert_eq!(out[2], F32.binary(op, 1.0, 2.0));
        }
        let mut out = [0.0; 2];
        d.unary_column(RealUnary::Sign, &[nan, -3.0], &[true; 2], &mut out);
        assert!(out[0].is_nan() && out[1] == -1.0);
        assert!(Noticed(F64).unary(RealUnary::Sign, f64::NAN).is_nan());
    }
}
