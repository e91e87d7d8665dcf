//! Every way in which an invocation misses a barrier; workgroups differ too, so that the report has to look within one.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 8;

shader! {
    fn waits(lane: u32, from: u32) {
        if lane < from {
            return; // return of the helper
        }
        workgroup_barrier(); // barrier of the helper
    }

    /// In the second workgroup alone, some of 8 lanes part from others.
    #[workgroup_size(LANES)]
    fn parted<const FAULT: u32>(out: &mut [u32], quiet: u32) {
        let flag = workgroup::<u32>();
        let lane = local_invocation_index();
        // Workgroups part here, which is nobody's fault.
        if workgroup_index() > quiet {
            if FAULT == 1 {
                if lane < 5 { // branch
                    workgroup_barrier(); // in a branch
                }
            } else if FAULT == 2 {
                if lane < 5 { // forked
                    out[global_index()] = 1;
                } else {
                    workgroup_barrier(); // in the other branch
                }
            } else if FAULT == 3 {
                match lane { // match
                    0 => workgroup_barrier(), // first arm
                    1 | 2 => workgroup_barrier(), // second arm
                    _ => {}
                }
            } else if FAULT == 4 {
                if lane == 3 {
                    return; // return
                }
                workgroup_barrier(); // after a return
            } else if FAULT == 5 {
                for round in 0..3 {
                    if round == lane {
                        break; // break
                    }
                    workgroup_barrier(); // after a break
                }
            } else if FAULT == 6 {
                for round in 0..3 {
                    if round == lane {
                        continue; // continue
                    }
                    workgroup_barrier(); // after a continue
                }
            } else if FAULT == 7 {
                let mut left = lane / 4;
                while left > 0 { // while
                    workgroup_barrier(); // in a while
                    left -= 1;
                }
            } else if FAULT == 8 {
                for _ in 0..1 + lane / 4 { // for
                    workgroup_barrier(); // in a for
                }
            } else if FAULT == 9 {
                waits(lane, 2);
            } else if FAULT == 10 {
                if lane == 0 {
                    flag = 3;
                }
                if lane < 7 { // all but one
                    out[global_index()] = workgroup_uniform_load(flag); // uniform load
                }
            } else if FAULT == 11 {
                if lane < 4 && out[global_index()] == 0 { // short circuit
                    storage_barrier(); // after a short circuit
                }
            } else {
                for round in 0..lane {
                    if round == 5 {
                        break;
                    }
                }
                workgroup_barrier();
            }
        }
    }
}

pub(super) const PARTED: Kernel = Kernel {
    name: "parted",
    run,
    file: file!(),
    source: include_str!("partings.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
 1 | in a branch           | divergent barrier | - @ in a branch, 13 @ branch                        | reached by 5 of 8 invocations
 2 | in the other branch   | divergent barrier | - @ in the other branch, 8 @ forked                 | but not by invocation (8, 0, 0)
 3 | in an arm             | divergent barrier | - @ first arm, 9 @ match, - @ second arm            | to the barrier at
 4 | after a return        | divergent barrier | - @ after a return, 11 @ return                     | which returned at
 5 | after a break         | divergent barrier | - @ after a break, 8 @ break                        | which left the loop at
 6 | after a continue      | divergent barrier | - @ after a continue, 8 @ continue                  | which went on to the next iteration at
 7 | in a while            | divergent barrier | - @ in a while, 8 @ while                           | which left the loop at
 8 | in a for              | divergent barrier | - @ in a for, 8 @ for                               | which was done with the loop at
 9 | in a helper           | divergent barrier | - @ barrier of the helper, 8 @ return of the helper | which returned at
10 | a uniform load        | divergent barrier | - @ uniform load, 15 @ all but one                  | which took another way at
11 | after a short circuit | divergent barrier | - @ after a short circuit, 12 @ short circuit       | reached by 4 of 8
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let mut out = device.zeros::<u32>(16)?;
    let args = parted::Args {
        out: &mut out,
        quiet: 0,
    };
    let kernel = with_fault!(fault, parted: 0 1 2 3 4 5 6 7 8 9 10 11);
    kernel.launch(device, Grid::exact(2, 1, 1), args)
}
