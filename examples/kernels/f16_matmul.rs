//! A product of matrices in 16 bits: four by four results for each invocation, kept in registers, read four numbers at a time and summed in 32 bits.

use super::{Outcome, close, reals};
use hesper_shader::{Device, Grid, Vec4, f16, shader};

shader! {
    /// `c = a b`, of `rows` × `inner` and `inner` × `columns`; `inner` and `columns` are multiples of four, which the buffers hold at a time.
    #[workgroup_size(8, 8)]
    pub fn f16_matmul(a: &[Vec4<f16>], b: &[Vec4<f16>], c: &mut [Vec4<f16>], rows: u32, inner: u32, columns: u32) {
        let column = global_invocation_id().x;
        let first = 4 * global_invocation_id().y;
        let quads = columns / 4;
        if column >= quads || first >= rows {
            return;
        }
        let mut sums = [vec4(0.0, 0.0, 0.0, 0.0); 4];
        for k in 0..inner / 4 {
            let mut strip = [vec4(0.0, 0.0, 0.0, 0.0); 4];
            for j in 0..4 {
                strip[j] = b[(4 * k + j) * quads + column] as Vec4<f32>;
            }
            #[unroll]
            for r in 0..4 {
                if first + r < rows {
                    let x = a[(first + r) * (inner / 4) + k] as Vec4<f32>;
                    sums[r] += x.x * strip[0] + x.y * strip[1] + x.z * strip[2] + x.w * strip[3];
                }
            }
        }
        for r in 0..4 {
            if first + r < rows {
                c[(first + r) * quads + column] = sums[r] as Vec4<f16>;
            }
        }
    }
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for (rows, inner, columns) in [(1, 4, 4), (5, 8, 12), (37, 20, 36)] {
        let quads = |count: usize, seed| -> Vec<Vec4<f16>> {
            let quad = |c: &[f32]| Vec4::from([0, 1, 2, 3].map(|i| f16::from_f32(c[i])));
            reals(count, seed).chunks(4).map(quad).collect()
        };
        let wide = |quads: &[Vec4<f16>]| -> Vec<f32> {
            let parts = quads.iter().flat_map(|v| <[f16; 4]>::from(*v));
            parts.map(f16::to_f32).collect()
        };
        let (a, b) = (quads(rows * inner, 5), quads(inner * columns, 6));
        let (left, right) = (device.upload(&a)?, device.upload(&b)?);
        let mut c = device.zeros::<Vec4<f16>>(rows * columns / 4)?;
        let args = f16_matmul::Args {
            a: &left,
            b: &right,
            c: &mut c,
            rows: rows as u32,
            inner: inner as u32,
            columns: columns as u32,
        };
        f16_matmul().launch(device, Grid::cover_2d(columns / 4, rows.div_ceil(4)), args)?;
        let (a, b) = (wide(&a), wide(&b));
        let sum = |i: usize| -> f32 {
            let (row, column) = (i / columns, i % columns);
            (0..inner)
                .map(|k| a[row * inner + k] * b[k * columns + column])
                .sum()
        };
        let expected: Vec<f32> = (0..rows * columns).map(sum).collect();
        compared += close("products", &wide(&c.read()?), &expected, 2e-3)?;
    }
    Ok(compared)
}
