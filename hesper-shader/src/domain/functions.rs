//! The builtin functions of kernel code: one row each.
//!
//! A row has the function's name, the types it takes and yields, how accurate WGSL wants it, and what it means: an operation of the number
//! domain, or a formula over any domain. Its name in naga stands in `lower`.

use super::arithmetic::Arithmetic;
use super::formulas::{DEGREES, RADIANS, cross, dot, each, length, refract};
use super::{Comparison, Domain, RealBinary, RealUnary};

/// What a component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A real, `f32`.
    Real,
    /// `i32`.
    Signed,
    /// `u32`.
    Unsigned,
}

/// What a builtin function accepts and yields. `T` is a scalar or vector type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// `f32` operands of one type `T`, result `T`.
    Float,
    /// Numeric operands of one type `T`, result `T`.
    Numeric,
    /// One operand `T` of `f32` or `i32`, result `T`.
    Signed,
    /// `f32` operands of one type `T`, result `f32`.
    Length,
    /// Equal `f32` vectors, result `f32`.
    Dot,
    /// `f32` vectors of one type, result that type.
    Vectors,
    /// Two vectors of three `f32`, result another.
    Cross,
    /// Two equal `f32` vectors and an `f32`, result such a vector.
    Refract,
    /// `T` of `f32` and as many `i32`, result `T`.
    Scaled,
    /// One operand of such components, result as many of the others.
    Each(Of, Of),
    /// One integer operand `T`, result `T`.
    Integer,
    /// An integer `T` and two `u32`, result `T`.
    Extract,
    /// Two integers of one type `T` and two `u32`, result `T`.
    Insert,
    /// A vector of truth values, result `bool`.
    Truth,
    /// So many components, result a `u32`.
    Pack(Of, u8),
    /// A `u32`, result so many components.
    Unpack(Of, u8),
    /// Two `u32`, result an integer.
    Packed(Of),
}

/// How far WGSL lets a device's result be from the exact one, normal numbers taken for granted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Accuracy {
    /// The exact result, rounded once.
    Rounded,
    /// So many units of the last place.
    Ulp(u32),
    /// `3 + 2·|x|` units of the last place.
    Exponential,
    /// `2⁻²¹` on `[½, 2]`, elsewhere 3 units of the last place.
    Logarithm,
    /// `2⁻¹¹`, on `[−π, π]`.
    Circular,
    /// So much, or what its definition allows, whichever is more.
    AtLeast(f32),
    /// What its formula or definition allows.
    Inherited,
}

/// An operation of the number domain that a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Primitive {
    /// Of one operand, component by component.
    Unary(RealUnary),
    /// Of two operands, component by component.
    Binary(RealBinary),
    /// `x·y + z`.
    MulAdd,
}

macro_rules! primitive {
    (unary $op:ident) => {
        Some(Primitive::Unary(RealUnary::$op))
    };
    (binary $op:ident) => {
        Some(Primitive::Binary(RealBinary::$op))
    };
    (mul_add) => {
        Some(Primitive::MulAdd)
    };
    ($($other:tt)*) => {
        None
    };
}

/// A row's types. `Signed` alone is a signature, in braces a kind of component.
macro_rules! signature {
    (Signed) => {
        Signature::Signed
    };
    ($signature:tt) => {
        $signature
    };
}

/// The value of a row's meaning: `$x` are the operands, each a slice of components.
macro_rules! formula {
    ($d:ident $x:ident unary $op:ident) => { each($x, |[x]| $d.unary(RealUnary::$op, x)) };
    ($d:ident $x:ident binary $op:ident) => { each($x, |[x, y]| $d.binary(RealBinary::$op, x, y)) };
    ($d:ident $x:ident mul_add) => { each($x, |[x, y, z]| $d.mul_add(x, y, z)) };
    ($d:ident $x:ident each |$domain:ident, $($name:ident),*| $body:expr) => {{
        let $domain = $d;
        each($x, |[$($name),*]| $body)
    }};
    ($d:ident $x:ident whole |$domain:ident, $($name:ident),*| $body:expr) => {{
        let $domain = $d;
        match $x {
            [$($name),*] => $body,
            _ => Vec::new(),
        }
    }};
    // With integers or bits, which are the executor's.
    ($d:ident $x:ident integers) => { Vec::new() };
}

macro_rules! table {
    ($($(#[$doc:meta])* $variant:ident $name:literal $arity:literal $signature:tt ($accuracy:expr) ($($meaning:tt)*);)*) => {
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
                use Of::*;
                use Signature::{Cross, Dot, Each, Extract, Float, Insert, Integer, Length, Numeric, Pack, Packed, Refract, Scaled};
                use Signature::{Truth, Unpack, Vectors};
                match self { $(Math::$variant => signature!($signature)),* }
            }

            /// How accurate a device is, by WGSL's table.
            pub const fn accuracy(self) -> Accuracy {
                use Accuracy::*;
                match self { $(Math::$variant => $accuracy),* }
            }

            /// The operation of the domain that it is, if it is one.
            pub const fn primitive(self) -> Option<Primitive> {
                match self { $(Math::$variant => primitive!($($meaning)*)),* }
            }

            /// The result's components, from those of each operand; none for a function with operands or results that are no reals, and
            /// for operands that are too few or too many.
            pub fn formula<D: Domain>(self, d: &D, operands: &[&[D::Value]]) -> Vec<D::Value> {
                match self { $(Math::$variant => formula!(d operands $($meaning)*)),* }
            }
        }
    };
}

table! {
    /// Absolute value.
    Abs "abs" 1 Signed (Rounded) (unary Abs);
    /// The angle in `[0, π]` whose cosine is `x`; NaN beyond ±1.
    Acos "acos" 1 Float (AtLeast(6.77e-5)) (unary Acos);
    /// The number that is not negative whose hyperbolic cosine is `x`; NaN below 1.
    Acosh "acosh" 1 Float (Inherited) (unary Acosh);
    /// Whether all components hold.
    All "all" 1 Truth (Rounded) (integers);
    /// Whether a component holds.
    Any "any" 1 Truth (Rounded) (integers);
    /// The angle in `[−½π, ½π]` whose sine is `x`; NaN beyond ±1.
    Asin "asin" 1 Float (AtLeast(6.77e-5)) (unary Asin);
    /// The number whose hyperbolic sine is `x`.
    Asinh "asinh" 1 Float (Inherited) (unary Asinh);
    /// The angle in `[−½π, ½π]` whose tangent is `x`.
    Atan "atan" 1 Float (Ulp(4096)) (unary Atan);
    /// `atan2(y, x)`: the angle in `[−π, π]` of the point with abscissa `x` and ordinate `y`.
    Atan2 "atan2" 2 Float (Ulp(4096)) (binary Atan2);
    /// The number whose hyperbolic tangent is `x`; NaN beyond ±1.
    Atanh "atanh" 1 Float (Inherited) (unary Atanh);
    /// Least integer not below `x`.
    Ceil "ceil" 1 Float (Rounded) (unary Ceil);
    /// `min(max(x, low), high)`.
    Clamp "clamp" 3 Numeric (Rounded) (each |d, x, low, high| d.min(d.max(x, low), high));
    /// Cosine of radians; WGSL bounds its error on [−π, π] only.
    Cos "cos" 1 Float (Circular) (unary Cos);
    /// Hyperbolic cosine.
    Cosh "cosh" 1 Float (Inherited) (unary Cosh);
    /// How many bits are 1.
    CountOnes "count_ones" 1 Integer (Rounded) (integers);
    /// `x × y`, the vector product.
    Cross "cross" 2 Cross (Inherited) (whole |d, x, y| cross(d, x, y));
    /// `‖x − y‖`.
    Distance "distance" 2 Length (Inherited) (whole |d, x, y| {
        let apart = each(&[x, y], |[x, y]| d.sub(x, y));
        vec![length(d, &apart)]
    });
    /// `Σ xᵢ·yᵢ`.
    Dot "dot" 2 Dot (Inherited) (whole |d, x, y| vec![dot(d, x, y)]);
    /// `Σ aᵢ·bᵢ` of the four signed bytes of each word.
    Dot4I8Packed "dot4_i8_packed" 2 { Packed(Signed) } (Rounded) (integers);
    /// `Σ aᵢ·bᵢ` of the four unsigned bytes of each word.
    Dot4U8Packed "dot4_u8_packed" 2 { Packed(Unsigned) } (Rounded) (integers);
    /// `eˣ`.
    Exp "exp" 1 Float (Exponential) (unary Exp);
    /// `2ˣ`.
    Exp2 "exp2" 1 Float (Exponential) (unary Exp2);
    /// `extract_bits(x, offset, count)`: so many bits from there on, with the sign of an `i32`; cut at 32.
    ExtractBits "extract_bits" 3 Extract (Rounded) (integers);
    /// `face_forward(n, i, g)`: `n` where `g·i < 0`, else `−n`.
    FaceForward "face_forward" 3 Vectors (Inherited) (whole |d, n, i, g| {
        let ahead = d.compare(Comparison::Less, dot(d, i, g), d.integer(0));
        n.iter().map(|n| d.select(ahead, *n, d.neg(*n))).collect()
    });
    /// The place of the highest 1, of the highest bit that is not the sign for an `i32`; −1, all bits 1, where there is none.
    FirstLeadingBit "first_leading_bit" 1 Integer (Rounded) (integers);
    /// The place of the lowest 1; −1, all bits 1, where there is none.
    FirstTrailingBit "first_trailing_bit" 1 Integer (Rounded) (integers);
    /// Greatest integer not above `x`.
    Floor "floor" 1 Float (Rounded) (unary Floor);
    /// `x − floor(x)`, as in WGSL (not Rust's `fract`, which differs below zero).
    Fract "fract" 1 Float (Inherited) (each |d, x| d.sub(x, d.floor(x)));
    /// The integer `e` of `frexp`: `½ ≤ |x|/2ᵉ < 1`, 0 of 0.
    FrexpExponent "frexp_exponent" 1 { Each(Real, Signed) } (Rounded) (integers);
    /// `x/2ᵉ` with the `e` of `frexp`.
    FrexpFraction "frexp_fraction" 1 Float (Rounded) (integers);
    /// The float with these bits.
    FromBits "from_bits" 1 { Each(Unsigned, Real) } (Rounded) (integers);
    /// `insert_bits(x, y, offset, count)`: `x` with the lowest bits of `y` there; cut at 32.
    InsertBits "insert_bits" 4 Insert (Rounded) (integers);
    /// `1/√x`.
    InverseSqrt "inverse_sqrt" 1 Float (Ulp(2)) (unary InverseSqrt);
    /// `ldexp(x, e)`: `x·2ᵉ`.
    Ldexp "ldexp" 2 Scaled (Rounded) (integers);
    /// How many bits above the highest 1 are 0; 32 of 0.
    LeadingZeros "leading_zeros" 1 Integer (Rounded) (integers);
    /// `√Σ xᵢ²`, of a scalar its magnitude.
    Length "length" 1 Length (Inherited) (whole |d, x| vec![length(d, x)]);
    /// Natural logarithm.
    Ln "ln" 1 Float (Logarithm) (unary Ln);
    /// Binary logarithm.
    Log2 "log2" 1 Float (Logarithm) (unary Log2);
    /// The greater operand.
    Max "max" 2 Numeric (Rounded) (binary Max);
    /// The lesser operand.
    Min "min" 2 Numeric (Rounded) (binary Min);
    /// `x·(1 − a) + y·a`.
    Mix "mix" 3 Float (Inherited) (each |d, x, y, a| {
        let first = d.mul(x, d.sub(d.integer(1), a));
        d.add(first, d.mul(y, a))
    });
    /// `x·y + z`, fused or not.
    MulAdd "mul_add" 3 Float (Inherited) (mul_add);
    /// `x/‖x‖`.
    Normalize "normalize" 1 Vectors (Inherited) (whole |d, x| {
        let length = length(d, x);
        x.iter().map(|x| d.div(*x, length)).collect()
    });
    /// Two reals as binary16, the first in the low half; WGSL promises nothing beyond ±65504.
    Pack2x16Float "pack2x16float" 1 { Pack(Real, 2) } (Rounded) (integers);
    /// Two reals of [−1, 1] in steps of 1/32767: `⌊½ + 32767·x⌋`, the first in the low half.
    Pack2x16Snorm "pack2x16snorm" 1 { Pack(Real, 2) } (Rounded) (integers);
    /// Two reals of [0, 1] in steps of 1/65535: `⌊½ + 65535·x⌋`, the first in the low half.
    Pack2x16Unorm "pack2x16unorm" 1 { Pack(Real, 2) } (Rounded) (integers);
    /// Four reals of [−1, 1] in steps of 1/127: `⌊½ + 127·x⌋`, the first in the lowest byte.
    Pack4x8Snorm "pack4x8snorm" 1 { Pack(Real, 4) } (Rounded) (integers);
    /// Four reals of [0, 1] in steps of 1/255: `⌊½ + 255·x⌋`, the first in the lowest byte.
    Pack4x8Unorm "pack4x8unorm" 1 { Pack(Real, 4) } (Rounded) (integers);
    /// The lowest bytes of four integers, the first in the lowest byte.
    Pack4xI8 "pack4x_i8" 1 { Pack(Signed, 4) } (Rounded) (integers);
    /// Four integers, each cut to −128..=127, the first in the lowest byte.
    Pack4xI8Clamp "pack4x_i8_clamp" 1 { Pack(Signed, 4) } (Rounded) (integers);
    /// The lowest bytes of four integers, the first in the lowest byte.
    Pack4xU8 "pack4x_u8" 1 { Pack(Unsigned, 4) } (Rounded) (integers);
    /// Four integers, each cut to 0..=255, the first in the lowest byte.
    Pack4xU8Clamp "pack4x_u8_clamp" 1 { Pack(Unsigned, 4) } (Rounded) (integers);
    /// `xʸ` for `x > 0`, computed as `2^(y·log₂ x)`.
    Powf "powf" 2 Float (Inherited) (binary Pow);
    /// The nearest number that binary16 has; WGSL promises nothing beyond ±65504.
    QuantizeToF16 "quantize_to_f16" 1 Float (Rounded) (unary QuantizeToF16);
    /// `reflect(i, n)`: `i − 2·(n·i)·n`.
    Reflect "reflect" 2 Vectors (Inherited) (whole |d, i, n| {
        let twice = d.mul(d.integer(2), dot(d, n, i));
        each(&[i, n], |[i, n]| d.sub(i, d.mul(twice, n)))
    });
    /// `refract(i, n, η)`: with `c = n·i` and `k = 1 − η²·(1 − c²)`, `η·i − (η·c + √k)·n`, or 0 where `k < 0`.
    Refract "refract" 3 Refract (Inherited) (whole |d, i, n, eta| refract(d, i, n, eta));
    /// The bits in the other order.
    ReverseBits "reverse_bits" 1 Integer (Rounded) (integers);
    /// Nearest integer, ties to even.
    RoundTiesEven "round_ties_even" 1 Float (Rounded) (unary RoundTiesEven);
    /// `min(max(x, 0), 1)`.
    Saturate "saturate" 1 Float (Rounded) (each |d, x| d.min(d.max(x, d.integer(0)), d.integer(1)));
    /// −1, 0 or 1.
    Sign "sign" 1 Signed (Rounded) (unary Sign);
    /// Sine of radians; WGSL bounds its error on [−π, π] only.
    Sin "sin" 1 Float (Circular) (unary Sin);
    /// Hyperbolic sine.
    Sinh "sinh" 1 Float (Inherited) (unary Sinh);
    /// `smoothstep(low, high, x)`: `t²·(3 − 2·t)` with `t = saturate((x − low)/(high − low))`.
    Smoothstep "smoothstep" 3 Float (Inherited) (each |d, low, high, x| {
        let t = d.div(d.sub(x, low), d.sub(high, low));
        let t = d.min(d.max(t, d.integer(0)), d.integer(1));
        d.mul(d.mul(t, t), d.sub(d.integer(3), d.mul(d.integer(2), t)))
    });
    /// Square root.
    Sqrt "sqrt" 1 Float (Inherited) (unary Sqrt);
    /// `step(edge, x)`: 1 where `x ≥ edge`, else 0.
    Step "step" 2 Float (Rounded) (each |d, edge, x| {
        d.where_else((Comparison::GreaterEqual, x, edge), d.integer(1), d.integer(0))
    });
    /// Tangent of radians.
    Tan "tan" 1 Float (Inherited) (unary Tan);
    /// Hyperbolic tangent.
    Tanh "tanh" 1 Float (AtLeast(1e-5)) (unary Tanh);
    /// A float's bits; of NaN any that are NaN's.
    ToBits "to_bits" 1 { Each(Real, Unsigned) } (Rounded) (integers);
    /// `x·180/π`.
    ToDegrees "to_degrees" 1 Float (Inherited) (each |d, x| d.mul(x, d.decimal(DEGREES)));
    /// `x·π/180`.
    ToRadians "to_radians" 1 Float (Inherited) (each |d, x| d.mul(x, d.decimal(RADIANS)));
    /// How many bits below the lowest 1 are 0; 32 of 0.
    TrailingZeros "trailing_zeros" 1 Integer (Rounded) (integers);
    /// Integer part.
    Trunc "trunc" 1 Float (Rounded) (unary Trunc);
    /// The two numbers of binary16 in a word, the low half first.
    Unpack2x16Float "unpack2x16float" 1 { Unpack(Real, 2) } (Rounded) (integers);
    /// `max(n/32767, −1)` of the two signed halves of a word, the low one first.
    Unpack2x16Snorm "unpack2x16snorm" 1 { Unpack(Real, 2) } (Ulp(3)) (integers);
    /// `n/65535` of the two halves of a word, the low one first.
    Unpack2x16Unorm "unpack2x16unorm" 1 { Unpack(Real, 2) } (Ulp(3)) (integers);
    /// `max(n/127, −1)` of the four signed bytes of a word, the lowest first.
    Unpack4x8Snorm "unpack4x8snorm" 1 { Unpack(Real, 4) } (Ulp(3)) (integers);
    /// `n/255` of the four bytes of a word, the lowest first.
    Unpack4x8Unorm "unpack4x8unorm" 1 { Unpack(Real, 4) } (Ulp(3)) (integers);
    /// The four signed bytes of a word, the lowest first.
    Unpack4xI8 "unpack4x_i8" 1 { Unpack(Signed, 4) } (Rounded) (integers);
    /// The four bytes of a word, the lowest first.
    Unpack4xU8 "unpack4x_u8" 1 { Unpack(Unsigned, 4) } (Rounded) (integers);
}
