//! Arrays in memory: their elements, the way a place takes to one, and their bounds.

use super::places::AccessContext;
use crate::reference::report::error::{AccessKind, Fault};
use crate::reference::values::columns::refused;
use crate::tree::{ExprId, Step, Type};

/// Whose memory an access goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::reference) enum Space {
    Storage(usize),
    Workgroup(usize),
}

/// An array in memory.
#[derive(Clone, Copy)]
pub(in crate::reference) struct Array<'t> {
    pub(in crate::reference) name: &'t str,
    pub(in crate::reference) element: Type,
    pub(in crate::reference) space: Space,
    /// Elements of one workgroup's array; all of a buffer's.
    pub(in crate::reference) count: u32,
    /// Lengths of the dimensions, outermost first.
    pub(in crate::reference) dims: &'t [u32],
}

impl<'t> Array<'t> {
    /// An element as it is written: `tile[1][2]`.
    pub(in crate::reference) fn place(&self, element: usize) -> String {
        let mut place = String::new();
        let mut rest = element % (self.count as usize).max(1);
        for dim in self.dims.iter().rev().map(|d| (*d as usize).max(1)) {
            place = format!("[{}]{place}", rest % dim);
            rest /= dim;
        }
        format!("{}{place}", self.name)
    }
}

/// Where an access goes.
#[derive(Clone, Copy)]
pub(in crate::reference) struct AccessTarget<'t> {
    pub(in crate::reference) array: Array<'t>,
    /// The component of a vector, if one is named.
    pub(super) component: Option<usize>,
}

/// Splits a path into one index for each dimension and a component.
pub(in crate::reference) fn split(path: &[Step], dims: usize) -> (&[Step], Option<usize>) {
    let (indices, rest) = path.split_at(dims);
    let component = rest.first().map(|step| match step {
        Step::Component(c) => usize::from(*c),
        Step::Index(_) => refused("an index into a value"),
    });
    (indices, component)
}

/// The expression of a step into an array.
pub(super) fn index(step: &Step) -> ExprId {
    match step {
        Step::Index(id) => *id,
        Step::Component(_) => refused("a component of an array"),
    }
}

pub(in crate::reference) fn out_of_bounds(
    kind: AccessKind,
    name: &str,
    index: &[u32],
    length: u32,
    lane: usize,
    access: AccessContext<'_>,
) -> Fault {
    Fault::OutOfBounds {
        access: kind,
        name: name.to_string(),
        index: index.get(lane).copied().unwrap_or_default(),
        length: length.into(),
        invocation: access.team.invocation(lane),
    }
}

/// The first active lane whose index is not below `length`.
pub(in crate::reference) fn outside(index: &[u32], length: u32, active: &[bool]) -> Option<usize> {
    // Without an early exit, and without a look at who takes part, the test is a few vector instructions.
    if !index.iter().fold(false, |any, i| any | (*i >= length)) {
        return None;
    }
    // Behind a guard idle lanes are often outside; lane after lane is looked at only where an active one is.
    let lanes = || index.iter().zip(active);
    lanes()
        .fold(false, |any, (i, on)| any | (*on & (*i >= length)))
        .then(|| lanes().position(|(i, on)| *on && *i >= length))
        .flatten()
}

/// `element = element · scale + index`
pub(super) fn advance(elements: &mut [u32], index: &[u32], scale: u32) {
    for (element, index) in elements.iter_mut().zip(index) {
        *element = element.wrapping_mul(scale).wrapping_add(*index);
    }
}
