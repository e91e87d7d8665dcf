//! A tree that keeps all rules.

use crate::tree::facts::Facts;
use crate::tree::intervals::{Found, Launch};
use crate::tree::uniformity::{self, UniformityProblem};
use crate::tree::{Branch, Branches, Function, Problem, Tree};
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

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
pub struct Verified(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tree: Tree,
    facts: OnceLock<Facts>,
    branches: OnceLock<Branches>,
    parted: OnceLock<Vec<Problem<UniformityProblem>>>,
}

impl Verified {
    /// For the verifier alone: there is no other way to make one.
    pub(super) fn new(tree: Tree) -> Verified {
        Verified(Arc::new(Inner {
            tree,
            facts: OnceLock::new(),
            branches: OnceLock::new(),
            parted: OnceLock::new(),
        }))
    }

    /// A copy of the tree, of which nothing is promised.
    pub fn to_tree(&self) -> Tree {
        self.0.tree.clone()
    }

    /// What WGSL refuses since invocations may part, as [`uniformity::check`] finds it; looked for once.
    pub(crate) fn parted(&self) -> &[Problem<UniformityProblem>] {
        let find = || uniformity::check(&self.0.tree).err().unwrap_or_default();
        self.0.parted.get_or_init(find)
    }

    /// Where it can go one way or another, in the order of its functions and statements.
    pub fn branches(&self) -> &[Branch] {
        self.branch_table().all()
    }

    /// Whether both do the same, as far as expressions tell: a kernel that is made anew for other sizes differs in its constants.
    pub fn is_like(&self, other: &Verified) -> bool {
        let same = |(a, b): (&Function, &Function)| {
            let mut pairs = a.exprs.iter().zip(&b.exprs);
            a.exprs.len() == b.exprs.len() && pairs.all(|(x, y)| x.kind == y.kind)
        };
        self.is_same_as(other)
            || self.functions.len() == other.functions.len()
                && self.all_functions().zip(other.all_functions()).all(same)
    }

    /// The same, with what looks them up.
    pub(crate) fn branch_table(&self) -> &Branches {
        self.0.branches.get_or_init(|| Branches::of(&self.0.tree))
    }

    /// Whether both are one tree, and not just alike.
    pub(crate) fn is_same_as(&self, other: &Verified) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Where its integers lie in a dispatch, found without running it: which ways branches can go, and what may wrap.
    ///
    /// ```
    /// use hesper_shader::record::Recorder;
    /// use hesper_shader::tree::intervals::{Launch, Range};
    ///
    /// let copy = Recorder::record("copy", &[], [64, 1, 1], |r| {
    ///     let (x, y) = (r.storage::<f32>("x"), r.storage_mut::<f32>("y"));
    ///     let i = r.global_index();
    ///     r.if_(i.lt(y.len()));
    ///     r.store(y.at(i), x.at(i * r.int(4)).get());
    ///     r.end_if();
    /// });
    /// let tree = copy.tree()?;
    /// let mut launch = Launch::any(tree, [Range::point(1000), Range::point(1), Range::point(1)]);
    /// assert!(tree.walk(&launch).wraps.is_empty());
    /// launch.groups[1] = Range::point(65_535);
    /// assert!(tree.walk(&launch).wraps[0].to_string().contains("for an index of `x`"));
    /// # Ok::<(), hesper_shader::Error>(())
    /// ```
    pub fn walk(&self, launch: &Launch) -> Found {
        self.0.tree.walk(self.branch_table(), launch)
    }

    /// What is known of it as a whole; found once.
    pub(crate) fn facts(&self) -> &Facts {
        self.0.facts.get_or_init(|| Facts::of(&self.0.tree))
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.tree.fmt(f)
    }
}

impl Deref for Verified {
    type Target = Tree;

    fn deref(&self) -> &Tree {
        &self.0.tree
    }
}
