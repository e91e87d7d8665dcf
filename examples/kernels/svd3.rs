//! LU with pivots, and singular values and vectors, of matrices of three rows and columns, one for each invocation. Rotations of Jacobi's
//! make the columns perpendicular (M. R. Hestenes, "Inversion of matrices by biorthogonalization and related results", 1958).

use super::{Outcome, close, reals};
use hesper_shader::{Device, Grid, Mat3, Vec3, shader};

shader! {
    /// `U diag(s) Vᵀ`, the greatest singular value first.
    #[derive(Clone, Copy, Debug)]
    pub struct Svd {
        /// Columns of length 1, perpendicular.
        pub u: Mat3<f32>,
        /// Singular values.
        pub s: Vec3<f32>,
        /// Columns of length 1, perpendicular.
        pub v: Mat3<f32>,
    }

    /// `P A = L U`: the factors in one matrix, L's ones left out, and where each row came from.
    #[derive(Clone, Copy, Debug)]
    pub struct Lu {
        /// Above the diagonal and on it U, below it L.
        pub factors: Mat3<f32>,
        /// The row of the matrix that each row of the factors came from.
        pub rows: Vec3<u32>,
    }

    /// Turns two columns until they are perpendicular, and the same columns of `v` with them.
    fn rotate(a: &mut Mat3<f32>, v: &mut Mat3<f32>, p: u32, q: u32) {
        let (x, y) = ((*a)[p], (*a)[q]);
        let across = dot(x, y);
        if across.abs() > 1e-12 {
            let t = (dot(y, y) - dot(x, x)) / (2.0 * across);
            let tangent = if t < 0.0 { -1.0 } else { 1.0 } / (t.abs() + (1.0 + t * t).sqrt());
            let c = 1.0 / (1.0 + tangent * tangent).sqrt();
            let s = c * tangent;
            (*a)[p] = x * c - y * s;
            (*a)[q] = x * s + y * c;
            let (vx, vy) = ((*v)[p], (*v)[q]);
            (*v)[p] = vx * c - vy * s;
            (*v)[q] = vx * s + vy * c;
        }
    }

    fn swap_columns(m: &mut Mat3<f32>, p: u32, q: u32) {
        let kept = (*m)[p];
        (*m)[p] = (*m)[q];
        (*m)[q] = kept;
    }

    /// The decomposition of each matrix, of full rank.
    #[workgroup_size(32)]
    pub fn svd3(matrices: &[Mat3<f32>], results: &mut [Svd]) {
        let i = global_index();
        if i >= matrices.len() {
            return;
        }
        let mut a = matrices[i];
        let mut v = mat3(vec3(1.0, 0.0, 0.0), vec3(0.0, 1.0, 0.0), vec3(0.0, 0.0, 1.0));
        for _ in 0..8 {
            rotate(&mut a, &mut v, 0, 1);
            rotate(&mut a, &mut v, 0, 2);
            rotate(&mut a, &mut v, 1, 2);
        }
        // Sorted by length, in three exchanges.
        for k in 0u32..3 {
            let p = k % 2;
            if dot(a[p], a[p]) < dot(a[p + 1], a[p + 1]) {
                swap_columns(&mut a, p, p + 1);
                swap_columns(&mut v, p, p + 1);
            }
        }
        let s = vec3(length(a[0]), length(a[1]), length(a[2]));
        let mut u = a;
        for k in 0..3 {
            u[k] = a[k] / s[k].max(1e-20);
        }
        results[i] = Svd { u, s, v };
    }

    /// The factors of each matrix, of full rank.
    #[workgroup_size(32)]
    pub fn lu3(matrices: &[Mat3<f32>], results: &mut [Lu]) {
        let i = global_index();
        if i >= matrices.len() {
            return;
        }
        // By rows.
        let mut rows = [[0.0; 3]; 3];
        let mut places = [0u32, 1, 2];
        for r in 0..3 {
            for c in 0..3 {
                rows[r][c] = matrices[i][c][r];
            }
        }
        for k in 0u32..2 {
            let mut best = k;
            for r in k + 1..3 {
                if rows[r][k].abs() > rows[best][k].abs() {
                    best = r;
                }
            }
            for c in 0..3 {
                let kept = rows[k][c];
                rows[k][c] = rows[best][c];
                rows[best][c] = kept;
            }
            let kept = places[k];
            places[k] = places[best];
            places[best] = kept;
            for r in k + 1..3 {
                rows[r][k] /= rows[k][k];
                for c in k + 1..3 {
                    rows[r][c] -= rows[r][k] * rows[k][c];
                }
            }
        }
        for c in 0..3 {
            for r in 0..3 {
                results[i].factors[c][r] = rows[r][c];
            }
            results[i].rows[c] = places[c];
        }
    }
}

/// Element of row and column, from the columns.
fn at(m: &Mat3<f32>, row: usize, column: usize) -> f32 {
    <[f32; 3]>::from(m.columns[column])[row]
}

/// All nine, of rows and columns.
fn all(f: impl Fn(usize, usize) -> f32) -> Vec<f32> {
    (0..9).map(|k| f(k / 3, k % 3)).collect()
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for count in [1, 33] {
        let numbers = reals(9 * count, 3);
        let column = |c: &[f32]| Vec3 {
            x: c[0],
            y: c[1],
            z: c[2],
        };
        let matrix = |m: &[f32]| Mat3 {
            columns: [column(&m[..3]), column(&m[3..6]), column(&m[6..])],
        };
        let given: Vec<Mat3<f32>> = numbers.chunks(9).map(matrix).collect();
        let matrices = device.upload(&given)?;
        let zero = matrix(&[0.0; 9]);
        let s = Vec3::default();
        let mut results = device.upload(&vec![
            Svd {
                u: zero,
                s,
                v: zero
            };
            count
        ])?;
        let args = svd3::Args {
            matrices: &matrices,
            results: &mut results,
        };
        svd3().launch(device, Grid::cover(count), args)?;
        for (m, svd) in given.iter().zip(results.read()?) {
            let s = <[f32; 3]>::from(svd.s);
            let product = |r, c| {
                (0..3)
                    .map(|k| at(&svd.u, r, k) * s[k] * at(&svd.v, c, k))
                    .sum()
            };
            let unit = all(|r, c| f32::from(u8::from(r == c)));
            let gram = |m: &Mat3<f32>| all(|r, c| (0..3).map(|k| at(m, k, r) * at(m, k, c)).sum());
            compared += close("U s Vᵀ", &all(product), &all(|r, c| at(m, r, c)), 1e-4)?;
            compared += close("Uᵀ U", &gram(&svd.u), &unit, 1e-3)?;
            compared += close("Vᵀ V", &gram(&svd.v), &unit, 1e-4)?;
            if s[0] < s[1] || s[1] < s[2] {
                return Err(format!("not in order: {s:?}").into());
            }
        }
        let rows = Vec3::default();
        let mut results = device.upload(&vec![
            Lu {
                factors: zero,
                rows
            };
            count
        ])?;
        let args = lu3::Args {
            matrices: &matrices,
            results: &mut results,
        };
        lu3().launch(device, Grid::cover(count), args)?;
        for (m, lu) in given.iter().zip(results.read()?) {
            let rows = <[u32; 3]>::from(lu.rows);
            let lower = |r: usize, k: usize| if r == k { 1.0 } else { at(&lu.factors, r, k) };
            let product = |r: usize, c: usize| {
                (0..=r.min(c))
                    .map(|k| lower(r, k) * at(&lu.factors, k, c))
                    .sum()
            };
            let expected = all(|r, c| at(m, rows[r] as usize, c));
            compared += close("L U", &all(product), &expected, 1e-4)?;
        }
    }
    Ok(compared)
}
