//! Binary64.

use super::{Comparison, Domain, NoMeaning, RealBinary, RealUnary};
use crate::number::Number;

/// Binary64 arithmetic with the functions of the Rust standard library.
#[derive(Clone, Copy, Debug, Default)]
pub struct F64;

impl Domain for F64 {
    type Value = f64;
    type Mask = bool;

    fn name(&self) -> String {
        "f64".to_string()
    }

    fn constant(&self, number: Number) -> f64 {
        number.to_f64()
    }

    fn neg_infinity(&self) -> f64 {
        f64::NEG_INFINITY
    }

    fn from_f32(&self, value: f32) -> f64 {
        value.into()
    }

    fn from_integer(&self, value: i64) -> f64 {
        value as f64
    }

    fn to_integer(&self, value: f64, low: i64, high: i64) -> Result<i64, NoMeaning> {
        Ok((value as i64).clamp(low, high))
    }

    fn unary(&self, op: RealUnary, x: f64) -> f64 {
        match op {
            RealUnary::Negate => -x,
            RealUnary::Abs => x.abs(),
            RealUnary::Sign if x == 0.0 => 0.0,
            RealUnary::Sign => x.signum(),
            RealUnary::Floor => x.floor(),
            RealUnary::Ceil => x.ceil(),
            RealUnary::RoundTiesEven => x.round_ties_even(),
            RealUnary::Trunc => x.trunc(),
            RealUnary::Sqrt => x.sqrt(),
            RealUnary::InverseSqrt => 1.0 / x.sqrt(),
            RealUnary::Exp => x.exp(),
            RealUnary::Exp2 => x.exp2(),
            RealUnary::Ln => x.ln(),
            RealUnary::Log2 => x.log2(),
            RealUnary::Sin => x.sin(),
            RealUnary::Cos => x.cos(),
            RealUnary::Tan => x.tan(),
            RealUnary::Sinh => x.sinh(),
            RealUnary::Cosh => x.cosh(),
            RealUnary::Tanh => x.tanh(),
        }
    }

    fn binary(&self, op: RealBinary, x: f64, y: f64) -> f64 {
        match op {
            RealBinary::Add => x + y,
            RealBinary::Subtract => x - y,
            RealBinary::Multiply => x * y,
            RealBinary::Divide => x / y,
            RealBinary::Remainder => x % y,
            RealBinary::Max => x.max(y),
            RealBinary::Min => x.min(y),
            RealBinary::Pow => x.powf(y),
        }
    }

    fn compare(&self, op: Comparison, x: f64, y: f64) -> bool {
        match op {
            Comparison::Equal => x == y,
            Comparison::NotEqual => x != y,
            Comparison::Less => x < y,
            Comparison::LessEqual => x <= y,
            Comparison::Greater => x > y,
            Comparison::GreaterEqual => x >= y,
        }
    }

    fn select(&self, mask: bool, on_true: f64, on_false: f64) -> f64 {
        if mask { on_true } else { on_false }
    }
}
