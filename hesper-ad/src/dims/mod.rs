//! Sizes of symbolic dimensions.

mod derived;

pub(crate) use derived::{Derived, names};

use std::fmt;

/// The sizes of symbolic dimensions.
///
/// A port may have a multiple of a dimension, such as `2*half`, or another size that is derived from some: it follows from theirs.
///
/// ```
/// use hesper_ad::Dims;
/// let dims = Dims::new([("rows", 3), ("half", 4)]);
/// assert_eq!(dims.get("2*half"), Some(8));
/// assert_eq!(dims.get("(half-1)/2+rows"), Some(4));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dims(Vec<(String, usize)>);

impl Dims {
    /// Sizes by name; a name given again replaces its size.
    pub fn new<S: Into<String>>(sizes: impl IntoIterator<Item = (S, usize)>) -> Dims {
        let mut dims = Dims::default();
        for (name, size) in sizes {
            dims.set(name, size);
        }
        dims
    }

    /// The size of a dimension, or one that is derived from some: of numbers and names, with `+ - * /` and parentheses. A quotient is rounded down. 0 where
    /// it would be negative, or is divided by 0, say the places of a window in what is too short for it.
    pub fn get(&self, name: &str) -> Option<usize> {
        let (factor, base) = multiple(name);
        if let Some(size) = self.find(base) {
            return Some(factor.saturating_mul(size));
        }
        let derived = Derived::parse(name)?;
        let known = names(name).all(|name| self.find(name).is_some());
        known.then(|| derived.size(&|name| self.find(name)).unwrap_or(0))
    }

    fn find(&self, name: &str) -> Option<usize> {
        let (_, size) = self.0.iter().find(|(n, _)| n == name)?;
        Some(*size)
    }

    /// Sets the size of a dimension.
    pub fn set(&mut self, name: impl Into<String>, size: usize) {
        let name = name.into();
        match self.0.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = size,
            None => self.0.push((name, size)),
        }
    }

    /// Names and sizes in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        self.0.iter().map(|(name, size)| (name.as_str(), *size))
    }
}

/// What a dimension is a multiple of, and how many times: 2 and `half` for `2*half`, 1 and itself for a plain one.
pub(crate) fn multiple(dim: &str) -> (usize, &str) {
    let parts = dim.split_once('*');
    let digits = |factor: &str| factor.bytes().all(|b| b.is_ascii_digit());
    let parts = parts.filter(|(factor, _)| digits(factor));
    let parsed = parts.and_then(|(factor, base)| Some((factor.parse().ok()?, base)));
    parsed.filter(|(factor, _)| *factor > 0).unwrap_or((1, dim))
}

/// The number of elements of a shape, unless it overflows.
pub(crate) fn elements(shape: &[usize]) -> Option<usize> {
    // One size of 0 makes it none, however large the others.
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d))
}

/// The number of elements of a shape; where it overflows, one that nothing has.
pub(crate) fn count(shape: &[usize]) -> usize {
    elements(shape).unwrap_or(usize::MAX)
}

/// The least multiple of `unit` from `size` on; where there is none, a size that nothing has.
pub(crate) fn raised(size: usize, unit: usize) -> usize {
    size.checked_next_multiple_of(unit.max(1))
        .unwrap_or(usize::MAX)
}

impl fmt::Display for Dims {
    /// `rows=2 cols=3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, size)) in self.iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            write!(f, "{gap}{name}={size}")?;
        }
        Ok(())
    }
}
