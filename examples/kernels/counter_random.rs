//! Random numbers by counter: Philox 2×32-10 (J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).

use super::{Outcome, same};
use hesper_shader::{Device, Grid, shader};

const MULTIPLIER: u32 = 0xd256_d193;
const WEYL: u32 = 0x9e37_79b9;

shader! {
    /// The halves of a product of 64 bits, low and high.
    fn wide_product(a: u32, b: u32) -> (u32, u32) {
        let (a0, a1) = (a & 0xffff, a >> 16);
        let (b0, b1) = (b & 0xffff, b >> 16);
        let low = a0.wrapping_mul(b0);
        let first = a1.wrapping_mul(b0).wrapping_add(low >> 16);
        let second = a0.wrapping_mul(b1).wrapping_add(first & 0xffff);
        let high = a1.wrapping_mul(b1).wrapping_add(first >> 16).wrapping_add(second >> 16);
        (a.wrapping_mul(b), high)
    }

    /// Two words for each counter, and none of them depends on another.
    #[workgroup_size(64)]
    pub fn counter_random(out: &mut [Vec2<u32>], key: u32) {
        let i = global_index();
        if i < out.len() {
            let mut counter = vec2(i, 0);
            let mut round_key = key;
            for _ in 0..10 {
                let (low, high) = wide_product(counter.x, MULTIPLIER);
                counter = vec2(high ^ round_key ^ counter.y, low);
                round_key = round_key.wrapping_add(WEYL);
            }
            out[i] = counter;
        }
    }
}

fn philox(i: u32, mut key: u32) -> [u32; 2] {
    let mut counter = [i, 0];
    for _ in 0..10 {
        let product = u64::from(counter[0]) * u64::from(MULTIPLIER);
        counter = [(product >> 32) as u32 ^ key ^ counter[1], product as u32];
        key = key.wrapping_add(WEYL);
    }
    counter
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for (count, key) in [(1, 0), (63, 1), (1000, u32::MAX)] {
        let mut out = device.zeros(count)?;
        let args = counter_random::Args { out: &mut out, key };
        counter_random().launch(device, Grid::cover(count), args)?;
        let found: Vec<[u32; 2]> = out.read()?.into_iter().map(<[u32; 2]>::from).collect();
        let expected: Vec<[u32; 2]> = (0..count as u32).map(|i| philox(i, key)).collect();
        compared += same("words", &found, &expected)?;
    }
    Ok(compared)
}
