//! Loads and stores of locals, which live in the frame: no other invocation sees them.

use super::arrays::{advance, index, out_of_bounds, outside, split};
use super::moves::Pattern;
use super::places::{AccessContext, row};
use crate::domain::Value;
use crate::reference::report::error::{AccessKind, Fault};
use crate::reference::values::columns::{Column, copy_active, part, part_mut, same_scalar};
use crate::reference::values::frame::Frame;
use crate::tree::{ByScalar, ExprId, Local, LocalId, Step, Tree, Type};
use std::borrow::Cow;
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
    let (indices, component) = split(path, declared.dims.len());
    let lanes = access.active.lanes().len();
    if path.is_empty() && access.active.is_full() && frame.takes(result) {
        swap(frame, result, local);
        return Ok(());
    }
    let to = &mut frame.values[result.index()];
    if indices.is_empty() {
        let from = &frame.locals[local.index()];
        same_scalar!(from, to, |from, to| {
            to.copy_from_slice(component.map_or(from, |c| part(from, c, lanes)))
        });
        return Ok(());
    }
    // Taken out, because the index is a column of the same frame.
    let mut out = replace(to, Column::Bool(Vec::new()));
    let elements = elements(AccessKind::Read, declared, indices, &frame.values, access);
    let loaded = elements.map(|elements| {
        let from = &frame.locals[local.index()];
        load_elements(from, declared.ty, &elements, component, access, &mut out);
    });
    *frame.value_mut(result) = out;
    loaded
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
    let (indices, component) = split(path, declared.dims.len());
    if path.is_empty() && access.active.is_full() && frame.shortcuts.gives(value) {
        swap(frame, value, local);
        return Ok(());
    }
    let active = access.active.lanes();
    let lanes = active.len();
    let size = usize::from(declared.ty.size);
    if indices.is_empty() {
        let from = &frame.values[value.index()];
        let to = &mut frame.locals[local.index()];
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
    }
    let elements = elements(AccessKind::Write, declared, indices, &frame.values, access)?;
    let pattern = Pattern::of_all(&elements, access.active);
    let from = &frame.values[value.index()];
    let to = &mut frame.locals[local.index()];
    let (first, count) = component.map_or((0, size), |c| (c, 1));
    same_scalar!(from, to, |from, to| {
        for c in 0..count {
            let (from, offset) = (part(from, c, lanes), first + c);
            if let Pattern::Same(element) = pattern {
                part_mut(to, element * size + offset, lanes).copy_from_slice(from);
                continue;
            }
            let sources = from.iter().zip(&*elements).zip(active).enumerate();
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

/// The element of each lane, counted over all dimensions, once every index is seen to be inside.
fn elements<'f, V: Copy>(
    kind: AccessKind,
    local: &Local,
    indices: &[Step],
    values: &'f [Column<V>],
    access: AccessContext<'_>,
) -> Result<Cow<'f, [u32]>, Fault> {
    let mut elements = Cow::Borrowed(&[][..]);
    for (n, (step, dim)) in indices.iter().zip(&local.dims).enumerate() {
        let index = values[index(step).index()].unsigned();
        if let Some(lane) = outside(index, *dim, access.active.lanes()) {
            let row = row(&local.name, &indices[..n], values, lane);
            return Err(out_of_bounds(kind, &row, index, *dim, lane, access));
        }
        match n {
            0 => elements = Cow::Borrowed(index),
            _ => advance(elements.to_mut(), index, *dim),
        }
    }
    Ok(elements)
}
