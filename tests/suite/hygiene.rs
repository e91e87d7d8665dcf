//! `shader!` works wherever an item can stand, whatever the names around it mean.

use hesper_shader::{Device, Grid, Kernel, shader};

fn is_valid(kernel: &Kernel) {
    assert!(kernel.tree().is_ok(), "{:?}", kernel.tree());
}

#[no_implicit_prelude]
mod shadowed {
    #![allow(dead_code, non_camel_case_types, clippy::upper_case_acronyms)]
    pub(super) struct f32;
    struct u32;
    struct bool;
    struct str;
    struct Vec;
    struct Option;
    struct String;
    struct Kernel;
    struct Args;
    struct Buffer;
    struct Exp;
    mod core {}
    mod std {}
    mod hesper_shader {}

    ::hesper_shader::shader! {
        fn scale<const N: i32>(x: f32, flag: bool) -> f32 {
            if flag { x * (N as f32) } else { mix(x, 1.0, 0.5) }
        }

        #[workgroup_size(64)]
        pub(in crate::hygiene) fn kernel<const N: i32>(x: &[f32], v: &[Vec2<f32>], y: &mut [f32], n: u32, flag: bool) {
            let i = global_index();
            if i < n {
                let a: f32 = scale::<N>(x[i], flag);
                y[i] = a + dot(v[i], vec2(1.0, a)) + (i as f32);
            }
        }
    }
}

#[test]
fn prelude_and_primitives_may_be_shadowed() {
    is_valid(&shadowed::kernel::<3>());
}

#[test]
fn kernels_can_stand_in_a_function() {
    const OFFSET: f32 = 0.5;
    shader! {
        fn add(x: f32) -> f32 {
            x + OFFSET
        }

        #[workgroup_size(1)]
        fn local(x: &[f32], y: &mut [f32]) {
            y[0] = add(x[0]);
        }
    }
    is_valid(&local());
    let device = Device::reference();
    let x = device.upload(&[1.0_f32]).unwrap();
    let mut y = device.zeros::<f32>(1).unwrap();
    let args = local::Args { x: &x, y: &mut y };
    local().launch(&device, Grid::cover(1), args).unwrap();
    assert_eq!(y.read().unwrap(), [1.5]);
}

mod names {
    use super::shader;

    type Real = f32;

    shader! {
        /// A raw identifier.
        #[workgroup_size(64)]
        pub(super) fn r#match(r#type: &[f32], r#fn: &mut [f32]) {
            let r#let = r#type[0];
            r#fn[0] = r#let;
        }

        /// Named as its parameter.
        #[allow(non_snake_case)]
        #[workgroup_size(64)]
        pub(super) fn x(x: &[f32], Args: &mut [f32]) {
            Args[0] = x[0];
        }

        /// Shadows a builtin function.
        fn mix(x: f32) -> f32 {
            x + 1.0
        }

        /// A helper and a kernel of builtins' names; the type of a parameter is an alias.
        #[workgroup_size(64)]
        pub(super) fn dot(y: &mut [Real], a: Real) {
            y[0] = mix(a);
        }

        /// Has no parameters.
        #[workgroup_size(64)]
        pub(super) fn nothing() {}

        /// Is not there.
        #[cfg(any())]
        #[workgroup_size(64)]
        pub(super) fn absent(y: &mut [Missing]) {
            missing(y);
        }
    }
}

#[test]
fn names_may_be_raw_or_those_of_builtins_and_parameters() {
    let matched = names::r#match();
    assert_eq!(matched.name(), "match");
    for kernel in [matched, names::x(), names::dot(), names::nothing()] {
        is_valid(&kernel);
    }
    let device = Device::reference();
    let args = names::nothing::Args {};
    names::nothing()
        .launch(&device, Grid::cover(1), args)
        .unwrap();
}

macro_rules! elementwise {
    ($name:ident, $x:ident => $value:expr) => {
        shader! {
            #[workgroup_size(64)]
            fn $name(input: &[f32], output: &mut [f32]) {
                let i = global_index();
                if i < output.len() {
                    let $x = input[i];
                    output[i] = 2.0 * $value;
                }
            }
        }
    };
}

elementwise!(affine, x => x + 1.0);

#[test]
fn macros_can_write_kernels() {
    let device = Device::reference();
    let x = device.upload(&[1.0_f32, 2.0]).unwrap();
    let mut y = device.zeros::<f32>(2).unwrap();
    let args = affine::Args {
        input: &x,
        output: &mut y,
    };
    affine().launch(&device, Grid::cover(2), args).unwrap();
    assert_eq!(y.read().unwrap(), [4.0, 6.0]);
}

mod specialised {
    use super::shader;

    shader! {
        fn add<const N: u32>(x: u32) -> u32 {
            x + N
        }

        #[workgroup_size(N)]
        pub(super) fn constants<const N: u32>(y: &mut [u32], #[comptime] scale: u32) {
            if global_index() == 0 {
                y[0] = add::<N>(1) * add::<7>(scale);
            }
        }
    }
}

#[test]
fn constants_specialise() {
    let device = Device::reference();
    let run = |kernel: Kernel| {
        let mut y = device.zeros::<u32>(1).unwrap();
        let args = specialised::constants::Args { y: &mut y };
        kernel.launch(&device, Grid::cover(1), args).unwrap();
        y.read().unwrap()[0]
    };
    assert_eq!(run(specialised::constants::<4>(2)), 5 * 9);
    assert_eq!(run(specialised::constants::<8>(2)), 9 * 9);
    assert_eq!(run(specialised::constants::<4>(3)), 5 * 10);
    assert_eq!(specialised::constants::<8>(2).workgroup_size(), [8, 1, 1]);
}
