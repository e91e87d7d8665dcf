//! Wrong kernels and plans, by comparison with their specs in numbers.

use super::super::ops::attention::{attention_by, mask_by, passes_all_back};
use super::super::ops::edges::{
    RECIPROCAL, Saturated, Shifted, Step, TWO_SUBGROUPS, UNGUARDED, by_subgroups, lanes,
    shifted as e,
};
use super::super::ops::huge::{
    FIRST, POSITIVE, SQUARES, Square, layer_norm_in_units, rms_in_units,
};
use super::super::ops::kernels as k;
use super::super::ops::largest::{Large, wrong as w};
use super::super::ops::norms::RmsNorm;
use super::super::ops::plans::scale_by;
use super::super::ops::pointwise::{Gelu, Rectifier, Sigmoid};
use super::super::ops::reductions::{RowMax, Total, softmax_by};
use super::super::ops::row_sum::{Cap, RowSum};
use super::super::ops::rows::{
    Function::{LogSumExp, Variance},
    Rows, right as r, wrong as n,
};
use super::super::ops::sizes::{Twice, wrong as t};
use super::super::ops::softmax::{Softmax, wrong as s};
use super::super::ops::{catalogue, kernel, spec};
use super::super::{By, Row, rows};
use By::{Alone, Backward, Backward64, Beyond, BothPasses, Forward, Forward64, Stopped};
use hesper_ad::check::Tie;

/// What is wrong before a kernel runs.
const PLAN: By = Stopped("plan of kernels");
const SIGNATURE: By = Stopped("signature");

#[rustfmt::skip]
pub(super) const OF_THE_CATALOGUE: &[Row] = rows! {
    "blocks after the first forgotten", catalogue::bias_in_stages(|_| 1), Backward, "spec: db: ";
    "a block too many",                 catalogue::bias_in_stages(|blocks| blocks + 1), Backward, "its length is";
    "blocks a row short",               catalogue::short_blocks(), Backward, "spec: dgamma: ";
    "dgamma and dbeta exchanged",       catalogue::swapped_sums(), Backward, "spec: dbeta: ";
    "numbers after 1024 forgotten",     catalogue::mse_by(true, false), Forward, "nothing has written";
    "divided by the number of chunks",  catalogue::mse_by(false, true), Forward, "spec: y: ";
    "first row lost",                   catalogue::first_row_lost(), Forward, "spec: y: ";
    "last row lost",                    catalogue::last_row_lost(), Forward, "spec: y: ";
    "rows without ids not cleared",     catalogue::not_cleared(), Backward, "spec: dtable: ";
    "places add at once",               catalogue::places_race(), Backward, "race";
    "last of equal ids",                catalogue::last_of_equal(), Backward, "spec: dtable: ";
    "dq and dk exchanged",              catalogue::exchanged(), Backward, "spec: dk: ";
    "up forgotten",                     catalogue::without_gate(), Forward, "spec: y: ";
    "Nesterov's step",                  catalogue::nesterov_step(), Forward, "spec: new_w: ";
    "the other pairing",                catalogue::other_pairing(), BothPasses, "forward kernel = spec: y: ";
    "the other form of GELU",           catalogue::other_gelu(), BothPasses, "forward kernel = spec: y: ";
    "a cotangent not written",          catalogue::half_an_addition(), PLAN, "writes `db`";
    "batch forgotten",                  mask_by(1), Forward, "spec: y: ";
    "one key more",                     mask_by(2), Forward, "want -inf";
    "−10³⁰",                            mask_by(3), Forward, "got -1.0000000150474662e30";
    "one key less",                     mask_by(4), Forward, "got -inf";
    "all passed back",                  passes_all_back(), Backward, "spec: dx: ";
    "keys after the query",             attention_by(1), Forward, "spec: greatest: ";
    "greatest of nothing is zero",      attention_by(2), Forward, "spec: greatest: ";
    "sum not rescaled",                 attention_by(3), Forward, "spec: total: ";
    "result not rescaled",              attention_by(4), Forward, "spec: y: ";
    "log-sum-exp for the sum",          attention_by(5), Forward, "spec: total: ";
    "off-by-one tail",                  k::tail(), Forward, "y";
    "no guard",                         k::no_guard(), Forward, "but its length is";
    "all write one element",            k::one_place(), Forward, "nothing to order";
    "grid too small",                   k::small_grid(), Forward, "y";
    "wrong sign",                       k::sign(), Backward, "spec: dx";
    "dy ignored",                       k::seedless(), Backward, "spec: dx";
    "NaN",                              k::nan(), Backward, "NaN";
    "no backward kernel",               k::no_backward(), PLAN, "no backward kernel writes `dx`";
    "missing row offset",               k::row(), Backward, "spec: dx";
    "y and dy swapped",                 k::swapped(), Backward, "spec: dx";
    "transposed operands",              k::transposed(), Backward, "spec: da";
    "missing barrier",                  k::race(), Backward, "nothing to order";
    "barrier in divergent flow",        k::divergence(), Backward, "barrier";
};

#[rustfmt::skip]
pub(super) const OF_OTHERS: &[Row] = rows! {
    "row offset forgotten",             Softmax(kernel(s::ROW_OFFSET)), Alone("backward kernel = spec"), "spec: dx: ";
    "no mean",                          Softmax(kernel(s::NO_MEAN)), Alone("backward kernel = spec"), "spec: dx: ";
    "first column left out",            Softmax(kernel(s::FIRST_LEFT_OUT)), Alone("forward kernel = spec"), "spec: y: not finite at [0, 0]: got inf";
    "no maximum",                       Softmax(kernel(s::NO_MAX)), Alone("forward kernel = spec"), "spec: lse: ";
    "one row only",                     Softmax(kernel(s::ONE_ROW)), Alone("forward kernel = spec"), "spec: lse: ";
    "eps forgotten",                    RmsNorm(kernel(1)), Forward, "spec: r: ";
    "eps a literal",                    RmsNorm(kernel(2)), Forward, "spec: r";
    "wrong saved result",               RmsNorm(kernel(3)), Forward64, "spec: r: ";
    "first gain for all",               RmsNorm(kernel(4)), Forward, "spec: y: ";
    "last column forgotten",            RmsNorm(kernel(5)), Backward, "spec: dx: ";
    "divided by rows",                  RmsNorm(kernel(6)), Backward, "spec: dx: ";
    "last row wrong",                   RmsNorm(kernel(7)), Backward, "spec: dx: ";
    "adds to what was there",           RmsNorm(kernel(8)), Backward, "spec: dg: ";
    "64 rows at most",                  RmsNorm(kernel(9)), Backward, "spec: dg: ";
    "first row only",                   RmsNorm(kernel(10)), Backward, "spec: dg: ";
    "transposed strides",               RmsNorm(kernel(11)), Backward, "spec: dg: ";
    "rows add at once",                 RmsNorm(kernel(12)), Backward, "spec: dg: ";
    "tanh overflows",                   Gelu(kernel(1)), Forward, "NaN";
    "a digit lost in a constant",       Gelu(kernel(2)), Backward64, "spec: dx";
    "wrong where x < -12",              Gelu(kernel(3)), Backward, "spec: dx";
    "inf / inf at -128",                Sigmoid(kernel(1)), Backward, "NaN";
    "dy clipped at 1",                  Sigmoid(kernel(2)), Backward, "spec: dx";
    "y twice",                          Sigmoid(kernel(3)), Backward, "spec: dx";
    "one dimension of the grid",        Rectifier(kernel(1)), Forward, "y";
    "max with what was there, low",     Rectifier(kernel(2)), Forward, "y";
    "max with what was there",          Rectifier(kernel(3)), Forward, "y";
    "NaN masked by max",                Rectifier(kernel(4)), Forward, "y";
    "no guard, one invocation each",    Rectifier(kernel(5)), Forward, "length";
    ">= for >",                         Rectifier(kernel(6)), Backward, "spec: dx";
    "threshold 1e-3",                   Rectifier(kernel(7)), Backward, "spec: dx";
    "threshold 1e-6",                   Rectifier(kernel(8)), Backward, "spec: dx";
    "64 partial sums at most",          Total(1), Forward, "spec: y";
    "adds to what was there",           Total(2), Forward, "y";
    "wrong at n = 1",                   Total(4), Backward, "spec: dx";
    "no guard by workgroup",            Total(5), Forward, "length";
    "a partial sum nobody writes",      Total(7), Forward, "nothing has written";
    "temporary too small",              Total(8), Forward;
    "max with what was there",          RowMax(1), Forward, "y";
    "identity of max too great",        RowMax(2), Forward, "spec: y";
    "all of equal maxima",              RowMax(3), Backward, "spec: dx";
    "no maximum subtracted",            softmax_by(1), Forward, "spec: y";
    "one dimension of the grid",        softmax_by(2), Forward, "y";
    "no guard by workgroup",            softmax_by(3), Forward, "length";
    "256 columns at most",              softmax_by(4), Forward, "y";
};

/// Wherever the size stands beyond which a kernel forgets something, it is found and gone beyond.
#[rustfmt::skip]
pub(super) const FAR: &[Row] = rows! {
    "512 columns, a literal",           RowSum(Cap::Literal), Beyond(512);
    "5000 columns, a literal",          RowSum(Cap::Larger), Beyond(5000);
    "512 columns, comptime",            RowSum(Cap::Comptime(512)), Beyond(512);
    "5000 columns, comptime",           RowSum(Cap::Comptime(5000)), Beyond(5000);
    "512 columns, a const generic",     RowSum(Cap::Generic), Beyond(512);
    "512 columns, a uniform",           RowSum(Cap::Uniform(512)), Beyond(512);
    "5000 columns, a uniform",          RowSum(Cap::Uniform(5000)), Beyond(5000);
    "1014 columns, a break",            RowSum(Cap::Unless), Beyond(1014);
    "700 groups of four",               RowSum(Cap::Quarters), Beyond(2800);
    "64 lanes, eight times",            RowSum(Cap::Strided), Beyond(512);
    "600 columns, a function",          RowSum(Cap::Helped), Beyond(600);
    "3000 columns, the plan's uniform", RowSum(Cap::HostUniform), Beyond(3000);
    "3000 columns, the plan's comptime", RowSum(Cap::HostComptime), Beyond(3000);
    "4800 elements, the plan's grid",   RowSum(Cap::HostGrid), Beyond(4800);
    "700 columns, another kernel",      RowSum(Cap::HostSwitch), Beyond(699);
};

/// Wrong where sizes are related: equal, multiples, large together; or larger than any list of sizes.
#[rustfmt::skip]
pub(super) const SIZES: &[Row] = rows! {
    "across where b = c",               Twice(t::LAST_EQUAL, 0), Forward, "(a=2 b=5 c=5)";
    "across where a = b",               Twice(t::FIRST_EQUAL, 0), Forward, "(a=5 b=5 c=2)";
    "across where a = c",               Twice(t::ENDS_EQUAL, 0), Forward, "(a=5 b=2 c=5)";
    "wrong where all are equal",        Twice(t::CUBE, 0), Forward, "spec: y: ";
    "multiples of 4",                   Twice(t::MULTIPLE, 4), Forward, "spec: y: ";
    "multiples of 32",                  Twice(t::MULTIPLE, 32), Forward, "spec: y: ";
    "multiples of 128",                 Twice(t::MULTIPLE, 128), Forward, "spec: y: ";
    "one over hundreds",                Twice(t::ONE_OVER, 100), Forward, "(a=101 b=2 c=3)";
    "beyond a tile in two dimensions",  Twice(t::TWO_LARGE, 0), Forward, "spec: y: ";
    "beyond a tile in three",           Twice(t::THREE_LARGE, 0), Forward, "(a=17 b=18 c=19)";
    "from element 2²⁰ on",              Twice(t::MANY, 1 << 20), Forward64, "=1048577";
    "wraps at 2²⁰ elements",            Twice(t::WRAPPED, 1 << 20), Forward64, "=1048577";
    "from row 77 on",                   Twice(t::INDEX, 77), Forward, "spec: y: ";
    "from row 5000 on",                 Twice(t::INDEX, 5000), Forward, "a=5001";
    "another kernel where b = c",       Twice(t::HOST_EQUAL, 0), Forward, "spec: y: ";
    "another at multiples of 4",        Twice(t::HOST_MULTIPLE, 4), Forward, "spec: y: ";
    "another at multiples of 128",      Twice(t::HOST_MULTIPLE, 128), Forward, "spec: y: ";
    "another beyond 10 000",            Twice(t::HOST_LARGE, 10_000), Forward, "=10001";
    "65 535 workgroups at most",        Twice(t::HOST_GRID, 0), Forward64, "=2097";
};

/// Wrong where no run goes: told is what was not seen.
#[rustfmt::skip]
pub(super) const UNSEEN: &[Row] = rows! {
    "two equal beyond 3000",            Twice(t::EQUAL_LARGE, 3000), By::Unseen, "`twice`: the side of a condition at tests", "never holds, and could";
    "the same, as a value",             Twice(t::EQUAL_CHOSEN, 3000), By::Unseen, "the side of a condition at tests", "never holds, and could";
    "the same, by iterations",          Twice(t::EQUAL_TRIPS, 3000), By::Unseen, "the loop at tests", "never has an iteration, and could";
    "three large, one beyond 200",      Twice(t::ALL_LARGE, 200), By::Unseen, "the side of a condition at tests", "never holds, and could";
    "another kernel far out",           Twice(t::HOST_FAR, 20_000_000), By::Unseen, "the plan is another for a from 20000001 on, and was run for no such size";
};

/// Wrong at the sizes that are declared, and nowhere that anybody runs.
#[rustfmt::skip]
pub(super) const LARGEST: &[Row] = rows! {
    "four times the index",             Large(w::SCALED, [1 << 15, 1 << 16]), By::Largest, "the `*` at tests", "wraps: it is 0 to 8589934588, for an index of `x`", "(rows=32768 cols=65536)";
    "a square in a row of 10⁶",         Large(w::SQUARED, [1, 1_000_000]), By::Largest, "the `*` at tests", "wraps", "(rows=1 cols=1000000)";
    "through i32",                      Large(w::SIGNED, [3 << 14, 1 << 16]), By::Largest, "the `as` at tests", "wraps";
    "shifted to and fro",               Large(w::SHIFTED, [1 << 15, 1 << 16]), By::Largest, "the `<<` at tests", "wraps";
    "three times the index, compared",  Large(w::GUARD, [1 << 15, 1 << 16]), By::Largest, "the `*` at tests", "wraps", "for a comparison";
    "a sum that ranges lose",           Large(w::SUMMED, [1 << 15, 1 << 16]), By::LargestOpen, "the `+` at tests", "may wrap";
    "more than 2³² elements",           Large(0, [1 << 17, 1 << 16]), By::Largest, "more than kernels can index";
    "workgroups in one dimension",      Large(w::ONE_DIMENSION, [1 << 15, 1 << 16]), By::Largest, "`doubled` needs 33554432 workgroups in x, and the limit is 65535";
    "rows in the second dimension",     Large(w::ROWS, [1 << 24, 1]), By::Largest, "a grid over 1 by 16777216 invocations needs more workgroups than a dispatch has";
};

/// Wrong where numbers are at the edge of what is legal: all zero, minus infinity, constants that happen to be alike.
#[rustfmt::skip]
pub(super) const EDGES: &[Row] = rows! {
    "constants exchanged",              Shifted(kernel(e::SWAPPED)), Forward, "spec: y: ";
    "a constant written out",           Shifted(kernel(e::WRITTEN_OUT)), Forward, "spec: y: ";
    "constants exchanged, exactly",     Shifted(kernel(e::SWAPPED)), By::Exact(Tie::Forward), "spec";
    "constants exchanged in the VJP",   Shifted(spec(e::SWAPPED)), By::Exact(Tie::Vjp), "VJP";
    "each element by two invocations",  Shifted(kernel(e::BY_TWO)), Forward, "the same value, but nothing orders the two";
    "0/0 at the first step",            Step(RECIPROCAL), Forward, "NaN";
    "two subgroups, always",            by_subgroups(TWO_SUBGROUPS), Forward, "with subgroups of ";
    "a lane of minus infinities",       lanes(UNGUARDED), Forward, "NaN";
    "squares overflow",                 rms_in_units(SQUARES), Forward, "spec: y: ";
    "divided by the first numbers'",    rms_in_units(FIRST), Forward, "spec: y: ";
    "divided by a positive number",     rms_in_units(POSITIVE), Forward, "spec: y: ";
    "equal numbers forgotten",          layer_norm_in_units(), Forward, "not finite";
    "declared beyond its results",      Square(1e24), BothPasses, "the sampling declares that `x` is up to 1e24, where the spec has no results in binary32";
};

/// Right in exact arithmetic, and bad in numbers: WGSL allows devices results that are not right, or the reference executor has one.
#[rustfmt::skip]
pub(super) const DIGITS: &[Row] = rows! {
    "E[x²] − E[x]²",                    Rows(Variance, kernel(r::MOMENTS)), Forward, "loses digits at tests/suite/faults/ops/rows/kernels.rs";
    "no maximum subtracted",            softmax_by(1), Forward, "an overflow at tests/suite/faults/ops/reductions.rs";
    "no maximum in a log-sum-exp",      Rows(LogSumExp, kernel(n::NO_MAX)), Forward, "an overflow at tests/suite/faults/ops/rows/softmax.rs";
    "a square that overflows",          Saturated, Forward, "an overflow at tests/suite/faults/ops/edges.rs";
};

/// Signatures and plans that make no sense: each is a message that names the culprit, never a crash.
#[rustfmt::skip]
pub(super) const PLANS: &[Row] = rows! {
    "output named as a constant",       scale_by(1), SIGNATURE, "the name `s` is used twice";
    "output named as a cotangent",      scale_by(2), SIGNATURE, "`dx` is also the name of the cotangent of `x`";
    "output named as a dimension",      scale_by(3), SIGNATURE, "the name `n` is used twice";
    "output without a name",            scale_by(5), SIGNATURE, "the port name `` is no identifier";
    "two results in one place",         scale_by(6), PLAN, "`y`";
    "an input written",                 scale_by(7), PLAN, "`x`";
    "in place",                         scale_by(8), PLAN, "`y`";
    "a parameter bound twice",          scale_by(9), PLAN, "`x` is bound twice";
    "a parameter bound and given",      scale_by(10), PLAN, "`extra` is bound twice";
    "temporary named as a cotangent",   scale_by(11), PLAN, "temporary `dy` needs another name";
    "unknown dimension",                scale_by(12), PLAN, "the dimension `m`, which no port has";
    "the plan panics",                  scale_by(13), PLAN, "plan panicked: index out of bounds";
    "cotangent in the forward pass",    scale_by(14), PLAN, "which only backward kernels have";
    "a number for a buffer",            scale_by(15), PLAN, "`x`";
    "a parameter bound to nothing",     k::unbound(), PLAN;
};
