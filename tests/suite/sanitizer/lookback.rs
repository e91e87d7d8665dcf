//! Prefix sums in one dispatch: each workgroup looks back at those before it, and sums itself what they have not told yet. In the order of
//! workgroups' numbers all have.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const LANES: u32 = 4;
const GROUPS: u32 = 5;

shader! {
    /// `states` holds of each workgroup nothing (0), its own sum (1) or that of all up to it (2), in the bits above.
    #[workgroup_size(LANES)]
    fn lookback<const FAULT: u32>(x: &[u32], y: &mut [u32], states: &mut [Atomic<u32>]) { // kernel
        let group = workgroup_index();
        let first = group * LANES;
        if local_invocation_index() == 0 {
            let mut own = 0;
            for j in 0..LANES {
                own += x[first + j];
            }
            states[group].store(own << 2 | 1);
            let mut before = 0;
            let mut at = group;
            while at > 0 { // looks back
                at -= 1;
                let state = states[at].load();
                if state & 3 == 2 {
                    before += state >> 2;
                    at = 0;
                } else if state & 3 == 1 {
                    if FAULT != 3 {
                        before += state >> 2;
                    }
                } else if FAULT == 4 {
                    // Waits for what cannot come.
                    at += 1;
                } else if FAULT != 1 && (FAULT != 2 || at + 1 == group) {
                    for j in 0..LANES {
                        before += x[at * LANES + j + if FAULT == 5 { 1 } else { 0 }];
                    }
                }
            }
            states[group].store((before + own) << 2 | 2);
            let mut sum = before;
            for j in 0..LANES {
                sum += x[first + j];
                y[first + j] = sum;
            }
        }
    }
}

pub(super) const LOOKBACK: Kernel = Kernel {
    name: "look-back",
    run,
    file: file!(),
    source: include_str!("lookback.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
1 | nothing for what is not told yet      | order dependent | - @ kernel | `y[
2 | the workgroup just before alone       | order dependent | - @ kernel | `y[
3 | a workgroup's own sum passed over     | order dependent | - @ kernel | `y[
4 | waits for workgroups before           | endless         | 4 @ looks back | the loop does not end
5 | the elements after those of the other | order dependent | - @ kernel | `y[
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let n = (LANES * GROUPS) as usize;
    let x = device.upload(&(1..=n as u32).collect::<Vec<u32>>())?;
    let (mut y, mut states) = (
        device.uninit::<u32>(n)?,
        device.zeros::<u32>(GROUPS as usize)?,
    );
    let args = lookback::Args {
        x: &x,
        y: &mut y,
        states: &mut states,
    };
    let kernel = with_fault!(fault, lookback: 0 1 2 3 4 5);
    kernel.launch(device, Grid::cover(n), args)
}
