//! Builtin functions of the bits of integers, and of vectors of truth values. They are computed for all lanes.

use super::columns::{Column, mixed, refused};
use crate::domain::Math;
use crate::domain::column::map1;

/// One of these functions; a lane is one of so many.
pub(super) fn bits<V>(
    op: Math,
    operands: [Option<&Column<V>>; 4],
    out: &mut Column<V>,
    lanes: usize,
) {
    match (operands, out) {
        ([Some(Column::U32(x)), None, ..], Column::U32(out)) => of_one(op, x, out),
        ([Some(Column::I32(x)), None, ..], Column::I32(out)) => match op {
            // The highest bit that is not the sign.
            Math::FirstLeadingBit => map1(x, out, |x| highest((x ^ (x >> 31)) as u32) as i32),
            _ => {
                let x: Vec<u32> = x.iter().map(|x| *x as u32).collect();
                let mut bits = vec![0; x.len()];
                of_one(op, &x, &mut bits);
                map1(&bits, out, |x| x as i32);
            }
        },
        ([Some(Column::U32(x)), Some(at), Some(n), None], Column::U32(out)) => {
            for_each_part(x, out, [at, n], lanes, extract);
        }
        ([Some(Column::I32(x)), Some(at), Some(n), None], Column::I32(out)) => {
            for_each_part(x, out, [at, n], lanes, extract_signed);
        }
        (
            [
                Some(Column::U32(x)),
                Some(Column::U32(y)),
                Some(at),
                Some(n),
            ],
            Column::U32(out),
        ) => {
            let both: Vec<(u32, u32)> = x.iter().copied().zip(y.iter().copied()).collect();
            for_each_part(&both, out, [at, n], lanes, insert);
        }
        (
            [
                Some(Column::I32(x)),
                Some(Column::I32(y)),
                Some(at),
                Some(n),
            ],
            Column::I32(out),
        ) => {
            let pairs = x.iter().zip(y);
            let both: Vec<(u32, u32)> = pairs.map(|(x, y)| (*x as u32, *y as u32)).collect();
            for_each_part(&both, out, [at, n], lanes, |both, at, n| {
                insert(both, at, n) as i32
            });
        }
        ([Some(Column::Bool(x)), None, ..], Column::Bool(out)) => truth(op, x, out),
        _ => mixed(),
    }
}

fn of_one(op: Math, x: &[u32], out: &mut [u32]) {
    match op {
        Math::CountOnes => map1(x, out, u32::count_ones),
        Math::LeadingZeros => map1(x, out, u32::leading_zeros),
        Math::TrailingZeros => map1(x, out, u32::trailing_zeros),
        Math::ReverseBits => map1(x, out, u32::reverse_bits),
        Math::FirstLeadingBit => map1(x, out, highest),
        // All bits 1 where there is none.
        Math::FirstTrailingBit => {
            map1(
                x,
                out,
                |x| if x == 0 { u32::MAX } else { x.trailing_zeros() },
            );
        }
        _ => refused("a function its operands do not have"),
    }
}

/// The place of the highest 1; all bits 1 where there is none.
fn highest(x: u32) -> u32 {
    31_u32.wrapping_sub(x.leading_zeros())
}

/// How far up a range of bits begins and how long it is, cut at 32.
fn cut(at: u32, n: u32) -> (u32, u32) {
    let at = at.min(32);
    (at, n.min(32 - at))
}

fn extract(x: u32, at: u32, n: u32) -> u32 {
    match cut(at, n) {
        (_, 0) => 0,
        (at, n) => (x << (32 - n - at)) >> (32 - n),
    }
}

fn extract_signed(x: i32, at: u32, n: u32) -> i32 {
    match cut(at, n) {
        (_, 0) => 0,
        (at, n) => (x << (32 - n - at)) >> (32 - n),
    }
}

fn insert((x, y): (u32, u32), at: u32, n: u32) -> u32 {
    match cut(at, n) {
        (_, 0) => x,
        (at, n) => {
            let mask = (u32::MAX >> (32 - n)) << at;
            x & !mask | (y << at) & mask
        }
    }
}

/// Each component with the lane's offset and count.
fn for_each_part<X: Copy, O, V>(
    x: &[X],
    out: &mut [O],
    [at, n]: [&Column<V>; 2],
    lanes: usize,
    f: impl Fn(X, u32, u32) -> O,
) {
    let (Column::U32(at), Column::U32(n)) = (at, n) else {
        mixed()
    };
    for (x, out) in x.chunks_exact(lanes).zip(out.chunks_exact_mut(lanes)) {
        for (((x, at), n), out) in x.iter().zip(at).zip(n).zip(out) {
            *out = f(*x, *at, *n);
        }
    }
}

/// Whether all components of a lane hold, or one does.
fn truth(op: Math, x: &[bool], out: &mut [bool]) {
    let all = op == Math::All;
    out.fill(all);
    for x in x.chunks_exact(out.len().max(1)) {
        for (out, x) in out.iter_mut().zip(x) {
            *out = if all { *out & *x } else { *out | *x };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_bits_are_cut_at_32() {
        for (x, at, n, unsigned, signed) in [
            (0x8765_4321, 0, 0, 0, 0),
            (0x8765_4321, 4, 8, 0x32, 0x32),
            (0x8765_4321, 28, 4, 8, -8),
            (0x8765_4321, 28, 9, 8, -8),
            (0x8765_4321, 32, 1, 0, 0),
            (0x8765_4321, 99, 99, 0, 0),
            (0x8765_4321, 0, 32, 0x8765_4321, 0x8765_4321_u32 as i32),
            (
                0x8765_4321,
                0,
                u32::MAX,
                0x8765_4321,
                0x8765_4321_u32 as i32,
            ),
        ] {
            assert_eq!(extract(x, at, n), unsigned, "{x:x} {at} {n}");
            assert_eq!(extract_signed(x as i32, at, n), signed, "{x:x} {at} {n}");
        }
        for (at, n, expected) in [
            (0, 0, 0x1111_1111),
            (0, 32, 0xabcd_ef98),
            (8, 12, 0x111f_9811),
            (28, 4, 0x8111_1111),
            (28, 40, 0x8111_1111),
            (32, 4, 0x1111_1111),
            (u32::MAX, u32::MAX, 0x1111_1111),
        ] {
            let found = insert((0x1111_1111, 0xabcd_ef98), at, n);
            assert_eq!(found, expected, "{at} {n}: {found:x}");
        }
    }
}
