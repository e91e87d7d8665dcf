//! A sanitized run on several threads: it either meets nothing at all, or counts for nothing and is made again in order.
//!
//! Each thread runs workgroups that follow each other and has a sanitizer of its own, which sees whatever is wrong among them. What is
//! wrong between two threads shows when their memories are laid over each other: nothing orders workgroups, so an element that one of them
//! wrote and another touched is a race. Reports come from the second run, so that they do not depend on threads.

use super::machine::{LentDispatch, Machine};
use crate::domain::Domain;
use crate::memory::Memory;
use crate::reference::memory::binding::Binding;
use crate::reference::memory::shared::SharedPlace;
use crate::reference::memory::storage::Written;
use crate::reference::sanitizer::{Pool, Sanitizer, meet};
use crate::tree::verify::Verified;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

/// Bytes that the memories of all threads may take together.
const BYTES: usize = 1 << 30;

/// What must be put back before a second run, and what a thread needs.
pub(super) struct Attempt<V> {
    /// The buffers that the kernel reads and writes.
    kept: Vec<Option<Memory<V>>>,
    bytes: usize,
}

impl<V: Copy> Attempt<V> {
    pub(in crate::reference) fn new(tree: &Verified, bindings: &[Binding<'_, V>]) -> Attempt<V> {
        let mut attempt = Attempt {
            kept: Vec::with_capacity(bindings.len()),
            bytes: 0,
        };
        for (i, binding) in bindings.iter().enumerate() {
            let read = tree.facts().loaded[i];
            let memory = match binding {
                Binding::Write(memory) | Binding::Fresh { memory, .. } => &**memory,
                _ => {
                    attempt.kept.push(None);
                    continue;
                }
            };
            attempt.bytes += memory.len() * if read { 24 } else { 8 };
            attempt.kept.push(read.then(|| memory.clone()));
        }
        attempt
    }

    /// As many threads as there is memory for.
    pub(in crate::reference) fn threads(&self, threads: usize) -> usize {
        threads.min(BYTES / self.bytes.max(1)).max(1)
    }

    pub(super) fn restore(self, bindings: &mut [Binding<'_, V>]) {
        for (binding, kept) in bindings.iter_mut().zip(self.kept) {
            if let (Binding::Write(memory) | Binding::Fresh { memory, .. }, Some(kept)) =
                (binding, kept)
            {
                **memory = kept;
            }
        }
    }
}

/// Runs; whether nothing was met. If so, `written` is brought up to date.
pub(super) fn is_quiet<D, S>(
    job: &LentDispatch<'_, D, S>,
    teams: usize,
    threads: usize,
    written: Written,
    pool: &Pool,
) -> (bool, Written)
where
    D: Domain<Mask = bool> + Sync,
    D::Value: Send + Sync,
    S: SharedPlace<D::Value> + Sync,
{
    let stop = AtomicBool::new(false);
    let run = |watch: Box<Sanitizer>, thread: usize| {
        let mut machine = Machine::new(job);
        machine.memory.watch = Some(watch);
        for team in teams * thread / threads..teams * (thread + 1) / threads {
            if stop.load(Relaxed) || machine.run(team * job.slots).is_err() {
                stop.store(true, Relaxed);
                break;
            }
        }
        machine.memory.watch.take()
    };
    let watch = || Box::new(job.watch(written.clone(), pool));
    let watches: Option<Vec<Box<Sanitizer>>> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map(|thread| {
                let (run, watch) = (&run, watch());
                scope.spawn(move || run(watch, thread))
            })
            .collect();
        let mut watches = vec![run(watch(), 0)];
        for other in others {
            match other.join() {
                Ok(watch) => watches.push(watch),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        watches.into_iter().collect()
    });
    let Some(watches) = watches else {
        return (false, written);
    };
    let quiet = !stop.load(Relaxed) && !meet(&watches);
    let mut after: Written = vec![None; written.len()];
    for watch in watches {
        for (all, written) in after.iter_mut().zip(watch.end(pool)) {
            match (all, written) {
                (Some(all), Some(written)) => {
                    all.iter_mut().zip(written).for_each(|(a, w)| *a |= w)
                }
                (all, written) => *all = written,
            }
        }
    }
    (quiet, if quiet { after } else { written })
}
