//! A product of matrices, tile by tile; sizes are no multiples of the tile's.

use super::table::Kernel;
use hesper_shader::{Device, Error, Grid, shader};

const T: u32 = 4;

shader! {
    /// c = a · b, where a is m × k and b is k × n.
    #[workgroup_size(T, T)]
    fn matmul<const FAULT: u32>(a: &[f32], b: &[f32], c: &mut [f32], m: u32, n: u32, k: u32) {
        let left = workgroup::<[[f32; T]; T]>();
        let right = workgroup::<[[f32; T]; T]>();
        let at = local_invocation_id();
        let place = global_invocation_id();
        let row = place.y;
        let column = place.x;
        if FAULT == 1 {
            if row >= m || column >= n {
                return; // return
            }
        }
        let mut sum = 0.0;
        for tile in 0..(k + T - 1) / T {
            let inner = tile * T;
            if FAULT == 2 {
                left[at.y][at.x] = a[row * k + inner + at.x]; // unguarded
            } else if FAULT == 3 {
                if row < m && inner + at.x < k {
                    left[at.y][at.x] = a[row * k + inner + at.x];
                }
            } else {
                left[at.y][at.x] = if row < m && inner + at.x < k { a[row * k + inner + at.x] } else { 0.0 }; // left
            }
            if FAULT == 4 {
                right[at.x][at.x] = if inner + at.y < k && column < n { b[(inner + at.y) * n + column] } else { 0.0 }; // diagonal
            } else {
                right[at.y][at.x] = if inner + at.y < k && column < n { b[(inner + at.y) * n + column] } else { 0.0 };
            }
            if FAULT != 5 {
                workgroup_barrier(); // loaded
            }
            if FAULT == 6 {
                for i in 0..k {
                    sum += left[at.y][i] * right[i][at.x]; // all of k
                }
            } else {
                for i in 0..T {
                    sum += left[at.y][i] * right[i][at.x]; // product
                }
            }
            if FAULT != 7 {
                workgroup_barrier();
            }
        }
        if FAULT == 8 {
            c[row * n + column] = sum; // unguarded store
        } else if FAULT == 9 {
            if row < m && column < n {
                c[row * m + column] = sum; // wrong stride
            }
        } else if FAULT == 10 {
            // Each tile adds its part, with no dispatch of its own.
            if column < n {
                c[column] += sum; // to the first row
            }
        } else {
            if row < m && column < n {
                c[row * n + column] = sum;
            }
        }
    }
}

pub(super) const MATMUL: Kernel = Kernel {
    name: "matmul",
    run,
    file: file!(),
    source: include_str!("matmul.rs"),
    faults: FAULTS,
    subgroup_size: 32,
};

const FAULTS: &str = "
 1 | a return where there is no result    | divergent barrier | - @ loaded, 6 @ return                       | which returned at
 2 | no guard of the load                 | out of bounds     | 0,5 @ unguarded                              | reads `a` at index 30
 3 | nothing stored outside               | unwritten         | 0,5 @ product                                | reads `left[1][0]`
 4 | a tile indexed by one's column alone | race              | 0 @ diagonal, 0,1 @ diagonal                 | `right[0][0]` is written
 5 | no barrier after the loads           | race              | 0 @ left, 1 @ product                        | `left[0][0]` is written
 6 | as many products as there are rows   | out of bounds     | 0 @ all of k                                 | reads `left[0]` at index 4
 7 | no barrier before the next tile      | race              | 1 @ product, 0 @ left                        | `left[0][0]` is read
 8 | no guard of the store                | out of bounds     | 0,5 @ unguarded store                        | writes `c` at index 30
 9 | the stride of another matrix         | race              | 0,1 @ wrong stride, 5 @ wrong stride         | `c[5]` is written
10 | tiles that add to one result         | race              | 0,4 @ to the first row, 0 @ to the first row | `c[0]` is read
";

fn run(device: &Device, fault: u32) -> Result<(), Error> {
    let (m, n, k) = (5, 6, 6);
    let a: Vec<f32> = (0..m * k).map(|i| i as f32).collect();
    let b: Vec<f32> = (0..k * n).map(|i| 1.0 + (i % 5) as f32).collect();
    let (a, b) = (device.upload(&a)?, device.upload(&b)?);
    let mut c = device.zeros::<f32>(m * n)?;
    let args = matmul::Args {
        a: &a,
        b: &b,
        c: &mut c,
        m: m as u32,
        n: n as u32,
        k: k as u32,
    };
    let kernel = with_fault!(fault, matmul: 0 1 2 3 4 5 6 7 8 9 10);
    kernel.launch(device, Grid::cover_2d(n, m), args)
}
