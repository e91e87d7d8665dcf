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

    /// The crate that keeps halves on the host rounds as this does.
    #[test]
    fn the_numbers_of_the_crate_half() {
        for bits in 0..=u16::MAX {
            let x = half::f16::from_bits(bits).to_f64();
            let found = quantize_to_f16(x);
            assert!(
                found.to_bits() == x.to_bits() || x.is_nan() && found.is_nan(),
                "{x}"
            );
            let between = x + x * 0.0003;
            let same = half::f16::from_f64(between).to_f64() == quantize_to_f16(between);
            assert!(same || x.is_nan(), "{between}");
        }
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
