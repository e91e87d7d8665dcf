//! Matrices: products, columns, transposes and determinants, in buffers, by value, in variables and through helpers.

use crate::conformance::Outcome;
use hesper_shader::{
    Device, Grid, Mat, Mat2, Mat2x3, Mat3, Mat3x2, Mat4, Mat4x3, Vec2, Vec3, Vec4, shader,
};

shader! {
    fn turned(m: Mat3<f32>, by: Mat3<f32>) -> Mat3<f32> {
        by * m * by.transpose()
    }

    #[workgroup_size(8)]
    fn square(m: &[Mat3<f32>], v: &[Vec3<f32>], by: Mat3<f32>, out: &mut [Mat3<f32>], y: &mut [Vec3<f32>], d: &mut [f32]) {
        let i = global_index();
        if i < m.len() {
            let a = m[i];
            out[4 * i] = turned(a, by);
            out[4 * i + 1] = a + by - 2.0 * a;
            let mut b = -a * 0.5;
            b[1] = v[i];
            b[i % 3].y += 1.0;
            out[4 * i + 2] = b;
            out[4 * i + 3] = a;
            out[4 * i + 3][0].z = by[i % 3].x;
            y[3 * i] = a * v[i];
            y[3 * i + 1] = v[i] * a;
            y[3 * i + 2] = if i % 2 == 0 { a[2] } else { m[i][1] };
            d[i] = a.determinant();
        }
    }

    #[workgroup_size(8)]
    fn oblong(a: &[Mat2x3<f32>], b: &[Mat3x2<f32>], c: &[Mat4x3<f32>], p: &mut [Mat3<f32>], q: &mut [Mat2<f32>], r: &mut [Vec4<f32>], d: &mut [f32]) {
        let i = global_index();
        if i < a.len() {
            p[i] = a[i] * b[i];
            let product = b[i] * a[i];
            q[i] = product;
            let v = a[i] * vec2(1.0, -2.0);
            r[i] = v * c[i] + vec4(1.0, 2.0, 3.0, 4.0) * c[i].transpose() * c[i];
            let whole = mat4(r[i], vec4(0.0, 1.0, 0.0, 2.0), vec4(3.0, 0.0, 1.0, 0.0), vec4(1.0, 1.0, 0.0, 1.0));
            d[2 * i] = product.determinant();
            d[2 * i + 1] = whole.determinant();
        }
    }
}

/// A matrix as rows of `f64`, from its columns.
type Rows = Vec<Vec<f64>>;

fn rows<V: Copy, const R: usize, const C: usize>(m: &Mat<V, C>) -> Rows
where
    [f32; R]: From<V>,
{
    let columns = m.columns.map(<[f32; R]>::from);
    (0..R)
        .map(|r| columns.iter().map(|c| f64::from(c[r])).collect())
        .collect()
}

fn product(a: &Rows, b: &Rows) -> Rows {
    let dot = |row: &Vec<f64>, c: usize| row.iter().zip(b).map(|(x, row)| x * row[c]).sum();
    a.iter()
        .map(|row| (0..b[0].len()).map(|c| dot(row, c)).collect())
        .collect()
}

fn transposed(a: &Rows) -> Rows {
    (0..a[0].len())
        .map(|c| a.iter().map(|row| row[c]).collect())
        .collect()
}

fn combined(a: &Rows, x: f64, b: &Rows, y: f64) -> Rows {
    let row =
        |(a, b): (&Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(a, b)| x * a + y * b).collect();
    a.iter().zip(b).map(row).collect()
}

/// By elimination, unlike the kernel's.
fn determinant(a: &Rows) -> f64 {
    let mut a = a.clone();
    let mut result = 1.0;
    for k in 0..a.len() {
        let pivot = (k..a.len())
            .max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs()))
            .unwrap();
        if a[pivot][k] == 0.0 {
            return 0.0;
        }
        if pivot != k {
            a.swap(pivot, k);
            result = -result;
        }
        result *= a[k][k];
        let pivots = a[k].clone();
        for row in &mut a[k + 1..] {
            let factor = row[k] / pivots[k];
            for (x, above) in row.iter_mut().zip(&pivots).skip(k) {
                *x -= factor * above;
            }
        }
    }
    result
}

fn column(rows: &[f64]) -> Rows {
    rows.iter().map(|x| vec![*x]).collect()
}

/// Numbers whose products and sums are exact, in a pattern of no symmetry.
fn number(n: usize) -> f32 {
    ((n * 7 + n * n * 3) % 13) as f32 - 6.0
}

fn vector<V: From<[f32; R]>, const R: usize>(n: usize) -> V {
    V::from(std::array::from_fn(|r| number(n + 5 * r)))
}

fn matrix<V: From<[f32; R]>, const R: usize, const C: usize>(n: usize) -> Mat<V, C> {
    Mat {
        columns: std::array::from_fn(|c| vector::<V, R>(n + 11 * c)),
    }
}

#[track_caller]
fn same(found: Rows, expected: &Rows, what: &str) {
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-4 * (1.0 + b.abs());
    let fits = found
        .iter()
        .flatten()
        .zip(expected.iter().flatten())
        .all(close);
    assert!(
        fits && !found.is_empty(),
        "{what}: {found:?}, expected {expected:?}"
    );
}

pub(super) fn of_three(device: &Device) -> Outcome {
    let count = 11;
    let m: Vec<Mat3<f32>> = (0..count).map(matrix).collect();
    let v: Vec<Vec3<f32>> = (0..count).map(|n| vector(n + 2)).collect();
    let by: Mat3<f32> = matrix(40);
    let (given, vectors) = (device.upload(&m)?, device.upload(&v)?);
    let mut out = device.zeros::<Mat3<f32>>(4 * count)?;
    let mut y = device.zeros::<Vec3<f32>>(3 * count)?;
    let mut d = device.zeros::<f32>(count)?;
    let args = square::Args {
        m: &given,
        v: &vectors,
        by,
        out: &mut out,
        y: &mut y,
        d: &mut d,
    };
    square().launch(device, Grid::cover(count), args)?;
    let (out, y, d) = (out.read()?, y.read()?, d.read()?);
    let by_rows = rows::<_, 3, 3>(&by);
    for i in 0..count {
        let a = rows::<_, 3, 3>(&m[i]);
        let turned = product(&product(&by_rows, &a), &transposed(&by_rows));
        same(
            rows::<_, 3, 3>(&out[4 * i]),
            &turned,
            "by * m * by.transpose()",
        );
        same(
            rows::<_, 3, 3>(&out[4 * i + 1]),
            &combined(&by_rows, 1.0, &a, -1.0),
            "a + by - 2 a",
        );
        let mut b = transposed(&combined(&a, -0.5, &a, 0.0));
        b[1] = <[f32; 3]>::from(v[i]).map(f64::from).to_vec();
        b[i % 3][1] += 1.0;
        same(
            rows::<_, 3, 3>(&out[4 * i + 2]),
            &transposed(&b),
            "columns assigned",
        );
        let mut whole = a.clone();
        whole[2][0] = by_rows[0][i % 3];
        same(
            rows::<_, 3, 3>(&out[4 * i + 3]),
            &whole,
            "a component assigned",
        );
        let vector = <[f32; 3]>::from(v[i]).map(f64::from);
        let found = |n: usize| column(&<[f32; 3]>::from(y[3 * i + n]).map(f64::from));
        same(found(0), &product(&a, &column(&vector)), "m * v");
        same(
            found(1),
            &product(&transposed(&a), &column(&vector)),
            "v * m",
        );
        let chosen = if i % 2 == 0 { 2 } else { 1 };
        same(found(2), &column(&transposed(&a)[chosen]), "a column");
        same(
            vec![vec![f64::from(d[i])]],
            &vec![vec![determinant(&a)]],
            "determinant",
        );
    }
    Ok(())
}

pub(super) fn of_other_shapes(device: &Device) -> Outcome {
    let count = 9;
    let a: Vec<Mat2x3<f32>> = (0..count).map(matrix).collect();
    let b: Vec<Mat3x2<f32>> = (0..count).map(|n| matrix(n + 3)).collect();
    let c: Vec<Mat4x3<f32>> = (0..count).map(|n| matrix(n + 8)).collect();
    let (given_a, given_b, given_c) = (device.upload(&a)?, device.upload(&b)?, device.upload(&c)?);
    assert_eq!(given_c.read()?, c);
    let mut p = device.zeros::<Mat3<f32>>(count)?;
    let mut q = device.zeros::<Mat2<f32>>(count)?;
    let mut r = device.zeros::<Vec4<f32>>(count)?;
    let mut d = device.zeros::<f32>(2 * count)?;
    let args = oblong::Args {
        a: &given_a,
        b: &given_b,
        c: &given_c,
        p: &mut p,
        q: &mut q,
        r: &mut r,
        d: &mut d,
    };
    oblong().launch(device, Grid::cover(count), args)?;
    let (p, q, r, d) = (p.read()?, q.read()?, r.read()?, d.read()?);
    for i in 0..count {
        let (a, b, c) = (
            rows::<_, 3, 2>(&a[i]),
            rows::<_, 2, 3>(&b[i]),
            rows::<_, 3, 4>(&c[i]),
        );
        same(
            rows::<_, 3, 3>(&p[i]),
            &product(&a, &b),
            "3 by 2 times 2 by 3",
        );
        let small = product(&b, &a);
        same(rows::<_, 2, 2>(&q[i]), &small, "2 by 3 times 3 by 2");
        let v = product(&a, &column(&[1.0, -2.0]));
        // A row times Cᵗ C, by columns: Cᵗ C times the column, since it is symmetric.
        let gram = product(
            &transposed(&c),
            &product(&c, &column(&[1.0, 2.0, 3.0, 4.0])),
        );
        let expected = combined(&product(&transposed(&c), &v), 1.0, &gram, 1.0);
        let found = <[f32; 4]>::from(r[i]).map(f64::from);
        same(column(&found), &expected, "rows times matrices");
        let whole = Mat4 {
            columns: [
                r[i],
                Vec4 {
                    x: 0.0,
                    y: 1.0,
                    z: 0.0,
                    w: 2.0,
                },
                Vec4 {
                    x: 3.0,
                    y: 0.0,
                    z: 1.0,
                    w: 0.0,
                },
                Vec4 {
                    x: 1.0,
                    y: 1.0,
                    z: 0.0,
                    w: 1.0,
                },
            ],
        };
        let determinants = [determinant(&small), determinant(&rows::<_, 4, 4>(&whole))];
        let found = [f64::from(d[2 * i]), f64::from(d[2 * i + 1])];
        same(column(&found), &column(&determinants), "determinants");
    }
    Ok(())
}

/// What lies between the columns is never seen.
pub(super) fn come_back(device: &Device) -> Outcome {
    let m: Vec<[Mat<Vec3<f32>, 2>; 2]> = (0..3).map(|n| [matrix(n), matrix(n + 4)]).collect();
    assert_eq!(device.upload(&m)?.read()?, m);
    let pairs: Vec<Mat2<f32>> = (0..5).map(matrix::<Vec2<f32>, 2, 2>).collect();
    assert_eq!(device.upload(&pairs)?.read()?, pairs);
    Ok(())
}
