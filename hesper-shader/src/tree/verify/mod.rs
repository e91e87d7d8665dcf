//! The tree's own verifier: types, scopes, places and structure.
//!
//! naga's validator checks neither the scope of operands nor the order of evaluation, and modules it accepts have made its writers panic.
//! What this verifier accepts, every meaning of the tree can rely on. It runs on each kernel when it is built, and finds all mistakes,
//! not the first.

mod effects;
mod exprs;
mod places;
mod problem;
mod stmts;
mod structured;
#[cfg(test)]
mod tests;
mod verified;

pub use problem::VerifyProblem;
pub(crate) use stmts::breaks;
pub use verified::Verified;

use super::{
    Access, BindingNumber, Function, FunctionId, Loc, Local, ParamId, ParamKind, Scalar, Tree, Type,
};
use crate::tree::Problem;
use std::collections::HashSet;

/// Blocks may be nested this deep; WGSL compilers stop not far beyond.
const MAX_NESTING: usize = 60;

/// WGSL allows the variables of one function this many bytes.
const MAX_LOCAL_BYTES: u64 = 8192;

/// Checks a whole kernel.
///
/// # Errors
/// Every problem found, in the order of the text.
pub fn verify(tree: Tree) -> Result<Verified, Vec<Problem<VerifyProblem>>> {
    let problems = problems(&tree);
    if problems.is_empty() {
        Ok(Verified::new(tree))
    } else {
        Err(problems)
    }
}

fn problems(tree: &Tree) -> Vec<Problem<VerifyProblem>> {
    let mut problems = Vec::new();
    header(tree, &mut problems);
    structured::structured(tree, &mut problems);
    for (position, function) in tree.all_functions().enumerate() {
        Verifier::new(tree, function, FunctionId(position as u32), &mut problems).run();
    }
    problems
}

/// That what a kernel binds at numbers of its own has each for itself.
fn bindings(tree: &Tree, add: &mut impl FnMut(VerifyProblem, Loc)) {
    let named = |id: ParamId| {
        let buffer = tree.field(id).map(|(buffer, _)| &buffer.name);
        tree.params
            .get(id.index())
            .map(|param| (buffer.unwrap_or(&param.name).clone(), param))
    };
    let buffers = tree.bound_at.buffers.iter();
    let buffers = buffers.filter_map(|(id, number)| Some((named(*id)?, *number)));
    let mut taken: Vec<(String, BindingNumber)> = Vec::new();
    let block = tree.bound_at.uniforms;
    let block = block.map(|number| (("what is by value".to_string(), None), number));
    let all = buffers.map(|((name, param), number)| ((name, Some(param)), number));
    for ((name, param), number) in all.chain(block) {
        let loc = param.map_or(tree.loc, |param| param.loc);
        if param.is_some_and(|param| matches!(param.kind, ParamKind::Uniform(_))) {
            add(VerifyProblem::BoundByValue(name), loc);
        } else if number.group > MOST_GROUP || number.binding > MOST_BINDING {
            add(VerifyProblem::NoBinding(name, number), loc);
        } else if let Some((other, _)) = taken.iter().find(|(_, known)| *known == number) {
            add(VerifyProblem::BoundTwice(other.clone(), name, number), loc);
        } else {
            taken.push((name, number));
        }
    }
}

/// WebGPU's default limits: four groups, a thousand bindings in each.
const MOST_GROUP: u32 = 3;
const MOST_BINDING: u32 = 999;

fn header(tree: &Tree, problems: &mut Vec<Problem<VerifyProblem>>) {
    let mut add = |kind, loc| problems.push(Problem { kind, loc });
    if tree.workgroup_size.contains(&0) || tree.invocations() > u64::from(u32::MAX) {
        add(VerifyProblem::WorkgroupSize(tree.workgroup_size), tree.loc);
    }
    let mut names = HashSet::new();
    if is_blank(&tree.any_order) {
        add(VerifyProblem::NoReason(tree.name.clone()), tree.loc);
    }
    for param in &tree.params {
        if is_blank(&param.any_order) {
            add(VerifyProblem::NoReason(param.name.clone()), param.loc);
        }
        let writes = matches!(param.kind, ParamKind::Storage { access, .. } if access.writes());
        if param.any_order.is_some() && !writes {
            add(VerifyProblem::OrderOfReads(param.name.clone()), param.loc);
        }
        if !names.insert(param.name.as_str()) {
            add(VerifyProblem::DuplicateParam(param.name.clone()), param.loc);
        }
        if let ParamKind::Storage { element, .. } = param.kind
            && param.field.is_none()
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
        if let ParamKind::Storage {
            element: ty,
            access: Access::Atomic,
        } = param.kind
            && !can_be_atomic(ty)
        {
            let name = param.name.clone();
            add(VerifyProblem::AtomicType { name, ty }, param.loc);
        }
    }
    bindings(tree, &mut add);
    for var in &tree.workgroup {
        if var.dims.contains(&0) {
            add(VerifyProblem::EmptyArray(var.name.clone()), var.loc);
        }
        if !valid_type(var.element) {
            add(VerifyProblem::InvalidType(var.element), var.loc);
        }
        if var.atomic && !can_be_atomic(var.element) {
            let (name, ty) = (var.name.clone(), var.element);
            add(VerifyProblem::AtomicType { name, ty }, var.loc);
        }
    }
    if !tree.entry.arguments.is_empty() || tree.entry.result.is_some() {
        add(VerifyProblem::EntrySignature, tree.entry.loc);
    }
}

/// Whether any order is allowed without a reason.
fn is_blank(reason: &Option<String>) -> bool {
    reason.as_ref().is_some_and(|text| text.trim().is_empty())
}

fn can_be_atomic(ty: Type) -> bool {
    matches!(ty, Type::F32 | Type::I32 | Type::U32)
}

/// Bytes that a local variable takes, as WGSL counts them.
fn local_bytes(local: &Local) -> u64 {
    let size = match (local.ty.size, local.dims.is_empty()) {
        (3, false) => 4,
        (size, _) => u64::from(size),
    };
    local.count().saturating_mul(4 * size)
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
    /// Whether the statement is inside an aside.
    aside: bool,
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
            aside: false,
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
            if local.dims.contains(&0) {
                self.problem(VerifyProblem::EmptyArray(local.name.clone()), local.loc);
            }
        }
        let bytes = function.locals.iter().map(local_bytes);
        let bytes = bytes.fold(0, u64::saturating_add);
        if bytes > MAX_LOCAL_BYTES {
            let name = function.name.clone();
            self.problem(
                VerifyProblem::LocalBytes {
                    name,
                    bytes,
                    limit: MAX_LOCAL_BYTES,
                },
                function.loc,
            );
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
