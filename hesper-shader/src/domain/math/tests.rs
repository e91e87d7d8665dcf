//! Accuracy of the binary32 functions against binary64, and their values at the edges.

use super::single;

/// All signs and exponents, denormals, infinities and NaN among them, with `mantissas` mantissas each.
fn everywhere(mantissas: u32) -> impl Iterator<Item = f32> {
    (0..512).flat_map(move |exponent: u32| {
        // An odd step times an odd number: other mantissas for each exponent.
        let mantissa = move |i: u32| i.wrapping_mul(0x9e37_79b1).wrapping_add(exponent) >> 9;
        (0..mantissas).map(move |i| f32::from_bits(exponent << 23 | mantissa(i)))
    })
}

/// The distance in units of the last place that a binary32 number of `exact`'s size has.
fn ulps(found: f32, exact: f64) -> f64 {
    let rounded = exact as f32;
    if !rounded.is_finite() || !found.is_finite() {
        let same = found == rounded || (found.is_nan() && rounded.is_nan());
        return if same { 0.0 } else { f64::INFINITY };
    }
    let exponent = (exact.abs().to_bits() >> 52) as i32 - 1023;
    (f64::from(found) - exact).abs() / libm::ldexp(1.0, exponent.max(-126) - 23)
}

#[test]
#[rustfmt::skip]
fn accuracy() {
    type Row = (&'static str, fn(f32) -> f32, fn(f64) -> f64, f64);
    let table: [Row; 9] = [
        ("exp", single::exp, libm::exp, 0.501), ("exp2", single::exp2, libm::exp2, 0.501),
        ("ln", single::ln, libm::log, 0.501), ("log2", single::log2, libm::log2, 0.501),
        ("sin", single::sin, libm::sin, 0.501), ("cos", single::cos, libm::cos, 0.501),
        ("sinh", single::sinh, libm::sinh, 0.505), ("cosh", single::cosh, libm::cosh, 0.501),
        ("tanh", single::tanh, libm::tanh, 0.505),
    ];
    for (name, found, exact, bound) in table {
        let (mut worst, mut at, mut count) = (0.0, 0.0, 0);
        for x in everywhere(1500) {
            let error = ulps(found(x), exact(x.into()));
            if error > worst {
                (worst, at) = (error, x);
            }
            count += 1;
        }
        assert_eq!(count, 512 * 1500);
        assert!(worst <= bound, "{name}: {worst} ulp at {at:e}");
    }
}

#[test]
fn the_measure_measures() {
    let one_up = f32::from_bits(1.0_f32.to_bits() + 1);
    assert_eq!(ulps(one_up, 1.0), 1.0);
    assert_eq!(ulps(f32::from_bits(3), 0.0), 3.0);
    assert_eq!(ulps(1.0, f64::NAN), f64::INFINITY);
    assert_eq!(ulps(f32::NAN, 1.0), f64::INFINITY);
    assert_eq!(ulps(f32::MAX, 1e300), f64::INFINITY);
}

#[test]
#[rustfmt::skip]
fn edges() {
    use single::{cos, cosh, exp, exp2, ln, log2, pow, sin, sinh, tan, tanh};
    let (inf, nan, least) = (f32::INFINITY, f32::NAN, f32::from_bits(1));
    type Function = fn(f32) -> f32;
    let table: [(&str, Function, f32, f32); 67] = [
        ("exp", exp, 0.0, 1.0), ("exp", exp, -0.0, 1.0), ("exp", exp, inf, inf), ("exp", exp, -inf, 0.0),
        ("exp", exp, nan, nan), ("exp", exp, least, 1.0), ("exp", exp, 88.722_84, inf), ("exp", exp, f32::MAX, inf),
        ("exp", exp, 88.722_83, 3.402_798_5e38), ("exp", exp, -103.972_08, least), ("exp", exp, -103.972_09, 0.0),
        ("exp", exp, f32::MIN, 0.0),
        ("exp2", exp2, 0.0, 1.0), ("exp2", exp2, inf, inf), ("exp2", exp2, -inf, 0.0), ("exp2", exp2, nan, nan),
        ("exp2", exp2, 127.0, 2.0_f32.powi(127)), ("exp2", exp2, 128.0, inf), ("exp2", exp2, -126.0, f32::MIN_POSITIVE),
        ("exp2", exp2, -149.0, least), ("exp2", exp2, -150.0, 0.0), ("exp2", exp2, -149.5, least), ("exp2", exp2, 10.0, 1024.0),
        ("ln", ln, 1.0, 0.0), ("ln", ln, 0.0, -inf), ("ln", ln, -0.0, -inf), ("ln", ln, inf, inf), ("ln", ln, -inf, nan),
        ("ln", ln, nan, nan), ("ln", ln, -1.0, nan), ("ln", ln, -least, nan), ("ln", ln, least, -103.278_93),
        ("log2", log2, 1.0, 0.0), ("log2", log2, 0.0, -inf), ("log2", log2, -0.0, -inf), ("log2", log2, inf, inf),
        ("log2", log2, -inf, nan), ("log2", log2, nan, nan), ("log2", log2, -2.0, nan), ("log2", log2, least, -149.0),
        ("log2", log2, 1024.0, 10.0), ("log2", log2, 0.125, -3.0),
        ("sin", sin, 0.0, 0.0), ("sin", sin, -0.0, -0.0), ("sin", sin, inf, nan), ("sin", sin, nan, nan),
        ("sin", sin, -least, -least), ("sin", sin, 1_048_577.0, 0.972_753_6), ("sin", sin, f32::MAX, -0.521_876_5),
        ("cos", cos, 0.0, 1.0), ("cos", cos, -inf, nan), ("cos", cos, nan, nan), ("cos", cos, f32::MAX, 0.853_021),
        ("tan", tan, -0.0, -0.0), ("tan", tan, inf, nan), ("tan", tan, nan, nan),
        ("sinh", sinh, -0.0, -0.0), ("sinh", sinh, -inf, -inf), ("sinh", sinh, least, least), ("sinh", sinh, nan, nan),
        ("cosh", cosh, -inf, inf), ("cosh", cosh, -0.0, 1.0), ("cosh", cosh, nan, nan),
        ("tanh", tanh, -0.0, -0.0), ("tanh", tanh, -inf, -1.0), ("tanh", tanh, -least, -least), ("tanh", tanh, nan, nan),
    ];
    for (name, function, x, expected) in table {
        let found = function(x);
        let same = found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan());
        assert!(same, "{name}({x:e}) is {found:e}, not {expected:e}");
    }
    for (x, y, expected) in [
        (2.0, 3.0, 8.0), (0.0, 0.0, 1.0), (nan, 0.0, 1.0), (1.0, nan, 1.0), (0.0, -1.0, inf), (inf, -1.0, 0.0),
        (2.0, 128.0, inf), (2.0, -149.0, least), (2.0, nan, nan),
    ] {
        let found = pow(x, y);
        let same = found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan());
        assert!(same, "{x:e}^{y:e} is {found:e}, not {expected:e}");
    }
}

#[test]
fn odd_functions_are_odd_and_even_ones_even() {
    for x in everywhere(50).filter(|x| x.is_finite()) {
        for odd in [single::sin, single::sinh, single::tanh] {
            assert_eq!(odd(-x).to_bits(), (-odd(x)).to_bits(), "{x:e}");
        }
        for even in [single::cos, single::cosh] {
            assert_eq!(even(-x).to_bits(), even(x).to_bits(), "{x:e}");
        }
    }
}
