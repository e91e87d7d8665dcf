//! A kernel: its verified tree, or what is wrong with it.

use crate::error::{Error, KernelError, Mistake};
use crate::lower::{self, Lowered};
use crate::record::{Recorded, Recorder};
use crate::requirements::Requirements;
use crate::tree::verify::{self, Verified};
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
    tree: Result<Verified, KernelError>,
    compiled: OnceLock<Result<Compiled, Error>>,
}

/// What a GPU is given.
pub(crate) struct Compiled {
    pub(crate) lowered: Lowered,
    pub(crate) wgsl: String,
    pub(crate) uniforms: UniformBlock,
}

impl Kernel {
    /// A kernel from a tree made by other means than a recorder; it is verified as any other.
    pub fn from_tree(tree: Tree) -> Kernel {
        let (name, loc, size) = (tree.name.clone(), tree.loc, tree.workgroup_size);
        let verified = verify::verify(tree);
        let verified =
            verified.map_err(|problems| problems.into_iter().map(Mistake::Verify).collect());
        Kernel::new(name, loc, size, verified)
    }

    fn from_recorded(recorded: Recorded) -> Kernel {
        match recorded.tree {
            Some(tree) if recorded.problems.is_empty() => Kernel::from_tree(tree),
            _ => {
                let mistakes = recorded.problems.into_iter().map(Mistake::Record).collect();
                Kernel::new(
                    recorded.name,
                    recorded.loc,
                    recorded.workgroup_size,
                    Err(mistakes),
                )
            }
        }
    }

    fn new(
        name: String,
        loc: Loc,
        workgroup_size: [u32; 3],
        tree: Result<Verified, Vec<Mistake>>,
    ) -> Kernel {
        let tree = tree.map_err(|mistakes| KernelError {
            kernel: name.clone(),
            loc,
            mistakes,
        });
        Kernel {
            inner: Arc::new(Inner {
                name,
                loc,
                workgroup_size,
                tree,
                compiled: OnceLock::new(),
            }),
        }
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

    /// The tree, verified when the kernel was built.
    ///
    /// # Errors
    /// The mistakes made while recording, or those the verifier found.
    pub fn tree(&self) -> Result<&Verified, KernelError> {
        self.inner.tree.as_ref().map_err(KernelError::clone)
    }

    /// What it needs of any device.
    ///
    /// # Errors
    /// Where the kernel is wrong.
    pub fn requirements(&self) -> Result<Requirements, Error> {
        Ok(Requirements::of(self.tree()?))
    }

    /// The kernel as a naga module, from which all the GPU's languages are written. Lowered once.
    ///
    /// # Errors
    /// Where the kernel is wrong or cannot be lowered.
    pub fn lowered(&self) -> Result<&Lowered, Error> {
        self.compiled().map(|compiled| &compiled.lowered)
    }

    /// Several kernels as one module, in which each is an entry point of its own name: to be compiled once, by an application of its own, say. Buffers of one name, type and
    /// binding are one variable, and helpers that kernels have in common stand there once.
    ///
    /// ```
    /// use hesper_shader::{Kernel, shader};
    ///
    /// shader! {
    ///     fn squared(x: f32) -> f32 {
    ///         x * x
    ///     }
    ///
    ///     #[workgroup_size(64)]
    ///     fn square(x: &[f32], y: &mut [f32]) {
    ///         let i = global_index();
    ///         if i < y.len() {
    ///             y[i] = squared(x[i]);
    ///         }
    ///     }
    ///
    ///     #[workgroup_size(64)]
    ///     fn fourth(x: &[f32], y: &mut [f32]) {
    ///         let i = global_index();
    ///         if i < y.len() {
    ///             y[i] = squared(squared(x[i]));
    ///         }
    ///     }
    /// }
    ///
    /// let text = Kernel::module(&[square(), fourth()])?.map(|module| module.wgsl()).transpose()?;
    /// let text = text.unwrap_or_default();
    /// assert_eq!(text.matches("@compute").count(), 2);
    /// assert_eq!((text.matches("fn squared(").count(), text.matches("@binding(0)").count()), (1, 1));
    /// # Ok::<(), hesper_shader::Error>(())
    /// ```
    ///
    /// None where there is no kernel.
    ///
    /// # Errors
    /// Where a kernel is wrong or cannot be lowered, or two have one name.
    pub fn module(kernels: &[Kernel]) -> Result<Option<Lowered>, Error> {
        let mut trees = Vec::new();
        for kernel in kernels {
            // What is wrong with one alone is told as such.
            kernel.compiled()?;
            trees.push(kernel.tree()?);
        }
        Ok(lower::lower_together(&trees)?)
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
            if !tree.parted().is_empty() {
                let parted = tree.parted().iter().cloned();
                return Err(Error::from(KernelError {
                    kernel: tree.name.clone(),
                    loc: tree.loc,
                    mistakes: parted.map(Mistake::Uniformity).collect(),
                }));
            }
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

impl Recorder {
    /// Records the kernel that `body` describes.
    ///
    /// `docs` are the lines of its doc comment; `workgroup_size` counts invocations in x, y and z. Mistakes made in `body` come out
    /// of the kernel's first fallible call, each with its Rust line.
    #[track_caller]
    pub fn record(
        name: &str,
        docs: &[&str],
        workgroup_size: [u32; 3],
        body: impl FnOnce(&Recorder),
    ) -> Kernel {
        Kernel::from_recorded(Recorder::write_down(name, docs, workgroup_size, body))
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kernel({} at {})", self.name(), self.loc())
    }
}
