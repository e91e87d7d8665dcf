//! What the exact check refuses.

use super::super::ops::affine::{self, Affine};
use super::super::ops::curve::{self, Curve, Function::*};
use super::super::ops::decided::{self as d, Nested, behind_nothing};
use super::super::ops::elementwise::{sigmoid, softsign};
use super::super::ops::hard::{Angles, Standardize};
use super::super::ops::lookup::{self, Lookup};
use super::super::ops::product::{self, Product};
use super::super::ops::rows::{self, Function::*, Rows};
use super::super::ops::scores::{self, Scores};
use super::super::ops::softmax::{self, wrong as x};
use super::super::ops::{kernel, spec};
use super::super::{By, Row, rows};
use By::{Exact, ExactAt, Undefined};
use hesper_ad::check::Tie::{Backward, Derived, Forward, Vjp};
use {
    affine::wrong as a, curve::wrong as c, lookup::wrong as l, product::wrong as p,
    rows::wrong as r, scores::wrong as s,
};

/// Where the field has no formula, kernels decide nevertheless, and are right or wrong there.
#[rustfmt::skip]
pub(super) const DECIDED: &[Row] = rows! {
    "wrong at a half",                            Nested([d::AT_HALF, 0]), Exact(Forward);
    "wrong in a window of 10⁻⁴",                  Nested([d::IN_A_WINDOW, 0]), Exact(Forward);
    "wrong beyond 300",                           Nested([d::BEYOND_300, 0]), Exact(Forward);
    "wrong for one integer",                      Nested([d::IN_A_CELL, 0]), Exact(Forward);
    "wrong by a product of steps",                Nested([d::BY_A_PRODUCT, 0]), Exact(Forward);
    "VJP wrong at a half",                        Nested([0, d::AT_HALF]), Exact(Backward);
    "VJP wrong in a window of 10⁻⁴",              Nested([0, d::IN_A_WINDOW]), Exact(Backward);
    "VJP wrong beyond 300",                       Nested([0, d::BEYOND_300]), Exact(Backward);
    "a term of 10⁻⁹ in the VJP",                  Nested([0, d::TERM_OF_A_BILLIONTH]), Exact(Derived);
    "wrong behind a term that is nothing",        behind_nothing(true), Exact(Forward);
};

/// Where the VJP of the spec is wrong, the tie between backward and forward breaks; where a kernel is, its own. What the classic criteria
/// say of each is in `docs/exact-table.md`.
#[rustfmt::skip]
pub(crate) const TIES: &[Row] = rows! {
    "dy squared",                                 Curve(Cubic, spec(c::DY_SQUARED)), Exact(Vjp);
    "dy dropped",                                 Curve(Gelu, spec(c::DY_DROPPED)), Exact(Vjp);
    "0.0447151 for 0.044715 in the VJP",          Curve(Gelu, spec(c::SEVENTH_DIGIT)), Exact(Vjp);
    "0.0447151 for 0.044715",                     Curve(Gelu, kernel(c::SEVENTH_DIGIT)), Exact(Backward);
    "a digit of √(2/π) in the VJP",               Curve(Gelu, spec(c::ROOT_DIGIT)), Exact(Vjp);
    "x² for x³",                                  Curve(Gelu, kernel(c::SQUARE_FOR_CUBE)), Exact(Forward);
    "6x for 6x² in the VJP",                      Curve(Cubic, spec(c::POWER)), Exact(Vjp);
    "no threshold in the VJP",                    Curve(Relu, spec(c::UNMASKED)), Exact(Vjp);
    "no threshold",                               Curve(Relu, kernel(c::UNMASKED)), Exact(Backward);
    "x > 1e-3 for x > 0 in the VJP",              Curve(Relu, spec(c::THRESHOLD_3)), Exact(Vjp);
    "x > 1e-3 for x > 0",                         Curve(Relu, kernel(c::THRESHOLD_3)), Exact(Backward);
    "x > 1e-12 for x > 0",                        Curve(Relu, kernel(c::THRESHOLD_12)), Exact(Backward);
    "upper bound 1e-9 too great in the VJP",      Curve(Clamp, spec(c::BOUND_OFF)), Exact(Vjp);
    "upper bound 1e-9 too great",                 Curve(Clamp, kernel(c::BOUND_OFF)), Exact(Backward);
    "x for 1 beyond the upper bound",             Curve(Clamp, kernel(c::WRONG_OPERAND)), Exact(Forward);
    "s(−x)² for s(x)·s(−x) in the VJP",           Curve(Sigmoid, spec(c::ONE_SIDE_TWICE)), Exact(Vjp);
    "sign of a term in the VJP",                  Curve(Silu, spec(c::SIGN)), Exact(Vjp);
    "maximum not added back",                     Curve(Softplus, kernel(c::NOT_ADDED_BACK)), Exact(Forward);
    "projection dropped in the VJP",              Rows(Softmax, spec(r::NO_PROJECTION)), Exact(Vjp);
    "first stride of the reduction left out",     Rows(Softmax, kernel(r::FIRST_STRIDE)), Exact(Forward);
    "last stride of the reduction left out",      Rows(Softmax, kernel(r::LAST_STRIDE)), Exact(Forward);
    "row offset forgotten",                       Rows(Softmax, kernel(r::ROW_OFFSET)), Exact(Forward);
    "one column short",                           Rows(Softmax, kernel(r::LOOP_BOUND)), Exact(Forward);
    "one shift above, another below",             Rows(Softmax, kernel(r::TWO_SHIFTS)), Exact(Forward);
    "sum read after it was overwritten",          Rows(Softmax, kernel(r::SUM_OVERWRITTEN)), Exact(Backward);
    "mask shifted by one",                        Rows(CausalSoftmax, kernel(r::MASK_SHIFTED)), Exact(Forward);
    "mask forgotten in the VJP",                  Rows(CausalSoftmax, spec(r::MASK_FORGOTTEN)), Exact(Vjp);
    "eps beside the root in the VJP",             Rows(RmsNorm, spec(r::EPS_OUTSIDE)), Exact(Vjp);
    "eps beside the root",                        Rows(RmsNorm, kernel(r::EPS_OUTSIDE)), Exact(Forward);
    "eps 1e-5 for 1e-6 in the VJP",               Rows(RmsNorm, spec(r::EPS_VALUE)), Exact(Vjp);
    "eps forgotten in the VJP",                   Rows(RmsNorm, spec(r::EPS_FORGOTTEN)), Exact(Vjp);
    "projection dropped in the VJP",              Rows(RmsNorm, spec(r::NO_PROJECTION)), Exact(Vjp);
    "r² for r³ in the VJP",                       Rows(RmsNorm, spec(r::POWER)), Exact(Vjp);
    "mean over rows in the VJP",                  Rows(RmsNorm, spec(r::COUNT_OF_ROWS)), Exact(Vjp);
    "scale saved before eps",                     Rows(RmsNorm, kernel(r::SAVED_TOO_EARLY)), Exact(Forward);
    "wrong row stride",                           Rows(RmsNorm, kernel(r::ROW_STRIDE)), Exact(Backward);
    "maximum not added back",                     Rows(LogSumExp, kernel(r::MAX_NOT_ADDED)), Exact(Forward);
    "factor 2 of a square in the VJP",            Rows(Variance, spec(r::FACTOR_TWO)), Exact(Vjp);
    "mean overwritten",                           Rows(Variance, kernel(r::MEAN_OVERWRITTEN)), Exact(Forward);
    "adds to what was there",                     Rows(Sum, kernel(r::NOT_INITIALISED)), Exact(Forward);
    "no tail after the vectors",                  Rows(Sum, kernel(r::NO_TAIL)), Exact(Forward);
    "scale missing on one cotangent",             Scores(spec(s::SCALE_OF_DK)), Exact(Vjp);
    "mask forgotten in one cotangent",            Scores(spec(s::MASK_OF_DQ)), Exact(Vjp);
    "mask shifted by one",                        Scores(kernel(s::MASK_SHIFTED)), Exact(Forward);
    "mask forgotten",                             Scores(kernel(s::MASK_FORGOTTEN)), Exact(Forward);
    "1/d for 1/√d",                               Scores(kernel(s::INVERSE)), Exact(Forward);
    "keys read by columns",                       Scores(kernel(s::BY_COLUMNS)), Exact(Forward);
    "row offset forgotten",                       Scores(kernel(s::QUERY_OFFSET)), Exact(Forward);
    "last tile skipped",                          Product(kernel(p::LAST_TILE)), Exact(Forward);
    "one column of each tile short",              Product(kernel(p::TILE_BOUND)), Exact(Forward);
    "operand not transposed",                     Product(kernel(p::NOT_TRANSPOSED)), Exact(Backward);
    "= for +=",                                   Affine(kernel(a::ASSIGNED)), Exact(Backward);
    "last row left out",                          Affine(kernel(a::LAST_ROW)), Exact(Backward);
    "result for input in the VJP",                Affine(spec(a::RESULT_FOR_INPUT)), Exact(Vjp);
    "mean for sum in the VJP",                    Affine(spec(a::MEAN)), Exact(Vjp);
    "duplicate indices dropped in the VJP",       Lookup(spec(l::FIRST_ONLY)), Exact(Vjp);
    "duplicate indices dropped",                  Lookup(kernel(l::LAST_ONLY)), Exact(Backward);
    "labels off by one",                          Lookup(kernel(l::NEXT_ROW)), Exact(Forward);
};

/// Some size, to be quick.
const SMALL: &[(&str, usize)] = &[("rows", 3), ("cols", 5)];

/// What else the exact check tells: at one shape, with the smallest counterexample, or of what has no meaning.
#[rustfmt::skip]
pub(super) const MORE: &[Row] = rows! {
    "a hundred-millionth off",                    softmax::Softmax(spec(x::SLIGHTLY_OFF)), ExactAt(Vjp, SMALL);
    "no mean",                                    softmax::Softmax(spec(x::NO_PROJECTION)), ExactAt(Vjp, SMALL), "`backward` gives", "as a test", "Counterexample::new([(\"rows\", 1), (\"cols\", 1)]";
    "dy taken for 1",                             softmax::Softmax(spec(x::DY_ONE)), ExactAt(Vjp, SMALL);
    "a hundred-millionth off",                    softmax::Softmax(spec(x::SLIGHTLY_OFF)), ExactAt(Derived, SMALL);
    "no mean",                                    softmax::Softmax(spec(x::NO_PROJECTION)), ExactAt(Derived, SMALL), "dx[0, 0]: `backward` gives", "Tie::Derived";
    "dy taken for 1",                             softmax::Softmax(spec(x::DY_ONE)), ExactAt(Derived, SMALL);
    "first column left out",                      softmax::Softmax(kernel(x::FIRST_LEFT_OUT)), ExactAt(Forward, SMALL);
    "no mean",                                    softmax::Softmax(kernel(x::NO_MEAN)), ExactAt(Backward, SMALL);
    "row offset forgotten",                       softmax::Softmax(kernel(x::ROW_OFFSET)), ExactAt(Backward, SMALL);
    "a 10⁻⁷ too much beyond 3 columns",           Standardize { fault: Some(3) }, ExactAt(Forward, &[("rows", 2), ("cols", 131)]);
    // Five columns are needed; ones will do.
    "a 10⁻⁷ too much beyond 4 columns",           Standardize { fault: Some(4) }, ExactAt(Forward, &[("rows", 2), ("cols", 9)]), "(\"rows\", 1), (\"cols\", 5)", ".reals(\"x\", &[1.0, 1.0, 1.0, 1.0, 1.0])";
    // The first finding is at plain numbers: equal to seven digits.
    "a 10⁻⁷ too much beyond 7 columns",           Standardize { fault: Some(7) }, ExactAt(Forward, &[("rows", 2), ("cols", 9)]), "(\"rows\", 1), (\"cols\", 8)", "in the field of";
    "a slope of atan 10⁻⁴ too great",             Angles { fault: 1e-4 }, Exact(Backward);
    "x²/x, which is nothing at 0",                softsign(), Undefined, "division by zero", "elementwise.rs";
    "eˣ/(1 + eˣ), which is too great at 100",     sigmoid(), Undefined, "overflow", "elementwise.rs";
};
