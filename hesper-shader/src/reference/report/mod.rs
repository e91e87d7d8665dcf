//! What a run tells: errors, races, warnings, traces, and the text of what a statement did.

pub(super) mod describe;
pub(super) mod error;
pub(super) mod race;
pub(super) mod taken;
pub(super) mod trace;
pub(super) mod warning;
