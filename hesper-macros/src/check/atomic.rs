//! Methods of atomics: `count[i].fetch_add(1)`.

use super::Checker;
use super::place::{has_field, ident};
use crate::ast::Expr;
use crate::builtins;
use crate::messages::Message;
use crate::scope::Binding;
use syn::ExprMethodCall;

impl Checker<'_> {
    /// A method of an atomic place, `None` where the method or what it is called on is something else.
    pub(super) fn atomic(&mut self, e: &ExprMethodCall) -> Option<Expr> {
        if !builtins::is_atomic_method(&e.method.to_string()) {
            return None;
        }
        let (name, binding) = self.root(&e.receiver)?;
        let whole = ident(&e.receiver).is_some() && binding.is_indexable();
        if whole || !binding.is_memory() {
            return None;
        }
        // What a field is, its declaration says; it may stand elsewhere.
        if !binding.is_atomic() && !has_field(&e.receiver) {
            self.errors
                .push_named(&e.method, Message::NotAtomic, &name.to_string());
            return Some(Expr::Broken);
        }
        let place = self.place(&e.receiver);
        let args = self.args(&e.args);
        Some(place.map_or(Expr::Broken, |place| {
            Expr::Atomic(place, e.method.clone(), args)
        }))
    }

    /// The same where one value is wanted.
    pub(super) fn atomic_value(&mut self, e: Expr) -> Expr {
        match e {
            Expr::Atomic(_, name, _) if name == "store" => {
                self.errors.push(name, Message::AtomicStoreValue);
                Expr::Broken
            }
            e => e,
        }
    }

    /// Whether `e` ends a block without a value, as `count[i].store(0)` may.
    pub(super) fn is_atomic_store(&self, e: &ExprMethodCall) -> bool {
        let root = self.root(&e.receiver);
        let is_atomic = |b: Binding| b.is_atomic() || b.is_memory() && has_field(&e.receiver);
        e.method == "store" && root.is_some_and(|(_, binding)| is_atomic(binding))
    }
}
