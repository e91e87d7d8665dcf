//! Which ways the branches of an op's kernels went, in all runs whose results were compared.

use crate::dims::Dims;
use hesper_shader::reference::{BranchesTaken, Ways};
use hesper_shader::tree::Branch;
use hesper_shader::tree::verify::Verified;
use std::collections::{BTreeMap, BTreeSet};

/// What was seen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    /// Each kernel by name, over all sizes that it was made for.
    kernels: BTreeMap<String, TakenKernel>,
    /// The sizes at which kernels ran.
    ran: Vec<Dims>,
    /// Lines that decide on numbers, and can do so one way only: `src/a.rs:3:`.
    one_way: BTreeSet<String>,
}

/// A kernel that ran.
#[derive(Clone, Debug, Default)]
pub(crate) struct TakenKernel {
    pub(crate) branches: Vec<TakenBranch>,
    /// The trees that ran, more than one where it is made anew for some sizes.
    pub(crate) trees: Vec<Verified>,
}

/// A branch of a kernel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TakenBranch {
    pub(crate) branch: Branch,
    /// How many of the same line and kind come before it.
    pub(crate) nth: usize,
    pub(crate) ways: Ways,
}

impl TakenBranch {
    /// Whether both are the same place in the source.
    pub(crate) fn is_like(&self, other: &Branch, nth: usize) -> bool {
        self.branch.kind == other.kind && self.branch.loc == other.loc && self.nth == nth
    }
}

impl Taken {
    /// Takes note of a run at some sizes.
    pub(crate) fn ran(&mut self, dims: &Dims, told: &[BranchesTaken]) {
        for taken in told {
            self.absorb(taken);
        }
        if self.ran.last() != Some(dims) && !self.ran.contains(dims) {
            self.ran.push(dims.clone());
        }
    }

    /// Takes note of a decision that can go one way only.
    pub(crate) fn one_way(&mut self, file: &str, line: u32) {
        self.one_way.insert(format!("{file}:{line}:"));
    }

    /// Whether all that is decided on a branch's line can go one way only.
    pub(crate) fn is_one_way(&self, branch: &Branch) -> bool {
        let at = branch.loc.to_string();
        self.one_way.iter().any(|line| at.starts_with(line))
    }

    /// All kernels by name.
    pub(crate) fn kernels(&self) -> impl Iterator<Item = (&str, &TakenKernel)> {
        let all = self.kernels.iter();
        all.map(|(name, kernel)| (name.as_str(), kernel))
    }

    /// The sizes at which kernels ran.
    pub(crate) fn sizes(&self) -> &[Dims] {
        &self.ran
    }

    fn absorb(&mut self, taken: &BranchesTaken) {
        let tree = taken.kernel();
        if !self.kernels.contains_key(&tree.name) {
            self.kernels
                .insert(tree.name.clone(), TakenKernel::default());
        }
        if let Some(kernel) = self.kernels.get_mut(&tree.name) {
            kernel.absorb(taken);
        }
    }
}

impl TakenKernel {
    fn absorb(&mut self, taken: &BranchesTaken) {
        let tree = taken.kernel();
        // Mostly a kernel is the same at every size, the one that ran last.
        if !self.trees.iter().rev().any(|known| known.is_like(tree)) {
            self.trees.push(tree.clone());
        }
        let same = |(known, (branch, _)): (&TakenBranch, (&Branch, Ways))| {
            known.branch.loc == branch.loc && known.branch.kind == branch.kind
        };
        let known = &mut self.branches;
        if taken.ways().count() == known.len() && known.iter().zip(taken.ways()).all(same) {
            for (known, (_, ways)) in known.iter_mut().zip(taken.ways()) {
                known.ways = known.ways.or(ways);
            }
            return;
        }
        let all = numbered(taken.ways().map(|(branch, _)| branch)).zip(taken.ways());
        for ((branch, nth), (_, ways)) in all {
            match known.iter_mut().find(|k| k.is_like(branch, nth)) {
                Some(known) => known.ways = known.ways.or(ways),
                None => known.push(TakenBranch {
                    branch: *branch,
                    nth,
                    ways,
                }),
            }
        }
    }
}

/// Each branch with how many of the same line and kind come before it: what the host unrolls has one line.
pub(crate) fn numbered<'b>(
    branches: impl Iterator<Item = &'b Branch>,
) -> impl Iterator<Item = (&'b Branch, usize)> {
    let mut before: Vec<&Branch> = Vec::new();
    branches.map(move |branch| {
        let like = |b: &&&Branch| b.loc == branch.loc && b.kind == branch.kind;
        let nth = before.iter().filter(like).count();
        before.push(branch);
        (branch, nth)
    })
}
