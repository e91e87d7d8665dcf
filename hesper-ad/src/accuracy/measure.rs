//! How accurate a device's functions are, as measured.

use super::allowed::UNIT;
use super::profile::{Measured, Profile};
use hesper_shader::domain::{Domain, F64, RealBinary, RealUnary};
use hesper_shader::{Device, Error, Grid, shader};

/// How many operands each function is measured at.
const POINTS: usize = 8192;
/// What is measured at some operands is more at others: so many times what was seen is granted.
const MARGIN: f64 = 2.0;
/// Results below this are judged by their absolute error, where a function crosses zero.
const SMALL: f64 = 1.0 / 16.0;

/// A function, by its place here, and the operands at which it is measured: evenly, or evenly by their exponents.
const UNARY: [(RealUnary, Operands); 18] = [
    (RealUnary::Exp, Operands::Even(-80.0, 80.0)),
    (RealUnary::Exp2, Operands::Even(-120.0, 120.0)),
    (RealUnary::Ln, Operands::Exponents(-60.0, 60.0)),
    (RealUnary::Log2, Operands::Exponents(-60.0, 60.0)),
    (RealUnary::Sqrt, Operands::Exponents(-120.0, 120.0)),
    (RealUnary::InverseSqrt, Operands::Exponents(-120.0, 120.0)),
    (RealUnary::Sin, Operands::Even(-PI, PI)),
    (RealUnary::Cos, Operands::Even(-PI, PI)),
    (RealUnary::Tan, Operands::Even(-1.5, 1.5)),
    (RealUnary::Sinh, Operands::Even(-40.0, 40.0)),
    (RealUnary::Cosh, Operands::Even(-40.0, 40.0)),
    (RealUnary::Tanh, Operands::Even(-40.0, 40.0)),
    (RealUnary::Asin, Operands::Even(-1.0, 1.0)),
    (RealUnary::Acos, Operands::Even(-1.0, 1.0)),
    (RealUnary::Atan, Operands::Even(-40.0, 40.0)),
    (RealUnary::Asinh, Operands::Even(-40.0, 40.0)),
    (RealUnary::Acosh, Operands::Exponents(0.0, 30.0)),
    (RealUnary::Atanh, Operands::Even(-0.99, 0.99)),
];

const PI: f64 = std::f64::consts::PI;

#[derive(Clone, Copy)]
enum Operands {
    Even(f64, f64),
    /// Positive, and `√½ … √2` of powers of two between these.
    Exponents(f64, f64),
}

shader! {
    #[workgroup_size(64)]
    fn unary(#[comptime] which: u32, x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let x = x[i];
            y[i] = if which == 0 { x.exp() }
                else if which == 1 { x.exp2() }
                else if which == 2 { x.ln() }
                else if which == 3 { x.log2() }
                else if which == 4 { x.sqrt() }
                else if which == 5 { inverse_sqrt(x) }
                else if which == 6 { x.sin() }
                else if which == 7 { x.cos() }
                else if which == 8 { x.tan() }
                else if which == 9 { x.sinh() }
                else if which == 10 { x.cosh() }
                else if which == 11 { x.tanh() }
                else if which == 12 { x.asin() }
                else if which == 13 { x.acos() }
                else if which == 14 { x.atan() }
                else if which == 15 { x.asinh() }
                else if which == 16 { x.acosh() }
                else { x.atanh() };
        }
    }

    #[workgroup_size(64)]
    fn quotient(x: &[f32], z: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i] / z[i];
        }
    }
}

impl Profile {
    /// How accurate the functions and the quotient of a device are, at 8192 operands each and twice the greatest error seen; beyond these operands, as WGSL
    /// wants it. Its text is the measurement.
    ///
    /// # Errors
    /// Where the device cannot run the kernels.
    pub fn measure(device: &Device) -> Result<Profile, Error> {
        let mut profile = Profile::wgsl();
        let mut words = Vec::new();
        for (which, (op, operands)) in UNARY.into_iter().enumerate() {
            let x = operands.numbers();
            let given = device.upload(&x)?;
            let mut y = device.zeros::<f32>(x.len())?;
            let args = unary::Args {
                x: &given,
                y: &mut y,
            };
            unary(which as u32).launch(device, Grid::cover(x.len()), args)?;
            let exact = x.iter().map(|x| F64.unary(op, (*x).into()));
            let measured = measured(operands.range(), y.read()?, exact);
            words.push(measured.words(op.name()));
            profile.set(op, measured);
        }
        let (x, z) = (
            Operands::Even(-3.0, 3.0).numbers(),
            Operands::Exponents(-60.0, 60.0).numbers(),
        );
        let (given, divisor) = (device.upload(&x)?, device.upload(&z)?);
        let mut y = device.zeros::<f32>(x.len())?;
        let args = quotient::Args {
            x: &given,
            z: &divisor,
            y: &mut y,
        };
        quotient().launch(device, Grid::cover(x.len()), args)?;
        let exact = x
            .iter()
            .zip(&z)
            .map(|(x, z)| F64.binary(RealBinary::Divide, (*x).into(), (*z).into()));
        let whole = Operands::Exponents(-126.0, 126.0).range();
        let mut of_quotient = measured(whole, y.read()?, exact);
        // A quotient is rounded, however small.
        of_quotient.absolute = 0.0;
        words.push(of_quotient.words("/"));
        profile.quotient = of_quotient.ulps;
        profile.name = format!("tight ({}: {})", device.name(), words.join(", "));
        Ok(profile)
    }
}

/// The greatest error in units in the last place, and that of small results.
fn measured(range: [f64; 2], found: Vec<f32>, exact: impl Iterator<Item = f64>) -> Measured {
    let (mut ulps, mut absolute) = (0.5f64, 0.0f64);
    let normal = f64::from(f32::MIN_POSITIVE);
    for (found, exact) in found.into_iter().zip(exact) {
        let error = (f64::from(found) - exact).abs();
        // Not a number, or an overflow: nothing is granted then.
        let error = if error.is_finite() {
            error
        } else {
            f64::INFINITY
        };
        match exact.abs() < SMALL && range[0] < 0.0 {
            true => absolute = absolute.max(error),
            false => ulps = ulps.max(error / (UNIT * exact.abs().max(normal))),
        }
    }
    Measured {
        range,
        ulps: MARGIN * ulps,
        absolute: MARGIN * absolute,
    }
}

impl Operands {
    fn range(self) -> [f64; 2] {
        match self {
            Operands::Even(low, high) => [low, high],
            Operands::Exponents(low, high) => [low.exp2(), high.exp2()],
        }
    }

    fn numbers(self) -> Vec<f32> {
        let part = |i: usize| i as f64 / (POINTS - 1) as f64;
        let number = |i: usize| match self {
            Operands::Even(low, high) => low + (high - low) * part(i),
            Operands::Exponents(low, high) => (low + (high - low) * part(i)).exp2(),
        };
        (0..POINTS).map(|i| number(i) as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference device's functions are those of a library, rounded: each is within 2 units in the last place. A row in the wrong place would be far off.
    #[test]
    fn the_reference_device_is_accurate() {
        let profile = Profile::measure(&Device::reference()).unwrap();
        for (op, _) in UNARY {
            let Measured { ulps, absolute, .. } = profile.of(op).measured.unwrap();
            assert!((1.0..=4.0).contains(&ulps), "{op:?}: {ulps} ulps");
            assert!(absolute <= 2e-7, "{op:?}: {absolute:e}");
        }
        assert!(
            (1.0..=1.01).contains(&profile.quotient),
            "{}",
            profile.quotient
        );
        assert!(
            profile.to_string().starts_with("tight (reference executor"),
            "{profile}"
        );
    }
}
