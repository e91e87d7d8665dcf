//! The reference executor: a kernel run on the CPU over any number domain.
//!
//! A workgroup's invocations run in lockstep: each statement is done for all lanes before the next one, on columns that
//! hold one value for each lane. Branches and loops narrow a mask of active lanes. Lockstep is one legal order among the
//! many a device may choose, so what could differ in another order is looked for and reported: two accesses that race, a
//! barrier that part of a workgroup does not reach, an index out of bounds, a loop without end.
//!
//! ```text
//! dispatch      what runs when: teams, attempt                 storage, slot   the buffers they share       order   run again in another
//! machine       what a thread allocates                         team            the workgroups that run      permutation
//! ahead         half of a workgroup before the other
//! columns       one value for each lane                         mask            which lanes take part
//! frame         one column for each expression and local of a function       shortcuts  copies left out
//! expressions   pure operations on columns: reals (the domain's), integers, convert
//! places        loads and stores: arrays, moves, runs, locals   atomics, subgroups, exchange
//! statements    branches, loops, calls                          meeting, splits  barriers
//! sanitizer     what a device would hide                        trace           what one invocation does, and logs
//! error         why a run stops     warning  what is suspicious      race            two accesses that nothing orders     describe
//! ```

mod ahead;
mod arrays;
mod atomics;
mod attempt;
mod binding;
mod calls;
mod columns;
mod convert;
mod describe;
mod dispatch;
mod error;
mod exchange;
mod expressions;
mod frame;
mod integers;
mod locals;
mod loops;
mod machine;
mod mask;
mod meeting;
mod moves;
mod options;
mod order;
mod permutation;
mod places;
mod race;
mod reals;
mod runs;
mod sanitizer;
mod shortcuts;
mod slot;
mod splits;
mod statements;
mod storage;
mod subgroups;
mod team;
mod teams;
#[cfg(test)]
mod tests;
mod trace;
mod warning;

pub use binding::Binding;
pub use error::{AccessKind, ExecError, Fault, Invocation};
pub use options::{Options, Outcome};
pub use race::{Race, RaceAccess};
pub(crate) use sanitizer::Pool;
pub use slot::{Shareable, Slot};
pub use splits::{Parting, Way};
pub use trace::TraceLine;
pub use warning::{Choice, Warning};

use crate::domain::Domain;
use crate::tree::{Tree, uniformity, verify};

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
/// let (x, mut y) = (Memory::Real(vec![0.5; 8]), Memory::Real(vec![0.0; 8]));
/// let mut bindings = [Binding::Read(&x), Binding::Write(&mut y)];
/// run(&F64, double.tree()?, [2, 1, 1], &mut bindings)?;
/// assert_eq!(y, Memory::Real(vec![1.0; 8]));
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
    tree: &Tree,
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
    tree: &Tree,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
    options: &Options,
) -> Result<Outcome, ExecError> {
    check(tree)?;
    let ran = dispatch::alone(domain, tree, groups, bindings, options, &Pool::default());
    Ok(with_refusals(tree, options, ran?))
}

/// [`run_with`], several workgroups at a time and on all cores, for domains without state. What it computes is the same, and what is an error
/// is one here. Of several things that are wrong it may report another, and after an error the buffers may hold something else.
///
/// # Errors
/// As [`run`].
pub fn run_fast<D>(
    domain: &D,
    tree: &Tree,
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
    tree: &Tree,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
    options: &Options,
    pool: &Pool,
) -> Result<Outcome, ExecError>
where
    D: Domain<Mask = bool> + Sync,
    D::Value: Shareable,
{
    check(tree)?;
    let ran = dispatch::together(domain, tree, groups, bindings, options, pool);
    Ok(with_refusals(tree, options, ran?))
}

/// Adds what WGSL refuses about a kernel that did well in this run.
fn with_refusals(tree: &Tree, options: &Options, mut outcome: Outcome) -> Outcome {
    if options.sanitize
        && let Err(problems) = uniformity::check(tree)
    {
        let refused = problems.into_iter().map(|problem| Warning::NotUniform {
            kernel: tree.name.clone(),
            loc: problem.loc,
            problem: Box::new(problem.kind),
        });
        outcome.warn(refused.collect());
    }
    outcome
}

/// A kernel verifies its tree when it is built; trees made by hand are checked where it costs little.
fn check(tree: &Tree) -> Result<(), ExecError> {
    if cfg!(debug_assertions)
        && let Err(problems) = verify::verify(tree)
        && let Some(problem) = problems.first()
    {
        return Err(Fault::Internal(problem.kind.to_string().into()).at(tree, problem.loc));
    }
    Ok(())
}
