//! A kernel: its verified tree, or what is wrong with it.

use crate::error::Error;
use crate::lower::{self, Lowered};
use crate::record::{Problem, RecordProblem};
use crate::tree::uniformity::{self, UniformityProblem};
use crate::tree::verify::{self, VerifyProblem};
use crate::tree::{Loc, Tree};
use crate::uniforms::UniformBlock;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A kernel, cheap to clone.
///
/// Building one never fails; what went wrong while it was recorded, and what the tree's verifier refuses, comes out of the first fallible
/// call: [`tree`](Kernel::tree), a text, a launch.
#[derive(Clone)]
pub struct Kernel {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    loc: Loc,
    workgroup_size: [u32; 3],
    tree: Result<Tree, KernelError>,
    compiled: OnceLock<Result<Compiled, Error>>,
}

/// What a GPU is given.
pub(crate) struct Compiled {
    pub(crate) lowered: Lowered,
    pub(crate) wgsl: String,
    pub(crate) uniforms: UniformBlock,
}

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

impl Kernel {
    /// A kernel from what a recorder wrote down.
    pub(crate) fn new(
        name: &str,
        loc: Loc,
        workgroup_size: [u32; 3],
        tree: Option<Tree>,
        problems: Vec<Problem<RecordProblem>>,
    ) -> Kernel {
        let error = |mistakes| KernelError {
            kernel: name.to_string(),
            loc,
            mistakes,
        };
        let tree = match tree {
            Some(tree) if problems.is_empty() => match verify::verify(&tree) {
                Ok(()) => Ok(tree),
                Err(problems) => Err(error(problems.into_iter().map(Mistake::Verify).collect())),
            },
            _ => Err(error(problems.into_iter().map(Mistake::Record).collect())),
        };
        Kernel {
            inner: Arc::new(Inner {
                name: name.to_string(),
                loc,
                workgroup_size,
                tree,
                compiled: OnceLock::new(),
            }),
        }
    }

    /// A kernel from a tree made by other means than a recorder; it is verified as any other.
    pub fn from_tree(tree: Tree) -> Kernel {
        let (name, loc, size) = (tree.name.clone(), tree.loc, tree.workgroup_size);
        Kernel::new(&name, loc, size, Some(tree), Vec::new())
    }

    /// The kernel's name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Where it was written.
    pub fn loc(&self) -> Loc {
        self.inner.loc
    }

    /// Invocations per workgroup in x, y and z.
    pub fn workgroup_size(&self) -> [u32; 3] {
        self.inner.workgroup_size
    }

    /// The verified tree.
    ///
    /// # Errors
    /// The mistakes made while recording, or those the verifier found.
    pub fn tree(&self) -> Result<&Tree, KernelError> {
        self.inner.tree.as_ref().map_err(KernelError::clone)
    }

    /// The kernel as a naga module, from which all the GPU's languages are written. Lowered once.
    ///
    /// # Errors
    /// Where the kernel is wrong or cannot be lowered.
    pub fn lowered(&self) -> Result<&Lowered, Error> {
        self.compiled().map(|compiled| &compiled.lowered)
    }

    /// The kernel as standard WGSL, headed by its doc comment.
    ///
    /// # Errors
    /// Where the kernel is wrong or cannot be lowered.
    pub fn wgsl(&self) -> Result<&str, Error> {
        self.compiled().map(|compiled| compiled.wgsl.as_str())
    }

    pub(crate) fn compiled(&self) -> Result<&Compiled, Error> {
        let tree = self.tree()?;
        let compiled = self.inner.compiled.get_or_init(|| {
            uniformity::check(tree).map_err(|problems| KernelError {
                kernel: tree.name.clone(),
                loc: tree.loc,
                mistakes: problems.into_iter().map(Mistake::Uniformity).collect(),
            })?;
            let lowered = lower::lower(tree)?;
            Ok(Compiled {
                wgsl: lowered.wgsl()?,
                uniforms: UniformBlock::of(tree),
                lowered,
            })
        });
        compiled.as_ref().map_err(Error::clone)
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kernel({} at {})", self.name(), self.loc())
    }
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
