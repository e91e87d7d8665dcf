//! The same function computed in another way: the exact check lets all of them pass.

use super::ops::affine::{self, Affine};
use super::ops::curve::{self, Curve, Function::*};
use super::ops::lookup::{self, Lookup};
use super::ops::product::{self, Product};
use super::ops::rows::{self, Function::*, Rows};
use super::ops::scores::{self, Scores};
use super::{PLAIN, exact, kernel, lines, spec};
use hesper_ad::Op;
use hesper_ad::Verdict;

macro_rules! rewritings {
    ($($way:literal, $op:expr;)*) => {
        vec![$(($way, Box::new($op))),*]
    };
}

#[rustfmt::skip]
fn rewritings() -> Vec<(&'static str, Box<dyn Op>)> {
    use {affine::right as a, curve::right as c, lookup::right as l, product::right as p, rows::right as r, scores::right as s};
    rewritings! {
        "max and min by `if`",                  Curve(Clamp, kernel(c::BRANCHES));
        "products",                             Curve(Cubic, PLAIN);
        "Horner's rule",                        Curve(Cubic, kernel(c::HORNER));
        "mul_add",                              Curve(Cubic, kernel(c::MUL_ADD));
        "powi",                                 Curve(Cubic, kernel(c::POWI));
        "powf",                                 Curve(Cubic, kernel(c::POWF));
        "tanh",                                 Curve(Gelu, PLAIN);
        "tanh by exponentials",                 Curve(Gelu, kernel(c::EXPONENTIALS));
        "(x + |x|)/2",                          Curve(Relu, kernel(c::ARITHMETIC));
        "max by `if`",                          Curve(Relu, kernel(c::BRANCHES));
        "1/(1 + e⁻ˣ)",                          Curve(Sigmoid, PLAIN);
        "eˣ/(1 + eˣ)",                          Curve(Sigmoid, kernel(c::POSITIVE_EXPONENT));
        "the one or the other by the sign",     Curve(Sigmoid, kernel(c::BY_SIGN));
        "sigmoid by tanh",                      Curve(Silu, kernel(c::BY_TANH));
        "e^{x/2}·e^{x/2}",                      Curve(Silu, kernel(c::HALVES));
        "ln(1 + e^{−|x|}) + max(x, 0)",         Curve(Softplus, PLAIN);
        "ln(1 + eˣ)",                           Curve(Softplus, kernel(c::DIRECT));
        "workgroups",                           Rows(Softmax, PLAIN);
        "no shift",                             Rows(Softmax, kernel(r::NO_SHIFT));
        "shift by the first element",           Rows(Softmax, kernel(r::FIRST_SHIFT));
        "shift by half a row's maximum",        Rows(Softmax, kernel(r::HALF_MAX));
        "maximum and sum in one pass",          Rows(Softmax, kernel(r::ONLINE));
        "two dispatches",                       Rows(Softmax, kernel(r::TWO_DISPATCHES));
        "x·(1/y) for x/y",                      Rows(Softmax, kernel(r::INVERSE));
        "exp(x)·exp(−m) for exp(x − m)",        Rows(Softmax, kernel(r::PRODUCT));
        "backward recomputes what was saved",   Rows(Softmax, kernel(r::RECOMPUTED));
        "backward keeps its sum in the result", Rows(Softmax, kernel(r::IN_PLACE));
        "VJP by the Jacobian",                  Rows(Softmax, spec(r::JACOBIAN));
        "mask by leaving out",                  Rows(CausalSoftmax, PLAIN);
        "mask by −∞",                           Rows(CausalSoftmax, kernel(r::MASK_VALUE));
        "1/√ by inverse_sqrt",                  Rows(RmsNorm, PLAIN);
        "x/√y",                                 Rows(RmsNorm, kernel(r::ROOT));
        "√(u/n²) for √u/n",                     Rows(RmsNorm, kernel(r::ROOT_OF_MULTIPLE));
        "squares by mul_add",                   Rows(RmsNorm, kernel(r::MUL_ADD));
        "dot products of four, and a tail",     Rows(RmsNorm, kernel(r::VECTORS));
        "backward recomputes what was saved",   Rows(RmsNorm, kernel(r::RECOMPUTED));
        "VJP by the result",                    Rows(RmsNorm, spec(r::BY_RESULT));
        "VJP by exp(x − y)",                    Rows(LogSumExp, PLAIN);
        "VJP by a quotient",                    Rows(LogSumExp, spec(r::QUOTIENT));
        "two halves",                           Rows(LogSumExp, kernel(r::HALVES));
        "of two log-sum-exps",                  Rows(LogSumExp, kernel(r::TWO_LOGARITHMS));
        "E[(x − E[x])²]",                       Rows(Variance, PLAIN);
        "E[x²] − E[x]²",                        Rows(Variance, kernel(r::MOMENTS));
        "all differences",                      Rows(Variance, kernel(r::DIFFERENCES));
        "from the start",                       Rows(Sum, PLAIN);
        "from the end",                         Rows(Sum, kernel(r::REVERSED));
        "odd and even places",                  Rows(Sum, kernel(r::PAIRS));
        "four at once, and a tail",             Rows(Sum, kernel(r::VECTORS));
        "two stages",                           Rows(Sum, kernel(r::HALVES));
        "scale by inverse_sqrt",                Scores(PLAIN);
        "scale by a root",                      Scores(kernel(s::ROOT));
        "scale by a power",                     Scores(kernel(s::POWER));
        "scaled before the product",            Scores(kernel(s::SCALED_QUERY));
        "mask by a factor",                     Scores(kernel(s::ARITHMETIC));
        "small tiles",                          Product(PLAIN);
        "no tiles",                             Product(kernel(p::UNTILED));
        "two sums from the end",                Product(kernel(p::TWO_SUMS));
        "sums in variables",                    Affine(PLAIN);
        "sums in the result",                   Affine(kernel(a::ACCUMULATED));
        "mul_add",                              Affine(kernel(a::MUL_ADD));
        "each place looks for its indices",     Lookup(PLAIN);
        "each index looks for its place",       Lookup(kernel(l::SCATTER));
        "a factor for `if`",                    Lookup(kernel(l::ARITHMETIC));
    }
}

#[test]
fn rewritings_pass() {
    for (way, op) in rewritings() {
        let findings = exact(&*op).unwrap();
        let pass = findings.iter().all(|f| f.verdict == Verdict::Pass);
        let (op, findings) = (op.name(), lines(&findings));
        assert!(pass, "`{way}` in {op} was not let pass:\n{findings}");
    }
}
