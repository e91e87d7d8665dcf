//! Binary32 with WGSL semantics.

use super::column::{compare, map1, map2, map3};
use super::float::float_domain;
use super::math::single;
use super::{Comparison, Domain, Format, NoMeaning, RealBinary, RealUnary};
use crate::number::Number;

float_domain! {
    /// 32-bit floats, as a device computes them: each operation rounded once, `mul_add` not fused.
    ///
    /// WGSL allows a device more: flushed denormals, transcendental functions within a bound, NaN and infinities assumed absent.
    F32, f32, to_f32, single, |format, real| match format {
        Format::Binary16 => single::quantize_to_f16(real),
        Format::Binary32 => real,
    }
}
