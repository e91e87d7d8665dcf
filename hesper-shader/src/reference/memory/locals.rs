//! Loads and stores of locals, which live in the frame: no other invocation sees them.

use super::arrays::{index, out_of_bounds, outside, split};
use super::moves::Pattern;
use super::places::AccessContext;
use crate::domain::Value;
use crate::reference::report::error::{AccessKind, Fault};
use crate::reference::values::columns::{Column, copy_active, part, part_mut, same_scalar};
use crate::reference::values::frame::Frame;
use crate::tree::{ByScalar, ExprId, Local, LocalId, Step, Tree, Type};
use std::mem::replace;

/// Reads a local, an element of a local array, or a component of one.
pub(in crate::reference) fn load<V: Copy>(
    local: LocalId,
    path: &[Step],
    result: ExprId,
    frame: &mut Frame<V>,
    access: AccessContext<'_>,
    tree: &Tree,
) -> Result<(), Fault> {
    let declared = declared(tree, access.frame, local);
    let (index, component) = index_of(declared, path);
    let lanes = access.active.lanes().len();
    if path.is_empty() && access.active.is_full() && frame.takes(result) {
        swap(frame, result, local);
        return Ok(());
    }
    let from = &frame.locals[local.index()];
    let to = &mut frame.values[result.index()];
    let Some((id, length)) = index else {
        same_scalar!(from, to, |from, to| {
            to.copy_from_slice(component.map_or(from, |c| part(from, c, lanes)))
        });
        return Ok(());
    };
    // Taken out, because the index is a column of the same frame.
    let mut out = replace(to, Column::Bool(Vec::new()));
    let elements = frame.value(id).unsigned();
    let checked = check(AccessKind::Read, declared, elements, length, access);
    if checked.is_ok() {
        load_elements(from, declared.ty, elements, component, access, &mut out);
    }
    *frame.value_mut(result) = out;
    checked
}

fn load_elements<V: Copy>(
    from: &Column<V>,
    ty: Type,
    elements: &[u32],
    component: Option<usize>,
    access: AccessContext<'_>,
    to: &mut Column<V>,
) {
    let lanes = access.active.lanes().len();
    let size = usize::from(ty.size);
    let pattern = Pattern::of_all(elements, access.active);
    let (first, count) = component.map_or((0, size), |c| (c, 1));
    same_scalar!(from, to, |from, to| {
        for c in 0..count {
            let (to, offset) = (part_mut(to, c, lanes), first + c);
            if let Pattern::Same(element) = pattern {
                to.copy_from_slice(part(from, element * size + offset, lanes));
                continue;
            }
            for (lane, (to, element)) in to.iter_mut().zip(elements).enumerate() {
                let at = (*element as usize * size + offset) * lanes + lane;
                if let Some(value) = from.get(at) {
                    *to = *value;
                }
            }
        }
    })
}

/// Writes a local, an element of a local array, or a component of one.
pub(in crate::reference) fn store<V: Copy>(
    local: LocalId,
    path: &[Step],
    value: ExprId,
    frame: &mut Frame<V>,
    access: AccessContext<'_>,
    tree: &Tree,
) -> Result<(), Fault> {
    let declared = declared(tree, access.frame, local);
    let (index, component) = index_of(declared, path);
    if path.is_empty() && access.active.is_full() && frame.shortcuts.gives(value) {
        swap(frame, value, local);
        return Ok(());
    }
    let active = access.active.lanes();
    let lanes = active.len();
    let size = usize::from(declared.ty.size);
    let from = &frame.values[value.index()];
    let to = &mut frame.locals[local.index()];
    let Some((id, length)) = index else {
        same_scalar!(from, to, |from, to| {
            let to = match component {
                None => to.as_mut_slice(),
                Some(c) => part_mut(to, c, lanes),
            };
            if access.active.is_full() {
                to.copy_from_slice(from);
            } else {
                copy_active(from, to, active);
            }
        });
        return Ok(());
    };
    let elements = frame.values[id.index()].unsigned();
    check(AccessKind::Write, declared, elements, length, access)?;
    let pattern = Pattern::of_all(elements, access.active);
    let (first, count) = component.map_or((0, size), |c| (c, 1));
    same_scalar!(from, to, |from, to| {
        for c in 0..count {
            let (from, offset) = (part(from, c, lanes), first + c);
            if let Pattern::Same(element) = pattern {
                part_mut(to, element * size + offset, lanes).copy_from_slice(from);
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
    });
    Ok(())
}

/// Moves a value by exchanging columns.
fn swap<V>(frame: &mut Frame<V>, value: ExprId, local: LocalId) {
    let value = &mut frame.values[value.index()];
    std::mem::swap(value, &mut frame.locals[local.index()]);
}

/// Whether a store to a local would change something; yes where that is not easily seen.
pub(in crate::reference) fn changes<V: Value>(
    local: LocalId,
    path: &[Step],
    value: ExprId,
    frame: &Frame<V>,
    active: &[bool],
) -> bool {
    if !path.is_empty() {
        return true;
    }
    let (from, to) = (frame.value(value), &frame.locals[local.index()]);
    let lanes = active.iter().cycle().zip(0..from.len());
    lanes
        .filter(|(on, _)| **on)
        .any(|(_, i)| !from.identical(i, to, i))
}

fn declared(tree: &Tree, frame: usize, local: LocalId) -> &Local {
    let function = tree.functions.get(frame).unwrap_or(&tree.entry);
    &function.locals[local.index()]
}

type Index = Option<(ExprId, u32)>;

/// The index of an array's element with the array's length, and the component.
fn index_of(local: &Local, path: &[Step]) -> (Index, Option<usize>) {
    let (indices, component) = split(path, usize::from(local.length.is_some()));
    let index = indices.first().map(index).zip(local.length);
    (index, component)
}

fn check(
    kind: AccessKind,
    local: &Local,
    index: &[u32],
    length: u32,
    access: AccessContext<'_>,
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
