//! Prefix sums in one pass: each block publishes its own sum, then looks back over the blocks before it until one has published all up to itself
//! (D. Merrill and M. Garland, "Single-pass parallel prefix scan with decoupled look-back", 2016).

use super::{Outcome, same, words};
use hesper_shader::{Device, Grid, shader};

shader! {
    /// A block has published its own sum.
    const OWN: u32 = 1 << 30;
    /// A block has published the sum of all up to itself.
    const ALL: u32 = 2 << 30;
    /// The sum in a published word; word and flag travel together, since nothing orders two words between workgroups.
    const SUM: u32 = (1 << 30) - 1;

    /// The block's number is drawn, so that all blocks before it have begun. Sums stay below 2³⁰.
    #[any_order("which workgroup takes which block does not matter")]
    #[workgroup_size(64)]
    pub fn look_back_scan(
        x: &[u32],
        #[any_order("numbers are drawn in any order")] next: &mut [Atomic<u32>],
        #[any_order("a block may be seen with its own sum or with all")] published: &mut [Atomic<u32>],
        y: &mut [u32],
    ) {
        let drawn = workgroup::<u32>();
        let before = workgroup::<u32>();
        let part = workgroup::<[u32; 64]>();
        let lane = local_invocation_index();
        if lane == 0 {
            drawn = next[0].fetch_add(1);
        }
        let block = workgroup_uniform_load(drawn);
        let i = block * 64 + lane;
        part[lane] = if i < x.len() { x[i] } else { 0 };
        workgroup_barrier();
        let mut distance = 1;
        while distance < 64 {
            let other = if lane >= distance { part[lane - distance] } else { 0 };
            workgroup_barrier();
            part[lane] += other;
            workgroup_barrier();
            distance *= 2;
        }
        if lane == 0 {
            let own = part[63];
            published[block].store(own | if block == 0 { ALL } else { OWN });
            let mut sum = 0;
            let mut back = block;
            while back > 0 {
                let seen = published[back - 1].load();
                if seen & ALL != 0 {
                    sum += seen & SUM;
                    back = 0;
                } else if seen & OWN != 0 {
                    sum += seen & SUM;
                    back -= 1;
                }
            }
            published[block].store((sum + own) | ALL);
            before = sum;
        }
        let all_before = workgroup_uniform_load(before);
        if i < y.len() {
            y[i] = part[lane] + all_before;
        }
    }
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for count in [1usize, 64, 65, 1000] {
        let values: Vec<u32> = words(count, 8).iter().map(|word| word % 1000).collect();
        let blocks = count.div_ceil(64);
        let x = device.upload(&values)?;
        let mut next = device.zeros::<u32>(1)?;
        let mut published = device.zeros::<u32>(blocks)?;
        let mut y = device.zeros::<u32>(count)?;
        let args = look_back_scan::Args {
            x: &x,
            next: &mut next,
            published: &mut published,
            y: &mut y,
        };
        look_back_scan().launch(device, Grid::exact(blocks as u32, 1, 1), args)?;
        let expected = values.iter().scan(0, |sum, x| {
            *sum += x;
            Some(*sum)
        });
        compared += same("sums", &y.read()?, &expected.collect::<Vec<u32>>())?;
    }
    Ok(compared)
}
