//! Binary32 with WGSL semantics.

/// Placeholder until the executor lands.
#[derive(Clone, Copy, Debug, Default)]
pub struct F32;
