//! Which ways the branches of an op's kernels went, in all runs whose results were compared.

use crate::dims::Dims;
use hesper_shader::reference::{BranchesTaken, Ways};
use hesper_shader::tree::Branch;
use std::collections::BTreeMap;

/// What was seen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    /// For each kernel by name, its branches over all sizes that it was made for.
    kernels: BTreeMap<String, Vec<TakenBranch>>,
    /// The sizes at which kernels ran.
    ran: Vec<Dims>,
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

    /// All kernels with their branches.
    pub(crate) fn kernels(&self) -> impl Iterator<Item = (&str, &[TakenBranch])> {
        let all = self.kernels.iter();
        all.map(|(name, branches)| (name.as_str(), branches.as_slice()))
    }

    /// The sizes at which kernels ran.
    pub(crate) fn sizes(&self) -> &[Dims] {
        &self.ran
    }

    fn absorb(&mut self, taken: &BranchesTaken) {
        let name = &taken.kernel().name;
        let Some(known) = self.kernels.get_mut(name) else {
            let all = numbered(taken.ways().map(|(branch, _)| branch));
            let all = all.zip(taken.ways());
            let all = all.map(|((branch, nth), (_, ways))| TakenBranch {
                branch: *branch,
                nth,
                ways,
            });
            self.kernels.insert(name.clone(), all.collect());
            return;
        };
        let same = |(known, (branch, _)): (&TakenBranch, (&Branch, Ways))| {
            known.branch.loc == branch.loc && known.branch.kind == branch.kind
        };
        // Mostly a kernel is the same at every size.
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
