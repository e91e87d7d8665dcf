//! Ways that no branch can go, found without running anything.
//!
//! First for all sizes at once: what plans give a kernel is taken for anything from its least on. What that leaves open, and no size decides
//! alone, is looked at with the numbers of each plan that was made: `first < rows` follows from what the host has computed. Where sizes alone
//! decide, plans that were made say nothing of those that were not.

use crate::check::launches::{Launched, all_sizes, launches};
use crate::dims::Dims;
use crate::spec::Spec;
use crate::taken::{Taken, numbered};
use hesper_shader::MAX_GROUPS_PER_DIMENSION;
use hesper_shader::tree::intervals::{Launch, Range};
use hesper_shader::tree::verify::Verified;
use hesper_shader::tree::{Branch, BranchWay};
use std::collections::BTreeSet;

/// A way that no run has taken.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    pub(super) kernel: String,
    pub(super) branch: Branch,
    nth: usize,
    pub(super) way: BranchWay,
    /// Whether some dispatch may take it.
    possible: bool,
    /// Why none can.
    pub(super) proof: Option<Proof>,
}

impl Missing {
    /// Which way of which branch.
    pub(super) fn told(&self) -> String {
        format!("`{}`: {}", self.kernel, self.branch.never(self.way))
    }
}

/// Why a way cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Whatever the sizes.
    Always,
    /// With the numbers of each plan that was made.
    EachPlan,
    /// Wherever the numbers lie, on the paths that were taken.
    Ranges,
    /// None, but the op declares why numbers do not get there.
    Declared,
}

/// The ways that no run has taken, with the proof that they cannot be taken where there is one.
pub(super) fn missing(spec: &Spec<'_>, taken: &Taken) -> Vec<Missing> {
    let mut missing = not_taken(taken);
    if missing.is_empty() {
        return missing;
    }
    let some = some_sizes(spec);
    at_all_sizes(&mut missing, taken, spec, &some);
    let mut open: Vec<&mut Missing> = missing
        .iter_mut()
        .filter(|m| m.proof.is_none() && !m.branch.by_sizes)
        .collect();
    open.iter_mut().for_each(|m| m.possible = false);
    for dims in some.iter().chain(taken.sizes()) {
        // What can be taken somewhere needs no further look.
        if open.iter().all(|m| m.possible) {
            break;
        }
        for Launched { kernel, launch } in launches(spec, dims) {
            if let Ok(tree) = kernel.tree() {
                mark(open.iter_mut().map(|m| &mut **m), tree, &launch);
            }
        }
    }
    for missing in open.into_iter().filter(|m| !m.possible) {
        missing.proof = Some(Proof::EachPlan);
    }
    let by_numbers = |m: &&mut Missing| m.proof.is_none() && m.branch.by_reals;
    for missing in missing.iter_mut().filter(by_numbers) {
        if taken.is_one_way(&missing.branch) {
            missing.proof = Some(Proof::Ranges);
        }
    }
    for known in spec.sampling().unreachable_decisions() {
        let named = |m: &&mut Missing| {
            m.proof.is_none() && m.branch.by_reals && m.told().contains(&known.decision)
        };
        let mut named: Vec<&mut Missing> = missing.iter_mut().filter(named).collect();
        // A declaration is of one decision, whatever uses of it there are.
        let places: BTreeSet<String> = named.iter().map(|m| m.branch.loc.to_string()).collect();
        if places.len() == 1 {
            named
                .iter_mut()
                .for_each(|m| m.proof = Some(Proof::Declared));
        }
    }
    missing
}

/// Marks what cannot be taken at any sizes, by what the plans for some have in common.
pub(super) fn at_all_sizes(missing: &mut [Missing], taken: &Taken, spec: &Spec<'_>, some: &[Dims]) {
    let launched: Vec<Launched> = some.iter().flat_map(|dims| launches(spec, dims)).collect();
    for (name, kernel) in taken.kernels() {
        let same = launched.iter().filter(|l| l.kernel.name() == name);
        let common = all_sizes(same.map(|launched| &launched.launch));
        for tree in &kernel.trees {
            let any = || Launch::any(tree, [Range::new(1, MAX_GROUPS_PER_DIMENSION.into()); 3]);
            let launch = common
                .clone()
                .filter(|l| l.params.len() == tree.params.len());
            mark(missing.iter_mut(), tree, &launch.unwrap_or_else(any));
        }
    }
    for missing in missing.iter_mut().filter(|m| !m.possible) {
        missing.proof = Some(Proof::Always);
    }
}

fn not_taken(taken: &Taken) -> Vec<Missing> {
    ways(taken, |went| !went)
}

/// The ways that some run has taken: none of them can be proved to be none.
#[cfg(test)]
pub(super) fn taken_ways(taken: &Taken) -> Vec<Missing> {
    ways(taken, |went| went)
}

/// The ways of all branches that went so.
fn ways(taken: &Taken, wanted: impl Fn(bool) -> bool + Copy) -> Vec<Missing> {
    let branches = taken.kernels().flat_map(|(name, kernel)| {
        let all = kernel.branches.iter();
        all.map(move |known| (name, known))
    });
    let ways = branches.flat_map(|(kernel, known)| {
        let ways = BranchWay::BOTH.into_iter();
        let ways = ways.filter(move |way| wanted(known.ways.went(*way)));
        ways.map(move |way| Missing {
            kernel: kernel.to_string(),
            branch: known.branch,
            nth: known.nth,
            way,
            possible: false,
            proof: None,
        })
    });
    ways.collect()
}

/// Sizes that show what plans give kernels, as large as may be, for nothing runs there: the least, small ones, each dimension far out, and all
/// of them large together, distinct or equal.
pub(super) fn some_sizes(spec: &Spec<'_>) -> Vec<Dims> {
    const FAR: usize = 100_003;
    const TOGETHER: [usize; 3] = [131, 1_009, 10_007];
    const EQUAL: [usize; 4] = [128, 1_000, 4_096, 60_000];
    let mut sizes = vec![spec.least_shape()];
    sizes.extend(spec.small_shapes());
    let names = spec.signature().dims();
    let raised = |size, dim: &str| spec.sampling().raised(size, dim);
    for dim in &names {
        let mut dims = spec.least_shape();
        dims.set(*dim, raised(FAR, dim));
        sizes.push(spec.sampling().fitted(dims));
    }
    let all = |size: &dyn Fn(usize) -> usize| {
        let sizes = names.iter().enumerate();
        let dims = Dims::new(sizes.map(|(i, dim)| (*dim, raised(size(i), dim))));
        spec.sampling().fitted(dims)
    };
    sizes.extend(TOGETHER.map(|size| all(&|i| size + 2 * i)));
    sizes.extend(EQUAL.map(|size| all(&|_| size)));
    sizes
}

/// Marks the ways that may be taken in a dispatch.
fn mark<'m>(missing: impl Iterator<Item = &'m mut Missing>, tree: &Verified, launch: &Launch) {
    let mut missing: Vec<&mut Missing> = missing.filter(|m| m.kernel == tree.name).collect();
    if missing.is_empty() {
        return;
    }
    let found = tree.walk(launch);
    for (number, (branch, nth)) in numbered(tree.branches().iter()).enumerate() {
        let same = |m: &&mut &mut Missing| {
            m.nth == nth && m.branch.kind == branch.kind && m.branch.loc == branch.loc
        };
        for missing in missing.iter_mut().filter(same) {
            missing.possible |= found.can(number, missing.way);
        }
    }
}
