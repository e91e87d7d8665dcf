//! Moving values between columns and memory, by the element of each lane.

use super::columns::{MIXED, part, part_mut};
use super::error::Fault;
use super::mask::Mask;
use super::slot::Slot;

/// How the elements of all lanes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// From this one on, one after the other.
    Consecutive(usize),
    /// All lanes at this one.
    Same(usize),
    /// Anyhow, or not all lanes take part.
    Scattered,
}

impl Pattern {
    pub(super) fn of(elements: &[u32], active: &Mask) -> Pattern {
        let (Some(first), true) = (elements.first().copied(), active.is_full()) else {
            return Pattern::Scattered;
        };
        // The second lane tells the two apart; folds without early exit are vector instructions.
        let fits = |step: u32| {
            let expected = (0..elements.len() as u32).map(|l| first.wrapping_add(l * step));
            elements
                .iter()
                .zip(expected)
                .fold(0, |differs, (e, expected)| differs | (e ^ expected))
                == 0
        };
        match elements.get(1).map(|second| second.wrapping_sub(first)) {
            Some(1) if fits(1) => Pattern::Consecutive(first as usize),
            Some(0) if fits(0) => Pattern::Same(first as usize),
            _ => Pattern::Scattered,
        }
    }
}

/// Memory that can be read.
pub(super) trait Source<T> {
    fn at(&self, i: usize) -> Option<T>;

    /// Copies the values from `start` on; `None` where there are not enough.
    fn copy_to(&self, start: usize, to: &mut [T]) -> Option<()>;

    /// Copies every `step`th value from `start` on; `None` where there are not enough.
    fn stride_to(&self, start: usize, step: usize, to: &mut [T]) -> Option<()>;
}

/// Memory that can be written.
pub(super) trait Sink<T> {
    fn set(&mut self, i: usize, value: T);

    /// Replaces the values from `start` on; `None` where there are not enough.
    fn copy_from(&mut self, start: usize, from: &[T]) -> Option<()>;
}

/// Memory of one owner.
pub(super) struct Plain<S>(pub(super) S);

/// Memory whose places are written through a shared reference.
pub(super) struct Slots<'a, S>(pub(super) &'a [S]);

impl<T: Copy, S: AsRef<[T]>> Source<T> for Plain<S> {
    fn at(&self, i: usize) -> Option<T> {
        self.0.as_ref().get(i).copied()
    }

    fn copy_to(&self, start: usize, to: &mut [T]) -> Option<()> {
        let from = self.0.as_ref().get(start..)?.get(..to.len())?;
        to.copy_from_slice(from);
        Some(())
    }

    fn stride_to(&self, start: usize, step: usize, to: &mut [T]) -> Option<()> {
        let from = self.0.as_ref().get(start..)?;
        from.get(to.len().checked_sub(1)?.checked_mul(step)?)?;
        for (to, from) in to.iter_mut().zip(from.iter().step_by(step)) {
            *to = *from;
        }
        Some(())
    }
}

impl<T: Copy> Sink<T> for Plain<&mut [T]> {
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

impl<T, S: Slot<T>> Source<T> for Slots<'_, S> {
    fn at(&self, i: usize) -> Option<T> {
        self.0.get(i).map(S::get)
    }

    fn copy_to(&self, start: usize, to: &mut [T]) -> Option<()> {
        let from = self.0.get(start..)?.get(..to.len())?;
        for (to, from) in to.iter_mut().zip(from) {
            *to = from.get();
        }
        Some(())
    }

    fn stride_to(&self, start: usize, step: usize, to: &mut [T]) -> Option<()> {
        let from = self.0.get(start..)?;
        from.get(to.len().checked_sub(1)?.checked_mul(step)?)?;
        for (to, from) in to.iter_mut().zip(from.iter().step_by(step)) {
            *to = from.get();
        }
        Some(())
    }
}

impl<T: Copy, S: Slot<T>> Sink<T> for Slots<'_, S> {
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

/// Reads the element of each lane, or a component of it, into a column; elements beyond the end leave the column as it is.
pub(super) fn gather<T: Copy>(
    from: &impl Source<T>,
    elements: &[u32],
    pattern: Pattern,
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
        let (to, offset) = (part_mut(to, c, lanes), first + c);
        let moved = match pattern {
            Pattern::Consecutive(start) if size == 1 => from.copy_to(start, to),
            Pattern::Consecutive(start) => from.stride_to(start * size + offset, size, to),
            Pattern::Same(element) => from.at(element * size + offset).map(|v| to.fill(v)),
            Pattern::Scattered => None,
        };
        if moved.is_none() {
            for (to, element) in to.iter_mut().zip(elements) {
                if let Some(value) = from.at(*element as usize * size + offset) {
                    *to = value;
                }
            }
        }
    }
    Ok(())
}

/// Writes a column to the element of each active lane, or to a component of it.
pub(super) fn scatter<T: Copy>(
    from: &[T],
    elements: &[u32],
    pattern: Pattern,
    size: usize,
    component: Option<usize>,
    active: &[bool],
    mut to: impl Sink<T>,
) -> Result<(), Fault> {
    let lanes = elements.len();
    let (first, count) = component.map_or((0, size), |c| (c, 1));
    if from.len() != lanes * count {
        return Err(MIXED);
    }
    if let (Pattern::Consecutive(start), 1) = (pattern, size)
        && to.copy_from(start, from).is_some()
    {
        return Ok(());
    }
    for c in 0..count {
        for ((from, element), on) in part(from, c, lanes).iter().zip(elements).zip(active) {
            if *on {
                to.set(*element as usize * size + first + c, *from);
            }
        }
    }
    Ok(())
}
