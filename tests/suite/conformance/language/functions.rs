//! The functions that no device gives exactly, within the bounds of WGSL's accuracy table.

use super::run;
use crate::conformance::Outcome;
use hesper_shader::{Device, Kernel, shader};
use std::f64::consts::LN_2;

shader! {
    #[workgroup_size(16)]
    fn any_sign(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < x.len() {
            let at = i * 11;
            y[at] = x[i].exp();
            y[at + 1] = x[i].exp2();
            y[at + 2] = x[i].sin();
            y[at + 3] = x[i].cos();
            y[at + 4] = x[i].tan();
            y[at + 5] = x[i].sinh();
            y[at + 6] = x[i].cosh();
            y[at + 7] = x[i].tanh();
            y[at + 8] = x[i].powi(3);
            y[at + 9] = x[i].powi(-2);
            y[at + 10] = x[i].powi(0) / x[i];
        }
    }

    #[workgroup_size(16)]
    fn any_sign_of_vectors(x: &[Vec4<f32>], y: &mut [Vec4<f32>]) {
        let i = global_index();
        if i < x.len() {
            let at = i * 11;
            let v = x[i];
            y[at] = v.exp();
            y[at + 1] = v.exp2();
            y[at + 2] = v.sin();
            y[at + 3] = v.cos();
            y[at + 4] = v.tan();
            y[at + 5] = v.sinh();
            y[at + 6] = v.cosh();
            y[at + 7] = v.tanh();
            y[at + 8] = v.powi(3);
            y[at + 9] = v.powi(-2);
            y[at + 10] = v.powi(0) / v;
        }
    }

    #[workgroup_size(16)]
    fn above_zero(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < x.len() {
            let at = i * 6;
            y[at] = x[i].ln();
            y[at + 1] = x[i].log2();
            y[at + 2] = x[i].sqrt();
            y[at + 3] = inverse_sqrt(x[i]);
            y[at + 4] = x[i].powf(1.75);
            y[at + 5] = x[i].powf(-0.5);
        }
    }

    #[workgroup_size(16)]
    fn above_zero_of_vectors(x: &[Vec4<f32>], y: &mut [Vec4<f32>]) {
        let i = global_index();
        if i < x.len() {
            let at = i * 6;
            let v = x[i];
            y[at] = v.ln();
            y[at + 1] = v.log2();
            y[at + 2] = v.sqrt();
            y[at + 3] = inverse_sqrt(v);
            y[at + 4] = v.powf(Vec4::splat(1.75));
            y[at + 5] = v.powf(Vec4::splat(-0.5));
        }
    }
}

/// A function's name, its value in f64, and how far from the value, which is also given, a device may be.
type Bounded = (&'static str, fn(f64) -> f64, fn(f64, f64) -> f64);

/// The distance between f32 numbers as large as `y`.
fn ulp(y: f64) -> f64 {
    (y.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor() - 23.0).exp2()
}

fn log2_error(x: f64) -> f64 {
    match x {
        0.5..=2.0 => (-21f64).exp2(),
        _ => 3.0 * ulp(x.log2()),
    }
}

/// As that of `exp2(n * log2(x))`.
fn pow_error(n: f64, x: f64) -> f64 {
    let exponent = n * x.log2();
    let error = n.abs() * log2_error(x) + ulp(exponent);
    let y = exponent.exp2();
    y * (error * LN_2).exp_m1() + (3.0 + 2.0 * (exponent.abs() + error)) * ulp(y)
}

const SINE_ERROR: f64 = 1.0 / 2048.0;

const ANY_SIGN: [Bounded; 11] = [
    ("exp", f64::exp, |x, y| (3.0 + 2.0 * x.abs()) * ulp(y)),
    ("exp2", f64::exp2, |x, y| (3.0 + 2.0 * x.abs()) * ulp(y)),
    ("sin", f64::sin, |_, _| SINE_ERROR),
    ("cos", f64::cos, |_, _| SINE_ERROR),
    ("tan", f64::tan, |x, y| {
        (1.0 + y.abs()) * SINE_ERROR / (x.cos().abs() - SINE_ERROR) + 3.0 * ulp(y)
    }),
    ("sinh", f64::sinh, |x, y| {
        (3.0 + 2.0 * x.abs()) * ulp(x.abs().exp()) + 2.0 * ulp(y)
    }),
    ("cosh", f64::cosh, |x, y| {
        (3.0 + 2.0 * x.abs()) * ulp(x.abs().exp()) + 2.0 * ulp(y)
    }),
    ("tanh", f64::tanh, |_, _| 1e-5),
    ("powi(3)", |x| x.powi(3), |_, y| 3.0 * ulp(y)),
    ("powi(-2)", |x| x.powi(-2), |_, y| 5.0 * ulp(y)),
    ("powi(0)", |x| 1.0 / x, |_, y| 2.5 * ulp(y)),
];

const ABOVE_ZERO: [Bounded; 6] = [
    ("ln", f64::ln, |x, y| match x {
        0.5..=2.0 => (-21f64).exp2(),
        _ => 3.0 * ulp(y),
    }),
    ("log2", f64::log2, |x, _| log2_error(x)),
    ("sqrt", f64::sqrt, |_, y| 5.0 * ulp(y)),
    ("inverse_sqrt", |x| 1.0 / x.sqrt(), |_, y| 2.0 * ulp(y)),
    ("powf(1.75)", |x| x.powf(1.75), |x, _| pow_error(1.75, x)),
    ("powf(-0.5)", |x| x.powf(-0.5), |x, _| pow_error(-0.5, x)),
];

/// The scalar kernel and the vector one, which sees the same numbers four at a time.
fn within(device: &Device, kernels: [Kernel; 2], xs: &[f32], functions: &[Bounded]) -> Outcome {
    let n = functions.len();
    let scalars = run::<_, f32>(device, &kernels[0], xs, n)?;
    let (fours, rest) = xs.as_chunks::<4>();
    assert!(rest.is_empty());
    let vectors = run::<_, hesper_shader::Vec4<f32>>(device, &kernels[1], fours, n)?;
    for (i, x) in xs.iter().enumerate() {
        for (k, (name, function, bound)) in functions.iter().enumerate() {
            let expected = function(f64::from(*x));
            let bound = bound(f64::from(*x), expected);
            let in_vector = <[f32; 4]>::from(vectors[i / 4 * n + k])[i % 4];
            for found in [scalars[i * n + k], in_vector].map(f64::from) {
                let error = (found - expected).abs();
                assert!(
                    error <= bound,
                    "{name} of {x}: {found}, not {expected} ± {bound:e}"
                );
            }
        }
    }
    Ok(())
}

/// Sines are promised on [−π, π] alone. Tangents are not asked for next to ±π/2, where their bound is infinite.
pub(super) fn of_any_sign(device: &Device) -> Outcome {
    let xs: Vec<f32> = (0..60).map(|i| (i as f32 - 29.5) * 0.1 + 0.013).collect();
    within(device, [any_sign(), any_sign_of_vectors()], &xs, &ANY_SIGN)
}

pub(super) fn of_positive_numbers(device: &Device) -> Outcome {
    let xs: Vec<f32> = (0..52).map(|i| ((i as f32 - 26.2) * 0.37).exp()).collect();
    within(
        device,
        [above_zero(), above_zero_of_vectors()],
        &xs,
        &ABOVE_ZERO,
    )
}
