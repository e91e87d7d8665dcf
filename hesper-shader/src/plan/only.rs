//! The part of a plan that some of its results need.

use super::{Plan, PlanError, PlanStep, Resolved, Role};
use crate::tree::Param;
use std::collections::BTreeMap;

impl Plan {
    /// The plan without the steps whose results nobody needs, of which only `wanted` comes out: other outputs that a step still writes
    /// become temporaries, and slots and scalars that no step binds are gone.
    ///
    /// A step is kept where a parameter that its kernel may write is bound to a slot that is wanted, or that a later step that is kept reads.
    ///
    /// ```
    /// # use hesper_shader::{record::Recorder, Bound, Grid, Plan, Role, tree::Type};
    /// # let double = Recorder::record("double", &[], [64, 1, 1], |r| {
    /// #     let (x, y) = (r.storage::<f32>("x"), r.storage_mut::<f32>("y"));
    /// #     let i = r.global_index();
    /// #     r.if_(i.lt(y.len()));
    /// #     r.store(y.at(i), r.float("2") * x.at(i).get());
    /// #     r.end_if();
    /// # });
    /// let mut plan = Plan::new();
    /// for (name, role) in [("x", Role::Input), ("y", Role::Output), ("z", Role::Output)] {
    ///     plan.slot(name, Type::F32, 3, role)?;
    /// }
    /// plan.dispatch(&double, Grid::cover(3), &[("x", Bound::slot("x")), ("y", Bound::slot("y"))])?;
    /// plan.dispatch(&double, Grid::cover(3), &[("x", Bound::slot("y")), ("y", Bound::slot("z"))])?;
    ///
    /// let steps = |wanted: &[&str]| plan.only(wanted).map(|plan| plan.steps().len());
    /// assert_eq!((steps(&["y"])?, steps(&["z"])?), (1, 2));
    /// # Ok::<(), hesper_shader::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// Where no step writes what is wanted.
    pub fn only(&self, wanted: &[&str]) -> Result<Plan, PlanError> {
        let written = |name: &str| {
            let mut written = self.steps.iter().flat_map(PlanStep::written);
            written.any(|i| self.slots.get(i).is_some_and(|slot| slot.name == name))
        };
        if let Some(name) = wanted.iter().find(|name| !written(name)) {
            let slot = name.to_string();
            return Err(PlanError::NotWritten { slot });
        }
        let is_wanted = |name: &String| wanted.contains(&name.as_str());
        let mut needed: Vec<bool> = self.slots.iter().map(|s| is_wanted(&s.name)).collect();
        let mut steps = Vec::new();
        for step in self.steps.iter().rev() {
            if step.written().any(|i| needed.get(i) == Some(&true)) {
                // A buffer that may be written may also be read.
                for (_, i) in step.bound() {
                    needed.get_mut(i).into_iter().for_each(|is| *is = true);
                }
                steps.push(step.clone());
            }
        }
        steps.reverse();
        let mut plan = self.binding(steps);
        for slot in &mut plan.slots {
            if slot.role == Role::Output && !is_wanted(&slot.name) {
                slot.role = Role::Temporary;
            }
        }
        Ok(plan)
    }

    /// A plan of some of the steps, with the slots and scalars that they bind.
    fn binding(&self, mut steps: Vec<PlanStep>) -> Plan {
        let mut plan = Plan::new();
        let (mut slots, mut scalars) = (BTreeMap::new(), BTreeMap::new());
        for argument in steps.iter_mut().flat_map(|step| &mut step.arguments) {
            match argument {
                Resolved::Slot(i) => *i = moved(*i, &mut slots, &self.slots, &mut plan.slots),
                Resolved::Scalar(i) => {
                    *i = moved(*i, &mut scalars, &self.scalars, &mut plan.scalars);
                }
                Resolved::Value(_) => {}
            }
        }
        let is_bound = |name: &String| plan.slots.iter().any(|slot| slot.name == *name);
        let below = self.below.iter().filter(|below| is_bound(&below.slot));
        plan.below = below.cloned().collect();
        plan.steps = steps;
        plan
    }
}

/// Where a thing is in its new list, to which it is added at its first use.
fn moved<T: Clone>(
    i: usize,
    known: &mut BTreeMap<usize, usize>,
    old: &[T],
    new: &mut Vec<T>,
) -> usize {
    *known.entry(i).or_insert_with(|| {
        new.extend(old.get(i).cloned());
        new.len().saturating_sub(1)
    })
}

impl PlanStep {
    /// The parameters bound to slots.
    fn bound(&self) -> impl Iterator<Item = (&Param, usize)> {
        let params = self.kernel.tree().map(|tree| tree.params.as_slice());
        let bound = params.unwrap_or_default().iter().zip(&self.arguments);
        bound.filter_map(|(param, argument)| match argument {
            Resolved::Slot(i) => Some((param, *i)),
            Resolved::Value(_) | Resolved::Scalar(_) => None,
        })
    }

    /// The slots that the kernel may write.
    fn written(&self) -> impl Iterator<Item = usize> {
        let written = self.bound().filter(|(param, _)| param.kind.writes());
        written.map(|(_, slot)| slot)
    }
}
