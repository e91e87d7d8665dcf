//! Wrong variants, and the tie that must refuse each.

use super::ops::affine::{self, Affine};
use super::ops::curve::{self, Curve, Function::*};
use super::ops::lookup::{self, Lookup};
use super::ops::product::{self, Product};
use super::ops::rows::{self, Function::*, Rows};
use super::ops::scores::{self, Scores};
use super::{exact, judged, kernel, lines, spec};
use crate::witness::Classic;
use hesper_ad::Op;
use hesper_ad::check::Tie::{self, Backward, Forward, Vjp};
use hesper_ad::{Finding, Verdict};
use std::sync::LazyLock;

/// A wrong variant.
struct Mutant {
    /// What is wrong.
    fault: &'static str,
    op: Box<dyn Op>,
    /// What must refuse it.
    tie: Tie,
}

macro_rules! mutants {
    ($($fault:literal, $op:expr, $tie:expr;)*) => {
        vec![$(Mutant { fault: $fault, op: Box::new($op), tie: $tie }),*]
    };
}

/// All of them. Where the VJP of the spec is wrong, the tie between backward and forward breaks; where a kernel is, its own.
#[rustfmt::skip]
fn mutants() -> Vec<Mutant> {
    use {affine::wrong as a, curve::wrong as c, lookup::wrong as l, product::wrong as p, rows::wrong as r, scores::wrong as s};
    mutants! {
        "dy squared",                                 Curve(Cubic, spec(c::DY_SQUARED)), Vjp;
        "dy dropped",                                 Curve(Gelu, spec(c::DY_DROPPED)), Vjp;
        "0.0447151 for 0.044715 in the VJP",          Curve(Gelu, spec(c::SEVENTH_DIGIT)), Vjp;
        "0.0447151 for 0.044715",                     Curve(Gelu, kernel(c::SEVENTH_DIGIT)), Backward;
        "a digit of √(2/π) in the VJP",               Curve(Gelu, spec(c::ROOT_DIGIT)), Vjp;
        "a digit of √(2/π)",                          Curve(Gelu, kernel(c::ROOT_DIGIT)), Backward;
        "x² for x³",                                  Curve(Gelu, kernel(c::SQUARE_FOR_CUBE)), Forward;
        "6x for 6x² in the VJP",                      Curve(Cubic, spec(c::POWER)), Vjp;
        "no threshold in the VJP",                    Curve(Relu, spec(c::UNMASKED)), Vjp;
        "no threshold",                               Curve(Relu, kernel(c::UNMASKED)), Backward;
        "x > 1e-3 for x > 0 in the VJP",              Curve(Relu, spec(c::THRESHOLD_3)), Vjp;
        "x > 1e-3 for x > 0",                         Curve(Relu, kernel(c::THRESHOLD_3)), Backward;
        "x > 1e-12 for x > 0",                        Curve(Relu, kernel(c::THRESHOLD_12)), Backward;
        "upper bound 1e-9 too great in the VJP",      Curve(Clamp, spec(c::BOUND_OFF)), Vjp;
        "upper bound 1e-9 too great",                 Curve(Clamp, kernel(c::BOUND_OFF)), Backward;
        "x for 1 beyond the upper bound",             Curve(Clamp, kernel(c::WRONG_OPERAND)), Forward;
        "s(−x)² for s(x)·s(−x) in the VJP",           Curve(Sigmoid, spec(c::ONE_SIDE_TWICE)), Vjp;
        "sign of a term in the VJP",                  Curve(Silu, spec(c::SIGN)), Vjp;
        "maximum not added back",                     Curve(Softplus, kernel(c::NOT_ADDED_BACK)), Forward;
        "projection dropped in the VJP",              Rows(Softmax, spec(r::NO_PROJECTION)), Vjp;
        "first stride of the reduction left out",     Rows(Softmax, kernel(r::FIRST_STRIDE)), Forward;
        "last stride of the reduction left out",      Rows(Softmax, kernel(r::LAST_STRIDE)), Forward;
        "row offset forgotten",                       Rows(Softmax, kernel(r::ROW_OFFSET)), Forward;
        "one column short",                           Rows(Softmax, kernel(r::LOOP_BOUND)), Forward;
        "one shift above, another below",             Rows(Softmax, kernel(r::TWO_SHIFTS)), Forward;
        "sum read after it was overwritten",          Rows(Softmax, kernel(r::SUM_OVERWRITTEN)), Backward;
        "mask shifted by one",                        Rows(CausalSoftmax, kernel(r::MASK_SHIFTED)), Forward;
        "mask forgotten in the VJP",                  Rows(CausalSoftmax, spec(r::MASK_FORGOTTEN)), Vjp;
        "eps beside the root in the VJP",             Rows(RmsNorm, spec(r::EPS_OUTSIDE)), Vjp;
        "eps beside the root",                        Rows(RmsNorm, kernel(r::EPS_OUTSIDE)), Forward;
        "eps 1e-5 for 1e-6 in the VJP",               Rows(RmsNorm, spec(r::EPS_VALUE)), Vjp;
        "eps forgotten in the VJP",                   Rows(RmsNorm, spec(r::EPS_FORGOTTEN)), Vjp;
        "projection dropped in the VJP",              Rows(RmsNorm, spec(r::NO_PROJECTION)), Vjp;
        "r² for r³ in the VJP",                       Rows(RmsNorm, spec(r::POWER)), Vjp;
        "mean over rows in the VJP",                  Rows(RmsNorm, spec(r::COUNT_OF_ROWS)), Vjp;
        "scale saved before eps",                     Rows(RmsNorm, kernel(r::SAVED_TOO_EARLY)), Forward;
        "wrong row stride",                           Rows(RmsNorm, kernel(r::ROW_STRIDE)), Backward;
        "maximum not added back",                     Rows(LogSumExp, kernel(r::MAX_NOT_ADDED)), Forward;
        "factor 2 of a square in the VJP",            Rows(Variance, spec(r::FACTOR_TWO)), Vjp;
        "mean overwritten",                           Rows(Variance, kernel(r::MEAN_OVERWRITTEN)), Forward;
        "adds to what was there",                     Rows(Sum, kernel(r::NOT_INITIALISED)), Forward;
        "no tail after the vectors",                  Rows(Sum, kernel(r::NO_TAIL)), Forward;
        "scale missing on one cotangent",             Scores(spec(s::SCALE_OF_DK)), Vjp;
        "mask forgotten in one cotangent",            Scores(spec(s::MASK_OF_DQ)), Vjp;
        "mask shifted by one",                        Scores(kernel(s::MASK_SHIFTED)), Forward;
        "mask forgotten",                             Scores(kernel(s::MASK_FORGOTTEN)), Forward;
        "1/d for 1/√d",                               Scores(kernel(s::INVERSE)), Forward;
        "keys read by columns",                       Scores(kernel(s::BY_COLUMNS)), Forward;
        "row offset forgotten",                       Scores(kernel(s::QUERY_OFFSET)), Forward;
        "last tile skipped",                          Product(kernel(p::LAST_TILE)), Forward;
        "one column of each tile short",              Product(kernel(p::TILE_BOUND)), Forward;
        "operand not transposed",                     Product(kernel(p::NOT_TRANSPOSED)), Backward;
        "= for +=",                                   Affine(kernel(a::ASSIGNED)), Backward;
        "last row left out",                          Affine(kernel(a::LAST_ROW)), Backward;
        "result for input in the VJP",                Affine(spec(a::RESULT_FOR_INPUT)), Vjp;
        "mean for sum in the VJP",                    Affine(spec(a::MEAN)), Vjp;
        "duplicate indices dropped in the VJP",       Lookup(spec(l::FIRST_ONLY)), Vjp;
        "duplicate indices dropped",                  Lookup(kernel(l::LAST_ONLY)), Backward;
        "labels off by one",                          Lookup(kernel(l::NEXT_ROW)), Forward;
    }
}

/// A wrong variant, and what was said of it.
pub(super) struct Judged {
    pub(super) fault: &'static str,
    pub(super) op: String,
    pub(super) tie: Tie,
    /// Whether the tie refuses it; all findings where it does not.
    pub(super) refused: Result<(), String>,
    /// The classic criteria: on the spec where its VJP is wrong, else on the kernels.
    pub(super) classic: Classic,
}

/// All of them, judged once.
pub(super) static JUDGED: LazyLock<Vec<Judged>> =
    LazyLock::new(|| mutants().iter().map(judge).collect());

fn judge(mutant: &Mutant) -> Judged {
    let Mutant { fault, op, tie } = mutant;
    let [kernels, spec] = judged(&**op);
    Judged {
        fault,
        op: op.name(),
        tie: *tie,
        refused: refused(mutant),
        classic: if *tie == Vjp { spec } else { kernels },
    }
}

fn refused(mutant: &Mutant) -> Result<(), String> {
    let findings = exact(&*mutant.op).map_err(|e| e.to_string())?;
    let tie = mutant.tie.name();
    let refuses = |f: &Finding| f.check == tie && matches!(f.verdict, Verdict::Fail(_));
    let refused = findings.iter().any(refuses);
    refused.then_some(()).ok_or_else(|| lines(&findings))
}

#[test]
fn mutants_are_refused() {
    for Judged {
        fault,
        op,
        tie,
        refused,
        ..
    } in &*JUDGED
    {
        let findings = refused.as_ref().err();
        let (tie, findings) = (tie.name(), findings.map_or("", String::as_str));
        assert!(
            refused.is_ok(),
            "`{fault}` in {op} was not refused by `{tie}`:\n{findings}"
        );
    }
}
