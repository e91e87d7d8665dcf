//! A stencil over a tile with halo, applied twice.

use super::{Row, check};
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 32;

shader! {
    /// y[i] = x[i-1] + x[i] + x[i+1], ends repeated, and that once more over what the workgroup has.
    #[workgroup_size(LANES)]
    fn stencil<const FAULT: u32>(x: &[f32], y: &mut [f32], rounds: u32) {
        let tile = workgroup::<[f32; LANES + 2]>();
        let lane = local_invocation_index();
        let i = global_index();
        let n = x.len();
        let inside = i.min(n - 1);
        tile[lane + 1] = x[inside];
        if FAULT == 1 {
            if lane == 0 {
                tile[0] = x[inside - 1];
            }
        } else if FAULT != 2 {
            if lane == 0 {
                tile[0] = x[if inside > 0 { inside - 1 } else { 0 }];
            }
        }
        if FAULT == 3 {
            if lane == LANES - 1 {
                tile[LANES + 1] = x[inside + 1];
            }
        } else if FAULT == 4 {
            if lane == LANES - 1 {
                tile[LANES + 2] = x[inside];
            }
        } else {
            if lane == LANES - 1 {
                tile[LANES + 1] = x[(inside + 1).min(n - 1)];
            }
        }
        if FAULT != 5 {
            workgroup_barrier();
        }
        let trips = if FAULT == 6 { rounds + lane } else { rounds };
        for _ in 0..trips {
            let sum = tile[lane] + tile[lane + 1] + tile[lane + 2];
            if FAULT != 7 {
                workgroup_barrier();
            }
            tile[lane + 1] = sum;
            if FAULT != 8 {
                workgroup_barrier();
            }
        }
        if FAULT == 9 {
            y[i] = tile[lane + 1];
        } else if FAULT == 10 {
            if i < n {
                y[i / 2] = tile[lane + 1];
            }
        } else if FAULT == 11 {
            if i < n {
                y[i] = tile[lane + 1];
                y[(i + 1) % n] += 1.0;
            }
        } else {
            if i < n {
                y[i] = tile[lane + 1];
            }
        }
    }
}

const ROWS: &[Row] = &[
    (
        1,
        "one below zero",
        "wrapped",
        &["4294967295 as an index of `x`", "wrapped at"],
    ),
    (
        2,
        "no left halo",
        "unwritten",
        &["`tile[0]`", "workgroup memory is not zero everywhere"],
    ),
    (
        3,
        "no end of the right halo",
        "out of bounds",
        &["reads `x` at index 70"],
    ),
    (
        4,
        "the halo one too far",
        "out of bounds",
        &["writes `tile` at index 34"],
    ),
    (
        5,
        "no barrier after the loads",
        "race",
        &["`tile[", "written at", "read at"],
    ),
    (
        6,
        "rounds that differ between lanes",
        "divergent barrier",
        &["of 32 invocations"],
    ),
    (
        7,
        "a write over what others still read",
        "race",
        &["is read at", "and written at"],
    ),
    (
        8,
        "no barrier before the next round",
        "race",
        &["is written at", "and read at"],
    ),
    (
        9,
        "no guard of the store",
        "out of bounds",
        &["writes `y` at index 70"],
    ),
    (
        10,
        "two lanes to one element",
        "race",
        &["`y[0]` is written at"],
    ),
    (11, "the neighbour's element too", "race", &["`y["]),
];

pub(super) fn check_all() -> usize {
    check(run, ROWS)
}

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let x = device.upload(&(0..70).map(|i| i as f32).collect::<Vec<_>>())?;
    let mut y = device.zeros::<f32>(70)?;
    macro_rules! launch {
        ($($n:literal)*) => {
            match fault {
                $($n => stencil::<$n>(),)*
                _ => panic!("no such fault"),
            }
        };
    }
    let kernel = launch!(0 1 2 3 4 5 6 7 8 9 10 11);
    let args = stencil::Args {
        x: &x,
        y: &mut y,
        rounds: 2,
    };
    kernel.launch(device, Grid::cover(x.len()), args)
}
