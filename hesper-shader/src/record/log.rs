//! Logs: lines that the reference executor prints and a device never sees.

use super::exp::Exp;
use super::recorder::Recorder;
use super::state::OpenKind;
use crate::shader_type::ShaderType;
use crate::tree::{ExprId, Loc, StmtKind};

/// A value to be printed.
#[derive(Clone, Copy, Debug)]
pub struct Logged(ExprId);

impl Recorder {
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
        let log = StmtKind::Log {
            text: text.iter().map(|piece| piece.to_string()).collect(),
            values: values.iter().map(|value| value.0).collect(),
        };
        self.with(|s| {
            s.push(log, loc);
            let block = s.close_block("end_log", "log_", loc, |k| matches!(k, OpenKind::Aside));
            if let Some(block) = block {
                let body = block.statements;
                s.push(StmtKind::Aside { body }, block.loc);
            }
        });
    }
}
