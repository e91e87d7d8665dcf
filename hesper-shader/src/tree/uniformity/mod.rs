//! Whether invocations are together where WGSL wants them to be.
//!
//! A barrier and `workgroup_uniform_load` want all invocations of a workgroup, an exchange of a subgroup all of the subgroup; WGSL refuses a
//! text of which that cannot be seen. [`check`] says so first, with the Rust lines.
//!
//! What must be uniform is a question of what it depends on, so the kernel becomes a graph of dependences, made in one walk over the
//! statements: for each value, for what a local holds at some point, and for the control flow there, which depends on the conditions that
//! lead there. Something is uniform if no way leads from it to a source of difference: `local_invocation_index()`, a load of memory that the
//! kernel writes, and the like. A helper is summed up by what its result and its demands depend on, and each call puts its arguments in.
//!
//! Two scopes share the graph: what differs between subgroups only, as `subgroup_id()` does, may decide over an exchange of a subgroup, but
//! not over a barrier.

mod graph;
mod problem;
mod values;
mod walk;

pub use problem::{Collective, Parted, Scope, Source, UniformityProblem};

use super::{Function, Problem, Tree};
use graph::{Demand, Reached};

/// Checks a kernel that [the verifier](super::verify::verify) accepts.
///
/// # Errors
/// A problem for each statement that not all invocations may reach, or whose place or distance may differ between them.
pub fn check(tree: &Tree) -> Result<(), Vec<Problem<UniformityProblem>>> {
    let mut problems: Vec<Problem<UniformityProblem>> = Vec::new();
    if !needs_check(tree) {
        return Ok(());
    }
    let mut summaries: Vec<Summary> = Vec::new();
    for function in tree.all_functions() {
        let summary = walk::walk(tree, function, &summaries, &mut problems);
        summaries.push(summary);
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Whether anything in the kernel wants invocations to be together.
fn needs_check(tree: &Tree) -> bool {
    let mut functions = tree.all_functions();
    functions.any(|f: &Function| {
        let mut seen = f.seen_statements().into_iter();
        seen.any(|stmt| Collective::of(&stmt.kind).is_some())
    })
}

/// What is known of a function by those who call it.
struct Summary {
    /// What its result depends on, in both scopes.
    result: [Reached; 2],
    /// What must be uniform and depends on the call.
    demands: Vec<Demand>,
}
