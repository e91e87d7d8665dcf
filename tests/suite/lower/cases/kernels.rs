//! Kernels as people write them.

use hesper_shader::record::Recorder;
use hesper_shader::tree::*;

use crate::lower::build::{Kernel, at, place};

pub(crate) fn matmul() -> Tree {
    const TILE: u32 = 16;
    let mut k = Kernel::new("matmul");
    k.tree.docs = vec!["c = a·b, tiled.".into(), String::new(), "Row major.".into()];
    k.tree.workgroup_size = [TILE, TILE, 1];
    let a = k.read("a", Type::F32);
    let b_ = k.read("b", Type::F32);
    let c = k.write("c", Type::F32);
    let inner = k.uniform("inner", Scalar::U32);
    let tiles = [
        (a, k.workgroup("tile_a", Type::F32, &[TILE, TILE])),
        (b_, k.workgroup("tile_b", Type::F32, &[TILE, TILE])),
    ];
    k.body(|b| {
        let id = b.builtin(BuiltinValue::LocalInvocationId);
        let (x, y) = (b.component(id, 0), b.component(id, 1));
        let (x, y) = (b.named("x", x), b.named("y", y));
        let i = b.global_index();
        let acc = b.local("acc", Type::F32);
        let zero = b.f32("0");
        b.store(acc.clone(), zero);
        let k = b.uniform(inner, Scalar::U32);
        let width = b.u32(TILE);
        let trips = b.binary(BinaryOp::Divide, k, width);
        b.for_("t", trips, |b, t| {
            for (buffer, tile) in tiles {
                let start = b.binary(BinaryOp::Multiply, t, width);
                let from = b.binary(BinaryOp::Add, start, x);
                let value = b.load(at(buffer, from), Type::F32);
                let cell = [Step::Index(y), Step::Index(x)];
                b.store(place(Root::Workgroup(tile), &cell), value);
            }
            b.stmt(StmtKind::Barrier(Barrier::Workgroup));
            b.for_("j", width, |b, j| {
                let [left, right] =
                    [(0, y, j), (1, j, x)].map(|(n, row, column): (usize, _, _)| {
                        let cell = [Step::Index(row), Step::Index(column)];
                        b.load(place(Root::Workgroup(tiles[n].1), &cell), Type::F32)
                    });
                let old = b.load(acc.clone(), Type::F32);
                let new = b.math(Math::MulAdd, &[left, right, old]);
                b.store(acc.clone(), new);
            });
            b.stmt(StmtKind::Barrier(Barrier::Workgroup));
        });
        let total = b.load(acc, Type::F32);
        b.store(at(c, i), total);
    })
}

/// By the recorder: ranges, an `if` as a value, short-circuits, helpers that take buffers and workgroup arrays.
pub(crate) fn recorded() -> Tree {
    let kernel = Recorder::record("recorded", &[], [64, 1, 1], |h| {
        let x = h.storage::<f32>("x");
        let y = h.storage_mut::<f32>("y");
        let columns = h.uniform::<u32>("columns");
        let tile = h.workgroup_array::<f32>("tile", 64);
        let i = h.bind("i", h.global_index());
        let lane = h.bind("lane", h.local_invocation_index());
        let sum = h.var("sum", h.float("0"));
        let j = h.for_("j", h.range(h.int(3u32), columns).rev());
        h.store(sum, sum.get() + x.at(j).get() * h.float("2.0"));
        h.end_for();
        let k = h.for_("k", h.range(h.int(-4), h.int(9)).step_by(h.int(3u32)));
        h.store(sum, sum.get() + k.cast::<f32>().tanh());
        h.end_for();
        let mut call = h.call("tests::share", "", "share");
        let value = call.value("value", sum.get());
        let tile_arg = call.workgroup_array(tile);
        if call.enter() {
            h.store(tile_arg.at(h.local_invocation_index()), value);
            h.workgroup_barrier();
            call.returns(tile_arg.at(h.int(0u32)).get());
        }
        let first = h.bind("first", call.finish::<hesper_shader::Exp<'_, f32>>());
        h.and_(i.lt(y.len()));
        let positive = x.at(i).get().gt(first);
        let both = h.end_and(positive);
        h.if_(both);
        let accept = first.powi(3);
        h.else_();
        let reject = h.neg_infinity();
        let result = h.end_if_value(accept, reject);
        h.loop_();
        h.while_(lane.eq(h.int(7u32)));
        h.break_();
        h.end_loop();
        h.store(y.at(i), result);
    });
    kernel.tree().unwrap_or_else(|e| panic!("{e}")).to_tree()
}

/// A tree reduction in workgroup memory.
pub(crate) fn reduction() -> Tree {
    let mut k = Kernel::new("reduction");
    let x = k.read("x", Type::F32);
    let y = k.write("y", Type::F32);
    let shared = k.workgroup("shared", Type::F32, &[64]);
    let cell = |i| place(Root::Workgroup(shared), &[Step::Index(i)]);
    k.body(|b| {
        let i = b.global_index();
        let lane = b.builtin(BuiltinValue::LocalInvocationIndex);
        let group = b.builtin(BuiltinValue::WorkgroupIndex);
        let n = b.length(x);
        let best = b.local("best", Type::F32);
        let least = b.expr(ExprKind::NegInfinity, Type::F32);
        b.store(best.clone(), least);
        let inside = b.binary(BinaryOp::Less, i, n);
        b.if_(inside, |b| {
            let value = b.load(at(x, i), Type::F32);
            b.store(best.clone(), value);
        });
        let value = b.load(best, Type::F32);
        b.store(cell(lane), value);
        b.stmt(StmtKind::Barrier(Barrier::Workgroup));
        let (six, width) = (b.u32(6), b.u32(32));
        b.for_("step", six, |b, step| {
            let stride = b.binary(BinaryOp::ShiftRight, width, step);
            b.named("stride", stride);
            let active = b.binary(BinaryOp::Less, lane, stride);
            b.if_(active, |b| {
                let other = b.binary(BinaryOp::Add, lane, stride);
                let right = b.load(cell(other), Type::F32);
                let left = b.load(cell(lane), Type::F32);
                let greater = b.math(Math::Max, &[left, right]);
                b.store(cell(lane), greater);
            });
            b.stmt(StmtKind::Barrier(Barrier::Workgroup));
        });
        let zero = b.u32(0);
        let first = b.binary(BinaryOp::Equal, lane, zero);
        b.if_(first, |b| {
            let result = b.load(cell(zero), Type::F32);
            b.store(at(y, group), result);
        });
    })
}

pub(crate) fn relu() -> Tree {
    let mut k = Kernel::new("relu");
    k.tree.docs = vec!["y = max(x, 0), elementwise.".into()];
    let x = k.read("x", Type::F32);
    let y = k.write("y", Type::F32);
    k.body(|b| {
        let i = b.global_index();
        b.named("i", i);
        let n = b.length(y);
        let inside = b.binary(BinaryOp::Less, i, n);
        b.if_(inside, |b| {
            let value = b.load(at(x, i), Type::F32);
            let zero = b.f32("0");
            let result = b.math(Math::Max, &[value, zero]);
            b.store(at(y, i), result);
        });
    })
}
