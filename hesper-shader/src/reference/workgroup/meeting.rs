//! Where the invocations of a workgroup meet: barriers, and loads of one value for all.

use super::subgroups::Subgroups;
use crate::domain::Domain;
use crate::reference::control::statements::access;
use crate::reference::dispatch::machine::Machine;
use crate::reference::memory::arrays::Array;
use crate::reference::memory::places::AccessContext;
use crate::reference::memory::shared::SharedPlace;
use crate::reference::report::error::{AccessKind, Fault};
use crate::reference::sanitizer::Touch;
use crate::reference::values::mask::Mask;
use crate::tree::{Barrier, ExprId, Loc, Place, SubgroupOp};

impl<D: Domain<Mask = bool>, S: SharedPlace<D::Value>> Machine<'_, D, S> {
    /// A barrier.
    pub(in crate::reference) fn barrier(
        &mut self,
        f: usize,
        loc: Loc,
        barrier: Barrier,
        active: &Mask,
    ) -> Result<(), Fault> {
        self.meet(active)?;
        match &mut self.memory.watch {
            Some(watch) => watch.barrier(barrier, access(active, &self.team, loc, f)),
            None => Ok(()),
        }
    }

    /// `workgroup_uniform_load`: a barrier, a load that is the same for all, a barrier.
    pub(in crate::reference) fn uniform_load(
        &mut self,
        f: usize,
        loc: Loc,
        place: &Place,
        result: ExprId,
        active: &Mask,
    ) -> Result<(), Fault> {
        self.barrier(f, loc, Barrier::Workgroup, active)?;
        let frame = &mut self.frames[f];
        let here = access(active, &self.team, loc, f);
        let target = self.memory.resolve(AccessKind::Read, place, frame, here)?;
        check_uniform(&self.memory.elements, &target.array, here)?;
        if let Some(watch) = &mut self.memory.watch {
            watch.read(&Touch {
                kind: AccessKind::Read,
                array: target.array,
                elements: &self.memory.elements,
                access: here,
            })?;
        }
        self.memory.fetch(target, frame.value_mut(result));
        self.barrier(f, loc, Barrier::Workgroup, active)
    }

    /// Checks that of each workgroup all invocations are there, or none.
    fn meet(&self, active: &Mask) -> Result<(), Fault> {
        if active.count() == self.everyone.count() {
            return Ok(());
        }
        let per_group = self.team.per_group().max(1);
        for (slot, lanes) in active.lanes().chunks(per_group).enumerate() {
            let reached = lanes.iter().filter(|on| **on).count();
            if reached == 0 || reached == lanes.len() {
                continue;
            }
            let first = lanes.iter().position(|on| !on).unwrap_or_default();
            let absent = slot * per_group + first;
            let (parted, other) = self.splits.parting(absent);
            return Err(Fault::DivergentBarrier {
                reached,
                invocations: lanes.len(),
                absent: self.team.invocation(absent),
                parted,
                other,
            });
        }
        Ok(())
    }
}

impl<D: Domain<Mask = bool>, S: SharedPlace<D::Value>> Machine<'_, D, S> {
    /// Checks that of each subgroup all invocations are there, or none.
    pub(super) fn meet_in_subgroups(
        &self,
        op: SubgroupOp,
        subgroups: &Subgroups,
        active: &Mask,
    ) -> Result<(), Fault> {
        if active.count() == self.everyone.count() {
            return Ok(());
        }
        for members in subgroups.each() {
            let there = |lane: &usize| active.lanes().get(*lane) == Some(&true);
            let lanes = || members.iter().flatten().copied();
            let reached = lanes().filter(there).count();
            let absent = lanes().find(|lane| !there(lane));
            let (1.., Some(absent)) = (reached, absent) else {
                continue;
            };
            return Err(Fault::DivergentExchange {
                op,
                reached,
                invocations: lanes().count(),
                absent: self.team.invocation(absent),
                parted: self.splits.parting(absent).0,
            });
        }
        Ok(())
    }
}

/// Checks that all invocations of a workgroup name one element.
fn check_uniform(
    elements: &[u32],
    array: &Array<'_>,
    access: AccessContext<'_>,
) -> Result<(), Fault> {
    let per_group = access.team.per_group().max(1);
    let lanes = elements.iter().zip(access.active.lanes()).enumerate();
    let mut there = lanes.filter_map(|(lane, (element, on))| on.then_some((lane, *element)));
    let Some(mut first) = there.next() else {
        return Ok(());
    };
    for lane in there {
        if lane.0 / per_group != first.0 / per_group {
            first = lane;
        } else if lane.1 != first.1 {
            let read = |(lane, element)| {
                let place = array.place(element as usize);
                (place, access.team.invocation(lane))
            };
            return Err(Fault::UnequalUniformLoad {
                reads: Box::new([first, lane].map(read)),
            });
        }
    }
    Ok(())
}
