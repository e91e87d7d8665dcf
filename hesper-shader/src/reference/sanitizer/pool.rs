//! Memory of shadows, kept from one dispatch to the next: fresh pages cost more than all that is done with them.

use super::cells::Packed;
use std::sync::{Mutex, PoisonError};

/// Stamps a pool gives out before it starts again with empty memory.
const STAMPS: u32 = 1 << 31;

/// Bytes that are kept, at most.
const KEPT: usize = 512 << 20;

/// The memory a device keeps: one part for each thread that ran.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    kept: Mutex<Vec<Lease>>,
}

/// Memory of one dispatch. What it holds of stamps up to `last` is of dispatches before.
#[derive(Debug, Default)]
pub(super) struct Lease {
    pub(super) last: u32,
    writes: Vec<Vec<Packed>>,
    reads: Vec<Vec<[Packed; 2]>>,
}

impl Pool {
    /// Takes what some thread has left, if any.
    pub(super) fn lease(&self) -> Lease {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let lease = kept.pop().unwrap_or_default();
        if lease.last > STAMPS {
            return Lease::default();
        }
        lease
    }

    /// Gives it back, with the last stamp used.
    pub(super) fn give_back(&self, mut lease: Lease, last: u32) {
        lease.last = last;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = kept.iter().map(Lease::bytes).fold(0, usize::saturating_add);
        if bytes.saturating_add(lease.bytes()) <= KEPT {
            kept.push(lease);
        }
    }
}

impl Lease {
    fn bytes(&self) -> usize {
        let writes = self.writes.iter().map(|v| v.len().saturating_mul(8));
        let reads = self.reads.iter().map(|v| v.len().saturating_mul(16));
        writes.chain(reads).fold(0, usize::saturating_add)
    }

    pub(super) fn writes(&mut self, length: usize) -> Vec<Packed> {
        take(&mut self.writes, length, 0)
    }

    pub(super) fn reads(&mut self, length: usize) -> Vec<[Packed; 2]> {
        take(&mut self.reads, length, [0; 2])
    }

    /// Takes back what one variable used.
    pub(super) fn put(&mut self, writes: Vec<Packed>, reads: Vec<[Packed; 2]>) {
        if !writes.is_empty() {
            self.writes.push(writes);
        }
        if !reads.is_empty() {
            self.reads.push(reads);
        }
    }
}

/// At least `length` elements: the smallest that is kept and large enough, else new ones.
fn take<T: Copy>(kept: &mut Vec<Vec<T>>, length: usize, none: T) -> Vec<T> {
    let fits = kept.iter().enumerate().filter(|(_, v)| v.len() >= length);
    match fits.min_by_key(|(_, v)| v.len()).map(|(i, _)| i) {
        Some(i) if length > 0 => kept.swap_remove(i),
        _ => vec![none; length],
    }
}
