//! What the formulas of builtin functions share.

use super::arithmetic::Arithmetic;
use super::{Comparison, Domain, RealUnary};

/// `180/π`, to the digits of binary64.
pub(super) const DEGREES: &str = "57.29577951308232";
/// `π/180`, to the digits of binary64.
pub(super) const RADIANS: &str = "0.017453292519943295";

/// A formula for each component of operands that have equally many.
pub(super) fn each<V: Copy, const N: usize>(
    operands: &[&[V]],
    formula: impl Fn([V; N]) -> V,
) -> Vec<V> {
    let Ok(operands) = <[&[V]; N]>::try_from(operands) else {
        return Vec::new();
    };
    let components = operands.iter().map(|x| x.len()).min().unwrap_or_default();
    (0..components)
        .map(|c| formula(operands.map(|x| x[c])))
        .collect()
}

/// From the first component on.
pub(super) fn dot<D: Domain>(d: &D, x: &[D::Value], y: &[D::Value]) -> D::Value {
    let products = each(&[x, y], |[x, y]| d.mul(x, y));
    let sum = products
        .into_iter()
        .reduce(|sum, product| d.add(sum, product));
    sum.unwrap_or_else(|| d.integer(0))
}

pub(super) fn length<D: Domain>(d: &D, x: &[D::Value]) -> D::Value {
    match x {
        [scalar] => d.unary(RealUnary::Abs, *scalar),
        _ => d.sqrt(dot(d, x, x)),
    }
}

pub(super) fn cross<D: Domain>(d: &D, x: &[D::Value], y: &[D::Value]) -> Vec<D::Value> {
    let ([x0, x1, x2], [y0, y1, y2]) = (x, y) else {
        return Vec::new();
    };
    let minor = |a, b, c, e| d.sub(d.mul(a, b), d.mul(c, e));
    vec![
        minor(*x1, *y2, *x2, *y1),
        minor(*x2, *y0, *x0, *y2),
        minor(*x0, *y1, *x1, *y0),
    ]
}

pub(super) fn refract<D: Domain>(
    d: &D,
    i: &[D::Value],
    n: &[D::Value],
    eta: &[D::Value],
) -> Vec<D::Value> {
    let [eta] = eta else {
        return Vec::new();
    };
    let cosine = dot(d, n, i);
    let rest = d.sub(d.integer(1), d.mul(cosine, cosine));
    let k = d.sub(d.integer(1), d.mul(d.mul(*eta, *eta), rest));
    let none = d.compare(Comparison::Less, k, d.integer(0));
    // No root of a negative number, even where it is not chosen.
    let root = d.sqrt(d.select(none, d.integer(0), k));
    let along = d.add(d.mul(*eta, cosine), root);
    each(&[i, n], |[i, n]| {
        let bent = d.sub(d.mul(*eta, i), d.mul(along, n));
        d.select(none, d.integer(0), bent)
    })
}
