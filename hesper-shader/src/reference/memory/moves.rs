//! Moving values between columns and memory, by the element of each lane.

use super::runs::{BLOCK, BlockPattern, all};
use super::shared::SharedPlace;
use crate::reference::values::columns::{part, part_mut};
use crate::reference::values::mask::Mask;

/// How the elements of all lanes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// From this one on, one after the other.
    Consecutive(usize),
    /// All lanes at this one.
    Same(usize),
    /// Anyhow.
    Scattered,
}

impl Pattern {
    pub(in crate::reference) fn of(elements: &[u32]) -> Pattern {
        let (Some(first), Some(last)) = (elements.first().copied(), elements.last()) else {
            return Pattern::Scattered;
        };
        // The last lane tells them apart; folds without early exit are vector instructions.
        let fits = |step: u32| {
            let expected = (0..elements.len() as u32).map(|l| first.wrapping_add(l * step));
            elements
                .iter()
                .zip(expected)
                .fold(0, |differs, (e, expected)| differs | (e ^ expected))
                == 0
        };
        let distance = last.wrapping_sub(first) as usize;
        if distance == 0 && fits(0) {
            Pattern::Same(first as usize)
        } else if distance + 1 == elements.len() && fits(1) {
            Pattern::Consecutive(first as usize)
        } else {
            Pattern::Scattered
        }
    }

    /// The pattern where all lanes take part; else none.
    pub(super) fn of_all(elements: &[u32], active: &Mask) -> Pattern {
        if active.is_full() {
            Pattern::of(elements)
        } else {
            Pattern::Scattered
        }
    }
}

/// Memory that can be read.
pub(super) trait Readable<T> {
    fn at(&self, i: usize) -> Option<T>;

    /// Copies a component of the elements of `size` components from `start` on; `None` where there are not enough.
    fn take(&self, start: usize, size: usize, component: usize, to: &mut [T]) -> Option<()>;
}

/// Memory that can be written.
pub(super) trait Writable<T> {
    fn set(&mut self, i: usize, value: T);

    /// Replaces the values from `start` on; `None` where there are not enough.
    fn copy_from(&mut self, start: usize, from: &[T]) -> Option<()>;
}

/// Memory of one owner.
pub(super) struct Plain<S>(pub(in crate::reference) S);

/// Memory whose places are written through a shared reference.
pub(super) struct Slots<'a, S>(pub(super) &'a [S]);

impl<T: Copy, S: AsRef<[T]>> Readable<T> for Plain<S> {
    fn at(&self, i: usize) -> Option<T> {
        self.0.as_ref().get(i).copied()
    }

    fn take(&self, start: usize, size: usize, component: usize, to: &mut [T]) -> Option<()> {
        take(self.0.as_ref(), start, size, component, to, |from| *from)
    }
}

impl<T: Copy> Writable<T> for Plain<&mut [T]> {
    fn set(&mut self, i: usize, value: T) {
        if let Some(to) = self.0.get_mut(i) {
            *to = value;
        }
    }

    fn copy_from(&mut self, start: usize, from: &[T]) -> Option<()> {
        let to = self.0.get_mut(start..)?.get_mut(..from.len())?;
        to.copy_from_slice(from);
        Some(())
    }
}

impl<T, S: SharedPlace<T>> Readable<T> for Slots<'_, S> {
    fn at(&self, i: usize) -> Option<T> {
        self.0.get(i).map(S::get)
    }

    fn take(&self, start: usize, size: usize, component: usize, to: &mut [T]) -> Option<()> {
        take(self.0, start, size, component, to, S::get)
    }
}

impl<T: Copy, S: SharedPlace<T>> Writable<T> for Slots<'_, S> {
    fn set(&mut self, i: usize, value: T) {
        if let Some(to) = self.0.get(i) {
            to.set(value);
        }
    }

    fn copy_from(&mut self, start: usize, from: &[T]) -> Option<()> {
        let to = self.0.get(start..)?.get(..from.len())?;
        for (to, from) in to.iter().zip(from) {
            to.set(*from);
        }
        Some(())
    }
}

/// Copies a component of elements that follow each other; sizes are told apart once for all of them.
#[inline]
fn take<P, T>(
    from: &[P],
    start: usize,
    size: usize,
    component: usize,
    to: &mut [T],
    get: impl Fn(&P) -> T,
) -> Option<()> {
    match size {
        1 => take_sized::<1, P, T>(from, start, 0, to, get),
        2 => take_sized::<2, P, T>(from, start, component, to, get),
        3 => take_sized::<3, P, T>(from, start, component, to, get),
        4 => take_sized::<4, P, T>(from, start, component, to, get),
        _ => None,
    }
}

#[inline]
fn take_sized<const SIZE: usize, P, T>(
    from: &[P],
    start: usize,
    component: usize,
    to: &mut [T],
    get: impl Fn(&P) -> T,
) -> Option<()> {
    let (elements, _) = from.as_chunks::<SIZE>();
    let elements = elements.get(start..)?.get(..to.len())?;
    if component >= SIZE {
        return None;
    }
    for (to, element) in to.iter_mut().zip(elements) {
        *to = get(&element[component]);
    }
    Some(())
}

/// Reads the element of each lane, or a component of it, into a column; elements beyond the end leave the column as it is. Idle lanes read
/// as well: nobody looks at what they get.
pub(super) fn gather<T: Copy>(
    from: &impl Readable<T>,
    elements: &[u32],
    size: usize,
    component: Option<usize>,
    to: &mut [T],
) {
    let lanes = elements.len();
    let (first, count) = component.map_or((0, size), |c| (c, 1));
    let pattern = Pattern::of(elements);
    for c in 0..count {
        let (to, offset) = (part_mut(to, c, lanes), first + c);
        let moved = match pattern {
            Pattern::Consecutive(start) => from.take(start, size, offset, to),
            Pattern::Same(element) => from.at(element * size + offset).map(|v| to.fill(v)),
            Pattern::Scattered => None,
        };
        match (moved, size) {
            (Some(()), _) => {}
            // Compiled for the size that nearly all have.
            (None, 1) => gather_blocks(from, elements, 1, 0, to),
            (None, _) => gather_blocks(from, elements, size, offset, to),
        }
    }
}

#[inline(always)]
fn gather_blocks<T: Copy>(
    from: &impl Readable<T>,
    elements: &[u32],
    size: usize,
    offset: usize,
    to: &mut [T],
) {
    let (blocks, rest) = elements.as_chunks::<BLOCK>();
    let (to, to_rest) = to.as_chunks_mut::<BLOCK>();
    let each = |elements: &[u32], to: &mut [T]| {
        for (to, element) in to.iter_mut().zip(elements) {
            if let Some(value) = from.at(*element as usize * size + offset) {
                *to = value;
            }
        }
    };
    for (elements, to) in blocks.iter().zip(to) {
        let moved = match BlockPattern::of(elements) {
            BlockPattern::Up(start) => from.take(start, size, offset, to),
            BlockPattern::Same(element) => {
                from.at(element * size + offset).map(|v| *to = [v; BLOCK])
            }
            BlockPattern::Mixed => None,
        };
        if moved.is_none() {
            each(elements, to);
        }
    }
    each(rest, to_rest);
}

/// Writes a column to the element of each active lane, or to a component of it.
pub(super) fn scatter<T: Copy>(
    from: &[T],
    elements: &[u32],
    size: usize,
    component: Option<usize>,
    active: &Mask,
    mut to: impl Writable<T>,
) {
    let lanes = elements.len();
    let (first, count) = component.map_or((0, size), |c| (c, 1));
    if let (Pattern::Consecutive(start), 1) = (Pattern::of_all(elements, active), size)
        && to.copy_from(start, from).is_some()
    {
        return;
    }
    for c in 0..count {
        let from = part(from, c, lanes);
        scatter_blocks(from, elements, size, first + c, active.lanes(), &mut to);
    }
}

fn scatter_blocks<T: Copy>(
    from: &[T],
    elements: &[u32],
    size: usize,
    offset: usize,
    active: &[bool],
    to: &mut impl Writable<T>,
) {
    let (blocks, rest) = elements.as_chunks::<BLOCK>();
    let (from, from_rest) = from.as_chunks::<BLOCK>();
    let (on, on_rest) = active.as_chunks::<BLOCK>();
    for ((elements, from), on) in blocks.iter().zip(from).zip(on) {
        if size == 1
            && all(on)
            && let BlockPattern::Up(start) = BlockPattern::of(elements)
            && to.copy_from(start, from).is_some()
        {
            continue;
        }
        scatter_each(from, elements, size, offset, on, to);
    }
    scatter_each(from_rest, rest, size, offset, on_rest, to);
}

fn scatter_each<T: Copy>(
    from: &[T],
    elements: &[u32],
    size: usize,
    offset: usize,
    active: &[bool],
    to: &mut impl Writable<T>,
) {
    for ((from, element), on) in from.iter().zip(elements).zip(active) {
        if *on {
            to.set(*element as usize * size + offset, *from);
        }
    }
}
