//! What is wrong with a kernel.

use crate::record::RecordProblem;
use crate::tree::uniformity::UniformityProblem;
use crate::tree::verify::VerifyProblem;
use crate::tree::{Loc, Problem};
use std::fmt;

/// A kernel that cannot be used, with every mistake found.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelError {
    /// The kernel's name.
    pub kernel: String,
    /// Where it was written.
    pub loc: Loc,
    /// The mistakes, in order.
    pub mistakes: Vec<Mistake>,
}

/// One mistake in a kernel.
#[derive(Clone, Debug, PartialEq)]
pub enum Mistake {
    /// Found while it was recorded.
    Record(Problem<RecordProblem>),
    /// Found by the verifier.
    Verify(Problem<VerifyProblem>),
    /// What WGSL would refuse: told where a text is asked for, or a launch on a GPU. The reference device runs the kernel.
    Uniformity(Problem<UniformityProblem>),
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "kernel `{}` at {} is not valid", self.kernel, self.loc)?;
        for mistake in &self.mistakes {
            match mistake {
                Mistake::Record(problem) => write!(f, "\n  {problem}")?,
                Mistake::Verify(problem) => write!(f, "\n  {problem}")?,
                Mistake::Uniformity(problem) => write!(f, "\n  {problem}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for KernelError {}
