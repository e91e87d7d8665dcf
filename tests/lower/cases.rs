//! Kernels that between them use every kind of expression and statement.

use hesper_shader::tree::*;

use crate::build::{Body, Kernel, at, place};

const VEC3: Type = Type::vector(3, Scalar::F32);

/// Every case with its name.
pub const CASES: &[(&str, fn() -> Tree)] = &[
    ("arithmetic", arithmetic),
    ("bool_vectors", bool_vectors),
    ("builtins", builtins),
    ("constants_at_run_time", constants_at_run_time),
    ("conversions", conversions),
    ("deep_chain", deep_chain),
    ("early_return", early_return),
    ("empty", empty),
    ("extreme_literals", extreme_literals),
    ("helpers", helpers),
    ("loops", loops),
    ("math", math),
    ("matmul", matmul),
    ("names", names),
    ("nesting", nesting),
    ("reduction", reduction),
    ("relu", relu),
    ("shifts_and_divisions", shifts_and_divisions),
    ("uniforms", uniforms),
    ("vectors", vectors),
];

fn empty() -> Tree {
    Kernel::new("empty").body(|_| {})
}

pub fn relu() -> Tree {
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

/// Every binary and unary operator on scalars and vectors of every type it takes.
fn arithmetic() -> Tree {
    use BinaryOp::*;
    let mut k = Kernel::new("arithmetic");
    let f = k.write("f", Type::F32);
    let s = k.write("s", Type::I32);
    let u = k.write("u", Type::U32);
    k.body(|b| {
        let i = b.global_index();
        for (buffer, ty) in [(f, Type::F32), (s, Type::I32), (u, Type::U32)] {
            let a = b.load(at(buffer, i), ty);
            let va = b.splat(a, 3);
            let integer = ty.scalar.is_integer();
            let mut last = a;
            for op in [Add, Subtract, Multiply, Divide, Remainder] {
                last = b.binary(op, last, a);
                let v = b.binary(op, va, va);
                let v = b.component(v, 1);
                last = b.binary(Add, last, v);
            }
            for op in [And, Or, Xor].into_iter().filter(|_| integer) {
                last = b.binary(op, last, a);
            }
            for op in [ShiftLeft, ShiftRight].into_iter().filter(|_| integer) {
                let by = b.convert(a, Scalar::U32);
                last = b.binary(op, last, by);
                let by = b.splat(by, 3);
                b.binary(op, va, by);
            }
            for op in [Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual] {
                let truth = b.binary(op, last, a);
                last = b.select(truth, last, a);
            }
            if ty.scalar != Scalar::U32 {
                last = b.unary(UnaryOp::Negate, last);
                b.unary(UnaryOp::Negate, va);
            }
            if integer {
                last = b.unary(UnaryOp::Not, last);
                b.unary(UnaryOp::Not, va);
            }
            b.store(at(buffer, i), last);
        }
    })
}

fn bool_vectors() -> Tree {
    use BinaryOp::*;
    let mut k = Kernel::new("bool_vectors");
    let x = k.read("x", VEC3);
    let y = k.write("y", VEC3);
    k.body(|b| {
        let i = b.global_index();
        let v = b.load(at(x, i), VEC3);
        let zero = b.f32("0.0");
        let zero = b.splat(zero, 3);
        let mut truth = b.binary(Greater, v, zero);
        for op in [And, Or, Xor, Equal, NotEqual] {
            let other = b.binary(Less, v, zero);
            truth = b.binary(op, truth, other);
        }
        truth = b.unary(UnaryOp::Not, truth);
        let mut any = b.component(truth, 0);
        for op in [And, Or, Xor, Equal, NotEqual] {
            let other = b.component(truth, 2);
            any = b.binary(op, any, other);
        }
        any = b.unary(UnaryOp::Not, any);
        let seen = b.local("seen", Type::vector(3, Scalar::Bool));
        b.store(seen.clone(), truth);
        let truth = b.load(seen, Type::vector(3, Scalar::Bool));
        let ones = b.convert(truth, Scalar::F32);
        let chosen = b.select(any, ones, v);
        b.store(at(y, i), chosen);
    })
}

fn builtins() -> Tree {
    let mut k = Kernel::new("builtins");
    k.tree.workgroup_size = [4, 4, 2];
    let y = k.write("y", Type::U32);
    k.body(|b| {
        for (n, builtin) in (0..).zip(BuiltinValue::ALL) {
            let mut value = b.builtin(builtin);
            if !b.ty(value).is_scalar() {
                value = b.component(value, 2);
            }
            let n = b.u32(n);
            b.store(at(y, n), value);
        }
    })
}

/// Constant expressions whose value WGSL would refuse when it compiles the shader.
fn constants_at_run_time() -> Tree {
    use BinaryOp::*;
    let mut k = Kernel::new("constants_at_run_time");
    let f = k.write("f", Type::F32);
    let s = k.write("s", Type::I32);
    k.body(|b| {
        let i = b.global_index();
        let (huge, zero, minus) = (b.f32("1e38"), b.f32("0"), b.f32("-1"));
        let greatest = b.f32("3.4028234663852886e38");
        for value in [
            b.binary(Multiply, huge, huge),
            b.binary(Add, greatest, greatest),
            b.binary(Divide, huge, zero),
            b.binary(Remainder, huge, zero),
            b.math(Math::Sqrt, &[minus]),
            b.math(Math::Ln, &[zero]),
            b.math(Math::Exp, &[huge]),
            b.math(Math::Clamp, &[zero, huge, minus]),
            b.unary(UnaryOp::Negate, zero),
        ] {
            b.store(at(f, i), value);
        }
        let x = b.load(at(f, i), Type::F32);
        let clamped = b.math(Math::Clamp, &[x, huge, minus]);
        b.store(at(f, i), clamped);
        let (least, one, two, none) = (b.i32(i32::MIN), b.i32(-1), b.i32(2), b.i32(0));
        let thirty = b.u32(30);
        let sum = b.compose(&[one, two]);
        let sum = b.component(sum, 1);
        for value in [
            b.binary(Subtract, least, two),
            b.binary(Divide, least, one),
            b.binary(Remainder, least, one),
            b.binary(Remainder, two, none),
            b.binary(ShiftLeft, two, thirty),
            b.binary(Multiply, sum, least),
        ] {
            b.store(at(s, i), value);
        }
    })
}

fn conversions() -> Tree {
    use Scalar::*;
    let mut k = Kernel::new("conversions");
    let f = k.write("f", Type::F32);
    let n = k.uniform("n", I32);
    k.body(|b| {
        let i = b.global_index();
        let n = b.uniform(n, I32);
        for size in [1, 2, 3, 4] {
            for from in [F32, I32, U32, Bool] {
                for to in [F32, I32, U32, Bool] {
                    let mut value = b.convert(n, from);
                    if size > 1 {
                        value = b.splat(value, size);
                    }
                    value = b.convert(value, to);
                    value = b.convert(value, F32);
                    if size > 1 {
                        value = b.component(value, size - 1);
                    }
                    b.store(at(f, i), value);
                }
            }
        }
        let huge = b.f32("1e20");
        let saturated = b.convert(huge, I32);
        let back = b.convert(saturated, F32);
        b.store(at(f, i), back);
    })
}

/// 2000 single-use operations, each the operand of the next.
fn deep_chain() -> Tree {
    let mut k = Kernel::new("deep_chain");
    let x = k.write("x", Type::F32);
    k.body(|b| {
        let i = b.global_index();
        let mut value = b.load(at(x, i), Type::F32);
        let step = b.f32("0.1");
        for n in 0..2000 {
            value = match n % 3 {
                0 => b.binary(BinaryOp::Add, value, step),
                1 => b.math(Math::Sin, &[value]),
                _ => b.math(Math::Clamp, &[value, step, step]),
            };
        }
        b.store(at(x, i), value);
    })
}

fn early_return() -> Tree {
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

fn extreme_literals() -> Tree {
    let mut k = Kernel::new("extreme_literals");
    let x = k.write("x", Type::F32);
    k.body(|b| {
        for (n, text) in (0..).zip([
            "3.4028234663852886e38",
            "-3.4028234663852886e38",
            "3.4028235e38",
            "3.4028233e38",
            "1.1754944e-38",
            "1e-45",
            "-1e-60",
            "0",
            "16777217",
            "0.1",
        ]) {
            let (i, value) = (b.u32(n), b.f32(text));
            b.store(at(x, i), value);
        }
        let i = b.u32(10);
        let least = b.expr(ExprKind::NegInfinity, Type::F32);
        b.store(at(x, i), least);
        let again = b.expr(ExprKind::NegInfinity, Type::F32);
        let negated = b.unary(UnaryOp::Negate, again);
        b.store(at(x, i), negated);
        for value in [i32::MIN, i32::MAX, -1] {
            let value = b.i32(value);
            let value = b.convert(value, Scalar::F32);
            b.store(at(x, i), value);
        }
    })
}

/// Helpers that call helpers, and use builtin values, lengths and uniforms.
fn helpers() -> Tree {
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
        b.call(row, &[], None);
        let first = place(Root::Workgroup(tile), &[Step::Index(zero)]);
        let shared = b.load(first, Type::F32);
        let i = b.global_index();
        b.store(at(y, i), shared);
    })
}

fn loops() -> Tree {
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

/// Every builtin function on every type it takes.
fn math() -> Tree {
    let mut k = Kernel::new("math");
    let f = k.write("f", Type::F32);
    k.body(|b| {
        let i = b.global_index();
        let value = b.load(at(f, i), Type::F32);
        for math in Math::ALL {
            for scalar in [Scalar::F32, Scalar::I32, Scalar::U32] {
                for size in [1, 2, 3, 4] {
                    let ty = Type::vector(size, scalar);
                    let operands = vec![ty; math.arity()];
                    if math.result(&operands).is_none() {
                        continue;
                    }
                    let mut operand = b.convert(value, scalar);
                    if size > 1 {
                        operand = b.splat(operand, size);
                    }
                    let mut result = b.math(*math, &vec![operand; math.arity()]);
                    if !b.ty(result).is_scalar() {
                        result = b.component(result, 0);
                    }
                    let result = b.convert(result, Scalar::F32);
                    b.store(at(f, i), result);
                }
            }
        }
    })
}

fn matmul() -> Tree {
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

/// Names that are reserved somewhere, taken twice, or no identifiers.
fn names() -> Tree {
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
fn nesting() -> Tree {
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

/// A tree reduction in workgroup memory.
fn reduction() -> Tree {
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

fn shifts_and_divisions() -> Tree {
    use BinaryOp::*;
    let mut k = Kernel::new("shifts_and_divisions");
    let x = k.write("x", Type::I32);
    k.body(|b| {
        let i = b.global_index();
        let value = b.load(at(x, i), Type::I32);
        let by_value = b.convert(value, Scalar::U32);
        let amounts = [b.u32(0), b.u32(31), b.u32(32), b.u32(40), by_value];
        for amount in amounts {
            let pair = (b.splat(value, 2), b.splat(amount, 2));
            let one = b.u32(1);
            let mixed = b.compose(&[amount, one]);
            for op in [ShiftLeft, ShiftRight] {
                let shifted = b.binary(op, value, amount);
                b.store(at(x, i), shifted);
                for amounts in [pair.1, mixed] {
                    let shifted = b.binary(op, pair.0, amounts);
                    let shifted = b.component(shifted, 1);
                    b.store(at(x, i), shifted);
                }
            }
        }
        for divisor in [0, -1, 3, i32::MIN] {
            let divisor = b.i32(divisor);
            let one = b.i32(1);
            let pair = (b.splat(value, 2), b.splat(divisor, 2));
            let mixed = b.compose(&[one, divisor]);
            for op in [Divide, Remainder] {
                let result = b.binary(op, value, divisor);
                b.store(at(x, i), result);
                for divisors in [pair.1, mixed] {
                    let result = b.binary(op, pair.0, divisors);
                    let result = b.component(result, 1);
                    b.store(at(x, i), result);
                }
            }
        }
    })
}

fn uniforms() -> Tree {
    let mut k = Kernel::new("uniforms");
    let eps = k.uniform("eps", Scalar::F32);
    let x = k.read("x", Type::F32);
    let causal = k.uniform("causal", Scalar::Bool);
    let y = k.write("y", Type::F32);
    let n = k.uniform("n", Scalar::I32);
    k.body(|b| {
        let i = b.global_index();
        let (eps, causal) = (b.uniform(eps, Scalar::F32), b.uniform(causal, Scalar::Bool));
        let n = b.uniform(n, Scalar::I32);
        let n = b.convert(n, Scalar::F32);
        let len = b.length(x);
        let len = b.convert(len, Scalar::F32);
        let sum = b.binary(BinaryOp::Add, n, len);
        let sum = b.select(causal, sum, eps);
        b.if_(causal, |b| b.store(at(y, i), sum));
    })
}

/// Components and vectors of every size, in every memory.
fn vectors() -> Tree {
    let mut k = Kernel::new("vectors");
    let types = [2, 3, 4].map(|size| Type::vector(size, Scalar::F32));
    let buffers = types.map(|ty| k.write(&format!("v{}", ty.size), ty));
    let shared = types.map(|ty| k.workgroup(&format!("w{}", ty.size), ty, &[4, 2, 8]));
    let single = k.workgroup("single", VEC3, &[]);
    let flags = k.workgroup("flags", Type::vector(3, Scalar::Bool), &[5]);
    k.body(|b| {
        let i = b.global_index();
        let (zero, one) = (b.u32(0), b.u32(1));
        for (n, ty) in types.into_iter().enumerate() {
            let value = b.load(at(buffers[n], i), ty);
            let last = ty.size - 1;
            let indices = [zero, one, i].map(Step::Index);
            let cell = place(Root::Workgroup(shared[n]), &indices);
            b.store(cell.clone(), value);
            let mut part = cell;
            part.path.push(Step::Component(last));
            let component = b.component(value, last);
            b.store(part.clone(), component);
            let component = b.load(part, Type::F32);
            let local = b.local("local", ty);
            let spread = b.splat(component, ty.size);
            b.store(local.clone(), spread);
            let mut part = local.clone();
            part.path.push(Step::Component(0));
            b.store(part, component);
            let back = b.load(local, ty);
            b.store(at(buffers[n], i), back);
            let parts = vec![component; usize::from(ty.size)];
            let composed = b.compose(&parts);
            let mut first = at(buffers[n], zero);
            b.store(first.clone(), composed);
            first.path.push(Step::Component(last));
            b.store(first, component);
        }
        let value = b.load(at(buffers[1], i), VEC3);
        b.store(place(Root::Workgroup(single), &[]), value);
        let truth = b.convert(value, Scalar::Bool);
        b.store(place(Root::Workgroup(flags), &[Step::Index(one)]), truth);
    })
}
