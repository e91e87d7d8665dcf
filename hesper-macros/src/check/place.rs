//! Places: what can be read, and what can be stored to.

use super::Checker;
use crate::ast::{Expr, Place};
use crate::messages::Message;
use crate::scope::Binding;
use proc_macro2::Ident;
use syn::{ExprField, Index, Member, UnOp};

impl Checker<'_> {
    /// Reads the place that `e` is, or `None` where it is a value.
    pub(super) fn read(&mut self, e: &syn::Expr) -> Option<Expr> {
        let (name, binding) = self.root(e)?;
        let place = match e {
            syn::Expr::Index(e) => {
                let rooted =
                    binding.is_indexable() || binding.is_variable() || binding.is_reference();
                rooted && !is_swizzle(&e.expr)
            }
            _ => {
                binding.is_variable()
                    || binding.is_reference() && !is_name(e)
                    || binding.is_indexable() && holds_index(e)
            }
        };
        if place && binding.is_atomic() {
            self.errors
                .push_named(e, Message::AtomicRead, &name.to_string());
            return Some(Expr::Broken);
        }
        place.then(|| self.place(e).map_or(Expr::Broken, Expr::Read))
    }

    /// The place to the left of an assignment; `None` after an error.
    pub(super) fn writable(&mut self, e: &syn::Expr) -> Option<Place> {
        if let Some(part) = part_of_tuple(e) {
            self.errors.push(part, Message::TupleField);
            return None;
        }
        let Some((name, binding)) = self.root(e) else {
            let message = match ident(e) {
                Some(_) => Message::AssignConstant,
                None => Message::AssignValue,
            };
            let name = ident(e).map(ToString::to_string).unwrap_or_default();
            self.errors.push_named(e, message, &name);
            return None;
        };
        let message = match binding {
            Binding::Mut | Binding::WorkgroupVar => return self.place(e),
            Binding::Reference if !is_name(e) => return self.place(e),
            Binding::Reference => Message::ReferenceValue,
            Binding::ReadReference => Message::AssignReadReference,
            Binding::WriteBuffer | Binding::WorkgroupArray | Binding::LocalArray
                if holds_index(e) =>
            {
                return self.place(e);
            }
            Binding::ReadBuffer | Binding::ReadArray if holds_index(e) => Message::AssignReadBuffer,
            Binding::AtomicVar => Message::AssignAtomic,
            Binding::AtomicBuffer | Binding::AtomicArray if holds_index(e) => Message::AssignAtomic,
            Binding::ReadBuffer
            | Binding::WriteBuffer
            | Binding::WorkgroupArray
            | Binding::LocalArray
            | Binding::ReadArray
            | Binding::AtomicBuffer
            | Binding::AtomicArray => Message::AssignBuffer,
            Binding::Let => Message::AssignLet,
            Binding::Param | Binding::Function => Message::AssignParameter,
            Binding::Loop | Binding::Unrolled => Message::AssignLoopVariable,
            Binding::Host => Message::AssignConstant,
            Binding::Unknown => return None,
        };
        self.errors.push_named(e, message, &name.to_string());
        None
    }

    /// The name that a chain of indices and components starts from, if the kernel bound it.
    pub(super) fn root(&self, e: &syn::Expr) -> Option<(Ident, Binding)> {
        match e {
            syn::Expr::Index(e) => self.root(&e.expr),
            syn::Expr::Field(e) => self.root(&e.base),
            syn::Expr::Paren(e) => self.root(&e.expr),
            syn::Expr::Unary(e) => {
                let root = matches!(e.op, UnOp::Deref(_)).then(|| self.root(&e.expr));
                root.flatten()
                    .filter(|(_, b)| b.is_reference() || *b == Binding::Unknown)
            }
            _ => {
                let name = ident(e)?;
                Some((name.clone(), self.scope.find(name)?))
            }
        }
    }

    pub(super) fn place(&mut self, e: &syn::Expr) -> Option<Place> {
        match e {
            syn::Expr::Index(e) => {
                let base = self.place(&e.expr);
                let index = self.expr(&e.index);
                Some(Place::At(Box::new(base?), e.bracket_token, Box::new(index)))
            }
            syn::Expr::Field(e) => {
                let base = self.place(&e.base);
                match self.named_member(e)? {
                    Named::Component(component) => {
                        Some(Place::Component(Box::new(base?), component))
                    }
                    Named::Field(field) => Some(Place::Field(Box::new(base?), field)),
                    Named::Swizzle(_) => {
                        // Only stores come here: a swizzle is read from the whole vector.
                        self.errors.push(&e.member, Message::AssignSwizzle);
                        None
                    }
                }
            }
            syn::Expr::Paren(e) => self.place(&e.expr),
            syn::Expr::Unary(e) => self.place(&e.expr),
            _ => ident(e).cloned().map(Place::Name),
        }
    }

    /// Whether `e` is a name bound by a line that was in error.
    pub(super) fn is_unknown(&self, e: &syn::Expr) -> bool {
        let binding = ident(e).and_then(|name| self.scope.find(name));
        binding == Some(Binding::Unknown)
    }

    /// `v.x`, `v.zyx`, `s.field`.
    pub(super) fn field(&mut self, e: &ExprField) -> Expr {
        if let Member::Unnamed(index) = &e.member {
            return Expr::Part(self.boxed(&e.base), index.clone());
        }
        let whole = syn::Expr::Field(e.clone());
        if !is_swizzle(&whole)
            && let Some(read) = self.read(&whole)
        {
            return read;
        }
        let base = Box::new(self.expr(&e.base));
        match self.named_member(e) {
            Some(Named::Component(component)) => Expr::Component(base, component),
            Some(Named::Swizzle(components)) => Expr::Swizzle(base, components),
            Some(Named::Field(field)) => Expr::Field(base, field),
            None => Expr::Broken,
        }
    }

    fn named_member(&mut self, e: &ExprField) -> Option<Named> {
        match &e.member {
            Member::Named(name) => Some(named(name)),
            Member::Unnamed(index) => {
                self.errors.push(index, Message::TupleField);
                None
            }
        }
    }
}

/// What a name after a dot means.
pub(super) enum Named {
    /// A component; a field of this name has the method of one.
    Component(Ident),
    /// Component names in x, y, z, w, each under the span of the whole.
    Swizzle(Vec<Ident>),
    Field(Ident),
}

/// Up to four letters of `xyzw` or of `rgba` are components; any other name is a field's.
pub(super) fn named(name: &Ident) -> Named {
    let text = name.to_string();
    let in_set = |set: &str| -> Option<Vec<Ident>> {
        let position = |c| set.find(c).and_then(|at| ["x", "y", "z", "w"].get(at));
        let names = text.chars().map(position).collect::<Option<Vec<_>>>()?;
        let names = names.into_iter().map(|c| Ident::new(c, name.span()));
        (text.len() <= 4).then(|| names.collect())
    };
    match in_set("xyzw").or_else(|| in_set("rgba")) {
        Some(components) if components.len() == 1 => Named::Component(name.clone()),
        Some(components) => Named::Swizzle(components),
        None => Named::Field(name.clone()),
    }
}

/// The name that `e` is.
pub(super) fn ident(e: &syn::Expr) -> Option<&Ident> {
    match e {
        syn::Expr::Path(path) if path.qself.is_none() => path.path.get_ident(),
        syn::Expr::Paren(e) => ident(&e.expr),
        syn::Expr::Group(e) => ident(&e.expr),
        _ => None,
    }
}

/// The first `.0` of a chain of indices and components.
fn part_of_tuple(e: &syn::Expr) -> Option<&Index> {
    match e {
        syn::Expr::Index(e) => part_of_tuple(&e.expr),
        syn::Expr::Paren(e) => part_of_tuple(&e.expr),
        syn::Expr::Field(e) => match &e.member {
            Member::Unnamed(index) => Some(index),
            Member::Named(_) => part_of_tuple(&e.base),
        },
        _ => None,
    }
}

/// Whether `e` is a name and nothing else.
fn is_name(e: &syn::Expr) -> bool {
    ident(e).is_some()
}

/// Whether `e` takes several components, `v.zyx`: a value, not a place.
fn is_swizzle(e: &syn::Expr) -> bool {
    match e {
        syn::Expr::Field(e) => {
            matches!(&e.member, Member::Named(name) if matches!(named(name), Named::Swizzle(_)))
        }
        syn::Expr::Paren(e) => is_swizzle(&e.expr),
        _ => false,
    }
}

/// Whether `e` is a field of a structure, or an element of one.
pub(super) fn has_field(e: &syn::Expr) -> bool {
    match e {
        syn::Expr::Field(e) => {
            has_field(&e.base)
                || matches!(&e.member, Member::Named(name) if !matches!(named(name), Named::Swizzle(_)))
        }
        syn::Expr::Index(e) => has_field(&e.expr),
        syn::Expr::Paren(e) => has_field(&e.expr),
        _ => false,
    }
}

fn holds_index(e: &syn::Expr) -> bool {
    match e {
        syn::Expr::Index(_) => true,
        syn::Expr::Field(e) => holds_index(&e.base),
        syn::Expr::Paren(e) => holds_index(&e.expr),
        _ => false,
    }
}
