//! Control flow, functions and names.

use hesper_shader::tree::*;

use crate::lower::build::{Body, Kernel, at, place};

pub(crate) fn early_return() -> Tree {
    let mut k = Kernel::new("early_return");
    let x = k.write("x", Type::F32);
    let sign = k.helper("sign_of", &[("x", Type::F32)], Some(Type::F32), |b| {
        let x = b.argument(0);
        let zero = b.f32("0");
        let positive = b.binary(BinaryOp::Greater, x, zero);
        b.if_else(
            positive,
            |b| {
                let one = b.f32("1");
                b.stmt(StmtKind::Return(Some(one)));
            },
            |b| {
                let one = b.f32("-1");
                b.stmt(StmtKind::Return(Some(one)));
            },
        );
    });
    k.body(|b| {
        let i = b.global_index();
        let n = b.length(x);
        let outside = b.binary(BinaryOp::GreaterEqual, i, n);
        b.if_(outside, |b| b.stmt(StmtKind::Return(None)));
        let value = b.load(at(x, i), Type::F32);
        let result = b.call(sign, &[value], Some(Type::F32)).expect("a result");
        b.named("result", result);
        b.store(at(x, i), result);
        b.stmt(StmtKind::Return(None));
    })
}

pub(crate) fn empty() -> Tree {
    Kernel::new("empty").body(|_| {})
}

/// Helpers that call helpers, and use builtin values, lengths and uniforms.
pub(crate) fn helpers() -> Tree {
    let mut k = Kernel::new("helpers");
    let x = k.read("x", Type::F32);
    let y = k.write("y", Type::F32);
    let n = k.uniform("n", Scalar::U32);
    let tile = k.workgroup("tile", Type::F32, &[64]);
    let row = k.helper("row", &[], Some(Type::U32), |b| {
        let group = b.builtin(BuiltinValue::WorkgroupIndex);
        let n = b.uniform(n, Scalar::U32);
        let row = b.binary(BinaryOp::Multiply, group, n);
        b.stmt(StmtKind::Return(Some(row)));
    });
    let fetch = k.helper("fetch", &[("x", Type::U32)], Some(Type::F32), |b| {
        let offset = b.argument(0);
        let start = b.call(row, &[], Some(Type::U32)).expect("a result");
        let i = b.global_index();
        let i = b.binary(BinaryOp::Add, i, offset);
        let i = b.binary(BinaryOp::Add, i, start);
        let len = b.length(x);
        let i = b.binary(BinaryOp::Remainder, i, len);
        let value = b.load(at(x, i), Type::F32);
        b.stmt(StmtKind::Return(Some(value)));
    });
    let share = k.helper("share", &[("value", Type::F32)], None, |b| {
        let value = b.argument(0);
        let lane = b.builtin(BuiltinValue::LocalInvocationIndex);
        b.store(place(Root::Workgroup(tile), &[Step::Index(lane)]), value);
        b.stmt(StmtKind::Barrier(Barrier::Workgroup));
    });
    k.body(|b| {
        let (zero, one) = (b.u32(0), b.u32(1));
        let offset = b.binary(BinaryOp::Add, one, one);
        let value = b.call(fetch, &[offset], Some(Type::F32)).expect("a result");
        // The trip count is uniform although it comes through a helper's argument.
        let group = b.builtin(BuiltinValue::WorkgroupIndex);
        b.for_("", group, |b, _| {
            b.call(share, &[value], None);
            b.stmt(StmtKind::Barrier(Barrier::Storage));
        });
        b.call(row, &[], Some(Type::U32));
        let first = place(Root::Workgroup(tile), &[Step::Index(zero)]);
        let shared = b.load(first, Type::F32);
        let i = b.global_index();
        b.store(at(y, i), shared);
    })
}

pub(crate) fn loops() -> Tree {
    let mut k = Kernel::new("loops");
    let x = k.write("x", Type::U32);
    k.body(|b| {
        let i = b.global_index();
        let sum = b.local("sum", Type::U32);
        let (zero, three, ten) = (b.u32(0), b.u32(3), b.u32(10));
        b.store(sum.clone(), zero);
        b.for_("i", ten, |b, i| {
            b.for_("j", i, |b, j| {
                let odd = b.binary(BinaryOp::Remainder, j, three);
                let odd = b.binary(BinaryOp::Equal, odd, zero);
                b.if_(odd, |b| b.stmt(StmtKind::Continue));
                let big = b.binary(BinaryOp::Greater, j, three);
                b.if_(big, |b| b.stmt(StmtKind::Break));
                let old = b.load(sum.clone(), Type::U32);
                let new = b.binary(BinaryOp::Add, old, j);
                b.store(sum.clone(), new);
            });
        });
        b.loop_(|b| {
            let old = b.load(sum.clone(), Type::U32);
            let small = b.binary(BinaryOp::Less, old, ten);
            b.if_else(
                small,
                |b| b.stmt(StmtKind::Break),
                |b| {
                    let new = b.binary(BinaryOp::Divide, old, three);
                    b.store(sum.clone(), new);
                    b.stmt(StmtKind::Continue);
                },
            );
        });
        let total = b.load(sum, Type::U32);
        b.store(at(x, i), total);
    })
}

/// Names that are reserved somewhere, taken twice, or no identifiers.
pub(crate) fn names() -> Tree {
    let mut k = Kernel::new("main");
    k.tree.docs = vec!["Ends in \\".into(), "two\nlines\u{2028}or three\\".into()];
    let x = k.read("x", Type::F32);
    let x_len = k.uniform("x_len", Scalar::F32);
    let params = k.write("params", Type::F32);
    let half = k.helper("half", &[("x", Type::F32)], Some(Type::F32), |b| {
        let x = b.argument(0);
        b.stmt(StmtKind::Return(Some(x)));
    });
    k.body(|b| {
        let n = b.length(x);
        let scale = b.uniform(x_len, Scalar::F32);
        for name in [
            "for", "x", "x1", "half", "float", "größe", "__a", "_", "params", "vec3",
        ] {
            let local = b.local(name, Type::F32);
            b.store(local.clone(), scale);
            let value = b.load(local, Type::F32);
            b.named(name, value);
            let result = b.call(half, &[value], Some(Type::F32)).expect("a result");
            b.store(at(params, n), result);
        }
    })
}

/// As deep as lowering allows.
pub(crate) fn nesting() -> Tree {
    fn nest(b: &mut Body, condition: ExprId, depth: u32, end: &mut dyn FnMut(&mut Body)) {
        if depth == 0 {
            return end(b);
        }
        b.if_(condition, |b| nest(b, condition, depth - 1, end));
    }
    let mut k = Kernel::new("nesting");
    let x = k.write("x", Type::U32);
    k.body(|b| {
        let i = b.global_index();
        let n = b.length(x);
        let inside = b.binary(BinaryOp::Less, i, n);
        nest(b, inside, 56, &mut |b| {
            b.for_("i", n, |b, j| b.for_("j", n, |b, _| b.store(at(x, i), j)));
        });
    })
}
