//! Vectors of two to four: stored, taken apart, put together, computed with.

use super::{check, run, unwatched};
use crate::conformance::Outcome;
use hesper_shader::{
    Argument, Device, Element, Grid, Kernel, ShaderType, Vec2, Vec3, Vec4, shader,
};

/// One kernel for each scalar type, the constructs being the same.
macro_rules! storage {
    ($($module:ident $scalar:ident;)*) => {$(
        mod $module {
            use hesper_shader::shader;

            shader! {
                #[workgroup_size(4)]
                pub(super) fn two(x: &[Vec2<$scalar>], y: &mut [Vec2<$scalar>]) {
                    let i = global_index();
                    if i < x.len() {
                        let v = x[x.len() - 1 - i];
                        y[i] = v.yx;
                        y[i].x += v.x;
                        y[i].y = y[i].y + y[i].x;
                    }
                }

                #[workgroup_size(4)]
                pub(super) fn three(x: &[Vec3<$scalar>], y: &mut [Vec3<$scalar>]) {
                    let i = global_index();
                    if i < x.len() {
                        let v = x[x.len() - 1 - i];
                        y[i] = v.zxy;
                        y[i].z += v.x;
                        y[i].y = y[i].x + y[i].z;
                    }
                }

                #[workgroup_size(4)]
                pub(super) fn four(x: &[Vec4<$scalar>], y: &mut [Vec4<$scalar>]) {
                    let i = global_index();
                    if i < x.len() {
                        let mut v = x[x.len() - 1 - i];
                        v.w = v.x + v.w;
                        v.a *= 2 as $scalar;
                        y[i] = v.wzyx;
                        y[i].b = v.r;
                        y[i].y -= y[i].x;
                    }
                }
            }
        }
    )*};
}

storage! { reals f32; signed i32; unsigned u32; }

shader! {
    #[workgroup_size(8)]
    fn swizzles(x: &[Vec4<i32>], y: &mut [Vec4<i32>]) {
        let i = global_index();
        if i < x.len() {
            let at = 6 * i;
            let v = x[i];
            y[at] = v.abgr;
            y[at + 1] = v.xxyy;
            let two = v.wy;
            let three = x[i].bgr;
            y[at + 2] = vec4(two.x, two.y, three.x, three.z);
            y[at + 3] = vec4(two.yx.x, three.zz.y, v.zyx.yx.x, v.x);
            y[at + 4] = vec3(v.w, 5, -v.z).zyxx;
            y[at + 5] = vec4(Vec2::splat(v.y).y, Vec3::splat(v.z).z, Vec4::splat(v.w).w, vec2(v.x, 1).x);
        }
    }

    #[workgroup_size(8)]
    fn integer_arithmetic(x: &[Vec2<i32>], y: &mut [Vec2<i32>]) {
        let i = global_index();
        if i < x.len() {
            let at = 9 * i;
            let v = x[i];
            y[at] = v + v.yx;
            y[at + 1] = v / v.yx;
            y[at + 2] = v % v.yx;
            y[at + 3] = 7 - v * 3;
            y[at + 4] = v / 0 + 100 % v;
            y[at + 5] = -v;
            y[at + 6] = v.max(v.yx).min(Vec2::splat(5)).abs();
            y[at + 7] = v.clamp(Vec2::splat(-3), Vec2::splat(3)) + sign(v);
            let mut w = v;
            w += v;
            w -= 3;
            w *= v.yx;
            w /= 2;
            w %= Vec2::splat(5);
            y[at + 8] = w;
        }
    }

    #[workgroup_size(8)]
    fn real_arithmetic(x: &[Vec3<f32>], y: &mut [Vec3<f32>]) {
        let i = global_index();
        if i < x.len() {
            let at = 10 * i;
            let v = x[i];
            let w = v.zxy;
            y[at] = v + w;
            y[at + 1] = 2.0 * v - w * 0.5;
            y[at + 2] = v / 4.0;
            y[at + 3] = v.mul_add(w, Vec3::splat(1.0));
            y[at + 4] = v.max(w) - v.min(w);
            y[at + 5] = v.ceil() + v.floor() * 2.0 + v.trunc() * 4.0 + v.round_ties_even() * 8.0;
            y[at + 6] = v.abs() + fract(v) + sign(v);
            y[at + 7] = step(v, w) + mix(v, w, Vec3::splat(0.5));
            y[at + 8] = v.clamp(-v.abs(), Vec3::splat(1.0));
            y[at + 9] = vec3(dot(v, w), dot(v.xy, w.yz), dot(v.xyzx, w.zzyx));
        }
    }
}

shader! {
    #[workgroup_size(8)]
    fn numbered(x: &[Vec4<i32>], y: &mut [Vec4<i32>]) {
        let tile = workgroup::<[Vec2<i32>; 8]>();
        let i = global_index();
        let lane = local_invocation_index();
        if i < x.len() {
            let v = x[i];
            let mut w = v.wzyx;
            let mut sum = 0;
            for k in 0u32..4 {
                sum += v[k] * (k as i32 + 1);
                w[3 - k] += x[i][k];
            }
            tile[lane] = vec2(0, 0);
            tile[lane][i % 2] = sum;
            w[2] = v[0] - w[3];
            y[2 * i] = vec4(sum, tile[lane][1], tile[lane][i % 2], x[i].zyx[1]);
            y[2 * i + 1] = w;
            y[2 * i + 1][(i + 1) % 2] *= 10;
        }
    }
}

pub(super) fn components_by_number(device: &Device) -> Outcome {
    let rows: Vec<[i32; 4]> = (0..19).map(|i| [i, 3 * i - 7, 50 - i * i, -i]).collect();
    let x: Vec<Vec4<i32>> = rows.iter().map(|row| Vec4::from(*row)).collect();
    let (x, mut y) = (
        device.upload(&x)?,
        device.zeros::<Vec4<i32>>(2 * rows.len())?,
    );
    super::judged(&numbered())?;
    let args = numbered::Args { x: &x, y: &mut y };
    numbered().launch(device, Grid::cover(rows.len()), args)?;
    let found = y.read()?;
    for (i, v) in rows.iter().enumerate() {
        let sum: i32 = (1..).zip(v).map(|(k, x)| k * x).sum();
        let odd = if i % 2 == 1 { sum } else { 0 };
        assert_eq!(found[2 * i], Vec4::from([sum, odd, sum, v[1]]), "{v:?}");
        let mut w = [v[3], v[2], v[1], v[0]];
        (0..4).for_each(|k| w[3 - k] += v[k]);
        w[2] = v[0] - w[3];
        w[(i + 1) % 2] *= 10;
        assert_eq!(found[2 * i + 1], Vec4::from(w), "{v:?}");
    }
    Ok(())
}

/// A number beyond the last component is told with its line, not read from elsewhere.
#[test]
fn a_component_that_a_vector_does_not_have_is_out_of_bounds() {
    shader! {
        #[workgroup_size(1)]
        fn beyond(x: &[u32], y: &mut [f32]) {
            let v = vec3(1.0, 2.0, 3.0);
            y[0] = v[x[0]];
        }
    }
    let device = Device::reference();
    let launch = |at: u32| {
        let x = device.upload(&[at]).unwrap();
        let mut y = device.zeros::<f32>(1).unwrap();
        let args = beyond::Args { x: &x, y: &mut y };
        beyond().launch(&device, Grid::cover(1), args)?;
        y.read().map_err(hesper_shader::Error::from)
    };
    assert_eq!(launch(2).unwrap(), [3.0]);
    let message = launch(3).unwrap_err().to_string();
    assert!(
        message.contains("reads `v` at index 3") && message.contains("vectors.rs:"),
        "{message}"
    );
}

fn stored<V, const N: usize, T: Copy>(
    device: &Device,
    kernel: &Kernel,
    rows: &[[T; N]],
    expected: impl Fn([T; N]) -> [T; N],
) -> Outcome
where
    V: Element + ShaderType + From<[T; N]>,
{
    let elements: Vec<V> = rows.iter().map(|row| V::from(*row)).collect();
    let x = device.upload(&elements)?;
    let mut y = device.zeros::<V>(rows.len())?;
    let arguments = vec![("x", Argument::read(&x)), ("y", Argument::write(&mut y))];
    kernel.launch_named(device, Grid::cover(rows.len()), arguments)?;
    let expected: Vec<V> = rows
        .iter()
        .rev()
        .map(|row| V::from(expected(*row)))
        .collect();
    assert_eq!(y.read()?, expected, "{}", V::TYPE);
    Ok(())
}

pub(super) fn components_in_buffers(device: &Device) -> Outcome {
    macro_rules! each {
        ($($module:ident $scalar:ident)*) => {$(
            let rows: Vec<[$scalar; 4]> = (1..=7u8).map(|i| [1, 10, 100, 3].map(|k: u8| $scalar::from(i) * $scalar::from(k))).collect();
            let rows2: Vec<[$scalar; 2]> = rows.iter().map(|r| [r[0], r[1]]).collect();
            let rows3: Vec<[$scalar; 3]> = rows.iter().map(|r| [r[0], r[1], r[2]]).collect();
            stored::<Vec2<$scalar>, 2, _>(device, &$module::two(), &rows2, |[x, y]| [y + x, x + y + x])?;
            stored::<Vec3<$scalar>, 3, _>(device, &$module::three(), &rows3, |[x, y, z]| [z, z + y + x, y + x])?;
            stored::<Vec4<$scalar>, 4, _>(device, &$module::four(), &rows, |[x, _, z, w]| {
                let w = (x + w) + (x + w);
                [w, z - w, x, x]
            })?;
        )*};
    }
    each! { reals f32 signed i32 unsigned u32 }
    Ok(())
}

pub(super) fn swizzled(device: &Device) -> Outcome {
    check(
        device,
        &swizzles(),
        &[
            [1, 2, 3, 4],
            [-5, 60, 700, 8000],
            [0, -1, i32::MIN, i32::MAX],
        ],
        &[
            ("abgr", |[x, y, z, w]| Vec4::from([w, z, y, x])),
            ("xxyy", |[x, y, ..]| Vec4::from([x, x, y, y])),
            ("wy, bgr", |[x, y, z, w]| Vec4::from([w, y, z, x])),
            ("of swizzles", |[x, y, ..]| Vec4::from([y, x, y, x])),
            ("of vec3", |[_, _, z, w]| {
                Vec4::from([z.wrapping_neg(), 5, w, w])
            }),
            ("splat", |[x, y, z, w]| Vec4::from([y, z, w, x])),
        ],
    )
}

pub(super) fn integers(device: &Device) -> Outcome {
    let device = &unwatched(device);
    let rows = [
        [7, -2],
        [-9, 4],
        [0, 3],
        [5, 0],
        [-1, i32::MIN],
        [1000, 46_341],
    ];
    let by = |op: fn(i32, i32) -> i32| move |[a, b]: [i32; 2]| [op(a, b), op(b, a)];
    let divided = |a: i32, b: i32| if b == 0 { a } else { a.wrapping_div(b) };
    let remainder = |a: i32, b: i32| if b == 0 { 0 } else { a.wrapping_rem(b) };
    let found = run::<_, Vec2<i32>>(device, &integer_arithmetic(), &rows, 9)?;
    for (row, found) in rows.into_iter().zip(found.chunks(9)) {
        let last = |a: i32, b: i32| {
            let w = a.wrapping_add(a).wrapping_sub(3).wrapping_mul(b);
            w / 2 % 5
        };
        let expected = [
            by(i32::wrapping_add)(row),
            by(divided)(row),
            by(remainder)(row),
            row.map(|a| 7i32.wrapping_sub(a.wrapping_mul(3))),
            row.map(|a| a.wrapping_add(remainder(100, a))),
            row.map(i32::wrapping_neg),
            by(|a, b| a.max(b).min(5).wrapping_abs())(row),
            row.map(|a| a.clamp(-3, 3) + a.signum()),
            by(last)(row),
        ];
        assert_eq!(found, expected.map(Vec2::from), "{row:?}");
    }
    Ok(())
}

pub(super) fn reals_and_functions(device: &Device) -> Outcome {
    let rows = [
        [1.0, 2.5, -3.25],
        [0.0, -0.5, 8.0],
        [-1.5, 0.75, 4.0],
        [3.5, 3.5, -2.0],
    ];
    let found = run::<_, Vec3<f32>>(device, &real_arithmetic(), &rows, 10)?;
    for (row, found) in rows.into_iter().zip(found.chunks(10)) {
        let [x, y, z] = row;
        let by = |op: fn(f32, f32) -> f32| [op(x, z), op(y, x), op(z, y)];
        let sign = |x: f32| if x == 0.0 { 0.0 } else { x.signum() };
        let expected = [
            by(|v, w| v + w),
            by(|v, w| 2.0 * v - w * 0.5),
            row.map(|v| v / 4.0),
            by(|v, w| v * w + 1.0),
            by(|v, w| (v - w).abs()),
            row.map(|v| v.ceil() + v.floor() * 2.0 + v.trunc() * 4.0 + v.round_ties_even() * 8.0),
            row.map(|v| v.abs() + (v - v.floor()) + sign(v)),
            by(|v, w| f32::from(u8::from(w >= v)) + (v + w) * 0.5),
            row.map(|v| v.clamp(-v.abs(), 1.0)),
            [
                x * z + y * x + z * y,
                x * x + y * y,
                x * y + y * y + z * x + x * z,
            ],
        ];
        assert_eq!(found, expected.map(Vec3::from), "{row:?}");
    }
    Ok(())
}
