//! What the shadows decide.

use super::element::{Element, Kind};
use super::exact::Exact;
use super::trace::Decision;
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, RealUnary};

impl Exact {
    /// A step function: the integer that the shadow says.
    pub(super) fn rounded(&self, op: RealUnary, x: Element) -> Element {
        let steps = self.shadow_of(op, x);
        if steps.error != 0.0 {
            self.leave_open();
        }
        let whole = steps.value as i64;
        self.decide("rounding", whole, whole);
        self.integer(whole)
    }

    /// Binary16's nearest, which the shadow says.
    pub(super) fn quantized(&self, x: Element) -> Element {
        let steps = self.shadow_of(RealUnary::QuantizeToF16, x);
        if steps.error != 0.0 {
            self.leave_open();
        }
        let bits = steps.value.to_bits() as i64;
        self.decide("rounding", bits, bits);
        match Number::from_f64(steps.value) {
            Ok(number) => self.literal(number),
            Err(_) => {
                self.note("overflow of binary16", x.shadow.value, true);
                self.poison("a number beyond binary16")
            }
        }
    }

    /// The greater or lesser of two; equal elements need no decision.
    pub(super) fn extreme(
        &self,
        kind: &'static str,
        other: Comparison,
        x: Element,
        y: Element,
    ) -> Element {
        match (x.kind, y.kind) {
            (Kind::NegInfinity, _) => return if other == Comparison::Less { y } else { x },
            (_, Kind::NegInfinity) => return if other == Comparison::Less { x } else { y },
            _ => {}
        }
        if self.choice(kind, other, x, y) { y } else { x }
    }

    pub(super) fn comparison(&self, op: Comparison, x: Element, y: Element) -> bool {
        let kind = match op {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterEqual => ">=",
        };
        self.compared(op, x, y).is_some_and(|compared| {
            let outcome = match op {
                // It holds at one number only: on which side of that it was tells more.
                Comparison::Equal | Comparison::NotEqual if !compared.tied => {
                    i64::from(x.shadow.value > y.shadow.value)
                }
                _ => compared.outcome(),
            };
            self.decide(kind, outcome, compared.said.into());
            compared.said
        })
    }

    /// A comparison that chooses between values. Where they tie it makes no difference which, so that no side counts as taken.
    pub(super) fn choice(
        &self,
        kind: &'static str,
        op: Comparison,
        x: Element,
        y: Element,
    ) -> bool {
        self.compared(op, x, y).is_some_and(|compared| {
            self.decide(kind, compared.outcome(), compared.outcome());
            compared.said
        })
    }

    /// A comparison: equal where the elements are, else by the shadows; one that rounding could turn is left open.
    fn compared(&self, op: Comparison, x: Element, y: Element) -> Option<Answer> {
        let (a, b) = (x.shadow, y.shadow);
        if !x.is_sound() || !y.is_sound() {
            self.leave_open();
            return None;
        }
        if x.same_value(&y) {
            let said = matches!(
                op,
                Comparison::Equal | Comparison::LessEqual | Comparison::GreaterEqual
            );
            return Some(Answer { said, tied: true });
        }
        let said = self.tracked.compare(op, a, b);
        if x.kind == Kind::NegInfinity || y.kind == Kind::NegInfinity {
            return Some(Answer { said, tied: true });
        }
        // Where nothing is known of the error, nothing is decided.
        let apart = (a.value - b.value).abs() > a.error + b.error;
        if !apart {
            self.leave_open();
        }
        Some(Answer { said, tied: false })
    }
}

/// What a comparison said, and whether there was nothing to decide.
struct Answer {
    said: bool,
    tied: bool,
}

impl Answer {
    fn outcome(&self) -> i64 {
        if self.tied {
            Decision::NONE
        } else {
            self.said.into()
        }
    }
}
