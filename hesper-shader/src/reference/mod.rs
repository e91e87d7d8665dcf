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
//! places        loads and stores              shadow   who touched an element last
//! statements    control flow, calls, barriers
//! ```

mod binding;
mod columns;
mod convert;
mod error;
mod expressions;
mod frame;
mod integers;
mod mask;
mod places;
mod position;
mod reals;
mod shadow;
mod statements;

pub use binding::Binding;
pub use error::{AccessKind, ExecError, Fault, Invocation, Race, RaceAccess};

use crate::domain::Domain;
use crate::tree::{Access, Param, ParamKind, Tree, WorkgroupVar};
use columns::Column;
use frame::Frame;
use places::Memories;
use position::Position;
use reals::Reals;
use shadow::Shadow;
use statements::Machine;

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

/// Components of one workgroup variable, at most; a device has a few thousand for all.
const MAX_WORKGROUP_COMPONENTS: u64 = 1 << 28;

/// Runs a kernel over `groups` workgroups in x, y and z, with one binding for each parameter in declaration order.
///
/// On an error the buffers hold whatever was written until then.
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
    binding::check(tree, bindings)?;
    let [nx, ny, nz] = groups;
    if nx == 0 || ny == 0 || nz == 0 {
        return Ok(());
    }
    let mut machine =
        machine(domain, tree, groups, bindings, options).map_err(|fault| ExecError {
            kernel: tree.name.clone(),
            loc: tree.loc,
            fault,
        })?;
    for z in 0..nz {
        for y in 0..ny {
            for x in 0..nx {
                machine.position.group = [x, y, z];
                machine.workgroup()?;
            }
        }
    }
    Ok(())
}

/// Allocates all that a run needs.
fn machine<'a, 'b, D: Domain<Mask = bool>>(
    domain: &'a D,
    tree: &'a Tree,
    groups: [u32; 3],
    bindings: &'a mut [Binding<'b, D::Value>],
    options: Options,
) -> Result<Machine<'a, 'b, D>, Fault> {
    check_sizes(tree)?;
    let position = Position {
        size: tree.workgroup_size,
        groups,
        group: [0; 3],
    };
    let lanes = position.lanes();
    let reals = Reals::new(domain, lanes);
    let frames = tree
        .all_functions()
        .map(|function| Frame::new(function, tree, bindings, &reals, lanes))
        .collect::<Result<_, _>>()?;
    let variable = |v: &WorkgroupVar| Column::zeros(v.element, v.count() as usize, reals.zero);
    Ok(Machine {
        tree,
        options,
        position,
        frames,
        memory: Memories {
            tree,
            workgroup: tree.workgroup.iter().map(variable).collect(),
            shadow: options.detect_races.then(|| shadow(tree, bindings)),
            bindings,
            elements: vec![0; lanes],
        },
        reals,
        masks: Vec::new(),
        depth: 0,
    })
}

/// A shadow of all that can be written.
fn shadow<V: Copy>(tree: &Tree, bindings: &[Binding<'_, V>]) -> Shadow {
    let written = |(param, binding): (&Param, &Binding<'_, V>)| match param.kind {
        ParamKind::Storage {
            element,
            access: Access::ReadWrite,
        } => binding.length(element),
        _ => 0,
    };
    Shadow::new(
        tree.params.iter().zip(bindings).map(written).collect(),
        tree.workgroup.iter().map(|v| v.count() as usize).collect(),
    )
}

fn check_sizes(tree: &Tree) -> Result<(), Fault> {
    let invocations = product(&tree.workgroup_size);
    if invocations == 0 {
        return Err(Fault::Internal("a workgroup without invocations"));
    }
    at_most(
        "invocations in a workgroup",
        invocations,
        shadow::MAX_LANES as u64,
    )?;
    for variable in &tree.workgroup {
        let components = product(&variable.dims).saturating_mul(variable.element.size.into());
        at_most(
            "components of a workgroup variable",
            components,
            MAX_WORKGROUP_COMPONENTS,
        )?;
    }
    Ok(())
}

fn at_most(what: &'static str, need: u64, limit: u64) -> Result<(), Fault> {
    if need > limit {
        return Err(Fault::Limit { what, need, limit });
    }
    Ok(())
}

fn product(factors: &[u32]) -> u64 {
    factors
        .iter()
        .fold(1, |product: u64, n| product.saturating_mul((*n).into()))
}
