//! Changes that make no difference, whatever a kernel is given: they are no mutants.

use super::draft::numbered;
use super::look::{Look, place};
use crate::tree::{ExprId, ExprKind, Literal, Place, Root, StmtKind};

/// Whether a store is of zero to a local that is zero until then: nothing touches it before, and no loop comes back to it.
pub(super) fn is_first_zero(look: &Look<'_>, number: usize, to: &Place, value: ExprId) -> bool {
    let Root::Local(local) = to.root else {
        return false;
    };
    let declared = look.function.locals.get(local.index());
    let is_whole = to.path.is_empty() && declared.is_some_and(|l| l.dims.is_empty());
    let is_zero = match look.function[value].kind {
        ExprKind::Literal(Literal::Bool(b)) => !b,
        // −0 is not what a variable begins with.
        ExprKind::Literal(literal) => literal.to_f64().to_bits() == 0,
        _ => false,
    };
    let before = numbered(&look.function.body).into_iter();
    let touched = before
        .take_while(|(n, _)| *n < number)
        .any(|(_, stmt)| place(stmt).is_some_and(|place| place.root == to.root));
    is_whole && is_zero && !touched && !is_in_loop(look, number)
}

fn is_in_loop(look: &Look<'_>, number: usize) -> bool {
    let mut all = numbered(&look.function.body).into_iter();
    all.any(|(n, stmt)| match &stmt.kind {
        StmtKind::For { body, .. } | StmtKind::Loop { body } => {
            (n + 1..=n + numbered(body).len()).contains(&number)
        }
        _ => false,
    })
}
