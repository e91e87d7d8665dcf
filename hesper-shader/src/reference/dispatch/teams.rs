//! The teams of a dispatch: one after the other, or dealt out to several threads.

use super::machine::{LentDispatch, Machine};
use super::options::Outcome;
use crate::domain::Domain;
use crate::reference::memory::shared::SharedPlace;
use crate::reference::memory::storage::Written;
use crate::reference::report::error::ExecError;
use crate::reference::sanitizer::{Pool, Sanitizer};
use std::mem::take;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

impl<D: Domain, S> LentDispatch<'_, D, S> {
    /// A sanitizer for the dispatch. `written` says of each fresh buffer which elements are written so far.
    pub(in crate::reference) fn watch(&self, written: Written, pool: &Pool) -> Sanitizer {
        Sanitizer::new(self.tree, &self.storage.lengths, self.slots, written, pool)
    }
}

/// All teams on this thread.
pub(super) fn in_order<D: Domain<Mask = bool>, S: SharedPlace<D::Value>>(
    job: &LentDispatch<'_, D, S>,
    mut written: Written,
    pool: &Pool,
) -> (Result<Outcome, ExecError>, Written) {
    let mut machine = Machine::new(job);
    if job.options.sanitize {
        machine.memory.watch = Some(Box::new(job.watch(take(&mut written), pool)));
    }
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
    let watch = machine.memory.watch.take();
    (result, watch.map_or(written, |watch| watch.end(pool)))
}

/// Teams in turn to whichever thread is free. Of several errors, that of the first team counts: what a run reports does not depend on
/// which thread was quicker.
pub(super) fn on_threads<D, S>(
    job: &LentDispatch<'_, D, S>,
    teams: usize,
    threads: usize,
) -> Result<Outcome, ExecError>
where
    D: Domain<Mask = bool> + Sync,
    D::Value: Send + Sync,
    S: SharedPlace<D::Value> + Sync,
{
    // A few teams at a time, so that neighbouring memory stays with one thread.
    let at_a_time = (teams / threads / 16).clamp(1, 64);
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
    let work = || -> Result<(), (usize, ExecError)> {
        let mut machine = Machine::new(job);
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
    first.map_or_else(|| Ok(Outcome::default()), |(_, error)| Err(error))
}

pub(in crate::reference) fn workgroups(groups: [u32; 3]) -> usize {
    let counts = groups.iter().map(|n| *n as usize);
    counts.fold(1, usize::saturating_mul)
}
