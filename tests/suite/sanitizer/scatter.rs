//! Sums by key: several elements may have one key, so only atomics may add.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 8;

shader! {
    /// sums[key[i]] += x[i], the sums in fixed point; places[i] is where each element of its own is.
    #[workgroup_size(LANES)]
    fn scatter<const FAULT: u32>(x: &[f32], key: &[u32], place: &[u32], sums: &mut [Atomic<i32>], real: &mut [f32], last: &mut [u32]) { // kernel
        let tile = workgroup::<[f32; LANES]>();
        let lane = local_invocation_index();
        let i = global_index();
        if i < x.len() {
            if FAULT == 1 {
                real[key[i]] += x[i]; // plain sum
            } else if FAULT == 2 {
                last[key[i]] = i; // last one
            } else if FAULT == 3 {
                last[key[i]] = 1; // seen
            } else if FAULT == 4 {
                sums[key[i] + 1].fetch_add((x[i] * 256.0) as i32); // next key
            } else if FAULT == 5 {
                sums[key[i]].store((x[i] * 256.0) as i32);
            } else if FAULT == 6 {
                let before = sums[key[i]].fetch_add((x[i] * 256.0) as i32);
                real[i] = before as f32;
            } else if FAULT == 7 {
                real[place[i] - 1] = x[i]; // place before
            } else if FAULT == 8 {
                real[place[i] / 2] = x[i]; // half a place
            } else {
                sums[key[i]].fetch_add((x[i] * 256.0) as i32);
                real[place[i]] = x[i]; // by place
                last[place[i]] = i;
            }
        }
        if FAULT == 9 {
            // By a tile, with lanes of one key.
            tile[key[i % x.len()]] = x[i % x.len()]; // by key
        }
        if FAULT == 10 {
            // Where an element lies is looked for in what others write.
            if i < x.len() {
                real[i] = last[place[i]] as f32; // read back
            }
            tile[lane] = 0.0;
        }
    }
}

pub(super) const SCATTER: Kernel = Kernel {
    name: "scatter",
    run,
    file: file!(),
    source: include_str!("scatter.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
 1 | plain sums of one key              | race            | 16 @ plain sum, 0 @ plain sum       | `real[0]` is read
 2 | the last one with a key            | race            | 0 @ last one, 1 @ last one          | `last[0]` is written
 3 | a mark for each key                | same value      | 0 @ seen, 1 @ seen                  | `last[0]` is written
 4 | the next key                       | out of bounds   | 2 @ next key                        | reads `sums` at index 4
 5 | a store instead of a sum           | order dependent | - @ kernel                          | `sums[
 6 | what was there before              | order dependent | - @ kernel                          | `real[
 7 | the place before                   | wrapped         | 19 @ place before, - @ place before | as an index of `real`
 8 | half as many places                | race            | 0 @ half a place, 1 @ half a place  | is written
 9 | a tile by key                      | race            | 0 @ by key, 1 @ by key              | `tile[0]` is written
10 | what others write in this dispatch | race            | 19 @ by place, 0 @ read back        | `real[0]` is written
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let n = 20;
    let x: Vec<f32> = (0..n).map(|i| i as f32 * 0.25).collect();
    let key: Vec<u32> = (0..n as u32).map(|i| i / 2 * 3 % 4).collect();
    let place: Vec<u32> = (0..n as u32).rev().collect();
    let (x, key, place) = (
        device.upload(&x)?,
        device.upload(&key)?,
        device.upload(&place)?,
    );
    let mut sums = device.zeros::<i32>(4)?;
    let (mut real, mut last) = (device.zeros::<f32>(n)?, device.zeros::<u32>(n)?);
    let args = scatter::Args {
        x: &x,
        key: &key,
        place: &place,
        sums: &mut sums,
        real: &mut real,
        last: &mut last,
    };
    let kernel = with_fault!(fault, scatter: 0 1 2 3 4 5 6 7 8 9 10);
    kernel.launch(device, Grid::cover(n), args)
}
