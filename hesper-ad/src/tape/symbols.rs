//! Recording as a number domain: its values are the numbers of a run, and what is done with them becomes nodes of the run's tape. So a formula
//! over any domain can be recorded.

use super::Recorder;
use super::real::{Mask, Real};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, NoMeaning, RealBinary, RealUnary, Value};
use std::panic::Location;

/// The numbers of this thread's run; what is recorded is said to come from this line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Symbols {
    pub(super) line: &'static Location<'static>,
}

impl Value for Real {
    fn identical(&self, other: &Real) -> bool {
        self.handle() == other.handle()
    }
}

impl Domain for Symbols {
    type Value = Real;
    type Mask = Mask;

    fn name(&self) -> String {
        "formulas".to_string()
    }

    fn constant(&self, number: Number) -> Real {
        Real::of(Recorder::with(|run| run.constant(number, self.line)))
    }

    fn neg_infinity(&self) -> Real {
        Real::of(Recorder::with(|run| run.neg_infinity(self.line)))
    }

    fn from_f32(&self, value: f32) -> Real {
        Real::of(Recorder::with(|run| run.host(value.into(), self.line)))
    }

    fn from_integer(&self, value: i64) -> Real {
        self.constant(Number::integer(value))
    }

    fn to_integer(&self, _: Real, _: i64, _: i64) -> Result<i64, NoMeaning> {
        Err(NoMeaning {
            domain: self.name(),
            operation: "a cast to an integer".to_string(),
        })
    }

    fn unary(&self, op: RealUnary, x: Real) -> Real {
        Real::of(Recorder::with(|run| run.unary(op, x.handle(), self.line)))
    }

    fn binary(&self, op: RealBinary, x: Real, y: Real) -> Real {
        let operands = [x.handle(), y.handle()];
        Real::of(Recorder::with(|run| run.binary(op, operands, self.line)))
    }

    fn compare(&self, op: Comparison, x: Real, y: Real) -> Mask {
        let operands = [x.handle(), y.handle()];
        Mask::of(Recorder::with(|run| run.compare(op, operands, self.line)))
    }

    fn select(&self, mask: Mask, on_true: Real, on_false: Real) -> Real {
        let operands = [on_true.handle(), on_false.handle()];
        Real::of(Recorder::with(|run| {
            run.select(mask.handle(), operands, self.line)
        }))
    }

    fn sum(&self, terms: &[Real]) -> Real {
        let terms: Vec<_> = terms.iter().map(|x| x.handle()).collect();
        Real::of(Recorder::with(|run| run.sum(terms, self.line)))
    }

    fn powi(&self, x: Real, n: i32) -> Real {
        Real::of(Recorder::with(|run| run.powi(x.handle(), n, self.line)))
    }
}
