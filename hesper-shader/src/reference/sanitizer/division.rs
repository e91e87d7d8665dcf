//! What a division by zero divides.

use crate::reference::report::error::Fault;
use crate::reference::values::columns::{Column, refused};
use crate::reference::values::frame::Frame;
use crate::reference::workgroup::team::Team;
use crate::tree::{BinaryOp, ExprId, ExprKind, Function};

/// The fault of a lane in which a component of an expression's right side is zero; the expression is a quotient or a remainder.
pub(in crate::reference) fn division<V: Copy>(
    function: &Function,
    id: ExprId,
    frame: &Frame<V>,
    lane: usize,
    team: &Team,
) -> Fault {
    let ExprKind::Binary(op, x, y) = function[id].kind else {
        refused("a division without operands");
    };
    let (x, y) = (frame.value(x), frame.value(y));
    let mut components = (lane..y.len()).step_by(team.lanes().max(1));
    let zero = components.find(|at| integer(y, *at) == Some(0));
    Fault::DivisionByZero {
        dividend: zero.and_then(|at| integer(x, at)).unwrap_or_default(),
        remainder: op == BinaryOp::Remainder,
        invocation: team.invocation(lane),
    }
}

fn integer<V: Copy>(column: &Column<V>, at: usize) -> Option<i64> {
    match column {
        Column::I32(v) => v.get(at).map(|n| (*n).into()),
        Column::U32(v) => v.get(at).map(|n| (*n).into()),
        Column::F32(_) | Column::Bool(_) => None,
    }
}
