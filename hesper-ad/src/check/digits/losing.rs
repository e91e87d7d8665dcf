//! Numbers that know where they lost their digits.

use crate::tracked::{Bounded, NORMAL_F32, Tracked, UNIT_F32};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, NoMeaning, RealBinary, RealUnary, Value};
use std::cell::Cell;
use std::panic::Location;

/// A sum whose relative error is so much greater than its terms' has lost digits.
const LOST: f64 = 8.0;

/// A number with the rounding error that binary32 could have made, and the line where most of it came about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Traced {
    pub(super) number: Bounded,
    pub(super) line: Option<&'static Location<'static>>,
}

impl Value for Traced {}

impl Traced {
    /// The error as part of the number.
    fn part(&self) -> f64 {
        self.number.error / self.number.value.abs()
    }
}

/// Binary64 with the rounding errors of binary32, and the lines where sums cancel.
pub(super) struct Losing {
    tracked: Tracked,
    line: Cell<Option<&'static Location<'static>>>,
}

impl Losing {
    pub(super) fn new() -> Losing {
        Losing {
            tracked: Tracked::new(UNIT_F32, NORMAL_F32),
            line: Cell::new(None),
        }
    }

    fn fresh(&self, number: Bounded) -> Traced {
        Traced { number, line: None }
    }

    /// A result, which lost its digits where the worst of its operands did, or here.
    fn of(&self, number: Bounded, operands: &[Traced], is_sum: bool) -> Traced {
        let by_error = |x: &&Traced, y: &&Traced| x.number.error.total_cmp(&y.number.error);
        let by_part = |x: &&Traced, y: &&Traced| x.part().total_cmp(&y.part());
        let worst = match is_sum {
            true => operands.iter().max_by(by_error),
            false => operands.iter().max_by(by_part),
        };
        let before = operands.iter().map(Traced::part);
        let before = before
            .filter(|part| part.is_finite())
            .fold(UNIT_F32, f64::max);
        let line = worst.and_then(|worst| worst.line);
        let result = Traced { number, line };
        match is_sum && result.part() > LOST * before {
            true => Traced {
                line: self.line.get(),
                ..result
            },
            false => result,
        }
    }
}

impl Domain for Losing {
    type Value = Traced;
    type Mask = bool;

    fn name(&self) -> String {
        "binary32 with its rounding".to_string()
    }

    fn at(&self, line: &'static Location<'static>) {
        self.line.set(Some(line));
    }

    fn constant(&self, number: Number) -> Traced {
        self.fresh(self.tracked.constant(number))
    }

    fn neg_infinity(&self) -> Traced {
        self.fresh(self.tracked.neg_infinity())
    }

    fn from_f32(&self, value: f32) -> Traced {
        self.fresh(self.tracked.from_f32(value))
    }

    fn from_integer(&self, value: i64) -> Traced {
        self.fresh(self.tracked.from_integer(value))
    }

    fn to_integer(&self, x: Traced, low: i64, high: i64) -> Result<i64, NoMeaning> {
        self.tracked.to_integer(x.number, low, high)
    }

    fn unary(&self, op: RealUnary, x: Traced) -> Traced {
        self.of(self.tracked.unary(op, x.number), &[x], false)
    }

    fn binary(&self, op: RealBinary, x: Traced, y: Traced) -> Traced {
        let number = self.tracked.binary(op, x.number, y.number);
        let is_sum = matches!(op, RealBinary::Add | RealBinary::Subtract);
        match op {
            RealBinary::Max | RealBinary::Min => Traced {
                number,
                line: if number.value == x.number.value {
                    x.line
                } else {
                    y.line
                },
            },
            _ => self.of(number, &[x, y], is_sum),
        }
    }

    fn compare(&self, op: Comparison, x: Traced, y: Traced) -> bool {
        self.tracked.compare(op, x.number, y.number)
    }

    fn select(&self, mask: bool, on_true: Traced, on_false: Traced) -> Traced {
        if mask { on_true } else { on_false }
    }

    fn sum(&self, terms: &[Traced]) -> Traced {
        let numbers: Vec<Bounded> = terms.iter().map(|x| x.number).collect();
        self.of(self.tracked.sum(&numbers), terms, true)
    }
}
