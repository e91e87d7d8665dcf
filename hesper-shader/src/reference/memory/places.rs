//! Loads and stores: where a place is for each lane, whether it is inside, and the move itself.

use super::arrays::{AccessTarget, Array, Space, advance, index, out_of_bounds, outside, split};
use super::locals;
use super::moves::{Plain, Slots, gather, scatter};
use super::shared::SharedPlace;
use super::storage::{LentBuffer, Places, Storage};
use crate::domain::{Value, identical};
use crate::reference::report::error::{AccessKind, Fault};
use crate::reference::sanitizer::{Sanitizer, Touch};
use crate::reference::values::columns::{Column, refused, same_scalar};
use crate::reference::values::frame::Frame;
use crate::reference::values::mask::Mask;
use crate::reference::workgroup::team::Team;
use crate::tree::{ByScalar, ExprId, Loc, ParamKind, Place, Root, Step, Tree};

/// Memory outside frames: buffers and workgroup variables.
pub(in crate::reference) struct Memories<'a, V, S> {
    pub(in crate::reference) tree: &'a Tree,
    pub(in crate::reference) storage: &'a Storage<'a, V, S>,
    /// The variables of the running workgroups, slot after slot.
    pub(in crate::reference) workgroup: Vec<Column<V>>,
    pub(in crate::reference) watch: Option<Box<Sanitizer>>,
    /// The element each lane accesses; anything for idle lanes.
    pub(in crate::reference) elements: Vec<u32>,
}

/// The circumstances of an access.
#[derive(Clone, Copy)]
pub(in crate::reference) struct AccessContext<'m> {
    pub(in crate::reference) active: &'m Mask,
    pub(in crate::reference) team: &'m Team,
    pub(in crate::reference) loc: Loc,
    /// The frame of the function that runs.
    pub(in crate::reference) frame: usize,
}

impl<'a, V: Value, S: SharedPlace<V>> Memories<'a, V, S> {
    /// Reads a place into the column of `result`.
    pub(in crate::reference) fn load(
        &mut self,
        place: &Place,
        result: ExprId,
        frame: &mut Frame<V>,
        access: AccessContext<'_>,
    ) -> Result<(), Fault> {
        if let Root::Local(local) = place.root {
            return locals::load(local, &place.path, result, frame, access, self.tree);
        }
        let target = self.resolve(AccessKind::Read, place, frame, access)?;
        if let Some(watch) = &mut self.watch {
            watch.read(&Touch {
                kind: AccessKind::Read,
                array: target.array,
                elements: &self.elements,
                access,
            })?;
        }
        self.fetch(target, frame.value_mut(result));
        Ok(())
    }

    /// Reads the elements that were resolved.
    pub(in crate::reference) fn fetch(&self, target: AccessTarget<'_>, out: &mut Column<V>) {
        let size = usize::from(target.array.element.size);
        macro_rules! read {
            ($from:expr, $to:expr) => {
                gather(&$from, &self.elements, size, target.component, $to)
            };
        }
        match target.array.space {
            Space::Storage(i) => match (&self.storage.buffers[i], out) {
                (LentBuffer::Read(from), out) => {
                    same_scalar!(from, out, |from, to| read!(Plain(from), to))
                }
                (LentBuffer::Written(from), out) => {
                    same_scalar!(from, out, |from, to| read!(Slots(from), to))
                }
                (LentBuffer::None, _) => refused("an access to a scalar parameter"),
            },
            Space::Workgroup(i) => {
                same_scalar!(&self.workgroup[i], out, |from, to| read!(Plain(from), to))
            }
        }
    }

    /// Writes the column of `value` to a place.
    pub(in crate::reference) fn store(
        &mut self,
        place: &Place,
        value: ExprId,
        frame: &mut Frame<V>,
        access: AccessContext<'_>,
    ) -> Result<(), Fault> {
        if let Root::Local(local) = place.root {
            if let Some(watch) = &mut self.watch {
                let active = access.active.lanes();
                watch.progress(|| locals::changes(local, &place.path, value, frame, active));
            }
            return locals::store(local, &place.path, value, frame, access, self.tree);
        }
        let target = self.resolve(AccessKind::Write, place, frame, access)?;
        let from = frame.value(value);
        if let Some(mut watch) = self.watch.take() {
            let touch = Touch {
                kind: AccessKind::Write,
                array: target.array,
                elements: &self.elements,
                access,
            };
            let watched = watch.write(&touch, |lane, other| match other {
                None => self.holds(target, from, lane),
                Some(other) => agree(from, lane, other, access.active.lanes().len()),
            });
            self.watch = Some(watch);
            watched?;
        }
        self.put(target, from, access);
        Ok(())
    }

    /// Writes to the elements that were resolved.
    fn put(&mut self, target: AccessTarget<'_>, from: &Column<V>, access: AccessContext<'_>) {
        let size = usize::from(target.array.element.size);
        macro_rules! write {
            ($from:expr, $to:expr) => {
                scatter(
                    $from,
                    &self.elements,
                    size,
                    target.component,
                    access.active,
                    $to,
                )
            };
        }
        match target.array.space {
            Space::Storage(i) => {
                let LentBuffer::Written(to) = &self.storage.buffers[i] else {
                    refused("a write to what is lent to read")
                };
                same_scalar!(from, to, |from, to| write!(from, Slots(to)))
            }
            Space::Workgroup(i) => {
                same_scalar!(from, &mut self.workgroup[i], |from, to| {
                    write!(from, Plain(to.as_mut_slice()))
                })
            }
        }
    }

    /// Whether the element of a lane holds already what the lane would write.
    pub(in crate::reference) fn holds(
        &self,
        target: AccessTarget<'_>,
        value: &Column<V>,
        lane: usize,
    ) -> bool {
        let lanes = self.elements.len();
        let size = usize::from(target.array.element.size);
        let (first, count) = target.component.map_or((0, size), |c| (c, 1));
        let Some(element) = self.elements.get(lane) else {
            return false;
        };
        (0..count).all(|c| {
            let at = *element as usize * size + first + c;
            let new = c * lanes + lane;
            match target.array.space {
                Space::Workgroup(i) => self
                    .workgroup
                    .get(i)
                    .is_some_and(|held| held.identical(at, value, new)),
                Space::Storage(i) => match (&self.storage.buffers[i], value) {
                    (LentBuffer::Written(Places::F32(held)), Column::F32(value)) => {
                        let held = held.get(at).map(SharedPlace::get);
                        identical(held.as_ref(), value.get(new))
                    }
                    (LentBuffer::Written(Places::I32(held)), Column::I32(value)) => {
                        held.get(at).map(SharedPlace::get) == value.get(new).copied()
                    }
                    (LentBuffer::Written(Places::U32(held)), Column::U32(value)) => {
                        held.get(at).map(SharedPlace::get) == value.get(new).copied()
                    }
                    _ => false,
                },
            }
        })
    }

    /// Finds and checks the element of each lane, and the component if the place names one.
    pub(in crate::reference) fn resolve(
        &mut self,
        kind: AccessKind,
        place: &Place,
        frame: &Frame<V>,
        access: AccessContext<'_>,
    ) -> Result<AccessTarget<'a>, Fault> {
        let array = self.array(place.root);
        let dims = array.dims;
        let (indices, component) = split(&place.path, dims.len());
        if indices.is_empty() {
            self.elements.fill(0);
        }
        for (n, (step, dim)) in indices.iter().zip(dims).enumerate() {
            let id = index(step);
            let index = frame.value(id).unsigned();
            if let Some(watch) = &self.watch {
                watch.check_index(id, array.name, index, access)?;
            }
            if let Some(lane) = outside(index, *dim, access.active.lanes()) {
                let row = row(array.name, &indices[..n], &frame.values, lane);
                return Err(out_of_bounds(kind, &row, index, *dim, lane, access));
            }
            match n {
                0 => self.elements.copy_from_slice(index),
                _ => advance(&mut self.elements, index, *dim),
            }
        }
        if let (Space::Workgroup(_), 2..) = (array.space, access.team.slots()) {
            let per_group = access.team.per_group().max(1);
            let slots = self.elements.chunks_exact_mut(per_group).skip(1);
            for (slot, elements) in (1u32..).zip(slots) {
                let start = slot.wrapping_mul(array.count);
                elements.iter_mut().for_each(|e| *e = e.wrapping_add(start));
            }
        }
        Ok(AccessTarget { array, component })
    }

    fn array(&self, root: Root) -> Array<'a> {
        let tree = self.tree;
        match root {
            Root::Storage(id) => {
                let param = &tree.params[id.index()];
                let ParamKind::Storage { element, .. } = param.kind else {
                    refused("an access to a scalar parameter");
                };
                Array {
                    name: &param.name,
                    element,
                    space: Space::Storage(id.index()),
                    count: self.storage.lengths[id.index()],
                    dims: &self.storage.dims[id.index()],
                }
            }
            Root::Workgroup(id) => {
                let var = &tree.workgroup[id.index()];
                Array {
                    name: &var.name,
                    element: var.element,
                    space: Space::Workgroup(id.index()),
                    count: var.count() as u32,
                    dims: &var.dims,
                }
            }
            Root::Local(_) => refused("a local that lanes share"),
        }
    }
}

/// The array that a lane's next index goes into: `tile`, and `tile[3]` after an index.
pub(super) fn row<V: Copy>(
    name: &str,
    before: &[Step],
    values: &[Column<V>],
    lane: usize,
) -> String {
    let at = |step: &Step| values[index(step).index()].unsigned()[lane];
    let indices = before.iter().map(|step| format!("[{}]", at(step)));
    [name.to_string()].into_iter().chain(indices).collect()
}

/// Whether two lanes have the same value.
fn agree<V: Value>(value: &Column<V>, lane: usize, other: usize, lanes: usize) -> bool {
    let mut components = (0..value.len()).step_by(lanes.max(1));
    components.all(|start| value.identical(start + lane, value, start + other))
}
