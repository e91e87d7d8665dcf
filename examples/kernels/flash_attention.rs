//! Attention in one pass over the keys, causal, with several query heads for each head of keys and values, in 16 bits (T. Dao et al.,
//! "FlashAttention: fast and memory-efficient exact attention with IO-awareness", 2022). Sums are kept in 32 bits.

use super::{Outcome, close, reals};
use hesper_shader::{Device, Grid, Vec4, f16, shader};

/// Numbers of a row, four at a time.
const QUADS: usize = 4;

/// Query heads for each head of keys.
const GROUP: usize = 2;

shader! {
    /// What all heads have in common.
    #[derive(Clone, Copy, Debug)]
    pub struct Heads {
        /// Rows of each head.
        pub tokens: u32,
        /// Query heads for each head of keys and values.
        pub group: u32,
        /// What scores are multiplied by.
        pub scale: f32,
    }

    /// An invocation for each query, a workgroup for 32 of one head; rows are of 16 numbers.
    #[workgroup_size(32)]
    pub fn flash_attention(q: &[Vec4<f16>], k: &[Vec4<f16>], v: &[Vec4<f16>], y: &mut [Vec4<f16>], heads: Heads) {
        let keys = workgroup::<[[Vec4<f16>; 4]; 32]>();
        let values = workgroup::<[[Vec4<f16>; 4]; 32]>();
        let lane = local_invocation_index();
        let block = workgroup_id().x;
        let head = workgroup_id().y;
        let query = 32 * block + lane;
        let from = head / heads.group * heads.tokens;
        let at = 4 * (head * heads.tokens + query);
        let here = query < heads.tokens;
        let mut row = [vec4(0.0, 0.0, 0.0, 0.0); 4];
        let mut sum = [vec4(0.0, 0.0, 0.0, 0.0); 4];
        if here {
            for c in 0..4 {
                row[c] = q[at + c] as Vec4<f32> * heads.scale;
            }
        }
        let (mut greatest, mut total) = (f32::NEG_INFINITY, 0.0);
        // No query of the block sees a key of a later one.
        for tile in 0..block + 1 {
            let key = 32 * tile + lane;
            if key < heads.tokens {
                for c in 0..4 {
                    keys[lane][c] = k[4 * (from + key) + c];
                    values[lane][c] = v[4 * (from + key) + c];
                }
            }
            workgroup_barrier();
            for j in 0..32 {
                if here && 32 * tile + j <= query {
                    let mut score = 0.0;
                    for c in 0..4 {
                        score += dot(row[c], keys[j][c] as Vec4<f32>);
                    }
                    let now = greatest.max(score);
                    let kept = (greatest - now).exp();
                    let weight = (score - now).exp();
                    total = total * kept + weight;
                    for c in 0..4 {
                        sum[c] = sum[c] * kept + weight * (values[j][c] as Vec4<f32>);
                    }
                    greatest = now;
                }
            }
            workgroup_barrier();
        }
        if here {
            for c in 0..4 {
                y[at + c] = (sum[c] / total) as Vec4<f16>;
            }
        }
    }
}

fn quads(numbers: &[f32]) -> Vec<Vec4<f16>> {
    let quad = |c: &[f32]| Vec4::from([0, 1, 2, 3].map(|i| f16::from_f32(c[i])));
    numbers.chunks(4).map(quad).collect()
}

fn wide(quads: &[Vec4<f16>]) -> Vec<f32> {
    let parts = quads.iter().flat_map(|v| <[f16; 4]>::from(*v));
    parts.map(f16::to_f32).collect()
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    let width = 4 * QUADS;
    for (tokens, key_heads) in [(1, 1), (33, 2), (70, 1)] {
        let query_heads = GROUP * key_heads;
        let rows = |heads: usize, seed| quads(&reals(heads * tokens * width, seed));
        let (q, k, v) = (rows(query_heads, 1), rows(key_heads, 2), rows(key_heads, 3));
        let heads = Heads {
            tokens: tokens as u32,
            group: GROUP as u32,
            scale: 0.25,
        };
        let (queries, keys, values) = (device.upload(&q)?, device.upload(&k)?, device.upload(&v)?);
        let mut y = device.zeros::<Vec4<f16>>(q.len())?;
        let args = flash_attention::Args {
            q: &queries,
            k: &keys,
            v: &values,
            y: &mut y,
            heads,
        };
        let grid = Grid::exact(tokens.div_ceil(32) as u32, query_heads as u32, 1);
        flash_attention().launch(device, grid, args)?;
        let (q, k, v) = (wide(&q), wide(&k), wide(&v));
        let mut expected = Vec::new();
        for head in 0..query_heads {
            let row = |all: &[f32], head: usize, token: usize| {
                let start = (head * tokens + token) * width;
                all[start..start + width].to_vec()
            };
            for query in 0..tokens {
                let own = row(&q, head, query);
                let score = |key| {
                    let other = row(&k, head / GROUP, key);
                    own.iter().zip(other).map(|(x, y)| x * y).sum::<f32>() * 0.25
                };
                let weights: Vec<f32> = (0..=query).map(|key| score(key).exp()).collect();
                let total: f32 = weights.iter().sum();
                expected.extend((0..width).map(|c| {
                    let terms = (0..=query).map(|key| weights[key] * row(&v, head / GROUP, key)[c]);
                    terms.sum::<f32>() / total
                }));
            }
        }
        compared += close("attention", &wide(&y.read()?), &expected, 2e-3)?;
    }
    Ok(compared)
}
