//! What others than the checks of `hesper-ad` see, and what the classic criteria let pass.

use super::super::ops::kernels::{no_backward, plan_panics, racing_relu};
use super::super::ops::rms_norm::{EPS_FORGOTTEN, EPS_OUTSIDE, FACTOR, NAN, RmsNorm, SIGN, ZERO};
use super::super::ops::{kernel, spec};
use super::super::{By, Row, rows};
use By::{BigFloats, Classic};

const ALL: [bool; 3] = [true; 3];
const NONE: [bool; 3] = [false; 3];
const NOT_DUALS: [bool; 3] = [true, true, false];

/// Criteria on kernels are blind to faults of the spec, and the other way round.
#[rustfmt::skip]
pub(super) const WITNESSED: &[Row] = rows! {
    "a trillionth off",           RmsNorm(spec(FACTOR)), BigFloats;
    "eps forgotten",              RmsNorm(spec(EPS_FORGOTTEN)), BigFloats;
    "eps beside the root",        RmsNorm(spec(EPS_OUTSIDE)), BigFloats;
    "zero",                       RmsNorm(kernel(ZERO)), Classic(NONE, ALL);
    "zero in the VJP",            RmsNorm(spec(ZERO)), Classic(ALL, NONE);
    "sign",                       RmsNorm(kernel(SIGN)), Classic(NONE, ALL);
    "sign in the VJP",            RmsNorm(spec(SIGN)), Classic(ALL, NONE);
    "NaN",                        RmsNorm(kernel(NAN)), Classic(NONE, ALL);
    "NaN in the VJP",             RmsNorm(spec(NAN)), Classic(ALL, NONE);
    "eps forgotten",              RmsNorm(kernel(EPS_FORGOTTEN)), Classic(NOT_DUALS, ALL);
    "eps forgotten in the VJP",   RmsNorm(spec(EPS_FORGOTTEN)), Classic(ALL, NOT_DUALS);
    "eps beside the root",        RmsNorm(kernel(EPS_OUTSIDE)), Classic(NOT_DUALS, ALL);
    "eps beside the root in the VJP", RmsNorm(spec(EPS_OUTSIDE)), Classic(ALL, NOT_DUALS);
    "a trillionth off",           RmsNorm(kernel(FACTOR)), Classic(ALL, ALL);
    "a trillionth off in the VJP", RmsNorm(spec(FACTOR)), Classic(ALL, ALL);
    "all write one element",      racing_relu(), Classic(NONE, ALL), "nothing to order";
    "no backward kernel",         no_backward(), Classic(NONE, ALL), "no backward kernel writes `dx`";
    "the plan panics",            plan_panics(), Classic(NONE, ALL), "the plan panicked";
};
