//! Elementwise maps over columns, written so that the compiler turns them into vector instructions.

use super::Comparison;

/// `out[i] = f(x[i])`.
pub(crate) fn map1<A: Copy, O>(x: &[A], out: &mut [O], f: impl Fn(A) -> O) {
    for (o, x) in out.iter_mut().zip(x) {
        *o = f(*x);
    }
}

/// `out[i] = f(x[i], y[i])`.
pub(crate) fn map2<A: Copy, B: Copy, O>(x: &[A], y: &[B], out: &mut [O], f: impl Fn(A, B) -> O) {
    for ((o, x), y) in out.iter_mut().zip(x).zip(y) {
        *o = f(*x, *y);
    }
}

/// `out[i] = f(x[i], y[i], z[i])`.
pub(crate) fn map3<A: Copy, B: Copy, C: Copy, O>(
    x: &[A],
    y: &[B],
    z: &[C],
    out: &mut [O],
    f: impl Fn(A, B, C) -> O,
) {
    for (((o, x), y), z) in out.iter_mut().zip(x).zip(y).zip(z) {
        *o = f(*x, *y, *z);
    }
}

/// `out[i] = x[i] op y[i]`.
pub(crate) fn compare<T: Copy + PartialOrd>(op: Comparison, x: &[T], y: &[T], out: &mut [bool]) {
    match op {
        Comparison::Equal => map2(x, y, out, |x, y| x == y),
        Comparison::NotEqual => map2(x, y, out, |x, y| x != y),
        Comparison::Less => map2(x, y, out, |x, y| x < y),
        Comparison::LessEqual => map2(x, y, out, |x, y| x <= y),
        Comparison::Greater => map2(x, y, out, |x, y| x > y),
        Comparison::GreaterEqual => map2(x, y, out, |x, y| x >= y),
    }
}
