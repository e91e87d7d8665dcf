//! Loads and stores of locals, which live in the frame: no other invocation sees them.

use super::arrays::{SHAPE, out_of_bounds, outside, split};
use super::moves::Pattern;
use super::places::Access;
use crate::domain::Value;
use crate::reference::report::error::{AccessKind, Fault};
use crate::reference::values::columns::{
    Column, MIXED, copy, copy_active, part, part_mut, same_scalar,
};
use crate::reference::values::frame::{Frame, missing};
use crate::tree::{ExprId, Local, LocalId, Step, Tree};
use std::mem::replace;

/// Reads a local, an element of a local array, or a component of one.
pub(in crate::reference) fn load<V: Copy>(
    local: LocalId,
    path: &[Step],
    result: ExprId,
    frame: &mut Frame<V>,
    access: Access<'_>,
    tree: &Tree,
) -> Result<(), Fault> {
    let declared = declared(tree, access.frame, local)?;
    let (index, component) = index_of(declared, path)?;
    let lanes = access.active.lanes().len();
    if path.is_empty() && access.active.is_full() && frame.shortcuts.takes(result) {
        return swap(frame, result, local);
    }
    let from = frame.locals.get(local.index()).ok_or_else(missing)?;
    let Some((id, length)) = index else {
        let to = frame.values.get_mut(result.index()).ok_or_else(missing)?;
        return same_scalar!(from, Column, to, Column, |from, to| match component {
            None => copy(from, to),
            Some(c) => copy(part(from, c, lanes), to),
        });
    };
    let to = frame.values.get_mut(result.index()).ok_or_else(missing)?;
    // Taken out, because the index is a column of the same frame.
    let mut out = replace(to, Column::Bool(Vec::new()));
    let loaded = frame.value(id).and_then(|index| {
        load_elements(
            from,
            declared,
            index.unsigned()?,
            length,
            component,
            access,
            &mut out,
        )
    });
    if let Some(to) = frame.values.get_mut(result.index()) {
        *to = out;
    }
    loaded
}

fn load_elements<V: Copy>(
    from: &Column<V>,
    declared: &Local,
    elements: &[u32],
    length: u32,
    component: Option<usize>,
    access: Access<'_>,
    to: &mut Column<V>,
) -> Result<(), Fault> {
    check(AccessKind::Read, declared, elements, length, access)?;
    let lanes = access.active.lanes().len();
    let size = usize::from(declared.ty.size);
    let pattern = Pattern::of_all(elements, access.active);
    let (first, count) = component.map_or((0, size), |c| (c, 1));
    same_scalar!(from, Column, to, Column, |from, to| {
        if to.len() != lanes * count {
            return Err(MIXED);
        }
        for c in 0..count {
            let (to, offset) = (part_mut(to, c, lanes), first + c);
            if let Pattern::Same(element) = pattern {
                copy(part(from, element * size + offset, lanes), to)?;
                continue;
            }
            for (lane, (to, element)) in to.iter_mut().zip(elements).enumerate() {
                let at = (*element as usize * size + offset) * lanes + lane;
                if let Some(value) = from.get(at) {
                    *to = *value;
                }
            }
        }
        Ok(())
    })
}

/// Writes a local, an element of a local array, or a component of one.
pub(in crate::reference) fn store<V: Copy>(
    local: LocalId,
    path: &[Step],
    value: ExprId,
    frame: &mut Frame<V>,
    access: Access<'_>,
    tree: &Tree,
) -> Result<(), Fault> {
    let declared = declared(tree, access.frame, local)?;
    let (index, component) = index_of(declared, path)?;
    if path.is_empty() && access.active.is_full() && frame.shortcuts.gives(value) {
        return swap(frame, value, local);
    }
    let active = access.active.lanes();
    let lanes = active.len();
    let size = usize::from(declared.ty.size);
    let from = frame.values.get(value.index()).ok_or_else(missing)?;
    let to = frame.locals.get_mut(local.index()).ok_or_else(missing)?;
    let Some((id, length)) = index else {
        return same_scalar!(from, Column, to, Column, |from, to| {
            let to = match component {
                None => to.as_mut_slice(),
                Some(c) => part_mut(to, c, lanes),
            };
            if access.active.is_full() {
                copy(from, to)
            } else {
                copy_active(from, to, active)
            }
        });
    };
    let elements = frame
        .values
        .get(id.index())
        .ok_or_else(missing)?
        .unsigned()?;
    check(AccessKind::Write, declared, elements, length, access)?;
    let pattern = Pattern::of_all(elements, access.active);
    let (first, count) = component.map_or((0, size), |c| (c, 1));
    same_scalar!(from, Column, to, Column, |from, to| {
        if from.len() != lanes * count {
            return Err(MIXED);
        }
        for c in 0..count {
            let (from, offset) = (part(from, c, lanes), first + c);
            if let Pattern::Same(element) = pattern {
                copy(from, part_mut(to, element * size + offset, lanes))?;
                continue;
            }
            let sources = from.iter().zip(elements).zip(active).enumerate();
            for (lane, ((from, element), on)) in sources {
                let at = (*element as usize * size + offset) * lanes + lane;
                if let Some(to) = to.get_mut(at).filter(|_| *on) {
                    *to = *from;
                }
            }
        }
        Ok(())
    })
}

/// Moves a value by exchanging columns.
fn swap<V>(frame: &mut Frame<V>, value: ExprId, local: LocalId) -> Result<(), Fault> {
    let value = frame.values.get_mut(value.index()).ok_or_else(missing)?;
    let local = frame.locals.get_mut(local.index()).ok_or_else(missing)?;
    std::mem::swap(value, local);
    Ok(())
}

/// Whether a store to a local would change something; yes where that is not easily seen.
pub(in crate::reference) fn changes<V: Value>(
    local: LocalId,
    path: &[Step],
    value: ExprId,
    frame: &Frame<V>,
    active: &[bool],
) -> bool {
    let columns = (
        frame.values.get(value.index()),
        frame.locals.get(local.index()),
    );
    let (Some(from), Some(to), []) = (columns.0, columns.1, path) else {
        return true;
    };
    let lanes = active.iter().cycle().zip(0..from.len());
    lanes
        .filter(|(on, _)| **on)
        .any(|(_, i)| !from.identical(i, to, i))
}

fn declared(tree: &Tree, frame: usize, local: LocalId) -> Result<&Local, Fault> {
    let function = tree.all_functions().nth(frame).ok_or_else(missing)?;
    function.locals.get(local.index()).ok_or_else(missing)
}

type Index = Option<(ExprId, u32)>;

/// The index of an array's element with the array's length, and the component.
fn index_of(local: &Local, path: &[Step]) -> Result<(Index, Option<usize>), Fault> {
    let (indices, component) = split(path, usize::from(local.length.is_some()), local.ty)?;
    let index = match (indices, local.length) {
        ([], None) => None,
        ([Step::Index(id)], Some(length)) => Some((*id, length)),
        _ => return Err(SHAPE),
    };
    Ok((index, component))
}

fn check(
    kind: AccessKind,
    local: &Local,
    index: &[u32],
    length: u32,
    access: Access<'_>,
) -> Result<(), Fault> {
    match outside(index, length, access.active.lanes()) {
        Some(lane) => Err(out_of_bounds(
            kind,
            &local.name,
            index,
            length,
            lane,
            access,
        )),
        None => Ok(()),
    }
}
