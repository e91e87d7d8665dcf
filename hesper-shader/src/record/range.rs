//! Ranges of counted loops: `a..b`, `a..=b`, `.rev()`, `.step_by(n)`.
//!
//! A range is a first index, a number of trips and a step, so that no end is ever computed that could wrap.

use super::error::RecordProblem;
use super::exp::Exp;
use super::literal::IntegerLiteral;
use super::recorder::Recorder;
use super::relations::SameTy;
use super::state::State;
use crate::shader_type::ScalarType;
use crate::tree::{BinaryOp, ExprId, ExprKind, Literal, Loc, Math, Type};

/// An integer that a loop can count in.
#[diagnostic::on_unimplemented(
    message = "a loop counts in `u32` or `i32`, not in `{Self}`",
    label = "`{Self}` cannot count"
)]
pub trait RangeIndex: ScalarType {
    /// The constant `n` of the type.
    fn constant(n: u32) -> Literal;
}

impl RangeIndex for u32 {
    fn constant(n: u32) -> Literal {
        Literal::U32(n)
    }
}

impl RangeIndex for i32 {
    fn constant(n: u32) -> Literal {
        Literal::I32(n as i32)
    }
}

/// What a `for` loop runs over.
pub struct Range<'m, T> {
    first: Exp<'m, T>,
    pub(super) trips: Exp<'m, u32>,
    /// Distance between indices, as `u32` bits; `None` for 1.
    step: Option<Exp<'m, u32>>,
    descending: bool,
    from_zero: bool,
}

impl Recorder {
    /// `start..end`.
    #[track_caller]
    pub fn range<'m, T: RangeIndex + SameTy<U>, U: RangeIndex>(
        &'m self,
        start: Exp<'m, T>,
        end: Exp<'m, U>,
    ) -> Range<'m, T> {
        let loc = Loc::caller();
        let ids = (self.own(start, loc), self.own(end, loc));
        let (trips, from_zero) = self.with(|s| {
            let from_zero = s
                .get(ids.0)
                .is_some_and(|e| e.kind == ExprKind::Literal(T::constant(0)));
            if T::TYPE == Type::U32 {
                if from_zero {
                    return (ids.1, true);
                }
                if let (Some(a), Some(b)) = (s.literal_u32(ids.0), s.literal_u32(ids.1)) {
                    let trips = ExprKind::Literal(Literal::U32(b.saturating_sub(a)));
                    return (s.expr(trips, Type::U32, loc), false);
                }
            }
            let end = s.expr(ExprKind::Math(Math::Max, vec![ids.1, ids.0]), T::TYPE, loc);
            let difference = |s: &mut State, a: ExprId, b: ExprId| {
                s.expr(ExprKind::Binary(BinaryOp::Subtract, a, b), Type::U32, loc)
            };
            if T::TYPE == Type::U32 {
                return (difference(s, end, ids.0), false);
            }
            // As u32 the difference of two i32 never overflows.
            let end = s.expr(ExprKind::Convert(end), Type::U32, loc);
            let start = s.expr(ExprKind::Convert(ids.0), Type::U32, loc);
            (difference(s, end, start), from_zero)
        });
        Range {
            first: start,
            trips: self.exp(trips),
            step: None,
            descending: false,
            from_zero,
        }
    }

    /// `start..=end`; the range of all 2³² values of the type is empty, since its count does not fit.
    #[track_caller]
    pub fn range_inclusive<'m, T: RangeIndex + SameTy<U>, U: RangeIndex>(
        &'m self,
        start: Exp<'m, T>,
        end: Exp<'m, U>,
    ) -> Range<'m, T> {
        let loc = Loc::caller();
        let ids = (self.own(start, loc), self.own(end, loc));
        let trips = self.with(|s| {
            let as_u32 = |s: &mut State, id| match T::TYPE {
                Type::U32 => id,
                _ => s.expr(ExprKind::Convert(id), Type::U32, loc),
            };
            let (start, end) = (as_u32(s, ids.0), as_u32(s, ids.1));
            let one = s.expr(ExprKind::Literal(Literal::U32(1)), Type::U32, loc);
            let zero = s.expr(ExprKind::Literal(Literal::U32(0)), Type::U32, loc);
            let distance = s.expr(
                ExprKind::Binary(BinaryOp::Subtract, end, start),
                Type::U32,
                loc,
            );
            let count = s.expr(
                ExprKind::Binary(BinaryOp::Add, distance, one),
                Type::U32,
                loc,
            );
            let condition = s.expr(
                ExprKind::Binary(BinaryOp::GreaterEqual, ids.1, ids.0),
                Type::BOOL,
                loc,
            );
            s.expr(
                ExprKind::Select {
                    condition,
                    on_true: count,
                    on_false: zero,
                },
                Type::U32,
                loc,
            )
        });
        Range {
            first: start,
            trips: self.exp(trips),
            step: None,
            descending: false,
            from_zero: false,
        }
    }
}

/// The most rounds of the unrolled loops of a kernel.
const MOST_ROUNDS: usize = 4096;

impl Recorder {
    /// The rounds of a loop that is run while recording: `#[unroll] for i in range`.
    #[track_caller]
    pub fn unroll<I: IntoIterator>(&self, range: I) -> impl Iterator<Item = I::Item> {
        let loc = Loc::caller();
        let mut told = false;
        range.into_iter().take_while(move |_| {
            let rounds = self.with(|s| {
                s.rounds += 1;
                s.rounds
            });
            if rounds > MOST_ROUNDS && !std::mem::replace(&mut told, true) {
                self.with(|s| s.problem(RecordProblem::Unrolled(MOST_ROUNDS), loc));
            }
            rounds <= MOST_ROUNDS
        })
    }

    /// The value of an unrolled loop's variable.
    #[track_caller]
    pub fn unrolled<T: IntegerLiteral>(&self, value: T) -> Exp<'_, T> {
        self.int(value)
    }
}

impl<'m, T: RangeIndex> Range<'m, T> {
    /// Every `n`-th index, the first included, as Rust's `step_by`.
    #[track_caller]
    pub fn step_by<N: ScalarType + SameTy<u32>>(self, n: Exp<'m, N>) -> Range<'m, T> {
        let loc = Loc::caller();
        let recorder = self.trips.recorder;
        let (trips, n) = (recorder.own(self.trips, loc), recorder.own(n, loc));
        let step = self.step.map(|s| recorder.own(s, loc));
        let (trips, step) = recorder.with(|s| {
            if s.literal_u32(n) == Some(0) {
                s.problem(RecordProblem::ZeroStep, loc);
            }
            // ceil(trips / n) without the sum that could wrap.
            let one = s.expr(ExprKind::Literal(Literal::U32(1)), Type::U32, loc);
            let whole = s.expr(ExprKind::Binary(BinaryOp::Divide, trips, n), Type::U32, loc);
            let rest = s.expr(
                ExprKind::Binary(BinaryOp::Remainder, trips, n),
                Type::U32,
                loc,
            );
            let last = s.expr(ExprKind::Math(Math::Min, vec![rest, one]), Type::U32, loc);
            let trips = s.expr(ExprKind::Binary(BinaryOp::Add, whole, last), Type::U32, loc);
            let step = step
                .map(|old| s.expr(ExprKind::Binary(BinaryOp::Multiply, old, n), Type::U32, loc));
            (trips, step.unwrap_or(n))
        });
        Range {
            trips: recorder.exp(trips),
            step: Some(recorder.exp(step)),
            ..self
        }
    }

    /// The same indices, last first.
    #[track_caller]
    pub fn rev(self) -> Range<'m, T> {
        let loc = Loc::caller();
        let recorder = self.trips.recorder;
        let trips = recorder.own(self.trips, loc);
        let last = recorder.with(|s| {
            let one = s.expr(ExprKind::Literal(Literal::U32(1)), Type::U32, loc);
            s.expr(
                ExprKind::Binary(BinaryOp::Subtract, trips, one),
                Type::U32,
                loc,
            )
        });
        let first = self.index(recorder.exp(last), loc);
        Range {
            first,
            descending: !self.descending,
            from_zero: false,
            ..self
        }
    }

    /// The index after `count` trips; wraps only where the count is out of range.
    pub(super) fn index(&self, count: Exp<'m, u32>, loc: Loc) -> Exp<'m, T> {
        let recorder = self.trips.recorder;
        let (first, count) = (recorder.own(self.first, loc), recorder.own(count, loc));
        let step = self.step.map(|s| recorder.own(s, loc));
        let id = recorder.with(|s| {
            let distance = match step {
                None => count,
                Some(step) => s.expr(
                    ExprKind::Binary(BinaryOp::Multiply, count, step),
                    Type::U32,
                    loc,
                ),
            };
            let distance = match T::TYPE {
                Type::U32 => distance,
                ty => s.expr(ExprKind::Convert(distance), ty, loc),
            };
            if self.from_zero && !self.descending {
                return distance;
            }
            let op = if self.descending {
                BinaryOp::Subtract
            } else {
                BinaryOp::Add
            };
            s.expr(ExprKind::Binary(op, first, distance), T::TYPE, loc)
        });
        recorder.exp(id)
    }
}
