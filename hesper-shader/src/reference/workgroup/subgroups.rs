//! Subgroup statements: values that lanes of one subgroup give each other.

use super::exchange::Exchange;
use super::team::Team;
use crate::domain::Domain;
use crate::reference::dispatch::machine::Machine;
use crate::reference::memory::shared::SharedPlace;
use crate::reference::report::error::{AbsentUse, Fault};
use crate::reference::sanitizer::{Followed, exchange_choice};
use crate::reference::values::columns::Column;
use crate::reference::values::mask::Mask;
use crate::tree::{ExprId, Loc, Scalar, SubgroupOp};
use std::mem::replace;

impl<D: Domain<Mask = bool>, S: SharedPlace<D::Value>> Machine<'_, D, S> {
    pub(in crate::reference) fn subgroup(
        &mut self,
        f: usize,
        loc: Loc,
        op: SubgroupOp,
        value: ExprId,
        result: ExprId,
        active: &Mask,
    ) -> Result<(), Fault> {
        let subgroups = Subgroups::of(&self.team, active);
        if self.options.sanitize {
            self.meet_in_subgroups(op, &subgroups, active)?;
        }
        let domain = self.reals.domain;
        let frame = &mut self.frames[f];
        let mut out = replace(frame.value_mut(result), Column::Bool(Vec::new()));
        if let Some(watch) = &mut self.memory.watch
            && let Some(choice) = exchange_choice(op, value, frame, domain, active.lanes())
        {
            watch.left_open(choice, loc, &self.team);
        }
        if let (Some(watch), Some(id)) = (&self.memory.watch, op.operand()) {
            let asked = Followed::Expr(f, id);
            watch.told(asked, AbsentUse::Index, active.lanes(), &self.team)?;
        }
        let exchange = Exchange {
            op,
            subgroups: &subgroups,
            operand: op.operand().map(|id| frame.value(id).unsigned()),
            active,
        };
        let ty = self
            .tree
            .all_functions()
            .nth(f)
            .map(|f| f[result].ty.scalar);
        let ty = ty.unwrap_or(Scalar::F32);
        let is_rounded = self.reals.computes_in(ty);
        let absent = exchange.run(frame.value(value), &mut out, &self.reals);
        if !is_rounded {
            self.reals.narrow(ty, &mut out, active.lanes());
        }
        if let Some(watch) = &mut self.memory.watch {
            let values = [Followed::Expr(f, value), Followed::Expr(f, result)];
            let carry = |numbers: &Column<_>, out: &mut Column<_>| {
                exchange.of_origins().run(numbers, out, &self.reals);
            };
            let lanes = active.lanes().len();
            watch.exchanged(values, (&absent, loc), exchange.is_vote(), carry, lanes);
        }
        *frame.value_mut(result) = out;
        Ok(())
    }
}

/// The subgroups of a team: for each, which lane of the team each of its lanes is.
pub(in crate::reference) struct Subgroups {
    size: usize,
    members: Vec<Option<usize>>,
}

impl Subgroups {
    fn of(team: &Team, active: &Mask) -> Subgroups {
        let size = team.subgroup_size();
        let per_group = team.per_group().max(1);
        let padded = per_group.div_ceil(size) * size;
        let mut members = vec![None; padded * team.slots()];
        for lane in 0..active.lanes().len() {
            let (slot, local) = (lane / per_group, lane % per_group);
            let place = team.subgroup_places().get(local).map_or(0, |p| *p as usize);
            if let Some(member) = members.get_mut(slot * padded + place) {
                *member = Some(lane);
            }
        }
        Subgroups { size, members }
    }

    pub(in crate::reference) fn each(&self) -> impl Iterator<Item = &[Option<usize>]> {
        self.members.chunks(self.size.max(1))
    }
}
