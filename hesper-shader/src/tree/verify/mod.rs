//! The tree's own verifier: types, scopes, places and structure.
//!
//! naga's validator checks neither the scope of operands nor the order of evaluation, and modules it accepts have made its writers panic.
//! What this verifier accepts, every meaning of the tree can rely on. It runs on each kernel when it is built, and finds all mistakes,
//! not the first.

mod exprs;
mod problem;
mod stmts;
#[cfg(test)]
mod tests;

pub use problem::VerifyProblem;

use super::{Function, FunctionId, Loc, ParamKind, Scalar, Tree, Type};
use crate::record::Problem;
use std::collections::HashSet;

/// Blocks may be nested this deep; WGSL compilers stop not far beyond.
const MAX_NESTING: usize = 60;

/// Checks a whole kernel.
///
/// # Errors
/// Every problem found, in the order of the text.
pub fn verify(tree: &Tree) -> Result<(), Vec<Problem<VerifyProblem>>> {
    let mut problems = Vec::new();
    header(tree, &mut problems);
    for (position, function) in tree.all_functions().enumerate() {
        Verifier::new(tree, function, FunctionId(position as u32), &mut problems).run();
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn header(tree: &Tree, problems: &mut Vec<Problem<VerifyProblem>>) {
    let mut add = |kind, loc| problems.push(Problem { kind, loc });
    if tree.workgroup_size.contains(&0) || tree.invocations() > u64::from(u32::MAX) {
        add(VerifyProblem::WorkgroupSize(tree.workgroup_size), tree.loc);
    }
    let mut names = HashSet::new();
    for param in &tree.params {
        if !names.insert(param.name.as_str()) {
            add(VerifyProblem::DuplicateParam(param.name.clone()), param.loc);
        }
        if let ParamKind::Storage { element, .. } = param.kind
            && (element.scalar == Scalar::Bool || !valid_type(element))
        {
            add(
                VerifyProblem::NotHostShareable {
                    name: param.name.clone(),
                    ty: element,
                },
                param.loc,
            );
        }
    }
    for var in &tree.workgroup {
        if var.dims.contains(&0) {
            add(VerifyProblem::EmptyArray(var.name.clone()), var.loc);
        }
        if !valid_type(var.element) {
            add(VerifyProblem::InvalidType(var.element), var.loc);
        }
    }
    if !tree.entry.arguments.is_empty() || tree.entry.result.is_some() {
        add(VerifyProblem::EntrySignature, tree.entry.loc);
    }
}

fn valid_type(ty: Type) -> bool {
    (1..=4).contains(&ty.size)
}

/// The check of one function.
struct Verifier<'a> {
    tree: &'a Tree,
    function: &'a Function,
    position: FunctionId,
    problems: &'a mut Vec<Problem<VerifyProblem>>,
    /// Whether an expression was given its place of evaluation.
    introduced: Vec<bool>,
    /// Whether it may be used at the current statement.
    visible: Vec<bool>,
    loops: usize,
    depth: usize,
}

impl<'a> Verifier<'a> {
    fn new(
        tree: &'a Tree,
        function: &'a Function,
        position: FunctionId,
        problems: &'a mut Vec<Problem<VerifyProblem>>,
    ) -> Self {
        let count = function.exprs.len();
        let visible = function.exprs.iter().map(|e| e.kind.is_ambient()).collect();
        Verifier {
            tree,
            function,
            position,
            problems,
            introduced: vec![false; count],
            visible,
            loops: 0,
            depth: 0,
        }
    }

    fn run(mut self) {
        let function = self.function;
        for (index, expr) in function.exprs.iter().enumerate() {
            self.expr(index, expr);
        }
        for local in &function.locals {
            if !valid_type(local.ty) {
                self.problem(VerifyProblem::InvalidType(local.ty), local.loc);
            }
        }
        // Handles are known to be good only if the arena is, so statements come second.
        self.block(&function.body);
        if function.result.is_some() && !stmts::always_leaves(&function.body) {
            self.problem(
                VerifyProblem::MissingReturn(function.name.clone()),
                function.loc,
            );
        }
    }

    fn problem(&mut self, kind: VerifyProblem, loc: Loc) {
        self.problems.push(Problem { kind, loc });
    }
}
