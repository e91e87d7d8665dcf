//! All checks on one op.

use crate::certificate::{Certificate, Finding, Tally};
use crate::check::{self, Target};
use crate::op::DiffOp;
use crate::spec::Spec;

/// What to check with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Every random number follows from it.
    pub seed: u64,
    /// Random points per check of the spec; at least 8 are taken.
    pub points: usize,
    /// Where kernels run.
    pub targets: Vec<Target>,
}

impl Default for Options {
    /// 16 points, and the reference executor in f32 and f64.
    fn default() -> Options {
        Options {
            seed: 1,
            points: 16,
            targets: vec![Target::F32, Target::F64],
        }
    }
}

/// Something that can be verified: any [`DiffOp`]. What a list of ops erases is what is done with them.
pub trait Verify {
    /// The op's name.
    fn name(&self) -> String;

    /// Runs every check.
    fn verify(&self, options: &Options) -> Certificate;
}

impl<O: DiffOp> Verify for O {
    fn name(&self) -> String {
        self.signature().name().to_string()
    }

    fn verify(&self, options: &Options) -> Certificate {
        let spec = match Spec::new(self) {
            Ok(spec) => spec,
            Err(error) => {
                let checks =
                    vec![Tally::new("signature", "", options.seed).fail(error.to_string())];
                return Certificate {
                    op: self.name(),
                    checks,
                };
            }
        };
        let mut checks: Vec<Finding> = vec![
            check::finite_differences(&spec, options.seed, options.points),
            check::dual_numbers(&spec, options.seed, options.points),
        ];
        checks.splice(0..0, check::exact(&spec, options.seed));
        for target in &options.targets {
            checks.extend(check::kernels(&spec, target, options.seed));
        }
        Certificate {
            op: self.name(),
            checks,
        }
    }
}
