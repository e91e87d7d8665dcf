//! Operators on integers and truth values, with WGSL's answer to every operand.
//!
//! They have no side effect, so they are computed for all lanes.

use super::columns::{Column, mixed, refused};
use crate::domain::Comparison;
use crate::domain::column::{compare, map1, map2, map3};
use crate::tree::{BinaryOp, Math, UnaryOp};

#[cold]
fn unknown() -> ! {
    refused("an operator its operands do not have")
}

macro_rules! integer_operators {
    ($arithmetic:ident, $math:ident, $int:ident) => {
        fn $arithmetic(op: BinaryOp, x: &[$int], y: &[$int], out: &mut [$int]) {
            match op {
                BinaryOp::Add | BinaryOp::WrappingAdd => map2(x, y, out, $int::wrapping_add),
                BinaryOp::Subtract | BinaryOp::WrappingSubtract => {
                    map2(x, y, out, $int::wrapping_sub);
                }
                BinaryOp::Multiply | BinaryOp::WrappingMultiply => {
                    map2(x, y, out, $int::wrapping_mul);
                }
                BinaryOp::Divide => {
                    map2(x, y, out, |x, y| if y == 0 { x } else { x.wrapping_div(y) });
                }
                BinaryOp::Remainder => {
                    map2(x, y, out, |x, y| if y == 0 { 0 } else { x.wrapping_rem(y) });
                }
                BinaryOp::And => map2(x, y, out, |x, y| x & y),
                BinaryOp::Or => map2(x, y, out, |x, y| x | y),
                BinaryOp::Xor => map2(x, y, out, |x, y| x ^ y),
                _ => unknown(),
            }
        }

        fn $math(op: Math, [x, y, z]: [&[$int]; 3], out: &mut [$int]) {
            match op {
                Math::Max => map2(x, y, out, $int::max),
                Math::Min => map2(x, y, out, $int::min),
                // Not `Ord::clamp`, which panics where the bounds cross.
                Math::Clamp => map3(x, y, z, out, |x, low, high| x.max(low).min(high)),
                _ => unknown(),
            }
        }
    };
}

integer_operators! { signed_arithmetic, signed_math_of_several, i32 }
integer_operators! { unsigned_arithmetic, unsigned_math, u32 }

fn signed_math(op: Math, operands: [&[i32]; 3], out: &mut [i32]) {
    match op {
        Math::Abs => map1(operands[0], out, i32::wrapping_abs),
        Math::Sign => map1(operands[0], out, i32::signum),
        _ => signed_math_of_several(op, operands, out),
    }
}

/// `-x` and `!x`.
pub(in crate::reference) fn unary<V>(op: UnaryOp, x: &Column<V>, out: &mut Column<V>) {
    match (op, x, out) {
        (UnaryOp::Negate, Column::I32(x), Column::I32(out)) => map1(x, out, i32::wrapping_neg),
        (UnaryOp::Not, Column::I32(x), Column::I32(out)) => map1(x, out, |x| !x),
        (UnaryOp::Not, Column::U32(x), Column::U32(out)) => map1(x, out, |x| !x),
        (UnaryOp::Not, Column::Bool(x), Column::Bool(out)) => map1(x, out, |x| !x),
        _ => unknown(),
    }
}

/// Arithmetic, logic, shifts and comparisons.
pub(in crate::reference) fn binary<V>(
    op: BinaryOp,
    x: &Column<V>,
    y: &Column<V>,
    out: &mut Column<V>,
) {
    use BinaryOp::{ShiftLeft, ShiftRight};
    match (x, y, out) {
        (Column::I32(x), Column::I32(y), Column::I32(out)) => signed_arithmetic(op, x, y, out),
        (Column::U32(x), Column::U32(y), Column::U32(out)) => match op {
            ShiftLeft => map2(x, y, out, u32::wrapping_shl),
            ShiftRight => map2(x, y, out, u32::wrapping_shr),
            BinaryOp::Divide | BinaryOp::Remainder => divide(op, x, y, out),
            _ => unsigned_arithmetic(op, x, y, out),
        },
        (Column::I32(x), Column::U32(y), Column::I32(out)) => match op {
            ShiftLeft => map2(x, y, out, i32::wrapping_shl),
            ShiftRight => map2(x, y, out, i32::wrapping_shr),
            _ => unknown(),
        },
        (Column::Bool(x), Column::Bool(y), Column::Bool(out)) => match op {
            BinaryOp::And => map2(x, y, out, |x, y| x & y),
            BinaryOp::Or => map2(x, y, out, |x, y| x | y),
            BinaryOp::Xor => map2(x, y, out, |x, y| x ^ y),
            _ => compare(comparison(op), x, y, out),
        },
        (Column::I32(x), Column::I32(y), Column::Bool(out)) => compare(comparison(op), x, y, out),
        (Column::U32(x), Column::U32(y), Column::Bool(out)) => compare(comparison(op), x, y, out),
        _ => mixed(),
    }
}

/// Quotients and remainders. Indices are mostly divided by one number in all lanes, by a size: then each takes a multiplication, or nothing.
fn divide(op: BinaryOp, x: &[u32], y: &[u32], out: &mut [u32]) {
    match (op, same(y)) {
        (BinaryOp::Divide, Some(1)) => map1(x, out, |x| x),
        (BinaryOp::Remainder, Some(1)) => out.fill(0),
        (BinaryOp::Divide, Some(y @ 2..)) => {
            let reciprocal = reciprocal(y);
            map1(x, out, |x| quotient(x, reciprocal));
        }
        (BinaryOp::Remainder, Some(y @ 2..)) => {
            let reciprocal = reciprocal(y);
            map1(x, out, |x| x - quotient(x, reciprocal) * y);
        }
        _ => unsigned_arithmetic(op, x, y, out),
    }
}

/// The number of all lanes, if they have the same.
fn same(y: &[u32]) -> Option<u32> {
    let first = *y.first()?;
    let differ = y.iter().fold(0, |differ, y| differ | (y ^ first)) != 0;
    (!differ).then_some(first)
}

/// `2⁶⁴ / y` for `y` from 2 on, rounded up: so much too great by less than `2³²`, that quotients of 32 bits come out exact.
fn reciprocal(y: u32) -> u64 {
    u64::MAX / u64::from(y) + 1
}

fn quotient(x: u32, reciprocal: u64) -> u32 {
    ((u128::from(reciprocal) * u128::from(x)) >> 64) as u32
}

/// Builtin functions.
pub(super) fn math<V>(op: Math, operands: [Option<&Column<V>>; 3], out: &mut Column<V>) {
    match out {
        Column::I32(out) => signed_math(
            op,
            operands.map(|c| match c {
                Some(Column::I32(x)) => x.as_slice(),
                _ => &[],
            }),
            out,
        ),
        Column::U32(out) => unsigned_math(
            op,
            operands.map(|c| match c {
                Some(Column::U32(x)) => x.as_slice(),
                _ => &[],
            }),
            out,
        ),
        Column::F32(_) | Column::Bool(_) => unknown(),
    }
}

/// The comparison an operator stands for.
pub(super) fn comparison(op: BinaryOp) -> Comparison {
    match op {
        BinaryOp::Equal => Comparison::Equal,
        BinaryOp::NotEqual => Comparison::NotEqual,
        BinaryOp::Less => Comparison::Less,
        BinaryOp::LessEqual => Comparison::LessEqual,
        BinaryOp::Greater => Comparison::Greater,
        BinaryOp::GreaterEqual => Comparison::GreaterEqual,
        _ => unknown(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_divisor_for_all_lanes_divides_as_many_do() {
        let edges = |n: u32| [n.wrapping_sub(1), n, n.wrapping_add(1)];
        let powers = (0..32)
            .map(|bit| 1u32 << bit)
            .chain([10, 17, 641, 100_000, 6_700_417]);
        let divisors: Vec<u32> = powers.flat_map(edges).chain([u32::MAX]).collect();
        let mut compared = 0;
        for y in divisors.iter().copied().filter(|y| *y > 1) {
            let multiples = [1, 2, 3, u32::MAX / y].map(|n| y.wrapping_mul(n));
            for x in multiples
                .into_iter()
                .flat_map(edges)
                .chain(divisors.iter().copied())
            {
                assert_eq!(quotient(x, reciprocal(y)), x / y, "{x} / {y}");
                compared += 1;
            }
        }
        assert!(compared > 5_000, "{compared}");
    }

    #[test]
    fn quotients_of_columns() {
        let x = [0, 7, 8, u32::MAX];
        for y in [
            [0; 4],
            [1; 4],
            [2; 4],
            [7; 4],
            [u32::MAX; 4],
            [0, 1, 2, 3],
            [7, 7, 7, 8],
        ] {
            let mut out = [[0; 4]; 2];
            divide(BinaryOp::Divide, &x, &y, &mut out[0]);
            divide(BinaryOp::Remainder, &x, &y, &mut out[1]);
            for ((x, y), (q, r)) in x.iter().zip(y).zip(out[0].iter().zip(out[1])) {
                assert_eq!(*q, x.checked_div(y).unwrap_or(*x));
                assert_eq!(r, x.checked_rem(y).unwrap_or(0));
            }
        }
    }
}
