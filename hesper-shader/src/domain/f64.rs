//! Binary64.

use super::column::{compare, map1, map2, map3};
use super::float::float_domain;
use super::math::double;
use super::{Comparison, Domain, Format, NoMeaning, RealBinary, RealUnary};
use crate::number::Number;

float_domain! {
    /// 64-bit floats: the same kernel with rounding errors 2²⁹ times smaller.
    F64, f64, to_f64, double, |_format, real| real
}
