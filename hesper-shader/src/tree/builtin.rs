//! The builtin functions: one row each.

use super::{Scalar, Type};

/// What a builtin function accepts and yields. `T` is one type, scalar or vector, for all operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// `f32` operands of one type `T`, result `T`.
    Float,
    /// Numeric operands of one type `T`, result `T`.
    Numeric,
    /// One operand `T` of `f32` or `i32`, result `T`.
    Signed,
    /// Two equal `f32` vectors, result `f32`.
    Dot,
}

macro_rules! table {
    ($($(#[$doc:meta])* $variant:ident $name:literal $arity:literal $signature:ident)*) => {
        /// A builtin function.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Math { $($(#[$doc])* $variant),* }

        impl Math {
            /// All of them, in alphabetical order of name.
            pub const ALL: &[Math] = &[$(Math::$variant),*];

            /// The name in kernel code.
            pub const fn name(self) -> &'static str {
                match self { $(Math::$variant => $name),* }
            }

            /// Number of operands.
            pub const fn arity(self) -> usize {
                match self { $(Math::$variant => $arity),* }
            }

            /// Operand and result types.
            pub const fn signature(self) -> Signature {
                match self { $(Math::$variant => Signature::$signature),* }
            }
        }
    };
}

table! {
    /// Absolute value.
    Abs "abs" 1 Signed
    /// Least integer not below `x`.
    Ceil "ceil" 1 Float
    /// `min(max(x, low), high)`.
    Clamp "clamp" 3 Numeric
    /// Cosine of radians; WGSL bounds its error on [−π, π] only.
    Cos "cos" 1 Float
    /// Hyperbolic cosine.
    Cosh "cosh" 1 Float
    /// `Σ xᵢ·yᵢ`.
    Dot "dot" 2 Dot
    /// `eˣ`.
    Exp "exp" 1 Float
    /// `2ˣ`.
    Exp2 "exp2" 1 Float
    /// Greatest integer not above `x`.
    Floor "floor" 1 Float
    /// `x − floor(x)`, as in WGSL (not Rust's `fract`, which differs below zero).
    Fract "fract" 1 Float
    /// `1/√x`.
    InverseSqrt "inverse_sqrt" 1 Float
    /// Natural logarithm.
    Ln "ln" 1 Float
    /// Binary logarithm.
    Log2 "log2" 1 Float
    /// The greater operand.
    Max "max" 2 Numeric
    /// The lesser operand.
    Min "min" 2 Numeric
    /// `x·(1 − a) + y·a`.
    Mix "mix" 3 Float
    /// `x·y + z`, fused or not.
    MulAdd "mul_add" 3 Float
    /// `xʸ` for `x > 0`, computed as `2^(y·log₂ x)`.
    Powf "powf" 2 Float
    /// Nearest integer, ties to even.
    RoundTiesEven "round_ties_even" 1 Float
    /// −1, 0 or 1.
    Sign "sign" 1 Signed
    /// Sine of radians; WGSL bounds its error on [−π, π] only.
    Sin "sin" 1 Float
    /// Hyperbolic sine.
    Sinh "sinh" 1 Float
    /// Square root.
    Sqrt "sqrt" 1 Float
    /// `step(edge, x)`: 1 where `x ≥ edge`, else 0.
    Step "step" 2 Float
    /// Tangent of radians.
    Tan "tan" 1 Float
    /// Hyperbolic tangent.
    Tanh "tanh" 1 Float
    /// Integer part.
    Trunc "trunc" 1 Float
}

impl Math {
    /// The result type for these operand types, or `None` where they do not fit.
    pub fn result(self, operands: &[Type]) -> Option<Type> {
        let first = *operands.first()?;
        if operands.len() != self.arity() || operands.iter().any(|t| *t != first) {
            return None;
        }
        match self.signature() {
            Signature::Float if first.scalar == Scalar::F32 => Some(first),
            Signature::Numeric if first.scalar.is_numeric() => Some(first),
            Signature::Signed if matches!(first.scalar, Scalar::F32 | Scalar::I32) => Some(first),
            Signature::Dot if first.scalar == Scalar::F32 && !first.is_scalar() => Some(Type::F32),
            _ => None,
        }
    }
}
