//! Logs and assertions: what the reference executor prints, or stops with, and a device never sees.

use super::exp::Exp;
use super::recorder::Recorder;
use super::relations::ConditionTy;
use super::state::OpenKind;
use crate::shader_type::ShaderType;
use crate::tree::{ExprId, ExprKind, Loc, StmtKind, Type, UnaryOp};

/// A value to be printed.
#[derive(Clone, Copy, Debug)]
pub struct Logged(ExprId);

impl Recorder {
    /// Opens an assertion, inside of which the condition is evaluated: the reference executor alone sees it.
    #[track_caller]
    pub fn assert_(&self) {
        self.log_();
    }

    /// Opens the branch taken where the condition does not hold.
    #[track_caller]
    pub fn unless_<C: ConditionTy>(&self, condition: Exp<'_, C>) {
        let loc = Loc::caller();
        let condition = self.own(condition, loc);
        self.with(|s| {
            let fails = ExprKind::Unary(UnaryOp::Not, condition);
            let condition = s.expr(fails, Type::BOOL, loc);
            s.open_block(OpenKind::Accept { condition }, loc);
        });
    }

    /// Stops the reference executor with this text.
    #[track_caller]
    pub fn fail(&self, text: &[&str], values: &[Logged]) {
        let loc = Loc::caller();
        let fails = Recorder::text(text, values, true);
        self.with(|s| s.push(fails, loc));
    }

    /// Closes an assertion.
    #[track_caller]
    pub fn end_assert(&self) {
        self.end_aside("end_assert", "assert_", Loc::caller());
    }

    /// Opens a log: what is evaluated until [`end_log`](Recorder::end_log) is evaluated for it alone, and may only read.
    #[track_caller]
    pub fn log_(&self) {
        let loc = Loc::caller();
        self.with(|s| s.open_block(OpenKind::Aside, loc));
    }

    /// A value for the log.
    #[track_caller]
    pub fn logged<T: ShaderType>(&self, value: Exp<'_, T>) -> Logged {
        Logged(self.own(value, Loc::caller()))
    }

    /// Closes a log. `text` are the pieces around the values, one more than there are values.
    #[track_caller]
    pub fn end_log(&self, text: &[&str], values: &[Logged]) {
        let loc = Loc::caller();
        let log = Recorder::text(text, values, false);
        self.with(|s| s.push(log, loc));
        self.end_aside("end_log", "log_", loc);
    }

    fn text(text: &[&str], values: &[Logged], fails: bool) -> StmtKind {
        StmtKind::Log {
            text: text.iter().map(|piece| piece.to_string()).collect(),
            values: values.iter().map(|value| value.0).collect(),
            fails,
        }
    }

    fn end_aside(&self, found: &'static str, needed: &'static str, loc: Loc) {
        self.with(|s| {
            let block = s.close_block(found, needed, loc, |k| matches!(k, OpenKind::Aside));
            if let Some(block) = block {
                let body = block.statements;
                s.push(StmtKind::Aside { body }, block.loc);
            }
        });
    }
}
