//! Linear forms in tangents or cotangents: one size for each coefficient.

use super::size::{Atoms, Size};
use std::cmp::Ordering;
use std::rc::Rc;

/// An expression, apart by the one formal variable that each part is linear in.
///
/// An identity that is wrong is wrong in one coefficient, so a bound needs the size of a coefficient and not that of the whole form,
/// whose common denominator may be astronomical. The coefficients of a row are mostly alike, and those next to each other share one size.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Form {
    /// By variable, in order.
    parts: Vec<(Label, Rc<Size>)>,
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
            Vec::new()
        } else {
            vec![(label, Rc::new(size))]
        };
        Form { parts }
    }

    /// The coefficients by variable.
    pub(super) fn parts(&self) -> &[(Label, Rc<Size>)] {
        &self.parts
    }

    /// The size of the whole.
    pub(super) fn total(&self, atoms: &Atoms) -> Size {
        let mut sizes = self.parts.iter().map(|(_, size)| &**size);
        let Some(first) = sizes.next() else {
            return Size::zero();
        };
        sizes.fold(first.clone(), |sum, size| sum.plus(size, atoms))
    }

    fn is_plain(&self) -> bool {
        self.parts.iter().all(|(label, _)| label.is_none())
    }

    pub(super) fn plus(&self, other: &Form, atoms: &Atoms) -> Form {
        self.merge(other, |x, y| x.plus(y, atoms))
    }

    pub(super) fn or(&self, other: &Form, atoms: &Atoms) -> Form {
        self.merge(other, |x, y| x.or(y, atoms))
    }

    fn merge(&self, other: &Form, join: impl Fn(&Size, &Size) -> Size) -> Form {
        let (mut left, mut right) = (&self.parts[..], &other.parts[..]);
        let mut parts = Vec::with_capacity(left.len() + right.len());
        let mut last: Option<[Rc<Size>; 3]> = None;
        while let ([(x, a), rest @ ..], [(y, b), more @ ..]) = (left, right) {
            match x.cmp(y) {
                Ordering::Less => {
                    parts.push((*x, a.clone()));
                    left = rest;
                }
                Ordering::Greater => {
                    parts.push((*y, b.clone()));
                    right = more;
                }
                Ordering::Equal => {
                    let joined = match &last {
                        Some([p, q, joined]) if Rc::ptr_eq(p, a) && Rc::ptr_eq(q, b) => {
                            joined.clone()
                        }
                        _ => Rc::new(join(a, b)),
                    };
                    last = Some([a.clone(), b.clone(), joined.clone()]);
                    parts.push((*x, joined));
                    (left, right) = (rest, more);
                }
            }
        }
        parts.extend(left.iter().chain(right).cloned());
        Form { parts }
    }

    /// Each part times the same.
    fn scaled(&self, factor: &Size) -> Form {
        let mut last: Option<[Rc<Size>; 2]> = None;
        let parts = self.parts.iter().map(|(label, size)| {
            let product = match &last {
                Some([of, product]) if Rc::ptr_eq(of, size) => product.clone(),
                _ => Rc::new(size.times(factor)),
            };
            last = Some([size.clone(), product.clone()]);
            (*label, product)
        });
        Form {
            parts: parts.collect(),
        }
    }

    pub(super) fn times(&self, other: &Form, atoms: &Atoms) -> Form {
        match (self.is_plain(), other.is_plain()) {
            (_, true) => self.scaled(&other.total(atoms)),
            (true, false) => other.scaled(&self.total(atoms)),
            // No linear form any more: taken as a whole.
            (false, false) => Form::plain(self.total(atoms).times(&other.total(atoms))),
        }
    }

    pub(super) fn map_total(&self, atoms: &Atoms, f: impl FnOnce(&Size) -> Size) -> Form {
        Form::plain(f(&self.total(atoms)))
    }
}
