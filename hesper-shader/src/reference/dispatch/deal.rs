//! How the workgroups of a dispatch are dealt out: one after the other, or to several threads.

use super::attempt::{self, Attempt};
use super::machine::{LentDispatch, MAX_LANES, check_sizes};
use super::options::{Options, Outcome};
use super::order;
use super::teams::{self, workgroups};
use crate::domain::Domain;
use crate::limits::Needs;
use crate::reference::memory::binding::{self, Binding};
use crate::reference::memory::shared::{Shareable, SharedPlace};
use crate::reference::memory::storage::{Storage, Written};
use crate::reference::report::error::{ExecError, Fault};
use crate::reference::report::taken::Seen;
use crate::reference::sanitizer::Pool;
use crate::tree::facts::Facts;
use crate::tree::verify::Verified;
use crate::uniforms::UniformBlock;
use std::cell::Cell;
use std::mem::take;
use std::num::NonZero;
use std::thread;

/// Lanes of a team to aim at: enough to make the dispatch of a statement cheap.
const LANES: usize = 2048;

/// Values that all columns of a team hold, to aim at: what stays in a core's second cache.
const VALUES: usize = 1 << 15;

/// Components of workgroup memory that a team has, to aim at.
const SHARED: usize = 1 << 15;

/// Runs in any domain, one workgroup after the other.
pub(in crate::reference) fn alone<D: Domain<Mask = bool>>(
    domain: &D,
    tree: &Verified,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
    options: &Options,
    pool: &Pool,
) -> Result<Outcome, ExecError> {
    if !is_to_run(tree, groups, bindings)? {
        return Ok(Outcome::default());
    }
    let seen = Seen::new(tree);
    let run = |bindings: &mut [Binding<'_, D::Value>], options: &Options| {
        let dispatch = UnlentDispatch {
            domain,
            tree,
            groups,
            options,
            slots: 1,
            seen: &seen,
        };
        let lent = dispatch.lend::<Cell<D::Value>, _>(bindings, |job, written| {
            teams::in_order(&job, written, pool)
        });
        lent?
    };
    let outcome = order::run(tree, bindings, options, run)?;
    let branches = seen.finish().into_iter().collect();
    Ok(Outcome {
        branches,
        ..outcome
    })
}

/// Runs several workgroups together, on several threads where nobody can tell.
pub(in crate::reference) fn together<D>(
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
    type SlotOf<D> = <<D as Domain>::Value as Shareable>::Place;
    if !is_to_run(tree, groups, bindings)? {
        return Ok(Outcome::default());
    }
    let seen = Seen::new(tree);
    let run = |bindings: &mut [Binding<'_, D::Value>], options: &Options| {
        let slots = slots(tree, options);
        let dispatch = UnlentDispatch {
            domain,
            tree,
            groups,
            options,
            slots,
            seen: &seen,
        };
        let teams = workgroups(groups).div_ceil(slots);
        let threads = threads(tree, options).min(teams);
        if options.sanitize && threads > 1 {
            let attempt = Attempt::new(tree, bindings);
            let threads = attempt.threads(threads);
            let quiet = dispatch.lend::<SlotOf<D>, _>(bindings, |job, written| {
                attempt::is_quiet(&job, teams, threads, written, pool)
            });
            if quiet? {
                return Ok(Outcome::default());
            }
            attempt.restore(bindings);
        }
        let lent = dispatch.lend::<SlotOf<D>, _>(bindings, |job, written| {
            if options.sanitize || threads <= 1 {
                teams::in_order(&job, written, pool)
            } else {
                (teams::on_threads(&job, teams, threads), written)
            }
        });
        lent?
    };
    let outcome = order::run(tree, bindings, options, run)?;
    let branches = seen.finish().into_iter().collect();
    Ok(Outcome {
        branches,
        ..outcome
    })
}

/// Checks what a run is given; whether there is anything to do.
fn is_to_run<V: Copy>(
    tree: &Verified,
    groups: [u32; 3],
    bindings: &[Binding<'_, V>],
) -> Result<bool, ExecError> {
    binding::check(tree, bindings)?;
    if groups.contains(&0) {
        return Ok(false);
    }
    check_sizes(tree).map_err(|fault| fault.at(tree, tree.loc))?;
    Ok(true)
}

/// A dispatch without its buffers.
struct UnlentDispatch<'a, D> {
    domain: &'a D,
    tree: &'a Verified,
    groups: [u32; 3],
    options: &'a Options,
    slots: usize,
    seen: &'a Seen<'a>,
}

impl<D: Domain<Mask = bool>> UnlentDispatch<'_, D> {
    /// Takes the buffers, runs, and gives them back.
    fn lend<S: SharedPlace<D::Value>, R>(
        &self,
        bindings: &mut [Binding<'_, D::Value>],
        run: impl FnOnce(LentDispatch<'_, D, S>, Written) -> (R, Written),
    ) -> Result<R, ExecError> {
        let (mut storage, loan) = Storage::lend(self.tree, bindings);
        let checked = self.check_limits(&storage.dims);
        let result = checked.map(|()| {
            let written = take(&mut storage.written);
            let job = LentDispatch {
                domain: self.domain,
                tree: self.tree,
                groups: self.groups,
                options: self.options,
                storage: &storage,
                slots: self.slots,
                seen: self.seen,
            };
            let (result, written) = run(job, written);
            storage.written = written;
            result
        });
        loan.give_back(storage);
        result
    }

    fn check_limits(&self, dims: &[Vec<u32>]) -> Result<(), ExecError> {
        let (tree, options) = (self.tree, self.options);
        if !options.sanitize {
            return Ok(());
        }
        let buffers = tree
            .counted()
            .filter_map(|id| dims.get(id.index())?.first());
        let needs = Needs {
            tree,
            groups: self.groups,
            lengths: buffers.map(|n| *n as usize).collect(),
            uniform_bytes: UniformBlock::of(tree).size() as u64,
        };
        let checked = options.limits.check(&needs);
        checked.map_err(|excess| Fault::BeyondLimits(excess).at(tree, tree.loc))
    }
}

/// How many workgroups run together.
fn slots(tree: &Verified, options: &Options) -> usize {
    let Facts {
        components,
        shared,
        order_matters,
        storage_atomics,
        logs,
        ..
    } = *tree.facts();
    // Together they meet nobody who has not begun: in another order each workgroup comes to an end before the next begins, those after it first.
    let one_by_one = options.order.is_some() && order_matters && storage_atomics;
    if options.trace.is_some() || logs || one_by_one {
        return 1;
    }
    let per_group = (tree.invocations() as usize).max(1);
    let lanes = (VALUES / components.max(1)).min(LANES).min(MAX_LANES);
    (lanes / per_group).min(SHARED / shared.max(1)).max(1)
}

/// How many threads a run may use without anybody being able to tell.
fn threads(tree: &Verified, options: &Options) -> usize {
    if options.trace.is_some() || tree.facts().storage_atomics || tree.facts().logs {
        return 1;
    }
    let machine = thread::available_parallelism().map_or(1, NonZero::get);
    options.threads.unwrap_or(machine).clamp(1, machine.max(1))
}
