//! Expressions and memory.

use hesper_shader::tree::*;

use crate::lower::build::{Kernel, at, operand_types, place, value_types};

const VEC3: Type = Type::vector(3, Scalar::F32);

/// Every binary and unary operator on scalars and vectors of every type it takes.
pub(crate) fn arithmetic() -> Tree {
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

pub(crate) fn bool_vectors() -> Tree {
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

pub(crate) fn builtins() -> Tree {
    let mut k = Kernel::new("builtins");
    k.tree.workgroup_size = [4, 4, 2];
    let y = k.write("y", Type::U32);
    k.body(|b| {
        // Those of subgroups need another workgroup.
        let builtins = BuiltinValue::ALL
            .into_iter()
            .filter(|b| !b.is_of_subgroup());
        for (n, builtin) in (0..).zip(builtins) {
            let mut value = b.builtin(builtin);
            if !b.ty(value).is_scalar() {
                value = b.component(value, 2);
            }
            let n = b.u32(n);
            b.store(at(y, n), value);
        }
    })
}

pub(crate) fn conversions() -> Tree {
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
pub(crate) fn deep_chain() -> Tree {
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

/// Every builtin function on every type it takes.
pub(crate) fn math() -> Tree {
    let mut k = Kernel::new("math");
    let f = k.write("f", Type::F32);
    k.body(|b| {
        let i = b.global_index();
        let value = b.load(at(f, i), Type::F32);
        for math in Math::ALL {
            for ty in value_types() {
                let types = operand_types(*math, ty);
                if math.result(&types).is_none() {
                    continue;
                }
                let mut operands = Vec::new();
                for ty in types {
                    let operand = b.convert(value, ty.scalar);
                    operands.push(match ty.size {
                        1 => operand,
                        size => b.splat(operand, size),
                    });
                }
                let mut result = b.math(*math, &operands);
                if !b.ty(result).is_scalar() {
                    result = b.component(result, 0);
                }
                let result = b.convert(result, Scalar::F32);
                b.store(at(f, i), result);
            }
        }
    })
}

pub(crate) fn uniforms() -> Tree {
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
pub(crate) fn vectors() -> Tree {
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
