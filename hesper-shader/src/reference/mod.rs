//! The reference executor: a kernel run on the CPU over any number domain.
//!
//! A workgroup's invocations run in lockstep: each statement is done for all lanes before the next one, on columns that
//! hold one value for each lane. Branches and loops narrow a mask of active lanes. Lockstep is one legal order among the
//! many a device may choose, so what could differ in another order is looked for and reported: two accesses that race, a
//! barrier that part of a workgroup does not reach, an index out of bounds, a loop without end.
//!
//! ```text
//! position      where an invocation is: builtin values
//! columns       one value for each lane       mask   which lanes take part
//! frame         one column for each expression and local of a function
//! expressions   pure operations on columns: reals (the domain's), integers, convert
//! places        loads and stores, locals      shadow   who touched an element last
//! statements    branches and barriers           loops, calls
//! machine       what a dispatch allocates
//! ```

mod binding;
mod calls;
mod columns;
mod convert;
mod error;
mod expressions;
mod frame;
mod integers;
mod locals;
mod loops;
mod machine;
mod mask;
mod places;
mod position;
mod reals;
mod shadow;
mod statements;
#[cfg(test)]
mod tests;

pub use binding::Binding;
pub use error::{AccessKind, ExecError, Fault, Invocation, Race, RaceAccess};

use crate::domain::Domain;
use crate::tree::{Tree, verify};
use machine::Machine;

/// How a run is watched.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Iterations one run of a loop may take before it counts as endless.
    pub iteration_budget: u64,
    /// Whether two accesses that nothing orders are an error.
    pub detect_races: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            iteration_budget: 1 << 24,
            detect_races: true,
        }
    }
}

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
/// assert!(error.ends_with("reads `x` at index 8, but its length is 8"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// See [`Fault`]; the error names the kernel and the line.
pub fn run<D: Domain<Mask = bool>>(
    domain: &D,
    tree: &Tree,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
) -> Result<(), ExecError> {
    run_with(domain, tree, groups, bindings, Options::default())
}

/// [`run`] with options.
///
/// # Errors
/// As [`run`].
pub fn run_with<D: Domain<Mask = bool>>(
    domain: &D,
    tree: &Tree,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
    options: Options,
) -> Result<(), ExecError> {
    // A kernel verifies its tree when it is built; trees made by hand are checked where it costs little.
    if cfg!(debug_assertions)
        && let Err(problems) = verify::verify(tree)
        && let Some(problem) = problems.first()
    {
        return Err(Fault::Internal(problem.kind.to_string().into()).at(tree, problem.loc));
    }
    execute(domain, tree, groups, bindings, options)
}

fn execute<D: Domain<Mask = bool>>(
    domain: &D,
    tree: &Tree,
    [nx, ny, nz]: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
    options: Options,
) -> Result<(), ExecError> {
    binding::check(tree, bindings)?;
    if nx == 0 || ny == 0 || nz == 0 {
        return Ok(());
    }
    let mut machine = Machine::new(domain, tree, [nx, ny, nz], bindings, options)?;
    for z in 0..nz {
        for y in 0..ny {
            for x in 0..nx {
                machine.workgroup([x, y, z])?;
            }
        }
    }
    Ok(())
}
