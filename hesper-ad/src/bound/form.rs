//! Linear forms in tangents or cotangents: one size for each coefficient.

use super::size::{Atoms, Size};
use std::collections::BTreeMap;

/// An expression, apart by the one formal variable that each part is linear in.
///
/// An identity that is wrong is wrong in one coefficient, so a bound needs the size of a coefficient and not that of the whole form,
/// whose common denominator may be astronomical.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Form {
    parts: BTreeMap<Label, Size>,
}

/// A formal variable, or none.
pub(crate) type Label = Option<u32>;

impl Form {
    /// A form without formal variables.
    pub(super) fn plain(size: Size) -> Form {
        Form::of(None, size)
    }

    /// One part.
    pub(super) fn of(label: Label, size: Size) -> Form {
        let parts = if size.is_zero() {
            BTreeMap::new()
        } else {
            BTreeMap::from([(label, size)])
        };
        Form { parts }
    }

    /// The coefficients by variable.
    pub(super) fn parts(&self) -> &BTreeMap<Label, Size> {
        &self.parts
    }

    /// The size of the whole.
    pub(super) fn total(&self, atoms: &Atoms) -> Size {
        let sizes = self.parts.values().cloned();
        sizes
            .reduce(|x, y| x.plus(&y, atoms))
            .unwrap_or_else(Size::zero)
    }

    fn is_plain(&self) -> bool {
        self.parts.keys().all(Option::is_none)
    }

    pub(super) fn plus(&self, other: &Form, atoms: &Atoms) -> Form {
        self.merge(other, |x, y| x.plus(y, atoms))
    }

    pub(super) fn or(&self, other: &Form, atoms: &Atoms) -> Form {
        self.merge(other, |x, y| x.or(y, atoms))
    }

    fn merge(&self, other: &Form, join: impl Fn(&Size, &Size) -> Size) -> Form {
        let mut parts = self.parts.clone();
        for (label, size) in &other.parts {
            let joined = parts
                .get(label)
                .map_or_else(|| size.clone(), |here| join(here, size));
            parts.insert(*label, joined);
        }
        Form { parts }
    }

    pub(super) fn times(&self, other: &Form, atoms: &Atoms) -> Form {
        let scaled = |form: &Form, factor: &Size| Form {
            parts: form
                .parts
                .iter()
                .map(|(label, size)| (*label, size.times(factor)))
                .collect(),
        };
        match (self.is_plain(), other.is_plain()) {
            (_, true) => scaled(self, &other.total(atoms)),
            (true, false) => scaled(other, &self.total(atoms)),
            // No linear form any more: taken as a whole.
            (false, false) => Form::plain(self.total(atoms).times(&other.total(atoms))),
        }
    }

    pub(super) fn map_total(&self, atoms: &Atoms, f: impl FnOnce(&Size) -> Size) -> Form {
        Form::plain(f(&self.total(atoms)))
    }
}
