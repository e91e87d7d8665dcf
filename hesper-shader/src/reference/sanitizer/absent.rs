//! Values of lanes that a subgroup does not have, followed to where they tell.
//!
//! Such a value is anything, and differs between devices. A reduction by shuffles computes with them in the lanes whose sums nobody takes; so it is no
//! mistake to have one, but to store it, to decide by it, or to use it as an index.

use super::origins::{Followed, Origins};
use crate::reference::report::error::{AbsentUse, Fault};
use crate::reference::values::frame::Frame;
use crate::reference::workgroup::team::Team;
use crate::tree::{BinaryOp, ExprId, ExprKind, Function, Loc, Type};

/// A lane that is not there, and where it was asked for its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    lane: u32,
    loc: Loc,
}

/// Which values of the running workgroups come from lanes that are not there.
#[derive(Debug)]
pub(super) struct Absent {
    pub(super) origins: Origins<Asked>,
}

impl Absent {
    pub(super) fn new() -> Absent {
        Absent {
            origins: Origins::new(),
        }
    }

    /// Lanes got the value of a lane that is not there: each with that lane's number.
    pub(super) fn asked(&mut self, to: Followed, lanes: &[(usize, u32)], count: usize, loc: Loc) {
        if lanes.is_empty() {
            return;
        }
        let origins = self.origins.lanes(to, count);
        for (lane, absent) in lanes {
            if let Some(origin) = origins.get_mut(*lane) {
                *origin = Some(Asked { lane: *absent, loc });
            }
        }
    }

    /// An expression was computed.
    pub(super) fn computed<V: Copy>(
        &mut self,
        f: usize,
        function: &Function,
        id: ExprId,
        frame: &Frame<V>,
        active: &[bool],
    ) {
        if self.origins.is_empty() {
            return;
        }
        let (to, of) = (Followed::Expr(f, id), |id| Followed::Expr(f, id));
        self.origins.forget(to);
        match &function[id].kind {
            ExprKind::Select {
                condition,
                on_true,
                on_false,
            } => {
                let operands = [*condition, *on_true, *on_false];
                self.origins.chosen(f, operands, to, frame);
                self.origins.join(of(*condition), to, active);
            }
            // The right side counts where the left one leaves it open.
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), x, y)
                if function[id].ty == Type::BOOL =>
            {
                let left = frame.values[x.index()].truths();
                let open: Vec<bool> = left.iter().map(|x| *x == (*op == BinaryOp::And)).collect();
                self.origins.join(of(*x), to, active);
                self.origins.join(of(*y), to, &open);
            }
            kind => kind.for_each_operand(|operand| self.origins.join(of(operand), to, active)),
        }
    }

    /// Checks that a value that tells does not come from a lane that is not there.
    pub(super) fn told(
        &self,
        value: Followed,
        used: AbsentUse,
        active: &[bool],
        team: &Team,
    ) -> Result<(), Fault> {
        match self.origins.first(value, active) {
            None => Ok(()),
            Some((lane, asked)) => Err(Fault::AbsentLane {
                used,
                lane: asked.lane,
                asked: asked.loc,
                invocation: team.invocation(lane),
            }),
        }
    }
}
