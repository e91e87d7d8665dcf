//! All that a thread allocates for a dispatch, and the start of each team of workgroups.

use super::options::Options;
use crate::domain::Domain;
use crate::reference::control::splits::{Splits, Way};
use crate::reference::memory::places::Memories;
use crate::reference::memory::shared::SharedPlace;
use crate::reference::memory::storage::Storage;
use crate::reference::report::error::{ExecError, Fault};
use crate::reference::report::taken::Seen;
use crate::reference::report::trace::Journal;
use crate::reference::values::columns::zeros;
use crate::reference::values::frame::Frame;
use crate::reference::values::mask::Mask;
use crate::reference::values::reals::Reals;
use crate::reference::workgroup::ahead::Halves;
use crate::reference::workgroup::team::Team;
use crate::tree::verify::Verified;
use crate::tree::{Loc, Tree, WorkgroupVar};

/// Components of one workgroup variable, at most; a device has a few thousand for all.
const MAX_WORKGROUP_COMPONENTS: u64 = 1 << 28;

/// Lanes of a team, at most.
pub(super) const MAX_LANES: usize = 1 << 16;

/// What a dispatch is, the same for all threads.
pub(in crate::reference) struct LentDispatch<'a, D: Domain, S> {
    pub(in crate::reference) domain: &'a D,
    pub(in crate::reference) tree: &'a Verified,
    pub(in crate::reference) groups: [u32; 3],
    pub(in crate::reference) options: &'a Options,
    pub(in crate::reference) storage: &'a Storage<'a, D::Value, S>,
    /// Workgroups that run together.
    pub(in crate::reference) slots: usize,
    /// Which ways branches went.
    pub(in crate::reference) seen: &'a Seen<'a>,
}

/// A dispatch and the team of workgroups that runs.
pub(in crate::reference) struct Machine<'a, D: Domain, S> {
    pub(in crate::reference) tree: &'a Verified,
    pub(in crate::reference) options: &'a Options,
    pub(in crate::reference) team: Team,
    pub(in crate::reference) reals: Reals<'a, D>,
    pub(in crate::reference) memory: Memories<'a, D::Value, S>,
    /// One for each helper function, then the kernel's own.
    pub(in crate::reference) frames: Vec<Frame<D::Value>>,
    /// Masks to reuse.
    pub(in crate::reference) masks: Vec<Mask>,
    /// The lanes that hold an invocation.
    pub(in crate::reference) everyone: Mask,
    /// Blocks within blocks and calls.
    pub(in crate::reference) depth: usize,
    /// Iterations of all loops since the workgroups began.
    pub(in crate::reference) steps: u64,
    /// The loops that run, outermost first, with their iterations so far.
    pub(in crate::reference) loops: Vec<(Loc, u64)>,
    /// Where the running lanes parted from others.
    pub(in crate::reference) splits: Splits<'a>,
    /// Who runs ahead, where the order is not the natural one and may matter.
    pub(in crate::reference) halves: Option<Halves>,
    /// Attempts at `compare_exchange_weak` so far.
    pub(in crate::reference) exchanges: u64,
    pub(in crate::reference) journal: Journal,
    pub(in crate::reference) seen: &'a Seen<'a>,
}

impl<'a, D: Domain<Mask = bool>, S: SharedPlace<D::Value>> Machine<'a, D, S> {
    /// Allocates what a thread needs.
    pub(in crate::reference) fn new(job: &LentDispatch<'a, D, S>) -> Self {
        let (tree, options) = (job.tree, job.options);
        let team = Team::new(tree, job.groups, job.slots, options);
        let reals = Reals::new(job.domain, team.lanes());
        let storage = job.storage;
        let frames = tree
            .all_functions()
            .zip(&tree.facts().shortcuts)
            .zip(&tree.facts().unset)
            .map(|((function, shortcuts), unset)| {
                let function = (function, shortcuts, &unset[..]);
                let (uniforms, dims) = (&storage.uniforms, &storage.dims);
                Frame::new(function, uniforms, dims, &reals, &team, options)
            })
            .collect();
        let variable =
            |v: &WorkgroupVar| zeros(v.element, v.count() as usize * job.slots, reals.zero);
        let memory = Memories {
            tree,
            workgroup: tree.workgroup.iter().map(variable).collect(),
            watch: None,
            storage,
            elements: vec![0; team.lanes()],
        };
        Machine {
            tree,
            options,
            everyone: Mask::none(team.lanes()),
            splits: Splits::new(tree, team.lanes()),
            halves: options
                .order
                .filter(|_| tree.facts().order_matters)
                .map(|order| Halves::new(tree, &team, order)),
            team,
            reals,
            memory,
            frames,
            masks: Vec::new(),
            depth: 0,
            steps: 0,
            loops: Vec::new(),
            exchanges: 0,
            journal: Journal::new(tree, options),
            seen: job.seen,
        }
    }

    /// Runs the workgroups that come `first` and after it in the order in which they run, as many as run together.
    pub(in crate::reference) fn run(&mut self, first: usize) -> Result<(), ExecError> {
        self.team.enter(first);
        self.enter()
            .map_err(|fault| fault.at(self.tree, self.tree.loc))?;
        let mut active = self.mask();
        active.set(&self.everyone);
        let entry = self.frames.len().saturating_sub(1);
        self.block(entry, &self.tree.entry.body, &mut active, None)?;
        self.masks.push(active);
        Ok(())
    }

    fn enter(&mut self) -> Result<(), Fault> {
        self.reals.domain.enter_workgroup();
        self.steps = 0;
        self.everyone
            .fill_first(self.team.members() * self.team.per_group());
        for variable in &mut self.memory.workgroup {
            variable.fill_zero(self.reals.zero);
        }
        if let Some(watch) = &mut self.memory.watch {
            watch.enter(&self.team)?;
        }
        self.journal.enter(&self.team);
        for frame in &mut self.frames {
            frame.enter(&self.team);
        }
        if let Some(entry) = self.frames.last_mut() {
            entry.clear(self.everyone.lanes());
        }
        Ok(())
    }

    /// A mask to overwrite.
    pub(in crate::reference) fn mask(&mut self) -> Mask {
        let lanes = self.team.lanes();
        self.masks.pop().unwrap_or_else(|| Mask::none(lanes))
    }

    /// An empty mask.
    pub(in crate::reference) fn empty_mask(&mut self) -> Mask {
        let mut mask = self.mask();
        mask.clear();
        mask
    }

    /// Remembers how lanes leave a loop or a function, unless all do: then nobody parts.
    pub(in crate::reference) fn part(&mut self, lanes: &Mask, way: Way, loc: Loc) {
        if lanes.count() < self.everyone.count() {
            self.splits.leave(lanes, way, loc);
        }
    }

    pub(in crate::reference) fn error(&self, loc: Loc, fault: Fault) -> ExecError {
        fault.at(self.tree, loc)
    }
}

/// Checks that the executor can hold what the kernel declares.
pub(super) fn check_sizes(tree: &Tree) -> Result<(), Fault> {
    let invocations = product(&tree.workgroup_size);
    at_most("invocations in a workgroup", invocations, MAX_LANES as u64)?;
    for variable in &tree.workgroup {
        let components = product(&variable.dims).saturating_mul(variable.element.size.into());
        at_most(
            "components of a workgroup variable",
            components,
            MAX_WORKGROUP_COMPONENTS,
        )?;
    }
    for local in tree.all_functions().flat_map(|f| &f.locals) {
        let elements = local.count().saturating_mul(invocations);
        let components = elements.saturating_mul(local.ty.size.into());
        at_most(
            "components of a local array over a workgroup",
            components,
            MAX_WORKGROUP_COMPONENTS,
        )?;
    }
    Ok(())
}

fn at_most(what: &'static str, need: u64, limit: u64) -> Result<(), Fault> {
    if need > limit {
        return Err(Fault::Limit { what, need, limit });
    }
    Ok(())
}

fn product(factors: &[u32]) -> u64 {
    let multiply = |product: u64, n: &u32| product.saturating_mul((*n).into());
    factors.iter().fold(1, multiply)
}
