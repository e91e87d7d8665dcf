//! Whether a number came about by way of an infinity.

use crate::sample::Sample;
use crate::spec::{Spec, SpecError, exact};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, F64, NoMeaning, RealBinary, RealUnary, Value};

/// Whether `forward` yields some number by way of an infinity, as `1/z` is where `z` was set to infinity for a zero. What limits there are is then no matter of
/// the operations that the spec is made of, and none of those by which a VJP is derived from it.
///
/// An infinity that a selection, `max` or `min` did not choose has nothing to do with the result, and a mask value is none.
pub(super) fn goes_by_infinity(spec: &Spec<'_>, sample: &Sample) -> Result<bool, SpecError> {
    let outputs = spec.forward(&Ways, sample, &exact(&Ways, &sample.inputs))?;
    let mut all = outputs.outputs.iter().flat_map(|y| y.data());
    Ok(all.any(|y| y.by_infinity))
}

/// A number, and whether an infinity that is no mask value went into it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Way {
    value: f64,
    by_infinity: bool,
}

impl Way {
    fn is_mask(self) -> bool {
        self.value == f64::NEG_INFINITY && !self.by_infinity
    }
}

impl Value for Way {
    fn identical(&self, other: &Way) -> bool {
        self.value.identical(&other.value) && self.by_infinity == other.by_infinity
    }
}

/// Binary64 in which each number knows whether an infinity went into it.
struct Ways;

impl Ways {
    /// The result of an operation on these.
    fn result(&self, value: f64, operands: &[Way]) -> Way {
        let by_infinity = !value.is_finite() || operands.iter().any(|x| x.by_infinity);
        Way { value, by_infinity }
    }
}

impl Domain for Ways {
    type Value = Way;
    type Mask = bool;

    fn name(&self) -> String {
        "f64 by way of infinities".to_string()
    }

    fn constant(&self, number: Number) -> Way {
        self.result(F64.constant(number), &[])
    }

    fn neg_infinity(&self) -> Way {
        Way {
            value: f64::NEG_INFINITY,
            by_infinity: false,
        }
    }

    fn from_f32(&self, value: f32) -> Way {
        self.result(value.into(), &[])
    }

    fn from_integer(&self, value: i64) -> Way {
        self.result(F64.from_integer(value), &[])
    }

    fn to_integer(&self, x: Way, low: i64, high: i64) -> Result<i64, NoMeaning> {
        F64.to_integer(x.value, low, high)
    }

    fn unary(&self, op: RealUnary, x: Way) -> Way {
        self.result(F64.unary(op, x.value), &[x])
    }

    fn binary(&self, op: RealBinary, x: Way, y: Way) -> Way {
        let value = F64.binary(op, x.value, y.value);
        match op {
            RealBinary::Max | RealBinary::Min if value == x.value => x,
            RealBinary::Max | RealBinary::Min if value == y.value => y,
            // A mask value absorbs what is added to it; multiplied or negated it is an infinity like others.
            RealBinary::Add if x.is_mask() && !y.by_infinity => x,
            RealBinary::Add if y.is_mask() && !x.by_infinity => y,
            RealBinary::Subtract if x.is_mask() && y.value.is_finite() => x,
            _ => self.result(value, &[x, y]),
        }
    }

    fn compare(&self, op: Comparison, x: Way, y: Way) -> bool {
        F64.compare(op, x.value, y.value)
    }

    fn select(&self, mask: bool, on_true: Way, on_false: Way) -> Way {
        if mask { on_true } else { on_false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Real;
    use crate::tape::evaluate;

    #[test]
    fn infinities_that_matter_are_told() {
        type Case = (fn(Real) -> Real, bool);
        let cases: [Case; 11] = [
            (|x| x + 1.0, false),
            (|x| 1.0 / (1.0 + 1.0 / x), true),
            (|x| (-1.0 / (x * x)).exp(), true),
            (|x| (1.0 / x - 1.0 / x) * 0.0, true),
            (|x| Real::select(x.eq(0.0), 1.0, x.sin() / x), false),
            (|x| (1.0 / x).min(5.0), false),
            (|x| x.ln().exp(), true),
            (|x| (x + f64::NEG_INFINITY).exp(), false),
            (|x| x.max(f64::NEG_INFINITY), false),
            (|x| ((x + 1.0) * f64::NEG_INFINITY).exp(), true),
            (
                |x| 1.0 / Real::select(x.eq(0.0), f64::INFINITY, 1.0 / x),
                true,
            ),
        ];
        for (i, (f, told)) in cases.into_iter().enumerate() {
            let zero = Ways.from_f32(0.0);
            let [y] = evaluate(&Ways, [zero], |[x]| [f(x)]);
            assert_eq!(y.by_infinity, told, "case {i}: {y:?}");
        }
    }
}
