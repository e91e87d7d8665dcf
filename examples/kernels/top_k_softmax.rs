//! Softmax over the eight greatest of each row, as a sampler of tokens takes it: their places and probabilities, greatest first.

use super::{Outcome, close, reals, same};
use hesper_shader::{Device, Grid, shader};

/// How many are kept.
const K: usize = 8;

shader! {
    /// An invocation for each row of `columns`, of which there are at least eight.
    #[workgroup_size(32)]
    pub fn top_k_softmax(x: &[f32], places: &mut [u32], probabilities: &mut [f32], columns: u32) {
        let row = global_index();
        if row * columns >= x.len() {
            return;
        }
        let mut values = [f32::NEG_INFINITY; 8];
        let mut kept = [0u32; 8];
        for column in 0..columns {
            // Sorted in from the least: who is greater moves up.
            let mut value = x[row * columns + column];
            let mut place = column;
            for k in 0u32..8 {
                if value > values[k] {
                    let (less, before) = (values[k], kept[k]);
                    values[k] = value;
                    kept[k] = place;
                    (value, place) = (less, before);
                }
            }
        }
        let mut total = 0.0;
        for k in 0u32..8 {
            total += (values[k] - values[0]).exp();
        }
        for k in 0u32..8 {
            places[8 * row + k] = kept[k];
            probabilities[8 * row + k] = (values[k] - values[0]).exp() / total;
        }
    }
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for (rows, columns) in [(1, 8), (3, 9), (33, 100)] {
        let numbers: Vec<f32> = reals(rows * columns, 14).iter().map(|x| 5.0 * x).collect();
        let x = device.upload(&numbers)?;
        let (mut places, mut probabilities) = (device.zeros(rows * K)?, device.zeros(rows * K)?);
        let args = top_k_softmax::Args {
            x: &x,
            places: &mut places,
            probabilities: &mut probabilities,
            columns: columns as u32,
        };
        top_k_softmax().launch(device, Grid::cover(rows), args)?;
        let (mut expected, mut shares) = (Vec::new(), Vec::new());
        for row in numbers.chunks(columns) {
            let mut order: Vec<usize> = (0..columns).collect();
            order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
            order.truncate(K);
            let exps: Vec<f32> = order
                .iter()
                .map(|i| (row[*i] - row[order[0]]).exp())
                .collect();
            let total: f32 = exps.iter().sum();
            expected.extend(order.iter().map(|i| *i as u32));
            shares.extend(exps.iter().map(|e| e / total));
        }
        compared += same("places", &places.read()?, &expected)?;
        compared += close("probabilities", &probabilities.read()?, &shares, 1e-4)?;
    }
    Ok(compared)
}
