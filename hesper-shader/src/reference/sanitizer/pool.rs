//! Memory of shadows, kept from one dispatch to the next: fresh pages cost more than all that is done with them.

use super::cells::Packed;
use std::sync::{Mutex, PoisonError};

/// Stamps a pool gives out before it starts again with empty memory.
const STAMPS: u32 = 1 << 31;

/// Bytes that are kept, at most.
const KEPT: usize = 512 << 20;

/// The memory a device keeps.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The last stamp in any of them.
    last: u32,
    writes: Vec<Vec<Packed>>,
    reads: Vec<Vec<[Packed; 2]>>,
}

/// Memory of one dispatch. What it holds of stamps up to `last` is of dispatches before.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) last: u32,
    writes: Vec<Vec<Packed>>,
    reads: Vec<Vec<[Packed; 2]>>,
}

impl Pool {
    /// Takes all there is.
    pub(super) fn lease(&self) -> Lease {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = std::mem::take(&mut *kept);
        if kept.last > STAMPS {
            return Lease {
                last: 0,
                writes: Vec::new(),
                reads: Vec::new(),
            };
        }
        let Kept {
            last,
            writes,
            reads,
        } = kept;
        Lease {
            last,
            writes,
            reads,
        }
    }

    /// Gives it back, with the last stamp used.
    pub(super) fn give_back(&self, lease: Lease, last: u32) {
        let size = |length: usize, bytes: usize| length.saturating_mul(bytes);
        let writes = lease.writes.iter().map(|v| size(v.len(), 8));
        let reads = lease.reads.iter().map(|v| size(v.len(), 16));
        if writes.chain(reads).fold(0, usize::saturating_add) > KEPT {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Where two dispatches ran at once, the memory of one is enough.
        *kept = Kept {
            last,
            writes: lease.writes,
            reads: lease.reads,
        };
    }
}

impl Lease {
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
