//! What a number domain gives meaning to: one row for each operation.
//!
//! A row has the operation's name in formulas, how it behaves, its derivative, and, where other operations define it, that definition.
//! Derivatives and definitions are formulas over any domain: dual numbers use them forwards, the reverse sweep of a spec backwards, and
//! a domain that knows no better takes the definition.

use super::arithmetic::Arithmetic;
use super::{Comparison, Domain};

/// How an operation behaves, to domains that watch decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Character {
    /// Smooth wherever it is defined.
    Smooth,
    /// Two smooth pieces that meet; which one it is, is decided by comparison.
    Kinked,
    /// Piecewise constant.
    Stepped,
}

/// A formula's closure, called with these values.
macro_rules! apply {
    (none, $($value:expr),*) => { None };
    ((|$($name:pat_param),*| $body:expr), $($value:expr),*) => {{
        let ($($name,)*) = ($($value,)*);
        Some($body)
    }};
}

macro_rules! unary {
    ($($(#[$doc:meta])* $variant:ident $name:literal $character:ident $derivative:tt $definition:tt;)*) => {
        /// Operations on one real.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum RealUnary { $($(#[$doc])* $variant),* }

        impl RealUnary {
            /// All of them.
            pub const ALL: [RealUnary; [$($name),*].len()] = [$(RealUnary::$variant),*];

            /// Its name in a formula.
            pub const fn name(self) -> &'static str {
                match self { $(RealUnary::$variant => $name),* }
            }

            /// How it behaves.
            pub const fn character(self) -> Character {
                match self { $(RealUnary::$variant => Character::$character),* }
            }

            /// The derivative at `x`, where the operation yields `y`, times `t`; `None` where it is 0 almost everywhere.
            pub fn derivative<D: Domain>(
                self,
                d: &D,
                [x, y]: [D::Value; 2],
                t: D::Value,
            ) -> Option<D::Value> {
                match self { $(RealUnary::$variant => apply!($derivative, d, x, y, t)),* }
            }

            /// The operation by its definition, where others define it.
            pub fn definition<D: Domain>(self, d: &D, x: D::Value) -> Option<D::Value> {
                match self { $(RealUnary::$variant => apply!($definition, d, x)),* }
            }
        }
    };
}

macro_rules! binary {
    ($($(#[$doc:meta])* $variant:ident $name:literal $character:ident $first:tt $second:tt;)*) => {
        /// Operations on two reals.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum RealBinary { $($(#[$doc])* $variant),* }

        impl RealBinary {
            /// All of them.
            pub const ALL: [RealBinary; [$($name),*].len()] = [$(RealBinary::$variant),*];

            /// Its name in a formula.
            pub const fn name(self) -> &'static str {
                match self { $(RealBinary::$variant => $name),* }
            }

            /// How it behaves.
            pub const fn character(self) -> Character {
                match self { $(RealBinary::$variant => Character::$character),* }
            }

            /// The derivative by the first operand at `x`, `y`, where the operation yields `r`, times `t`.
            pub fn by_first<D: Domain>(
                self,
                d: &D,
                [x, y, r]: [D::Value; 3],
                t: D::Value,
            ) -> D::Value {
                match self { $(RealBinary::$variant => partial!($first, d, x, y, r, t)),* }
            }

            /// The derivative by the second operand, times `t`.
            pub fn by_second<D: Domain>(
                self,
                d: &D,
                [x, y, r]: [D::Value; 3],
                t: D::Value,
            ) -> D::Value {
                match self { $(RealBinary::$variant => partial!($second, d, x, y, r, t)),* }
            }
        }
    };
}

/// A formula's closure, called with these values.
macro_rules! partial {
    ((|$($name:pat_param),*| $body:expr), $($value:expr),*) => {{
        let ($($name,)*) = ($($value,)*);
        $body
    }};
}

unary! {
    /// `−x`.
    Negate "−" Smooth (|d, _, _, t| d.neg(t)) none;
    /// `|x|`.
    Abs "abs" Kinked (|d, x, _, t| d.mul(t, d.sign(x))) none;
    /// −1, 0 or 1.
    Sign "sign" Stepped none none;
    /// Greatest integer not above `x`.
    Floor "floor" Stepped none none;
    /// Least integer not below `x`.
    Ceil "ceil" Stepped none none;
    /// Nearest integer, ties to even.
    RoundTiesEven "round" Stepped none none;
    /// Integer part.
    Trunc "trunc" Stepped none none;
    /// The nearest number that binary16 has, ties to even; infinite from 65520 on.
    QuantizeToF16 "quantize_to_f16" Stepped none none;
    /// The integer `e` with `½ ≤ |x|/2ᵉ < 1`; 0 for 0 and for what is not finite.
    Exponent "exponent" Stepped none none;
    /// `√x`.
    Sqrt "√" Smooth (|d, _, y, t| d.div(t, d.mul(d.integer(2), y))) none;
    /// `1/√x`.
    InverseSqrt "1/√" Smooth
        (|d, x, y, t| d.neg(d.div(d.mul(t, y), d.mul(d.integer(2), x))))
        (|d, x| d.div(d.integer(1), d.sqrt(x)));
    /// `eˣ`.
    Exp "exp" Smooth (|d, _, y, t| d.mul(t, y)) none;
    /// `2ˣ`.
    Exp2 "exp2" Smooth
        (|d, _, y, t| d.mul(t, d.mul(y, d.ln(d.integer(2)))))
        (|d, x| d.exp(d.mul(x, d.ln(d.integer(2)))));
    /// Natural logarithm.
    Ln "ln" Smooth (|d, x, _, t| d.div(t, x)) none;
    /// Binary logarithm.
    Log2 "log2" Smooth
        (|d, x, _, t| d.div(t, d.mul(x, d.ln(d.integer(2)))))
        (|d, x| d.div(d.ln(x), d.ln(d.integer(2))));
    /// Sine of radians.
    Sin "sin" Smooth (|d, x, _, t| d.mul(t, d.cos(x))) none;
    /// Cosine of radians.
    Cos "cos" Smooth (|d, x, _, t| d.neg(d.mul(t, d.sin(x)))) none;
    /// Tangent of radians.
    Tan "tan" Smooth
        (|d, _, y, t| d.mul(t, d.add(d.integer(1), d.powi(y, 2))))
        (|d, x| d.div(d.sin(x), d.cos(x)));
    /// Hyperbolic sine.
    Sinh "sinh" Smooth (|d, x, _, t| d.mul(t, d.cosh(x)))
        (|d, x| { let up = d.exp(x); d.div(d.sub(up, d.div(d.integer(1), up)), d.integer(2)) });
    /// Hyperbolic cosine.
    Cosh "cosh" Smooth (|d, x, _, t| d.mul(t, d.sinh(x)))
        (|d, x| { let up = d.exp(x); d.div(d.add(up, d.div(d.integer(1), up)), d.integer(2)) });
    /// Hyperbolic tangent.
    Tanh "tanh" Smooth
        (|d, _, y, t| d.mul(t, d.sub(d.integer(1), d.powi(y, 2))))
        (|d, x| { let e = d.exp(d.add(x, x)); d.div(d.sub(e, d.integer(1)), d.add(e, d.integer(1))) });
    /// The angle in `[−½π, ½π]` whose sine is `x`.
    Asin "asin" Smooth (|d, x, _, t| d.div(t, d.sqrt(d.sub(d.integer(1), d.powi(x, 2)))))
        (|d, x| d.atan2(x, d.sqrt(d.sub(d.integer(1), d.powi(x, 2)))));
    /// The angle in `[0, π]` whose cosine is `x`.
    Acos "acos" Smooth (|d, x, _, t| d.neg(d.div(t, d.sqrt(d.sub(d.integer(1), d.powi(x, 2))))))
        (|d, x| d.atan2(d.sqrt(d.sub(d.integer(1), d.powi(x, 2))), x));
    /// The angle in `[−½π, ½π]` whose tangent is `x`.
    Atan "atan" Smooth (|d, x, _, t| d.div(t, d.add(d.integer(1), d.powi(x, 2)))) none;
    /// The number whose hyperbolic sine is `x`.
    Asinh "asinh" Smooth (|d, x, _, t| d.div(t, d.sqrt(d.add(d.powi(x, 2), d.integer(1)))))
        (|d, x| d.ln(d.add(x, d.sqrt(d.add(d.powi(x, 2), d.integer(1))))));
    /// The number that is not negative whose hyperbolic cosine is `x`.
    Acosh "acosh" Smooth (|d, x, _, t| d.div(t, d.sqrt(d.sub(d.powi(x, 2), d.integer(1)))))
        (|d, x| d.ln(d.add(x, d.sqrt(d.sub(d.powi(x, 2), d.integer(1))))));
    /// The number whose hyperbolic tangent is `x`.
    Atanh "atanh" Smooth (|d, x, _, t| d.div(t, d.sub(d.integer(1), d.powi(x, 2))))
        (|d, x| {
            let quotient = d.div(d.add(d.integer(1), x), d.sub(d.integer(1), x));
            d.div(d.ln(quotient), d.integer(2))
        });
    /// The error function `2/√π·∫₀ˣ e^(−t²) dt`. WGSL has none: only specs use it.
    Erf "erf" Smooth
        // 2/√π·e^(−x²), the factor to 75 digits
        (|d, x, _, t| {
            let factor = d.add(
                d.decimal("1.1283791670955125738961589031215451716"),
                d.decimal("8.8101258657997713688171443421284936883e-38"),
            );
            d.mul(t, d.mul(factor, d.exp(d.neg(d.powi(x, 2)))))
        })
        none;
}

binary! {
    /// `x + y`.
    Add "+" Smooth (|_, _, _, _, t| t) (|_, _, _, _, t| t);
    /// `x − y`.
    Subtract "−" Smooth (|_, _, _, _, t| t) (|d, _, _, _, t| d.neg(t));
    /// `x · y`.
    Multiply "·" Smooth (|d, _, y, _, t| d.mul(t, y)) (|d, x, _, _, t| d.mul(t, x));
    /// `x / y`.
    Divide "/" Smooth (|d, _, y, _, t| d.div(t, y)) (|d, _, y, r, t| d.neg(d.mul(d.div(t, y), r)));
    /// `x − y·trunc(x/y)`.
    Remainder "rem" Stepped
        (|_, _, _, _, t| t)
        // trunc is constant around almost every point
        (|d, x, y, _, t| d.neg(d.mul(d.trunc(d.div(x, y)), t)));
    /// The greater, the first where they are equal; where one operand is NaN, WGSL promises nothing.
    Max "max" Kinked
        (|d, x, y, _, t| d.where_else((Comparison::GreaterEqual, x, y), t, d.integer(0)))
        (|d, x, y, _, t| d.where_else((Comparison::GreaterEqual, x, y), d.integer(0), t));
    /// The lesser, the first where they are equal; where one operand is NaN, WGSL promises nothing.
    Min "min" Kinked
        (|d, x, y, _, t| d.where_else((Comparison::LessEqual, x, y), t, d.integer(0)))
        (|d, x, y, _, t| d.where_else((Comparison::LessEqual, x, y), d.integer(0), t));
    /// `xʸ` for `x > 0`.
    Pow "pow" Smooth
        (|d, x, y, _, t| d.mul(t, d.mul(y, d.pow(x, d.sub(y, d.integer(1))))))
        (|d, x, _, r, t| d.mul(t, d.mul(d.ln(x), r)));
    /// The angle in `(−π, π]` of the point `(y, x)`: the first operand is the ordinate.
    Atan2 "atan2" Smooth
        (|d, y, x, _, t| d.div(d.mul(x, t), d.add(d.powi(x, 2), d.powi(y, 2))))
        (|d, y, x, _, t| d.neg(d.div(d.mul(y, t), d.add(d.powi(x, 2), d.powi(y, 2)))));
}
