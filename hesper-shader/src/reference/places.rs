//! Loads and stores: where a place is for each lane, whether it is inside, and the move itself.

use super::binding::Binding;
use super::columns::{Column, MIXED, View, ViewMut, part, part_mut, same_scalar};
use super::error::{AccessKind, Fault, Race, RaceAccess, internal};
use super::frame::{Frame, MISSING};
use super::locals;
use super::mask::Mask;
use super::position::Position;
use super::shadow::{Clash, Shadow, Space};
use crate::tree::{ExprId, Loc, ParamKind, Place, Root, Step, Tree, Type};

/// Memory outside frames: buffers and workgroup variables.
pub(super) struct Memories<'a, 'b, V> {
    pub(super) tree: &'a Tree,
    pub(super) bindings: &'a mut [Binding<'b, V>],
    pub(super) workgroup: Vec<Column<V>>,
    pub(super) shadow: Option<Shadow>,
    /// The element each lane accesses; 0 for idle lanes.
    pub(super) elements: Vec<u32>,
}

/// The circumstances of an access.
#[derive(Clone, Copy)]
pub(super) struct Access<'m> {
    pub(super) active: &'m Mask,
    pub(super) position: &'m Position,
    pub(super) loc: Loc,
}

/// An array in memory.
#[derive(Clone, Copy)]
struct Array<'t> {
    name: &'t str,
    element: Type,
    space: Space,
}

impl<'a, V: Copy> Memories<'a, '_, V> {
    /// Reads a place into the column of `result`.
    pub(super) fn load(
        &mut self,
        place: &Place,
        result: ExprId,
        frame: &mut Frame<V>,
        access: Access<'_>,
    ) -> Result<(), Fault> {
        if let Root::Local(local) = place.root {
            return locals::load(local, &place.path, result, frame, access.active.lanes());
        }
        let (array, component) = self.resolve(AccessKind::Read, place, frame, access)?;
        let from = match array.space {
            Space::Storage(i) => self
                .bindings
                .get(i)
                .and_then(Binding::memory)
                .map(View::from),
            Space::Workgroup(i) => self.workgroup.get(i).map(Column::view),
        };
        let size = usize::from(array.element.size);
        same_scalar!(
            from.ok_or(MISSING)?,
            View,
            frame.value_mut(result)?,
            Column,
            |from, to| { gather(from, &self.elements, size, component, to) }
        )
    }

    /// Writes the column of `value` to a place.
    pub(super) fn store(
        &mut self,
        place: &Place,
        value: ExprId,
        frame: &mut Frame<V>,
        access: Access<'_>,
    ) -> Result<(), Fault> {
        if let Root::Local(local) = place.root {
            return locals::store(local, &place.path, value, frame, access.active);
        }
        let (array, component) = self.resolve(AccessKind::Write, place, frame, access)?;
        let to = match array.space {
            Space::Storage(i) => match self.bindings.get_mut(i) {
                Some(Binding::Write(memory)) => ViewMut::from(&mut **memory),
                _ => {
                    return Err(Fault::ReadOnly {
                        name: array.name.to_string(),
                    });
                }
            },
            Space::Workgroup(i) => self.workgroup.get_mut(i).ok_or(MISSING)?.view_mut(),
        };
        let size = usize::from(array.element.size);
        let active = access.active.lanes();
        same_scalar!(frame.value(value)?, Column, to, ViewMut, |from, to| {
            scatter(from, &self.elements, size, component, active, to)
        })
    }

    /// Finds and checks the element of each lane, and the component if the place names one.
    fn resolve(
        &mut self,
        kind: AccessKind,
        place: &Place,
        frame: &Frame<V>,
        access: Access<'_>,
    ) -> Result<(Array<'a>, Option<usize>), Fault> {
        let tree = self.tree;
        let length;
        let (array, dims): (Array<'a>, &[u32]) = match place.root {
            Root::Storage(id) => {
                let param = tree.params.get(id.index()).ok_or(MISSING)?;
                let binding = self.bindings.get(id.index()).ok_or(MISSING)?;
                let ParamKind::Storage { element, .. } = param.kind else {
                    return Err(MISSING);
                };
                length = [binding.length(element).try_into().unwrap_or(u32::MAX)];
                let space = Space::Storage(id.index());
                (
                    Array {
                        name: &param.name,
                        element,
                        space,
                    },
                    &length,
                )
            }
            Root::Workgroup(id) => {
                let var = tree.workgroup.get(id.index()).ok_or(MISSING)?;
                let space = Space::Workgroup(id.index());
                (
                    Array {
                        name: &var.name,
                        element: var.element,
                        space,
                    },
                    &var.dims,
                )
            }
            Root::Local(_) => return Err(MISSING),
        };
        let (indices, component) = split(&place.path, dims.len(), array.element)?;
        if indices.is_empty() {
            self.elements.fill(0);
        }
        for (n, (step, dim)) in indices.iter().zip(dims).enumerate() {
            let Step::Index(index) = step else {
                return Err(SHAPE);
            };
            let index = frame.value(*index)?.unsigned()?;
            if let Some(lane) = outside(index, *dim, access.active.lanes()) {
                return Err(Fault::OutOfBounds {
                    access: kind,
                    name: array.name.to_string(),
                    index: index.get(lane).copied().unwrap_or_default(),
                    length: (*dim).into(),
                    invocation: access.position.invocation(lane),
                });
            }
            let scale = if n == 0 { 0 } else { *dim };
            advance(&mut self.elements, index, scale, access.active);
        }
        if let Some(shadow) = &mut self.shadow {
            let active = access.active.lanes();
            if let Some(clash) =
                shadow.touch(kind, array.space, &self.elements, active, access.loc)?
            {
                return Err(race(kind, array.name, dims, clash, access));
            }
        }
        Ok((array, component))
    }
}

pub(super) const SHAPE: Fault = internal("a place that does not end at a value");

/// Splits a path into one index for each dimension and a component.
fn split(path: &[Step], dims: usize, element: Type) -> Result<(&[Step], Option<usize>), Fault> {
    match path.split_at_checked(dims).ok_or(SHAPE)? {
        (indices, []) => Ok((indices, None)),
        (indices, [Step::Component(c)]) if *c < element.size => Ok((indices, Some((*c).into()))),
        _ => Err(SHAPE),
    }
}

/// The first active lane whose index is not below `length`.
fn outside(index: &[u32], length: u32, active: &[bool]) -> Option<usize> {
    let lanes = || index.iter().zip(active);
    // Without an early exit the test is a few vector instructions; it hardly ever finds anything.
    lanes()
        .fold(false, |any, (i, on)| any | (*on & (*i >= length)))
        .then(|| lanes().position(|(i, on)| *on && *i >= length))
        .flatten()
}

/// `element = element · scale + index`, 0 on idle lanes.
fn advance(elements: &mut [u32], index: &[u32], scale: u32, active: &Mask) {
    for ((element, index), on) in elements.iter_mut().zip(index).zip(active.lanes()) {
        let next = element.wrapping_mul(scale).wrapping_add(*index);
        *element = if *on { next } else { 0 };
    }
}

fn gather<T: Copy>(
    from: &[T],
    elements: &[u32],
    size: usize,
    component: Option<usize>,
    to: &mut [T],
) -> Result<(), Fault> {
    let lanes = elements.len();
    let (first, count) = component.map_or((0, size), |c| (c, 1));
    if to.len() != lanes * count {
        return Err(MIXED);
    }
    for c in 0..count {
        for (to, element) in part_mut(to, c, lanes).iter_mut().zip(elements) {
            if let Some(value) = from.get(*element as usize * size + first + c) {
                *to = *value;
            }
        }
    }
    Ok(())
}

fn scatter<T: Copy>(
    from: &[T],
    elements: &[u32],
    size: usize,
    component: Option<usize>,
    active: &[bool],
    to: &mut [T],
) -> Result<(), Fault> {
    let lanes = elements.len();
    let (first, count) = component.map_or((0, size), |c| (c, 1));
    if from.len() != lanes * count {
        return Err(MIXED);
    }
    for c in 0..count {
        for ((from, element), on) in part(from, c, lanes).iter().zip(elements).zip(active) {
            let slot = to.get_mut(*element as usize * size + first + c);
            if let Some(to) = slot.filter(|_| *on) {
                *to = *from;
            }
        }
    }
    Ok(())
}

/// The report of a clash.
fn race(kind: AccessKind, name: &str, dims: &[u32], clash: Clash, access: Access<'_>) -> Fault {
    let mut place = String::new();
    let mut rest = clash.element;
    for dim in dims.iter().rev().map(|d| (*d as usize).max(1)) {
        place = format!("[{}]{place}", rest % dim);
        rest /= dim;
    }
    let Clash { earlier, lane, .. } = clash;
    Fault::Race(Box::new(Race {
        place: format!("{name}{place}"),
        first: RaceAccess {
            kind: earlier.kind,
            loc: earlier.loc,
            invocation: access
                .position
                .invocation_of(earlier.workgroup, earlier.lane),
        },
        second: RaceAccess {
            kind,
            loc: access.loc,
            invocation: access.position.invocation(lane),
        },
    }))
}
