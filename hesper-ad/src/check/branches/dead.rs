//! Ways that no branch can go, found without running anything.
//!
//! First for all sizes at once: what plans give a kernel is taken for anything from its least on. What that leaves open, and no size decides
//! alone, is looked at with the numbers of each plan that was made: `first < rows` follows from what the host has computed. Where sizes alone
//! decide, plans that were made say nothing of those that were not.

use crate::check::launches::{Launched, all_sizes, launches};
use crate::dims::Dims;
use crate::spec::Spec;
use crate::taken::{Taken, numbered};
use hesper_shader::Kernel;
use hesper_shader::tree::intervals::Launch;
use hesper_shader::tree::{Branch, BranchWay};
use std::collections::BTreeMap;

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

/// Why a way cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Whatever the sizes.
    Always,
    /// With the numbers of each plan that was made.
    EachPlan,
}

/// The ways that no run has taken, with the proof that they cannot be taken where there is one.
pub(super) fn missing(spec: &Spec<'_>, taken: &Taken) -> Vec<Missing> {
    let mut missing = not_taken(taken);
    if missing.is_empty() {
        return missing;
    }
    let some = some_sizes(spec);
    let launched: Vec<Launched> = some.iter().flat_map(|dims| launches(spec, dims)).collect();
    for (kernel, launch) in by_tree(&launched) {
        mark(missing.iter_mut(), kernel, &launch);
    }
    for missing in missing.iter_mut().filter(|m| !m.possible) {
        missing.proof = Some(Proof::Always);
    }
    let open = |m: &&mut Missing| m.proof.is_none() && !m.branch.by_sizes;
    missing
        .iter_mut()
        .filter(open)
        .for_each(|m| m.possible = false);
    for dims in taken.sizes().iter().chain(&some) {
        let open = || missing.iter().filter(|m| m.proof.is_none() && !m.possible);
        // What can be taken somewhere needs no further look.
        if open().next().is_none() {
            break;
        }
        for Launched { kernel, launch } in launches(spec, dims) {
            mark(
                missing.iter_mut().filter(|m| m.proof.is_none()),
                &kernel,
                &launch,
            );
        }
    }
    for missing in missing
        .iter_mut()
        .filter(|m| m.proof.is_none() && !m.possible)
    {
        missing.proof = Some(Proof::EachPlan);
    }
    missing
}

fn not_taken(taken: &Taken) -> Vec<Missing> {
    let branches = taken.kernels();
    let branches = branches.flat_map(|(kernel, all)| all.iter().map(move |known| (kernel, known)));
    let ways = branches.flat_map(|(kernel, known)| {
        let never = BranchWay::BOTH.into_iter();
        let never = never.filter(|way| !known.ways.went(*way));
        never.map(move |way| Missing {
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

/// Sizes that show what plans give kernels: the least, small ones, each dimension far out.
fn some_sizes(spec: &Spec<'_>) -> Vec<Dims> {
    const FAR: usize = 100_003;
    let mut sizes = vec![spec.least_shape()];
    sizes.extend(spec.small_shapes());
    for dim in spec.signature().dims() {
        let mut dims = spec.least_shape();
        dims.set(dim, spec.sampling().raised(FAR, dim));
        sizes.push(dims);
    }
    sizes
}

/// Each tree, with what all its dispatches have in common: a kernel may be made anew for some sizes.
fn by_tree(launched: &[Launched]) -> Vec<(&Kernel, Launch)> {
    let mut trees: BTreeMap<String, Vec<&Launched>> = BTreeMap::new();
    for launched in launched {
        if let Ok(tree) = launched.kernel.tree() {
            trees.entry(tree.to_string()).or_default().push(launched);
        }
    }
    let all = trees.values().filter_map(|same| {
        let launches = same.iter().map(|launched| &launched.launch);
        Some((&same.first()?.kernel, all_sizes(launches)?))
    });
    all.collect()
}

/// Marks the ways that may be taken in a dispatch.
fn mark<'m>(missing: impl Iterator<Item = &'m mut Missing>, kernel: &Kernel, launch: &Launch) {
    let Ok(tree) = kernel.tree() else {
        return;
    };
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
