//! Sizes of symbolic dimensions.

use std::fmt;

/// The sizes of symbolic dimensions.
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

    /// The size of a dimension.
    pub fn get(&self, name: &str) -> Option<usize> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, size)| *size)
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
