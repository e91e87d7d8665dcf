//! What the two domains of binary floating point numbers have in common: everything but the type.

/// Defines a domain whose values are a primitive float.
macro_rules! float_domain {
    ($(#[$doc:meta])* $name:ident, $float:ident, $to:ident, $math:ident, |$format:ident, $real:ident| $round:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name;

        impl Domain for $name {
            type Value = $float;
            type Mask = bool;

            fn name(&self) -> String {
                stringify!($float).to_string()
            }

            fn adds_products(&self) -> bool {
                true
            }

            fn constant(&self, number: Number) -> $float {
                number.$to()
            }

            fn neg_infinity(&self) -> $float {
                $float::NEG_INFINITY
            }

            fn from_f32(&self, value: f32) -> $float {
                value as $float
            }

            fn from_integer(&self, value: i64) -> $float {
                value as $float
            }

            fn round(&self, $format: Format, $real: $float) -> $float {
                $round
            }

            fn to_integer(&self, value: $float, low: i64, high: i64) -> Result<i64, NoMeaning> {
                Ok((value as i64).min(high).max(low))
            }

            #[inline(always)]
            fn as_float(&self, value: $float) -> Option<f64> {
                Some(value.into())
            }

            // Always inlined, so that a column method with a constant operator is a loop over that operator alone.
            #[inline(always)]
            fn unary(&self, op: RealUnary, x: $float) -> $float {
                match op {
                    RealUnary::Negate => -x,
                    RealUnary::Abs => x.abs(),
                    RealUnary::Sign if x > 0.0 => 1.0,
                    RealUnary::Sign if x < 0.0 => -1.0,
                    // Of NaN too, as devices have it.
                    RealUnary::Sign => 0.0,
                    RealUnary::Floor => x.floor(),
                    RealUnary::Ceil => x.ceil(),
                    RealUnary::RoundTiesEven => x.round_ties_even(),
                    RealUnary::Trunc => x.trunc(),
                    RealUnary::QuantizeToF16 => $math::quantize_to_f16(x),
                    RealUnary::Exponent => $math::exponent(x) as $float,
                    RealUnary::Sqrt => x.sqrt(),
                    RealUnary::InverseSqrt => 1.0 / x.sqrt(),
                    RealUnary::Exp => $math::exp(x),
                    RealUnary::Exp2 => $math::exp2(x),
                    RealUnary::Ln => $math::ln(x),
                    RealUnary::Log2 => $math::log2(x),
                    RealUnary::Sin => $math::sin(x),
                    RealUnary::Cos => $math::cos(x),
                    RealUnary::Tan => $math::tan(x),
                    RealUnary::Sinh => $math::sinh(x),
                    RealUnary::Cosh => $math::cosh(x),
                    RealUnary::Tanh => $math::tanh(x),
                    RealUnary::Asin => $math::asin(x),
                    RealUnary::Acos => $math::acos(x),
                    RealUnary::Atan => $math::atan(x),
                    RealUnary::Asinh => $math::asinh(x),
                    RealUnary::Acosh => $math::acosh(x),
                    RealUnary::Atanh => $math::atanh(x),
                    RealUnary::Erf => $math::erf(x),
                }
            }

            #[inline(always)]
            fn binary(&self, op: RealBinary, x: $float, y: $float) -> $float {
                match op {
                    RealBinary::Add => x + y,
                    RealBinary::Subtract => x - y,
                    RealBinary::Multiply => x * y,
                    RealBinary::Divide => x / y,
                    RealBinary::Remainder => x - y * (x / y).trunc(),
                    // As in Rust: the other operand where one is NaN, so that a NaN goes unnoticed.
                    RealBinary::Max if x < y || x.is_nan() => y,
                    RealBinary::Min if x > y || x.is_nan() => y,
                    RealBinary::Max | RealBinary::Min => x,
                    // A device computes 2^(y·log₂ x): no number below zero, whatever y is.
                    RealBinary::Pow if x < 0.0 => $float::NAN,
                    RealBinary::Pow => $math::pow(x, y),
                    RealBinary::Atan2 => $math::atan2(x, y),
                }
            }

            fn scale(&self, x: $float, n: i32) -> $float {
                $math::scale(x, n)
            }

            #[inline(always)]
            fn compare(&self, op: Comparison, x: $float, y: $float) -> bool {
                match op {
                    Comparison::Equal => x == y,
                    Comparison::NotEqual => x != y,
                    Comparison::Less => x < y,
                    Comparison::LessEqual => x <= y,
                    Comparison::Greater => x > y,
                    Comparison::GreaterEqual => x >= y,
                }
            }

            fn select(&self, mask: bool, on_true: $float, on_false: $float) -> $float {
                if mask { on_true } else { on_false }
            }

            fn unary_column(&self, op: RealUnary, x: &[$float], active: &[bool], out: &mut [$float]) {
                match op {
                    RealUnary::Negate => map1(x, out, |x| -x),
                    RealUnary::Abs => map1(x, out, |x| self.unary(RealUnary::Abs, x)),
                    RealUnary::Sign => map1(x, out, |x| self.unary(RealUnary::Sign, x)),
                    RealUnary::Sqrt => map1(x, out, |x| self.unary(RealUnary::Sqrt, x)),
                    RealUnary::InverseSqrt => map1(x, out, |x| self.unary(RealUnary::InverseSqrt, x)),
                    _ if $math::column(op, x, active, out) => {}
                    // A call for each lane, so idle lanes are worth skipping.
                    _ => {
                        for ((o, x), _) in out.iter_mut().zip(x).zip(active).filter(|(_, on)| **on) {
                            *o = self.unary(op, *x);
                        }
                    }
                }
            }

            fn binary_column(
                &self,
                op: RealBinary,
                x: &[$float],
                y: &[$float],
                active: &[bool],
                out: &mut [$float],
            ) {
                match op {
                    RealBinary::Add => map2(x, y, out, |x, y| x + y),
                    RealBinary::Subtract => map2(x, y, out, |x, y| x - y),
                    RealBinary::Multiply => map2(x, y, out, |x, y| x * y),
                    RealBinary::Divide => map2(x, y, out, |x, y| x / y),
                    RealBinary::Max => map2(x, y, out, |x, y| self.binary(RealBinary::Max, x, y)),
                    RealBinary::Min => map2(x, y, out, |x, y| self.binary(RealBinary::Min, x, y)),
                    RealBinary::Remainder | RealBinary::Pow | RealBinary::Atan2 => {
                        let lanes = out.iter_mut().zip(x).zip(y).zip(active);
                        for (((o, x), y), _) in lanes.filter(|(_, on)| **on) {
                            *o = self.binary(op, *x, *y);
                        }
                    }
                }
            }

            fn mul_add_column(
                &self,
                x: &[$float],
                y: &[$float],
                z: &[$float],
                _: &[bool],
                out: &mut [$float],
            ) {
                map3(x, y, z, out, |x, y, z| x * y + z);
            }

            fn compare_column(
                &self,
                op: Comparison,
                x: &[$float],
                y: &[$float],
                _: &[bool],
                out: &mut [bool],
            ) {
                compare(op, x, y, out);
            }

            fn select_column(
                &self,
                mask: &[bool],
                on_true: &[$float],
                on_false: &[$float],
                _: &[bool],
                out: &mut [$float],
            ) {
                map3(mask, on_true, on_false, out, |m, t, f| if m { t } else { f });
            }
        }
    };
}

pub(super) use float_domain;
