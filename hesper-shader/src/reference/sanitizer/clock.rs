//! Stamps: what is ordered by barriers, counted.

use crate::reference::report::error::Fault;

/// The time of the running team in one address space.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    /// The last stamp given out.
    pub(super) last: u32,
    /// The first stamp of the running team.
    pub(super) first: u32,
    /// The stamp of the workgroup in each slot.
    pub(super) now: Vec<u32>,
}

impl Clock {
    /// Gives new stamps to the workgroups of some slots.
    pub(super) fn tick(&mut self, takes_part: impl Fn(usize) -> bool) -> Result<(), Fault> {
        for (slot, now) in self.now.iter_mut().enumerate() {
            if takes_part(slot) {
                self.last = self.last.checked_add(1).ok_or(Fault::Limit {
                    what: "barriers and workgroups of one dispatch",
                    need: 1 << 32,
                    limit: u32::MAX.into(),
                })?;
                *now = self.last;
            }
        }
        Ok(())
    }
}
