//! A histogram of bytes: counted in workgroup memory, added up in storage.

use super::{Outcome, same, words};
use hesper_shader::{Device, Grid, shader};

shader! {
    /// How often each byte stands in `x`, four to a word.
    #[workgroup_size(64)]
    pub fn histogram(x: &[u32], bins: &mut [Atomic<u32>]) {
        let local = workgroup::<[Atomic<u32>; 256]>();
        let lane = local_invocation_index();
        for k in 0u32..4 {
            local[lane + 64 * k].store(0);
        }
        workgroup_barrier();
        let i = global_index();
        if i < x.len() {
            let bytes = unpack4x_u8(x[i]);
            for k in 0u32..4 {
                local[bytes[k]].fetch_add(1);
            }
        }
        workgroup_barrier();
        for k in 0u32..4 {
            let count = local[lane + 64 * k].load();
            if count > 0 {
                bins[lane + 64 * k].fetch_add(count);
            }
        }
    }
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for count in [1, 63, 64, 700] {
        let x = words(count, 8);
        let (given, mut bins) = (device.upload(&x)?, device.zeros::<u32>(256)?);
        let args = histogram::Args {
            x: &given,
            bins: &mut bins,
        };
        histogram().launch(device, Grid::cover(count), args)?;
        let mut expected = vec![0; 256];
        x.iter()
            .flat_map(|x| x.to_le_bytes())
            .for_each(|b| expected[usize::from(b)] += 1);
        compared += same("bins", &bins.read()?, &expected)?;
    }
    Ok(compared)
}
