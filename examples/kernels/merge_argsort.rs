//! The order in which numbers are sorted, by merging from the bottom up: runs of twice the width in each pass. Equal numbers keep their order.

use super::{Outcome, same, words};
use hesper_shader::{Device, Grid, shader};

shader! {
    /// How many of the sorted places `start..end` hold a key less than this, or equal where `equal` counts.
    fn below(keys: &[u32], order: &[u32], start: u32, end: u32, key: u32, equal: bool) -> u32 {
        let (mut low, mut high) = (start, end);
        while low < high {
            let middle = low + (high - low) / 2;
            let other = keys[order[middle]];
            if other < key || equal && other == key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low - start
    }

    /// Each place of two neighbouring runs of `width` goes where it stands in both together.
    #[workgroup_size(64)]
    pub fn merge_runs(keys: &[u32], order: &[u32], merged: &mut [u32], width: u32) {
        let i = global_index();
        let n = order.len();
        if i >= n {
            return;
        }
        let first = i / (2 * width) * (2 * width);
        let middle = n.min(first + width);
        let end = n.min(first + 2 * width);
        let key = keys[order[i]];
        let others = if i < middle {
            below(keys, order, middle, end, key, false)
        } else {
            below(keys, order, first, middle, key, true)
        };
        let own = if i < middle { i - first } else { i - middle };
        merged[first + own + others] = order[i];
    }
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for count in [1usize, 2, 65, 700] {
        // Few enough values that many are equal.
        let values: Vec<u32> = words(count, 21).iter().map(|word| word % 97).collect();
        let keys = device.upload(&values)?;
        let start: Vec<u32> = (0..count as u32).collect();
        let mut order = device.upload(&start)?;
        let mut merged = device.zeros::<u32>(count)?;
        let mut width = 1;
        while width < count {
            let args = merge_runs::Args {
                keys: &keys,
                order: &order,
                merged: &mut merged,
                width: width as u32,
            };
            merge_runs().launch(device, Grid::cover(count), args)?;
            std::mem::swap(&mut order, &mut merged);
            width *= 2;
        }
        let mut expected = start;
        expected.sort_by_key(|place| values[*place as usize]);
        compared += same("order", &order.read()?, &expected)?;
    }
    Ok(compared)
}
