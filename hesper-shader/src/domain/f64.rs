//! Binary64.

/// Placeholder until the executor lands.
#[derive(Clone, Copy, Debug, Default)]
pub struct F64;
