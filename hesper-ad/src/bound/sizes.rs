//! A domain that measures expressions while they are computed.

use super::form::{Form, Label};
use super::roots::Roots;
use super::size::{Atoms, Size};
use crate::field::{Element, Exact, Kind, Residue};
use foldhash::HashMap;
use hesper_shader::domain::Value;
use hesper_shader::domain::{Domain, RealBinary, RealUnary};
use std::cell::{Cell, RefCell};

/// Runs in an exact field and keeps beside each element the size of the expression it came from.
///
/// Where one of two operands is chosen, either's size counts, whichever is chosen. Denominators and roots of equal elements are the same.
pub(crate) struct Sizes<'f> {
    pub(super) exact: &'f Exact,
    forms: RefCell<Vec<Form>>,
    /// Forms already made of two others.
    joined: RefCell<HashMap<(Join, u32, u32), u32>>,
    atoms: RefCell<Atoms>,
    /// Which atom or root stands for a value.
    atom_of: RefCell<HashMap<Residue, u32>>,
    root_of: RefCell<HashMap<Residue, u32>>,
    /// Roots of expressions that hold nothing but exponentials.
    transcendental: Cell<Roots>,
    /// How many parts all forms have.
    parts: Cell<usize>,
    /// Whether something was met that is not measured.
    pub(super) loose: Cell<bool>,
}

/// The form of zero.
const ZERO: u32 = 0;
/// The form of an input.
const INPUT: u32 = 1;

/// Parts of all forms of one run, at most, lest memory run out: what is longer is not measured.
const MOST_PARTS: usize = 1 << 22;

/// What two forms make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Join {
    Sum,
    Product,
    Either,
}

/// An element with its size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) element: Element,
    pub(super) form: u32,
    /// The form of its exponential, where it holds a logarithm.
    pub(super) image: Option<u32>,
}

impl Value for Measured {}

impl<'f> Sizes<'f> {
    pub(crate) fn new(exact: &'f Exact) -> Sizes<'f> {
        Sizes {
            exact,
            forms: RefCell::new(vec![
                Form::plain(Size::zero()),
                Form::plain(Size::variable()),
            ]),
            joined: RefCell::default(),
            atoms: RefCell::default(),
            atom_of: RefCell::default(),
            root_of: RefCell::default(),
            transcendental: Cell::default(),
            parts: Cell::new(0),
            loose: Cell::new(false),
        }
    }

    /// An input that is a formal variable, or part of none.
    pub(crate) fn variable(&self, element: Element, label: Label) -> Measured {
        let form = match label {
            _ if element.value.is_zero() => ZERO,
            None => INPUT,
            // A formal variable's own degree counts nothing: its coefficient is what matters.
            Some(_) => return self.measured(element, Form::of(label, Size::one())),
        };
        Measured {
            element,
            form,
            image: None,
        }
    }

    pub(crate) fn form(&self, x: Measured) -> Form {
        self.forms
            .borrow()
            .get(x.form as usize)
            .cloned()
            .unwrap_or_else(|| Form::plain(Size::one()))
    }

    pub(super) fn with_atoms<R>(&self, f: impl FnOnce(&Atoms) -> R) -> R {
        f(&self.atoms.borrow())
    }

    /// Roots of expressions that hold nothing but exponentials, by number.
    pub(super) fn transcendental_roots(&self) -> Roots {
        self.transcendental.get()
    }

    /// Whether something was met that is not measured, so that there is no bound.
    pub(super) fn is_loose(&self) -> bool {
        self.loose.get()
    }

    pub(super) fn measured(&self, element: Element, form: Form) -> Measured {
        if form.is_zero() {
            return Measured {
                element,
                form: ZERO,
                image: None,
            };
        }
        self.parts.set(self.parts.get() + form.len());
        let mut forms = self.forms.borrow_mut();
        if self.parts.get() > MOST_PARTS {
            self.loose.set(true);
            return Measured {
                element,
                form: INPUT,
                image: None,
            };
        }
        forms.push(form);
        Measured {
            element,
            form: forms.len() as u32 - 1,
            image: None,
        }
    }

    /// Equal sizes come from equal operands: long sums of like terms are made once.
    pub(super) fn join(&self, element: Element, x: Measured, y: Measured, join: Join) -> Measured {
        let key = (join, x.form, y.form);
        let known = self.joined.borrow().get(&key).copied();
        let form = known.unwrap_or_else(|| {
            let form = {
                let (forms, atoms) = (self.forms.borrow(), self.atoms.borrow());
                let (x, y) = (&forms[x.form as usize], &forms[y.form as usize]);
                match join {
                    Join::Sum => x.plus(y, &atoms),
                    Join::Product => x.times(y, &atoms),
                    Join::Either => x.or(y, &atoms),
                }
            };
            let form = self.measured(element, form).form;
            self.joined.borrow_mut().insert(key, form);
            form
        });
        Measured {
            element,
            form,
            image: None,
        }
    }

    /// One over `x`, whose value names the atom.
    pub(super) fn inverse(&self, x: Measured) -> Form {
        let size = self.total(x);
        let known = self.atom_of.borrow().get(&x.element.value).copied();
        let atom = known.unwrap_or_else(|| {
            let atom = self.atoms.borrow_mut().push(size.clone());
            self.atom_of.borrow_mut().insert(x.element.value, atom);
            atom
        });
        self.with_atoms(|atoms| Form::plain(size.inverse(atom, atoms)))
    }

    pub(super) fn total(&self, x: Measured) -> Size {
        let form = self.form(x);
        self.with_atoms(|atoms| form.total(atoms))
    }

    pub(super) fn root(&self, x: Measured) -> Form {
        let size = self.total(x);
        let mut roots = self.root_of.borrow_mut();
        let next = roots.len() as u32;
        let number = *roots.entry(x.element.value).or_insert(next);
        if size.degree == 0.0 && size.has_exponentials() {
            let known = self.transcendental.get();
            self.transcendental.set(known | Roots::of(number));
        }
        self.with_atoms(|atoms| Form::plain(size.root(number, atoms)))
    }

    pub(super) fn exponential(&self, element: Element, x: Measured) -> Measured {
        if let Some(image) = x.image {
            return Measured {
                element,
                form: image,
                image: None,
            };
        }
        if x.element.image.is_some() {
            self.loose.set(true);
        }
        let form = self.form(x);
        let form = self.with_atoms(|atoms| form.map_total(atoms, |size| size.exponential(atoms)));
        self.measured(element, form)
    }

    /// The exponential of a term beside a logarithm.
    pub(super) fn image(&self, x: Measured) -> Measured {
        let exp = self.exact.unary(
            RealUnary::Exp,
            Element {
                image: None,
                ..x.element
            },
        );
        self.exponential(exp, x)
    }

    pub(super) fn add(
        &self,
        op: RealBinary,
        element: Element,
        x: Measured,
        y: Measured,
    ) -> Measured {
        // Sums over padding add many zeros.
        if x.image.is_none() && y.image.is_none() {
            match (x.form, y.form) {
                (_, ZERO) => return Measured { element, ..x },
                (ZERO, _) => return Measured { element, ..y },
                _ => {}
            }
        }
        let sum = self.join(element, x, y, Join::Sum);
        if x.image.is_none() && y.image.is_none() || element.kind != Kind::Finite {
            return sum;
        }
        let (up, down) = (self.image(x), self.image(y));
        let image = if op == RealBinary::Add {
            self.join(element, up, down, Join::Product)
        } else {
            let inverse = self.inverse(down);
            let inverse = self.measured(element, inverse);
            self.join(element, up, inverse, Join::Product)
        };
        Measured {
            image: Some(image.form),
            ..sum
        }
    }

    pub(super) fn divide(&self, element: Element, x: Measured, y: Measured) -> Measured {
        let inverse = self.inverse(y);
        let inverse = self.measured(element, inverse);
        self.join(element, x, inverse, Join::Product)
    }

    /// What has no size: there is no bound.
    pub(super) fn not_measured(&self, element: Element) -> Measured {
        self.loose.set(true);
        Measured {
            element,
            form: INPUT,
            image: None,
        }
    }
}

impl Sizes<'_> {
    /// The element whose size is that of an image.
    pub(super) fn image_element(&self, x: Measured) -> Element {
        self.exact.unary(RealUnary::Exp, x.element)
    }
}
