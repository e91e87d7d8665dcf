//! One kernel at a time.

use super::{Outcome, message};
use hesper_shader::record::Recorder;
use hesper_shader::{Argument, Device, Element, Grid, Kernel, KernelArgs, Vec2, Vec3, Vec4};

fn relu() -> Kernel {
    Recorder::record("relu", &["y = max(x, 0)"], [64, 1, 1], |r| {
        let (x, y) = (r.storage::<f32>("x"), r.storage_mut::<f32>("y"));
        let i = r.bind("i", r.global_index());
        r.if_(i.lt(y.len()));
        r.store(y.at(i), x.at(i).get().max(r.float("0")));
        r.end_if();
    })
}

pub(super) fn relu_on_awkward_lengths(device: &Device) -> Outcome {
    for len in [0, 1, 63, 64, 65, 1000, 70_001] {
        let xs: Vec<f32> = (0..len).map(|i| (i % 17) as f32 - 8.0).collect();
        let x = device.upload(&xs)?;
        let mut y = device.upload(&vec![-1.0; len])?;
        let arguments = vec![("y", Argument::write(&mut y)), ("x", Argument::read(&x))];
        relu().launch_named(device, Grid::cover(len), arguments)?;
        let expected: Vec<f32> = xs.iter().map(|x| x.max(0.0)).collect();
        assert!(y.read()? == expected, "{len}");
        assert!(x.read()? == xs, "{len}");
    }
    Ok(())
}

pub(super) fn a_scalar_of_each_type(device: &Device) -> Outcome {
    let kernel = Recorder::record("scalars", &[], [1, 1, 1], |r| {
        let (a, b) = (r.uniform::<f32>("a"), r.uniform::<bool>("b"));
        let y = r.storage_mut::<f32>("y");
        let (c, d) = (r.uniform::<i32>("c"), r.uniform::<u32>("d"));
        r.store(y.at(r.int(0)), a);
        r.if_(b);
        r.store(y.at(r.int(1)), r.float("1"));
        r.end_if();
        r.store(y.at(r.int(2)), c.cast::<f32>());
        r.store(y.at(r.int(3)), d.cast::<f32>());
        r.store(y.at(r.int(4)), y.len().cast::<f32>());
    });
    for (a, b, c, d) in [
        (1.5, true, -3, 7),
        (-0.25, false, i32::MIN, u32::MAX),
        (f32::INFINITY, true, 0, 0),
    ] {
        let mut y = device.zeros::<f32>(5)?;
        let arguments = vec![
            ("a", Argument::from(a)),
            ("b", Argument::from(b)),
            ("y", Argument::write(&mut y)),
            ("c", Argument::from(c)),
            ("d", Argument::from(d)),
        ];
        kernel.launch_named(device, Grid::exact(1, 1, 1), arguments)?;
        assert_eq!(
            y.read()?,
            [a, f32::from(u8::from(b)), c as f32, d as f32, 5.0]
        );
    }
    Ok(())
}

pub(super) fn vectors_of_each_size(device: &Device) -> Outcome {
    fn reversed<T: Element>(device: &Device, kernel: Kernel, elements: Vec<T>) -> Outcome {
        let x = device.upload(&elements)?;
        let mut y = device.zeros::<T>(elements.len())?;
        let arguments = vec![("x", Argument::read(&x)), ("y", Argument::write(&mut y))];
        kernel.launch_named(device, Grid::cover(elements.len()), arguments)?;
        let expected: Vec<T> = elements.into_iter().rev().collect();
        assert_eq!(y.read()?, expected, "{}", T::TYPE);
        Ok(())
    }
    fn reverse<T: Element>() -> Kernel {
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
        (0..7u32)
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
    let kernel = Recorder::record("lengths", &[], [1, 1, 1], |r| {
        let (x, y) = (r.storage::<Vec4<f32>>("x"), r.storage_mut::<u32>("y"));
        r.store(y.at(r.int(0)), x.len());
    });
    let x = device.upload::<Vec4<f32>>(&[])?;
    let mut y = device.upload(&[9u32])?;
    let arguments = vec![("x", Argument::read(&x)), ("y", Argument::write(&mut y))];
    kernel.launch_named(device, Grid::exact(1, 1, 1), arguments)?;
    assert_eq!(y.read()?, [0]);
    Ok(())
}

pub(super) fn the_same_buffer_read_twice(device: &Device) -> Outcome {
    let kernel = Recorder::record("sum", &[], [64, 1, 1], |r| {
        let (a, b, c) = (
            r.storage::<f32>("a"),
            r.storage::<f32>("b"),
            r.storage_mut::<f32>("c"),
        );
        let i = r.global_index();
        r.if_(i.lt(c.len()));
        r.store(c.at(i), a.at(i).get() + b.at(i).get());
        r.end_if();
    });
    let (a, mut c) = (device.upload(&[1.0, 2.0])?, device.zeros::<f32>(2)?);
    let arguments = vec![
        ("a", Argument::read(&a)),
        ("b", Argument::read(&a)),
        ("c", Argument::write(&mut c)),
    ];
    kernel.launch_named(device, Grid::cover(2), arguments)?;
    assert_eq!(c.read()?, [2.0, 4.0]);
    Ok(())
}

pub(super) fn launches_happen_in_order(device: &Device) -> Outcome {
    let kernel = Recorder::record("affine", &[], [1, 1, 1], |r| {
        let (y, k) = (r.storage_mut::<u32>("y"), r.uniform::<u32>("k"));
        let first = y.at(r.int(0));
        r.store(first, first.get() * r.int(3) + k);
    });
    let mut y = device.upload(&[1u32])?;
    let mut expected = 1u32;
    // More launches than are kept in flight.
    for k in 0..200u32 {
        let arguments = vec![("y", Argument::write(&mut y)), ("k", Argument::from(k))];
        kernel.launch_named(device, Grid::exact(1, 1, 1), arguments)?;
        expected = expected.wrapping_mul(3).wrapping_add(k);
    }
    assert_eq!(y.read()?, [expected]);
    Ok(())
}

pub(super) fn arguments_that_do_not_fit(device: &Device) -> Outcome {
    struct Args;
    impl KernelArgs<'_> for Args {
        const KERNEL: &'static str = "tanh";
        fn collect(self) -> Vec<(&'static str, Argument<'static>)> {
            Vec::new()
        }
    }
    let grid = Grid::cover(2);
    let error = message(relu().launch(device, grid, Args));
    assert_eq!(error, "kernel `relu` was given the arguments of `tanh`");

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
    let arguments = vec![("x", Argument::read(&x)), ("y", Argument::write(&mut y))];
    assert_eq!(
        message(relu().launch_named(device, Grid::cover(1), arguments)),
        format!(
            "kernel `relu` runs on {}, and the buffer for `x` is on {}, opened separately",
            device.name(),
            other.name()
        )
    );
    Ok(())
}
