//! How the workgroups of a dispatch are dealt out: one after the other, or to several threads.

use super::binding::{self, Binding};
use super::error::{ExecError, Fault};
use super::machine::{Job, MAX_LANES, Machine, check_sizes};
use super::options::{Options, Outcome};
use super::order;
use super::sanitizer::{Pool, Watch};
use super::slot::{Shareable, Slot};
use super::storage::Storage;
use crate::domain::Domain;
use crate::limits::Needs;
use crate::tree::{Root, StmtKind, Tree};
use crate::uniforms::UniformBlock;
use std::cell::Cell;
use std::mem::take;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

/// Lanes of a team to aim at: enough to make the dispatch of a statement cheap.
const LANES: usize = 2048;

/// Values that all columns of a team hold, to aim at: what stays in a core's second cache.
const VALUES: usize = 1 << 14;

/// Components of workgroup memory that a team has, to aim at.
const SHARED: usize = 1 << 15;

/// Runs in any domain, one workgroup after the other.
pub(super) fn alone<D: Domain<Mask = bool>>(
    domain: &D,
    tree: &Tree,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
    options: &Options,
    pool: &Pool,
) -> Result<Outcome, ExecError> {
    let run = |bindings: &mut [Binding<'_, D::Value>], options: &Options| {
        let slots = 1;
        lent::<D, Cell<D::Value>>(
            tree,
            groups,
            bindings,
            options,
            pool,
            slots,
            |storage, watch| {
                let job = Job {
                    domain,
                    tree,
                    groups,
                    options,
                    storage,
                    slots,
                };
                in_order(&job, watch)
            },
        )
    };
    order::run(tree, bindings, options, run)
}

/// Runs several workgroups together, on several threads where nobody can tell.
pub(super) fn together<D>(
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
    let run = |bindings: &mut [Binding<'_, D::Value>], options: &Options| {
        type SlotOf<D> = <<D as Domain>::Value as Shareable>::Slot;
        let slots = slots(tree, options);
        lent::<D, SlotOf<D>>(
            tree,
            groups,
            bindings,
            options,
            pool,
            slots,
            |storage, watch| {
                let job = Job {
                    domain,
                    tree,
                    groups,
                    options,
                    storage,
                    slots,
                };
                let teams = workgroups(groups).div_ceil(slots);
                match threads(tree, options).min(teams) {
                    0 | 1 => in_order(&job, watch),
                    threads => on_threads(&job, teams, threads),
                }
            },
        )
    };
    order::run(tree, bindings, options, run)
}

/// Checks what a run is given, takes the buffers, runs, and gives them back.
fn lent<D, S>(
    tree: &Tree,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, D::Value>],
    options: &Options,
    pool: &Pool,
    slots: usize,
    run: impl FnOnce(
        &Storage<'_, D::Value, S>,
        Option<Box<Watch>>,
    ) -> (Result<Outcome, ExecError>, Option<Box<Watch>>),
) -> Result<Outcome, ExecError>
where
    D: Domain<Mask = bool>,
    S: Slot<D::Value>,
{
    binding::check(tree, bindings)?;
    if groups.contains(&0) {
        return Ok(Outcome::default());
    }
    check_sizes(tree).map_err(|fault| fault.at(tree, tree.loc))?;
    let (mut storage, loan) = Storage::lend(tree, bindings);
    let checked = if options.sanitize {
        check_limits(tree, groups, &storage.lengths, options)
    } else {
        Ok(())
    };
    let result = checked.and_then(|()| {
        let written = take(&mut storage.written);
        let mut watch = None;
        if options.sanitize {
            watch = Some(Box::new(Watch::new(
                tree,
                &storage.lengths,
                slots,
                written,
                pool,
            )));
        } else {
            storage.written = written;
        }
        let (result, watch) = run(&storage, watch);
        if let Some(watch) = watch {
            storage.written = watch.end(pool);
        }
        result
    });
    loan.give_back(storage);
    result
}

fn check_limits(
    tree: &Tree,
    groups: [u32; 3],
    lengths: &[u32],
    options: &Options,
) -> Result<(), ExecError> {
    let buffers = tree
        .buffers()
        .filter_map(|(id, ..)| lengths.get(id.index()));
    let needs = Needs {
        tree,
        groups,
        lengths: buffers.map(|n| *n as usize).collect(),
        uniform_bytes: UniformBlock::of(tree).size() as u64,
    };
    let checked = options.limits.check(&needs);
    checked.map_err(|excess| Fault::BeyondLimits(excess).at(tree, tree.loc))
}

/// All teams on this thread.
fn in_order<D: Domain<Mask = bool>, S: Slot<D::Value>>(
    job: &Job<'_, D, S>,
    watch: Option<Box<Watch>>,
) -> (Result<Outcome, ExecError>, Option<Box<Watch>>) {
    let mut machine = match Machine::new(job) {
        Ok(machine) => machine,
        Err(error) => return (Err(error), watch),
    };
    machine.memory.watch = watch;
    let firsts = (0..workgroups(job.groups)).step_by(job.slots.max(1));
    let mut ran = Ok(());
    for first in firsts {
        ran = machine.run(first);
        if ran.is_err() {
            break;
        }
    }
    let mut outcome = Outcome::default();
    machine.journal.finish(&mut outcome);
    if let Some(watch) = &mut machine.memory.watch {
        outcome.warnings = watch.take_warnings();
    }
    let result = match ran {
        Ok(()) => Ok(outcome),
        Err(error) => Err(error.after(outcome)),
    };
    (result, machine.memory.watch.take())
}

/// Teams in turn to whichever thread is free. Of several errors, that of the first team counts: what a run reports does not depend on
/// which thread was quicker.
fn on_threads<D, S>(
    job: &Job<'_, D, S>,
    teams: usize,
    threads: usize,
) -> (Result<Outcome, ExecError>, Option<Box<Watch>>)
where
    D: Domain<Mask = bool> + Sync,
    D::Value: Send + Sync,
    S: Slot<D::Value> + Sync,
{
    // A few teams at a time, so that neighbouring memory stays with one thread.
    let at_a_time = (teams / threads / 16).clamp(1, 64);
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
    let work = || -> Result<(), (usize, ExecError)> {
        let mut machine = Machine::new(job).map_err(|error| (0, error))?;
        loop {
            let start = next.fetch_add(at_a_time, Relaxed);
            if start >= teams {
                return Ok(());
            }
            for team in start..(start + at_a_time).min(teams) {
                if team > failed.load(Relaxed) {
                    return Ok(());
                }
                if let Err(error) = machine.run(team * job.slots) {
                    failed.fetch_min(team, Relaxed);
                    return Err((team, error));
                }
            }
        }
    };
    let errors = thread::scope(|scope| {
        let handles: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut results = vec![work()];
        for handle in handles {
            match handle.join() {
                Ok(result) => results.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results.into_iter().filter_map(Result::err)
    });
    let first = errors.min_by_key(|(team, _)| *team);
    let result = first.map_or_else(|| Ok(Outcome::default()), |(_, error)| Err(error));
    (result, None)
}

pub(super) fn workgroups(groups: [u32; 3]) -> usize {
    let counts = groups.iter().map(|n| *n as usize);
    counts.fold(1, usize::saturating_mul)
}

/// How many workgroups run together.
fn slots(tree: &Tree, options: &Options) -> usize {
    if options.trace.is_some() || has(tree, |kind| matches!(kind, StmtKind::Log { .. })) {
        return 1;
    }
    let components: usize =
        tree.all_functions()
            .map(|f| {
                let values = f.exprs.iter().map(|e| usize::from(e.ty.size));
                let locals = f.locals.iter().map(|l| {
                    (l.length.unwrap_or(1) as usize).saturating_mul(usize::from(l.ty.size))
                });
                values.chain(locals).fold(0, usize::saturating_add)
            })
            .fold(0, usize::saturating_add);
    let shared = tree
        .workgroup
        .iter()
        .map(|v| (v.count() as usize).saturating_mul(usize::from(v.element.size)))
        .fold(0, usize::saturating_add);
    let per_group = (tree.invocations() as usize).max(1);
    let lanes = (VALUES / components.max(1)).min(LANES).min(MAX_LANES);
    (lanes / per_group).min(SHARED / shared.max(1)).max(1)
}

/// How many threads a run may use without anybody being able to tell.
fn threads(tree: &Tree, options: &Options) -> usize {
    let atomics = |kind: &StmtKind| matches!(kind, StmtKind::Atomic { place, .. } if matches!(place.root, Root::Storage(_)));
    let logs = |kind: &StmtKind| matches!(kind, StmtKind::Log { .. });
    if options.sanitize || options.trace.is_some() || has(tree, |k| atomics(k) || logs(k)) {
        return 1;
    }
    let machine = thread::available_parallelism().map_or(1, NonZero::get);
    options.threads.unwrap_or(machine).clamp(1, machine.max(1))
}

/// Whether a statement anywhere in the kernel is of this kind.
pub(super) fn has(tree: &Tree, is: impl Fn(&StmtKind) -> bool) -> bool {
    let mut blocks: Vec<_> = tree.all_functions().map(|f| &f.body).collect();
    while let Some(block) = blocks.pop() {
        for stmt in block {
            if is(&stmt.kind) {
                return true;
            }
            blocks.extend(stmt.kind.blocks());
        }
    }
    false
}
