//! Bounds on whole numbers that a plan is given: labels, rows of a table.

use super::{Plan, PlanError};
use crate::memory::Memory;
use crate::tree::Scalar;

/// What every element of a slot must lie below.
#[derive(Clone, Debug)]
pub(super) struct Below {
    pub(super) slot: String,
    pub(super) bound: u32,
    /// What the bound is called.
    name: String,
}

impl Plan {
    /// Demands that whatever a run is given for a slot of whole numbers be at least 0 and below `bound`, which errors call `name`.
    ///
    /// [`run_in`](Plan::run_in) and the reference device look before anything runs. What lies on a GPU is not looked at: a kernel must stand it.
    ///
    /// ```
    /// # use hesper_shader::{record::Recorder, Bound, Device, Error, Grid, Plan, PlanBuffers, Role, tree::Type};
    /// let mut plan = Plan::new();
    /// plan.slot("labels", Type::U32, 2, Role::Input)?;
    /// plan.below("labels", 3, "classes")?;
    /// let device = Device::reference();
    /// let labels = device.upload(&[0u32, 3])?;
    /// let error = device.run(&plan, PlanBuffers::new().read("labels", &labels)).unwrap_err();
    /// assert_eq!(error.to_string(), "`labels[1]` is 3, and must be below `classes`, which is 3");
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// Where the plan has no such slot, or its elements are no whole numbers.
    pub fn below(&mut self, slot: &str, bound: u32, name: &str) -> Result<(), PlanError> {
        let is_whole = |scalar| matches!(scalar, Scalar::U32 | Scalar::I32);
        let mut slots = self.slots.iter();
        if !slots.any(|s| s.name == slot && is_whole(s.element.scalar)) {
            let slot = slot.to_string();
            return Err(PlanError::NotWhole { slot });
        }
        self.below.push(Below {
            slot: slot.to_string(),
            bound,
            name: name.to_string(),
        });
        Ok(())
    }

    /// Looks at what a run is given for a slot.
    pub(super) fn check_below<V>(&self, slot: &str, given: &Memory<V>) -> Result<(), PlanError> {
        for below in self.below.iter().filter(|below| below.slot == slot) {
            let beyond = |n: i64| !(0..i64::from(below.bound)).contains(&n);
            let mut whole: Box<dyn Iterator<Item = i64>> = match given {
                Memory::U32(v) => Box::new(v.iter().map(|n| i64::from(*n))),
                Memory::I32(v) => Box::new(v.iter().map(|n| i64::from(*n))),
                Memory::F32(_) | Memory::Bool(_) => continue,
            };
            let found = whole.by_ref().enumerate().find(|(_, n)| beyond(*n));
            if let Some((index, value)) = found {
                return Err(PlanError::NotBelow {
                    slot: slot.to_string(),
                    index,
                    value,
                    bound: below.bound,
                    name: below.name.clone(),
                });
            }
        }
        Ok(())
    }
}
