//! A tree that keeps all rules.

use crate::tree::Tree;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A tree that [`verify`](super::verify) accepts, and which nobody can change: lowering and the reference executor take no other. Cheap to clone.
///
/// ```
/// use hesper_shader::record::Recorder;
/// use hesper_shader::tree::verify::verify;
///
/// let kernel = Recorder::record("idle", &[], [64, 1, 1], |_| {});
/// let verified = kernel.tree()?;
/// // A copy may be changed; then it has to be verified anew.
/// let mut tree = verified.to_tree();
/// tree.workgroup_size = [0, 1, 1];
/// assert!(verify(tree).is_err());
/// # Ok::<(), hesper_shader::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verified(Arc<Tree>);

impl Verified {
    /// For the verifier alone: there is no other way to make one.
    pub(super) fn new(tree: Tree) -> Verified {
        Verified(Arc::new(tree))
    }

    /// A copy of the tree, of which nothing is promised.
    pub fn to_tree(&self) -> Tree {
        Tree::clone(&self.0)
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Deref for Verified {
    type Target = Tree;

    fn deref(&self) -> &Tree {
        &self.0
    }
}
