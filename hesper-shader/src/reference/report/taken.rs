//! Which ways branches went.

use crate::tree::verify::Verified;
use crate::tree::{Branch, BranchWay, ExprId};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// Which ways the branches of one kernel went in the dispatches of it that ran.
///
/// ```
/// use hesper_shader::domain::F64;
/// use hesper_shader::record::Recorder;
/// use hesper_shader::reference::{Binding, Options, run_with};
/// use hesper_shader::tree::BranchWay;
/// use hesper_shader::Memory;
///
/// let ones = Recorder::record("ones", &[], [4, 1, 1], |h| {
///     let y = h.storage_mut::<f32>("y");
///     let i = h.global_index();
///     h.if_(i.lt(y.len()));
///     h.store(y.at(i), h.float("1.0"));
///     h.end_if();
/// });
/// for (len, no) in [(8, false), (7, true)] {
///     let mut y = Memory::F32(vec![0.0; len]);
///     let mut bindings = [Binding::Write(&mut y)];
///     let told = run_with(&F64, ones.tree()?, [2, 1, 1], &mut bindings, &Options::fast())?;
///     let (_, ways) = told.branches[0].ways().next().unwrap();
///     assert_eq!((ways.went(BranchWay::Yes), ways.went(BranchWay::No)), (true, no));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct BranchesTaken {
    kernel: Verified,
    ways: Vec<Ways>,
}

/// Which ways a branch went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ways(u8);

impl Ways {
    /// Whether some invocation went this way.
    pub fn went(self, way: BranchWay) -> bool {
        self.0 & bit(way) != 0
    }

    /// Takes note of a way.
    pub fn add(&mut self, way: BranchWay) {
        self.0 |= bit(way);
    }

    /// Those of both.
    pub fn or(self, other: Ways) -> Ways {
        Ways(self.0 | other.0)
    }
}

fn bit(way: BranchWay) -> u8 {
    match way {
        BranchWay::No => 1,
        BranchWay::Yes => 2,
    }
}

impl BranchesTaken {
    /// The kernel.
    pub fn kernel(&self) -> &Verified {
        &self.kernel
    }

    /// Each branch with the ways it went.
    pub fn ways(&self) -> impl Iterator<Item = (&Branch, Ways)> {
        let branches = self.kernel.branches();
        branches.iter().zip(self.ways.iter().copied())
    }

    /// Adds those of another dispatch, if it is of the same kernel.
    pub(in crate::reference) fn absorb(&mut self, other: &BranchesTaken) -> bool {
        // A kernel that is made anew for each dispatch is the same for whoever reads its source.
        let same = self.kernel.is_same_as(&other.kernel)
            || self.kernel.name == other.kernel.name
                && self.kernel.branches() == other.kernel.branches();
        if same {
            for (ways, more) in self.ways.iter_mut().zip(&other.ways) {
                *ways = ways.or(*more);
            }
        }
        same
    }
}

impl PartialEq for BranchesTaken {
    /// Whether kernels of the same name went the same ways.
    fn eq(&self, other: &BranchesTaken) -> bool {
        self.kernel.name == other.kernel.name && self.ways == other.ways
    }
}

/// What the threads of a dispatch have seen so far: for each branch a bit for each way.
#[derive(Debug)]
pub(in crate::reference) struct Seen<'t> {
    tree: &'t Verified,
    ways: Vec<AtomicU8>,
}

impl<'t> Seen<'t> {
    pub(in crate::reference) fn new(tree: &'t Verified) -> Seen<'t> {
        let all = tree.branches().iter();
        Seen {
            tree,
            ways: all.map(|_| AtomicU8::new(0)).collect(),
        }
    }

    /// Some lane goes this way.
    pub(in crate::reference) fn see(&self, f: usize, id: ExprId, way: BranchWay) {
        if let Some(ways) = self.of(f, id)
            && ways.load(Relaxed) & bit(way) == 0
        {
            ways.fetch_or(bit(way), Relaxed);
        }
    }

    /// Each lane that `counts` goes where its condition says.
    pub(in crate::reference) fn see_each(
        &self,
        f: usize,
        id: ExprId,
        condition: &[bool],
        counts: impl Fn(usize) -> bool,
    ) {
        let Some(ways) = self.of(f, id) else {
            return;
        };
        for way in BranchWay::BOTH {
            if ways.load(Relaxed) & bit(way) == 0 {
                let is = |(lane, holds): (usize, &bool)| {
                    *holds == (way == BranchWay::Yes) && counts(lane)
                };
                if condition.iter().enumerate().any(is) {
                    ways.fetch_or(bit(way), Relaxed);
                }
            }
        }
    }

    fn of(&self, f: usize, id: ExprId) -> Option<&AtomicU8> {
        self.ways.get(self.tree.branch_table().number(f, id)?)
    }

    pub(in crate::reference) fn finish(self) -> Option<BranchesTaken> {
        let ways: Vec<Ways> = self.ways.iter().map(|w| Ways(w.load(Relaxed))).collect();
        (!ways.is_empty()).then(|| BranchesTaken {
            kernel: self.tree.clone(),
            ways,
        })
    }
}
