//! What a plan is given.

use crate::tensor::Tensor;
use hesper_shader::tree::Type;
use hesper_shader::{Memory, Plan, Role, ScalarValue};
use std::collections::BTreeMap;

/// What the results of a plan hold before it runs, with both signs: a number that no tolerance forgives and, lest it serve as the
/// identity of `max` or `min`, greater than anything in one place and less in another.
const UNWRITTEN: f64 = 7.25e30;

/// Memory for a plan's slots, and its by-value arguments. What is missing is empty, or not there: then the plan is refused with the name.
pub(super) struct Fed<V> {
    pub(super) memory: BTreeMap<String, Memory<V>>,
    pub(super) scalars: Vec<(String, ScalarValue<V>)>,
}

/// What is given by name, and something else where results will be.
pub(super) fn feed<V: Copy>(
    plan: &Plan,
    reals: impl Fn(&str) -> Option<Vec<V>>,
    integers: &BTreeMap<String, Tensor<u32>>,
    mut unwritten: impl FnMut(f64) -> V,
) -> Fed<V> {
    let sign = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
    let slots = plan.slots().iter();
    let slots = slots.filter(|s| matches!(s.role, Role::Input | Role::InOut));
    let memory = slots.map(|slot| {
        let memory = if slot.element == Type::U32 {
            let integers = integers.get(&slot.name);
            Memory::U32(integers.map(|t| t.data().to_vec()).unwrap_or_default())
        } else if slot.role == Role::InOut {
            Memory::F32(
                (0..slot.len)
                    .map(|i| unwritten(sign(i) * UNWRITTEN))
                    .collect(),
            )
        } else {
            Memory::F32(reals(&slot.name).unwrap_or_default())
        };
        (slot.name.clone(), memory)
    });
    let memory = memory.collect();
    let scalar = |name: &String| {
        let value = reals(name)?.first().copied()?;
        Some((name.clone(), ScalarValue::F32(value)))
    };
    let scalars = plan.scalars().iter();
    Fed {
        memory,
        scalars: scalars.filter_map(|(name, _)| scalar(name)).collect(),
    }
}
