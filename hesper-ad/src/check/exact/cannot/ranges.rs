//! Where real numbers may lie on one path: sums of what is given, and intervals for the rest.
//!
//! A number is `c + Σ aᵥ·v + r` with the numbers `v` that a run is given, each in its range, and `r` in an interval of its own. Which of two numbers a
//! maximum is, and which way a comparison goes, one point of the path decides: so `x − max x` is 0 where `x` is the greatest, and the sum of such
//! exponentials is at least 1. A decision whose operands lie so that it can go no other way is proved to be none, on that path.

use crate::field::Site;
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, F64, NoMeaning, RealBinary, RealUnary, Value};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::Location;

/// A number of the point that chooses the path, and where it may lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ranged {
    pub(super) value: f64,
    form: usize,
}

impl Value for Ranged {}

/// `Σ aᵥ·v + r`, and bounds that are known besides.
#[derive(Clone, Debug)]
struct Form {
    terms: Vec<(usize, f64)>,
    rest: [f64; 2],
    bounds: [f64; 2],
}

/// Nothing is known besides.
const ANY: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];

/// What the rounding of an interval's ends is less than, relatively.
const SLACK: f64 = 1e-13;

/// Numbers with ranges.
#[derive(Default)]
pub(super) struct Ranges {
    forms: RefCell<Vec<Form>>,
    given: RefCell<Vec<[f64; 2]>>,
    line: Cell<Option<&'static Location<'static>>>,
    /// Which invocation runs: its workgroup and lane.
    invocation: Cell<(u32, u32)>,
    decisions: RefCell<Decisions>,
}

/// For each site and invocation, of its decisions in order whether they can go no other way.
pub(super) type Decisions = BTreeMap<(Site, (u32, u32)), Vec<bool>>;

impl Ranges {
    /// A number that is given, and its range.
    pub(super) fn given(&self, value: f64, range: [f64; 2]) -> Ranged {
        if !value.is_finite() {
            return self.number(value);
        }
        let mut given = self.given.borrow_mut();
        given.push(range);
        let terms = vec![(given.len() - 1, 1.0)];
        let form = self.keep(Form {
            terms,
            rest: [0.0; 2],
            bounds: range,
        });
        Ranged { value, form }
    }

    /// A number that is what it is.
    pub(super) fn number(&self, value: f64) -> Ranged {
        self.somewhere(value, [value; 2])
    }

    /// The decisions since the last call.
    pub(super) fn take(&self) -> Decisions {
        self.invocation.set((0, 0));
        self.decisions.take()
    }

    /// Runs lane by lane, so that decisions know whose they are.
    fn lanes(&self, active: &[bool], mut run: impl FnMut(usize)) {
        let (workgroup, _) = self.invocation.get();
        for (lane, _) in active.iter().enumerate().filter(|(_, on)| **on) {
            self.invocation.set((workgroup, lane as u32));
            run(lane);
        }
        self.invocation.set((workgroup, 0));
    }

    fn keep(&self, form: Form) -> usize {
        let mut forms = self.forms.borrow_mut();
        forms.push(form);
        forms.len() - 1
    }

    fn somewhere(&self, value: f64, [low, high]: [f64; 2]) -> Ranged {
        let known = !low.is_nan() && !high.is_nan();
        let rest = if known { [low, high] } else { ANY };
        let form = self.keep(Form {
            terms: Vec::new(),
            rest,
            bounds: ANY,
        });
        Ranged { value, form }
    }

    fn range(&self, x: Ranged) -> [f64; 2] {
        let forms = self.forms.borrow();
        let Form {
            terms,
            rest,
            bounds,
        } = &forms[x.form];
        let given = self.given.borrow();
        let [low, high] = terms.iter().fold(*rest, |[low, high], (v, factor)| {
            let [a, b] = given[*v].map(|end| end * factor);
            [down(low + a.min(b)), up(high + a.max(b))]
        });
        [low.max(bounds[0]), high.min(bounds[1])]
    }

    /// The same number, of which more is known.
    fn bounded(&self, x: Ranged, [low, high]: [f64; 2]) -> Ranged {
        let mut form = self.forms.borrow()[x.form].clone();
        form.bounds = [form.bounds[0].max(low), form.bounds[1].min(high)];
        let form = self.keep(form);
        Ranged { form, ..x }
    }

    /// The one number that it is.
    fn as_number(&self, x: Ranged) -> Option<f64> {
        let forms = self.forms.borrow();
        let Form { terms, rest, .. } = &forms[x.form];
        (terms.is_empty() && rest[0] == rest[1]).then_some(rest[0])
    }

    /// `x + factor·y`.
    fn sum(&self, value: f64, x: Ranged, factor: f64, y: Ranged) -> Ranged {
        let ([a, b], [c, d]) = (self.range(x), self.range(y).map(|end| end * factor));
        let bounds = [down(a + c.min(d)), up(b + c.max(d))];
        let form = {
            let forms = self.forms.borrow();
            let (a, b) = (&forms[x.form], &forms[y.form]);
            let mut terms = a.terms.clone();
            for (v, more) in &b.terms {
                match terms.binary_search_by_key(v, |(v, _)| *v) {
                    Ok(at) => terms[at].1 += factor * more,
                    Err(at) => terms.insert(at, (*v, factor * more)),
                }
            }
            terms.retain(|(_, factor)| *factor != 0.0);
            let [low, high] = b.rest.map(|end| end * factor);
            let rest = [
                down(a.rest[0] + low.min(high)),
                up(a.rest[1] + low.max(high)),
            ];
            Form {
                terms,
                rest,
                bounds,
            }
        };
        let mut known = form.rest.iter().chain(&form.bounds);
        if known.any(|end| end.is_nan()) {
            return self.somewhere(value, [f64::NAN; 2]);
        }
        Ranged {
            value,
            form: self.keep(form),
        }
    }

    fn product(&self, value: f64, x: Ranged, y: Ranged) -> Ranged {
        let zero = self.number(0.0);
        if let Some(factor) = self.as_number(y).filter(|y| y.is_finite()) {
            return self.sum(value, zero, factor, x);
        }
        if let Some(factor) = self.as_number(x).filter(|x| x.is_finite()) {
            return self.sum(value, zero, factor, y);
        }
        let (a, b) = (self.range(x), self.range(y));
        let mut ends = hull(a.iter().flat_map(|x| b.map(|y| times(*x, y))));
        if x.form == y.form {
            ends[0] = ends[0].max(0.0);
        }
        self.somewhere(value, ends)
    }

    fn quotient(&self, value: f64, x: Ranged, y: Ranged) -> Ranged {
        let [low, high] = self.range(y);
        if low <= 0.0 && high >= 0.0 {
            return self.somewhere(value, [f64::NAN; 2]);
        }
        let ends = hull([1.0 / low, 1.0 / high].into_iter());
        let inverse = self.somewhere(1.0 / y.value, ends);
        self.product(value, x, inverse)
    }

    fn decide(&self, kind: &'static str, holds: bool) {
        let Some(line) = self.line.get() else { return };
        let site = Site {
            file: line.file(),
            at: (line.line(), line.column()),
            kind,
        };
        let mut all = self.decisions.borrow_mut();
        let here = all.entry((site, self.invocation.get())).or_default();
        here.push(holds);
    }

    /// Takes note of a decision on the sign of `x − y`; where one is infinite there is nothing to decide.
    fn compared(&self, kind: &'static str, x: Ranged, y: Ranged) {
        if !x.value.is_finite() || !y.value.is_finite() {
            return self.decide(kind, true);
        }
        let [low, high] = self.range(self.sum(x.value - y.value, x, -1.0, y));
        // What chooses between equal numbers chooses nothing.
        let equal = low == 0.0 && high == 0.0;
        let chooses = matches!(kind, "max" | "min" | "abs") && (low >= 0.0 || high <= 0.0);
        self.decide(kind, equal || chooses || low > 0.0 || high < 0.0);
    }
}

/// A little less; what is infinite stays that.
fn down(x: f64) -> f64 {
    if x.is_finite() {
        x - x.abs() * SLACK
    } else {
        x
    }
}

fn up(x: f64) -> f64 {
    -down(-x)
}

/// A product of ends, where nothing times whatever is nothing.
fn times(x: f64, y: f64) -> f64 {
    if x == 0.0 || y == 0.0 { 0.0 } else { x * y }
}

fn hull(ends: impl Iterator<Item = f64>) -> [f64; 2] {
    let [low, high] = ends.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], end| {
        // A NaN must not get lost.
        let least = if end.is_nan() { end } else { low.min(end) };
        let greatest = if end.is_nan() { end } else { high.max(end) };
        [least, greatest]
    });
    [down(low), up(high)]
}

impl Domain for Ranges {
    type Value = Ranged;
    type Mask = bool;

    fn name(&self) -> String {
        "ranges".to_string()
    }

    fn enter_workgroup(&self) {
        let (workgroup, lane) = self.invocation.get();
        self.invocation.set((workgroup + 1, lane));
    }

    fn at(&self, line: &'static Location<'static>) {
        self.line.set(Some(line));
    }

    fn constant(&self, number: Number) -> Ranged {
        let value = number.to_f64();
        self.somewhere(value, [down(value), up(value)])
    }

    fn neg_infinity(&self) -> Ranged {
        self.number(f64::NEG_INFINITY)
    }

    fn from_f32(&self, value: f32) -> Ranged {
        self.number(value.into())
    }

    fn from_integer(&self, value: i64) -> Ranged {
        self.number(value as f64)
    }

    fn to_integer(&self, x: Ranged, low: i64, high: i64) -> Result<i64, NoMeaning> {
        let [least, most] = self.range(x);
        self.decide("rounding", least.trunc() == most.trunc());
        F64.to_integer(x.value, low, high)
    }

    fn unary(&self, op: RealUnary, x: Ranged) -> Ranged {
        let value = F64.unary(op, x.value);
        let [low, high] = self.range(x);
        let rising = || hull([low, high].map(|end| F64.unary(op, end)).into_iter());
        let ends = match op {
            RealUnary::Negate => return self.sum(value, self.number(0.0), -1.0, x),
            RealUnary::Abs => {
                self.compared("abs", x, self.number(0.0));
                let sign = if x.value < 0.0 { -1.0 } else { 1.0 };
                let result = self.sum(value, self.number(0.0), sign, x);
                return self.bounded(result, [0.0, f64::INFINITY]);
            }
            // Never less than nothing, however it underflows.
            RealUnary::Exp | RealUnary::Exp2 => {
                let [low, high] = rising();
                [low.max(0.0), high]
            }
            RealUnary::Tanh
            | RealUnary::Erf
            | RealUnary::Sinh
            | RealUnary::Asinh
            | RealUnary::Atan => rising(),
            RealUnary::Sqrt | RealUnary::Ln | RealUnary::Log2 if low >= 0.0 => rising(),
            RealUnary::InverseSqrt if low > 0.0 => rising(),
            RealUnary::Sin | RealUnary::Cos => [-1.0, 1.0],
            RealUnary::Sign
            | RealUnary::Floor
            | RealUnary::Ceil
            | RealUnary::RoundTiesEven
            | RealUnary::Trunc => {
                let [low, high] = [low, high].map(|end| F64.unary(op, end));
                self.decide("rounding", low == high);
                // The path has one outcome.
                return self.number(value);
            }
            RealUnary::Exponent | RealUnary::QuantizeToF16 => {
                self.decide("rounding", false);
                return self.number(value);
            }
            _ => [f64::NAN; 2],
        };
        self.somewhere(value, ends)
    }

    fn binary(&self, op: RealBinary, x: Ranged, y: Ranged) -> Ranged {
        let value = F64.binary(op, x.value, y.value);
        match op {
            RealBinary::Add => self.sum(value, x, 1.0, y),
            RealBinary::Subtract => self.sum(value, x, -1.0, y),
            RealBinary::Multiply => self.product(value, x, y),
            RealBinary::Divide => self.quotient(value, x, y),
            RealBinary::Max | RealBinary::Min => {
                let is_max = op == RealBinary::Max;
                // A mask value decides nothing.
                if x.value.is_finite() && y.value.is_finite() {
                    self.compared(if is_max { "max" } else { "min" }, x, y);
                }
                let first = if is_max {
                    x.value >= y.value
                } else {
                    x.value <= y.value
                };
                let (chosen, other) = if first { (x, y) } else { (y, x) };
                let [low, high] = self.range(other);
                let bounds = if is_max {
                    [low, f64::INFINITY]
                } else {
                    [f64::NEG_INFINITY, high]
                };
                match low.is_nan() || high.is_nan() {
                    true => chosen,
                    false => self.bounded(chosen, bounds),
                }
            }
            RealBinary::Remainder => {
                self.decide("rounding", false);
                self.somewhere(value, [f64::NAN; 2])
            }
            RealBinary::Pow | RealBinary::Atan2 => self.somewhere(value, [f64::NAN; 2]),
        }
    }

    fn compare(&self, op: Comparison, x: Ranged, y: Ranged) -> bool {
        let kind = match op {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterEqual => ">=",
        };
        self.compared(kind, x, y);
        F64.compare(op, x.value, y.value)
    }

    fn select(&self, mask: bool, on_true: Ranged, on_false: Ranged) -> Ranged {
        if mask { on_true } else { on_false }
    }

    fn unary_column(&self, op: RealUnary, x: &[Ranged], active: &[bool], out: &mut [Ranged]) {
        self.lanes(active, |lane| out[lane] = self.unary(op, x[lane]));
    }

    fn binary_column(
        &self,
        op: RealBinary,
        x: &[Ranged],
        y: &[Ranged],
        active: &[bool],
        out: &mut [Ranged],
    ) {
        self.lanes(active, |lane| out[lane] = self.binary(op, x[lane], y[lane]));
    }

    fn compare_column(
        &self,
        op: Comparison,
        x: &[Ranged],
        y: &[Ranged],
        active: &[bool],
        out: &mut [bool],
    ) {
        self.lanes(active, |lane| {
            out[lane] = self.compare(op, x[lane], y[lane])
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Real;
    use crate::tape::evaluate;

    #[test]
    fn what_cannot_turn_is_proved() {
        type Case = (fn(Real, Real) -> Real, &'static str, bool);
        let cases: [Case; 12] = [
            // The greatest less itself is 0, and its exponential 1.
            (
                |x, y| {
                    let m = x.max(y);
                    ((x - m).exp() + (y - m).exp())
                        .min(1e30 + x * 0.0)
                        .max(1e-30)
                },
                "max",
                false,
            ),
            (|x, y| (x - y).exp() + 1.0 - x.min(3e38), "min", true),
            (
                |x, _| Real::select((x.exp() + 1.0).gt(0.0), x, 0.0),
                ">",
                true,
            ),
            (|x, _| Real::select(x.exp().gt(0.0), x, 0.0), ">", false),
            (|x, _| Real::select((x * x).lt(-1.0), 0.0, x), "<", true),
            (|x, y| Real::select((x * y).lt(-1.0), 0.0, x), "<", false),
            (|x, _| x.max(-3e38), "max", true),
            (|x, _| x.max(-x).max(0.0), "max", false),
            (|x, y| (x - x.max(y)).exp().max(0.0), "max", false),
            (
                |x, _| Real::select((x * x + 1.0).ge(0.5), x, 0.0),
                ">=",
                true,
            ),
            (|x, _| x.max(-10.0), "max", false),
            (
                |x, _| Real::select((x.tanh() + 1.5).gt(0.25), x, 0.0),
                ">",
                true,
            ),
        ];
        for (i, (f, kind, proved)) in cases.into_iter().enumerate() {
            let ranges = Ranges::default();
            let given = |x| ranges.given(x, [-1e38, 1e38]);
            evaluate(&ranges, [given(1.0), given(0.5)], |[x, y]| [f(x, y)]);
            let all = ranges.take();
            let mut of_kind = all.iter().filter(|((site, _), _)| site.kind == kind);
            let said = of_kind.all(|(_, proved)| proved.iter().all(|proved| *proved));
            assert_eq!(said, proved, "case {i}: {all:?}");
        }
    }
}
