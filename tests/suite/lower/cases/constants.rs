//! Constants, and operators on them that WGSL refuses while it compiles.

use hesper_shader::tree::*;

use crate::lower::build::{Kernel, at};

/// Constant expressions whose value WGSL would refuse when it compiles the shader.
pub(crate) fn constants_at_run_time() -> Tree {
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
            b.math(Math::Acos, &[huge]),
            b.math(Math::Acosh, &[zero]),
            b.math(Math::Asin, &[huge]),
            b.math(Math::Atanh, &[minus]),
            b.math(Math::Smoothstep, &[zero, minus, huge]),
            b.math(Math::Smoothstep, &[zero, zero, zero]),
            b.math(Math::QuantizeToF16, &[huge]),
            b.math(Math::ToDegrees, &[greatest]),
            b.math(Math::Length, &[minus]),
            b.unary(UnaryOp::Negate, zero),
        ] {
            b.store(at(f, i), value);
        }
        let x = b.load(at(f, i), Type::F32);
        let clamped = b.math(Math::Clamp, &[x, huge, minus]);
        b.store(at(f, i), clamped);
        let many = b.i32(300);
        let origin = b.splat(zero, 3);
        let normal = b.math(Math::Normalize, &[origin]);
        for value in [
            b.math(Math::Ldexp, &[x, many]),
            b.math(Math::Ldexp, &[huge, many]),
            b.math(Math::Smoothstep, &[zero, minus, x]),
            b.math(Math::FrexpFraction, &[zero]),
            b.component(normal, 2),
        ] {
            b.store(at(f, i), value);
        }
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
            b.unary(UnaryOp::Negate, least),
        ] {
            b.store(at(s, i), value);
        }
    })
}

pub(crate) fn extreme_literals() -> Tree {
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

/// Operators at whose edges languages differ: quotients, casts, `!=`.
pub(crate) fn edges() -> Tree {
    use BinaryOp::*;
    let mut k = Kernel::new("edges");
    let s = k.write("s", Type::I32);
    let u = k.write("u", Type::U32);
    let f = k.write("f", Type::F32);
    k.body(|b| {
        let i = b.global_index();
        let [m, n] = [0, 1].map(|_| b.load(at(s, i), Type::I32));
        let [p, q] = [0, 1].map(|_| b.load(at(u, i), Type::U32));
        let [x, y] = [0, 1].map(|_| b.load(at(f, i), Type::F32));
        let (three, seven) = (b.i32(3), b.u32(7));
        for op in [Divide, Remainder] {
            for divisor in [n, three] {
                let result = b.binary(op, m, divisor);
                b.store(at(s, i), result);
            }
            for divisor in [q, seven] {
                let result = b.binary(op, p, divisor);
                b.store(at(u, i), result);
            }
        }
        let integer = b.convert(x, Scalar::I32);
        b.store(at(s, i), integer);
        let integer = b.convert(x, Scalar::U32);
        b.store(at(u, i), integer);
        let differs = b.binary(NotEqual, x, y);
        let differs = b.convert(differs, Scalar::U32);
        b.store(at(u, i), differs);
        let (pair, other) = (b.splat(x, 2), b.splat(y, 2));
        let differs = b.binary(NotEqual, pair, other);
        let differs = b.convert(differs, Scalar::U32);
        let differs = b.component(differs, 1);
        b.store(at(u, i), differs);
    })
}

pub(crate) fn shifts_and_divisions() -> Tree {
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
        // A component alone that is 0 is seen too.
        let zero = b.i32(0);
        let pair = (b.splat(value, 2), b.compose(&[value, zero]));
        let result = b.binary(Divide, pair.0, pair.1);
        let result = b.component(result, 1);
        b.store(at(x, i), result);
    })
}
