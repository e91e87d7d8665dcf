//! Short names for a domain's operations, so that a formula reads like one.

use super::{Comparison, Domain, RealBinary, RealUnary};
use crate::number::Number;

macro_rules! named {
    ($($name:ident $op:ident $text:literal;)* / $($name2:ident $op2:ident $text2:literal;)*) => {
        /// Formulas over a number domain; implemented by all of them.
        pub trait Arithmetic: Domain {
            /// An integer constant.
            fn integer(&self, n: i64) -> Self::Value {
                self.constant(Number::integer(n))
            }

            /// A decimal constant with up to 38 digits; zero where the text is none.
            fn decimal(&self, text: &str) -> Self::Value {
                self.constant(Number::parse(text).unwrap_or(Number::ZERO))
            }

            /// `on_true` where `x` compares so with `y`, else `on_false`.
            fn where_else(
                &self,
                (op, x, y): (Comparison, Self::Value, Self::Value),
                on_true: Self::Value,
                on_false: Self::Value,
            ) -> Self::Value {
                self.select(self.compare(op, x, y), on_true, on_false)
            }

            $(
                #[doc = concat!("`", $text, "`.")]
                fn $name(&self, x: Self::Value) -> Self::Value {
                    self.unary(RealUnary::$op, x)
                }
            )*
            $(
                #[doc = concat!("`", $text2, "`.")]
                fn $name2(&self, x: Self::Value, y: Self::Value) -> Self::Value {
                    self.binary(RealBinary::$op2, x, y)
                }
            )*
        }
    };
}

named! {
    neg Negate "−x";
    sign Sign "sign x";
    floor Floor "⌊x⌋";
    trunc Trunc "trunc x";
    sqrt Sqrt "√x";
    exp Exp "eˣ";
    ln Ln "ln x";
    sin Sin "sin x";
    cos Cos "cos x";
    sinh Sinh "sinh x";
    cosh Cosh "cosh x";
    /
    add Add "x + y";
    sub Subtract "x − y";
    mul Multiply "x · y";
    div Divide "x / y";
    max Max "max(x, y)";
    min Min "min(x, y)";
    pow Pow "xʸ";
    atan2 Atan2 "the angle of (y, x)";
}

impl<D: Domain> Arithmetic for D {}
