//! Dispatches as they were on the reference device.

use hesper_shader::reference::Options;
use hesper_shader::tree::verify::Verified;
use hesper_shader::{Content, Device, Ran};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Launches of one kernel that are kept: the first ones, from which some are chosen.
const LOOKED_AT: usize = 64;
/// Launches of one kernel that are written.
const WRITTEN: usize = 4;

/// A dispatch.
pub(crate) struct Dispatched {
    pub(crate) tree: Verified,
    pub(crate) groups: [u32; 3],
    pub(crate) before: Vec<Content>,
    pub(crate) after: Vec<Content>,
}

/// What a device has shown so far, by the kernel's tree as text: several may have one name.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<BTreeMap<String, Vec<Dispatched>>>>);

impl Seen {
    /// A reference device whose dispatches are kept here.
    pub(crate) fn device(&self) -> Device {
        let seen = self.clone();
        Device::reference_watched(Options::fast(), move |ran| seen.keep(ran))
    }

    fn keep(&self, ran: &Ran<'_>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let launches = seen.entry(ran.tree.to_string()).or_default();
        // A launch of no workgroup shows nothing.
        if launches.len() < LOOKED_AT && !ran.groups.contains(&0) {
            launches.push(Dispatched {
                tree: ran.tree.clone(),
                groups: ran.groups,
                before: ran.before.to_vec(),
                after: ran.after.to_vec(),
            });
        }
    }

    /// Some launches of each kernel, evenly spread from the first to the last.
    pub(crate) fn take(&self) -> Vec<Dispatched> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let chosen = std::mem::take(&mut *seen).into_values().flat_map(|all| {
            let last = all.len().saturating_sub(1);
            let places: Vec<usize> = (0..WRITTEN).map(|i| i * last / (WRITTEN - 1)).collect();
            let kept = all.into_iter().enumerate();
            let kept = kept.filter(move |(i, _)| places.contains(i));
            kept.map(|(_, dispatched)| dispatched)
        });
        chosen.collect()
    }
}
