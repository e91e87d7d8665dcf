//! `as` between all types: floats truncate and saturate, integers keep their bits, truth values give 0 and 1.

use super::{check, run};
use crate::conformance::Outcome;
use hesper_shader::{Device, Vec3, shader};

/// NaN and infinities are left out: WGSL promises nothing of them.
const REALS: [f32; 20] = [
    0.0,
    0.5,
    -0.5,
    0.999_999_9,
    -0.999_999_9,
    1.0,
    -1.0,
    1.5,
    -1.5,
    2_147_483_520.0,
    2_147_483_648.0,
    3e9,
    -2_147_483_648.0,
    -3e9,
    4_294_967_040.0,
    4_294_967_296.0,
    5e9,
    1e30,
    -1e30,
    16_777_216.0,
];

const BITS: [u32; 11] = [
    0,
    1,
    2,
    255,
    16_777_215,
    16_777_216,
    0x4000_0000,
    0x7fff_ff80,
    1 << 31,
    0xffff_ff00,
    u32::MAX,
];

shader! {
    #[workgroup_size(8)]
    fn from_reals(x: &[f32], y: &mut [i32]) {
        let i = global_index();
        if i < x.len() {
            y[3 * i] = x[i] as i32;
            y[3 * i + 1] = x[i] as u32 as i32;
            y[3 * i + 2] = x[i] as f32 as i32;
        }
    }

    #[workgroup_size(8)]
    fn from_integers(x: &[u32], y: &mut [u32]) {
        let i = global_index();
        if i < x.len() {
            let signed = x[i] as i32;
            y[6 * i] = signed as u32;
            y[6 * i + 1] = (signed < 0) as u32;
            y[6 * i + 2] = x[i] as u32 + (signed as i32) as u32;
            y[6 * i + 3] = (x[i] > 100) as i32 as u32;
            y[6 * i + 4] = (x[i] > 100) as f32 as u32;
            y[6 * i + 5] = ((x[i] > 100) as bool && true) as u32;
        }
    }

    #[workgroup_size(8)]
    fn to_reals(x: &[u32], y: &mut [f32]) {
        let i = global_index();
        if i < x.len() {
            y[3 * i] = x[i] as f32;
            y[3 * i + 1] = x[i] as i32 as f32;
            y[3 * i + 2] = (x[i] as f32) as u32 as f32;
        }
    }

    #[workgroup_size(8)]
    fn of_vectors(x: &[Vec3<f32>], y: &mut [Vec3<i32>]) {
        let i = global_index();
        if i < x.len() {
            y[4 * i] = x[i] as Vec3<i32>;
            y[4 * i + 1] = x[i] as Vec3<u32> as Vec3<i32>;
            y[4 * i + 2] = (x[i] as Vec3<i32>) as Vec3<f32> as Vec3<i32>;
            let pair = (x[i] as Vec3<u32>).xz as Vec2<f32>;
            let four = x[i].xyzx as Vec4<i32>;
            y[4 * i + 3] = vec3(pair.x as i32, pair.y as i32, four.w);
        }
    }

    #[workgroup_size(1)]
    fn of_constants(x: &[i32], y: &mut [i32]) {
        y[0] = 3e9 as i32 - x[0];
        y[1] = -3e9 as i32;
        y[2] = 5e9 as u32 as i32;
        y[3] = -1.5 as u32 as i32;
        y[4] = -1 as u32 as i32;
        y[5] = u32::MAX as i32;
        y[6] = (u32::MAX as f32 / 65536.0) as i32;
        y[7] = true as i32 + false as i32;
        y[8] = i32::MIN as u32 as f32 as i32;
        y[9] = (-7 as f32 / 2.0) as i32;
    }
}

pub(super) fn of_reals(device: &Device) -> Outcome {
    check(
        device,
        &from_reals(),
        &REALS,
        &[
            ("as i32", |x| x as i32),
            ("as u32", |x| x as u32 as i32),
            ("as f32 as i32", |x| x as i32),
        ],
    )
}

pub(super) fn of_integers(device: &Device) -> Outcome {
    check(
        device,
        &from_integers(),
        &BITS,
        &[
            ("as i32 as u32", |x| x),
            ("as i32 < 0", |x| u32::from(x >> 31 == 1)),
            ("as the same type", |x| x.wrapping_add(x)),
            ("bool as i32", |x| u32::from(x > 100)),
            ("bool as f32", |x| u32::from(x > 100)),
            ("bool as bool", |x| u32::from(x > 100)),
        ],
    )
}

/// Integers between two f32 numbers may become either, so there are none among them but `u32::MAX`, which becomes 2³² or saturates.
pub(super) fn to_floats(device: &Device) -> Outcome {
    let exact = &BITS[..BITS.len() - 1];
    check(
        device,
        &to_reals(),
        exact,
        &[
            ("u32 as f32", |x| x as f32),
            ("i32 as f32", |x| x as i32 as f32),
            ("there and back", |x| x as f32),
        ],
    )?;
    let found = run::<_, f32>(device, &to_reals(), &[u32::MAX], 3)?;
    let [down, up] = [4_294_967_040.0, 4_294_967_296.0];
    assert!(found[0] == down || found[0] == up, "{found:?}");
    assert_eq!(found[1], -1.0);
    assert!(found[2] == down || found[2] == up, "{found:?}");
    Ok(())
}

pub(super) fn componentwise(device: &Device) -> Outcome {
    let rows: Vec<[f32; 3]> = REALS.windows(3).map(|w| [w[0], w[1], w[2]]).collect();
    check(
        device,
        &of_vectors(),
        &rows,
        &[
            ("as Vec3<i32>", |x| Vec3::from(x.map(|x| x as i32))),
            ("as Vec3<u32>", |x| Vec3::from(x.map(|x| x as u32 as i32))),
            ("as Vec3<f32>", |x| {
                Vec3::from(x.map(|x| x as i32 as f32 as i32))
            }),
            ("Vec2, Vec4", |[x, _, z]| {
                let back = |x: f32| x as u32 as f32 as i32;
                Vec3::from([back(x), back(z), x as i32])
            }),
        ],
    )
}

pub(super) fn constants(device: &Device) -> Outcome {
    let found = run::<_, i32>(device, &of_constants(), &[0], 10)?;
    let expected = [i32::MAX, i32::MIN, -1, 0, -1, -1, 65_536, 1, i32::MAX, -3];
    assert_eq!(found, expected);
    Ok(())
}
