//! What is right, and nobody refuses: the same function computed in another way.

use super::super::ops::affine::{self, Affine};
use super::super::ops::attention::attention_by;
use super::super::ops::curve::{self, Curve, Function::*};
use super::super::ops::decided::{Nested, behind_nothing};
use super::super::ops::edges::{Shifted, Step, by_subgroups, lanes};
use super::super::ops::hard::SumBefore;
use super::super::ops::largest::Large;
use super::super::ops::lookup::{self, Lookup};
use super::super::ops::plans::{nested_left, nested_right, scale_by};
use super::super::ops::product::{self, Product};
use super::super::ops::reductions::{RowMax, Total, softmax_by};
use super::super::ops::rows::{self, Function::*, Rows};
use super::super::ops::scores::{self, Scores};
use super::super::ops::sizes::Twice;
use super::super::ops::{PLAIN, guards, huge, kernel, norms, pointwise, spec};
use super::super::{By, Row, rows};
use By::{NoTie, Nobody, NobodyAtAll, NotForward};
use guards::{self as g, GuardedSoftmax};
use {
    affine::right as a, curve::right as c, curve::wrong as w, lookup::right as l,
    product::right as p, rows::right as r, scores::right as s,
};

/// For all checks: guards that cannot fire, and what is right to binary32's precision only, which is said.
#[rustfmt::skip]
pub(super) const GUARDS: &[Row] = rows! {
    "a total above nothing at all",         GuardedSoftmax(g::FLOOR), NobodyAtAll;
    "a total that is positive",             GuardedSoftmax(g::IF_POSITIVE), NobodyAtAll;
    "a maximum from far below",             GuardedSoftmax(g::FROM_BELOW), NobodyAtAll;
    "exp2 for exp",                         GuardedSoftmax(g::BY_EXP2), NobodyAtAll, "less than one rounding of binary32";
    "zero for a row of zeros",              g::Direction(0), NobodyAtAll;
    "scaled by the greatest",               g::Direction(g::SCALED), NobodyAtAll;
    "x itself beyond 20",                   g::softplus_cut_at_20(), NobodyAtAll, "less than one rounding of binary32";
    "constants of 17 digits",               g::folded_constant(), NobodyAtAll, "less than one rounding of binary32";
    "a harmless overflow",                  g::silu_by_quotient(), NobodyAtAll;
    "a series",                             g::sine_by_series(), NobodyAtAll, "less than one rounding of binary32";
    "an exponential of an exponential",     Nested([0, 0]), NobodyAtAll;
    "behind a term that is nothing",        behind_nothing(false), NoTie;
    "a digit that binary32 does not have",  Curve(Gelu, kernel(w::ROOT_DIGIT)), NobodyAtAll, "less than one rounding of binary32";
};

/// For the exact check.
#[rustfmt::skip]
pub(super) const EXACTLY: &[Row] = rows! {
    "max and min by `if`",                  Curve(Clamp, kernel(c::BRANCHES)), NoTie;
    "products",                             Curve(Cubic, PLAIN), NoTie;
    "Horner's rule",                        Curve(Cubic, kernel(c::HORNER)), NoTie;
    "mul_add",                              Curve(Cubic, kernel(c::MUL_ADD)), NoTie;
    "powi",                                 Curve(Cubic, kernel(c::POWI)), NoTie;
    "powf",                                 Curve(Cubic, kernel(c::POWF)), NoTie;
    "tanh",                                 Curve(Gelu, PLAIN), NoTie;
    "tanh by exponentials",                 Curve(Gelu, kernel(c::EXPONENTIALS)), NoTie;
    "(x + |x|)/2",                          Curve(Relu, kernel(c::ARITHMETIC)), NoTie;
    "max by `if`",                          Curve(Relu, kernel(c::BRANCHES)), NoTie;
    "1/(1 + e⁻ˣ)",                          Curve(Sigmoid, PLAIN), NoTie;
    "eˣ/(1 + eˣ)",                          Curve(Sigmoid, kernel(c::POSITIVE_EXPONENT)), NoTie;
    "the one or the other by the sign",     Curve(Sigmoid, kernel(c::BY_SIGN)), NoTie;
    "sigmoid by tanh",                      Curve(Silu, kernel(c::BY_TANH)), NoTie;
    "e^{x/2}·e^{x/2}",                      Curve(Silu, kernel(c::HALVES)), NoTie;
    "ln(1 + e^{−|x|}) + max(x, 0)",         Curve(Softplus, PLAIN), NoTie;
    "ln(1 + eˣ)",                           Curve(Softplus, kernel(c::DIRECT)), NoTie;
    "workgroups",                           Rows(Softmax, PLAIN), NoTie;
    "no shift",                             Rows(Softmax, kernel(r::NO_SHIFT)), NoTie;
    "shift by the first element",           Rows(Softmax, kernel(r::FIRST_SHIFT)), NoTie;
    "shift by half a row's maximum",        Rows(Softmax, kernel(r::HALF_MAX)), NoTie;
    "maximum and sum in one pass",          Rows(Softmax, kernel(r::ONLINE)), NoTie;
    "two dispatches",                       Rows(Softmax, kernel(r::TWO_DISPATCHES)), NoTie;
    "x·(1/y) for x/y",                      Rows(Softmax, kernel(r::INVERSE)), NoTie;
    "exp(x)·exp(−m) for exp(x − m)",        Rows(Softmax, kernel(r::PRODUCT)), NoTie;
    "backward recomputes what was saved",   Rows(Softmax, kernel(r::RECOMPUTED)), NoTie;
    "backward keeps its sum in the result", Rows(Softmax, kernel(r::IN_PLACE)), NoTie;
    "VJP by the Jacobian",                  Rows(Softmax, spec(r::JACOBIAN)), NoTie;
    "mask by leaving out",                  Rows(CausalSoftmax, PLAIN), NoTie;
    "mask by −∞",                           Rows(CausalSoftmax, kernel(r::MASK_VALUE)), NoTie;
    "1/√ by inverse_sqrt",                  Rows(RmsNorm, PLAIN), NoTie;
    "x/√y",                                 Rows(RmsNorm, kernel(r::ROOT)), NoTie;
    "√(u/n²) for √u/n",                     Rows(RmsNorm, kernel(r::ROOT_OF_MULTIPLE)), NoTie;
    "squares by mul_add",                   Rows(RmsNorm, kernel(r::MUL_ADD)), NoTie;
    "dot products of four, and a tail",     Rows(RmsNorm, kernel(r::VECTORS)), NoTie;
    "backward recomputes what was saved",   Rows(RmsNorm, kernel(r::RECOMPUTED)), NoTie;
    "VJP by the result",                    Rows(RmsNorm, spec(r::BY_RESULT)), NoTie;
    "VJP by exp(x − y)",                    Rows(LogSumExp, PLAIN), NoTie;
    "VJP by a quotient",                    Rows(LogSumExp, spec(r::QUOTIENT)), NoTie;
    "two halves",                           Rows(LogSumExp, kernel(r::HALVES)), NoTie;
    "of two log-sum-exps",                  Rows(LogSumExp, kernel(r::TWO_LOGARITHMS)), NoTie;
    "E[(x − E[x])²]",                       Rows(Variance, PLAIN), NoTie;
    "E[x²] − E[x]²",                        Rows(Variance, kernel(r::MOMENTS)), NoTie;
    "all differences",                      Rows(Variance, kernel(r::DIFFERENCES)), NoTie;
    "from the start",                       Rows(Sum, PLAIN), NoTie;
    "from the end",                         Rows(Sum, kernel(r::REVERSED)), NoTie;
    "odd and even places",                  Rows(Sum, kernel(r::PAIRS)), NoTie;
    "four at once, and a tail",             Rows(Sum, kernel(r::VECTORS)), NoTie;
    "two stages",                           Rows(Sum, kernel(r::HALVES)), NoTie;
    "scale by inverse_sqrt",                Scores(PLAIN), NoTie;
    "scale by a root",                      Scores(kernel(s::ROOT)), NoTie;
    "scale by a power",                     Scores(kernel(s::POWER)), NoTie;
    "scaled before the product",            Scores(kernel(s::SCALED_QUERY)), NoTie;
    "mask by a factor",                     Scores(kernel(s::ARITHMETIC)), NoTie;
    "small tiles",                          Product(PLAIN), NoTie;
    "no tiles",                             Product(kernel(p::UNTILED)), NoTie;
    "two sums from the end",                Product(kernel(p::TWO_SUMS)), NoTie;
    "sums in variables",                    Affine(PLAIN), NoTie;
    "sums in the result",                   Affine(kernel(a::ACCUMULATED)), NoTie;
    "mul_add",                              Affine(kernel(a::MUL_ADD)), NoTie;
    "each place looks for its indices",     Lookup(PLAIN), NoTie;
    "each index looks for its place",       Lookup(kernel(l::SCATTER)), NoTie;
    "a factor for `if`",                    Lookup(kernel(l::ARITHMETIC)), NoTie;
    "sums of nothing",                      SumBefore, NoTie;
};

/// For the numeric checks: variants from which wrong ones differ in one place.
#[rustfmt::skip]
pub(super) const BY_NUMBERS: &[Row] = rows! {
    "as many elements as are declared",     Large(0, [1 << 15, 1 << 16]), Nobody;
    "plain",                                pointwise::Gelu(PLAIN), Nobody;
    "plain",                                pointwise::Sigmoid(PLAIN), Nobody;
    "plain",                                pointwise::Rectifier(PLAIN), Nobody;
    "two dispatches",                       Total(0), Nobody;
    "first of equal maxima",                RowMax(0), Nobody;
    "workgroups",                           softmax_by(0), Nobody;
    "three kernels",                        norms::RmsNorm(PLAIN), Nobody;
    "squares of numbers in units",          huge::rms_in_units(0), Nobody;
    "squares where they are in range",      huge::Square(1e15), Nobody;
    "a dimension of a constant alone",      scale_by(0), Nobody;
    "compositions nested to the left",      nested_left(), Nobody;
    "compositions nested to the right",     nested_right(), Nobody;
    "constants alike",                      Shifted(PLAIN), Nobody;
    "defined at zeros",                     Step(0), Nobody;
    "subgroups of any size",                by_subgroups(0), Nobody;
    "lanes of minus infinities",            lanes(0), Nobody;
    "no size is special",                   Twice(0, 0), Nobody;
    "online softmax",                       attention_by(0), NotForward;
};
