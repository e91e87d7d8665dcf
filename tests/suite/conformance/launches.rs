//! One kernel at a time.

use super::{Outcome, message};
use hesper_shader::record::Recorder;
use hesper_shader::{
    Argument, Device, Element, Grid, Kernel, ShaderType, Vec2, Vec3, Vec4, shader,
};

shader! {
/// y = max(x, 0), elementwise.
#[workgroup_size(64)]
fn relu(x: &[f32], y: &mut [f32]) {
    let i = global_index();
    if i < y.len() {
        y[i] = x[i].max(0.0);
    }
}

#[workgroup_size(64)]
fn sum(a: &[f32], b: &[f32], c: &mut [f32]) {
    let i = global_index();
    if i < c.len() {
        c[i] = a[i] + b[i];
    }
}

#[workgroup_size(1)]
fn scalars(a: f32, b: bool, y: &mut [f32], c: i32, d: u32) {
    y[0] = a;
    if b {
        y[1] = 1.0;
    }
    y[2] = c as f32;
    y[3] = d as f32;
    y[4] = y.len() as f32;
}

#[workgroup_size(1)]
fn affine(y: &mut [u32], k: u32) {
    y[0] = y[0] * 3 + k;
}

#[workgroup_size(1)]
fn lengths(x: &[Vec4<f32>], y: &mut [u32]) {
    y[0] = x.len();
}}

pub(super) fn relu_on_awkward_lengths(device: &Device) -> Outcome {
    for len in [0, 1, 63, 64, 65, 1000, 70_001] {
        let xs: Vec<f32> = (0..len).map(|i| (i % 17) as f32 - 8.0).collect();
        let x = device.upload(&xs)?;
        let mut y = device.upload(&vec![-1.0; len])?;
        let args = relu::Args { x: &x, y: &mut y };
        relu().launch(device, Grid::cover(len), args)?;
        let expected: Vec<f32> = xs.iter().map(|x| x.max(0.0)).collect();
        assert!(y.read()? == expected, "{len}");
        assert!(x.read()? == xs, "{len}");
    }
    Ok(())
}

pub(super) fn a_scalar_of_each_type(device: &Device) -> Outcome {
    for (a, b, c, d) in [
        (1.5, true, -3, 7),
        (-0.25, false, i32::MIN, u32::MAX),
        (f32::INFINITY, true, 0, 0),
    ] {
        let mut y = device.zeros::<f32>(5)?;
        let args = scalars::Args {
            a,
            b,
            y: &mut y,
            c,
            d,
        };
        scalars().launch(device, Grid::exact(1, 1, 1), args)?;
        assert_eq!(
            y.read()?,
            [a, f32::from(u8::from(b)), c as f32, d as f32, 5.0]
        );
    }
    Ok(())
}

pub(super) fn vectors_of_each_size(device: &Device) -> Outcome {
    fn reversed<T: Element + ShaderType>(
        device: &Device,
        kernel: Kernel,
        elements: Vec<T>,
    ) -> Outcome {
        let x = device.upload(&elements)?;
        let mut y = device.zeros::<T>(elements.len())?;
        let arguments = vec![("x", Argument::read(&x)), ("y", Argument::write(&mut y))];
        kernel.launch_named(device, Grid::cover(elements.len()), arguments)?;
        let expected: Vec<T> = elements.into_iter().rev().collect();
        assert_eq!(y.read()?, expected, "{}", T::TYPE);
        Ok(())
    }
    fn reverse<T: Element + ShaderType>() -> Kernel {
        Recorder::record("reverse", &[], [4, 1, 1], |r| {
            let (x, y) = (r.storage::<T>("x"), r.storage_mut::<T>("y"));
            let i = r.global_index();
            r.if_(i.lt(y.len()));
            r.store(y.at(i), x.at(y.len() - r.int(1) - i).get());
            r.end_if();
        })
    }
    let real = |i: i32| i as f32;
    reversed(device, reverse::<f32>(), (0..7).map(real).collect())?;
    reversed(
        device,
        reverse::<Vec2<i32>>(),
        (0..7).map(|i| Vec2::from([i, -i])).collect(),
    )?;
    reversed(
        device,
        reverse::<Vec3<f32>>(),
        (0..7)
            .map(|i| Vec3::from([i, 2 * i, 3 * i].map(real)))
            .collect(),
    )?;
    reversed(
        device,
        reverse::<Vec4<u32>>(),
        (0..7u32)
            .map(|i| Vec4::from([i, i + 1, i + 2, i + 3]))
            .collect(),
    )
}

pub(super) fn empty_buffers(device: &Device) -> Outcome {
    let x = device.upload::<Vec4<f32>>(&[])?;
    let mut y = device.upload(&[9u32])?;
    let args = lengths::Args { x: &x, y: &mut y };
    lengths().launch(device, Grid::exact(1, 1, 1), args)?;
    assert_eq!(y.read()?, [0]);
    Ok(())
}

pub(super) fn the_same_buffer_read_twice(device: &Device) -> Outcome {
    let (a, mut c) = (device.upload(&[1.0, 2.0])?, device.zeros::<f32>(2)?);
    let args = sum::Args {
        a: &a,
        b: &a,
        c: &mut c,
    };
    sum().launch(device, Grid::cover(2), args)?;
    assert_eq!(c.read()?, [2.0, 4.0]);
    Ok(())
}

pub(super) fn launches_happen_in_order(device: &Device) -> Outcome {
    let mut y = device.upload(&[1u32])?;
    let mut expected = 1u32;
    // More launches than are kept in flight.
    for k in 0..200u32 {
        let args = affine::Args { y: &mut y, k };
        affine().launch(device, Grid::exact(1, 1, 1), args)?;
        expected = expected.wrapping_mul(3).wrapping_add(k);
    }
    assert_eq!(y.read()?, [expected]);
    Ok(())
}

pub(super) fn arguments_that_do_not_fit(device: &Device) -> Outcome {
    let grid = Grid::cover(2);
    let mut n = device.zeros::<u32>(1)?;
    let args = affine::Args { y: &mut n, k: 1 };
    let error = message(relu().launch(device, grid, args));
    assert_eq!(error, "kernel `relu` was given the arguments of `affine`");

    let (f, i) = (device.zeros::<f32>(2)?, device.zeros::<i32>(2)?);
    let mut y = device.upload(&[5.0, 5.0])?;
    let x = || ("x", Argument::read(&f));
    let cases: [(Vec<(&str, Argument<'_>)>, &str); 6] = [
        (vec![x()], "kernel `relu` was given nothing for `y`"),
        (vec![x(), x()], "kernel `relu` was given `x` twice"),
        (
            vec![x(), ("z", Argument::from(1u32))],
            "kernel `relu` has no parameter `z`; it has `x`, `y`",
        ),
        (
            vec![x(), ("y", Argument::read(&f))],
            "`y` of kernel `relu` is `&mut [f32]`, and `&[f32]` was given",
        ),
        (
            vec![("x", Argument::read(&i)), ("y", Argument::write(&mut y))],
            "`x` of kernel `relu` is `&[f32]`, and `&[i32]` was given",
        ),
        (
            vec![x(), ("y", Argument::from(true))],
            "`y` of kernel `relu` is `&mut [f32]`, and `bool` was given",
        ),
    ];
    for (arguments, expected) in cases {
        assert_eq!(
            message(relu().launch_named(device, grid, arguments)),
            expected
        );
    }
    assert_eq!(y.read()?, [5.0, 5.0]);
    Ok(())
}

pub(super) fn buffers_of_another_device(device: &Device) -> Outcome {
    let other = Device::reference();
    let x = other.upload(&[1.0])?;
    let mut y = device.zeros::<f32>(1)?;
    let args = relu::Args { x: &x, y: &mut y };
    assert_eq!(
        message(relu().launch(device, Grid::cover(1), args)),
        format!(
            "kernel `relu` runs on {}, and the buffer for `x` is on {}, opened separately",
            device.name(),
            other.name()
        )
    );
    Ok(())
}
