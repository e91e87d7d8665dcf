//! The workgroups that run together, and where each lane is in the dispatch.
//!
//! A *team* is one or more workgroups in lockstep; its lanes are theirs, one workgroup after the other. More than one costs nothing in
//! meaning, since nothing orders workgroups anyway, and each statement is dispatched once for all of them.

use super::permutation::Permutation;
use crate::reference::dispatch::options::Options;
use crate::reference::report::error::Invocation;
use crate::reference::values::columns::{Column, part_mut};
use crate::tree::{BuiltinValue, Tree};

/// The shape of a dispatch and the workgroups that run.
#[derive(Clone, Debug)]
pub(in crate::reference) struct Team {
    /// Invocations per workgroup in x, y and z.
    size: [u32; 3],
    /// Workgroups in x, y and z.
    groups: [u32; 3],
    /// Invocations per workgroup.
    per_group: usize,
    /// Workgroups that run together, at most.
    slots: usize,
    /// The running workgroups in order of slots, as positions in the dispatch.
    members: Vec<[u32; 3]>,
    /// The first one's place in the order in which workgroups run.
    first: usize,
    /// In which order workgroups run.
    order: Permutation,
    /// Position in the workgroup of each lane of one workgroup.
    local: [Vec<u32>; 3],
    /// Invocations of a subgroup.
    subgroup_size: u32,
    /// Which position among subgroups each lane of one workgroup has: subgroup · size + lane.
    subgroup: Vec<u32>,
}

impl Team {
    pub(in crate::reference) fn new(
        tree: &Tree,
        groups: [u32; 3],
        slots: usize,
        options: &Options,
    ) -> Team {
        let size = tree.workgroup_size;
        let per_group = size.iter().map(|n| *n as usize).product();
        let count = groups.iter().map(|n| *n as usize).product();
        let local = [0, 1, 2].map(|d| {
            let of = |lane| unflatten(lane, size)[d];
            (0..per_group).map(of).collect()
        });
        let mapping = Permutation::of(per_group, options.subgroup_mapping);
        Team {
            size,
            groups,
            per_group,
            slots,
            members: Vec::with_capacity(slots),
            first: 0,
            order: Permutation::of(count, options.order),
            local,
            subgroup_size: options.subgroup_size.max(1),
            subgroup: (0..per_group).map(|lane| mapping.at(lane) as u32).collect(),
        }
    }

    /// The next workgroups: those at `first` and after it in the order in which they run.
    pub(in crate::reference) fn enter(&mut self, first: usize) {
        let last = (first + self.slots).min(self.order.len());
        self.first = first;
        self.members.clear();
        for place in first..last {
            let group = unflatten(self.order.at(place), self.groups);
            self.members.push(group);
        }
    }

    /// Lanes, of invocations or not.
    pub(in crate::reference) fn lanes(&self) -> usize {
        self.per_group * self.slots
    }

    /// Invocations per workgroup.
    pub(in crate::reference) fn per_group(&self) -> usize {
        self.per_group
    }

    /// Workgroups that run together, at most.
    pub(in crate::reference) fn slots(&self) -> usize {
        self.slots
    }

    /// Workgroups that run now.
    pub(in crate::reference) fn members(&self) -> usize {
        self.members.len()
    }

    /// The first running workgroup's place in the order in which workgroups run.
    pub(in crate::reference) fn first(&self) -> usize {
        self.first
    }

    /// The workgroup in a slot.
    pub(in crate::reference) fn group(&self, slot: usize) -> [u32; 3] {
        self.members.get(slot).copied().unwrap_or_default()
    }

    pub(in crate::reference) fn subgroup_size(&self) -> usize {
        self.subgroup_size as usize
    }

    /// For each lane of one workgroup, its subgroup times the subgroup's size plus its lane there.
    pub(super) fn subgroup_places(&self) -> &[u32] {
        &self.subgroup
    }

    /// A lane as an invocation.
    pub(in crate::reference) fn invocation(&self, lane: usize) -> Invocation {
        let group = self.group(lane / self.per_group.max(1));
        self.invocation_in(group, lane % self.per_group.max(1))
    }

    /// The lane of the team that began with the `first`th workgroup, as an invocation.
    pub(in crate::reference) fn invocation_of(&self, first: usize, lane: usize) -> Invocation {
        let place = first + lane / self.per_group.max(1);
        let group = unflatten(self.order.at(place), self.groups);
        self.invocation_in(group, lane % self.per_group.max(1))
    }

    fn invocation_in(&self, workgroup: [u32; 3], lane: usize) -> Invocation {
        let local = unflatten(lane, self.size);
        let global = |d: usize| {
            workgroup[d]
                .wrapping_mul(self.size[d])
                .wrapping_add(local[d])
        };
        Invocation {
            global: [0, 1, 2].map(global),
            workgroup,
        }
    }

    /// Computes a builtin value for all lanes.
    pub(in crate::reference) fn fill<V>(&self, value: BuiltinValue, out: &mut Column<V>)
    where
        V: Copy,
    {
        let out = out.unsigned_mut();
        let size = self.subgroup_size;
        match value {
            BuiltinValue::LocalInvocationIndex => self.scalar(out, |_, lane| lane),
            BuiltinValue::WorkgroupIndex => self.scalar(out, |group, _| group),
            BuiltinValue::GlobalIndex => {
                let per_group = self.per_group as u32;
                self.scalar(out, |group, lane| {
                    group.wrapping_mul(per_group).wrapping_add(lane)
                });
            }
            BuiltinValue::GlobalInvocationId => self.vector(out, |d, group, local| {
                group[d].wrapping_mul(self.size[d]).wrapping_add(local)
            }),
            BuiltinValue::LocalInvocationId => self.vector(out, |_, _, local| local),
            BuiltinValue::WorkgroupId => self.vector(out, |d, group, _| group[d]),
            BuiltinValue::NumWorkgroups => self.vector(out, |d, _, _| self.groups[d]),
            BuiltinValue::SubgroupInvocationId => {
                self.scalar(out, |_, lane| self.place(lane) % size);
            }
            BuiltinValue::SubgroupSize => out.fill(size),
            BuiltinValue::SubgroupId => self.scalar(out, |_, lane| self.place(lane) / size),
            BuiltinValue::NumSubgroups => out.fill((self.per_group as u32).div_ceil(size)),
        }
    }

    fn place(&self, lane: u32) -> u32 {
        self.subgroup.get(lane as usize).copied().unwrap_or(lane)
    }

    /// Fills in values of the workgroup's flattened position and the lane in it.
    fn scalar(&self, out: &mut [u32], f: impl Fn(u32, u32) -> u32) {
        let [nx, ny, _] = self.groups;
        for (slot, out) in out.chunks_exact_mut(self.per_group).enumerate() {
            let [x, y, z] = self.group(slot);
            let rows = z.wrapping_mul(ny).wrapping_add(y);
            let group = rows.wrapping_mul(nx).wrapping_add(x);
            for (lane, out) in (0..).zip(out) {
                *out = f(group, lane);
            }
        }
    }

    /// Fills in values of the dimension, the workgroup's position and the lane's own position in that dimension.
    fn vector(&self, out: &mut [u32], f: impl Fn(usize, [u32; 3], u32) -> u32) {
        let lanes = self.lanes();
        for (d, local) in self.local.iter().enumerate() {
            let out = part_mut(out, d, lanes);
            for (slot, out) in out.chunks_exact_mut(self.per_group).enumerate() {
                let group = self.group(slot);
                for (out, local) in out.iter_mut().zip(local) {
                    *out = f(d, group, *local);
                }
            }
        }
    }
}

/// Whether the value is the same for all workgroups.
pub(in crate::reference) const fn is_same_for_all_groups(value: BuiltinValue) -> bool {
    use BuiltinValue::*;
    match value {
        LocalInvocationId | LocalInvocationIndex | NumWorkgroups | SubgroupInvocationId
        | SubgroupSize | SubgroupId | NumSubgroups => true,
        GlobalInvocationId | WorkgroupId | WorkgroupIndex | GlobalIndex => false,
    }
}

/// The position of the `index`th cell of a box, x fastest.
fn unflatten(index: usize, [nx, ny, _]: [u32; 3]) -> [u32; 3] {
    let (nx, ny) = ((nx as usize).max(1), (ny as usize).max(1));
    [index % nx, index / nx % ny, index / nx / ny].map(|n| n as u32)
}
