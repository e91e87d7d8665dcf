//! The reference executor: a kernel run on the CPU over any number domain.
//!
//! A workgroup's invocations run in lockstep: each statement is done for all lanes before the next one, on columns that
//! hold one value for each lane. Branches and loops narrow a mask of active lanes. Lockstep is one legal order among the
//! many a device may choose, so what could differ in another order is looked for and reported: two accesses that race, a
//! barrier that part of a workgroup does not reach, an index out of bounds, a loop without end.
//!
//! ```text
//! dispatch      the run as a whole      deal: what runs when, by teams of workgroups; attempt; order: run again in another; machine: what a thread allocates
//! values        what lanes hold         columns, one value for each lane; frame, one column for each expression and local; mask; expressions by reals, integers, convert
//! memory        what lanes share        binding, storage, shared: the buffers; places, arrays, moves, runs: loads and stores; locals; atomics
//! control       what lanes do next      statements, loops, calls; splits: where they parted
//! workgroup     what lanes do together  team, permutation; meeting: barriers; subgroups, exchange; ahead: half of a workgroup before the other
//! sanitizer     what a device would hide
//! report        what a run tells        error, race, warning, trace, describe; taken: which ways branches went
//! ```

mod control;
mod dispatch;
mod memory;
mod report;
mod sanitizer;
#[cfg(test)]
mod tests;
mod values;
mod workgroup;

pub use control::splits::{Parting, Way};
pub use dispatch::options::{Options, Outcome};
pub use memory::binding::Binding;
pub use memory::shared::{Shareable, SharedPlace};
pub use report::error::{AbsentUse, AccessKind, ExecError, Fault, Invocation};
pub use report::race::{Race, RaceAccess};
pub use report::taken::{BranchesTaken, Ways};
pub use report::trace::TraceLine;
pub use report::warning::{Choice, Warning};
pub(crate) use sanitizer::Pool;

use crate::domain::Domain;
use crate::tree::verify::Verified;
use dispatch::deal;

/// Runs a kernel over `groups` workgroups in x, y and z, with one binding for each parameter in declaration order.
///
/// On an error the buffers hold whatever was written until then.
///
/// ```
/// use hesper_shader::domain::F64;
/// use hesper_shader::record::Recorder;
/// use hesper_shader::reference::{Binding, run};
/// use hesper_shader::Memory;
///
/// let double = Recorder::record("double", &[], [4, 1, 1], |h| {
///     let (x, y) = (h.storage::<f32>("x"), h.storage_mut::<f32>("y"));
///     let i = h.global_index();
///     h.store(y.at(i), x.at(i).get() * h.float("2.0"));
/// });
/// let (x, mut y) = (Memory::F32(vec![0.5; 8]), Memory::F32(vec![0.0; 8]));
/// let mut bindings = [Binding::Read(&x), Binding::Write(&mut y)];
/// run(&F64, double.tree()?, [2, 1, 1], &mut bindings)?;
/// assert_eq!(y, Memory::F32(vec![1.0; 8]));
///
/// // One workgroup too many, and the kernel has no guard.
/// let mut bindings = [Binding::Read(&x), Binding::Write(&mut y)];
/// let error = run(&F64, double.tree()?, [3, 1, 1], &mut bindings).unwrap_err().to_string();
/// assert!(error.contains("reads `x` at index 8, but its length is 8"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Everything in `docs/sanitizer.md` is looked for; [`run_with`] says how a run goes otherwise, and hands out warnings.
///
/// # Errors
/// See [`Fault`]; the error names the kernel and the line, and carries what the run had told [so far](ExecError::so_far).
pub fn run<D: Domain<Mask = bool>>(
    domain: &D,
    tree: &Verified,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
) -> Result<(), ExecError> {
    run_with(domain, tree, groups, bindings, &Options::default()).map(|_| ())
}

/// [`run`] with options: on this thread, one workgroup after the other.
///
/// # Errors
/// As [`run`].
pub fn run_with<D: Domain<Mask = bool>>(
    domain: &D,
    tree: &Verified,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
    options: &Options,
) -> Result<Outcome, ExecError> {
    let ran = deal::alone(domain, tree, groups, bindings, options, &Pool::default());
    Ok(with_refusals(tree, options, ran?))
}

/// [`run_with`], several workgroups at a time and on all cores, for domains without state. What it computes is the same, and what is an error
/// is one here. Of several things that are wrong it may report another, and after an error the buffers may hold something else.
///
/// # Errors
/// As [`run`].
pub fn run_fast<D>(
    domain: &D,
    tree: &Verified,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
    options: &Options,
) -> Result<Outcome, ExecError>
where
    D: Domain<Mask = bool> + Sync,
    D::Value: Shareable,
{
    run_pooled(domain, tree, groups, bindings, options, &Pool::default())
}

/// [`run_fast`] with the sanitizer's memory of runs before.
pub(crate) fn run_pooled<D>(
    domain: &D,
    tree: &Verified,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
    options: &Options,
    pool: &Pool,
) -> Result<Outcome, ExecError>
where
    D: Domain<Mask = bool> + Sync,
    D::Value: Shareable,
{
    let ran = deal::together(domain, tree, groups, bindings, options, pool);
    Ok(with_refusals(tree, options, ran?))
}

/// Adds what WGSL refuses about a kernel that did well in this run.
fn with_refusals(tree: &Verified, options: &Options, mut outcome: Outcome) -> Outcome {
    if options.sanitize {
        let refused = tree.parted().iter().map(|problem| Warning::NotUniform {
            kernel: tree.name.clone(),
            loc: problem.loc,
            problem: Box::new(problem.kind.clone()),
        });
        outcome.warn(refused.collect());
    }
    outcome
}
