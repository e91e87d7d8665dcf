//! The ops, each with all its variants. A variant is a number with a name: a formula of the spec's VJP, or a comptime argument of the
//! kernels.

pub(crate) mod affine;
pub(crate) mod amiss;
pub(crate) mod attention;
pub(crate) mod catalogue;
pub(crate) mod curve;
pub(crate) mod decided;
pub(crate) mod edges;
pub(crate) mod elementwise;
pub(crate) mod guards;
pub(crate) mod hard;
pub(crate) mod huge;
pub(crate) mod keeps;
pub(crate) mod kernels;
pub(crate) mod kinks;
pub(crate) mod largest;
pub(crate) mod lookup;
pub(crate) mod norms;
pub(crate) mod plans;
pub(crate) mod pointwise;
pub(crate) mod product;
pub(crate) mod reductions;
pub(crate) mod rms_norm;
pub(crate) mod row_sum;
pub(crate) mod rows;
pub(crate) mod scores;
pub(crate) mod sizes;
pub(crate) mod softmax;
pub(crate) mod specs;
pub(crate) mod vjps;

/// Which of its variants an op is: in the VJP of its spec, and in its kernels. The plain one is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Variant {
    spec: u32,
    kernel: u32,
}

/// The plain variant of an op.
pub(crate) const PLAIN: Variant = Variant { spec: 0, kernel: 0 };

/// A variant of the spec's VJP.
pub(crate) const fn spec(way: u32) -> Variant {
    Variant { spec: way, ..PLAIN }
}

/// A variant of the kernels.
pub(crate) const fn kernel(way: u32) -> Variant {
    Variant {
        kernel: way,
        ..PLAIN
    }
}
