//! What is known of a plan's dispatches before they run.

use super::{Plan, PlanStep, Resolved};
use crate::limits::{Excess, Limits, Needs};
use crate::tree::intervals::{Launch, Range};
use crate::tree::{Literal, Tree};
use crate::uniforms::UniformBlock;

impl Plan {
    /// What is known of each dispatch before it runs: its grid, the lengths of its buffers, and the arguments that are constants; of whole
    /// numbers that a slot is given, that they lie [below](Plan::below) their bound. Steps whose kernel is wrong are left out.
    pub fn launches(&self) -> impl Iterator<Item = (&PlanStep, Launch)> {
        let launch = |step| Some((step, self.launch(step)?));
        self.steps.iter().filter_map(launch)
    }

    fn launch(&self, step: &PlanStep) -> Option<Launch> {
        let tree: &Tree = step.kernel.tree().ok()?;
        let groups = step.groups.map(|n| Range::point(n.into()));
        let mut launch = Launch::any(tree, groups);
        for (known, argument) in launch.params.iter_mut().zip(&step.arguments) {
            match argument {
                Resolved::Slot(slot) => {
                    let slot = self.slots.get(*slot)?;
                    known.value = Range::point(slot.len as i128);
                    let bounds = self.below.iter().filter(|below| below.slot == slot.name);
                    if let Some(bound) = bounds.map(|below| i128::from(below.bound)).min() {
                        known.elements = known.elements.and(Range::new(0, bound - 1));
                    }
                }
                Resolved::Value(Literal::U32(n)) => known.value = Range::point((*n).into()),
                Resolved::Value(Literal::I32(n)) => known.value = Range::point((*n).into()),
                Resolved::Value(Literal::Bool(b)) => known.value = Range::point((*b).into()),
                Resolved::Value(Literal::F32(_)) | Resolved::Scalar(_) => {}
            }
        }
        Some(launch)
    }

    /// What a device with these limits lacks for each dispatch that needs more: workgroups in a dimension, bytes of a buffer.
    pub fn beyond<'p>(
        &'p self,
        limits: &'p Limits,
    ) -> impl Iterator<Item = (&'p PlanStep, Excess)> {
        self.steps.iter().filter_map(move |step| {
            let tree = step.kernel.tree().ok()?;
            let slots = step.arguments.iter().filter_map(|argument| match argument {
                Resolved::Slot(slot) => self.slots.get(*slot).map(|slot| slot.len),
                Resolved::Value(_) | Resolved::Scalar(_) => None,
            });
            let needs = Needs {
                tree,
                groups: step.groups,
                lengths: slots.collect(),
                uniform_bytes: UniformBlock::of(tree).size() as u64,
            };
            Some((step, limits.check(&needs).err()?))
        })
    }
}
