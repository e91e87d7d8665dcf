//! A function that is looked at, and the variants found in it.

use super::draft::{Draft, numbered};
use super::{Kind, Variant, Variants};
use crate::tree::display::Texts;
use crate::tree::{
    BinaryOp, Expr, ExprId, ExprKind, Function, Literal, Loc, ParamId, Stmt, StmtKind, Tree, Type,
    UnaryOp,
};
use std::ops::Range;

/// A function of a tree, and what of it a device sees.
pub(super) struct Look<'t> {
    pub(super) tree: &'t Tree,
    /// The function's position, the kernel's own last.
    pub(super) at: usize,
    pub(super) function: &'t Function,
    pub(super) texts: Texts<'t>,
    /// The statements, each with its number; those of asides left out.
    pub(super) statements: Vec<(usize, &'t Stmt)>,
    /// For each expression whether anything comes of it.
    live: Vec<bool>,
    /// Which expressions an index is made of.
    indices: Vec<bool>,
}

impl<'t> Look<'t> {
    /// The positions of the functions that the kernel calls, and its own.
    pub(super) fn reached(tree: &Tree) -> Vec<usize> {
        let mut reached = vec![false; tree.functions.len()];
        let mut called = |function: &Function| {
            for (_, stmt) in numbered(&function.body) {
                if let StmtKind::Call { function, .. } = &stmt.kind
                    && let Some(reached) = reached.get_mut(function.index())
                {
                    *reached = true;
                }
            }
        };
        called(&tree.entry);
        // A function calls only functions before it.
        for at in (0..tree.functions.len()).rev() {
            called(&tree.functions[at]);
        }
        let helpers = (0..tree.functions.len()).filter(|at| reached[*at]);
        helpers.chain([tree.functions.len()]).collect()
    }

    pub(super) fn at(tree: &'t Tree, at: usize) -> Look<'t> {
        let function = tree.functions.get(at).unwrap_or(&tree.entry);
        let statements = seen(function);
        let none = vec![false; function.exprs.len()];
        let (mut live, mut indices) = (none.clone(), none);
        for (_, stmt) in &statements {
            stmt.kind.for_each_operand(|id| live[id.index()] = true);
            if let Some(place) = place(stmt) {
                place.for_each_index(|id| indices[id.index()] = true);
            }
        }
        for (id, expr) in function.exprs.iter().enumerate().rev() {
            expr.kind.for_each_operand(|operand| {
                live[operand.index()] |= live[id];
                indices[operand.index()] |= indices[id];
            });
        }
        Look {
            tree,
            at,
            function,
            texts: Texts::of(tree, function),
            statements,
            live,
            indices,
        }
    }

    /// The expressions of which something comes.
    pub(super) fn exprs(&self) -> impl Iterator<Item = (ExprId, &'t Expr)> {
        let all = self.function.exprs.iter().enumerate();
        all.filter(|(id, _)| self.live[*id])
            .map(|(id, expr)| (ExprId(id as u32), expr))
    }

    /// Whether an index is made of an expression.
    pub(super) fn feeds_index(&self, id: ExprId) -> bool {
        self.indices[id.index()]
    }

    pub(super) fn ty(&self, id: ExprId) -> Type {
        self.function[id].ty
    }

    /// Takes note of a variant, or of a change that breaks a rule.
    pub(super) fn found(
        &self,
        to: &mut Variants,
        kind: Kind,
        loc: Loc,
        words: String,
        change: impl FnOnce(&mut Draft),
    ) {
        let mut draft = Draft::of(self.tree, self.at);
        change(&mut draft);
        match draft.finish() {
            Ok(tree) => to.all.push(Variant {
                kind,
                words,
                function: self.function.name.clone(),
                loc,
                tree,
                params: None,
            }),
            Err(_) => to.ill_typed += 1,
        }
    }

    /// An expression that becomes another, of the same operands.
    pub(super) fn becomes(&self, to: &mut Variants, kind: Kind, id: ExprId, new: ExprKind) {
        let expr = &self.function[id];
        let other = Expr {
            kind: new.clone(),
            ..expr.clone()
        };
        let words = becomes(&self.texts.defined(id), &self.texts.of_expr(&other));
        self.found(to, kind, expr.loc, words, |draft| draft.replace(id, new));
    }

    /// The same, where one parameter stands for another.
    pub(super) fn stands_for(
        &self,
        to: &mut Variants,
        id: ExprId,
        params: [ParamId; 2],
        new: ExprKind,
    ) {
        let before = to.all.len();
        self.becomes(to, Kind::Uniform, id, new);
        for variant in &mut to.all[before..] {
            variant.params = Some(params);
        }
    }

    /// An operation that is gone, one operand in its place.
    pub(super) fn gone(&self, to: &mut Variants, kind: Kind, id: ExprId, operand: ExprId) {
        let words = becomes(&self.texts.defined(id), &self.texts.used(operand));
        let loc = self.function[id].loc;
        self.found(to, kind, loc, words, |draft| draft.substitute(id, operand));
    }
}

pub(super) fn becomes(old: &str, new: &str) -> String {
    format!("`{old}` becomes `{new}`")
}

/// The place that a statement reads or writes.
pub(super) fn place(stmt: &Stmt) -> Option<&crate::tree::Place> {
    match &stmt.kind {
        StmtKind::Load { place, .. }
        | StmtKind::Store { place, .. }
        | StmtKind::UniformLoad { place, .. }
        | StmtKind::Atomic { place, .. } => Some(place),
        _ => None,
    }
}

/// The statements that are not in asides, nor in branches that constants alone decide against, with the numbers that they have among all.
fn seen(function: &Function) -> Vec<(usize, &Stmt)> {
    let mut unseen: Vec<Range<usize>> = Vec::new();
    let mut seen = Vec::new();
    for (number, stmt) in numbered(&function.body) {
        if unseen.iter().any(|range| range.contains(&number)) {
            continue;
        }
        let first = number + 1;
        match &stmt.kind {
            StmtKind::Aside { body } => unseen.push(first..first + numbered(body).len()),
            StmtKind::If {
                condition,
                accept,
                reject,
            } => {
                let (accept, reject) = (numbered(accept).len(), numbered(reject).len());
                let second = first + accept;
                match decided(function, *condition) {
                    None => seen.push((number, stmt)),
                    Some(true) => unseen.push(second..second + reject),
                    Some(false) => unseen.push(first..second),
                }
            }
            _ => seen.push((number, stmt)),
        }
    }
    seen
}

/// What a condition is where constants alone decide, as those that a kernel is made with.
fn decided(function: &Function, condition: ExprId) -> Option<bool> {
    let literal = |id: ExprId| match function[id].kind {
        ExprKind::Literal(literal) => Some(literal.to_f64()),
        _ => None,
    };
    match function[condition].kind {
        ExprKind::Literal(Literal::Bool(b)) => Some(b),
        ExprKind::Unary(UnaryOp::Not, of) => decided(function, of).map(|b| !b),
        ExprKind::Binary(op, a, b) => {
            let (a, b) = (literal(a)?, literal(b)?);
            match op {
                BinaryOp::Equal => Some(a == b),
                BinaryOp::NotEqual => Some(a != b),
                BinaryOp::Less => Some(a < b),
                BinaryOp::LessEqual => Some(a <= b),
                BinaryOp::Greater => Some(a > b),
                BinaryOp::GreaterEqual => Some(a >= b),
                _ => None,
            }
        }
        _ => None,
    }
}
