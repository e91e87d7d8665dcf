//! Atomics: a histogram, compaction, and locks.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 32;

shader! {
    /// How many elements fall into each of eight bins, counted by workgroup first.
    #[workgroup_size(LANES)]
    fn histogram<const FAULT: u32>(x: &[u32], bins: &mut [Atomic<u32>], plain: &mut [u32], firsts: &mut [u32]) { // histogram
        let local = workgroup::<[Atomic<u32>; 8]>();
        let lane = local_invocation_index();
        let i = global_index();
        if FAULT == 1 {
            if lane < 7 {
                local[lane].store(0);
            }
        } else if FAULT != 2 {
            if lane < 8 {
                local[lane].store(0);
            }
        }
        if FAULT != 9 {
            workgroup_barrier();
        }
        if i < x.len() {
            if FAULT == 3 {
                local[x[i]].fetch_add(1); // a value for a bin
            } else if FAULT == 4 {
                plain[x[i] % 8] += 1; // not atomic
            } else if FAULT == 5 {
                let place = bins[x[i] % 8].fetch_add(1);
                firsts[(place * 8 + x[i] % 8) % firsts.len()] = i;
            } else if FAULT == 6 {
                bins[0].swap(i); // last wins
            } else {
                local[x[i] % 8].fetch_add(1); // count
            }
        }
        if FAULT == 7 {
            if i < x.len() { // guard
                workgroup_barrier(); // guarded barrier
            }
        } else if FAULT == 11 {
            storage_barrier(); // for storage
        } else if FAULT != 10 {
            workgroup_barrier(); // before the sum
        }
        if lane < 8 {
            if FAULT == 8 {
                plain[lane] += local[lane].load(); // plain sum
            } else {
                bins[lane].fetch_add(local[lane].load()); // sum
            }
        }
    }

    /// Adds to a plain number under a lock.
    #[workgroup_size(LANES)]
    fn locked<const FAULT: u32>(lock: &mut [Atomic<u32>], turn: &mut [Atomic<u32>], count: &mut [Atomic<u32>]) { // locked
        if FAULT == 1 {
            // The winner waits outside for the others, who wait inside for the winner.
            loop { // take it
                if lock[0].swap(1) == 0 {
                    break;
                }
            }
            count[0].fetch_add(1);
            lock[0].store(0);
        } else if FAULT == 2 {
            // Each workgroup waits for the one after it.
            loop { // wait for it
                if turn[0].load() > workgroup_index() {
                    break;
                }
            }
            count[0].fetch_add(1);
        } else if FAULT == 3 {
            // Once is not enough: the exchange may fail for no reason.
            let (_old, exchanged) = lock[global_index()].compare_exchange_weak(0, 1);
            if exchanged {
                count[0].fetch_add(1);
            }
        } else {
            let mut open = true;
            while open {
                let (_old, exchanged) = lock[0].compare_exchange_weak(0, 1);
                if exchanged {
                    count[0].fetch_add(1);
                    lock[0].store(0);
                    open = false;
                }
            }
        }
    }
}

pub(super) const HISTOGRAM: Kernel = Kernel {
    name: "histogram",
    run: run_histogram,
    file: file!(),
    source: include_str!("counts.rs"),
    faults: HISTOGRAM_FAULTS,
    subgroup_size: 32,
};

pub(super) const LOCKED: Kernel = Kernel {
    name: "locked",
    run: run_locked,
    file: file!(),
    source: include_str!("counts.rs"),
    faults: LOCKED_FAULTS,
    subgroup_size: 32,
};

const HISTOGRAM_FAULTS: &str = "
 1 | one bin too few is cleared     | unwritten         | 7 @ sum                         | reads `local[7]`
 2 | nothing is cleared             | unwritten         | 0 @ count                       | workgroup memory is not zero everywhere
 3 | a value for a bin              | out of bounds     | 3 @ a value for a bin           | reads `local` at index 9, but its length is 8
 4 | a sum that is not atomic       | race              | 65 @ not atomic, 0 @ not atomic | `plain[
 5 | who comes first has the place  | order dependent   | - @ histogram                   | `firsts[
 6 | the last one wins              | wrong barrier     | 31 @ last wins, 0 @ sum, - @ before the sum | does not order storage
 7 | a barrier in the guard         | divergent barrier | - @ guarded barrier, 75 @ guard | reached by 11 of 32 invocations
 8 | workgroups add without atomics | race              | 64 @ plain sum, 0 @ plain sum   | use a dispatch for each step
 9 | no barrier after the clearing  | unwritten         | 48 @ count                      | write it first, then put a barrier
10 | no barrier before the sum      | order dependent   | - @ histogram                   | `bins[
11 | a barrier for storage          | wrong barrier     | 4 @ count, 0 @ sum, - @ for storage | does not order workgroup memory
";

const LOCKED_FAULTS: &str = "
1 | a lock that is given back too late | no progress     | 1 @ take it     | so 31 of 32 invocations wait for ever
2 | a wait for another workgroup       | no progress     | 0 @ wait for it | nothing makes other invocations go on
3 | an exchange that is tried once     | order dependent | - @ locked      | in another
";

fn run_histogram(device: &Device, fault: u32) -> Result<(), Error> {
    let x: Vec<u32> = (0..75).map(|i| i * i % 23).collect();
    let x = device.upload(&x)?;
    let (mut bins, mut plain) = (device.zeros::<u32>(8)?, device.zeros::<u32>(8)?);
    let mut firsts = device.zeros::<u32>(1000)?;
    let kernel = with_fault!(fault, histogram: 0 1 2 3 4 5 6 7 8 9 10 11);
    let args = histogram::Args {
        x: &x,
        bins: &mut bins,
        plain: &mut plain,
        firsts: &mut firsts,
    };
    kernel.launch(device, Grid::cover(x.len()), args)
}

fn run_locked(device: &Device, fault: u32) -> Result<(), Error> {
    let groups = 3;
    let mut lock = device.zeros::<u32>(groups * LANES as usize)?;
    let (mut turn, mut count) = (device.zeros::<u32>(1)?, device.zeros::<u32>(1)?);
    let kernel = with_fault!(fault, locked: 0 1 2 3);
    let args = locked::Args {
        lock: &mut lock,
        turn: &mut turn,
        count: &mut count,
    };
    kernel.launch(device, Grid::exact(groups as u32, 1, 1), args)
}
