//! Loads and stores of locals, which live in the frame: no bounds, no other invocation.

use super::columns::{
    Column, copy, copy_active, copy_column, copy_column_active, part, part_mut, same_scalar,
};
use super::error::Fault;
use super::frame::{Frame, MISSING};
use super::mask::Mask;
use super::places::SHAPE;
use crate::tree::{ExprId, LocalId, Step};

/// Reads a local, or a component of one.
pub(super) fn load<V: Copy>(
    local: LocalId,
    path: &[Step],
    result: ExprId,
    frame: &mut Frame<V>,
    active: &[bool],
) -> Result<(), Fault> {
    let from = frame.locals.get(local.index()).ok_or(MISSING)?;
    let to = frame.values.get_mut(result.index()).ok_or(MISSING)?;
    match path {
        [] => copy_column(from, to),
        [Step::Component(c)] => same_scalar!(from, Column, to, Column, |from, to| {
            copy(part(from, usize::from(*c), active.len()), to)
        }),
        _ => Err(SHAPE),
    }
}

/// Writes a local, or a component of one.
pub(super) fn store<V: Copy>(
    local: LocalId,
    path: &[Step],
    value: ExprId,
    frame: &mut Frame<V>,
    active: &Mask,
) -> Result<(), Fault> {
    let from = frame.values.get(value.index()).ok_or(MISSING)?;
    let to = frame.locals.get_mut(local.index()).ok_or(MISSING)?;
    let active = active.lanes();
    match path {
        [] => copy_column_active(from, to, active),
        [Step::Component(c)] => same_scalar!(from, Column, to, Column, |from, to| {
            copy_active(from, part_mut(to, usize::from(*c), active.len()), active)
        }),
        _ => Err(SHAPE),
    }
}
