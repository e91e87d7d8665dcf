//! Control flow in which each lane goes its own way.

use super::{check_lanes, record, run_f32};
use crate::Memory;
use crate::reference::Binding;
use crate::tree::ScalarValue;

#[test]
fn each_lane_has_its_own_trip_count() {
    check_lanes(
        21,
        |h, i, out| {
            let sum = h.var("sum", h.int(0u32));
            let k = h.for_("k", h.range(h.int(0u32), i));
            h.store(sum, sum.get() + k);
            h.end_for();
            h.store(out.at(i), sum.get());
        },
        |i| (0..i).sum(),
    );
}

#[test]
fn break_and_continue_leave_the_innermost_loop() {
    check_lanes(
        30,
        |h, i, out| {
            let (sum, j) = (h.var("sum", h.int(0u32)), h.var("j", h.int(0u32)));
            let a = h.for_("a", h.range(h.int(0u32), i));
            h.if_(a.eq(h.int(3u32)));
            h.continue_();
            h.end_if();
            h.store(j, h.int(0u32));
            h.loop_();
            h.if_(j.get().ge(a));
            h.break_();
            h.end_if();
            h.store(j, j.get() + h.int(1u32));
            h.if_((j.get() % h.int(2u32)).eq(h.int(1u32)));
            h.continue_();
            h.end_if();
            h.store(sum, sum.get() + a * j.get());
            h.end_loop();
            h.if_(sum.get().gt(h.int(100u32)));
            h.break_();
            h.end_if();
            h.end_for();
            h.store(out.at(i), sum.get());
        },
        |i| {
            let mut sum = 0;
            for a in (0..i).filter(|a| *a != 3) {
                sum += (1..=a)
                    .filter(|j| j.is_multiple_of(2))
                    .map(|j| a * j)
                    .sum::<u32>();
                if sum > 100 {
                    break;
                }
            }
            sum
        },
    );
}

#[test]
fn lanes_return_early() {
    check_lanes(
        20,
        |h, i, out| {
            h.store(out.at(i), h.int(7u32));
            h.if_(i.lt(h.int(3u32)));
            h.return_();
            h.end_if();
            let k = h.for_("k", h.range(h.int(0u32), h.int(100u32)));
            h.if_((k * k).gt(i));
            h.store(out.at(i), k);
            h.return_();
            h.end_if();
            h.end_for();
            h.store(out.at(i), h.int(9u32));
        },
        |i| match i {
            0..3 => 7,
            _ => (0..100).find(|k| k * k > i).unwrap_or(9),
        },
    );
}

fn collatz(mut n: u32) -> u32 {
    let mut steps = 0;
    while n != 1 {
        n = if n.is_multiple_of(2) {
            n / 2
        } else {
            3 * n + 1
        };
        steps += 1;
    }
    steps
}

#[test]
fn helpers_return_from_within_loops_and_call_helpers() {
    check_lanes(
        40,
        |h, i, out| {
            let steps = |n| {
                let mut call = h.call("collatz", "", "collatz");
                let n: crate::Exp<'_, u32> = call.value("n", n);
                if call.enter() {
                    let (x, steps) = (h.var("x", n), h.var("steps", h.int(0u32)));
                    h.loop_();
                    h.if_(x.get().eq(h.int(1u32)));
                    h.return_value(steps.get());
                    h.end_if();
                    let mut half = h.call("next", "", "next");
                    let n = half.value("n", x.get());
                    if half.enter() {
                        h.if_((n % h.int(2u32)).eq(h.int(0u32)));
                        h.return_value(n / h.int(2u32));
                        h.end_if();
                        half.returns(h.int(3u32) * n + h.int(1u32));
                    }
                    h.store(x, half.finish::<crate::Exp<'_, u32>>());
                    h.store(steps, steps.get() + h.int(1u32));
                    h.end_loop();
                }
                call.finish::<crate::Exp<'_, u32>>()
            };
            // Some lanes call it twice, in both arms of a branch.
            let first = steps(i + h.int(1u32));
            h.if_(i.lt(h.int(5u32)));
            h.store(out.at(i), first + steps(i + h.int(2u32)));
            h.else_();
            h.store(out.at(i), first * steps(i + h.int(3u32)));
            h.end_if();
        },
        |i| match i {
            0..5 => collatz(i + 1) + collatz(i + 2),
            _ => collatz(i + 1) * collatz(i + 3),
        },
    );
}

#[test]
fn branches_join_and_shortcuts_skip() {
    check_lanes(
        20,
        |h, i, out| {
            let parity = i % h.int(2u32);
            h.if_(parity.eq(h.int(0u32)));
            let a = h.var("a", i).get() * h.int(3u32);
            h.else_();
            let b = h.var("b", i).get() + h.int(100u32);
            let joined = h.end_if_value(a, b);
            // The right side would read beyond the end.
            h.and_(i.gt(h.int(1000u32)));
            let both = h.end_and(out.at(i + h.int(1000u32)).get().eq(h.int(0u32)));
            h.if_(both);
            h.store(out.at(i), h.int(0u32));
            h.else_();
            h.end_if();
            h.store(out.at(i), joined);
        },
        |i| if i.is_multiple_of(2) { i * 3 } else { i + 100 },
    );
}

#[test]
fn a_let_is_a_value_and_components_are_places() {
    check_lanes(
        9,
        |h, i, out| {
            let v = h.var("v", crate::record::builtins::vec3(i, i + h.int(1u32), i));
            let (old, two) = (v.y().get(), h.int(2u32));
            h.if_((i % two).eq(h.int(0u32)));
            h.store(v.y(), v.x().get() * two);
            h.store(v.z(), old);
            h.end_if();
            let v = v.get();
            h.store(
                out.at(i),
                v.x() + v.y() * h.int(100u32) + v.z() * h.int(10_000u32),
            );
        },
        |i| match i % 2 {
            0 => i + 200 * i + 10_000 * (i + 1),
            _ => i + 100 * (i + 1) + 10_000 * i,
        },
    );
}

#[test]
fn ids_count_x_fastest() {
    let kernel = record([2, 3, 2], |h| {
        let out = h.storage_mut::<u32>("out");
        let (g, l, w, n) = (
            h.global_invocation_id(),
            h.local_invocation_id(),
            h.workgroup_id(),
            h.num_workgroups(),
        );
        let local = (l.z() * h.int(3u32) + l.y()) * h.int(2u32) + l.x();
        let group = (w.z() * n.y() + w.y()) * n.x() + w.x();
        let agree = local.eq(h.local_invocation_index())
            & group.eq(h.workgroup_index())
            & (w.x() * h.int(2u32) + l.x()).eq(g.x())
            & (w.y() * h.int(3u32) + l.y()).eq(g.y())
            & (w.z() * h.int(2u32) + l.z()).eq(g.z())
            & (group * h.int(12u32) + local).eq(h.global_index());
        let i = h.global_index();
        h.store(out.at(i), i * h.int(2u32) + agree.cast::<u32>());
    });
    let mut out = Memory::U32(vec![0; 12 * 30]);
    assert_eq!(
        run_f32(&kernel, [2, 3, 5], &mut [Binding::Write(&mut out)]),
        Ok(())
    );
    assert_eq!(out, Memory::U32((0..360).map(|i| 2 * i + 1).collect()));
}

#[test]
fn uniforms_and_lengths_are_the_bindings() {
    let kernel = record([4, 1, 1], |h| {
        let x = h.storage::<crate::Vec3<f32>>("x");
        let y = h.storage_mut::<f32>("y");
        let (a, n) = (h.uniform::<f32>("a"), h.uniform::<i32>("n"));
        let (m, on) = (h.uniform::<u32>("m"), h.uniform::<bool>("on"));
        let i = h.global_index();
        let sum = a + n.cast::<f32>() + m.cast::<f32>() + on.cast::<f32>();
        h.store(y.at(i), sum + x.len().cast::<f32>() + y.len().cast::<f32>());
    });
    let (x, mut y) = (Memory::F32(vec![0.0; 6]), Memory::F32(vec![0.0; 4]));
    let mut bindings = [
        Binding::Read(&x),
        Binding::Write(&mut y),
        Binding::Value(ScalarValue::F32(0.5)),
        Binding::Value(ScalarValue::I32(-10)),
        Binding::Value(ScalarValue::U32(100)),
        Binding::Value(ScalarValue::Bool(true)),
    ];
    assert_eq!(run_f32(&kernel, [1, 1, 1], &mut bindings), Ok(()));
    assert_eq!(y, Memory::F32(vec![97.5; 4]));
}
