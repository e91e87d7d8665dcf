//! What a division by zero divides.

use crate::reference::report::error::Fault;
use crate::reference::values::columns::Column;
use crate::reference::values::frame::{Frame, MISSING};
use crate::reference::workgroup::team::Team;
use crate::tree::{BinaryOp, ExprId, ExprKind, Function};

/// The fault of a lane in which a component of an expression's right side is zero.
pub(in crate::reference) fn division<V: Copy>(
    function: &Function,
    id: ExprId,
    frame: &Frame<V>,
    lane: usize,
    team: &Team,
) -> Fault {
    let Some(ExprKind::Binary(op, x, y)) = function.get(id).map(|expr| &expr.kind) else {
        return MISSING;
    };
    let operand = |id: &ExprId| frame.values.get(id.index());
    let (Some(x), Some(y)) = (operand(x), operand(y)) else {
        return MISSING;
    };
    let mut components = (lane..y.len()).step_by(team.lanes().max(1));
    let zero = components.find(|at| integer(y, *at) == Some(0));
    let Some(dividend) = zero.and_then(|at| integer(x, at)) else {
        return MISSING;
    };
    Fault::DivisionByZero {
        dividend,
        remainder: *op == BinaryOp::Remainder,
        invocation: team.invocation(lane),
    }
}

fn integer<V: Copy>(column: &Column<V>, at: usize) -> Option<i64> {
    match column {
        Column::I32(v) => v.get(at).map(|n| (*n).into()),
        Column::U32(v) => v.get(at).map(|n| (*n).into()),
        Column::Real(_) | Column::Bool(_) => None,
    }
}
