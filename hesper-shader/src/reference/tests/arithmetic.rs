//! One line for each operation: a kernel `out[i] = f(a[i], b[i])` and its rows.

use super::{record, run_unwatched, same};
use crate::record::builtins::{dot, fract, inverse_sqrt, mix, sign, splat2, step, vec2, vec3};
use crate::reference::Binding;
use crate::{Element, Exp, Memory, ShaderType, Vec2, Vec3};
use std::f32::consts::PI;

const MIN: i32 = i32::MIN;
const MAX: i32 = i32::MAX;
const INF: f32 = f32::INFINITY;
const NAN: f32 = f32::NAN;

fn memory<'a, T: Element>(values: impl Iterator<Item = &'a T> + Clone) -> Memory<f32> {
    T::to_memory(values).remove(0)
}

#[track_caller]
fn rows2<A: Element + ShaderType, B: Element + ShaderType, O: Element + ShaderType>(
    f: impl for<'m> Fn(Exp<'m, A>, Exp<'m, B>) -> Exp<'m, O>,
    rows: &[(A, B, O)],
) {
    let kernel = record([4, 1, 1], |h| {
        let (a, b) = (h.storage::<A>("a"), h.storage::<B>("b"));
        let out = h.storage_mut::<O>("out");
        let i = h.global_index();
        h.if_(i.lt(out.len()));
        h.store(out.at(i), f(a.at(i).get(), b.at(i).get()));
        h.end_if();
    });
    let a = memory(rows.iter().map(|row| &row.0));
    let b = memory(rows.iter().map(|row| &row.1));
    let expected = memory(rows.iter().map(|row| &row.2));
    let mut out = expected.clone();
    match &mut out {
        Memory::F32(v) => v.fill(-77.0),
        Memory::I32(v) => v.fill(-77),
        Memory::U32(v) => v.fill(77),
        Memory::Bool(v) => v.fill(true),
    }
    let groups = [rows.len().div_ceil(4) as u32, 1, 1];
    let mut bindings = [
        Binding::Read(&a),
        Binding::Read(&b),
        Binding::Write(&mut out),
    ];
    assert_eq!(run_unwatched(&kernel, groups, &mut bindings), Ok(()));
    same(&out, &expected);
}

#[track_caller]
fn rows1<A: Element + ShaderType, O: Element + ShaderType>(
    f: impl for<'m> Fn(Exp<'m, A>) -> Exp<'m, O>,
    rows: &[(A, O)],
) {
    let rows: Vec<_> = rows.iter().map(|(a, o)| (*a, *a, *o)).collect();
    rows2(|a, _| f(a), &rows);
}

#[test]
#[rustfmt::skip]
fn signed_integers() {
    rows2(|a, b| a + b, &[(1, 2, 3), (MAX, 1, MIN), (MIN, -1, MAX)]);
    rows2(|a, b| a - b, &[(1, 2, -1), (MIN, 1, MAX)]);
    rows2(|a, b| a * b, &[(-3, 4, -12), (MAX, 2, -2), (MIN, -1, MIN)]);
    rows2(|a, b| a / b, &[(7, 2, 3), (-7, 2, -3), (5, 0, 5), (0, 0, 0), (MIN, -1, MIN), (MIN, 0, MIN)]);
    rows2(|a, b| a % b, &[(7, 2, 1), (-7, 2, -1), (7, -2, 1), (5, 0, 0), (MIN, -1, 0)]);
    rows2(|a, b| a & b, &[(6, 3, 2), (-1, 5, 5)]);
    rows2(|a, b| a | b, &[(6, 3, 7)]);
    rows2(|a, b| a ^ b, &[(6, 3, 5)]);
    rows2(|a, b| a << b, &[(1, 4u32, 16), (1, 32, 1), (1, 33, 2), (-1, 31, MIN)]);
    rows2(|a, b| a >> b, &[(-16, 2u32, -4), (MIN, 31, -1), (8, 35, 1)]);
    rows2(|a, b| a.max(b), &[(1, 2, 2), (MIN, MAX, MAX)]);
    rows2(|a, b| a.min(b), &[(1, 2, 1), (MIN, MAX, MIN)]);
    rows2(|a, b| a.clamp(b, b), &[(5, 2, 2), (MIN, 3, 3)]);
    rows2(|a, b| a.clamp(b, b - b), &[(5, 3, 0), (-5, -3, -3)]);
    rows1(|a| -a, &[(1, -1), (MIN, MIN)]);
    rows1(|a| !a, &[(0, -1), (MAX, MIN)]);
    rows1(|a| a.abs(), &[(-3, 3), (MIN, MIN)]);
    rows1(sign, &[(-3, -1), (0, 0), (MAX, 1)]);
}

#[test]
#[rustfmt::skip]
fn unsigned_integers() {
    rows2(|a, b| a + b, &[(1u32, 2u32, 3u32), (u32::MAX, 1, 0)]);
    rows2(|a, b| a - b, &[(1u32, 2u32, u32::MAX)]);
    rows2(|a, b| a * b, &[(65_536u32, 65_536u32, 0u32)]);
    rows2(|a, b| a / b, &[(7u32, 2u32, 3u32), (7, 0, 7)]);
    rows2(|a, b| a % b, &[(7u32, 4u32, 3u32), (7, 0, 0)]);
    rows2(|a, b| a << b, &[(1u32, 31u32, 1 << 31), (3, 32, 3)]);
    rows2(|a, b| a >> b, &[(1u32 << 31, 31u32, 1u32), (3, 33, 1)]);
    rows2(|a, b| a.max(b).min(b), &[(7u32, 4u32, 4u32)]);
    rows1(|a| !a, &[(0u32, u32::MAX)]);
}

#[test]
#[rustfmt::skip]
fn comparisons() {
    rows2(|a, b| a.lt(b).cast::<u32>(), &[(1, 2, 1), (2, 1, 0), (MIN, MAX, 1)]);
    rows2(|a, b| a.lt(b).cast::<u32>(), &[(1u32, u32::MAX, 1)]);
    rows2(|a, b| a.ge(b).cast::<u32>(), &[(2, 2, 1), (1, 2, 0)]);
    rows2(|a, b| a.gt(b).cast::<u32>(), &[(2, 2, 0), (3, 2, 1)]);
    rows2(|a, b| a.le(b).cast::<u32>(), &[(1.0f32, 2.0f32, 1), (NAN, 1.0, 0), (-0.0, 0.0, 1)]);
    rows2(|a, b| a.eq(b).cast::<u32>(), &[(1.0f32, 1.0f32, 1), (NAN, NAN, 0), (-0.0, 0.0, 1)]);
    rows2(|a, b| a.ne(b).cast::<u32>(), &[(1.0f32, 1.0f32, 0), (NAN, NAN, 1)]);
    rows2(|a, b| a.lt(b).ne(b.lt(a)).cast::<i32>(), &[(1, 0, 1), (2, 2, 0)]);
    rows2(|a, b| (a.lt(b) & !b.eq(b)).cast::<i32>(), &[(0, 1, 0)]);
    rows2(|a, b| (a.lt(b) & b.eq(b)).cast::<f32>(), &[(0, 1, 1.0f32), (1, 0, 0.0)]);
    rows2(|a, b| (a.lt(b) | b.lt(a)).cast::<u32>(), &[(0.0f32, -0.0f32, 0), (NAN, 0.0, 0), (1.0, 2.0, 1)]);
    rows2(|a, b| (a.lt(b) ^ a.le(b)).cast::<u32>(), &[(1u32, 0u32, 0), (2, 2, 1), (2, 3, 0)]);
}

#[test]
#[rustfmt::skip]
fn conversions() {
    rows1(|a| a.cast::<i32>(), &[(1.9f32, 1), (-1.9, -1), (3e9, MAX), (-INF, MIN), (NAN, 0)]);
    rows1(|a| a.cast::<u32>(), &[(1.9f32, 1u32), (-1.9, 0), (4294967040.0, 4294967040), (INF, u32::MAX), (NAN, 0)]);
    rows1(|a| a.cast::<f32>(), &[(-3, -3.0f32), (16_777_217, 16_777_216.0)]);
    rows1(|a| a.cast::<f32>(), &[(u32::MAX, 4_294_967_296.0f32)]);
    rows1(|a| a.cast::<u32>(), &[(-1, u32::MAX)]);
    rows1(|a| a.cast::<i32>(), &[(u32::MAX, -1)]);
}

#[test]
#[rustfmt::skip]
fn reals() {
    rows2(|a, b| a + b, &[(1.0f32, 2.0f32, 3.0f32), (16_777_216.0, 1.0, 16_777_216.0)]);
    rows2(|a, b| a / b, &[(1.0f32, 0.0f32, INF), (0.0, 0.0, NAN)]);
    rows2(|a, b| a % b, &[(5.5f32, 2.0f32, 1.5f32), (-5.5, 2.0, -1.5), (5.5, -2.0, 1.5), (1.0, 0.0, NAN)]);
    rows2(|a, b| a.max(b), &[(1.0f32, 2.0f32, 2.0f32)]);
    rows2(|a, b| a.clamp(b, b + b), &[(0.0f32, 1.0f32, 1.0f32), (1.5, 1.0, 1.5), (9.0, 1.0, 2.0)]);
    rows2(|a, b| a.powf(b), &[(2.0f32, 3.0f32, 8.0f32), (-2.0, 2.0, NAN), (0.0, 2.0, 0.0)]);
    rows2(|a, b| a.mul_add(b, a), &[(2.0f32, 3.0f32, 8.0f32)]);
    rows2(step, &[(1.0f32, 1.0f32, 1.0f32), (1.0, 0.5, 0.0), (1.0, NAN, 0.0)]);
    rows2(|a, b| mix(a, b, b), &[(2.0f32, 0.25f32, 1.5625f32)]);
    rows1(|a| a.powi(-2), &[(2.0f32, 0.25f32), (0.0, INF)]);
    rows1(|a| -a, &[(0.0f32, -0.0f32)]);
    rows1(|a| a.abs(), &[(-2.0f32, 2.0f32), (-0.0, 0.0)]);
    rows1(sign, &[(-2.0f32, -1.0f32), (0.0, 0.0), (-0.0, 0.0), (INF, 1.0), (NAN, 0.0)]);
    rows1(fract, &[(1.25f32, 0.25f32), (-1.25, 0.75)]);
    rows1(|a| a.floor(), &[(-1.5f32, -2.0f32)]);
    rows1(|a| a.ceil(), &[(-1.5f32, -1.0f32)]);
    rows1(|a| a.trunc(), &[(-1.5f32, -1.0f32), (1.5, 1.0)]);
    rows1(|a| a.round_ties_even(), &[(0.5f32, 0.0f32), (1.5, 2.0), (2.5, 2.0), (-2.5, -2.0)]);
    rows1(|a| a.sqrt(), &[(4.0f32, 2.0f32), (-1.0, NAN)]);
    rows1(inverse_sqrt, &[(4.0f32, 0.5f32), (0.0, INF)]);
    rows1(|a| a.exp(), &[(0.0f32, 1.0f32), (-INF, 0.0), (100.0, INF)]);
    rows1(|a| a.exp2(), &[(3.0f32, 8.0f32)]);
    rows1(|a| a.ln(), &[(1.0f32, 0.0f32), (0.0, -INF), (-1.0, NAN)]);
    rows1(|a| a.log2(), &[(8.0f32, 3.0f32)]);
    rows1(|a| a.sin(), &[(0.0f32, 0.0f32), (PI / 2.0, 1.0)]);
    rows1(|a| a.cos(), &[(0.0f32, 1.0f32), (PI, -1.0)]);
    rows1(|a| a.tan(), &[(0.0f32, 0.0f32)]);
    rows1(|a| a.sinh(), &[(0.0f32, 0.0f32)]);
    rows1(|a| a.cosh(), &[(0.0f32, 1.0f32)]);
    rows1(|a| a.tanh(), &[(0.0f32, 0.0f32), (100.0, 1.0)]);
}

#[test]
#[rustfmt::skip]
fn vectors() {
    let v2 = |x: f32, y: f32| Vec2 { x, y };
    let v3 = |x: i32, y: i32, z: i32| Vec3 { x, y, z };
    rows2(|a, b| a + b, &[(v3(1, 2, MAX), v3(4, 5, 1), v3(5, 7, MIN)), (v3(0, 0, 0), v3(1, 2, 3), v3(1, 2, 3))]);
    rows2(|a, b| a * b, &[(v2(1.0, 2.0), 3.0f32, v2(3.0, 6.0)), (v2(-1.0, 0.5), 2.0, v2(-2.0, 1.0))]);
    rows2(dot, &[(v2(1.0, 2.0), v2(3.0, 4.0), 11.0f32), (v2(0.0, 1.0), v2(5.0, -1.0), -1.0)]);
    rows2(|a, b| mix(a, b, splat2(b.x())), &[(v2(1.0, 2.0), v2(0.5, 4.0), v2(0.75, 3.0))]);
    rows2(|a, b| vec2(a.y(), b.x()), &[(v2(1.0, 2.0), v2(3.0, 4.0), v2(2.0, 3.0))]);
    rows1(|a| vec3(a.z(), a.y(), a.x()), &[(v3(1, 2, 3), v3(3, 2, 1)), (v3(4, 5, 6), v3(6, 5, 4))]);
    rows1(|a| -a, &[(v3(1, -2, MIN), v3(-1, 2, MIN))]);
    rows1(|a| a.sqrt(), &[(v2(4.0, 9.0), v2(2.0, 3.0)), (v2(0.0, 1.0), v2(0.0, 1.0))]);
    rows1(|a| a.clamp(splat2(a.x()), splat2(a.y())), &[(v2(1.0, 2.0), v2(1.0, 2.0)), (v2(3.0, 2.0), v2(2.0, 2.0))]);
}
