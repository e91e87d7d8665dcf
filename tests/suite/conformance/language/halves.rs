//! `f16`: kept in two bytes, rounded after every operation, converted; as binary16 has it on the host.

use super::{Row, check, run};
use crate::conformance::Outcome;
use hesper_shader::{Argument, Device, Error, Grid, LaunchError, Vec3, f16, shader};

const NUMBERS: [f32; 14] = [
    0.0, 0.1, 1.0, 3.21, 7.5, 100.25, 2047.0, 2049.5, -0.333, -1.0, -12.7, -500.5, 65504.0, 0.0001,
];

impl Row for [f16; 2] {
    type Stored = hesper_shader::Vec2<f16>;
    fn stored(self) -> Self::Stored {
        self.into()
    }
}

impl Row for f16 {
    type Stored = f16;
    fn stored(self) -> f16 {
        self
    }
}

shader! {
    const EIGHTH: f16 = f16::from_f32_const(0.125);

    #[workgroup_size(16)]
    fn computed(x: &[Vec2<f16>], y: &mut [f16]) {
        let i = global_index();
        if i < x.len() {
            let at = 9 * i;
            let a = x[i].x;
            let b = x[i].y;
            y[at] = a + b;
            y[at + 1] = a - b;
            y[at + 2] = a * b;
            y[at + 3] = a.max(b).min(100.0f16) - EIGHTH;
            y[at + 4] = (-a).abs().floor() + 0.5f16;
            let mut sum = 1.0f16;
            for k in 0..3 {
                sum += (k as f16) * b;
            }
            y[at + 5] = sum;
            y[at + 6] = if a < b { a } else { 2f16 * b };
            let v = vec3(a, b, 1.0f16) * 0.5f16;
            y[at + 7] = v.zxy.x + v.y;
            y[at + 8] = saturate(a) + sign(b);
        }
    }

    #[workgroup_size(16)]
    fn converted(x: &[f32], y: &mut [f32], z: &mut [i32], scale: f16) {
        let i = global_index();
        if i < x.len() {
            let half = x[i] as f16;
            y[2 * i] = half as f32;
            y[2 * i + 1] = (half * scale) as f32;
            z[2 * i] = half as i32;
            z[2 * i + 1] = (half as u32 as f16) as i32;
        }
    }

    /// The sum of each row of three, in workgroup memory.
    #[workgroup_size(4)]
    fn rows(x: &[Vec3<f16>], y: &mut [f16]) {
        let sums = workgroup::<[f16; 4]>();
        let lane = local_invocation_index();
        let i = global_index();
        sums[lane] = 0.0f16;
        if i < x.len() {
            let v = x[i];
            sums[lane] = v.x + v.y + v.z;
        }
        workgroup_barrier();
        if i < x.len() {
            y[i] = sums[lane];
        }
    }
}

/// Whether the device has `f16`; where it has none, the kernel is refused with a line that says so.
pub(super) fn has_halves(device: &Device) -> Result<bool, Box<dyn std::error::Error>> {
    if device.limits().is_none_or(|limits| limits.f16) {
        return Ok(true);
    }
    let x = device.zeros::<Vec3<f16>>(1)?;
    let mut y = device.zeros::<f16>(1)?;
    let refused = rows().launch(device, Grid::cover(1), rows::Args { x: &x, y: &mut y });
    let Err(Error::Launch(error)) = refused else {
        return Err(format!("{refused:?}").into());
    };
    assert!(matches!(error, LaunchError::F16 { .. }), "{error}");
    tests::tell(&format!("SKIPPED: {} has no `f16`: {error}", device.name()));
    Ok(false)
}

fn half(x: f32) -> f16 {
    f16::from_f32(x)
}

fn each(f: fn(f32) -> f32, x: f16) -> f16 {
    half(f(x.to_f32()))
}

pub(super) fn arithmetic(device: &Device) -> Outcome {
    if !has_halves(device)? {
        return Ok(());
    }
    // Sums and products of these are finite, and normal where they are not zero.
    let numbers: Vec<f16> = NUMBERS.iter().map(|x| half(*x)).collect();
    let small: Vec<f16> = numbers
        .iter()
        .copied()
        .filter(|x| x.to_f32().abs() < 200.0)
        .collect();
    let small: Vec<f16> = small
        .into_iter()
        .filter(|x| x.to_f32() == 0.0 || x.to_f32().abs() > 0.01)
        .collect();
    check(
        device,
        &computed(),
        &super::pairs(&small),
        &[
            ("+", |[a, b]| a + b),
            ("-", |[a, b]| a - b),
            ("*", |[a, b]| a * b),
            ("max, min, a constant", |[a, b]| {
                let greater = if a > b { a } else { b };
                let cut = if greater > half(100.0) {
                    half(100.0)
                } else {
                    greater
                };
                cut - half(0.125)
            }),
            ("abs, floor", |[a, _]| {
                each(|x| x.abs().floor(), a) + half(0.5)
            }),
            ("a sum that rounds each time", |[_, b]| {
                (0..3).fold(half(1.0), |sum, k| sum + half(k as f32) * b)
            }),
            ("compared", |[a, b]| if a < b { a } else { half(2.0) * b }),
            ("vectors", |[_, b]| half(0.5) + b * half(0.5)),
            ("saturate, sign", |[a, b]| {
                let sign = each(|x| if x == 0.0 { 0.0 } else { x.signum() }, b);
                each(|x| x.clamp(0.0, 1.0), a) + sign
            }),
        ],
    )
}

pub(super) fn conversions(device: &Device) -> Outcome {
    if !has_halves(device)? {
        return Ok(());
    }
    // Software drivers pass on what binary16 does not have (docs/known-driver-issues.md): they get what is exact.
    let exact = device.limits().is_some();
    let scale = half(if exact { 0.5 } else { 0.3 });
    let given = |x: &f32| if exact { half(*x).to_f32() } else { *x };
    let numbers: Vec<f32> = NUMBERS.iter().map(given).collect();
    let x = device.upload(&numbers)?;
    let mut y = device.zeros::<f32>(2 * NUMBERS.len())?;
    let mut z = device.zeros::<i32>(2 * NUMBERS.len())?;
    let args = converted::Args {
        x: &x,
        y: &mut y,
        z: &mut z,
        scale,
    };
    converted().launch(device, Grid::cover(NUMBERS.len()), args)?;
    let (y, z) = (y.read()?, z.read()?);
    for (i, x) in NUMBERS.iter().map(|x| half(*x)).enumerate() {
        let whole = half(x.to_f32().max(0.0).trunc()).to_f32() as i32;
        assert_eq!(y[2 * i..][..2], [x.to_f32(), (x * scale).to_f32()], "{x}");
        assert_eq!(z[2 * i..][..2], [x.to_f32() as i32, whole], "{x}");
    }
    Ok(())
}

pub(super) fn buffers_of_any_length(device: &Device) -> Outcome {
    if !has_halves(device)? {
        return Ok(());
    }
    for len in [1, 2, 3, 7, 65] {
        let rows: Vec<Vec3<f16>> = (0..len)
            .map(|i| Vec3::from([0.1, 0.2, 0.3].map(|x| half(x * i as f32))))
            .collect();
        let x = device.upload(&rows)?;
        assert_eq!(x.read()?, rows);
        let mut y = device.zeros::<f16>(len)?;
        let arguments = vec![("x", Argument::read(&x)), ("y", Argument::write(&mut y))];
        self::rows().launch_named(device, Grid::cover(len), arguments)?;
        let expected: Vec<f16> = rows.iter().map(|v| v.x + v.y + v.z).collect();
        assert_eq!(y.read()?, expected, "{len}");
    }
    Ok(())
}

/// Not all numbers have two bytes' worth of digits: what comes back is what was rounded.
pub(super) fn what_is_stored_is_rounded(device: &Device) -> Outcome {
    if !has_halves(device)? {
        return Ok(());
    }
    let numbers: Vec<f16> = NUMBERS.iter().map(|x| half(*x)).collect();
    let pairs: Vec<[f16; 2]> = numbers.iter().map(|x| [*x, half(0.0)]).collect();
    let found = run::<[f16; 2], f16>(device, &computed(), &pairs, 9)?;
    let sums: Vec<f16> = found.into_iter().step_by(9).collect();
    assert_eq!(sums, numbers);
    Ok(())
}
