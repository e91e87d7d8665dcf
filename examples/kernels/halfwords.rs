//! Stores of 16 bits into words that neighbours write too: by compare and exchange, until nobody came between.

use super::{Outcome, same, words};
use hesper_shader::{Device, Grid, shader};

shader! {
    /// `out[i] = x[i]` of halfwords, two in each word of `out`.
    #[any_order("each halfword is written by one invocation; the order in which the halves of a word come does not show")]
    #[workgroup_size(64)]
    pub fn store_halfwords(x: &[u32], out: &mut [Atomic<u32>]) {
        let i = global_index();
        if i < x.len() {
            let shift = 16 * (i % 2);
            let mut before = out[i / 2].load();
            loop {
                let after = insert_bits(before, x[i], shift, 16);
                let (seen, exchanged) = out[i / 2].compare_exchange_weak(before, after);
                if exchanged {
                    break;
                }
                before = seen;
            }
        }
    }
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for count in [1, 2, 3, 65, 1001] {
        let (x, old) = (words(count, 4), words(count.div_ceil(2), 6));
        let (given, mut out) = (device.upload(&x)?, device.upload(&old)?);
        let args = store_halfwords::Args {
            x: &given,
            out: &mut out,
        };
        store_halfwords().launch(device, Grid::cover(count), args)?;
        let expected = old.iter().enumerate().map(|(i, old)| {
            let half = |at: usize, before: u32| x.get(at).map_or(before, |x| x & 0xffff);
            half(2 * i, old & 0xffff) | half(2 * i + 1, old >> 16) << 16
        });
        let expected: Vec<u32> = expected.collect();
        compared += same("words", &out.read()?, &expected)?;
    }
    Ok(compared)
}
