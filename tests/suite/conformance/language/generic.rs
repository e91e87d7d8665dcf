//! Kernels and helpers for `f32` and `f16` alike, each as if it had been written for the one type.

use super::halves::has_halves;
use crate::conformance::Outcome;
use hesper_shader::{Device, Float, Grid, f16, shader};

shader! {
    /// Σ a·x[k] over N numbers from `first` on.
    fn scaled_sum<T: Float, const N: u32>(a: T, x: &[T], first: u32) -> T {
        let mut sum = 0.0 as T;
        for k in 0..N {
            sum += a * x[first + k];
        }
        sum
    }

    fn applied<T: Float>(x: T, f: impl Fn(T) -> T) -> T {
        f(x)
    }

    fn exchange<T: Float>(a: &mut T, b: &mut T) {
        let first = *a;
        *a = *b;
        *b = first;
    }

    #[workgroup_size(8)]
    fn of_any_real<T: Float, const N: u32>(
        x: &[T],
        rows: &[Vec4<T>],
        y: &mut [T],
        wide: &mut [f32],
        a: T,
        #[comptime] shift: T,
    ) {
        let sums = workgroup::<[T; 8]>();
        let i = global_index();
        let lane = local_invocation_index();
        sums[lane] = shift;
        if i < rows.len() {
            sums[lane] = scaled_sum::<T, N>(a, x, N * i);
        }
        workgroup_barrier();
        if i < rows.len() {
            let at = 6 * i;
            let row: Vec4<T> = rows[i];
            let v = vec2(sums[lane], row.x);
            let scaled = v * a - a * v.yx;
            y[at] = applied(scaled.x, |z| z - shift).max(scaled.y);
            let (mut low, mut high) = (row.y, row.z);
            if low > high {
                exchange(&mut low, &mut high);
            }
            y[at + 1] = high - low;
            let matrix = mat2(v, scaled);
            y[at + 2] = (matrix * vec2(1.0 as T, 2.0 as T)).x;
            let list = [row.x, -row.w, a];
            y[at + 3] = list[i % 3].abs();
            y[at + 4] = (i as T) + (7u32 as T);
            y[at + 5] = if all(row == row) { row.w.floor() } else { shift };
            wide[i] = row.w as f32 + (row.z as i32 as f32);
        }
    }
}

/// What the kernel computes for one row; each operation rounds to `T`.
fn expected<T: Float, const N: usize>(x: &[T], row: [T; 4], i: usize, a: T, shift: T) -> [T; 6] {
    let of = |x: f32| T::from_f32(x);
    let add = |x: T, y: T| of(x.to_f32() + y.to_f32());
    let subtract = |x: T, y: T| of(x.to_f32() - y.to_f32());
    let times = |x: T, y: T| of(x.to_f32() * y.to_f32());
    let greater = |x: T, y: T| if x > y { x } else { y };
    let sum = x[N * i..][..N]
        .iter()
        .fold(of(0.0), |sum, x| add(sum, times(a, *x)));
    let scaled = [
        subtract(times(sum, a), times(a, row[0])),
        subtract(times(row[0], a), times(a, sum)),
    ];
    let distance = of((row[1].to_f32() - row[2].to_f32()).abs());
    let listed = [row[0], row[3], a][i % 3].to_f32().abs();
    [
        greater(subtract(scaled[0], shift), scaled[1]),
        distance,
        add(sum, times(scaled[0], of(2.0))),
        of(listed),
        of(i as f32 + 7.0),
        of(row[3].to_f32().floor()),
    ]
}

/// Multiples of an eighth: what is computed of them is exact in both types, whatever a device fuses.
fn number<T: Float>(i: usize) -> T {
    T::from_f32(((i * 37) % 41) as f32 / 8.0 - 2.0)
}

fn judge<T: Float, const N: usize>(
    device: &Device,
    kernel: &hesper_shader::Kernel,
    shift: T,
) -> Outcome {
    for len in [1, 7, 8, 19] {
        let x: Vec<T> = (0..N * len).map(number).collect();
        let rows: Vec<[T; 4]> = (0..len)
            .map(|i| [0, 1, 2, 3].map(|k| number(5 * i + k + 3)))
            .collect();
        let vectors: Vec<hesper_shader::Vec4<T>> = rows.iter().map(|row| (*row).into()).collect();
        let a = T::from_f32(0.5);
        let (x_buffer, rows_buffer) = (device.upload(&x)?, device.upload(&vectors)?);
        let (mut y, mut wide) = (device.zeros::<T>(6 * len)?, device.zeros::<f32>(len)?);
        let args = of_any_real::Args {
            x: &x_buffer,
            rows: &rows_buffer,
            y: &mut y,
            wide: &mut wide,
            a,
        };
        kernel.launch(device, Grid::cover(len), args)?;
        let (y, wide) = (y.read()?, wide.read()?);
        for (i, row) in rows.iter().enumerate() {
            let expected = expected::<T, N>(&x, *row, i, a, shift);
            assert_eq!(y[6 * i..][..6], expected, "row {i} of {len}");
            let sum = row[3].to_f32() + row[2].to_f32().trunc();
            assert_eq!(wide[i], sum, "row {i} of {len}");
        }
    }
    Ok(())
}

pub(super) fn in_f32(device: &Device) -> Outcome {
    judge::<f32, 1>(device, &of_any_real::<f32, 1>(0.25), 0.25)?;
    judge::<f32, 3>(device, &of_any_real::<f32, 3>(-1.5), -1.5)
}

pub(super) fn in_f16(device: &Device) -> Outcome {
    if !has_halves(device)? {
        return Ok(());
    }
    let shift = [0.25, -1.5].map(f16::from_f32);
    judge::<f16, 1>(device, &of_any_real::<f16, 1>(shift[0]), shift[0])?;
    judge::<f16, 3>(device, &of_any_real::<f16, 3>(shift[1]), shift[1])
}

/// A kernel in `f32` needs nothing of a device, and is the same each time it is asked for.
#[test]
fn each_type_has_a_kernel_of_its_own() -> Outcome {
    let (narrow, wide) = (
        of_any_real::<f16, 2>(f16::from_f32(0.5)),
        of_any_real::<f32, 2>(0.5),
    );
    assert!(narrow.wgsl()?.contains("enable f16;"));
    assert!(!wide.wgsl()?.contains("f16"), "{}", wide.wgsl()?);
    assert_eq!(wide.wgsl()?, of_any_real::<f32, 2>(0.5).wgsl()?);
    Ok(())
}
