//! Single values, places and statements as text: what the whole tree's text is made of.

use super::Printer;
use super::values::{at_place, computed};
use crate::tree::{Expr, ExprId, ExprKind, Function, Place, Tree};

/// Unnamed values longer than this go by the name that the whole text gives them.
const SHORT: usize = 48;

/// The texts of a function's values, as they stand in the text of its tree.
pub(crate) struct Texts<'a>(Printer<'a>);

impl<'a> Texts<'a> {
    pub(crate) fn of(tree: &'a Tree, function: &'a Function) -> Texts<'a> {
        let mut printer = Printer::new(tree, function);
        printer.write();
        Texts(printer)
    }

    /// A value where it is used: its name, or what it is.
    pub(crate) fn used(&self, id: ExprId) -> String {
        let printer = &self.0;
        let Some(expr) = printer.function.get(id) else {
            return "?".to_string();
        };
        let text = printer.texts.get(&id);
        let loaded = |text: &String| text.strip_prefix("load ").unwrap_or(text).to_string();
        match (printer.names.get(&id), text) {
            (Some(name), Some(text)) if expr.name.is_some() || text.len() > SHORT => name.clone(),
            (_, Some(text)) if expr.kind == ExprKind::Result => loaded(text),
            (Some(_), Some(text)) => loaded(text),
            (Some(name), None) => name.clone(),
            (None, _) => self.of_expr(expr),
        }
    }

    /// What an expression is, were it to stand here.
    pub(crate) fn of_expr(&self, expr: &Expr) -> String {
        computed(expr, self.0.ambient(expr), |id| self.used(id))
    }

    /// The same for one of the function's.
    pub(crate) fn defined(&self, id: ExprId) -> String {
        match self.0.function.get(id) {
            Some(expr) if expr.kind != ExprKind::Result => self.of_expr(expr),
            _ => self.used(id),
        }
    }

    /// A place.
    pub(crate) fn place(&self, place: &Place) -> String {
        at_place(place, self.0.root(place.root), |id| self.used(id))
    }
}
