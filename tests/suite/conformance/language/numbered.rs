//! Buffers and the block of what is by value at bindings of the kernel's own.

use crate::conformance::{Outcome, message};
use hesper_shader::{Device, Grid, shader};

shader! {
    /// What the host has of an element.
    struct Pair {
        a: f32,
        n: u32,
    }

    const GROUP: u32 = 2;

    /// y = s·x + a, by the pair's a; one buffer is left to follow.
    #[workgroup_size(64)]
    #[uniforms(0, 0)]
    fn scaled(
        #[binding(1, 7)] x: &[f32],
        pairs: &[Pair],
        #[binding(GROUP, 3 + 1)] y: &mut [f32],
        #[binding(1, 0)] last: &mut Pair,
        s: f32,
    ) {
        let i = global_index();
        if i < y.len() {
            y[i] = s * x[i] + pairs[i].a;
            if i + 1 == y.len() {
                last.n = pairs[i].n;
            }
        }
    }

    #[workgroup_size(64)]
    #[uniforms(0, 1)]
    fn twice(#[binding(0, 1)] x: &[f32], #[binding(0, 2)] y: &mut [f32], #[binding(0, 2)] z: &mut [f32], n: u32) {
        y[n] = x[n];
        z[n] = x[n];
    }

    #[workgroup_size(64)]
    fn nowhere(#[binding(4, 0)] x: &[f32], #[binding(0, 1000)] y: &mut [f32]) {
        y[0] = x[0];
    }
}

pub(super) fn at_bindings_of_their_own(device: &Device) -> Outcome {
    let kernel = scaled();
    let wgsl = kernel.wgsl()?;
    for bound in [
        "@group(1) @binding(7) \nvar<storage> x",
        "@group(0) @binding(1) \nvar<storage> pairs",
        "@group(2) @binding(4) \nvar<storage, read_write> y",
        "@group(1) @binding(0) \nvar<storage, read_write> last",
        "@group(0) @binding(0) \nvar<uniform> params",
    ] {
        assert!(wgsl.contains(bound), "{bound}: {wgsl}");
    }
    for len in [1, 67] {
        let x: Vec<f32> = (0..len).map(|i| i as f32).collect();
        let pairs: Vec<Pair> = (0..len)
            .map(|i| Pair {
                a: 0.5,
                n: 100 + i as u32,
            })
            .collect();
        let (x, pairs) = (device.upload(&x)?, device.upload(&pairs)?);
        let (mut y, mut last) = (device.zeros::<f32>(len)?, device.zeros::<Pair>(1)?);
        let args = scaled::Args {
            x: &x,
            pairs: &pairs,
            y: &mut y,
            last: &mut last,
            s: 2.0,
        };
        kernel.launch(device, Grid::cover(len), args)?;
        let expected: Vec<f32> = (0..len).map(|i| 2.0 * i as f32 + 0.5).collect();
        assert_eq!(y.read()?, expected);
        assert_eq!(last.read()?[0].n, 99 + len as u32);
    }
    // GLSL has no groups, and every number once.
    let glsl = kernel.lowered()?.glsl()?;
    for number in 0..5 {
        assert_eq!(
            glsl.matches(&format!("binding = {number})")).count(),
            1,
            "{glsl}"
        );
    }
    Ok(())
}

pub(super) fn which_are_refused(_: &Device) -> Outcome {
    let text = message(twice().tree().cloned());
    for part in [
        "`y` and `z` are both bound at @group(0) @binding(2)",
        "`x` and `what is by value` are both bound at @group(0) @binding(1)",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let text = message(nowhere().tree().cloned());
    for part in [
        "`x` is bound at @group(4) @binding(0); there are the groups 0 to 3",
        "`y` is bound at @group(0) @binding(1000); there are the groups 0 to 3",
    ] {
        assert!(text.contains(part), "{text}");
    }
    Ok(())
}
