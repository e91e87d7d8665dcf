//! Binary16, and the exponents of numbers.

/// The integer `e` with `½ ≤ |x|/2ᵉ < 1`; 0 for 0 and for what is not finite.
pub(in crate::domain) fn exponent(x: f64) -> i32 {
    if x.is_finite() { libm::frexp(x).1 } else { 0 }
}

/// The nearest number of binary16, ties to even; infinite from 65520 on, half way to where 2¹⁶ would be.
pub(in crate::domain) fn quantize_to_f16(x: f64) -> f64 {
    if x.abs() >= 65520.0 {
        return f64::INFINITY.copysign(x);
    }
    // Eleven bits, but none below 2⁻²⁴.
    let last = (exponent(x) - 11).max(-24);
    libm::ldexp(libm::ldexp(x, -last).round_ties_even(), last)
}

/// The bits of a number that binary16 has, of a NaN some that are NaN's.
pub(crate) fn to_bits(x: f32) -> u32 {
    let sign = x.to_bits() >> 16 & 0x8000;
    let magnitude = match x.abs() {
        x if x.is_nan() => 0x7e00,
        x if x.is_infinite() => 0x7c00,
        // In units of 2⁻²⁴, the least.
        x if x < 6.103515625e-5 => (x * 16_777_216.0) as u32,
        x => (x.to_bits() - (112 << 23)) >> 13,
    };
    sign | magnitude
}

/// The number of binary16 with these bits.
pub(crate) fn from_bits(bits: u16) -> f32 {
    let fraction = f32::from(bits & 0x3ff);
    let magnitude = match bits >> 10 & 0x1f {
        0 => fraction / 16_777_216.0,
        0x1f if fraction > 0.0 => f32::NAN,
        0x1f => f32::INFINITY,
        exponent => (1024.0 + fraction) * 2.0f32.powi(i32::from(exponent) - 25),
    };
    if bits >> 15 == 1 {
        -magnitude
    } else {
        magnitude
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary16() {
        for (x, expected) in [
            (0.0, 0.0),
            (-0.0, -0.0),
            (1.0, 1.0),
            (0.1, 0.0999755859375),
            (-1.0 / 3.0, -0.333251953125),
            (2049.0, 2048.0),
            (2051.0, 2052.0),
            (65504.0, 65504.0),
            (65519.99, 65504.0),
            (65520.0, f64::INFINITY),
            (-1e9, f64::NEG_INFINITY),
            (6e-8, 5.960464477539063e-08),
            (2.0f64.powi(-25), 0.0),
            (3.0 * 2.0f64.powi(-25), 2.0 * 2.0f64.powi(-24)),
            (6.1e-5, 6.097555160522461e-05),
            (f64::INFINITY, f64::INFINITY),
        ] {
            let found = quantize_to_f16(x);
            assert_eq!(found.to_bits(), f64::to_bits(expected), "{x}: {found}");
        }
        assert!(quantize_to_f16(f64::NAN).is_nan());
    }

    #[test]
    fn bits_of_binary16_there_and_back() {
        for (x, expected) in [
            (0.0, 0),
            (-0.0, 0x8000),
            (1.0, 0x3c00),
            (-2.0, 0xc000),
            (65504.0, 0x7bff),
            (5.960464477539063e-8, 1),
            (6.097555160522461e-5, 0x03ff),
            (6.103515625e-5, 0x0400),
            (f32::INFINITY, 0x7c00),
            (f32::NEG_INFINITY, 0xfc00),
        ] {
            assert_eq!(to_bits(x), expected, "{x}");
        }
        let mut numbers = 0;
        for bits in 0..=u16::MAX {
            let x = from_bits(bits);
            if x.is_nan() {
                continue;
            }
            assert_eq!(quantize_to_f16(x.into()).to_bits(), f64::from(x).to_bits());
            assert_eq!(to_bits(x), u32::from(bits), "{x}");
            numbers += 1;
        }
        assert_eq!(numbers, 65536 - 2 * 1023);
    }

    #[test]
    fn exponents() {
        for (x, expected) in [
            (0.0, 0),
            (1.0, 1),
            (0.5, 0),
            (-0.75, 0),
            (7.9, 3),
            (8.0, 4),
            (1e-45, -149),
            (f64::INFINITY, 0),
            (f64::NAN, 0),
        ] {
            assert_eq!(exponent(x), expected, "{x}");
        }
    }
}
