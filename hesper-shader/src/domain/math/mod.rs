//! Transcendental functions whose bits do not depend on the machine.
//!
//! The standard library leaves them to the platform's C library, and libraries disagree. Here is nothing but `+ − × ÷`,
//! conversions and moves of bits, which Rust evaluates as written on every target with IEEE floats; no fused
//! multiplication. Only the sign and the payload of a NaN stay the machine's.
//!
//! Binary64 is `libm`'s, in plain Rust. Binary32 is evaluated in binary64 and rounded once, so that results are wrong by
//! little more than the half ulp of that rounding, and neither overflow nor denormals need a case of their own. What
//! softmax and losses call often has no branch: a loop over a column becomes vector instructions.
//!
//! The polynomials are our own; `minimax.py` beside this file computes them.

mod exp;
mod half;
mod hyperbolic;
mod log;
#[cfg(test)]
mod tests;
mod trig;

/// Binary64.
pub(super) mod double {
    use crate::domain::RealUnary;

    pub(in crate::domain) use super::half::{exponent, quantize_to_f16};
    pub(in crate::domain) use libm::{
        acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, erf, exp, exp2, ldexp as scale,
        log as ln, log2, pow, sin, sinh, tan, tanh,
    };

    /// No function has a form for whole columns.
    pub(in crate::domain) fn column(_: RealUnary, _: &[f64], _: &[bool], _: &mut [f64]) -> bool {
        false
    }
}

/// Binary32.
pub(super) mod single {
    use super::trig;
    use crate::domain::RealUnary;
    use crate::domain::column::map1;

    pub(in crate::domain) use super::exp::{exp, exp2};
    pub(in crate::domain) use super::hyperbolic::{cosh, sinh, tanh};
    pub(in crate::domain) use super::log::{ln, log2};
    pub(in crate::domain) use super::trig::{cos, sin, tan};

    macro_rules! rounded {
        ($($name:ident($($x:ident),*);)*) => {$(
            /// As in binary64, rounded once.
            pub(in crate::domain) fn $name($($x: f32),*) -> f32 {
                super::double::$name($($x.into()),*) as f32
            }
        )*};
    }

    rounded! {
        acos(x); acosh(x); asin(x); asinh(x); atan(x); atan2(y, x); atanh(x);
        erf(x); pow(x, y); quantize_to_f16(x);
    }

    /// The `e` of `frexp`.
    pub(in crate::domain) fn exponent(x: f32) -> i32 {
        super::double::exponent(x.into())
    }

    /// `x·2ⁿ`.
    pub(in crate::domain) fn scale(x: f32, n: i32) -> f32 {
        super::double::scale(x.into(), n) as f32
    }

    /// Computes all lanes at once, idle ones too, if the function has a form for that; tells whether it has.
    pub(in crate::domain) fn column(
        op: RealUnary,
        x: &[f32],
        active: &[bool],
        out: &mut [f32],
    ) -> bool {
        match op {
            RealUnary::Exp => map1(x, out, exp),
            RealUnary::Exp2 => map1(x, out, exp2),
            RealUnary::Ln => map1(x, out, ln),
            RealUnary::Log2 => map1(x, out, log2),
            RealUnary::Sin => trig::column(x, active, out, trig::sin_near, sin),
            RealUnary::Cos => trig::column(x, active, out, trig::cos_near, cos),
            RealUnary::Sinh => map1(x, out, sinh),
            RealUnary::Cosh => map1(x, out, cosh),
            RealUnary::Tanh => map1(x, out, tanh),
            _ => return false,
        }
        true
    }
}
