//! Wrong VJPs, and specs that do not fit their ports, by the numeric checks.

use super::super::ops::amiss::{Amiss, How};
use super::super::ops::attention::mask_ignored;
use super::super::ops::keeps::{Keeps, Use};
use super::super::ops::kinks::ReluAtZero;
use super::super::ops::norms::RmsNorm;
use super::super::ops::reductions::Total;
use super::super::ops::softmax::{Softmax, wrong::*};
use super::super::ops::{pointwise, spec, specs, vjps};
use super::super::{By, Row, rows};
use By::{Differences, DualNumbers, KnownPoint, SecondOrder, Singular, Stopped};

/// What stops nearly all checks.
const FITS: By = Stopped("spec fits its ports");

/// Softmax, by each numeric check of a spec, which tells the same in its way.
#[rustfmt::skip]
pub(super) const OF_SOFTMAX: &[Row] = rows! {
    "wrong sign",                              Softmax(spec(SIGN)), Differences, "finite differences: dx[";
    "wrong sign",                              Softmax(spec(SIGN)), DualNumbers, "dual numbers: <dy, J v> = ";
    "missing term",                            Softmax(spec(NO_PROJECTION)), Differences, "finite differences: dx[";
    "missing term",                            Softmax(spec(NO_PROJECTION)), DualNumbers, "dual numbers: <dy, J v> = ";
    "dy ignored",                              Softmax(spec(DY_ALL_ONES)), Differences, "finite differences: dx[";
    "dy ignored",                              Softmax(spec(DY_ALL_ONES)), DualNumbers, "dual numbers: <dy, J v> = ";
    "dy taken for 1",                          Softmax(spec(DY_ONE)), Differences, "finite differences: dx[";
    "dy taken for 1",                          Softmax(spec(DY_ONE)), DualNumbers, "dual numbers: <dy, J v> = ";
    "dy squared",                              Softmax(spec(DY_SQUARED)), Differences, "finite differences: dx[";
    "dy squared",                              Softmax(spec(DY_SQUARED)), DualNumbers, "dual numbers: <dy, J v> = ";
    "a millionth off",                         Softmax(spec(MILLIONTH_OFF)), Differences, "finite differences: dx[";
    "a millionth off",                         Softmax(spec(MILLIONTH_OFF)), DualNumbers, "dual numbers: <dy, J v> = ";
    "a hundred-millionth off",                 Softmax(spec(SLIGHTLY_OFF)), Differences, "finite differences: dx[";
    "a hundred-millionth off",                 Softmax(spec(SLIGHTLY_OFF)), DualNumbers, "dual numbers: <dy, J v> = ";
    "zero",                                    Softmax(spec(ZERO)), Differences, "finite differences: dx[";
    "zero",                                    Softmax(spec(ZERO)), DualNumbers, "dual numbers: <dy, J v> = ";
    "NaN",                                     Softmax(spec(NAN)), Differences, "finite differences: not finite: dx[0, 0] = NaN";
    "NaN",                                     Softmax(spec(NAN)), DualNumbers, "dual numbers: not finite: ";
    "NaN",                                     Softmax(spec(NAN)), SecondOrder;
    "NaN at the first place",                  Softmax(spec(FIRST_NAN)), Differences, "finite differences: not finite: dx[0, 0] = NaN";
    "NaN at the first place",                  Softmax(spec(FIRST_NAN)), DualNumbers, "dual numbers: not finite: ";
    "NaN at the last place",                   Softmax(spec(LAST_NAN)), Differences, "NaN";
    "NaN at the last place",                   Softmax(spec(LAST_NAN)), DualNumbers, "NaN";
    "forward yields NaN",                      Softmax(spec(FORWARD_NAN)), Differences, "finite differences: not finite: y[0, 0] = NaN";
    "forward yields NaN",                      Softmax(spec(FORWARD_NAN)), DualNumbers, "dual numbers: not finite: ";
    "empty result",                            Softmax(spec(EMPTY)), Differences, "finite differences: backward yields `dx` of shape [0]";
    "empty result",                            Softmax(spec(EMPTY)), DualNumbers, "dual numbers: backward yields `dx` of shape [0]";
    "transposed result",                       Softmax(spec(TRANSPOSED)), Differences, "finite differences: backward yields `dx` of shape [3, 2], not [2, 3]";
    "transposed result",                       Softmax(spec(TRANSPOSED)), DualNumbers, "dual numbers: backward yields `dx`";
    "backward panics",                         Softmax(spec(PANICS)), Differences, "finite differences: backward panicked: index [0, 3] lies outside the shape [2, 3]";
    "backward panics",                         Softmax(spec(PANICS)), DualNumbers, "dual numbers: backward panicked";
    "forward yields nothing",                  Softmax(spec(FORWARD_EMPTY)), Differences, "finite differences: forward yields `y` of shape [0], not [2, 3]";
    "forward yields nothing",                  Softmax(spec(FORWARD_EMPTY)), DualNumbers, "dual numbers: forward yields `y`";
    "nothing saved",                           Softmax(spec(NOT_SAVED)), Differences, "finite differences: forward: the saved result `lse` is missing";
    "nothing saved",                           Softmax(spec(NOT_SAVED)), DualNumbers, "dual numbers: forward: the saved result";
    "unknown constant",                        Softmax(spec(UNKNOWN_CONSTANT)), Differences, "finite differences: forward: the spec asks for the constant `scale`; there are: none";
    "unknown constant",                        Softmax(spec(UNKNOWN_CONSTANT)), DualNumbers, "dual numbers: forward: ";
};

#[rustfmt::skip]
pub(super) const VJPS: &[Row] = rows! {
    "dg without the second moment's part",     vjps::second_moment_forgotten(), Differences;
    "weight decay not differentiated",         vjps::decay_forgotten(), Differences;
    "cotangent turned on, not back",           vjps::turned_on(), Differences;
    "mean for the sum over rows",              vjps::mean_of_rows(), Differences;
    "dgamma without r",                        vjps::gain_unscaled(), Differences;
    "dbeta of the first row",                  vjps::bias_of_first_row(), Differences;
    "the target's cotangent without its sign", vjps::target_like_input(), Differences;
    "duplicate ids dropped",                   vjps::last_duplicate_only(), DualNumbers;
    "dk is dq",                                vjps::key_for_query(), Differences;
    "the 2 of a square forgotten",             vjps::factor_two_forgotten(), KnownPoint;
    "x·φ(x) forgotten",                        vjps::density_forgotten(), Differences;
    "a billionth off",                         vjps::billionth_off(), DualNumbers;
    "dup without σ",                           vjps::gate_unsquashed(), Differences;
    "half of the product rule",                vjps::product_rule_forgotten(), Differences;
    "mask ignored",                            mask_ignored(), Differences, "dx[";
    "mask ignored",                            mask_ignored(), DualNumbers, "<dy, J v>";
    "tests dy for x",                          specs::relu_of_dy(), Differences;
    "tests dy for x",                          specs::relu_of_dy(), DualNumbers;
    "wrong outer op",                          specs::wrong_outer(), DualNumbers;
    "wrong inner op",                          specs::wrong_inner(), DualNumbers;
    "wrong node of a graph",                   specs::wrong_node(), DualNumbers;
    "eps forgotten",                           RmsNorm(spec(1)), Differences;
    "eps forgotten",                           RmsNorm(spec(1)), DualNumbers;
    "divided by rows",                         RmsNorm(spec(2)), DualNumbers;
    "a power too many",                        RmsNorm(spec(3)), DualNumbers;
    "a hundred-millionth off",                 RmsNorm(spec(4)), DualNumbers;
    "first row forgotten",                     RmsNorm(spec(5)), DualNumbers;
    "16 rows at most",                         RmsNorm(spec(6)), DualNumbers;
    "a digit lost in a constant",              pointwise::Gelu(spec(pointwise::CONSTANT_OFF)), DualNumbers;
    "dy clipped at 1",                         pointwise::Sigmoid(spec(pointwise::CLIPS_SEED)), DualNumbers;
    "dy ignored in a branch",                  pointwise::Sigmoid(spec(pointwise::IGNORES_SEED)), DualNumbers;
    "wrong above n = 19",                      Total(6), DualNumbers;
    "a number of another run in what is derived", Keeps::new(Use::DerivedResult), DualNumbers, "a number of another run";
};

/// At kinks.
#[rustfmt::skip]
pub(super) const KINKS: &[Row] = rows! {
    "a slope of a million at zero",            ReluAtZero(1e6), Singular, "gives 1e6 at a kink of `forward`, whose derivative there is from 0 to 1";
    "a negative slope at zero",                ReluAtZero(-0.25), Singular, "at a kink of `forward`, whose derivative there is from 0 to 1";
    "a little more than the right slope",      ReluAtZero(1.001), Singular, "at a kink of `forward`";
};

/// What is told once, and first.
#[rustfmt::skip]
pub(super) const UNFIT: &[Row] = rows! {
    "empty result",                            Softmax(spec(EMPTY)), FITS, "backward yields `dx` of shape [0]", "no other check was run";
    "flattened result",                        Softmax(spec(FLATTENED)), FITS, "shape", "no other check was run";
    "transposed result",                       Softmax(spec(TRANSPOSED)), FITS, "ports: backward yields `dx` of shape [3, 2], not [2, 3]", "no other check was run";
    "transposed result of a node",             specs::transposed_node(), FITS, "ports: backward: Softmax at `p` yields `dx` of shape [3, 2], not [2, 3]";
    "backward panics",                         Softmax(spec(PANICS)), FITS, "ports: backward panicked: index [0, 3] lies outside the shape [2, 3]", "no other check was run";
    "nothing saved",                           Softmax(spec(NOT_SAVED)), FITS, "ports: forward: the saved result `lse` is missing", "no other check was run";
    "a kept number as an operand",             Keeps::new(Use::Operand), FITS, "a number of another run", "keeps.rs:", "no other check was run";
    "a kept number decides",                   Keeps::new(Use::Decision), FITS, "a number of another run", "keeps.rs:", "no other check was run";
    "a kept number in a sum",                  Keeps::new(Use::Term), FITS, "a number of another run", "keeps.rs:", "no other check was run";
    "a kept number as the result",             Keeps::new(Use::Result), FITS, "a number of another run", "keeps.rs:", "no other check was run";
    "a kept number in what is derived",        Keeps::new(Use::DerivedResult), FITS, "a number of another run", "keeps.rs:", "no other check was run";
    "a kept number as a cotangent",            Keeps::new(Use::Cotangent), FITS, "a number of another run", "keeps.rs:", "no other check was run";
    "something else each time",                Amiss::new(How::Alternates), FITS, "does something else each time it runs";
    "derives itself",                          Amiss::new(How::DerivesItself), FITS, "does a `forward` derive its own?";
    "panics in sampling",                      Amiss::new(How::PanicsInSampling), Stopped("signature"), "`sampling` panicked: no range";
    "checks itself, and has no kernels",       Amiss::new(How::ChecksItself), Stopped("plan of kernels"), "no forward kernel writes `y`";
    "a number of the run around",              Keeps::new(Use::Outer), FITS, "a number of another run", "keeps.rs:", "no other check was run";
};
