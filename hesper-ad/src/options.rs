//! What verification is asked for.

use crate::accuracy::Profile;
use hesper_shader::Device;

/// What to check with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Every random number follows from it.
    pub seed: u64,
    /// Random points per check of the spec; at least 8 are taken.
    pub points: usize,
    /// Where kernels run.
    pub targets: Vec<Target>,
    /// Whether to run the exact checks.
    pub exact: bool,
    /// How accurate the targets in binary32 are: what WGSL allows, or what was [measured](Profile::measure).
    pub accuracy: Profile,
    /// Whether to tell on the standard error what is being checked, where that takes longer than a second.
    pub progress: bool,
}

impl Default for Options {
    /// 16 points, the reference executor in f32 and f64, the exact checks, WGSL's accuracy, and progress.
    fn default() -> Options {
        Options {
            seed: 1,
            points: 16,
            targets: vec![Target::F32, Target::F64],
            exact: true,
            accuracy: Profile::wgsl(),
            progress: true,
        }
    }
}

/// Where kernels run in a check.
#[derive(Clone, Debug)]
pub enum Target {
    /// The reference executor in binary32.
    F32,
    /// The reference executor in binary64: the kernel's formula, almost without rounding.
    F64,
    /// A device.
    Device(Device),
}
