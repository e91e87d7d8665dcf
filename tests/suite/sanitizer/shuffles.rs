//! Sums by shuffles: lanes whose sums nobody takes ask lanes that are not there, which is no mistake until such a value tells.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 64;

shader! {
    /// What a lane keeps of two sums.
    fn kept(own: u32, other: u32, is_there: bool) -> u32 {
        let both = own + other;
        if is_there {
            return both;
        }
        own
    }

    #[workgroup_size(LANES)]
    fn shuffled<const FAULT: u32>(x: &[u32], sums: &mut [u32], before: &mut [u32], bins: &mut [Atomic<u32>]) {
        let lane = subgroup_invocation_id();
        let lanes = subgroup_size();
        let i = global_index();
        let mut sum = x[i];
        let mut distance = lanes / 2;
        while distance > 0 {
            let other = subgroup_shuffle_down(sum, distance); // down
            let is_there = lane + distance < lanes;
            if FAULT == 1 {
                sum += other;
            } else {
                sum = kept(sum, other, is_there);
            }
            distance = distance / 2;
        }
        if FAULT == 1 {
            sums[i] = sum; // every sum
        }
        // Nobody takes this one but the first lane.
        let mut loose = x[i];
        loose += subgroup_shuffle_down(loose, 1); // next
        let above = lane + 1 >= lanes;
        if FAULT == 2 {
            if loose > 3 { // decided
                sum += 1;
            }
        } else if FAULT == 3 {
            sum += x[loose % LANES]; // index
        } else if FAULT == 4 {
            for _ in 0..loose { // trips
                sum += 1;
            }
        } else if FAULT == 5 {
            let _old = bins[0].fetch_add(loose); // added
        } else if FAULT == 6 {
            loose = subgroup_add(loose);
        } else if FAULT == 7 {
            loose = if subgroup_any(loose > 1000) { 1 } else { 0 };
        } else if FAULT == 8 {
            loose = subgroup_shuffle(x[i], loose % 4); // asked for
        } else if FAULT == 9 {
            loose = kept(1, loose, true);
        } else if FAULT == 10 {
            loose = if loose > 0 && !above { 1 } else { 0 };
        } else if FAULT == 11 {
            loose = if above { loose } else { 0 };
        }
        if FAULT >= 6 || lane == 0 {
            if FAULT >= 6 {
                before[i] = loose; // loose
            } else {
                before[i] = if !above && loose > 0 { loose } else { 0 };
            }
        }
        if lane == 0 {
            sums[i] = sum;
        }
    }
}

pub(super) const SHUFFLED: Kernel = Kernel {
    name: "shuffled",
    run,
    file: file!(),
    source: include_str!("shuffles.rs"),
    faults: FAULTS,
    subgroup_size: 8,
};

const FAULTS: &str = "
 1 | every lane keeps its sum      | absent lane | 1 @ every sum, - @ down   | writes to memory what comes from lane 8 of a subgroup
 2 | a branch by it                | absent lane | 7 @ decided, - @ next     | decides by what comes from lane 8
 3 | an element by it              | absent lane | 7 @ index, - @ next       | takes for an index what comes from lane 8
 4 | as many rounds                | absent lane | 7 @ trips, - @ next       | decides by
 5 | added by an atomic            | absent lane | 7 @ added, - @ next       | writes to memory
 6 | in a sum of all lanes         | absent lane | 0 @ loose, - @ next       | writes to memory
 7 | in a vote                     | absent lane | 0 @ loose, - @ next       | writes to memory
 8 | as the lane to ask            | absent lane | 7 @ asked for, - @ next   | takes for an index
 9 | through a helper              | absent lane | 7 @ loose, - @ next       | writes to memory
10 | on the left of `&&`           | absent lane | 7 @ loose, - @ next       | writes to memory
11 | taken by a choice             | absent lane | 7 @ loose, - @ next       | writes to memory
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let n = LANES as usize;
    let x = device.upload(&(1..=LANES).collect::<Vec<u32>>())?;
    let (mut sums, mut before) = (device.zeros::<u32>(n)?, device.zeros::<u32>(n)?);
    let mut bins = device.zeros::<u32>(1)?;
    let args = shuffled::Args {
        x: &x,
        sums: &mut sums,
        before: &mut before,
        bins: &mut bins,
    };
    let kernel = with_fault!(fault, shuffled: 0 1 2 3 4 5 6 7 8 9 10 11);
    kernel.launch(device, Grid::cover(n), args)
}
